"""Parsing in a process of its own, without network or files, that ends at its deadline.

A file that crashes the reader, fills its memory or never ends is refused like any other that
cannot be read. Works from any thread and after a fork. Must not know formats.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time

from kb.errors import FileProblem, PlankbError
from kb.reports.reading import grid
from kb.reports.reading.broken import refused
from kb.reports.reading.grid import Grid
from kb.reports.reading.limits import Limits
from kb.reports.reading.nursery import FAULT, PATIENCE, REFUSED, TABLES, order
from kb.reports.sheet import Upload
from kb.text import Text

_LOG = logging.getLogger("plankb.reports")

#: Readers at a time: each may take memory.
_AT_ONCE = 4
#: Seconds beyond a reader's own deadlines, as it may have to be forked and to answer.
_GRACE = 5.0
#: An answer is not much larger than the text that it was unpacked from.
_LARGEST_ANSWER = 256 * 2**20


class Isolated:
    """Readers of one process. Started when first needed; ends with the process."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._process: subprocess.Popen[bytes] | None = None
        self._asking: socket.socket | None = None
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._forked)

    def start(self) -> None:
        """Start the process that forks readers, without waiting for it."""
        with self._starting:
            self._start()

    def parse(self, upload: Upload, limits: Limits) -> tuple[Grid, ...]:
        """The tables of a file.

        Raises:
            FileProblem: the file cannot be read, or not within the limits.
            PlankbError: no reader could be started.
        """
        if len(upload.data) > limits.upload_mb * 2**20:
            from kb.reports.reading.parsing import parse

            return parse(upload, limits)  # refuses it without reading it
        with self._places:
            deadline = time.monotonic() + limits.seconds * PATIENCE + _GRACE
            answer = b""
            with self._reader() as channel, contextlib.suppress(OSError):
                channel.settimeout(max(deadline - time.monotonic(), 0.001))
                channel.sendall(order(upload, limits) + upload.data)
                channel.shutdown(socket.SHUT_WR)
                answer = _all(channel, deadline)
        return _understood(answer)

    def close(self) -> None:
        """End the process that forks readers."""
        with self._starting:
            self._end()

    def _reader(self) -> socket.socket:
        """A channel to a new reader."""
        for _ in range(3):
            ours, theirs = socket.socketpair()
            with theirs, self._starting:
                try:
                    socket.send_fds(self._start(), [b"."], [theirs.fileno()])
                except OSError:  # it was killed; the next try starts another
                    ours.close()
                    self._end()
                else:
                    return ours
        raise PlankbError(
            "no-reader",
            Text(zh="无法启动读取文件的进程", en="the process that reads files cannot be started"),
        )

    def _start(self) -> socket.socket:
        alive = self._process is not None and self._process.poll() is None
        if self._asking is not None and alive:
            return self._asking
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "kb.reports.reading.nursery"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )
        self._asking = ours
        return ours

    def _forked(self) -> None:
        """In a forked process: what was started belongs to the one before, locks may be held."""
        self._starting = threading.Lock()
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        if self._process is not None:
            self._process.returncode = 0  # not a child of this process, and nothing to wait for
            self._process = None

    def _end(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        if self._process is not None:
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


#: The readers of this process.
READERS = Isolated()


def _all(channel: socket.socket, deadline: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while size <= _LARGEST_ANSWER:
        channel.settimeout(max(deadline - time.monotonic(), 0.001))
        piece = channel.recv(2**20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    return b""


def _understood(answer: bytes) -> tuple[Grid, ...]:
    """The answer of a reader; whoever took it over could say no more than a table of texts."""
    kind, told = answer[:1], answer[1:]
    problem = None
    with contextlib.suppress(ValueError, KeyError, TypeError):
        if kind == TABLES:
            return grid.load(told)
        if kind == REFUSED:
            content = json.loads(told)
            hint = content["hint"]
            problem = FileProblem(
                str(content["code"]),
                Text(**content["message"]),
                Text(**hint) if hint is not None else None,
            )
    if kind == FAULT:
        _LOG.warning("a reader failed: %s", told[:200].decode("utf-8", "replace"))
    raise problem or refused(
        "unreadable",
        "读取文件超时、超出内存或出错，已中止",
        "reading the file took too long or too much memory, or failed, and was stopped",
    )
