"""One killable worker beside a store in this process: the guard of the command line.

For a process with one thread only, as it forks; a server has :mod:`kb.store.engine`.
Must not know what is asked or why.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyoxigraph as ox

from kb.errors import PlankbError
from kb.store import rows, worker
from kb.store.embedded import EmbeddedStore
from kb.store.frames import Frame, receive, send
from kb.store.interface import Limits, Result, Row, Term
from kb.store.messages import outcome_of, query_request, result_of
from kb.text import Text

#: A reply is buffered whole before it is sent; what then takes longer has gone wrong.
_SENDING = 30.0


class GuardedStore:
    """A :class:`kb.store.interface.Store` whose queries run in a forked worker.

    The worker starts with the first query and serves the next ones. Close the store, or use
    it in a ``with`` statement.

    Args:
        store: loaded, in this process.
        limits: of every query.
    """

    def __init__(self, store: EmbeddedStore, limits: Limits | None = None) -> None:
        self._store = store
        self._limits = limits or Limits()
        self._worker: worker.Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def revision(self) -> str:
        """The name of the revision that queries see."""
        return self._store.revision

    def load(self, data: Iterable[ox.Quad] | bytes, revision: str) -> None:
        """As :meth:`kb.store.interface.Store.load`."""
        self._store.load(data, revision)
        self.close()

    def query(
        self,
        text: str,
        *,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base: str | None = None,
        limits: Limits | None = None,
        client: str = "",  # noqa: ARG002  nobody else asks here
    ) -> Result:
        """As :meth:`kb.store.interface.Store.query`."""
        granted = (limits or self._limits).within(self._limits)
        request = query_request(text, format, default_graphs, named_graphs, granted, base)
        return result_of(self._run(request, granted))

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """As :meth:`kb.store.interface.Store.select`."""
        return rows.select(self, text, bindings)

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad, in no particular order."""
        return self._store.quads()

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
        return self._store.graph(iri)

    def close(self) -> None:
        """End the worker. The next query would start another."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _run(self, request: Frame, limits: Limits) -> Frame:
        for _ in range(2):
            reply = self._try(request, limits)
            if reply is not None:
                return reply
        # Ended from outside twice: most often the system, short of memory.
        raise worker.out_of_memory(limits)

    def _try(self, request: Frame, limits: Limits) -> Frame | None:
        """The reply, or None where someone else killed the worker."""
        current = self._ready()
        try:
            send(current.channel, request)
            wait = select.poll()
            wait.register(current.channel, select.POLLIN)
            if not wait.poll(limits.seconds * 1000):
                self.close()
                raise worker.deadline(limits)
            current.channel.settimeout(_SENDING)
            reply = receive(current.channel)
            current.channel.settimeout(None)
        except OSError:
            reply = None
        except BaseException:  # Ctrl-C: the query ends with the command
            self.close()
            raise
        if reply is None:
            self._worker = None
            reason = worker.stopped(current.reap(), limits)
            if reason is not None:
                raise reason
        elif outcome_of(reply)[1]:
            self.close()
        return reply

    def _ready(self) -> worker.Worker:
        if self._worker is None:
            if threading.active_count() > 1:
                raise PlankbError(
                    "query-threads",
                    Text(
                        zh="多线程进程不能派生查询进程",
                        en="a process with several threads cannot fork a worker",
                    ),
                    Text(zh="使用 kb.store.client.Engine", en="use kb.store.client.Engine"),
                )
            self._worker = worker.spawn(self._store, self._limits)
            self._worker.await_ready()
        return self._worker


def run_guarded(
    store: EmbeddedStore,
    text: str,
    *,
    format: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    limits: Limits | None = None,
) -> Result:
    """Run one query in a worker of its own, under the guard.

    Args and raises as of :meth:`kb.store.interface.Store.query`; ``limits`` are granted.
    """
    with GuardedStore(store, limits) as guarded:
        return guarded.query(
            text, format=format, default_graphs=default_graphs, named_graphs=named_graphs
        )
