"""What stands before the Flask app in each web process: cache, request ids, counts, log lines.

A request that the response cache knows is answered in the event loop, and so is a plain query,
by the engine; any other is answered by the app in a thread. All of them end when their client goes
away. It speaks RSGI, the interface of granian. Must not know what is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import re
import time
from collections.abc import Callable

from kb.errors import Overloaded, PlankbError
from kb.settings import Settings
from kb.store.cancel import cancelled
from kb.store.direct import Running
from kb.store.frames import Frame
from kb.store.interface import Result
from kb.store.messages import result_of
from server import plain
from server.access import KNOWLEDGE
from server.bridge import Answer, Scope, WSGIApp, environ_of
from server.cache import Kept, Key, ResponseCache, keepable
from server.knowledge import Knowledge
from server.logs import Done, RequestLog
from server.metrics import PROBLEM, Counter, outcome
from server.serving import Serving
from server.sparql import KNOWN
from server.threads import Threads
from server.work import Asking, Exchange, Work, send

#: The largest body that is read; the app refuses a smaller one already.
LARGEST_BODY = 4 * 2**20
#: A larger one is read and thrown away up to this much more, so that its sender sees the refusal.
_DRAINED = 12 * 2**20
#: Where files are taken, which may be larger; what else comes with them.
_TAKES_FILES = ("/api/reports", "/api/audit", "/reports/")
_BESIDE_FILES = 2 * 2**20

_GIVEN_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Front:
    """The app with all that stands before it, as an RSGI app.

    Args:
        app: answers what is not in the cache.
        knowledge: the revision to begin with.
        generation: says which revision is to be answered from now; asked at each request.
        counter: of this process.
        settings: web_cache_mb, workers, queue, log, log_literals and upload_mb count.
        warm: makes what the app may want, in a thread of its own.
    """

    def __init__(
        self,
        app: WSGIApp,
        knowledge: Knowledge,
        generation: Callable[[], int],
        counter: Counter,
        settings: Settings,
        warm: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._warm = warm
        self._generation = generation
        self._counter = counter
        self._cache = ResponseCache(settings.web_cache_mb * 2**20)
        self._log = RequestLog(settings.log, literals=settings.log_literals == "kept")
        # More than the engine can hold: it is the engine that says no, at once and with
        # a Retry-After, and no health check waits behind queries.
        self._threads = Threads(settings.workers + settings.queue + 16)
        self._works: set[Work | Asking] = set()
        self._proxies = settings.proxies
        self._largest_file = settings.upload_mb * 2**20 + _BESIDE_FILES
        self._held = Serving(knowledge, generation())
        self._next: Knowledge | None = None
        self._drained: Callable[[int], None] = lambda _: None
        self._ids = itertools.count()
        #: Requests so far.
        self.asked = 0
        self._last = ""  # the connection that the last plain query came on
        self._id = os.urandom(6).hex() + "-"

    # -- revisions ----------------------------------------------------------------------

    @property
    def knowledge(self) -> Knowledge:
        """What is answered from now."""
        return self._held.knowledge

    def prepare(self, knowledge: Knowledge, drained: Callable[[int], None]) -> None:
        """Hold the next revision ready; it is taken when the generation changes.

        Args:
            knowledge: the next revision.
            drained: called with the generation before it, once no request needs that.
        """
        self._next = knowledge
        self._drained = drained

    def warm(self) -> None:
        """Have the revision make what questions may want, while requests go on."""
        self._held.knowledge.warm()
        self._warm()

    def turn(self) -> None:
        """Answer from the next revision, if its time has come."""
        generation = self._generation()
        if generation == self._held.generation or self._next is None:
            return
        before, self._held = self._held, Serving(self._next, generation)
        self._next = None
        self._cache.clear()
        if not before.inflight:
            self._retire(before)

    def _retire(self, held: Serving) -> None:
        held.close()
        self._drained(held.generation)

    # -- requests -----------------------------------------------------------------------

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        began = time.perf_counter()
        self.turn()
        self.asked += 1
        body, length = b"", 0
        if scope.method not in ("GET", "HEAD"):
            largest = LARGEST_BODY
            if scope.path.startswith(_TAKES_FILES):
                largest = max(largest, self._largest_file)
            body, length = await _body(exchange, largest)
        # No answer to a large body is kept, and a key would be a hash over all of it.
        key = _key(scope, body) if length <= LARGEST_BODY else None
        kept = self._cache.get(key) if key is not None else None
        request = self._request_id(scope)
        if kept is not None:
            status, size = _again(kept, scope, exchange, request)
            how = "cached" if status != 304 else "not-modified"
            route = kept.route
        else:
            known = None
            if key is not None:
                known = await self._plain(scope, exchange, body, key, began)
            if isinstance(known, Answer):
                status, route, how = known.status, plain.ROUTE, "ok"
                size = send(exchange, known, scope.method, request)
            else:
                work = Work(self._app, environ_of(scope, body, length), exchange, request, began)
                work.environ[KNOWN] = known
                await self._ask(work, key)
                status, size, route = work.answer.status, work.size, work.route
                how = outcome(status, work.environ.get(PROBLEM))
        seconds = time.perf_counter() - began
        self._counter.add(route, how, seconds)
        if self._log.wants(status):
            self._log.say(scope, body, Done(request, route, how, status, size, seconds))

    async def _plain(
        self, scope: Scope, exchange: Exchange, body: bytes, key: Key, began: float
    ) -> Answer | Result | PlankbError | None:
        """The answer to a plain query; or what is known of it, for the app to answer.

        None where it is not plain, or the engine is away: the app waits for it.
        """
        held = self._held
        if held.lines is None:
            return None
        asked = plain.Plain.read(scope, body, self._proxies)
        if asked is None:
            return None
        alone, self._last = scope.client == self._last, scope.client
        request = asked.request(held.limits, alone=alone)
        if alone:
            reply = held.lines.ask_now(request)
        else:
            reply = await held.lines.ask_together(request)
        try:
            if not isinstance(reply, Frame):
                reply = await self._replied(held, request, reply, exchange, began)
            result = result_of(reply)
        except Overloaded as error:
            return None if error.code == "engine-lost" else error
        except PlankbError as error:
            return error
        answered = asked.answer(result, scope.headers)
        if answered is None:
            return result
        answer, etag = answered
        if etag and held is self._held:
            kept = Kept(answer.status, answer.headers, answer.body, etag, plain.ROUTE)
            self._cache.keep(key, kept)
        return answer

    async def _replied(
        self,
        held: Serving,
        request: Frame,
        running: Running | None,
        exchange: Exchange,
        began: float,
    ) -> Frame:
        """What the engine says to a query; it may take its time.

        Raises:
            PlankbError: the client went away, or the engine.
        """
        assert held.lines is not None
        asking = Asking(exchange, began)
        held.inflight += 1
        self._works.add(asking)
        try:
            return await held.lines.ask(request, running)
        except asyncio.CancelledError:
            if not asking.gone:
                raise
            raise cancelled() from None
        finally:
            self._works.discard(asking)
            asking.unwatch()
            self._leave(held)

    async def _ask(self, work: Work, key: Key | None) -> None:
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
            self._leave(held)
        if key is not None and held is self._held:
            self._keep(key, work.answer, work.route)

    def _leave(self, held: Serving) -> None:
        held.inflight -= 1
        if held is not self._held and not held.inflight:
            self._retire(held)

    def _keep(self, key: Key, answer: Answer, route: str) -> None:
        kept = keepable(answer.status, answer.headers, answer.body, route)
        if kept is not None:
            self._cache.keep(key, kept)

    def look(self) -> None:
        """Watch for the clients of what takes long; called again and again, a few times a second.

        Most requests are answered before, and nobody watches for their clients.
        """
        for work in self._works:
            work.watch()
        if self._held.lines is not None:
            self._held.lines.look()

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


async def _body(exchange: Exchange, largest: int) -> tuple[bytes, int]:
    """The body and its length; of a body that is too large no bytes, but the length so far."""
    parts: list[bytes] = []
    length = 0
    async for part in exchange:
        if not part:
            break
        length += len(part)
        if length <= largest:
            parts.append(part)
        elif length > largest + _DRAINED:
            break
    return (b"".join(parts), length) if length <= largest else (b"", length)


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
