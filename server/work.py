"""A request at work: by the app in a thread, or by the engine while the event loop goes on.

Both end when their client goes away. Must not know what is asked.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

from kb.store.cancel import Cancellation
from server.bridge import Answer, Environ, WSGIApp, call
from server.cache import Headers
from server.logs import REQUEST_ID, RequestLog
from server.metrics import PROBLEM, ROUTE

#: An answer that takes more seconds than this is worth watching its client for.
_UNWATCHED = 0.02
#: What is said of a response here and nowhere else.
_OWN = frozenset({"x-request-id", "content-length"})
_FAULT = json.dumps(
    {
        "type": "urn:plankb:problem:internal",
        "title": "plankb itself has a fault / plankb 自身出错",
        "status": 500,
    },
    ensure_ascii=False,
).encode()


class Exchange(Protocol):
    """The other half of RSGI: the request's body in, the response out."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, in parts as they arrive."""

    def client_disconnect(self) -> Awaitable[None]:
        """Done when the client has gone away."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a response with a body."""

    def response_empty(self, status: int, headers: Headers) -> None:
        """Send a response without a body."""


class Asking:
    """A plain query that the engine is at, and how to end it when its client goes away."""

    __slots__ = ("_began", "_exchange", "_task", "_watch", "gone")

    def __init__(self, exchange: Exchange, began: float) -> None:
        self._began = began
        self._exchange = exchange
        self._task = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None
        self.gone = False

    def watch(self) -> None:
        """If it takes long already: from now on, end it when its client goes away."""
        if self._watch is None and time.perf_counter() - self._began > _UNWATCHED:
            self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    def unwatch(self) -> None:
        """It is answered."""
        if self._watch is not None:
            self._watch.cancel()

    async def _until_gone(self) -> None:
        await self._exchange.client_disconnect()
        self.gone = True
        if self._task is not None:
            self._task.cancel()


class Work:
    """A request that the app answers in a thread, and how that is going."""

    __slots__ = (
        "_app", "_began", "_cancellation", "_exchange", "_request", "_watch",
        "answer", "environ", "size",
    )  # fmt: skip

    def __init__(
        self, app: WSGIApp, environ: Environ, exchange: Exchange, request: str, began: float
    ) -> None:
        self._app = app
        self._began = began
        self._cancellation = Cancellation()
        self._exchange = exchange
        self._request = request
        self._watch: asyncio.Task[None] | None = None
        self.answer = Answer(500, [("content-type", "application/problem+json")], _FAULT)
        self.environ = environ
        self.size = 0

    @property
    def route(self) -> str:
        """What it is counted under."""
        return str(self.environ.get(ROUTE, "none"))

    def run(self) -> None:
        """In a thread: have the app answer, and send that."""
        token = REQUEST_ID.set(self._request)
        try:
            with self._cancellation:
                self.answer = call(self._app, self.environ)
        except Exception:  # noqa: BLE001 - logged; Flask answers all that it knows of itself
            RequestLog.fault()
            self.environ[PROBLEM] = "internal"
        finally:
            REQUEST_ID.reset(token)
        # From here and not from the loop, which may have others to answer first.
        method = self.environ["REQUEST_METHOD"]
        self.size = send(self._exchange, self.answer, method, self._request)

    def watch(self) -> None:
        """If it takes long already: from now on, end it when its client goes away."""
        if self._watch is None and time.perf_counter() - self._began > _UNWATCHED:
            self._watch = asyncio.get_running_loop().create_task(self._until_gone())

    def unwatch(self) -> None:
        """It is answered."""
        if self._watch is not None:
            self._watch.cancel()

    async def _until_gone(self) -> None:
        await self._exchange.client_disconnect()
        self._cancellation.cancel()


def send(exchange: Exchange, answer: Answer, method: str, request: str) -> int:
    """Send the app's answer; the bytes of its body."""
    if method == "HEAD" or answer.status in (204, 304):
        headers = [field for field in answer.headers if field[0] != "x-request-id"]
        exchange.response_empty(answer.status, [*headers, ("x-request-id", request)])
        return 0
    # The length is that of the bytes at hand, whatever the app said.
    headers = [field for field in answer.headers if field[0] not in _OWN]
    headers += (("x-request-id", request), ("content-length", str(len(answer.body))))
    exchange.response_bytes(answer.status, headers, answer.body)
    return len(answer.body)
