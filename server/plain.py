"""Queries asked the plain way, answered in the event loop: a query and nothing else.

By GET, as a form, or as the body of a POST, the three ways of SPARQL 1.1 Protocol, section 2.1.

Most queries come like this, and with an engine of our own they need neither Flask nor a thread.
What is not plain, and every error, is Flask's; its answer to the same request is the same, and a
test compares them.
Must not know how a query is run or stopped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus, unquote_to_bytes

from kb.errors import PlankbError
from kb.store import reading
from kb.store.formats import Format
from kb.store.frames import Frame
from kb.store.interface import Limits, Result
from kb.store.messages import announce_more, query_request
from server import access, delivery, negotiation, sparql
from server.asked import FORM, QUERY
from server.bridge import Answer, RequestHeaders, Scope
from server.cache import Headers

ROUTE = "/sparql"
_QUERY = "query="
#: A longer query takes too long to read while others wait.
_LONGEST = 8000
#: How a body says what it is, where it can be read as it is.
_BODY = re.compile(rf"({QUERY}|{FORM})\s*(?:;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)
#: Hosts as they are in almost every request; others have to be put right first.
_HOST = re.compile(r"(?!.*xn--)[a-z0-9.-]+(?::[1-9][0-9]*)?|\[::1\](?::[1-9][0-9]*)?")
_USUAL_PORT = {"http": ":80", "https": ":443"}


def _lower(headers: Mapping[str, str]) -> Headers:
    return [(name.lower(), value) for name, value in headers.items()]


_ALWAYS = _lower({**delivery.SAFE, **delivery.OPEN})
_NOT_KEPT = _lower(delivery.caching(None))
_KEPT = [field for field in _lower(delivery.caching("")) if field[0] != "etag"]


@dataclass(frozen=True, slots=True)
class Plain:
    """A query that was asked the plain way.

    Args:
        text: of the query.
        format: of its result.
        base: what relative IRIs in it are relative to.
        client: who asks.
        kept: whether the answer may be kept by who asked.
    """

    text: str
    format: Format
    base: str
    client: str
    kept: bool

    @classmethod
    def read(cls, scope: Scope, body: bytes, proxies: int) -> Plain | None:
        """What a request asks; None where it is not plain, or not right.

        Args:
            scope: the request.
            body: all of it.
            proxies: in front, whose headers are believed.
        """
        headers = scope.headers
        if (
            scope.path != ROUTE
            or "if-none-match" in headers
            or "range" in headers
            or "expect" in headers
        ):
            return None
        accepted = headers.get_all("accept")
        accept = accepted[0] if len(accepted) == 1 else ",".join(accepted) or None
        if accept is not None and "html" in accept.lower():
            return None
        site = _site(scope, proxies)
        if site is None:
            return None
        try:
            text = _text(scope, body)
            if text is None:
                return None
            form = reading.read(text).form
        except (UnicodeDecodeError, PlankbError):
            return None
        format = sparql.negotiated(form, accept)
        return None if format is None else cls(text, format, *site, scope.method == "GET")

    def request(self, limits: Limits, *, alone: bool = False) -> Frame:
        """What the engine is asked.

        Args:
            limits: of the query.
            alone: whether nobody else has asked since this connection did.
        """
        request = query_request(
            self.text, self.format.name, (), (), limits, self.base, client=self.client
        )
        if alone:
            announce_more(request)
        return request

    def answer(self, result: Result, headers: RequestHeaders) -> tuple[Answer, str] | None:
        """The response with its ETag; None where it is to be compressed, which takes its time.

        Without an ETag it may not be kept.
        """
        coding = headers.get("accept-encoding")
        if len(result.body) >= delivery.WORTH_CODING and negotiation.takes_gzip(coding):
            return None
        parts: tuple[object, ...] = (self.text, self.format.name, [], [], self.base)
        volatile = self.kept and sparql.is_volatile(self.text, result)
        own_tag = None if volatile or not self.kept else delivery.tag(result.revision, *parts)
        etag = f'"{own_tag}"' if own_tag is not None else ""
        fields: Headers = [("content-type", result.media_type), ("x-revision", result.revision)]
        if own_tag is None:
            fields += _NOT_KEPT
        else:
            fields += _KEPT
            fields.append(("etag", etag))
        return Answer(200, fields + _ALWAYS, result.body), etag


def _text(scope: Scope, body: bytes) -> str | None:
    """The query of a request; None where there is more to it.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    asked, headers = scope.query_string, scope.headers
    if scope.method == "POST":
        kind = _BODY.fullmatch(headers.get("content-type") or "")
        if asked or kind is None or len(body) > _LONGEST or "content-encoding" in headers:
            return None
        if kind[1].lower() == QUERY:
            return body.decode("utf-8-sig")
        asked = body.decode()
    elif scope.method != "GET":
        return None
    if not asked.startswith(_QUERY) or "&" in asked or len(asked) > _LONGEST:
        return None
    return _unquoted(asked[len(_QUERY) :])


def _unquoted(text: str) -> str:
    """A value of a query string.

    Raises:
        UnicodeDecodeError: what it stands for is not UTF-8.
    """
    if text.isascii():  # as unquote_plus does it, without looking for what is not
        return unquote_to_bytes(text.replace("+", " ")).decode()
    return unquote_plus(text, errors="strict")


def _site(scope: Scope, proxies: int) -> tuple[str, str] | None:
    """The address that the request was sent to, and that of who sent it."""
    headers = scope.headers
    scheme, host = scope.scheme, headers.get("host") or ""
    client = scope.client.rpartition(":")[0].strip("[]")
    if proxies:
        scheme = _forwarded(headers, "proto", proxies) or scheme
        host = _forwarded(headers, "host", proxies) or host
        client = _forwarded(headers, "for", proxies) or client
    if scheme not in _USUAL_PORT or not _HOST.fullmatch(host):
        return None
    return f"{scheme}://{host.removesuffix(_USUAL_PORT[scheme])}{ROUTE}", access.network(client)


def _forwarded(headers: RequestHeaders, name: str, proxies: int) -> str | None:
    """What the first of our proxies says, as werkzeug's ProxyFix reads it."""
    values = ",".join(headers.get_all(f"x-forwarded-{name}")).split(",")
    return values[-proxies].strip() if len(values) >= proxies else None
