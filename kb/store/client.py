"""The engine seen from a web process or a command: a store over its socket.

Must not know how the engine runs queries, nor who started it.
"""

from __future__ import annotations

import collections
import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from kb.errors import Overloaded
from kb.store import rows
from kb.store.cancel import watched
from kb.store.frames import Frame, receive, send
from kb.store.interface import Limits, Result, Row, Term
from kb.store.messages import (
    end_request,
    load_request,
    patch_request,
    quads_request,
    query_request,
    result_of,
    status_request,
    to_error,
)
from kb.store.status import Status
from kb.text import Text

#: Seconds in which an engine that is being started again is waited for.
_PATIENCE = 10.0
_PAUSE = 0.02
#: How often a request is sent again that an engine went away over.
_TRIES = 3


class EngineClient:
    """A :class:`kb.store.interface.Store` over the engine's socket, for any number of threads.

    Args:
        path: of the socket.
        limits: asked for where a query asks for none; the engine grants no more than its own.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self.path = os.fspath(path)
        self.limits = limits or Limits()
        self._idle: collections.deque[socket.socket] = collections.deque()
        self._owner = os.getpid()

    @property
    def revision(self) -> str:
        """The name of the revision that new queries see."""
        return self.status().revision

    def status(self) -> Status:
        """The engine's state now, and its counters since it was started."""
        return Status.of(self._ask(status_request()).header)

    def load(self, data: Iterable[ox.Quad] | bytes, revision: str) -> None:
        """As :meth:`kb.store.interface.Store.load`; queries go on while it works.

        Those under way end on the old revision; whoever asks after this has returned
        is answered from the new one. Both are in memory for a while.
        """
        folder = Path(self.path).absolute().parent
        try:
            file, name = tempfile.mkstemp(suffix=".nq", dir=folder)
        except OSError as error:
            raise lost(str(error)) from error
        os.close(file)
        Path(name).write_bytes(nquads(data))
        reply = self._ask(load_request(name, revision)).header
        if "error" in reply:
            raise to_error(reply["error"])

    def patch(self, file: Path, revision: str) -> str:
        """Have the engine open one more revision beside the one of this socket.

        Args:
            file: in the engine's folder, as :meth:`kb.store.patch.Patch.written`.
            revision: its name.

        Returns:
            The name of its socket, in the same folder.

        Raises:
            InputError: the patch cannot be used.
            PlankbError: there is no memory left.
        """
        reply = self._ask(patch_request(str(file), revision)).header
        if "error" in reply:
            raise to_error(reply["error"])
        return str(reply["socket"])

    def end(self) -> None:
        """Have the engine let go of this socket's revision when what runs on it has ended."""
        self._ask(end_request())

    def query(
        self,
        text: str,
        *,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base: str | None = None,
        limits: Limits | None = None,
        client: str = "",
    ) -> Result:
        """As :meth:`kb.store.interface.Store.query`."""
        granted = limits or self.limits
        request = query_request(text, format, default_graphs, named_graphs, granted, base, client)
        return result_of(self._ask(request))

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """As :meth:`kb.store.interface.Store.select`."""
        return rows.select(self, text, bindings)

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad, in no particular order; under the limits of a query."""
        body = result_of(self._ask(quads_request(None, self.limits))).body
        return ox.parse(body, ox.RdfFormat.N_QUADS)

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
        body = result_of(self._ask(quads_request(iri, self.limits))).body
        return (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))

    def close(self) -> None:
        """Close the idle connections; the next query would open another."""
        with contextlib.suppress(IndexError):  # another thread may take one meanwhile
            while True:
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
        for _ in range(_TRIES):
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect()
            try:
                return self._talk(connection, request)
            except _Lost:
                # It was started again since this connection was last used, or it went away over
                # this very request. To ask again does no harm: a query changes nothing, and a
                # revision is the same when it is loaded twice.
                self.close()
                time.sleep(_PAUSE)  # it may still be about to end
        return self._talk(self._connect(), request)

    def _connect(self) -> socket.socket:
        give_up = time.monotonic() + _PATIENCE
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(self.path)
            except ConnectionRefusedError as error:  # gone, and not yet replaced
                connection.close()
                if time.monotonic() > give_up:
                    raise lost(str(error)) from error
                time.sleep(_PAUSE)
            except OSError as error:
                connection.close()
                raise lost(str(error)) from error
            else:
                return connection

    def _talk(self, connection: socket.socket, request: Frame) -> Frame:
        # The engine answers every request in time, or it is gone and the socket closed.
        try:
            with watched(connection):
                send(connection, request)
                reply = receive(connection)
        except OSError as error:
            connection.close()
            raise lost(str(error)) from error
        except BaseException:  # interrupted: closing the connection ends the query
            connection.close()
            raise
        if reply is None:
            connection.close()
            raise lost("closed")
        self._idle.append(connection)
        return reply


class _Lost(Overloaded):
    """The engine does not answer; of no interest outside, where it is one that may come back."""


def lost(reason: str) -> Overloaded:
    """The error where the engine does not answer."""
    return _Lost(
        "engine-lost",
        Text(zh=f"查询引擎没有应答：{reason}", en=f"the query engine does not answer: {reason}"),
        Text(
            zh="稍后重试；若仍如此，重新启动服务",
            en="try again; if that does not help, start the service again",
        ),
        retry_after=2,
    )


def nquads(data: Iterable[ox.Quad] | bytes) -> bytes:
    """Quads as N-Quads in UTF-8."""
    if isinstance(data, bytes):
        return data
    return ox.serialize(data, format=ox.RdfFormat.N_QUADS) or b""
