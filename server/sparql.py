"""The SPARQL endpoint: SPARQL 1.1 Protocol for queries, over the guarded store.

Must not know how a query is run or stopped, nor what an editor looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from flask import Blueprint, Response, request

from kb.errors import InputError, PlankbError, UnknownName
from kb.store import formats, reading
from kb.store.formats import Format
from kb.store.interface import Form, Result
from kb.text import Text
from server import asked as asking
from server import delivery, description, editor, negotiation
from server.access import client, knowledge

blueprint = Blueprint("sparql", __name__)

_METHODS = "GET, HEAD, POST, OPTIONS"
_EVERY_METHOD = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"]
#: Where in a request's WSGI environment the front says what came of its query already: the
#: result, or the error.
KNOWN = "plankb.known"
#: What may give another answer each time it is asked; also where it only looks like it.
_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)


@blueprint.route("/sparql", methods=_EVERY_METHOD, provide_automatic_options=False)
@blueprint.route("/sparql/", methods=_EVERY_METHOD, provide_automatic_options=False)
@blueprint.route("/sparql.<suffix>", methods=_EVERY_METHOD, provide_automatic_options=False)
def endpoint(suffix: str | None = None) -> Response:
    """Run a query; without one, describe the service, or show the editor to a browser."""
    _check_suffix(suffix)
    if request.method == "OPTIONS":
        return delivery.options(_METHODS, Accept_Post=f"{asking.QUERY}, {asking.FORM}")
    if request.method not in ("GET", "HEAD", "POST"):
        return _method_not_allowed()
    asked = asking.read()
    name = asked.one("format") or suffix
    if asked.text is None:
        return _without_query(asked, name)
    if name is None and _wants_page(formats.TABLE):
        return _editor()
    return _answer(asked, asked.text, name)


def _answer(asked: asking.Asked, text: str, name: str | None) -> Response:
    if isinstance(known := request.environ.get(KNOWN), PlankbError):
        raise known
    form = reading.read(text).form
    format = choose(form, name)
    default, named = asked.every("default-graph-uri"), asked.every("named-graph-uri")
    limits = asking.limits(asked.one("timeout"))
    base = request.base_url
    now = knowledge()
    parts = (text, format.name, default, named, base)
    if request.headers.get("If-None-Match"):
        held = delivery.tag(now.revision, *parts)
        if delivery.is_held(held):  # it was answered before, so it can be
            return delivery.not_modified(held)
    result = known or now.store.query(
        text,
        format=format.name,
        default_graphs=default,
        named_graphs=named,
        base=base,
        limits=limits,
        client=client(),
    )
    own_tag = None if is_volatile(text, result) else delivery.tag(result.revision, *parts)
    return delivery.send(result.body, result.media_type, result.revision, own_tag)


def choose(form: Form, name: str | None) -> Format:
    """The format to send: by name where there is one, else by ``Accept``.

    Args:
        form: of the query.
        name: short name or media type, from a parameter or suffix.

    Raises:
        UnknownName: nothing that is asked for can be sent.
    """
    if name:
        return formats.choose(name, form)
    offered = formats.offered(form)
    format = negotiated(form, request.headers.get("Accept"))
    if format is None:
        kinds = ", ".join(_names(format)[0] for format in offered)
        raise UnknownName(
            "not-acceptable",
            Text("没有所要求的格式", "none of the formats asked for is available"),
            Text(f"可用：{kinds}", f"there are: {kinds}"),
        )
    return format


@lru_cache(maxsize=256)
def negotiated(form: Form, accept: str | None) -> Format | None:
    """The format that a client wants most for a query of that form; None if it takes none."""
    offered = formats.offered(form)
    place = negotiation.best(map(_names, offered), accept)
    return None if place is None else offered[place]


def _names(format: Format) -> list[str]:
    return [format.media_type.split(";")[0], *format.also]


def is_volatile(text: str, result: Result) -> bool:
    """Whether the same query may give other bytes the next time.

    A blank node that CONSTRUCT makes has another label each time.
    """
    if formats.is_graph(result.form) and (b"_:" in result.body or b"nodeID" in result.body):
        return True
    lower = text.lower()
    if not ("now" in lower or "rand" in lower or "uuid" in lower or "bnode" in lower):
        return "\\u" in lower
    return _VOLATILE.search(text) is not None


# -- without a query ---------------------------------------------------------------------


def _without_query(asked: asking.Asked, name: str | None) -> Response:
    protocol = {"default-graph-uri", "named-graph-uri", "timeout"}
    if request.method == "POST" or any(key in protocol for key, _ in asked.parameters):
        raise InputError(
            "query-missing",
            Text("没有查询", "there is no query"),
            Text(
                f"用参数 query 给出，或以 {asking.QUERY} 发送",
                f"give it as the parameter query, or send it as {asking.QUERY}",
            ),
        )
    if name is None and _wants_page(formats.offered("construct")):
        return _editor()
    return description.of_service(name)


def _wants_page(others: Iterable[Format]) -> bool:
    """Whether a browser asks: HTML by name, and rather than any data."""
    if request.method not in ("GET", "HEAD"):
        return False
    taken = negotiation.accepted(request.headers.get("Accept"))
    html = max(taken.named("text/html"), taken.named("application/xhtml+xml"))
    return html > 0 and all(html >= max(map(taken.named, _names(format))) for format in others)


def _editor() -> Response:
    response = editor.page()
    response.headers.setdefault("Vary", "Accept, Accept-Language")
    return response


def _check_suffix(suffix: str | None) -> None:
    if suffix is not None and suffix not in {format.name for format in formats.TABLE}:
        names = ", ".join(format.name for format in formats.TABLE)
        raise UnknownName(
            "resource",
            Text(f"没有 /sparql.{suffix[:40]}", f"there is no /sparql.{suffix[:40]}"),
            Text(f"可用的后缀：{names}", f"the suffixes are: {names}"),
        )


def _method_not_allowed() -> Response:
    from werkzeug.exceptions import MethodNotAllowed

    raise MethodNotAllowed(_METHODS.split(", "))
