"""Whether two results are the same, as the test suite means it.

Solutions are a multiset, or a list where the query orders them; blank nodes are equal up to
renaming; numbers are equal by datatype and value, whatever their digits.
Must not know where a result comes from.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias

from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Node

from tests.contract import suite

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")

_INTEGERS = frozenset(
    XSD[name]
    for name in (
        "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger",
        "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort",
        "unsignedByte",
    )
)  # fmt: skip
_FLOATS = frozenset([XSD.double, XSD.float])

#: A term that can be compared: a blank node keeps its label in the second place.
Term: TypeAlias = tuple[str, object]
Row: TypeAlias = Mapping[str, Term]


@dataclass(frozen=True)
class Table:
    """Solutions, in the order in which they were given."""

    variables: frozenset[str]
    rows: tuple[Row, ...]


Outcome: TypeAlias = bool | Table | Graph


def parse(body: bytes, media: str, base: str | None = None) -> Outcome:
    """A result from its bytes, read by another library than the one that wrote it.

    Args:
        body: as sent.
        media: its media type.
        base: IRI that relative IRIs in a graph mean.
    """
    kind = media.split(";", maxsplit=1)[0]
    if kind == "text/csv":
        return _csv(body)
    if kind in ("text/turtle", "application/rdf+xml", "application/n-triples"):
        return _of_graph(Graph().parse(data=body, format=kind, publicID=base))
    return _of_result(Result.parse(io.BytesIO(body), content_type=kind))


def expected(path: Path) -> Outcome:
    """The result that a file of the suite gives."""
    kinds = {
        ".srx": "application/sparql-results+xml",
        ".srj": "application/sparql-results+json",
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".ttl": "text/turtle",
        ".rdf": "application/rdf+xml",
        ".nt": "application/n-triples",
    }
    return parse(path.read_bytes(), kinds[path.suffix], suite.address(path))


def same(found: Outcome, wanted: Outcome, *, ordered: bool = False) -> bool:
    """Whether the results are equal.

    Args:
        found: what came.
        wanted: what should have come.
        ordered: whether the order of solutions counts.
    """
    if isinstance(found, Table) and isinstance(wanted, Table):
        if found.variables != wanted.variables or len(found.rows) != len(wanted.rows):
            return False
        return _match(list(found.rows), list(wanted.rows), {}, ordered)
    if isinstance(found, Graph) and isinstance(wanted, Graph):
        return isomorphic(_canonical(found), _canonical(wanted))
    return type(found) is type(wanted) and found == wanted


def _match(found: list[Row], wanted: list[Row], names: dict[object, object], ordered: bool) -> bool:
    """Pair off the rows, and with them the blank nodes."""
    if not ordered:
        shapes = [Counter(map(_shape, rows)) for rows in (found, wanted)]
        if shapes[0] != shapes[1]:
            return False
        if not any(kind == "blank" for row in found for kind, _ in row.values()):
            return True
    if not found:
        return True
    first, rest = found[0], found[1:]
    for at in range(1 if ordered else len(wanted)):
        paired = _pair(first, wanted[at], names)
        if paired is not None and _match(rest, wanted[:at] + wanted[at + 1 :], paired, ordered):
            return True
    return False


def _pair(one: Row, other: Row, names: dict[object, object]) -> dict[object, object] | None:
    if _shape(one) != _shape(other):
        return None
    names = dict(names)
    for variable, (kind, label) in one.items():
        if kind == "blank":
            mate = other[variable][1]
            if names.get(label, mate) != mate or (label not in names and mate in names.values()):
                return None
            names[label] = mate
    return names


def _shape(row: Row) -> frozenset[tuple[str, Term]]:
    return frozenset(
        (variable, (kind, None) if kind == "blank" else (kind, value))
        for variable, (kind, value) in row.items()
    )


def _of_result(result: Result) -> Outcome:
    if result.type == "ASK":
        return bool(result.askAnswer)
    variables = frozenset(str(variable) for variable in result.vars or [])
    rows = [
        {str(name): term(value) for name, value in binding.items()} for binding in result.bindings
    ]
    return Table(variables, tuple(rows))


def _of_graph(graph: Graph) -> Outcome:
    """A graph, or the result set that it describes."""
    sets = list(graph.subjects(RDF.type, RS.ResultSet))
    if not sets:
        return graph
    boolean = graph.value(sets[0], RS.boolean)
    if boolean is not None:
        return bool(boolean.toPython())  # type: ignore[attr-defined]
    rows: list[tuple[int, Row]] = []
    for solution in graph.objects(sets[0], RS.solution):
        index = graph.value(solution, RS["index"])
        row: dict[str, Term] = {}
        for binding in graph.objects(solution, RS.binding):
            value = graph.value(binding, RS.value)
            assert value is not None
            row[str(graph.value(binding, RS.variable))] = term(value)
        rows.append((0 if index is None else int(str(index)), row))
    names = frozenset(str(name) for name in graph.objects(sets[0], RS.resultVariable))
    return Table(names, tuple(row for _, row in sorted(rows, key=lambda pair: pair[0])))


def term(node: Node) -> Term:
    """A term in a form that compares by what it means."""
    if isinstance(node, BNode):
        return "blank", str(node)
    if not isinstance(node, Literal):
        return "iri", str(node)
    if node.language:
        return "literal", (str(node), node.language.lower())
    datatype = node.datatype or XSD.string
    return "literal", (_value(str(node), str(datatype)), str(datatype))


def _value(text: str, datatype: str) -> object:
    try:
        if datatype in map(str, _INTEGERS):
            return int(text)
        if datatype == str(XSD.decimal):
            return Decimal(text).normalize()
        if datatype in map(str, _FLOATS):
            return float(f"{float(text):.12g}")
        if datatype == str(XSD.boolean):
            return text in ("true", "1")
    except (ValueError, InvalidOperation):
        pass
    return text


def _canonical(graph: Graph) -> Graph:
    written = Graph()
    for triple in graph:
        written.add(tuple(_numeral(node) for node in triple))  # type: ignore[arg-type]
    return written


def _numeral(node: Node) -> Node:
    if not isinstance(node, Literal) or node.language or node.datatype is None:
        return node
    return Literal(str(_value(str(node), str(node.datatype))), datatype=node.datatype)


def _csv(body: bytes) -> Table:
    """CSV keeps no kinds of terms: a cell is a text, a blank node, or nothing."""
    lines = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
    head = lines[0]
    rows = [
        {
            name: ("blank", cell) if cell.startswith("_:") else ("text", cell)
            for name, cell in zip(head, line, strict=True)
        }
        for line in lines[1:]
    ]
    return Table(frozenset(head), tuple(rows))
