"""What a remote store says of itself in a graph of its own: its revision, and which graphs it has.

Written by whoever loads a revision, read by everyone. Must not know how.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pyoxigraph as ox

#: The graph, and the subject of all that stands in it.
GRAPH = "urn:plankb:store"
#: The name of a graph that is never there, and that nobody could fetch.
NOWHERE = "urn:plankb:nowhere"

_REVISION = "urn:plankb:revision"
_LOADING = "urn:plankb:loading"
_HAS = "urn:plankb:graph"


@dataclass(frozen=True, slots=True)
class Marker:
    """The state of a store.

    Args:
        revision: that is in it; empty where nobody has loaded one.
        loading: the revision that is about to take its place; empty where none is.
        graphs: the IRIs of the graphs that make up the revision.

    >>> marker = Marker("r1", "", ("http://example.org/g",))
    >>> Marker.of(marker.triples()) == marker
    True
    """

    #: The query that :meth:`read` takes the result of, in JSON.
    QUERY: ClassVar = f"SELECT ?p ?o {{ GRAPH <{GRAPH}> {{ <{GRAPH}> ?p ?o }} }}"

    revision: str = ""
    loading: str = ""
    graphs: tuple[str, ...] = ()

    def announcing(self, revision: str) -> Marker:
        """The same store while another revision is being loaded."""
        return replace(self, loading=revision)

    def triples(self) -> list[ox.Triple]:
        """What stands in the graph."""
        subject = ox.NamedNode(GRAPH)
        texts = [(_REVISION, self.revision), (_LOADING, self.loading)]
        return [
            ox.Triple(subject, ox.NamedNode(name), ox.Literal(text)) for name, text in texts if text
        ] + [ox.Triple(subject, ox.NamedNode(_HAS), ox.NamedNode(iri)) for iri in self.graphs]

    def ntriples(self) -> bytes:
        """The same as N-Triples."""
        return ox.serialize(self.triples(), format=ox.RdfFormat.N_TRIPLES) or b""

    @classmethod
    def of(cls, triples: list[ox.Triple]) -> Marker:
        """The state that triples tell."""
        return cls._of([(triple.predicate.value, triple.object) for triple in triples])

    @classmethod
    def read(cls, results: bytes) -> Marker:
        """The state that the result of ``QUERY`` tells.

        Raises:
            SyntaxError: it is no result in JSON.
        """
        solutions = ox.parse_query_results(results, ox.QueryResultsFormat.JSON)
        assert isinstance(solutions, ox.QuerySolutions)
        return cls._of([(each["p"].value, each["o"]) for each in solutions])

    @classmethod
    def _of(cls, pairs: list[tuple[str, object]]) -> Marker:
        values: dict[str, list[str]] = {}
        for name, term in pairs:
            if isinstance(term, ox.NamedNode | ox.Literal):
                values.setdefault(name, []).append(term.value)
        return cls(
            revision=min(values.get(_REVISION, [""])),
            loading=min(values.get(_LOADING, [""])),
            graphs=tuple(sorted(values.get(_HAS, []))),
        )
