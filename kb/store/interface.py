"""What a store is: load a revision, query it, read it back, say which revision it is.

Must not know how the data is kept, nor in which process a query runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import Protocol, TypeAlias

import pyoxigraph as ox

from kb.settings import Settings

Form = OneOf["select", "ask", "construct", "describe"]
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

#: A trusted caller's row: only the variables that are bound.
Row: TypeAlias = dict[str, Term]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use.

    Args:
        seconds: wall-clock time from its arrival to its answer, waiting included.
        memory_mb: memory beyond that of the loaded data, in MiB.
        result_mb: size of the serialised result, in MiB.
    """

    seconds: float = 5.0
    memory_mb: float = 1024
    result_mb: float = 64

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings give."""
        return cls(settings.query_seconds, settings.query_memory_mb, settings.result_mb)

    def within(self, cap: Limits) -> Limits:
        """These limits, none of them above the cap: a client may ask for less only."""
        return Limits(
            min(self.seconds, cap.seconds),
            min(self.memory_mb, cap.memory_mb),
            min(self.result_mb, cap.result_mb),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """One complete result, serialised. A result that could not be completed is an error.

    Args:
        form: the query's form.
        format: the short name of the format, as in :mod:`kb.store.formats`.
        media_type: the format's media type, with its charset where text needs one.
        body: the bytes to send.
        counted: the number of rows, where whoever wrote the result has it.
        revision: the revision that the query saw.
        seconds: how long the query ran, serialisation included.
    """

    form: Form
    format: str
    media_type: str
    body: bytes
    counted: int | None
    revision: str
    seconds: float

    @property
    def rows(self) -> int | None:
        """Solutions (SELECT) or triples; 1 for ASK; None where the format does not tell
        without reading it again (Turtle, TriG, RDF/XML, JSON-LD).

        Counted when asked for: most who take a result only pass it on.
        """
        from kb.store.formats import count_rows

        if self.counted is not None:
            return self.counted
        if self.form == "ask":
            return 1
        return count_rows(self.body, self.format)

    def __str__(self) -> str:
        return self.body.decode()


class Store(Protocol):
    """One revision of a dataset that SPARQL 1.1 queries can be put to."""

    @property
    def revision(self) -> str:
        """The name of the revision that queries see."""

    def load(self, data: Iterable[ox.Quad] | bytes, revision: str) -> None:
        """Replace everything by a new revision, wholly or not at all.

        Args:
            data: the quads, or the same as N-Quads in UTF-8.
            revision: its name.

        Raises:
            InputError: the N-Quads do not parse, or a triple stands in two graphs.
        """

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
        """Run one SPARQL 1.1 query.

        The default graph of a query without a dataset is the union of all named graphs.

        Args:
            text: the query; updates, SERVICE and LOAD are refused.
            format: short name or media type; by default JSON, or Turtle for triples.
            default_graphs: IRIs, ``default-graph-uri`` of the SPARQL 1.1 Protocol; given
                either of the two, FROM and FROM NAMED in the query do not count.
            named_graphs: IRIs, ``named-graph-uri``. An unknown IRI is an empty graph.
            base: IRI that relative IRIs in the query are resolved against, where it has no
                BASE of its own; by default the store's.
            limits: less than the store's own limits; more is not granted.
            client: who asks, by a name that the caller chooses; queries of one client wait
                for each other, and use up its budget of query time where there is one. Without
                a name there is no budget.

        Raises:
            QueryProblem: it does not parse (query-syntax), may not run (query-refused)
                or cannot be evaluated (query-failed).
            UnknownName: no such format, or not one for this form of query.
            QueryStopped: deadline, memory or size of the result was exceeded.
            Overloaded: no place in the queue, or none in time.
            BudgetSpent: the client has used up its query time.
        """

    def select(self, text: str, bindings: Mapping[str, Term] | None = None) -> list[Row]:
        """Rows of a SELECT query of our own, under the same limits as anyone's.

        Args:
            text: a SELECT query.
            bindings: values by variable name; they join as VALUES at the head of WHERE,
                so the rule for scopes is SPARQL's: a sub-select sees only what it projects.

        Raises:
            As :meth:`query`, and QueryProblem where the query is no SELECT.
        """

    def quads(self) -> Iterator[ox.Quad]:
        """Every quad, in no particular order."""

    def graph(self, iri: str) -> Iterator[ox.Triple]:
        """The triples of one named graph; none where there is no such graph."""
