"""A worker of the engine's that this process asks itself, for as long as answers come at once.

A query goes to the worker and its answer comes straight back, while this process waits: nobody
else is woken, and that takes longer than most queries do. Queries that came together go together,
and are answered in their order: the worker is woken once for all of them. What is not answered
within some milliseconds is left to the engine, with the worker that is at it. Where that happens
often, the engine is asked from the beginning, so that little time is spent on waiting.
For one event loop in one process. Must not know what is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import sys
import time
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass

from kb.store.frames import Frame, Header, Inbox
from kb.store.messages import (
    back_notice,
    client_of,
    lend_request,
    outcome_of,
    running_notice,
    told_notice,
)
from kb.store.tally import Tally

#: Seconds that an answer is waited for. Nothing else is done meanwhile.
_BRIEF = 0.005
#: The part of all time that may go by in waiting for what did not come, and how many seconds of
#: it are saved up.
_VAIN = 0.05
_SAVED = 0.05
#: The part of a client's budget after which the engine is told without delay.
_SHARE = 0.01
#: How many queries are remembered that were not answered in time.
_REMEMBERED = 500
#: Bytes that are read at a time, and about as many are sent: a socket holds more.
_PIECE = 2**16
_TIMEOUT = struct.pack("ll", 0, int(_BRIEF * 1e6))  # a struct timeval


@dataclass(frozen=True, slots=True)
class Running:
    """A query that a worker is at and that the engine is to see to from now on.

    Args:
        pid: of the worker.
        seconds: since it began.
    """

    pid: int
    seconds: float

    def notice(self) -> Frame:
        """What the engine is told before it is asked that query."""
        return running_notice(self.pid, self.seconds)


@dataclass(slots=True, eq=False)
class _Asked:
    """A query for the worker, and what became of it."""

    request: Frame
    outcome: Frame | Running | None = None
    is_over: bool = False


class Direct:
    """A worker that was lent to this process, or none.

    Args:
        path: of the engine's socket.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._control: socket.socket | None = None
        self._inbox = Inbox()
        self._closed = False
        #: Process id of the worker; of the last one, where there is none now.
        self.pid = 0
        self._worker: socket.socket | None = None
        self._waiting: deque[_Asked] = deque()
        self._sent: deque[_Asked] = deque()
        self._replies = Inbox()
        self._since = 0.0  # when the worker came to the first of those sent
        self._slow: OrderedDict[bytes, None] = OrderedDict()
        self._vain = 0.0
        self._vain_at = 0.0
        self._tally = Tally()
        self._share = 0.0
        self._untold = 0.0
        self._spent: dict[str, float] = defaultdict(float)
        self._over: dict[str, float] = {}

    @property
    def is_lent(self) -> bool:
        """Whether there is a worker to ask."""
        return self._worker is not None

    def ask(self, request: Frame) -> Frame | Running | None:
        """Send a request to the worker.

        Returns:
            Its reply; or that it is still at it; or None where the engine has to be asked.
        """
        asked = self._take(request)
        return None if asked is None else self._outcome(asked)

    async def ask_with_others(self, request: Frame) -> Frame | Running | None:
        """As :meth:`ask`, with the requests of all who are about to ask at this moment."""
        asked = self._take(request)
        if asked is None:
            return None
        await asyncio.sleep(0)
        return self._outcome(asked)

    def _take(self, request: Frame) -> _Asked | None:
        if self._worker is None or self._refers(request, time.monotonic()):
            return None
        asked = _Asked(request)
        self._waiting.append(asked)
        return asked

    def _outcome(self, asked: _Asked) -> Frame | Running | None:
        while not asked.is_over:
            if not self._sent:
                self._send()
            elif (worker := self._worker) is not None:
                self._receive(worker)
        return asked.outcome

    def _send(self) -> None:
        """Send what waits, not more at a time than a socket holds."""
        assert self._worker is not None
        whole = b""
        while self._waiting and len(whole) < _PIECE:
            asked = self._waiting.popleft()
            self._sent.append(asked)
            (piece,) = asked.request.parts()
            whole += piece
        self._since = time.monotonic()
        try:
            sent = self._worker.send(whole)
        except OSError:
            sent = 0
        if sent < len(whole):
            self._lost()

    def _receive(self, worker: socket.socket) -> None:
        """Wait for the next reply."""
        try:
            reply = _reply(self._replies, worker)
        except BlockingIOError:
            self._leave()
            return
        except OSError:  # it died with what it was sent unread
            reply = None
        if reply is None:
            self._lost()
            return
        asked = self._sent.popleft()
        asked.outcome, asked.is_over = reply, True
        began, self._since = self._since, time.monotonic()
        self._count(asked.request, reply, self._since - began)

    def give_up(self, running: Running) -> None:
        """Nobody will ask the engine about that query."""
        self._say(back_notice(running.pid, fit=False))

    def look(self) -> None:
        """Tell the engine what was done; or find it again. A few times a second."""
        if self._control is None:
            if not self._closed:
                self._connect()
            return
        taken = self._tally.taken()
        if taken is not None:
            spent, self._spent = self._spent, defaultdict(float)
            self._untold = 0.0
            self._say(told_notice(taken, spent))

    def close(self) -> None:
        """Ask nobody any more."""
        self.look()
        self._closed = True
        self._end()

    # -- whom to ask -----------------------------------------------------------------------

    def _refers(self, request: Frame, now: float) -> bool:
        """Whether the engine is better asked at once."""
        if self._vain:
            self._vain = max(0.0, self._vain - (now - self._vain_at) * _VAIN)
            self._vain_at = now
            if self._vain > _SAVED:
                return True
        if self._slow and request.body in self._slow:
            return True
        if self._over:
            until = self._over.get(client_of(request))
            return until is not None and now < until
        return False

    def _leave(self) -> None:
        """What the worker is at takes longer than can be waited for."""
        slow = self._sent.popleft()
        running = Running(self.pid, time.monotonic() - self._since)
        slow.is_over = True
        if self._sent:  # it would go on with those, and they are asked of the engine now
            self._lost()
        else:
            slow.outcome = running
            self._let_go()
        self._vain += running.seconds
        self._vain_at = self._since + running.seconds
        self._slow[bytes(slow.request.body)] = None
        if len(self._slow) > _REMEMBERED:
            self._slow.popitem(last=False)

    def _lost(self) -> None:
        """The worker died, or was taken away."""
        pid = self.pid
        self._let_go()
        self._say(back_notice(pid, fit=False))

    def _count(self, request: Frame, reply: Frame, seconds: float) -> None:
        outcome, tired = outcome_of(reply)
        self._tally.misses += 1
        self._tally.answered("short", outcome, seconds)
        if self._share:
            self._spent[client_of(request)] += seconds
            self._untold += seconds
            if self._untold > self._share:
                self.look()
        if tired:
            self._lost()

    # -- from and to the engine --------------------------------------------------------------

    def _connect(self) -> None:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.setblocking(False)
        try:
            control.connect(self._path)
        except OSError:  # it is being started again, or ends
            control.close()
            return
        self._control = control
        asyncio.get_running_loop().add_reader(control.fileno(), self._hear)
        self._say(lend_request(1, _processor()))

    def _hear(self) -> None:
        assert self._control is not None
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 2**16, 4)
            self._inbox.feed(data)
            while (frame := self._inbox.take()) is not None:
                self._heed(frame.header, descriptors)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data = b""
        if not data:
            self._end()

    def _heed(self, said: Header, descriptors: list[int]) -> None:
        if "lent" in said:
            self._let_go()
            self._worker = socket.socket(fileno=descriptors.pop(0))
            # Blocking, but never for long: a time limit of Python's own takes a call more.
            self._worker.setblocking(True)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                self._worker.setsockopt(socket.SOL_SOCKET, option, _TIMEOUT)
            self.pid, self._share = said["lent"], said["budget"] * _SHARE
        elif "over" in said:
            now = time.monotonic()
            self._over = {who: until for who, until in self._over.items() if until > now}
            self._over |= {who: now + wait for who, wait in said["over"].items()}

    def _say(self, frame: Frame) -> None:
        if self._control is None:
            return
        (whole,) = frame.parts()
        try:
            sent = self._control.send(whole)
        except OSError:
            sent = 0
        if sent < len(whole):  # it is gone, or does not listen
            self._end()

    def _let_go(self) -> None:
        """Close the worker's socket; what was not answered is asked of the engine."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        for left in (self._sent, self._waiting):
            while left:
                left.popleft().is_over = True
        self._replies = Inbox()

    def _end(self) -> None:
        self._let_go()
        if self._control is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
            self._inbox = Inbox()


def _reply(replies: Inbox, worker: socket.socket) -> Frame | None:
    """The next reply of a worker; None where it ends before, or does not go on.

    Raises:
        BlockingIOError: none of it has come in time.
    """
    frame = replies.take()
    if frame is not None:
        return frame
    data = worker.recv(_PIECE)
    try:
        while data:
            replies.feed(data)
            if (frame := replies.take()) is not None:
                return frame
            data = worker.recv(_PIECE)  # all of it is there, and being sent
    except (OSError, ValueError):
        pass
    return None


def _processor() -> int | None:
    """The processor that this process keeps to; None where it uses several."""
    if sys.platform == "linux":
        allowed = os.sched_getaffinity(0)
        if len(allowed) == 1:
            return allowed.pop()
    return None
