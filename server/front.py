"""What stands before the Flask app in each web process: cache, request ids, counts, log lines.

A request that the response cache knows is answered in the event loop; any other is answered by
the app in a thread, and ends there when its client goes away. It speaks RSGI, the interface
of granian. Must not know any route.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from kb.settings import Settings
from kb.store.cancel import Cancellation
from server.access import KNOWLEDGE
from server.bridge import Answer, Environ, Scope, WSGIApp, call, environ_of
from server.cache import Headers, Kept, Key, ResponseCache, keepable
from server.knowledge import Knowledge
from server.logs import REQUEST_ID, Done, RequestLog
from server.metrics import PROBLEM, ROUTE, Counter, outcome
from server.threads import Threads

#: The largest body that is read; the app refuses a smaller one already.
LARGEST_BODY = 4 * 2**20
#: A larger one is read and thrown away up to here, so that its sender sees the refusal.
_DRAINED = 16 * 2**20
#: An answer that takes more seconds than this is worth watching its client for.
_UNWATCHED = 0.02

_GIVEN_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
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


class _Held:
    """A revision, and how many requests are being answered from it."""

    __slots__ = ("generation", "inflight", "knowledge")

    def __init__(self, knowledge: Knowledge, generation: int) -> None:
        self.knowledge = knowledge
        self.generation = generation
        self.inflight = 0


class _Work:
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
        self.size = _send(self._exchange, self.answer, method, self._request)

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


class Front:
    """The app with all that stands before it, as an RSGI app.

    Args:
        app: answers what is not in the cache.
        knowledge: the revision to begin with.
        generation: says which revision is to be answered from now; asked at each request.
        counter: of this process.
        settings: web_cache_mb, workers, queue, log and log_literals count.
    """

    def __init__(
        self,
        app: WSGIApp,
        knowledge: Knowledge,
        generation: Callable[[], int],
        counter: Counter,
        settings: Settings,
    ) -> None:
        self._app = app
        self._generation = generation
        self._counter = counter
        self._cache = ResponseCache(settings.web_cache_mb * 2**20)
        self._log = RequestLog(settings.log, literals=settings.log_literals == "kept")
        # More than the engine can hold: it is the engine that says no, at once and with
        # a Retry-After, and no health check waits behind queries.
        self._threads = Threads(settings.workers + settings.queue + 16)
        self._works: set[_Work] = set()
        self._held = _Held(knowledge, generation())
        self._next: Knowledge | None = None
        self._drained: Callable[[int], None] = lambda _: None
        self._ids = itertools.count()
        self._id = os.urandom(6).hex() + "-"

    # -- revisions ----------------------------------------------------------------------

    def prepare(self, knowledge: Knowledge, drained: Callable[[int], None]) -> None:
        """Hold the next revision ready; it is taken when the generation changes.

        Args:
            knowledge: the next revision.
            drained: called with the generation before it, once no request needs that.
        """
        self._next = knowledge
        self._drained = drained

    def turn(self) -> None:
        """Answer from the next revision, if its time has come."""
        generation = self._generation()
        if generation == self._held.generation or self._next is None:
            return
        before, self._held = self._held, _Held(self._next, generation)
        self._next = None
        self._cache.clear()
        if not before.inflight:
            self._retire(before)

    def _retire(self, held: _Held) -> None:
        held.knowledge.close()
        self._drained(held.generation)

    # -- requests -----------------------------------------------------------------------

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        began = time.perf_counter()
        self.turn()
        body, length = b"", 0
        if scope.method not in ("GET", "HEAD"):
            body, length = await _body(exchange)
        key = _key(scope, body) if length <= LARGEST_BODY else None
        kept = self._cache.get(key) if key is not None else None
        request = self._request_id(scope)
        if kept is not None:
            status, size = _again(kept, scope, exchange, request)
            how = "cached" if status != 304 else "not-modified"
            route = kept.route
        else:
            work = _Work(self._app, environ_of(scope, body, length), exchange, request, began)
            await self._ask(work, key)
            status, size, route = work.answer.status, work.size, work.route
            how = outcome(status, work.environ.get(PROBLEM))
        seconds = time.perf_counter() - began
        self._counter.add(route, how, seconds)
        if self._log.wants(status):
            self._log.say(scope, body, Done(request, route, how, status, size, seconds))

    async def _ask(self, work: _Work, key: Key | None) -> None:
        """Have the app answer in a thread; keep what may be kept."""
        held = self._held
        work.environ[KNOWLEDGE] = held.knowledge
        held.inflight += 1
        self._works.add(work)
        try:
            await self._threads.do(work)
        finally:
            self._works.discard(work)
            work.unwatch()
            held.inflight -= 1
            if held is not self._held and not held.inflight:
                self._retire(held)
        if key is not None and held is self._held:
            kept = keepable(work.answer.status, work.answer.headers, work.answer.body, work.route)
            if kept is not None:
                self._cache.keep(key, kept)

    def look(self) -> None:
        """Watch for the clients of what takes long; called again and again, a few times a second.

        Most requests are answered before, and nobody watches for their clients.
        """
        for work in self._works:
            work.watch()

    def show(self) -> None:
        """Put on the board how this process is now."""
        self._counter.show(
            inflight=self._held.inflight,
            cache_bytes=self._cache.size,
            cache_entries=len(self._cache),
            threads=len(self._threads),
        )

    def _request_id(self, scope: Scope) -> str:
        given = scope.headers.get("x-request-id")
        if given is not None and _GIVEN_ID.fullmatch(given):
            return given
        return self._id + format(next(self._ids), "x")

    def close(self) -> None:
        """Let the threads end; nothing is answered any more."""
        self._threads.close()


async def _body(exchange: Exchange) -> tuple[bytes, int]:
    """The body and its length; of a body that is too large no bytes, but the length so far."""
    parts: list[bytes] = []
    length = 0
    async for part in exchange:
        if not part:
            break
        length += len(part)
        if length <= LARGEST_BODY:
            parts.append(part)
        elif length > _DRAINED:
            break
    return (b"".join(parts), length) if length <= LARGEST_BODY else (b"", length)


def _key(scope: Scope, body: bytes) -> Key | None:
    """All that a response may depend on; None where it may depend on who asks."""
    headers = scope.headers
    method = scope.method
    if method not in ("GET", "HEAD", "POST") or "authorization" in headers or "cookie" in headers:
        return None
    accepted = headers.get_all("accept")
    key: Key = (
        method,
        scope.path,
        scope.query_string,
        accepted[0] if len(accepted) == 1 else ",".join(accepted),
        headers.get("accept-encoding"),
        headers.get("accept-language"),
        headers.get("host"),
        headers.get("x-forwarded-host"),
        headers.get("x-forwarded-proto"),
    )
    if method == "POST":
        key = (*key, headers.get("content-type"), hashlib.sha256(body).digest())
    return key


def _again(kept: Kept, scope: Scope, exchange: Exchange, request: str) -> tuple[int, int]:
    """Send what was sent before, or say that the client has it; the status and length."""
    condition = scope.headers.get("if-none-match")
    if condition is not None and scope.method != "POST" and kept.matches(condition):
        exchange.response_empty(304, [*kept.headers_of_304(), ("x-request-id", request)])
        return 304, 0
    headers = [*kept.headers, ("x-request-id", request)]
    if scope.method == "HEAD":
        exchange.response_empty(kept.status, headers)
        return kept.status, 0
    exchange.response_bytes(kept.status, headers, kept.body)
    return kept.status, len(kept.body)


def _send(exchange: Exchange, answer: Answer, method: str, request: str) -> int:
    """Send the app's answer; the bytes of its body."""
    headers = [field for field in answer.headers if field[0] != "x-request-id"]
    headers.append(("x-request-id", request))
    if method == "HEAD" or answer.status in (204, 304):
        exchange.response_empty(answer.status, headers)
        return 0
    # The length is that of the bytes at hand, whatever the app said.
    headers = [field for field in headers if field[0] != "content-length"]
    headers.append(("content-length", str(len(answer.body))))
    exchange.response_bytes(answer.status, headers, answer.body)
    return len(answer.body)
