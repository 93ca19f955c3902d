"""A forked process that runs one query after another in the sandbox, and may be killed.

It is forked from the process that holds the store and shares its pages. That process must
have one thread only. Must not know where queries come from.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from kb.errors import PlankbError, QueryStopped
from kb.store import sandbox
from kb.store.embedded import EmbeddedStore
from kb.store.formats import too_large
from kb.store.frames import Frame, Header, Inbox, receive, send
from kb.store.interface import Limits, Result
from kb.store.messages import (
    LIMITS_SIZE,
    expects_more,
    limits_of,
    of_problem,
    of_result,
    outcome_of,
    reply_note,
)
from kb.text import Text

#: A worker that grew by more than this part of its memory limit makes room for a new one.
_GROWTH = 0.25
#: Seconds after which a query may have taken so much that it is worth a look.
_LOOK_AFTER = 0.005
#: Seconds in which the next query comes from who waits for nothing else.
_AWAKE = 0.001


@dataclass(slots=True)
class Worker:
    """A worker as its parent sees it.

    Args:
        pid: its process.
        channel: frames to and from it.
        revision: the revision that it holds.
    """

    pid: int
    channel: socket.socket
    revision: str

    def kill(self) -> int:
        """End it at once and take its exit status; a status of 0 where it is gone already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.reap()

    def await_ready(self) -> None:
        """Block until it stands behind its walls.

        Raises:
            PlankbError: it died before.
        """
        if receive(self.channel) is None:
            raise not_started(self.reap())

    def reap(self) -> int:
        """Wait for its end and close the channel; the wait status."""
        self.channel.close()
        try:
            return os.waitpid(self.pid, 0)[1]
        except ChildProcessError:
            return 0


def spawn(store: EmbeddedStore, limits: Limits) -> Worker:
    """Fork a worker that holds the store as it is now.

    Its first frame says that it is ready and which walls stand around it.

    Raises:
        OSError: no process could be made.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(store, limits, theirs, parent)
    theirs.close()
    return Worker(pid, ours, store.revision)


def stopped(status: int, limits: Limits) -> QueryStopped | None:
    """Why a worker died that its parent did not kill; None where someone else killed it.

    Args:
        status: its wait status.
        limits: under which it ran.
    """
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number in (signal.SIGXCPU, signal.SIGALRM):
        return deadline(limits)
    if number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        return None
    # An allocation that fails aborts; a stack that is used up faults.
    return out_of_memory(limits)


def not_started(status: int) -> PlankbError:
    """The error where a worker dies before it is ready."""
    return PlankbError(
        "query-worker",
        Text(
            zh=f"查询进程无法启动（等待状态 {status}）",
            en=f"the process for queries cannot be started (wait status {status})",
        ),
        Text(
            zh="检查内存与进程数限制（ulimit），或调低 PLANKB_WORKERS",
            en="look at the limits of memory and processes (ulimit), or lower PLANKB_WORKERS",
        ),
    )


def deadline(limits: Limits) -> QueryStopped:
    """The error for a query that ran too long."""
    seconds = f"{limits.seconds:g}"
    return QueryStopped(
        "query-deadline",
        Text(
            zh=f"查询超过了 {seconds} 秒的时限，已终止",
            en=f"the query was stopped after {seconds} s",
        ),
        Text(
            zh="增加条件、减少可选部分和任意长度的路径，或加 LIMIT",
            en="add conditions, use fewer OPTIONAL parts and unbounded paths, or add LIMIT",
        ),
        seconds=limits.seconds,
    )


def out_of_memory(limits: Limits) -> QueryStopped:
    """The error for a query that needs too much memory."""
    return QueryStopped(
        "query-memory",
        Text(
            zh=f"查询所需内存超过 {limits.memory_mb:g} MiB（或嵌套过深），已终止",
            en=f"the query was stopped: it needs more than {limits.memory_mb:g} MiB of memory, "
            "or nests too deeply",
        ),
        Text(
            zh="减少 ORDER BY、DISTINCT、GROUP BY 所涉及的行数，或分步查询",
            en="sort, group or make distinct fewer rows, or ask in several steps",
        ),
        memory_mb=limits.memory_mb,
    )


def _live(store: EmbeddedStore, limits: Limits, channel: socket.socket, parent: int) -> NoReturn:
    """The whole life of the forked process; never returns to the code that forked it."""
    try:
        # Ctrl-C goes to the whole group; it is the parent that decides what then happens.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        walls = sandbox.confine(channel.detach(), limits.memory_mb, parent)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=0)
        allowance = sandbox.Allowance(walls)
        most = _peak() + limits.memory_mb * _GROWTH
        send(line, Frame.of({"ready": True, "seccomp": walls.seccomp}))
        inbox = Inbox()
        count = 0
        more = False
        while (request := _next(inbox, line, awake=more)) is not None:
            began = time.monotonic()
            reply = _answer(store, request, limits, allowance)
            allowance.end()
            count += 1
            # A short query rarely takes much memory, and to look costs a system call.
            if count % 16 == 0 or time.monotonic() - began > _LOOK_AFTER:
                reply.note = reply_note(outcome_of(reply)[0], tired=_peak() > most)
            send(line, reply)
            more = expects_more(request)
    finally:
        os._exit(0)


def _next(inbox: Inbox, line: socket.socket, *, awake: bool) -> Frame | None:
    """The next request; short queries may be sent ahead, several at a time."""
    while (request := inbox.take()) is None:
        if awake:
            _stay_awake(line)
        if not inbox.read(line):
            return None
    return request


def _stay_awake(line: socket.socket) -> None:
    """Wait for a moment without going to sleep: to wake a processor takes as long as a query.

    Who asks one query after the other, alone, finds this process awake. Whoever else wants the
    processor gets it at once.
    """
    until = time.monotonic() + _AWAKE
    while time.monotonic() < until:
        try:
            line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            os.sched_yield()
        else:
            return


def _peak() -> int:
    """The most memory that this process ever held, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@lru_cache(maxsize=64)
