"""Resources: one address for people and machines, as a page or as data.

Must not know what a resource means; the graph says that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for

from kb.ask.rows import STATUSES, span_of
from kb.plan import views as known_views
from kb.plan.evidence import Span
from kb.terms import OA, RDFS, SKOS
from kb.text import Text
from server import addresses, citation, labelled, language, tables, views
from server.access import knowledge

blueprint = Blueprint("resources", __name__)

#: Suffix, media type, and the name of the format in the store.
_DATA = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "csv": "text/csv",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as a page shows it.

    Args:
        property: the property's label.
        value: the label of the value or subject, or the literal's text.
        link: address of its page; empty for a literal.
        status: local name of the graph that it stands in.
        language: of a literal; empty where it has none.
        why: address of what it stands on; empty for a definition.
    """

    property: Text
    value: Text
    link: str
    status: str
    language: str = ""
    why: str = ""


@blueprint.get("/<any(id, scheme):space>/<path:local>")
def resource(space: str, local: str) -> Response:
    """The resource itself: 303 to its page or data. With a suffix, the page or data."""
    stem, dot, suffix = local.rpartition(".")
    if dot and suffix == "html":
        return _page(addresses.known(space, stem))
    if dot and suffix in _DATA:
        return _data(addresses.known(space, stem), suffix)
    addresses.known(space, local)
    best = request.accept_mimetypes.best_match(["text/html", *_DATA.values()], "text/html")
    chosen = next((suffix for suffix, media in _DATA.items() if media == best), "html")
    asked = {"lang": request.args["lang"]} if "lang" in request.args else {}
    there = url_for(
        "resources.resource", space=space, local=f"{local}.{chosen}", _external=False, **asked
    )
    response = redirect(there, 303)
    assert isinstance(response, Response)
    response.headers["Vary"] = "Accept"
    return response


def _data(iri: str, suffix: str) -> Response:
    """Its description: the triples that it is the subject of, and those that point to it."""
    both = (
        f"{{ <{iri}> ?p ?o . BIND(<{iri}> AS ?s) }} UNION {{ ?s ?p <{iri}> . BIND(<{iri}> AS ?o) }}"
    )
    query = (
        f"SELECT (?s AS ?subject) (?p AS ?predicate) (?o AS ?object) WHERE {{ {both} }} "
        "ORDER BY ?subject ?predicate ?object"
        if suffix == "csv"
        else f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {both} }}"
    )
    result = knowledge().store.query(query, format=suffix)
    response = Response(result.body, content_type=result.media_type)
    response.headers["Link"] = f'<{iri}>; rel="describes"'
    return response


def _page(iri: str) -> Response:
    lexicon = knowledge().asker.lexicon
    statements = _statements(iri)
    label = labelled.labels([iri])[iri]
    known = lexicon.things.get(iri)
    kinds = [lexicon.label(kind) for kind in sorted(known.kinds)] if known else []
    response = views.page(
        "resource.html",
        iri=iri,
        label=label,
        tables=_tables(iri, known.kinds if known else frozenset()),
        cited=citation.of(iri, label),
        media=_DATA,
        kinds=[kind for kind in kinds if kind.zh],
        own=statements[0],
        pointing=statements[1],
        spans=_spans(iri),
        data=[(suffix, request.path.removesuffix(".html") + "." + suffix) for suffix in _DATA],
    )
    response.headers["Link"] = ", ".join(
        f'<{addresses.local_address(iri, suffix)}>; rel="alternate"; type="{media}"'
        for suffix, media in _DATA.items()
    )
    return response


def _tables(iri: str, kinds: Collection[str]) -> list[tables.Table]:
    """The views for resources of its classes, where they show anything."""
    schema, ns = knowledge().asker.lexicon.schema, knowledge().base + "ns#"
    found = [
        tables.table(view, iri if view.parameter else "")
        for view in known_views.views(knowledge().base)
        if any(schema.is_a(kind, ns + wanted) for wanted in view.of for kind in kinds)
    ]
    return [table for table in found if table.lines]


def _statements(iri: str) -> tuple[list[Statement], list[Statement]]:
    """Those that it is the subject of, and those that point to it; evidence is shown apart."""
    evidence = f"<{knowledge().base}ns#evidence>"
    query = f"""SELECT DISTINCT ?way ?p ?x ?g ?zh ?en ?xzh ?xen (LANG(?x) AS ?lang) WHERE {{
        {{ GRAPH ?g {{ <{iri}> ?p ?x }} BIND("own" AS ?way) FILTER(?p != {evidence}) }} UNION
        {{ GRAPH ?g {{ ?x ?p <{iri}> }} BIND("to" AS ?way) }}
        OPTIONAL {{ ?p <{RDFS}label> ?zh FILTER(LANG(?zh) = "zh") }}
        OPTIONAL {{ ?p <{RDFS}label> ?en FILTER(LANG(?en) = "en") }}
        OPTIONAL {{ ?x <{SKOS}prefLabel>|<{RDFS}label> ?xzh FILTER(LANG(?xzh) = "zh") }}
        OPTIONAL {{ ?x <{SKOS}prefLabel>|<{RDFS}label> ?xen FILTER(LANG(?xen) = "en") }}
    }} ORDER BY ?way ?p ?x"""
    found: dict[str, list[Statement]] = {"own": [], "to": []}
    for row in knowledge().store.select(query):
        cells = {name: _text(term) for name, term in row.items()}
        value, name = cells["x"], cells["p"].rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        link = addresses.local_address(value) if "lang" not in cells else ""
        local = value.rstrip("/").rsplit("/", 1)[-1] if link else value
        zh = cells.get("xzh") or cells.get("xen") or local
        found[cells["way"]].append(
            Statement(
                Text(cells.get("zh", name), cells.get("en", name)),
                Text(zh, cells.get("xen") or zh),
                link,
                cells["g"].rsplit("/", 1)[-1],
                cells.get("lang", ""),
                _why(iri, cells),
            )
        )
    return found["own"], found["to"]


def _why(iri: str, cells: Mapping[str, str]) -> str:
    if cells["g"].rsplit("/", 1)[-1] not in STATUSES:
        return ""
    own = cells["way"] == "own"
    return url_for(
        "explaining.page",
        s=iri if own else cells["x"],
        p=cells["p"],
        o=cells["x"] if own else iri,
        lang=language.of_request(),
    )


def _spans(iri: str) -> list[Span]:
    ns = knowledge().base + "ns#"
    rows = knowledge().store.select(
        f"""SELECT ?start ?end ?exact ?source WHERE {{ <{iri}> <{ns}evidence> ?span .
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact ;
                  <{ns}inSource> ?source }}"""
    )
    return sorted(span_of({name: _text(term) for name, term in row.items()}) for row in rows)


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
