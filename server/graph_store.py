"""Graphs at their addresses: the SPARQL 1.1 Graph Store HTTP Protocol, for reading.

A graph is named in a parameter (``/rdf-graph-store?graph=…``) or by its own address under
``/graph/``. Must not know which graphs there are.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from flask import Blueprint, Response, request

from kb.errors import InputError, UnknownName
from kb.store import formats
from kb.text import Text
from server import asked, delivery, sparql
from server.access import client, knowledge

blueprint = Blueprint("graph_store", __name__)

_METHODS = "GET, HEAD, OPTIONS"
_EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE", "PATCH"]
_ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
_SUFFIX = re.compile(r"(.+)\.(" + "|".join(f.name for f in formats.offered("construct")) + ")")


@blueprint.route(
    "/rdf-graph-store", methods=_EVERY_METHOD, provide_automatic_options=False, strict_slashes=False
)
def by_name() -> Response:
    """A graph that a parameter names, or the default graph."""
    if (answer := _for_others_than_readers()) is not None:
        return answer
    named = request.args.getlist("graph")
    default = "default" in request.args
    if len(named) + default != 1:
        raise InputError(
            "graph-missing",
            Text("需要且只能指明一个图", "one graph must be named, and no more than one"),
            Text(
                "用 ?graph=IRI 指明命名图，或用 ?default 指默认图",
                "name it with ?graph=IRI, or ask for the default graph with ?default",
            ),
        )
    iri = _absolute(named[0]) if named else None
    if iri is not None and not _is_there(iri):
        raise _unknown(iri)
    return _send(iri, request.args.get("format"))


@blueprint.route("/graph/<path:local>", methods=_EVERY_METHOD, provide_automatic_options=False)
def by_address(local: str) -> Response:
    """A graph at its own address: that of our base, or the very address of the request.

    A suffix (``.ttl``, ``.nt`` …) chooses the format, where it is not a part of the name.
    """
    if (answer := _for_others_than_readers()) is not None:
        return answer
    named = request.args.get("format")
    stem, suffix = local, None
    if match := _SUFFIX.fullmatch(local):
        stem, suffix = match[1], match[2]
    for path, format in ((local, named), (stem, suffix)):
        for iri in (f"{knowledge().base}graph/{path}", f"{request.url_root}graph/{path}"):
            if _is_there(iri):
                return _send(iri, format)
    raise _unknown(local)


def _send(iri: str | None, name: str | None) -> Response:
    """The graph that is there, or the default graph."""
    format = sparql.choose("construct", name)
    now = knowledge()
    graphs = [] if iri is None else [iri]
    parts = ("graph", iri, format.name)
    if request.headers.get("If-None-Match"):
        held = delivery.tag(now.revision, *parts)
        if delivery.is_held(held):
            return delivery.not_modified(held)
    result = now.store.query(_ALL, format=format.name, default_graphs=graphs, client=client())
    own_tag = delivery.tag(result.revision, *parts)
    response = delivery.send(result.body, result.media_type, result.revision, own_tag)
    if iri is not None:
        response.headers["Link"] = f'<{iri}>; rel="describes"'
    return response


def _is_there(iri: str) -> bool:
    """Whether the graph has a triple; one without any is not there."""
    try:
        body = knowledge().store.query("ASK { ?s ?p ?o }", format="json", default_graphs=[iri]).body
    except InputError:  # no IRI names a graph like this
        return False
    return b"true" in body


def _absolute(name: str) -> str:
    """A relative name is relative to the address of the request."""
    return name if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name) else urljoin(request.base_url, name)


def _for_others_than_readers() -> Response | None:
    if request.method == "OPTIONS":
        return delivery.options(_METHODS)
    if request.method not in ("GET", "HEAD"):
        raise asked.no_update(Text(f"{request.method} 一个图", f"{request.method} of a graph"))
    return None


def _unknown(name: str) -> UnknownName:
    shown = name[:200]
    return UnknownName(
        "resource",
        Text(f"没有图“{shown}”", f"there is no graph “{shown}”"),
        Text(
            "服务描述列出全部的图：/.well-known/void",
            "the service's description lists all graphs: /.well-known/void",
        ),
    )
