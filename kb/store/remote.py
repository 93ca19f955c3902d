"""The store behind a SPARQL 1.1 endpoint over HTTP, under the same reading, deadline and caps.

A query runs here first, on no data; then it passes through, and its result comes back as bytes.
Follows the SPARQL 1.1 Protocol and, to load, the Graph Store HTTP Protocol. What a revision
is on the other side says :mod:`kb.store.marker`.
Must not know which server that is, nor how it keeps the data.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import pyoxigraph as ox

from kb import terms
from kb.errors import InputError, Overloaded, PlankbError, QueryProblem
from kb.settings import Settings
from kb.store import budget, formats, reading, rows, worker
from kb.store.budget import Budget
from kb.store.client import EngineClient
from kb.store.embedded import EmbeddedStore
from kb.store.endpoint import Endpoint, Reply, TimeIsUp
from kb.store.formats import Format
from kb.store.graph_store import GraphStore, graphs_of
from kb.store.guard import GuardedStore
from kb.store.interface import Form, Limits, Result, Row, Term
from kb.store.marker import GRAPH, NOWHERE, Marker
from kb.store.patch import Patch
from kb.text import Text

#: Formats that servers write alike; any other is made here, from the one after it.
_PASSED = ("json", "xml", "csv", "tsv", "ttl", "nt")
#: Seconds for which what is known of the other side is good. Everyone who reads a store that
#: somebody loads must have the same: :meth:`RemoteStore.load` waits for that long.
_FRESH = 1.0


@dataclass(frozen=True, slots=True)
class _Dataset:
    """The graphs of one query; None for those that the server itself takes."""

    default: Sequence[str] | None
    named: Sequence[str] = ()


class RemoteStore:
    """A :class:`kb.store.interface.Store` behind an endpoint, for any number of threads.

    Args:
        url: where queries go.
        write: where graphs are written by the Graph Store Protocol; needed to load only.
        settings: query_seconds, result_mb and client_seconds count; how much memory a query
            takes is the server's to limit.
        prefixes: known to every query.
        base: IRI that relative IRIs in queries are resolved against.
        fresh: seconds for which the revision is not asked for again.
        trial: a store without data in a process that can be killed, closed with this one. Each
            query runs there first: a parser can be made to take long or to crash, and what is
            too much on no data is too much. Without it queries are parsed in this process.
    """

    def __init__(
        self,
        url: str,
        write: str = "",
        settings: Settings | None = None,
        *,
        prefixes: Mapping[str, str] | None = None,
        base: str | None = None,
        fresh: float = _FRESH,
        trial: EngineClient | GuardedStore | None = None,
    ) -> None:
        settings = settings or Settings()
        self._trial = trial
        self._endpoint = Endpoint(url)
        self._graphs = GraphStore(write) if write else None
        self._limits = Limits.of(settings)
        self._prefixes = dict(prefixes or {})
        self._base = base
        self._fresh = fresh
        self._known: tuple[float, Marker] | None = None
        self._ours = bool(write)  # whether there must be a revision of ours in it
        self._budget = Budget(settings.client_seconds)

    @classmethod
    def of(cls, settings: Settings, trial: EngineClient | GuardedStore | None = None) -> Self:
        """The store that the settings name, with the prefixes of the knowledge base."""
        known = terms.prefixes(settings.base)
        return cls(settings.store, settings.store_write, settings, prefixes=known, trial=trial)

    @property
    def revision(self) -> str:
        """The revision in the store, by its own account; empty where it has none."""
        return self._marker().revision

    def state(self) -> Marker:
        """What the store says of itself now.

        Raises:
            PlankbError: it does not answer, or not as it should.
        """
        now = time.monotonic()
        marker = self._ask_marker()
        self._known = (now, marker)
        return marker

    def load(self, data: Iterable[ox.Quad] | bytes, revision: str) -> None:
        """As :meth:`kb.store.interface.Store.load`, as far as HTTP can: readers are told first.

        They are told that a revision is coming, graphs are written when nobody can be reading
        the old ones any more, and the new revision is named last. Whoever asks meanwhile
        gets :class:`kb.errors.Overloaded`, and nobody half of a revision. Where it fails midway
        that remains so, until somebody loads again.

        Raises:
            InputError: as said there, or there is no address to write to.
            PlankbError: the server refused, or does not answer.
        """
        self._write(graphs_of(data), None, self._ask_marker(), revision)

    def patch(self, patch: Patch, before: str, revision: str) -> bool:
        """The same where only some graphs are others: no other graph is written.

        Args:
            patch: the graphs that change.
            before: the revision that they change.
            revision: the name of the new one.

        Returns:
            False where the store has another revision than that; then nothing was written.

        Raises:
            As :meth:`load`.
        """
        marker = self._ask_marker()
        if marker.revision != before or marker.loading:
            return False
        self._write(graphs_of(patch.data), set(patch.graphs), marker, revision)
        return True

    def _write(
        self, graphs: Mapping[str, bytes], changed: set[str] | None, before: Marker, revision: str
    ) -> None:
        """Write graphs in the place of some, or of all that there were."""
        if self._graphs is None:
            raise InputError(
                "store-write",
                Text(zh="没有写入地址", en="there is no address to write to"),
                Text(zh="设置 PLANKB_STORE_WRITE", en="set PLANKB_STORE_WRITE"),
            )
        gone = set(before.graphs) if changed is None else changed.intersection(before.graphs)
        every = tuple(sorted({*before.graphs} - gone | {*graphs}))
        self._graphs.put(GRAPH, before.announcing(revision).ntriples())
        if before.revision:
            # Until the last of those has ended who were not told; and a little more.
            time.sleep(self._fresh + self._limits.seconds * 1.1)
        for iri, triples in graphs.items():
            self._graphs.put(iri, triples)
        for iri in gone - set(graphs):
            self._graphs.delete(iri)
        self._graphs.put(GRAPH, Marker(revision, "", every).ntriples())
        self._known = None

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
        """As :meth:`kb.store.interface.Store.query`.

        Where the store says which graphs are ours, a query sees those and no others, whatever
        else is there and whatever the server takes for the default graph.
        """
        began = time.monotonic()
        granted = (limits or self._limits).within(self._limits)
        base = base or self._base
        query = reading.read(text, self._prefixes, base)
        chosen = formats.choose(format, query.form)
        wait = self._budget.wait(client, began)
        if wait:
            raise budget.spent(wait)
        if self._trial is not None:
            self._trial.query(text, format=chosen.name, base=base, limits=granted)
        else:
            EmbeddedStore(self._prefixes, base=base).check(text)
        left = Limits(
            max(0.001, began + granted.seconds - time.monotonic()),
            granted.memory_mb,
            granted.result_mb,
        )
        marker = self._marker()
        if marker.loading:
            raise _loading(marker.loading)
        self._ours = self._ours or bool(marker.revision)
        if self._ours and not marker.revision:
            raise _empty()
        words, dataset = _dataset(query, marker, default_graphs, named_graphs)
        try:
            reply, passed = self._send(self._with_prologue(words, base), dataset, chosen, left)
            body = self._as_asked(reply.body, passed, chosen, granted)
        except TimeIsUp:
            raise worker.deadline(granted) from None
        finally:
            now = time.monotonic()
            self._budget.spend(client, now - began, now)
        return Result(
            query.form,
            chosen.name,
            chosen.media_type,
            body,
            # How often a row's first character occurs is known of our own writer only.
            1 if query.form == "ask" else None,
            marker.revision,
            time.monotonic() - began,
        )

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """As :meth:`kb.store.interface.Store.select`."""
        return rows.select(self, text, bindings)

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad of our graphs, in no particular order; each graph under a query's limits."""
        marker = self._marker()
        graphs = marker.graphs or tuple(
            row["g"].value
            for row in self.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
            if isinstance(row["g"], ox.NamedNode)
        )
        for iri in graphs:
            name = ox.NamedNode(iri)
            for triple in self.graph(iri):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
        result = self.query(
            "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", format="nt", default_graphs=[iri]
        )
        return (quad.triple for quad in ox.parse(result.body, ox.RdfFormat.N_TRIPLES))

    def close(self) -> None:
        """Close the connections; the next query would open another."""
        self._endpoint.close()
        if self._trial is not None:
            self._trial.close()
        if self._graphs is not None:
            self._graphs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- asking --------------------------------------------------------------------------

    def _send(
        self, text: str, dataset: _Dataset, chosen: Format, limits: Limits
    ) -> tuple[Reply, Format]:
        passed = chosen
        if chosen.name not in _PASSED:
            passed = formats.choose("nt" if chosen.graph else "json", _form(chosen))
        fields = [("query", text)]
        fields += [("default-graph-uri", iri) for iri in dataset.default or ()]
        fields += [("named-graph-uri", iri) for iri in dataset.named]
        media_type = passed.media_type.split(";")[0]
        reply = self._endpoint.ask(
            "POST",
            headers={
                "Accept": media_type,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(fields).encode(),
            seconds=limits.seconds,
            most=int(limits.result_mb * 2**20),
        )
        if reply.status != 200:
            raise self._problem(reply, limits)
        if reply.media_type not in (media_type, *passed.also):
            raise PlankbError(
                "store-format",
                Text(
                    zh=f"远程数据服务应给出 {media_type}，却给出了 {reply.media_type}",
                    en=f"the remote store was asked for {media_type} and gave {reply.media_type}",
                ),
            )
        return reply, passed

    def _problem(self, reply: Reply, limits: Limits) -> PlankbError:
        if reply.status in (429, 503):
            after = reply.headers.get("retry-after", "")
            return Overloaded(
                "overloaded",
                Text(zh="远程数据服务繁忙", en="the remote store is busy"),
                retry_after=min(int(after), 600) if after.isascii() and after.isdigit() else 5,
            )
        if reply.status in (408, 504):
            return worker.deadline(limits)
        if reply.status == 400:
            return QueryProblem(
                "query-failed",
                Text(
                    zh=f"远程数据服务不能执行此查询：{reply.excerpt}",
                    en=f"the remote store cannot evaluate the query: {reply.excerpt}",
                ),
            )
        return self._endpoint.refused(reply)

    def _as_asked(self, body: bytes, passed: Format, chosen: Format, limits: Limits) -> bytes:
        """The body in the format that was asked for; whole, as far as that can be seen."""
        if passed.name == "json" and not body.rstrip().endswith(b"}"):
            raise _cut()
        if passed.name == "xml" and not body.rstrip().endswith(b"</sparql>"):
            raise _cut()
        if passed is chosen:
            return formats.stable_header(body, chosen.name)
        try:
            if chosen.graph:
                triples = (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))
                made = formats.write_triples(triples, chosen, self._prefixes)
            else:
                answer = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
                cap = int(limits.result_mb * 2**20)
                made, _ = formats.write(answer, chosen, prefixes=self._prefixes, limit=cap)
        except SyntaxError as error:
            raise _cut() from error
        if len(made) > limits.result_mb * 2**20:
            raise formats.too_large()
        return made

    def _with_prologue(self, text: str, base: str | None) -> str:
        """The query with what it takes for granted said at its head."""
        head = f"BASE <{base}> " if base else ""
        for name, iri in self._prefixes.items():
            if f"{name}:" in text:
                head += f"PREFIX {name}: <{iri}> "
        return head + text

    # -- revisions -----------------------------------------------------------------------

    def _marker(self) -> Marker:
        known = self._known
        if known is None or time.monotonic() - known[0] > self._fresh:
            return self.state()  # several threads may ask at a time
        return known[1]

    def _ask_marker(self) -> Marker:
        chosen = formats.choose("json", "select")
        limits = Limits(self._limits.seconds, 0, 16)
        try:
            reply, _ = self._send(Marker.QUERY, _Dataset(None), chosen, limits)
        except TimeIsUp:
            raise worker.deadline(limits) from None
        return Marker.read(reply.body)


