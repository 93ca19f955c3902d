"""The engine seen from a web process or a command: start it, and query it over its socket.

Must not know how the engine runs queries.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from kb.errors import PlankbError
from kb.settings import Settings
from kb.store import rows
from kb.store.cancel import watched
from kb.store.frames import Frame, receive, send
from kb.store.interface import Limits, Result, Row, Term
from kb.store.messages import (
    load_request,
    quads_request,
    query_request,
    result_of,
    status_request,
    to_error,
)
from kb.text import Text

#: The longest path that fits the address of a Unix socket on every system is 103 bytes.
_LONGEST_PATH = 100


@dataclass(frozen=True, slots=True)
class Status:
    """The engine's state.

    Args:
        revision: that new queries see.
        workers: their process ids, those at work and those waiting for it.
        busy: queries that run.
        queued: queries that wait.
        seccomp: whether every worker filters system calls.
    """

    revision: str
    workers: tuple[int, ...]
    busy: int
    queued: int
    seccomp: bool


class EngineClient:
    """A :class:`kb.store.interface.Store` over the engine's socket, for any number of threads.

    Args:
        path: of the socket.
        limits: asked for where a query asks for none; the engine grants no more than its own.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self._path = os.fspath(path)
        self._limits = limits or Limits()
        self._idle: collections.deque[socket.socket] = collections.deque()
        self._owner = os.getpid()

    @property
    def revision(self) -> str:
        """The name of the revision that new queries see."""
        return self.status().revision

    def status(self) -> Status:
        """The engine's state now."""
        header = self._ask(status_request()).header
        return Status(
            header["revision"],
            tuple(header["workers"]),
            header["busy"],
            header["queued"],
            header["seccomp"],
        )

    def load(self, data: Iterable[ox.Quad] | bytes, revision: str) -> None:
        """As :meth:`kb.store.interface.Store.load`; queries that run see the old revision."""
        reply = self._ask(load_request(nquads(data), revision))
        if "error" in reply.header:
            raise to_error(reply.header["error"])

    def query(
        self,
        text: str,
        *,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base: str | None = None,
        limits: Limits | None = None,
    ) -> Result:
        """As :meth:`kb.store.interface.Store.query`."""
        request = query_request(
            text, format, default_graphs, named_graphs, limits or self._limits, base
        )
        return result_of(self._ask(request))

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """As :meth:`kb.store.interface.Store.select`."""
        return rows.select(self, text, bindings)

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad, in no particular order; under the limits of a query."""
        body = result_of(self._ask(quads_request(None, self._limits))).body
        return ox.parse(body, ox.RdfFormat.N_QUADS)

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
        body = result_of(self._ask(quads_request(iri, self._limits))).body
        return (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))

    def close(self) -> None:
        """Close the idle connections; the next query would open another."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, request: Frame) -> Frame:
        if self._owner != os.getpid():  # forked since: these connections are the parent's
            self._idle = collections.deque()
            self._owner = os.getpid()
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._talk(self._connect(), request)
        try:
            return self._talk(connection, request)
        except _Lost:  # the engine was started anew since this connection was last used
            return self._talk(self._connect(), request)

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            raise _lost(str(error)) from error
        return connection

    def _talk(self, connection: socket.socket, request: Frame) -> Frame:
        # The engine answers every request in time, or it is gone and the socket closed.
        try:
            with watched(connection):
                send(connection, request)
                reply = receive(connection)
        except OSError as error:
            connection.close()
            raise _lost(str(error)) from error
        except BaseException:  # interrupted: closing the connection ends the query
            connection.close()
            raise
        if reply is None:
            connection.close()
            raise _lost("closed")
        self._idle.append(connection)
        return reply


class _Lost(PlankbError):
    """The engine does not answer; of no interest outside, where it is a PlankbError."""


def _lost(reason: str) -> _Lost:
    return _Lost(
        "engine-lost",
        Text(zh=f"查询引擎没有应答：{reason}", en=f"the query engine does not answer: {reason}"),
        Text(zh="重新启动服务", en="start the service again"),
    )


def nquads(data: Iterable[ox.Quad] | bytes) -> bytes:
    """Quads as N-Quads in UTF-8."""
    if isinstance(data, bytes):
        return data
    return ox.serialize(data, format=ox.RdfFormat.N_QUADS) or b""


class Engine:
    """A running engine process of ours. Make one with :meth:`start`; close it.

    It ends when this process does, and when every process forked from it has.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], folder: Path, path: Path, limits: Limits
    ) -> None:
        self._process = process
        self._folder = folder
        self._closing = threading.Lock()
        self._limits = limits
        self.path = path

    @classmethod
    def start(
        cls,
        data: Iterable[ox.Quad] | bytes,
        revision: str,
        settings: Settings | None = None,
        *,
        prefixes: Mapping[str, str] | None = None,
        base: str | None = None,
        union: bool = True,
    ) -> Engine:
        """Start an engine process and wait until it is ready.

        Args:
            data: the quads, or the same as N-Quads.
            revision: their name.
            settings: query_seconds, query_memory_mb, result_mb, workers and queue count.
            prefixes: known to every query, and used to shorten IRIs.
            base: IRI that relative IRIs in queries are resolved against.
            union: as of :class:`kb.store.embedded.EmbeddedStore`.

        Raises:
            InputError: the data cannot be loaded.
            PlankbError: the process could not be started.
        """
        settings = settings or Settings()
        limits = Limits.of(settings)
        folder = _private_folder()
        path = folder / "engine"
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kb.store.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        engine = cls(process, folder, path, limits)
        order = Frame(
            {
                "socket": str(path),
                "revision": revision,
                "seconds": limits.seconds,
                "memory_mb": limits.memory_mb,
                "result_mb": limits.result_mb,
                "workers": settings.workers,
                "queue": settings.queue,
                "prefixes": dict(prefixes or {}),
                "base": base,
                "union": union,
            },
            nquads(data),
        )
        try:
            engine._order(order)
        except BaseException:
            engine.close()
            raise
        return engine

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def client(self) -> EngineClient:
        """A store over its socket."""
        return EngineClient(self.path, self._limits)

    def close(self, patience: float = 30.0) -> None:
        """Let running queries end, then end the engine; at once after so many seconds."""
        with self._closing:
            if self._process.poll() is None:
                self._process.terminate()
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _order(self, order: Frame) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            for part in order.parts():
                self._process.stdin.write(part)
            self._process.stdin.flush()  # and stays open: its end tells the engine of ours
        except BrokenPipeError:
            pass  # it says why below, or says nothing
        head = self._process.stdout.readline()
        reply = Frame(_json(head)) if head else None
        if reply is None:
            raise PlankbError(
                "engine-start",
                Text(zh="查询引擎未能启动", en="the query engine did not start"),
                Text(zh="原因见上方的错误输出", en="its error output above says why"),
            )
        if "error" in reply.header:
            raise to_error(reply.header["error"])


def _json(line: bytes) -> dict[str, object]:
    value = json.loads(line)
    assert isinstance(value, dict)
    return value


def _private_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="plankb-"))  # mode 0700
    if len(os.fsencode(folder / "engine")) > _LONGEST_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="plankb-", dir="/tmp"))
    return folder


def _environment() -> dict[str, str]:
    """Ours, with the folder of this package to import from, wherever it is run."""
    root = str(Path(__file__).resolve().parents[2])
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([root, others] if others else [root])}
