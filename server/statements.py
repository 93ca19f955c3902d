"""The statements about one resource, in both directions, by property, each with its status.

Must not know what a statement means, nor how a page looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox
from flask import url_for

from kb.ask.rows import STATUSES
from kb.terms import PROV, RDF, RDFS, SKOS
from kb.text import Text
from server import addresses, labelled, language
from server.access import knowledge
from server.shown import plural
from server.tables import grouped

#: Names, which stand apart from what is said of it.
_NAMES = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel", RDFS + "label")
#: What says what it is in words of its own.
_WORDS = ("definition", "reason", "description", "comment", "note", "scopeNote", "explanation")
#: Last, as they say little to a reader.
_LAST = (PROV + "wasDerivedFrom", RDF + "subject", SKOS + "inScheme", RDF + "type")
#: Units that English does not put in the plural.
_NO_PLURAL = ("percent", "ratio")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as a page shows it.

    Args:
        value: the label of the value or subject, or the literal's text.
        link: address of its page; empty for a literal and for what is not ours.
        status: local name of the graph that it stands in; ``reported`` for reports.
        language: of a literal; empty where it has none.
        why: address of what it stands on; empty where there is nothing more to say.
    """

    value: Text
    link: str
    status: str
    language: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one property in one direction.

    Args:
        property: its label; code: its local name.
        statements: in the order of their values.
    """

    property: Text
    code: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said of a resource: of itself, of it by others, in words, and its names."""

    own: tuple[Group, ...]
    pointing: tuple[Group, ...]
    words: tuple[Group, ...]
    names: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of a resource: its IRI, its name and its definition, which may be empty."""

    iri: str
    label: Text
    meaning: Text


def of(iri: str) -> Said:
    """The statements about a resource; its clauses are shown apart."""
    evidence = f"<{knowledge().base}ns#evidence>"
    rows = knowledge().store.select(
        f"""SELECT DISTINCT ?way ?p ?x ?g WHERE {{
            {{ GRAPH ?g {{ <{iri}> ?p ?x }} BIND("own" AS ?way) FILTER(?p != {evidence}) }} UNION
            {{ GRAPH ?g {{ ?x ?p <{iri}> }} BIND("to" AS ?way) }}
        }} ORDER BY ?way ?p ?x"""
    )
    named = labelled.labels(
        {t.value for row in rows for t in (row["p"], row["x"]) if isinstance(t, ox.NamedNode)}
    )
    found: dict[str, dict[str, list[Statement]]] = {}
    for row in rows:
        way, predicate = _text(row["way"]), _text(row["p"])
        part = "to" if way == "to" else _part(predicate)
        own = found.setdefault(part, {}).setdefault(predicate, [])
        own.append(_statement(iri, way, predicate, row, named))
    parts = {part: _groups(groups, named) for part, groups in found.items()}
    return Said(*(parts.get(part, ()) for part in ("own", "to", "words", "names")))


def kinds(iri: str) -> tuple[Kind, ...]:
    """The classes of a resource that have a name, the narrowest first."""
    rows = knowledge().store.select(
        f"""SELECT ?k ?zh ?en ?mzh ?men (COUNT(?above) AS ?deep) WHERE {{ <{iri}> a ?k .
            ?k <{RDFS}label> ?zh , ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")
            OPTIONAL {{ ?k <{SKOS}definition> ?mzh , ?men
                FILTER(LANG(?mzh) = "zh" && LANG(?men) = "en") }}
            OPTIONAL {{ ?k <{RDFS}subClassOf> ?above }}
        }} GROUP BY ?k ?zh ?en ?mzh ?men ORDER BY DESC(?deep) ?k"""
    )
    cells = ({name: _text(term) for name, term in row.items()} for row in rows)
    return tuple(
        Kind(
            cell["k"],
            Text(cell["zh"], cell["en"]),
            Text(cell.get("mzh", ""), cell.get("men", "")),
        )
        for cell in cells
    )


def figure(said: Said) -> Text:
    """A figure in words: how it is meant, the number, its unit; empty where it has none."""
    by = {group.code: group.statements for group in said.own}
    if "unit" not in by or not ({"value", "component"} & set(by)):
        return Text("", "")

    def one(code: str) -> Text:
        return by[code][0].value if code in by else Text("", "")

    comparator, unit, value = one("comparator"), one("unit"), one("value")
    basis, modality = one("periodBasis"), one("modality")
    if "value" not in by:
        return Text("", "")
    plain = comparator.en in ("unmarked", "ratio")
    zh = f"{'' if plain else comparator.zh + ' '}{value.zh} {unit.zh}".strip()
    units = unit.en if value.en == "1" or unit.en in _NO_PLURAL else plural(unit.en)
    en = f"{'' if plain else comparator.en + ' '}{value.en} {units}".strip()
    tail = [text for text in (basis, modality) if text.zh and modality_said(text)]
    return Text(
        " · ".join([zh, *(text.zh for text in tail)]), " · ".join([en, *(text.en for text in tail)])
    )


def modality_said(text: Text) -> bool:
    """Whether a term says more than that nothing is said."""
    return text.en not in ("plain", "unmarked", "not stated")


def _part(predicate: str) -> str:
    if predicate in _NAMES:
        return "names"
    return "words" if labelled.local(predicate) in _WORDS else "own"


def _groups(
    found: Mapping[str, Iterable[Statement]], named: Mapping[str, Text]
) -> tuple[Group, ...]:
    return tuple(
        Group(named[predicate], labelled.local(predicate), tuple(own))
        for predicate, own in sorted(found.items(), key=lambda item: (item[0] in _LAST, item[0]))
    )


def _statement(
    iri: str, way: str, predicate: str, row: Mapping[str, object], named: Mapping[str, Text]
) -> Statement:
    term, graph = row["x"], _text(row["g"])
    value = _text(term)
    status = "reported" if "/graph/report/" in graph else labelled.local(graph)
    why = ""
    if status in STATUSES:
        subject, thing = (iri, value) if way == "own" else (value, iri)
        lang = language.of_request()
        why = url_for("explaining.page", s=subject, p=predicate, o=thing, lang=lang)
    if isinstance(term, ox.NamedNode):
        return Statement(named[value], addresses.local_address(value), status, "", why)
    shown = _number(term) or value
    tongue = term.language or "" if isinstance(term, ox.Literal) else ""
    return Statement(Text(shown, shown), "", status, tongue, why)


def _number(term: object) -> str:
    """A number as people write it; empty for anything else. A year is no amount."""
    if not isinstance(term, ox.Literal) or not term.datatype.value.endswith("#decimal"):
        return ""
    try:
        return grouped(Decimal(term.value))
    except InvalidOperation:
        return ""


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
