"""Sockets that never block, and the loop that waits for all of them.

One thread. Must not know what is said over the sockets.
"""

from __future__ import annotations

import collections
import contextlib
import os
import selectors
import socket
import time
from collections.abc import Callable

from kb.store.frames import Bytes, Frame, Inbox

_BOTH = selectors.EVENT_READ | selectors.EVENT_WRITE


class Line:
    """One end of a connection: pieces in until a frame is whole, frames out in pieces.

    Args:
        channel: connected.
        heard: called when something has arrived, to take it from the inbox.
        ended: called once, when the other end is gone or sends what is no frame.
        longest: the longest body that is taken, in bytes.
        carries: whether descriptors arrive too; they stand in ``descriptors``, and never
            later than the frame that is about them.
    """

    __slots__ = (
        "descriptors",
        "ended",
        "gone",
        "heard",
        "held",
        "inbox",
        "moved",
        "out",
        "parked",
        "socket",
    )

    def __init__(
        self,
        channel: socket.socket,
        heard: Callable[[], None],
        ended: Callable[[], None],
        *,
        longest: int = 2**36,
        carries: bool = False,
    ) -> None:
        channel.setblocking(False)
        self.socket = channel
        self.heard = heard
        self.ended = ended
        self.inbox = Inbox(longest)
        self.out: collections.deque[memoryview] = collections.deque()
        self.descriptors: collections.deque[int] | None = collections.deque() if carries else None
        self.gone = False
        self.parked = False  # somebody else listens to it for a while
        self.held = 0  # bytes that the other end has not taken yet
        self.moved = 0.0  # when it last took any


class Loop:
    """Waits for lines and other descriptors, and calls whom it concerns."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.slow: set[Line] = set()  # lines whose other end has not taken everything

    def add(self, line: Line) -> None:
        """Wait for what arrives on a line."""
        self._selector.register(line.socket, selectors.EVENT_READ, line)

    def watch(self, descriptor: int | socket.socket, call: Callable[[], None]) -> None:
        """Call when a descriptor can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, call)

    def unwatch(self, descriptor: int | socket.socket) -> None:
        """Stop calling."""
        self._selector.unregister(descriptor)

    def park(self, line: Line) -> None:
        """Leave a line to somebody else who has its descriptor, until it is resumed or dropped."""
        if not line.gone and not line.parked:
            line.parked = True
            self._selector.unregister(line.socket)

    def resume(self, line: Line) -> None:
        """Listen to a line again that was parked."""
        if not line.gone and line.parked:
            line.parked = False
            self._selector.register(line.socket, selectors.EVENT_READ, line)

    def drop(self, line: Line) -> None:
        """Close a line; its owner is not told."""
        if not line.gone:
            line.gone = True
            self.slow.discard(line)
            if line.parked:
                # Who else has it is cut off now: closing our descriptor would leave them theirs.
                with contextlib.suppress(OSError):
                    line.socket.shutdown(socket.SHUT_RDWR)
            else:
                self._selector.unregister(line.socket)
            line.socket.close()
            for descriptor in line.descriptors or ():
                os.close(descriptor)
            line.out.clear()
            line.held = 0

    def end(self, line: Line) -> None:
        """Close a line whose other end is gone, or does not speak our language."""
        if not line.gone:
            self.drop(line)
            line.ended()

    def take(self, line: Line) -> Frame | None:
        """The next whole frame of a line, if there is one."""
        try:
            return line.inbox.take()
        except ValueError:
            self.end(line)
            return None

    def close(self) -> None:
        """End the loop; lines are closed by their owners."""
        self._selector.close()

    def turn(self, timeout: float | None) -> None:
        """Wait for something to happen, and let it be dealt with.

        Args:
            timeout: seconds to wait at most; None for as long as it takes.
        """
        for key, events in self._selector.select(timeout):
            line = key.data
            if type(line) is not Line:
                line()
            elif not line.gone:  # by an event before this one, in the same turn
                if events & selectors.EVENT_WRITE:
                    self._flush(line)
                if events & selectors.EVENT_READ:
                    self._read(line)

    def post(self, line: Line, *parts: Bytes) -> None:
        """Send bytes: now what the other end takes, the rest when it takes it."""
        if line.gone:
            return
        if not line.out and len(parts) == 1:
            whole = parts[0]
            try:
                sent = line.socket.send(whole)
            except BlockingIOError:
                sent = 0
            except OSError:  # shows when the line is read
                return
            if sent == len(whole):
                return
            parts = (memoryview(whole)[sent:],)
        line.out.extend(memoryview(part) for part in parts if len(part))
        line.held += sum(len(part) for part in parts)
        if line not in self.slow:
            line.moved = time.monotonic()
            self.slow.add(line)
            self._selector.modify(line.socket, _BOTH, line)
            self._flush(line)

    def _flush(self, line: Line) -> None:
        try:
            while line.out:
                sent = line.socket.send(line.out[0])
                line.held -= sent
                line.moved = time.monotonic()
                if sent == len(line.out[0]):
                    line.out.popleft()
                else:
                    line.out[0] = line.out[0][sent:]
        except BlockingIOError:
            return
        except OSError:
            line.out.clear()
            line.held = 0
        self.slow.discard(line)
        self._selector.modify(line.socket, selectors.EVENT_READ, line)

    def _read(self, line: Line) -> None:
        try:
            count = line.inbox.read(line.socket) if line.descriptors is None else _carried(line)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            count = 0
        if count:
            line.heard()
        else:
            self.end(line)


def _carried(line: Line) -> int:
    data, descriptors, _, _ = socket.recv_fds(line.socket, 2**16, 16)
    assert line.descriptors is not None
    line.descriptors.extend(descriptors)
    line.inbox.feed(data)
    return len(data)
