"""Log lines: one JSON object each, on standard error, with the id of the request.

What a query says in its literals is its author's own business: they are masked unless a setting
asks for them. Must not know when anything is logged.
"""

from __future__ import annotations

import contextvars
import json
import logging
import sys
import time
from dataclasses import dataclass
from typing import TextIO
from urllib.parse import parse_qs

from kb.store.reading import LONGEST, terminals
from server.bridge import Scope

#: The id of the request that the running code answers; empty where it answers none.
REQUEST_ID: contextvars.ContextVar[str] = contextvars.ContextVar("plankb_request_id", default="")

#: The least status of a request that is logged, by what ``PLANKB_LOG`` says.
LEVELS = {"off": 1000, "faults": 500, "problems": 400, "requests": 0}

_LOG = logging.getLogger("plankb.requests")
_LONGEST_QUERY = 2_000


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at, level, event, request, and what :func:`given` gave."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if request := REQUEST_ID.get():
            line["request"] = request
        fields: dict[str, object] = getattr(record, "fields", {})
        line |= {name: value for name, value in fields.items() if value is not None}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def given(**fields: object) -> dict[str, object]:
    """What a log line says beside its event, as ``extra`` of the logging module."""
    return {"fields": fields}


def install(to: TextIO | None = None) -> None:
    """Send what plankb and its libraries log to standard error, as lines of JSON."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("plankb").setLevel(logging.INFO)


def masked(query: str) -> str:
    """A query with its literals replaced, its comments gone, and not too long for a log.

    >>> masked('SELECT * { ?s :name "张三" ; :age 42 . } # ask for Zhang')
    'SELECT * { ?s :name "…" ; :age 0 . }'
    """
    shown: list[str] = []
    length = 0
    for terminal in terminals(query[:LONGEST]):
        if terminal.kind == "string":
            text = '"…"'
        elif terminal.kind == "number":
            text = "0"
        elif terminal.kind == "space":
            text = " "
        else:
            text = terminal.text
        shown.append("" if text == " " and shown[-1:] == [" "] else text)
        length += len(text)
        if length > _LONGEST_QUERY:
            shown.append(" …")
            break
    return "".join(shown).strip()


@dataclass(frozen=True, slots=True)
class Done:
    """How a request was answered.

    Args:
        request: its id.
        route: as it is counted.
        outcome: as it is counted.
        status: of HTTP.
        size: bytes of the body sent.
        seconds: from its head to the whole response.
    """

    request: str
    route: str
    outcome: str
    status: int
    size: int
    seconds: float


class RequestLog:
    """Says which requests were answered and how.

    Args:
        level: off, faults (status 500 and above), problems (400 and above) or requests (all).
        literals: whether queries and questions are logged as they were sent.
    """

    def __init__(self, level: str, *, literals: bool) -> None:
        self._least = LEVELS[level]
        self._literals = literals

    def wants(self, status: int) -> bool:
        """Whether a request with this status is logged."""
        return status >= self._least

    def say(self, scope: Scope, body: bytes, done: Done) -> None:
        """One line for one request."""
        asked = _parameters(scope, body)
        query = asked.get("query")
        if query is not None and not self._literals:
            query = masked(query)
        _LOG.log(
            logging.ERROR if done.status >= 500 else logging.INFO,
            "request",
            extra=given(
                request=done.request,
                client=scope.client.rpartition(":")[0],
                method=scope.method,
                path=scope.path[:200],
                route=done.route,
                status=done.status,
                outcome=done.outcome,
                bytes=done.size,
                seconds=round(done.seconds, 6),
                query=query,
                question=(asked.get("q") or asked.get("question")) if self._literals else None,
            ),
        )

    @staticmethod
    def fault() -> None:
        """The app itself broke; the exception at hand says how."""
        _LOG.exception("the app failed")


def _parameters(scope: Scope, body: bytes) -> dict[str, str]:
    """What was asked, from the address and from the body."""
    media = (scope.headers.get("content-type") or "").partition(";")[0].strip().lower()
    text = scope.query_string
    if media == "application/x-www-form-urlencoded":
        text += "&" + body.decode("utf-8", "replace")
    try:
        found = {name: values[0] for name, values in parse_qs(text, max_num_fields=50).items()}
    except ValueError:
        found = {}
    if media == "application/sparql-query":
        found["query"] = body.decode("utf-8", "replace")
    return found
