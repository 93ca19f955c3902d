"""The W3C's SHACL test suite with the pinned pySHACL: the reference that the audit's rules are
held against must itself be held against the standard.

What it is known to fail is listed here with the reason; each has to fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyshacl
import pytest
from pyshacl.errors import ShapeLoadError, ValidationFailure
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import to_canonical_graph
from rdflib.term import Node

from tests.conftest import SHARED

pytestmark = pytest.mark.needs_shared

FOLDER = SHARED / "conformance" / "shacl"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

FAILURES = {
    "sparql/pre-binding/shapesGraph-001": "pySHACL: $shapesGraph is optional in SHACL-SPARQL, "
    "and refused; no shape of ours uses it"
}


@dataclass(frozen=True)
class Case:
    """One test: the file it stands in, and its name there."""

    name: str
    file: Path
    node: URIRef


def _graph(path: Path) -> Graph:
    return Graph().parse(path, format="turtle", publicID=path.as_uri())


def cases(manifest: Path) -> Iterator[Case]:
    """The tests of a manifest and of those that it includes."""
    graph = _graph(manifest)
    for entries in graph.objects(None, MF.entries):
        for node in Collection(graph, entries):
            assert isinstance(node, URIRef)
            folder = manifest.parent.relative_to(FOLDER)
            yield Case(f"{folder}/{node.rpartition('/')[2]}", manifest, node)
    for included in sorted(map(str, graph.objects(None, MF.include))):
        yield from cases(Path(included.removeprefix("file://")))


CASES = list(cases(FOLDER / "manifest.ttl")) if FOLDER.is_dir() else []


def _results(report: Graph, at: Node) -> Counter[tuple[object, ...]]:
    """What SHACL says that two reports must agree on, result by result; blank nodes are alike."""

    def shown(node: Node | None) -> object:
        return "a blank node" if isinstance(node, BNode) else node

    def path(node: Node | None) -> object:
        # A path is a tree of blank nodes: told by its canonical triples.
        if not isinstance(node, BNode):
            return node
        tree = Graph()
        for triple in _below(report, node):
            tree.add(triple)
        return tuple(sorted(to_canonical_graph(tree)))

    return Counter(
        (
            *(
                shown(report.value(result, property_))
                for property_ in (
                    SH.focusNode,
                    SH.value,
                    SH.resultSeverity,
                    SH.sourceConstraintComponent,
                    SH.sourceShape,
                )
            ),
            path(report.value(result, SH.resultPath)),
        )
        for result in report.objects(at, SH.result)
    )


def _below(graph: Graph, node: Node) -> Iterator[tuple[Node, Node, Node]]:
    for triple in graph.triples((node, None, None)):
        yield triple
        if isinstance(triple[2], BNode):
            yield from _below(graph, triple[2])


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.name,
            marks=[
                pytest.mark.xfail(
                    reason=FAILURES[case.name], strict=True, raises=NotImplementedError
                )
            ]
            if case.name in FAILURES
            else [],
        )
        for case in CASES
    ],
)
def test_the_report_is_that_of_the_suite(case: Case) -> None:
    # As pySHACL reads files: "1"^^xsd:boolean is not true, as one of the tests wants.
    rdflib_bool_patch()  # type: ignore[no-untyped-call]  # pySHACL's own, without types
    try:
        manifest = _graph(case.file)
        action = manifest.value(case.node, MF.action)
        data, shapes = (
            _graph(Path(str(manifest.value(action, name)).removeprefix("file://")))
            for name in (SHT.dataGraph, SHT.shapesGraph)
        )
    finally:
        rdflib_bool_unpatch()  # type: ignore[no-untyped-call]  # as above
    wanted = manifest.value(case.node, MF.result)
    assert wanted is not None
    if wanted == SHT.Failure:
        # As data or as shapes that cannot be processed; never a report.
        with pytest.raises((ShapeLoadError, ValidationFailure)):
            _validated(data, shapes)
        return
    found = _validated(data, shapes)
    at = found.value(None, RDF.type, SH.ValidationReport)
    assert at is not None
    assert found.value(at, SH.conforms) == manifest.value(wanted, SH.conforms)
    assert _results(found, at) == _results(manifest, wanted)


def _validated(data: Graph, shapes: Graph) -> Graph:
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, meta_shacl=False)
    if isinstance(report, ValidationFailure):
        raise report
    assert isinstance(report, Graph)
    return report


def test_the_whole_suite_is_run() -> None:
    # As the W3C published it; fewer would mean that the manifests were not read.
    kinds = Counter(case.name.partition("/")[0] for case in CASES)
    assert kinds == {"core": 98, "sparql": 22}
    assert set(FAILURES) <= {case.name for case in CASES}
