"""From a request of the server (RSGI) to a WSGI app and back, whole on both sides.

The body of a request is read before the app is called, up to a limit, and the body of a response
is complete before it is sent, so that it always has its length. WSGI is PEP 3333.
Must not know which app it is.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from server.cache import Headers

Environ: TypeAlias = dict[str, Any]


class RequestHeaders(Protocol):
    """The headers of a request, names in lower case."""

    def items(self) -> list[tuple[str, str]]:
        """All of them, in order."""

    def get(self, key: str) -> str | None:
        """The first of that name."""

    def get_all(self, key: str) -> list[str]:
        """All of that name."""

    def __contains__(self, key: str) -> bool:
        """Whether there is one of that name."""


class Scope(Protocol):
    """A request without its body (RSGI 1.6)."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: RequestHeaders


class WSGIApp(Protocol):
    """An app by PEP 3333."""

    def __call__(self, environ: Environ, start: Callable[..., Any], /) -> Iterable[bytes]:
        """Begin the response by ``start`` and give its body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app answered: status, headers in lower case, the whole body."""

    status: int
    headers: Headers
    body: bytes


def environ_of(scope: Scope, body: bytes, length: int) -> Environ:
    """The WSGI environment of a request.

    Args:
        scope: the request.
        body: as much of its body as was read.
        length: of the whole body; more than was read where that is too much for any app.
    """
    host, port = _split(scope.server)
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _native(scope.path),
        "QUERY_STRING": _native(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/" + scope.http_version,
        "REMOTE_ADDR": _split(scope.client)[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # would pass for the header with hyphens, which a proxy may have set
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    if length or scope.method in ("POST", "PUT", "PATCH"):
        environ["CONTENT_LENGTH"] = str(length)
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def call(app: WSGIApp, environ: Environ) -> Answer:
    """Call the app and take its whole answer."""
    status = 500
    headers: Headers = []
    written: list[bytes] = []

    def start(
        line: str, fields: list[tuple[str, str]], _: object = None
    ) -> Callable[[bytes], None]:
        nonlocal status, headers
        status = int(line.split(" ", 1)[0])
        headers = [(name.lower(), value) for name, value in fields]
        return written.append

    parts = app(environ, start)
    try:
        written.extend(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    body = written[0] if len(written) == 1 else b"".join(written)
    return Answer(status, headers, body)


def _native(text: str) -> str:
    """Text as PEP 3333 has it: each byte of its UTF-8 one character."""
    return text if text.isascii() else text.encode("utf-8").decode("latin-1")


def _split(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port
