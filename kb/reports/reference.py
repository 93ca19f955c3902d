"""The audit's rules by pySHACL: the standard says what is violated, and the auditor must agree.

Slower by orders of magnitude, so for tests and doubts only. Must not know any rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kb.reports.auditing import Result
from kb.reports.ruleset import RuleSet
from kb.terms import SH, XSD

if TYPE_CHECKING:
    from rdflib import Graph


def results(rules: RuleSet, quads: Iterable[ox.Quad]) -> set[Result]:
    """What pySHACL finds over a graph, as rule, shape and figure.

    Args:
        rules: whose files are validated against.
        quads: the graph, as the auditor sees it.
    """
    import pyshacl
    from rdflib import Graph, URIRef

    shapes = Graph().parse(data=rules.text, format="turtle")
    _, report, _ = pyshacl.validate(graph(quads), shacl_graph=shapes, inplace=True)
    if not isinstance(report, Graph):
        raise TypeError(str(report))
    named = {rule.shape: rule for rule in rules.rules}
    found = set()
    for result in report.subjects(URIRef(SH + "resultSeverity")):
        shape = str(report.value(result, URIRef(SH + "sourceShape")))
        rule = named[shape]
        at = URIRef(SH + ("focusNode" if rule.rows else "value"))
        found.add(Result(rule.name, shape, str(report.value(result, at))))
    return found


def graph(quads: Iterable[ox.Quad]) -> Graph:
    """The triples in rdflib's memory, term by term: faster than parsing."""
    from rdflib import Graph, Literal, URIRef

    made: dict[object, URIRef | Literal] = {}

    def term(value: object) -> URIRef | Literal:
        known = made.get(value)
        if known is None:
            if isinstance(value, ox.Literal):
                # To rdflib "a" and "a"^^xsd:string are two terms, and queries write the first.
                plain = value.language or value.datatype.value == XSD + "string"
                kind = None if plain else URIRef(value.datatype.value)
                known = Literal(value.value, lang=value.language, datatype=kind)
            else:
                assert isinstance(value, ox.NamedNode), "reports have no blank nodes"
                known = URIRef(value.value)
            made[value] = known
        return known

    data = Graph()
    for quad in quads:
        data.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return data
