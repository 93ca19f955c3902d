"""Sending data: its tag, what a client holds already, compression, and other sites' scripts.

Follows RFC 9110 (conditional requests, codings), RFC 9111 (caching) and the Fetch standard
(CORS). Must not know what the data is.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import re
from functools import cache
from typing import TypeGuard

from flask import Flask, Response, request

from server import negotiation

#: Whose answers any site may read, without cookies: all of it is public data.
_OPEN = re.compile(r"/(?:sparql|rdf-graph-store|graph|\.well-known)(?:[./]|$)")
_METHODS = "GET, HEAD, POST, OPTIONS"
_EXPOSED = "ETag, Link, Location, Retry-After, X-Request-Id, X-Revision"

#: Below this a coding saves nothing: the answer fits one packet as it is.
WORTH_CODING = 1024
#: From 5 on the level costs much time and saves little, on results of queries.
_LEVEL = 4

#: What goes with every response: pages take nothing from elsewhere, and sit in no frame.
SAFE = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
#: What lets scripts of any site read a response.
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _EXPOSED,
}

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_CODED = "-gzip"


def tag(revision: str, *parts: object) -> str | None:
    """A strong validator, without its quotes, for the answer that these parts determine.

    Args:
        revision: of the data; where it is not known, nobody can tell whether an answer holds.
        parts: all else that the bytes depend on: texts, numbers, None, and lists of these.
    """
    if not revision:
        return None
    text = repr((_versions(), revision, parts))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


@cache
def _versions() -> str:
    """What writes the bytes: another version may write the same data differently."""
    names = ("plankb", "pyoxigraph")
    return " ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


def is_held(own_tag: str | None) -> TypeGuard[str]:
    """Whether the client says that it holds this very answer, coded or not."""
    if request.method not in ("GET", "HEAD"):
        return False
    header = request.headers.get("If-None-Match", "")
    return own_tag in {held.removesuffix(_CODED) for held in _TAG.findall(header)}


def not_modified(own_tag: str, *, vary: str = "Accept") -> Response:
    """304: what the client holds is what it would get."""
    response = Response(status=304)
    del response.headers["Content-Type"]
    coded = negotiation.takes_gzip(request.headers.get("Accept-Encoding"))
    # The tag of the very representation that it holds, and would be sent.
    says_coded = f'{own_tag}{_CODED}"' in request.headers.get("If-None-Match", "")
    _with_caching(response, own_tag + (_CODED if coded and says_coded else ""), vary)
    return response


def send(
    body: bytes, media_type: str, revision: str, own_tag: str | None, *, vary: str = "Accept"
) -> Response:
    """The data with its length, compressed where the client asks for it and it pays.

    Args:
        body: whole.
        media_type: with charset where text needs one.
        revision: of the data.
        own_tag: from :func:`tag`; None for what must not be kept, as it differs each time.
        vary: the request headers that chose this representation, codings apart.
    """
    anything = request.headers.get("If-None-Match", "").strip() == "*"
    if own_tag is not None and request.method != "POST" and (anything or is_held(own_tag)):
        return not_modified(own_tag, vary=vary)
    coded = len(body) >= WORTH_CODING and negotiation.takes_gzip(
        request.headers.get("Accept-Encoding")
    )
    if coded:
        body = gzip.compress(body, _LEVEL, mtime=0)  # the same bytes each time
    response = Response(body, content_type=media_type)
    response.headers["Content-Length"] = str(len(body))
    if revision:
        response.headers["X-Revision"] = revision
    if coded:
        response.headers["Content-Encoding"] = "gzip"
    if request.method == "POST":
        own_tag = None  # of no use: an answer to POST is kept by nobody
    _with_caching(response, own_tag and own_tag + (_CODED if coded else ""), vary)
    return response


def _with_caching(response: Response, own_tag: str | None, vary: str) -> None:
    response.headers.update(caching(own_tag, vary))


def caching(own_tag: str | None, vary: str = "Accept") -> dict[str, str]:
    """The headers that say what may be kept, and for whom it holds."""
    named = {"Vary": f"{vary}, Accept-Encoding"}
    if own_tag is None:
        return {**named, "Cache-Control": "no-store"}
    # Keep it and ask each time: a new revision counts at once, and 304 is cheap.
    return {**named, "ETag": f'"{own_tag}"', "Cache-Control": "public, no-cache"}


def options(methods: str = _METHODS, **headers: str) -> Response:
    """The answer to OPTIONS, and to a browser that asks before it sends (CORS preflight)."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Allow"] = methods
    response.headers["Access-Control-Allow-Methods"] = methods
    # A name may be asked for that * does not cover; none of them opens anything.
    asked = request.headers.get("Access-Control-Request-Headers", "")
    named = re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]*", asked)
    response.headers["Access-Control-Allow-Headers"] = asked if asked and named else "*"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.headers["Vary"] = "Access-Control-Request-Headers"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def install(app: Flask) -> None:
    """Let scripts of any site read the public data, its errors included."""
    app.after_request(_opened)


def _opened(response: Response) -> Response:
    if _OPEN.match(request.path):
        response.headers.update(OPEN)
        if response.status_code >= 400:
            response.headers.setdefault("Cache-Control", "no-store")
    return response
