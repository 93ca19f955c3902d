"""The next revision, made or looked for in a process of its own, which may fail or take long.

With an engine of our own a revision is built and checked when somebody asks for it, and made with
other reports when a decision in the ledger changes them. With a remote store it is built, checked
and loaded there, where that may be; and whichever revision the store has is looked for all the
time, as others may load it.
Must not know who serves a revision, nor when it takes over.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from kb.errors import PlankbError
from kb.settings import Settings
from kb.store.remote import RemoteStore
from server.knowledge import Checked, Knowledge, publish
from server.logs import given
from server.reported import Following

_LOG = logging.getLogger("plankb.service")
#: Seconds between two looks at the revision of a remote store.
_LOOK = 1.0
#: Seconds between two looks into the ledger, which cost a fraction of a millisecond each.
_GLANCE = 0.1
#: Seconds until the ledger is looked into again after that had failed altogether.
_PAUSE = 10.0


@dataclass(slots=True, eq=False)
class _Process:
    """A process that looks for a revision, and the file that it writes it to."""

    pid: int
    file: IO[bytes]

    def ended(self) -> int | None:
        """Its wait status; None while it is at work."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return status if pid else None

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.file.close()


class Revisions:
    """Processes that make or find the next revision: one builds, one watches, one follows.

    Args:
        settings: in force.
        forget: called in a process that was forked, to leave alone what is its parent's.
    """

    def __init__(self, settings: Settings, forget: Callable[[], None]) -> None:
        self._settings = settings
        self._forget = forget
        self._build: _Process | None = None
        self._watch: _Process | None = None
        self._follow: _Process | None = None
        self._followed = ""
        self._stumbled = False

    @property
    def building(self) -> bool:
        """Whether one is being built."""
        return self._build is not None

    def build(self) -> None:
        """Build a revision from the files, and check it."""
        self._build = self._fork(self._built)

    def watch(self, revision: str) -> None:
        """Look for another revision in the remote store, if there is one, or else in the ledger.

        Args:
            revision: that is known already.
        """
        if self._settings.store:
            if self._watch is None:
                self._watch = self._fork(lambda file: self._seen(revision, file))
            return
        if self._follow is not None and self._followed != revision:
            self._follow.close()
            self._follow = None
        if self._follow is None:
            pause, self._followed = _PAUSE if self._stumbled else 0.0, revision
            self._follow = self._fork(lambda file: self._reported(revision, file, pause))

    def reap(self) -> list[Checked | str]:
        """What was found: a revision of ours, or the name of one in the remote store.

        A failure is in the log, by whoever failed.
        """
        found: list[Checked | str] = []
        if self._build is not None and (status := self._build.ended()) is not None:
            process, self._build = self._build, None
            with process.file as file:
                file.seek(0)
                revision = file.readline().decode().strip()
                # A remote store is watched, and so is what was loaded into it now.
                if status:
                    _LOG.error("the revision before stays")
                elif not self._settings.store:
                    found.append(Checked(revision, file.read()))
        if self._watch is not None and (status := self._watch.ended()) is not None:
            process, self._watch = self._watch, None
            with process.file as file:
                file.seek(0)
                if status == 0:
                    found.append(file.read().decode())
        if self._follow is not None and (status := self._follow.ended()) is not None:
            process, self._follow = self._follow, None
            with process.file as file:
                file.seek(0)
                self._stumbled = bool(status)
                if status == 0 and (name := file.readline().decode().strip()):
                    found.append(Checked(name, file.read()))
        return found

    def knowledge(self, found: Checked | str, before: Knowledge) -> Knowledge:
        """What is to be served, with its engine where that is ours.

        Args:
            found: the revision.
            before: what is served now.

        Raises:
            PlankbError: the engine did not start, or the remote store does not answer.
        """
        if isinstance(found, str):
            return Knowledge.remote(self._settings)
        engine = found.start(self._settings)
        try:
            return before.then(engine, found.revision, self._settings)
        except BaseException:
            engine.close()
            raise

    def close(self) -> None:
        """End them."""
        for process in (self._build, self._watch, self._follow):
            if process is not None:
                process.close()
        self._build = self._watch = self._follow = None

    def _fork(self, work: Callable[[IO[bytes]], None]) -> _Process:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was read
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(OSError):  # what lists of processes call it, on Linux
                Path("/proc/self/comm").write_text("plankb-revision")
            self._forget()
            _live(work, file)
        return _Process(pid, file)

    def _built(self, file: IO[bytes]) -> None:
        if self._settings.store:
            publish(self._settings)
            return
        checked = Checked.build(self._settings)
        file.write(checked.revision.encode() + b"\n" + checked.data)

    def _reported(self, revision: str, file: IO[bytes], pause: float) -> None:
        parent = os.getppid()
        time.sleep(pause)
        following = Following(self._settings, revision)
        while os.getppid() == parent:
            found = following.try_to()
            if found is not None:
                file.write(found.revision.encode() + b"\n" + following.plan.data)
                file.write(found.data)
                return
            time.sleep(_GLANCE)

    def _seen(self, revision: str, file: IO[bytes]) -> None:
        parent = os.getppid()
        following = Following(self._settings, revision)
        with RemoteStore.of(self._settings) as store:
            while os.getppid() == parent:
                time.sleep(_LOOK)
                try:
                    state = store.state()
                    if not state.revision and not state.loading:
                        publish(self._settings)  # it lost what it had
                    elif self._settings.store_write and following.try_to() is not None:
                        publish(self._settings)
                except PlankbError:
                    following.forget()
                    continue  # it is away; /readyz says so
                if state.revision not in ("", revision) and not state.loading:
                    file.write(state.revision.encode())
                    return


def _live(work: Callable[[IO[bytes]], None], file: IO[bytes]) -> NoReturn:
    """The whole life of a process: do the work, or say why not."""
    status = 1
    try:
        work(file)
        file.flush()
        status = 0
    except PlankbError as error:
        _LOG.error("the new revision is not fit", extra=given(why=error.render("en")))
    except BaseException:
        _LOG.exception("the new revision could not be built")
        raise
    finally:
        os._exit(status)
