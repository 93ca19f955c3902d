"""The plan against its SHACL shapes, by pySHACL: the standard says what is violated.

Must not know the plan's content; the shapes do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kb.errors import FileProblem
from kb.plan import knowledge
from kb.plan.fault import Fault
from kb.plan.graph import PlanGraph
from kb.terms import SH
from kb.text import Text

if TYPE_CHECKING:
    from rdflib import Graph


def check_shapes(graph: PlanGraph) -> Iterator[Fault]:
    """Every result of validating the plan against ``ontology/shapes/plan.ttl``.

    Raises:
        FileProblem: the shapes cannot be read.
    """
    import pyshacl
    from rdflib import Graph, URIRef

    path = knowledge.root() / "ontology" / "shapes" / "plan.ttl"
    shapes = Graph()
    try:
        shapes.parse(data=knowledge.read_text(path, graph.base), format="turtle")
    except Exception as error:  # rdflib raises its own kinds, and SyntaxError, from here
        raise FileProblem(
            "turtle-syntax",
            Text(zh=f"{path}：不是合法的 Turtle：{error}", en=f"{path}: not Turtle: {error}"),
            Text(zh="改正语法", en="mend the syntax"),
            file=str(path),
        ) from error
    data = _for_rdflib(graph)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph)
    result_message, focus_node = URIRef(SH + "resultMessage"), URIRef(SH + "focusNode")
    found = []
    for result in report.subjects(URIRef(SH + "resultSeverity")):
        focus = str(report.value(result, focus_node))
        shape = str(report.value(result, URIRef(SH + "sourceShape")))
        value = report.value(result, URIRef(SH + "value"))
        texts = {
            getattr(message, "language", None) or "en": str(message)
            for message in report.objects(result, result_message)
        }
        either = texts.get("en") or next(iter(texts.values()), shape)
        detail = "" if value is None else f" ({value})"
        name = focus.removeprefix(graph.base)
        found.append(
            Fault(
                "shape",
                focus,
                Text(
                    zh=f"{name}：{texts.get('zh', either)}{detail}", en=f"{name}: {either}{detail}"
                ),
                Text(
                    zh="在该资源处补上或改正",
                    en="add or correct it where the resource is described",
                ),
                graph.place_of(focus),
            )
        )
    yield from sorted(found, key=lambda fault: (fault.subject, fault.message.en))


def _for_rdflib(graph: PlanGraph) -> Graph:
    """The plan's triples for pySHACL, made term by term: five times faster than parsing.

    Statements about statements are left out, as no shape speaks of them.
    """
    from rdflib import Graph, Literal, URIRef

    made: dict[object, URIRef | Literal] = {}

    def term(value: object) -> URIRef | Literal:
        known = made.get(value)
        if known is None:
            if isinstance(value, ox.Literal):
                tag = value.language
                kind = None if tag else URIRef(value.datatype.value)
                known = Literal(value.value, lang=tag, datatype=kind)
            else:
                assert isinstance(value, ox.NamedNode)
                known = URIRef(value.value)
            made[value] = known
        return known

    data = Graph()
    for quad in graph.quads:
        if "/id/statement/" not in str(quad.subject):
            data.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return data
