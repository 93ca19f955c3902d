"""A view as a table: resources by their labels, numbers as people write them, clauses beside.

Must not know which view it is, nor how a table looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from kb.ask.rows import span_of
from kb.plan.evidence import Span
from kb.plan.views import View
from kb.store.interface import Row
from kb.terms import OA, XSD
from kb.text import Text
from server import addresses, labelled
from server.access import knowledge
from server.texts import TEXTS

_NUMBERS = {XSD + name for name in ("decimal", "integer", "double", "float")}
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table.

    Args:
        text: as it is shown; empty where the row has nothing there.
        link: address of the resource's page; empty for anything else.
        number: the value, where it is one.
        status: the code, where it is that of a status.
        concept: whether it is a term of a scheme, and no thing of the plan.
        iri: of the resource; empty for anything else.
    """

    text: Text = _NOTHING
    link: str = ""
    number: Decimal | None = None
    status: str = ""
    concept: bool = False
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its fields by column, and the clauses that its first resource stands on."""

    fields: dict[str, Field]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A view with its rows, for one resource where it takes one.

    Args:
        view: what it is.
        query: that gave the rows, to be opened in the editor.
        columns: headings in the order of the query, by variable.
        lines: the rows.
        cited: whether any row has a clause.
    """

    view: View
    query: str
    columns: dict[str, Text]
    lines: tuple[Line, ...]
    cited: bool


def table(view: View, iri: str = "") -> Table:
    """Run a view.

    Args:
        view: which.
        iri: of the resource that takes the place of its example; empty for none.

    Raises:
        QueryStopped, Overloaded: as any query.
    """
    query = view.bound(iri) if iri else view.query
    rows = knowledge().store.select(query)
    every = {t.value for row in rows for t in row.values() if isinstance(t, ox.NamedNode)}
    labels = labelled.labels(every)
    subjects = [_subject(row) for row in rows]
    spans = _spans(subjects)
    lines = []
    for row, subject in zip(rows, subjects, strict=True):
        fields = {
            name: _both(name, row) or _field(name, row.get(name), labels) for name in view.columns
        }
        lines.append(Line(fields, tuple(sorted(spans.get(subject, ())))))
    cited = any(line.spans for line in lines)
    return Table(view, query, view.columns, tuple(lines), cited)


def grouped(number: Decimal) -> str:
    """A number as people write it.

    >>> grouped(Decimal("35600")), grouped(Decimal("31.250"))
    ('35,600', '31.25')
    """
    return f"{number.normalize():,f}"


def _both(name: str, row: Row) -> Field | None:
    """A text that the row has in both languages, as ``NAME_zh`` and ``NAME_en``."""
    zh, en = row.get(f"{name}_zh"), row.get(f"{name}_en")
    return Field(Text(_text(zh), _text(en))) if zh is not None and en is not None else None


def _field(name: str, term: object, labels: dict[str, Text]) -> Field:
    if isinstance(term, ox.NamedNode):
        label = labels[term.value]
        concept = term.value.startswith(f"{knowledge().base}scheme/")
        link = addresses.local_address(term.value)
        return Field(label, link, concept=concept, iri=term.value)
    if not isinstance(term, ox.Literal):
        return Field()
    if term.datatype.value in _NUMBERS:
        try:
            number = Decimal(term.value)
        except InvalidOperation:
            return Field(Text(term.value, term.value))
        shown = grouped(number)
        return Field(Text(shown, shown), number=number)
    if name == "status" and term.value in TEXTS:
        return Field(TEXTS[term.value], status=term.value)
    return Field(Text(term.value, term.value))


def _subject(row: Row) -> str:
    """The resource that comes first in a row, whose clauses stand beside it; empty for none."""
    return next((t.value for t in row.values() if isinstance(t, ox.NamedNode)), "")


def _spans(subjects: list[str]) -> dict[str, list[Span]]:
    named = " ".join(f"<{iri}>" for iri in sorted({*subjects} - {""}))
    spans: dict[str, list[Span]] = {}
    ns = knowledge().base + "ns#"
    for row in knowledge().store.select(
        f"""SELECT ?x ?span ?start ?end ?exact ?source WHERE {{ VALUES ?x {{ {named} }}
            ?x <{ns}evidence> ?span . ?span <{OA}start> ?start ; <{OA}end> ?end ;
                <{OA}exact> ?exact ; <{ns}inSource> ?source }}"""
    ):
        cell = {name: _text(term) for name, term in row.items()}
        spans.setdefault(cell["x"], []).append(span_of(cell))
    return spans


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
