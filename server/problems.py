"""Errors as problem documents (RFC 9457), or as a page where a page was asked for.

Must not know which route an error comes from.
"""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from kb.errors import (
    BudgetSpent,
    CheckFailed,
    InputError,
    Overloaded,
    PlankbError,
    QueryProblem,
    QueryStopped,
    UnknownName,
)
from kb.reports.desk import NoReport
from kb.text import Text
from server import language, search
from server.metrics import PROBLEM
from server.problem_texts import PAGE
from server.shown import plain

_LOG = logging.getLogger("plankb.server")

_BY_CODE = {
    "query-refused": 403,
    "query-deadline": 504,
    "query-cancelled": 503,
    "query-memory": 422,
    "query-size": 422,
    "format": 406,
    "not-acceptable": 406,
    "resource": 404,
    "media-type": 415,
    "engine-lost": 503,
    "store-refused": 502,
    "store-format": 502,
    "store-cut": 502,
    "cross-site": 403,
    "feedback-rate": 429,
    "feedback-lost": 503,
    "template-value": 404,
    "token-missing": 401,
    "token-unknown": 401,
    "token-expired": 401,
    "token-revoked": 401,
    "not-allowed": 403,
    "idempotency-conflict": 409,
    "decision-conflict": 409,
    "reason-missing": 422,
    "no-finding": 422,
    "report-too-large": 413,
    "ledger-damaged": 500,
    "ledger-closed": 503,
}
_BY_CLASS: tuple[tuple[type[PlankbError], int], ...] = (
    (BudgetSpent, 429),
    (Overloaded, 503),
    (QueryStopped, 503),
    (QueryProblem, 400),
    (UnknownName, 404),
    (NoReport, 422),
    (InputError, 400),
    (CheckFailed, 500),
)

_HTTP = {
    404: Text("没有这个地址", "There is nothing at this address"),
    405: Text("此地址不接受这种方法", "This address does not take that method"),
    413: Text("请求内容过大", "The request is too large"),
    415: Text("不支持这种内容类型", "This media type is not supported"),
}


#: Of an address that leads nowhere: characters that are searched for, and names that are offered.
_LONGEST_WANTED = 80
_NEAR = 8

#: Routes whose errors are documents whoever asks.
_FOR_MACHINES = (
    "/api/", "/sparql", "/rdf-graph-store", "/graph/", "/.well-known/", "/healthz", "/readyz",
)  # fmt: skip


def status_of(error: PlankbError) -> int:
    """The HTTP status of an error."""
    for kind, status in _BY_CLASS:
        if isinstance(error, kind):
            return _BY_CODE.get(error.code, status)
    return _BY_CODE.get(error.code, 500)


def install(app: Flask) -> None:
    """Make every error of the app a problem document or an error page."""
    app.register_error_handler(PlankbError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unforeseen)


def _ours(error: PlankbError) -> Response:
    status = status_of(error)
    response = _problem(status, error.code, error.message, error.hint, members_of(error))
    if status == 401:  # RFC 6750, section 3
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Overloaded):
        response.headers["Retry-After"] = str(error.fields.get("retry_after", 1))
    return response


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect, which the router raises as well
        return Response(status=status, headers=dict(error.get_headers()))
    name = error.name
    response = _problem(status, f"http-{status}", _HTTP.get(status, Text(name, name)), None)
    for header, value in error.get_headers():
        if header.lower() not in ("content-type", "content-length"):
            response.headers[header] = value
    return response


def _unforeseen(error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.path, exc_info=error)
    return _problem(
        500,
        "internal",
        Text("plankb 自身出错", "plankb itself has a fault"),
        Text("请稍后再试，或告知运行方", "try again later, or tell whoever runs it"),
    )


def members_of(error: PlankbError) -> dict[str, object]:
    """Further members of an error's document (RFC 9457, section 3.2)."""
    members = error.fields.get("members")
    return dict(members) if isinstance(members, dict) else {}


def _problem(
    status: int,
    code: str,
    message: Text,
    hint: Text | None,
    members: dict[str, object] | None = None,
) -> Response:
    request.environ[PROBLEM] = code
    chosen = language.of_request()
    if _wants_page():
        page = render_template(
            "error.html",
            status=status,
            message=message,
            hint=hint,
            e={name: text.in_(chosen) for name, text in PAGE.items()},
            wanted=_wanted() if status == 404 else "",
            found=_near() if status == 404 else (),
        )
        return Response(
            page, status, mimetype="text/html", headers={"Vary": "Accept, Accept-Language"}
        )
    content = {
        "type": f"urn:plankb:problem:{code}",
        "title": message.in_(chosen).splitlines()[0],
        "status": status,
        "detail": message.in_(chosen),
        "hint": hint.in_(chosen) if hint else None,
        **(members or {}),
    }
    body = json.dumps({k: v for k, v in content.items() if v is not None}, ensure_ascii=False)
    response = Response(body, status, content_type="application/problem+json")
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Language"] = chosen
    return response


def _wanted() -> str:
    """The last word of an address that leads nowhere, to search for instead."""
    last = request.path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return plain(last.replace("-", " ").replace("_", " "))[:_LONGEST_WANTED]


def _near() -> list[search.Found]:
    """What has a name like it; nothing where that cannot be said now."""
    try:
        return search.find(_wanted(), _NEAR)
    except PlankbError:
        return []


def _wants_page() -> bool:
    """Pages are for browsers, and never the answer of the API or the SPARQL endpoint."""
    if request.path.startswith(_FOR_MACHINES):
        return False
    accepted = request.accept_mimetypes
    return "text/html" in accepted.values() or "application/xhtml+xml" in accepted.values()
