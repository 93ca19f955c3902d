"""The W3C's SPARQL 1.1 test suite, read from its manifests into plain records.

Must not know how a test is run, nor what its outcome should be here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.conftest import SHARED

FOLDER = SHARED / "conformance" / "sparql11"
#: Where the suite is published: relative IRIs in its files mean this.
HOME = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")

_RDF_SUFFIX = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nt": ox.RdfFormat.N_TRIPLES,
}


#: Folders whose tests are queries with a result, and queries that parse or do not.
QUERIES = (
    "aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping",
    "negation", "project-expression", "property-path", "subquery", "syntax-query",
)  # fmt: skip
RESULTS = ("csv-tsv-res", "json-res")
#: Folders whose tests change data: all of them are refused.
UPDATES = (
    "add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert",
    "delete-where", "drop", "move", "syntax-update-1", "syntax-update-2", "update-silent",
)  # fmt: skip
PROTOCOLS = ("graph-store-protocol", "protocol", "service-description")
#: Folders that are left out, and why.
OUT_OF_SCOPE = {
    "entailment": "the service entails nothing; what follows is in the derived graph",
    "service": "a query may not reach other servers; SERVICE is refused",
    "syntax-fed": "a query may not reach other servers; SERVICE is refused",
    "http-rdf-update": "deprecated by the W3C in favour of graph-store-protocol",
}


@dataclass(frozen=True)
class Case:
    """One query test.

    Args:
        name: ``folder/local name`` of the test.
        kind: local name of its class, such as ``QueryEvaluationTest``.
        query: the file with the query or update.
        data: files of the default graph.
        graphs: files of named graphs, with their names.
        result: the file with the expected result.
    """

    name: str
    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    graphs: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None

    @property
    def text(self) -> str:
        """The query, with the address of its file as its base."""
        return f"BASE <{address(self.query)}>\n{self.query.read_text(encoding='utf-8')}"

    def nquads(self) -> bytes:
        """The dataset; an empty graph is none in N-Quads."""
        quads: list[ox.Quad] = []
        for path in self.data:
            quads += read(path)
        for name, path in self.graphs:
            graph = ox.NamedNode(name)
            quads += [ox.Quad(q.subject, q.predicate, q.object, graph) for q in read(path)]
        return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def read(path: Path) -> list[ox.Quad]:
    """The triples of a file; blank nodes of two files are never the same."""
    return list(
        ox.parse(
            path.read_bytes(),
            format=_RDF_SUFFIX[path.suffix],
            base_iri=address(path),
            rename_blank_nodes=True,
        )
    )


def address(path: Path) -> str:
    """The IRI of a file of the suite."""
    return HOME + path.relative_to(FOLDER).as_posix()


def cases(*folders: str) -> Iterator[Case]:
    """The query and update tests of some folders, in the manifests' order."""
    for folder in folders:
        graph, entries = _entries(folder)
        for entry in entries:
            kind = _local(graph.value(entry, RDF.type))
            action = graph.value(entry, MF.action)
            if action is None or not kind.endswith(("Test", "Test11")):
                continue
            query = graph.value(action, QT.query) or graph.value(action, UT.request) or action
            if not isinstance(query, URIRef):
                continue
            result = graph.value(entry, MF.result)
            yield Case(
                f"{folder}/{_local(entry)}",
                kind,
                _path(query),
                tuple(_path(node) for node in graph.objects(action, QT.data)),
                tuple((str(node), _path(node)) for node in graph.objects(action, QT.graphData)),
                _path(result) if isinstance(result, URIRef) else None,
            )


@dataclass(frozen=True)
class Request:
    """One HTTP request of a test, and what is expected of its answer.

    Args:
        method: of HTTP.
        path: with its query.
        headers: by lower-case name.
        body: as it is to be sent.
        statuses: local names such as ``OK`` or ``StatusCode2xx``, any of them.
        boolean: the expected answer of ASK.
        format: ``boolean``, ``tabular`` or ``RDF``.
        content: the expected graph with its media type.
        location: a name for the address that the answer gives.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    boolean: bool | None
    format: str | None
    content: tuple[str, str] | None
    location: str | None


@dataclass(frozen=True)
class Dialogue:
    """A test of a protocol: requests that follow one another."""

    name: str
    graphs: tuple[tuple[str, Path], ...]
    requests: tuple[Request, ...]


def dialogues(folder: str, manifest: str = "manifest.ttl") -> Iterator[Dialogue]:
    """The tests of a protocol's manifest."""
    graph, entries = _entries(folder, manifest)
    for entry in entries:
        action = graph.value(entry, MF.action)
        requests = Collection(graph, graph.value(action, HT.requests))
        yield Dialogue(
            f"{folder}/{_local(entry)}",
            tuple(
                (str(graph.value(data, RDFS.label)), _path(graph.value(data, UT.graph)))
                for data in graph.objects(entry, UT.graphData)
            ),
            tuple(_request(graph, node) for node in requests),
        )


def _request(graph: Graph, node: Node) -> Request:
    answer = graph.value(node, HT.resp)
    body = _body(graph, node)
    headers = _headers(graph, node)
    encoding = graph.value(graph.value(node, HT.body), CNT.characterEncoding)
    expected = _body(graph, answer)
    boolean = graph.value(answer, MF.expectedBoolean)
    format = graph.value(answer, MF.expectedFormat)
    location = graph.value(answer, MF.expectedLocation)
    return Request(
        str(graph.value(node, HT.methodName)),
        str(graph.value(node, HT.absolutePath)),
        headers,
        None if body is None else body.encode(str(encoding or "UTF-8")),
        frozenset(_local(status) for status in graph.objects(answer, MF.expectedStatus)),
        None if boolean is None else bool(boolean.toPython()),  # type: ignore[attr-defined]
        None if format is None else str(format),
        None if expected is None else (_headers(graph, answer)["content-type"], expected),
        None if location is None else str(location),
    )


def _headers(graph: Graph, node: Node | None) -> dict[str, str]:
    head = graph.value(node, HT.headers)
    fields = list(Collection(graph, head)) if head is not None else []
    return {
        str(graph.value(field, HT.fieldName)).lower(): str(graph.value(field, HT.fieldValue))
        for field in fields
    }


def _body(graph: Graph, node: Node | None) -> str | None:
    chars = graph.value(graph.value(node, HT.body), CNT.chars)
    return None if chars is None else str(chars)


def _entries(folder: str, manifest: str = "manifest.ttl") -> tuple[Graph, list[Any]]:
    path = FOLDER / folder / manifest
    graph = Graph()
    graph.parse(data=path.read_bytes(), format="turtle", publicID=address(path))
    lists = graph.objects(None, MF.entries)
    return graph, [entry for found in lists for entry in Collection(graph, found)]


def _path(node: Node | None) -> Path:
    return FOLDER / str(node).removeprefix(HOME)


def _local(node: Node | None) -> str:
    return str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1]
