"""The process that the operator starts and stops; it has the engine and the web processes.

It replaces a web process that died, brings in a new revision without dropping a request, and
stops everything in order. One thread: it may fork. Must not know HTTP.

A new revision is built in a process of its own, so that a graph that does not pass its checks
changes nothing. Then it gets an engine of its own beside the old one: no query waits while it
loads, and a request that began with the old revision ends with it. When every web process has it
ready, one number that all of them see changes, and each next request anywhere is answered from
the new revision. The old engine ends when no request needs it any more.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from kb.errors import PlankbError
from kb.settings import Settings
from kb.text import Text
from server.board import Board
from server.knowledge import Checked, Knowledge
from server.logs import given
from server.revisions import Revisions

_LOG = logging.getLogger("plankb.service")
#: Web processes that die young, one after the other, until the service gives up.
_PATIENCE = 5
_YOUNG = 2.0
#: Seconds beyond the deadline of a query that requests at work get to end.
_GRACE = 15.0
#: Seconds between two tries to start an engine again: the first pause, and the longest.
_SOON, _LATE = 0.5, 60.0

#: What a web process does until it is told to stop: its number, its end of the control socket,
#: what it answers from.
Run = Callable[[int, socket.socket, Knowledge], None]


@dataclass(slots=True, eq=False)
class _Child:
    """A web process."""

    number: int
    pid: int
    control: socket.socket
    born: float
    serving: bool = False
    heard: bytes = b""


@dataclass(slots=True, eq=False)
class _Change:
    """A revision that web processes get ready for, or leave; and who has not said so yet."""

    knowledge: Knowledge
    generation: int
    awaited: set[_Child]
    deadline: float = field(default=0.0)


class Master:
    """Starts the web processes and keeps them, until it is told to stop.

    Args:
        settings: in force.
        knowledge: the first revision, with its engine; closed at the end.
        board: its generation says which revision is answered from; a row a web process.
        run: the life of a web process.
        ready: called once, when all web processes serve.
    """

    def __init__(
        self,
        settings: Settings,
        knowledge: Knowledge,
        board: Board,
        run: Run,
        ready: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._knowledge = knowledge
        self._board = board
        self._run = run
        self._ready: Callable[[], None] | None = ready
        self._children: list[_Child] = []
        self._revisions = Revisions(settings, self._forget_parent)
        self._coming: _Change | None = None
        self._going: list[_Change] = []
        self._again = False
        self._young_deaths = 0
        self._stop_by: float | None = None
        self._revive_at: float | None = None
        self._revive_pause = _SOON
        self._failed: PlankbError | None = None
        self._terminal = sys.stderr.isatty()
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; SIGHUP brings in a new revision.

        Raises:
            PlankbError: web processes died as soon as they were started.
        """
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        for heeded in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(heeded, _noted)
        gc.collect()
        gc.freeze()  # what is made by now stays shared with the processes forked from here
        try:
            for number in range(self._board.rows):
                self._fork(number)
            self._revisions.watch(self._knowledge.revision)
            while self._children or self._stop_by is None:
                self._turn()
        finally:
            self._end()
        if self._failed is not None:
            raise self._failed

    def _turn(self) -> None:
        for key, _ in self._selector.select(self._patience()):
            if key.fileobj is self._wake_in:
                with contextlib.suppress(BlockingIOError):
                    for number in self._wake_in.recv(4096):
                        self._heed(number)
            elif key.data in self._children:
                self._hear(key.data)
        now = time.monotonic()
        for change in [change for change in self._going if now >= change.deadline]:
            self._let_go(change)
        if self._revive_at is not None and now >= self._revive_at:
            self._revive()
        if self._stop_by is not None and now >= self._stop_by:
            self._kill()

    def _patience(self) -> float | None:
        times = [change.deadline for change in self._going]
        if self._stop_by is not None:
            times.append(self._stop_by)
        if self._revive_at is not None:
            times.append(self._revive_at)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _heed(self, number: int) -> None:
        if number == signal.SIGCHLD:
            self._reap()
        elif number == signal.SIGHUP and not self._hung_up():
            self._reload()
        elif self._stop_by is None:
            self._stop()
        else:
            self._kill()  # asked twice

    def _hung_up(self) -> bool:
        """Whether the terminal is gone that this was started from: nobody asks for a reload."""
        if not self._terminal:
            return False
        try:
            os.tcgetpgrp(2)
        except OSError:
            return True
        return False

    # -- web processes ------------------------------------------------------------------

    def _fork(self, number: int) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._become(number, theirs)
        theirs.close()
        child = _Child(number, pid, ours, time.monotonic())
        self._children.append(child)
        self._selector.register(ours, selectors.EVENT_READ, child)
        if self._coming is not None:
            self._coming.awaited.add(child)
            self._prepare(child, self._coming)

    def _become(self, number: int, control: socket.socket) -> NoReturn:
        """The whole life of a web process; never returns to the code that forked it."""
        status = 1
        try:
            self._forget_parent()
            # The engine is the parent's to end.
            self._run(number, control, replace(self._knowledge, engine=None))
            status = 0
        except BaseException:
            _LOG.exception("a web process failed", extra=given(web=number))
            raise
        finally:
            os._exit(status)

    def _forget_parent(self) -> None:
        """After a fork: leave what is the parent's alone."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        self._selector.close()
        for held in (self._wake_in, self._wake_out, *(c.control for c in self._children)):
            held.close()

    def _hear(self, child: _Child) -> None:
        try:
            data = child.control.recv(2**16)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(child.control)  # it ends; SIGCHLD says when it has
            return
        *lines, child.heard = (child.heard + data).split(b"\n")
        for line in lines:
            self._note(child, json.loads(line))

    def _note(self, child: _Child, said: dict[str, Any]) -> None:
        if "serving" in said:
            child.serving = True
            if self._ready is not None and all(c.serving for c in self._children):
                ready, self._ready = self._ready, None
                ready()
        elif "prepared" in said and self._is_coming(said["prepared"]):
            self._discount(child)
        elif "failed" in said and self._is_coming(said["generation"]):
            assert self._coming is not None
            change, self._coming = self._coming, None
            change.knowledge.close()
            _LOG.error("the new revision is not served", extra=given(why=said["failed"]))
            self._next_in_line()
        elif "drained" in said:
            for change in list(self._going):
                if change.generation == said["drained"]:
                    change.awaited.discard(child)
                    self._let_go_if_unused(change)

    def _tell(self, child: _Child, order: dict[str, object]) -> None:
        with contextlib.suppress(OSError):  # it died; SIGCHLD says so
            child.control.send(json.dumps(order).encode() + b"\n")

    def _reap(self) -> None:
        for child in list(self._children):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._bury(child, status)
        for found in self._revisions.reap():
            self._found(found)
        self._next_in_line()
        engine = self._knowledge.engine
        if self._stop_by is not None or self._revive_at is not None or engine is None:
            return
        if engine.ended is not None:
            _LOG.error(
                "the engine ended; it is started again",
                extra=given(pid=engine.pid, status=engine.ended),
            )
            # Where it was told to end, this process most likely is about to be told too.
            self._revive_at = time.monotonic() + (_SOON if engine.ended == 0 else 0.0)

    def _bury(self, child: _Child, status: int) -> None:
        self._children.remove(child)
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.control)
        child.control.close()
        self._discount(child)
        for change in list(self._going):
            change.awaited.discard(child)
            self._let_go_if_unused(change)
        if self._stop_by is not None:
            return
        young = time.monotonic() - child.born < _YOUNG
        self._young_deaths = self._young_deaths + 1 if young else 0
        _LOG.error(
            "a web process died; another takes its place",
            extra=given(web=child.number, pid=child.pid, status=_said(status)),
        )
        if self._young_deaths >= _PATIENCE:
            self._failed = _die_young(_said(status))
            self._stop()
        else:
            self._fork(child.number)

    def _revive(self) -> None:
        """Start the engine again at its place; requests wait for it meanwhile."""
        self._revive_at = None
        engine = self._knowledge.engine
        if engine is None or self._stop_by is not None or engine.ended is None:
            return
        try:
            engine.revive()
            self._revive_pause = _SOON
            _LOG.info("the engine answers again", extra=given(pid=engine.pid))
        except PlankbError as error:
            _LOG.error("the engine did not start", extra=given(why=error.render("en")))
            self._revive_at = time.monotonic() + self._revive_pause
            self._revive_pause = min(2 * self._revive_pause, _LATE)

    # -- revisions ----------------------------------------------------------------------

    def _reload(self) -> None:
        """Build the next revision, in a process that may fail."""
        if self._stop_by is not None:
            return
        if self._revisions.building or self._coming is not None:
            self._again = True
        else:
            self._revisions.build()

    def _found(self, found: Checked | str) -> None:
        """A revision was built, or seen in the remote store: have the web processes prepare it."""
        if self._stop_by is not None:
            return
        revision = found if isinstance(found, str) else found.revision
        if revision == self._knowledge.revision:
            _LOG.info("nothing changed", extra=given(revision=revision))
        elif self._coming is not None:
            # Another one came first, and may lack what this one has.
            self._again = self._again or isinstance(found, Checked)
        else:
            try:
                knowledge = self._revisions.knowledge(found, self._knowledge)
            except PlankbError as error:
                _LOG.error("the new revision is not served", extra=given(why=error.render("en")))
            else:
                generation = self._board.generation + 1
                self._coming = _Change(knowledge, generation, set(self._children))
                for child in self._children:
                    self._prepare(child, self._coming)

    def _prepare(self, child: _Child, change: _Change) -> None:
        assert change.knowledge.engine is not None
        self._tell(
            child,
            {
                "do": "prepare",
                "engine": str(change.knowledge.engine.path),
                "revision": change.knowledge.revision,
                "generation": change.generation,
            },
        )

    def _is_coming(self, generation: int) -> bool:
        return self._coming is not None and self._coming.generation == generation

    def _discount(self, child: _Child) -> None:
        """The child is ready for what is coming, or dead; the last one lets it come."""
        change = self._coming
        if change is None:
            return
        change.awaited.discard(child)
        if change.awaited or not self._children:
            return
        self._coming = None
        before = _Change(
            self._knowledge,
            self._board.generation,
            set(self._children),
            time.monotonic() + self._settings.query_seconds + _GRACE,
        )
        self._knowledge = change.knowledge
        self._board.generation = change.generation  # from here on, for every next request
        self._going.append(before)
        for each in self._children:
            self._tell(each, {"do": "turn"})
        _LOG.info("a new revision is served", extra=given(revision=change.knowledge.revision))
        self._next_in_line()

    def _next_in_line(self) -> None:
        """Look out for the revision after this one."""
        if self._stop_by is not None or self._revisions.building or self._coming is not None:
            return
        self._revisions.watch(self._knowledge.revision)
        if self._again:
            self._again = False
            self._reload()

    def _let_go_if_unused(self, change: _Change) -> None:
        if not change.awaited:
            self._let_go(change)

    def _let_go(self, change: _Change) -> None:
        self._going.remove(change)
        change.knowledge.close()

    # -- the end ------------------------------------------------------------------------

    def _stop(self) -> None:
        self._revisions.close()
        self._stop_by = time.monotonic() + self._settings.query_seconds + _GRACE
        for child in self._children:
            self._tell(child, {"do": "stop"})

    def _kill(self) -> None:
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        self._stop_by = time.monotonic() + _GRACE

    def _end(self) -> None:
        self._kill()
        for child in self._children:
            os.waitpid(child.pid, 0)
            child.control.close()
        self._revisions.close()
        if self._coming is not None:
            self._coming.knowledge.close()
        for change in list(self._going):
            self._let_go(change)
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()


def _noted(number: int, frame: object) -> None:
    """A signal: its number is in the wake-up socket, which the loop reads."""


def _said(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def _die_young(how: str) -> PlankbError:
    return PlankbError(
        "web-process",
        Text(
            zh=f"网络服务进程一启动就终止（{how}）",
            en=f"the web processes end as soon as they are started ({how})",
        ),
        Text(zh="原因见上方的日志", en="the log lines above say why"),
    )
