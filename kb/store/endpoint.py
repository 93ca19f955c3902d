"""One HTTP exchange with a remote store: bounded in time and size, and whole or an error.

Follows no redirect, takes no compressed body, and takes none whose end cannot be told from
a connection that broke. Must not know SPARQL.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.util import Timeout, make_headers, parse_url

from kb.errors import InputError, Overloaded, PlankbError
from kb.store.formats import too_large
from kb.text import Text

_PIECE = 2**16
_CONNECT = 3.0
#: Of what another server says about an error, so much is shown.
_SHOWN = 300


class TimeIsUp(Exception):
    """The exchange took longer than it may."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply.

    Args:
        status: of HTTP.
        media_type: of the body, in lower case and without parameters.
        headers: all of them, by name in lower case.
        body: all of it.
    """

    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for an error message."""
        return " ".join(self.body.decode("utf-8", "replace").split())[:_SHOWN]


class Endpoint:
    """An address that is asked over and over, by any number of threads.

    Args:
        url: http or https; a user name and password in it are sent as basic authentication.

    Raises:
        InputError: it is no such address.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = parse_url(url)
        except HTTPError as error:
            raise _no_address(url) from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise _no_address(url)
        self._headers = {"Accept-Encoding": "identity", "User-Agent": "plankb"}
        if parsed.auth:
            self._headers.update(make_headers(basic_auth=parsed.auth))
        #: The address without what nobody else needs to see.
        self.url = parsed._replace(auth=None, fragment=None).url
        self._pool = urllib3.PoolManager(maxsize=32)

    def ask(
        self,
        method: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        suffix: str = "",
        seconds: float,
        most: int = 2**40,
    ) -> Reply:
        """Send one request and take the whole reply.

        Args:
            method: of HTTP; it must do no harm when the request arrives twice.
            headers: beyond those of the address.
            body: to send.
            suffix: put after the address.
            seconds: for all of it.
            most: bytes of the reply's body.

        Raises:
            TimeIsUp: it took longer.
            QueryStopped: query-size, the body is larger.
            Overloaded: the address cannot be reached, or what came is not whole.
        """
        end = time.monotonic() + seconds
        headers = {**self._headers, **(headers or {})}
        for again in (True, False):
            try:
                return self._try(method, self.url + suffix, headers, body, end, most)
            except (ReadTimeoutError, ConnectTimeoutError) as error:
                if time.monotonic() < end - 0.05 and isinstance(error, ConnectTimeoutError):
                    raise self._lost(error) from error
                raise TimeIsUp from error
            except (ProtocolError, NewConnectionError) as error:
                # Most often a connection that the other end closed while nobody used it.
                if not again:
                    raise self._lost(error) from error
            except HTTPError as error:
                raise self._lost(error) from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections; the next request would open another."""
        self._pool.clear()

    def _try(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, end: float, most: int
    ) -> Reply:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeIsUp
        response = self._pool.request(
            method,
            url,
            body=body,
            headers=headers,
            preload_content=False,
            decode_content=False,
            redirect=False,
            retries=False,
            timeout=Timeout(connect=min(_CONNECT, left), read=left),
        )
        try:
            content = _read(response, end, most)
        except BaseException:
            response.close()  # with its connection: what else comes is nobody's
            raise
        response.release_conn()
        names = {name.lower(): value for name, value in response.headers.items()}
        media_type = names.get("content-type", "").split(";")[0].strip().lower()
        if names.get("content-encoding", "identity").lower() != "identity":
            raise self._lost("a compressed body, which was not asked for")
        bounded = "content-length" in names or "chunked" in names.get("transfer-encoding", "")
        if content and not bounded:
            raise self._lost("a body without a length, which may be cut")
        return Reply(response.status, media_type, names, content)

    def _lost(self, why: object) -> Overloaded:
        # Without its address, which is nobody's business who only asks a query.
        shown = re.sub(r".*(?=\[Errno)", "", str(why)).replace(self.url, "…")
        return Overloaded(
            "store-lost",
            Text(
                zh=f"远程数据服务没有应答：{shown}",
                en=f"the remote store does not answer: {shown}",
            ),
            Text(
                zh="检查该服务以及 PLANKB_STORE",
                en="see whether it runs, and whether PLANKB_STORE is right",
            ),
            retry_after=5,
        )

    def refused(self, reply: Reply) -> PlankbError:
        """The error for a reply that says no, and not because of a query."""
        what = f"{reply.status} {reply.excerpt}".strip()
        return PlankbError(
            "store-refused",
            Text(
                zh=f"远程数据服务拒绝了请求：{what}",
                en=f"the remote store refused a request: {what}",
            ),
            Text(
                zh="检查地址、用户名与密码，以及该服务的日志",
                en="see whether address, user name and password are right, and what its log says",
            ),
            status=reply.status,
        )


def _read(response: urllib3.BaseHTTPResponse, end: float, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeIsUp
        connection = getattr(response, "connection", None)
        if connection is not None and connection.sock is not None:
            connection.sock.settimeout(left)  # or a slow drip would never run out of time
        piece = response.read1(_PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise too_large()


def _no_address(url: str) -> InputError:
    return InputError(
        "store-address",
        Text(zh=f"“{url}”不是 http 或 https 地址", en=f"“{url}” is no http or https address"),
        Text(zh="改正 PLANKB_STORE", en="correct PLANKB_STORE"),
    )
