"""Odd requests, made up by Hypothesis and, from the OpenAPI document, by schemathesis.

None of them may end in a 500, hang, or break its connection. Must not know why they are sent.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import hypothesis
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
#: What a request may be answered with: anything that says whose fault it is, but a 500.
_FAULTS = frozenset({500, 501, 502, 505})
#: Of all requests, those that schemathesis makes.
_BY_DOCUMENT = 0.1
_HUNG = 30.0

_WORDS = [
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "FROM", "FROM NAMED", "SERVICE", "SILENT",
    "GRAPH", "OPTIONAL", "UNION", "MINUS", "FILTER", "BIND", "VALUES", "UNDEF", "ORDER BY", "DESC",
    "GROUP BY", "HAVING", "LIMIT", "OFFSET", "DISTINCT", "REDUCED", "NOT EXISTS", "IN", "AS",
    "COUNT", "SUM", "GROUP_CONCAT", "SAMPLE", "REGEX", "REPLACE", "CONCAT", "IRI", "STRDT", "IF",
    "COALESCE", "PREFIX", "BASE", "INSERT DATA", "DELETE", "LOAD", "CLEAR", "DROP", "a", "true",
    "{", "}", "(", ")", "[", "]", "<", ">", ".", ";", ",", "*", "+", "?", "|", "^", "/", "!", "=",
    "&&", "||", "?s", "?p", "?o", "$x", "_:b", ":a", "rdfs:label", "<http://x>", "<>", "<file:///x>",
    "<http://x/ >", "'a'", '"b"@en', "'''c", '"\\u0000"', "1", "-0.0", "1e400", "1" * 60, "\\", "#",
    "\u0000", "\ufeff", "é", "\U0001f600", "\u202e", "举措", "\\u00e9", "\\uD800", "%", "^^", "@",
]  # fmt: skip


@dataclass
class Outcome:
    """What came of it.

    Args:
        statuses: how often each was answered.
        faults: requests that may not end as they did, and how they did.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Requests sent."""
        return self.statuses.total() + len(self.faults)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as bytes that a client could send."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def fuzz(address: str, requests: int, seed: int = 0) -> Outcome:
    """Send so many requests.

    Args:
        address: of the service, ``http://HOST:PORT``.
        requests: how many.
        seed: the same gives the same requests, by the same versions of the libraries.
    """
    outcome = Outcome()
    # A route without parameters has few requests, so how many these will be is seen afterwards.
    _by_document(address, int(requests * _BY_DOCUMENT), seed, outcome)
    _by_hand(address, requests - outcome.total, seed, outcome)
    return outcome


# -- by hand ----------------------------------------------------------------------------


@cache
def _known_queries() -> list[str]:
    files = sorted((ROOT / "queries" / "competency").glob("*.rq"))
    return [path.read_text(encoding="utf-8") for path in files[::4]]


@cache
def _texts() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8"), max_size=60)


_PIECES = st.one_of(st.sampled_from(_WORDS), _texts())
_WORDY = st.lists(_PIECES, max_size=25)
_GOOD = st.sampled_from(_known_queries())
_FEW = st.integers(0, 3)
_ANY = st.integers(0, 2**16)


@st.composite
def _queries(draw: st.DrawFn) -> str:
    """Words in any order, or a good query with something done to it."""
    if draw(st.booleans()):
        return " ".join(draw(_WORDY))
    query = draw(_GOOD)
    for _ in range(draw(_FEW)):
        begin = draw(_ANY) % (len(query) + 1)
        query = query[:begin] + draw(_PIECES) + query[begin + draw(_ANY) % 30 :]
    return query


@cache
def _paths() -> st.SearchStrategy[str]:
    known = json.loads((ROOT / "server" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    fixed = [path for path in known if "{" not in path]
    part = st.one_of(
        _texts(),
        st.sampled_from(
            ["id", "scheme", "graph", "jiangjin-6-4", "team", "rural", "..", "%2e%2e", "rural.ttl",
             "rural.html", "rural.csv", "style.css", "json", "none", ""]
        ),
    )  # fmt: skip
    free = st.lists(part, max_size=5).map(lambda parts: "/" + "/".join(map(quote, parts)))
    return st.one_of(st.sampled_from(fixed), free)


@cache
def _headers() -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    latin = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)
    value = st.one_of(
        latin,
        st.sampled_from(
            ["*/*", "text/html", "text/turtle;q=0.5, */*;q=0", "application/json", "gzip", "*;q=0",
             "application/sparql-query", "application/x-www-form-urlencoded", '"x"', "*", "en",
             "application/sparql-results+xml;q=2", "text/*;q=nan", "bytes=0-1", "zh",
             "multipart/form-data", "application/json; charset=utf-16",
             "application/sparql-query; charset=x"]
        ),
    )  # fmt: skip
    name = st.sampled_from(
        ["Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "If-None-Match", "Range",
         "Content-Encoding", "Origin", "X-Request-ID", "X-Forwarded-For", "Cookie", "Authorization",
         "Access-Control-Request-Method", "Access-Control-Request-Headers", "If-Modified-Since"]
    )  # fmt: skip
    return st.lists(st.tuples(name, value), max_size=4).map(tuple)


_METHODS = st.sampled_from(["GET", "GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"])
_NAMES = st.sampled_from(
    ["query", "q", "lang", "format", "default-graph-uri", "named-graph-uri", "graph", "default",
     "timeout", "context", "update", "kind", "limit", "example", "endpoint"]
)  # fmt: skip
_VALUES = st.one_of(
    _texts(),
    st.sampled_from(["zh", "en", "json", "ttl", "http://x", "-1", "1e9", "nan", "0", "a:b"]),
)
_PARAMETERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=4)
_SPARQL_OFTEN = st.one_of(st.just("/sparql"), _paths())
_QUERY = _queries()
_BYTES = st.binary(max_size=200)


@st.composite
def _requests(draw: st.DrawFn) -> Request:
    method = draw(_METHODS)
    path = draw(_SPARQL_OFTEN)
    parameters: list[tuple[str, str]] = []
    if draw(st.booleans()):
        parameters.append(("query", draw(_QUERY)))
    parameters += draw(_PARAMETERS)
    text = "&".join(f"{quote(key)}={quote(each, safe='')}" for key, each in parameters)
    headers, body = draw(_headers()), b""
    if method == "POST":
        kind = draw(_FEW)
        if kind == 0:
            body, text = text.encode(), ""
            headers += (("Content-Type", "application/x-www-form-urlencoded"),)
        elif kind == 1:
            body = draw(_QUERY).encode("utf-8", "replace")
            headers += (("Content-Type", "application/sparql-query"),)
        elif kind == 2:
            body = json.dumps(dict(parameters)).encode()
            headers += (("Content-Type", "application/json"),)
        else:
            body = draw(_BYTES)
    return Request(method, path + ("?" + text if text else ""), headers, body)


def _by_hand(address: str, count: int, seed: int, outcome: Outcome) -> None:
    client = _Client(address, outcome)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(_requests())
    def each(request: Request) -> None:
        client.send(request)

    each()
    client.close()


class _Client:
    """Sends one request after the other over one connection."""

    def __init__(self, address: str, outcome: Outcome) -> None:
        parts = urlsplit(address)
        assert parts.hostname
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_HUNG)
        self._outcome = outcome

    def send(self, request: Request) -> None:
        """Send it, once more where the connection had been closed since."""
        for again in (False, True):
            try:
                if self._connection.sock is None:
                    self._connect()
                self._connection.putrequest(request.method, request.path)
                for name, value in request.headers:
                    self._connection.putheader(name, value)
                if request.body or request.method in ("POST", "PUT"):
                    self._connection.putheader("Content-Length", str(len(request.body)))
                self._connection.endheaders(request.body or None)
                answer = self._connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if again:
                    self._outcome.faults.append(f"{error!r}: {request}"[:2000])
                continue
            if answer.status in _FAULTS:
                self._outcome.faults.append(f"{answer.status} {body[:300]!r}: {request}"[:2000])
            else:
                self._outcome.statuses[answer.status] += 1
            return

    def _connect(self) -> None:
        self._connection.connect()
        line: socket.socket | None = self._connection.sock
        assert line is not None
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


# -- by the OpenAPI document ------------------------------------------------------------


def _by_document(address: str, count: int, seed: int, outcome: Outcome) -> None:
    import requests
    import schemathesis

    document = json.loads((ROOT / "server" / "openapi.json").read_text(encoding="utf-8"))
    schema = schemathesis.openapi.from_dict(document)
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    with requests.Session() as session:
        session.trust_env = False
        for operation in operations:

            @hypothesis.seed(seed)
            @hypothesis.settings(
                max_examples=max(1, count // len(operations)),
                database=None,
                deadline=None,
                phases=[hypothesis.Phase.generate],
                suppress_health_check=list(hypothesis.HealthCheck),
            )
            @hypothesis.given(case=operation.as_strategy())
            def each(case: Any) -> None:
                try:
                    answer = case.call(base_url=address, session=session, timeout=_HUNG)
                except requests.RequestException as error:
                    outcome.faults.append(f"{error!r}: {case}"[:2000])
                    return
                if answer.status_code in _FAULTS:
                    outcome.faults.append(f"{answer.status_code}: {case.as_curl_command()}"[:2000])
                else:
                    outcome.statuses[answer.status_code] += 1

            each()
