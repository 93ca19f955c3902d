"""The process that forks a walled-in reader for each file; it has one thread and holds nothing.

It is told one thing, on its standard input: here is a channel. The reader gets its order and
the bytes on it, answers with tables or with why not, and ends. Must not know who asks.
"""

from __future__ import annotations

import codecs
import gc
import json
import os
import signal
import socket
from dataclasses import asdict
from typing import NoReturn

from kb.errors import FileProblem
from kb.reports.reading import grid, parsing
from kb.reports.reading.limits import Limits
from kb.reports.sheet import Upload
from kb.store import sandbox

#: Of texts, of marks in them, and of names in a zip: each is a module, and loaded once.
_ENCODINGS = ("gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp437", "latin-1")

#: How many times its processor time a reader may take by the clock.
PATIENCE = 6

#: First byte of an answer.
TABLES, REFUSED, FAULT = b"t", b"r", b"f"


def order(upload: Upload, limits: Limits) -> bytes:
    """What a reader is told before the bytes: its length, then name and limits as JSON."""
    told = json.dumps({"name": upload.name, **asdict(limits)}).encode()
    return len(told).to_bytes(4, "big") + told


def main() -> None:
    """Fork readers until nobody can ask any more."""
    import pyoxigraph  # noqa: F401  behind the walls nothing can be imported

    for name in _ENCODINGS:
        codecs.lookup(name)
    # Ctrl-C goes to the whole group; this process ends when the one that started it does.
    for signal_ in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(signal_, signal.SIG_IGN)
    asked = socket.socket(fileno=0)
    gc.collect()
    gc.freeze()
    while True:
        told, channels, _, _ = socket.recv_fds(asked, 1, 1)
        if not told:
            return
        for channel in channels:
            own = os.getpid()
            try:
                child = os.fork()
            except OSError:
                child = -1  # whoever asked sees the channel close
            if child == 0:
                _read(channel, own)
            os.close(channel)


def _read(channel: int, parent: int) -> NoReturn:
    """Read one file, in a process that can do nothing else."""
    try:
        size = int.from_bytes(_exactly(channel, 4), "big")
        told = json.loads(_exactly(channel, size))
        name = str(told.pop("name"))
        limits = Limits(**told)
        # The kernel ends it at either deadline, whatever it is doing. Processor time counts: on a
        # busy machine a good file takes longer, and no more of it.
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds * PATIENCE)
        sandbox.confine(channel, limits.memory_mb, parent)
        _send(_answer(name, limits))
    finally:
        os._exit(0)


def _answer(name: str, limits: Limits) -> bytes:
    pieces = []
    while piece := os.read(0, 2**20):
        pieces.append(piece)
    try:
        return TABLES + grid.dump(parsing.parse(Upload(name, b"".join(pieces)), limits))
    except FileProblem as problem:
        hint = problem.hint.as_dict() if problem.hint is not None else None
        told = {"code": problem.code, "message": problem.message.as_dict(), "hint": hint}
        return REFUSED + json.dumps(told).encode()
    except Exception as error:  # noqa: BLE001  a fault of ours: told, and logged over there
        return FAULT + f"{type(error).__name__}: {error}".encode("utf-8", "replace")


def _send(answer: bytes) -> None:
    left = memoryview(answer)
    while left:
        left = left[os.write(0, left) :]


def _exactly(channel: int, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = os.read(channel, size - len(found))
        if not piece:
            os._exit(0)
        found += piece
    return found


if __name__ == "__main__":
    main()
