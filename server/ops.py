"""Whether the service is alive and ready, its metrics, and the description of its routes.

Must not know what it serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata, resources

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from kb.errors import PlankbError
from kb.store.client import EngineClient
from kb.store.remote import RemoteStore
from kb.store.status import Histogram, Status
from server.access import knowledge
from server.metrics import ROUTE, Metrics, lines

#: Where the app has the counts of the web processes, if there are any.
METRICS = "plankb.metrics"

blueprint = Blueprint("ops", __name__)

_CONVERTED = re.compile(r"<(?:[^<>]*:)?(\w+)>")
_STATE = {
    "busy": "Queries that run.",
    "queued": "Queries that wait.",
    "heavy": "Queries that run in the heavy lane.",
    "heavy_queued": "Queries that wait for the heavy lane.",
    "clients": "Open connections of web processes.",
    "cache_entries": "Results stored.",
    "cache_bytes": "Bytes of the results stored.",
    "held_bytes": "Bytes of results that clients have not taken yet.",
    "uptime": "Seconds since the engine process started.",
}
_COUNTS = {
    "cache_hits": "Answers from a stored result.",
    "cache_joins": "Answers from the run of an identical query.",
    "cache_misses": "Queries that had to run.",
    "loads": "Revisions loaded.",
    "deaths": "Workers that died while nobody had told them to.",
}


def address(rule: str) -> str:
    """A route as documents and counts name it.

    >>> address("/<any(id, scheme):space>/<path:local>")
    '/{space}/{local}'
    """
    return _CONVERTED.sub(r"{\1}", rule)


def install(app: Flask) -> None:
    """Say for each request which route it came to."""
    app.after_request(_noted)


def _noted(response: Response) -> Response:
    if request.url_rule is not None:
        request.environ[ROUTE] = address(request.url_rule.rule)
    return response


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def ready() -> Response:
    """The engine or the remote store answers, and has the revision that is served.

    Raises:
        PlankbError: it does not answer.
    """
    held = knowledge()
    if isinstance(held.store, RemoteStore):
        state = held.store.state()
        good = state.revision == held.revision and not state.loading
        response = jsonify(ready=good, revision=state.revision)
    else:
        status = held.store.status()
        good = status.revision == held.revision
        response = jsonify(
            ready=good, revision=status.revision, busy=status.busy, queued=status.queued
        )
    response.headers["Cache-Control"] = "no-store"
    if not good:
        response.status_code = 503
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """What was asked, how it ended and how long it took, over all web processes; the engine."""
    store = knowledge().store
    data = _remote(store) if isinstance(store, RemoteStore) else _engine(store)
    text = "\n".join([*_service(), *data, ""])
    response = Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/api/openapi.json")
def description() -> Response:
    """The routes, as OpenAPI 3.1."""
    body = resources.files("server").joinpath("openapi.json").read_bytes()
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def _service() -> Iterator[str]:
    labels = {"version": metadata.version("plankb"), "revision": knowledge().revision}
    yield from lines("plankb_info", "gauge", "Version and revision served.", [(labels, 1)])
    counts = current_app.extensions.get(METRICS)
    if isinstance(counts, Metrics):
        yield from counts.requests()


def _remote(store: RemoteStore) -> Iterator[str]:
    try:
        up, loading = True, bool(store.state().loading)
    except PlankbError:
        up, loading = False, False
    yield from lines("plankb_store_up", "gauge", "Whether the remote store answers.", [({}, up)])
    yield from lines(
        "plankb_store_loading", "gauge", "Whether a revision is being loaded.", [({}, loading)]
    )


def _engine(store: EngineClient) -> Iterator[str]:
    try:
        status = store.status()
    except PlankbError:
        yield from lines("plankb_engine_up", "gauge", "Whether the engine answers.", [({}, 0)])
        return
    yield from lines("plankb_engine_up", "gauge", "Whether the engine answers.", [({}, 1)])
    yield from lines(
        "plankb_engine_workers", "gauge", "Query processes.", [({}, len(status.workers))]
    )
    for name, text in _STATE.items():
        yield from lines(f"plankb_engine_{name}", "gauge", text, [({}, getattr(status, name))])
    for name, text in _COUNTS.items():
        value = getattr(status, name)
        yield from lines(f"plankb_engine_{name}_total", "counter", text, [({}, value)])
    outcomes = [({"outcome": name}, float(n)) for name, n in status.outcomes.items()]
    yield from lines(
        "plankb_engine_queries_total", "counter", "Queries by what came of them.", outcomes
    )
    yield from _latencies(status)
    memory = status.memory
    # A process id as a label would make a new series of every worker: roles have one each.
    roles: dict[str, float] = {"engine": 0, "holder": 0, "workers": 0}
    for pid, size in memory.items():
        role = "engine" if pid == status.pid else "holder" if pid == status.holder else "workers"
        roles[role] += size
    yield from lines(
        "plankb_engine_memory_bytes",
        "gauge",
        "Resident memory by role; shared pages count in each.",
        [({"role": role}, size) for role, size in roles.items()],
    )


def _latencies(status: Status) -> Iterator[str]:
    if not status.latency:
        return
    name = "plankb_engine_query_seconds"
    yield f"# HELP {name} Seconds from the arrival of a query to its answer, by lane."
    yield f"# TYPE {name} histogram"
    for lane, histogram in status.latency.items():
        yield from _histogram(name, lane, histogram)


def _histogram(name: str, lane: str, histogram: Histogram) -> Iterator[str]:
    below = 0
    for bound, count in zip((*histogram.bounds, "+Inf"), histogram.counts, strict=True):
        below += count
        yield f'{name}_bucket{{lane="{lane}",le="{bound}"}} {below}'
    yield f'{name}_sum{{lane="{lane}"}} {histogram.seconds:.6f}'
    yield f'{name}_count{{lane="{lane}"}} {below}'