def _read_head(head: bytes) -> Header:
    header: Header = json.loads(head)
    return header


@lru_cache(maxsize=64)
def _granted(asked: bytes, cap: Limits) -> Limits:
    return limits_of(Frame(b"", note=asked)).within(cap)


def _answer(
    store: EmbeddedStore, request: Frame, cap: Limits, allowance: sandbox.Allowance
) -> Frame:
    limits = cap
    try:
        header = _read_head(request.head)
        limits = _granted(request.note[:LIMITS_SIZE], cap)
        allowance.grant(limits.seconds, limits.memory_mb)
        if header["do"] == "quads":
            return _dump(store, header["graph"], limits)
        result = store.query(
            bytes(request.body).decode(),
            format=header["format"],
            default_graphs=header["default"],
            named_graphs=header["named"],
            base=header["base"],
            limits=limits,
        )
        return of_result(result)
    except MemoryError:
        return of_problem(out_of_memory(limits))
    except PlankbError as error:
        return of_problem(error)
    except BaseException as error:  # noqa: BLE001  the engine's panics are no Exception
        fault = PlankbError(
            "query-fault",
            Text(
                zh=f"查询引擎出错（{type(error).__name__}）：{error}",
                en=f"the query engine failed ({type(error).__name__}): {error}",
            ),
        )
        return of_problem(fault)


def _dump(store: EmbeddedStore, graph: str | None, limits: Limits) -> Frame:
    began = time.perf_counter()
    body = store.nquads(graph)
    if len(body) > limits.result_mb * 2**20:
        raise too_large()
    seconds = time.perf_counter() - began
    media = "application/n-quads"
    return of_result(Result("construct", "nq", media, body, None, store.revision, seconds))