def _form(chosen: Format) -> Form:
    return "construct" if chosen.graph else "select"


def _dataset(
    query: reading.Reading, marker: Marker, default: Sequence[str], named: Sequence[str]
) -> tuple[str, _Dataset]:
    """What to send: the query, and its dataset.

    An IRI that is none of our graphs is an empty graph here, and is not even sent: a server
    might fetch it. FROM is said by the protocol's parameters, which go before it.
    """
    ours = marker.graphs
    asked = (tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))
    text = query.text
    if not ours:  # a store that somebody else looks after
        if any(asked):
            return text, _Dataset(*asked)
        return text, _Dataset(None)
    if not any(asked):
        if query.dataset is None:
            return text, _Dataset(ours, ours)
        asked = (query.dataset.default, query.dataset.named)
    if query.dataset is not None:
        text = query.dataset.rest
    known = set(ours)
    of_default = [iri for iri in asked[0] if iri in known]
    of_named = [iri for iri in asked[1] if iri in known]
    # Without either of the two parameters the server would take its own dataset.
    return text, _Dataset(of_default, of_named or [NOWHERE])


def _loading(revision: str) -> Overloaded:
    return Overloaded(
        "store-loading",
        Text(
            zh=f"远程数据服务正在载入修订版 {revision}，请稍后重试",
            en=f"the remote store is loading revision {revision}; try again in a moment",
        ),
        Text(
            zh="若一直如此，说明载入中断，请重新载入",
            en="if that lasts, loading was interrupted: load again",
        ),
        retry_after=2,
    )


def _empty() -> Overloaded:
    return Overloaded(
        "store-empty",
        Text(
            zh="远程数据服务中没有载入任何修订版",
            en="there is no revision in the remote store",
        ),
        Text(
            zh="设置 PLANKB_STORE_WRITE 并重新载入",
            en="set PLANKB_STORE_WRITE and load again",
        ),
        retry_after=5,
    )


def _cut() -> PlankbError:
    return PlankbError(
        "store-cut",
        Text(
            zh="远程数据服务给出的结果不完整，因此没有给出任何部分",
            en="the remote store gave a result that is not whole, so no part of it is given",
        ),
    )
