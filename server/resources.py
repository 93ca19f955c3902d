"""Resources: one address for people and machines, as a page or as data.

Must not know what a resource means; the graph says that.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import dropwhile

from flask import Blueprint, Response, redirect, request, url_for

from kb.ask.rows import span_of
from kb.plan import rules
from kb.plan import views as known_views
from kb.plan.evidence import Span
from kb.terms import OA
from server import addresses, citation, labelled, statements, table_files, tables, views
from server.access import knowledge

blueprint = Blueprint("resources", __name__)

#: Suffix, media type; the first four are formats of the store.
_DATA = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "csv": "text/csv",
    "xlsx": table_files.MEDIA["xlsx"],
}
_NAMES = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "csv": "CSV", "xlsx": "XLSX"}


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
    listed = (
        f"SELECT (?s AS ?subject) (?p AS ?predicate) (?o AS ?object) WHERE {{ {both} }} "
        "ORDER BY ?subject ?predicate ?object"
    )
    if suffix == "xlsx":
        head = ["subject", "predicate", "object"]
        rows = [
            [str(getattr(row[name], "value", row[name])) for name in head]
            for row in knowledge().store.select(listed)
        ]
        name = iri.rsplit("/", 1)[-1]
        body = table_files.as_workbook("statements", [head, *rows], set(), iri)
        response = Response(body, content_type=_DATA[suffix])
        response.headers["Content-Disposition"] = f'attachment; filename="plankb-{name}.xlsx"'
    else:
        query = listed if suffix == "csv" else f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {both} }}"
        result = knowledge().store.query(query, format=suffix)
        response = Response(result.body, content_type=result.media_type)
    response.headers["Link"] = (
        f'<{iri}>; rel="describes", '
        f'<{addresses.local_address(iri)}>; rel="alternate"; type="text/html"'
    )
    return response


def _page(iri: str) -> Response:
    label = labelled.labels([iri])[iri]
    said = statements.of(iri)
    kinds = statements.kinds(iri)
    cited = citation.of(iri, label)
    response = views.page(
        "resource.html",
        iri=iri,
        label=label,
        said=said,
        kinds=kinds,
        figure=statements.figure(said),
        tables=_tables(iri, {kind.iri for kind in kinds}),
        cited=cited,
        media=_DATA,
        spans=_spans(iri),
        described=_linked_data(iri),
        construct=_construct(iri),
        data=[
            (suffix, _NAMES[suffix], request.path.removesuffix(".html") + "." + suffix)
            for suffix in _DATA
        ],
    )
    alternates = [
        f'<{addresses.local_address(iri, suffix)}>; rel="alternate"; type="{media}"'
        for suffix, media in _DATA.items()
    ]
    response.headers["Link"] = ", ".join([f'<{cited.permalink}>; rel="canonical"', *alternates])
    return response


def _construct(iri: str) -> str:
    """The query that a derivation rule is; empty for any other resource."""
    base = knowledge().base
    start = f"{base}id/rule/"
    if not iri.startswith(start):
        return ""
    return _rules(base).get(iri.removeprefix(start), "")


@lru_cache(maxsize=4)
def _rules(base: str) -> dict[str, str]:
    """The queries of the derivation rules by name, without the headers of their files."""
    return {
        one.name: "".join(
            dropwhile(lambda line: line.startswith("#"), one.file.text.splitlines(keepends=True))
        ).strip()
        for one in rules.read(base)
    }


def _linked_data(iri: str) -> str:
    """What it says of itself as JSON-LD, fit to stand in a page: no tag can end it."""
    result = knowledge().store.query(
        f"CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}", format="jsonld"
    )
    text = result.body.decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _tables(iri: str, kinds: Collection[str]) -> list[tables.Table]:
    """The views for resources of its classes, where they show anything."""
    schema, ns = knowledge().asker.lexicon.schema, knowledge().base + "ns#"
    found = [
        tables.table(view, iri if view.parameter else "")
        for view in known_views.views(knowledge().base)
        if any(schema.is_a(kind, ns + wanted) for wanted in view.of for kind in kinds)
    ]
    return [table for table in found if table.lines]


def _spans(iri: str) -> list[Span]:
    ns = knowledge().base + "ns#"
    rows = knowledge().store.select(
        f"""SELECT ?start ?end ?exact ?source WHERE {{ <{iri}> <{ns}evidence> ?span .
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact ;
                  <{ns}inSource> ?source }}"""
    )
    return sorted(
        span_of({name: str(getattr(term, "value", term)) for name, term in row.items()})
        for row in rows
    )
