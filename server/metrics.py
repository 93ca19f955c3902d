"""Counts and latencies of requests over all web processes, and their text for Prometheus.

Prometheus text exposition format 0.0.4. Must not know how a request is answered.
"""

from __future__ import annotations

import bisect
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from server.board import Board

#: Upper bounds of the latency buckets, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

#: How a request can end: well, from the cache, or with a problem of this code. A code that is
#: not listed counts as "other", so that no client can make the table grow.
OUTCOMES = (
    "ok",
    "cached",
    "not-modified",
    "invalid",
    "query-syntax",
    "query-failed",
    "query-refused",
    "query-deadline",
    "query-memory",
    "query-size",
    "query-budget",
    "cancelled",
    "overloaded",
    "not-acceptable",
    "not-found",
    "too-large",
    "fault",
    "other",
)
_AS_OUTCOME = {
    "query-cancelled": "cancelled",
    "budget": "query-budget",
    "format": "not-acceptable",
    "resource": "not-found",
    "internal": "fault",
    "http-404": "not-found",
    "http-413": "too-large",
    "engine-lost": "fault",
    "store-lost": "fault",
    "store-empty": "fault",
    "store-loading": "overloaded",
    "query-fault": "fault",
    "query-worker": "fault",
}
#: What a web process says of itself.
_GAUGES = {
    "pid": "",
    "inflight": "Requests that a web process answers now.",
    "cache_bytes": "Bytes in the response cache of a web process.",
    "cache_entries": "Responses in the response cache of a web process.",
    "threads": "Threads of a web process that answer requests.",
}
#: Where in a request's WSGI environment the app says what it is counted under.
ROUTE = "plankb.route"
PROBLEM = "plankb.problem"

_PAGE = os.sysconf("SC_PAGE_SIZE")

Sample = tuple[Mapping[str, str], float]


def outcome(status: int, code: str | None) -> str:
    """The outcome of a response, by its status and the code of its problem.

    >>> outcome(200, None), outcome(504, "query-deadline"), outcome(404, "http-404")
    ('ok', 'query-deadline', 'not-found')
    """
    if code is None:
        return "not-modified" if status == 304 else "ok" if status < 400 else "other"
    code = _AS_OUTCOME.get(code, code)
    if code in OUTCOMES:
        return code
    return "fault" if status >= 500 else "invalid" if status == 400 else "other"


class Metrics:
    """The table of counts and its layout on a board.

    Args:
        routes: what can be asked for, by the name that a route has in the counts.
        processes: web processes.
    """

    def __init__(self, routes: Iterable[str], processes: int) -> None:
        self.routes = (*dict.fromkeys(routes), "none")
        self._width = len(OUTCOMES) + len(BUCKETS) + 2  # and the rest, and the sum
        self._index = {route: at * self._width for at, route in enumerate(self.routes)}
        self._outcomes = {name: at for at, name in enumerate(OUTCOMES)}
        self._own = len(self.routes) * self._width
        self._gauges = {name: self._own + at for at, name in enumerate(_GAUGES)}
        self.board = Board(processes, self._own + len(_GAUGES))

    def counter(self, process: int) -> Counter:
        """What one web process counts with."""
        return Counter(
            self.board.row(process), self._index, self._outcomes, self._gauges, len(OUTCOMES)
        )

    def requests(self) -> Iterator[str]:
        """Counts, latencies and the state of each web process, as lines of the format."""
        totals = self.board.totals()
        counts: list[Sample] = []
        for route, start in self._index.items():
            for name, at in self._outcomes.items():
                if totals[start + at]:
                    counts.append(({"route": route, "outcome": name}, totals[start + at]))
        yield from lines(
            "plankb_requests_total", "counter", "Requests by route and outcome.", counts
        )
        yield from self._latencies(totals)
        rows = [self.board.row(number) for number in range(self.board.rows)]
        for name, text in _GAUGES.items():
            if text:
                at = self._gauges[name]
                samples = [({"process": str(n)}, row[at]) for n, row in enumerate(rows)]
                yield from lines(f"plankb_web_{name}", "gauge", text, samples)
        memory = [
            ({"process": str(number)}, resident(int(row[self._gauges["pid"]])))
            for number, row in enumerate(rows)
        ]
        yield from lines(
            "plankb_web_memory_bytes", "gauge", "Resident memory of a web process.", memory
        )

    def _latencies(self, totals: Sequence[float]) -> Iterator[str]:
        name = "plankb_request_seconds"
        yield f"# HELP {name} Seconds from a request's head to its whole response, by route."
        yield f"# TYPE {name} histogram"
        for route, start in self._index.items():
            first = start + len(OUTCOMES)
            cells = totals[first : first + len(BUCKETS) + 1]
            if not sum(cells):
                continue
            below = 0.0
            for bound, cell in zip((*BUCKETS, "+Inf"), cells, strict=True):
                below += cell
                yield f'{name}_bucket{{route="{route}",le="{bound}"}} {below:.0f}'
            yield f'{name}_sum{{route="{route}"}} {totals[first + len(BUCKETS) + 1]:.6f}'
            yield f'{name}_count{{route="{route}"}} {below:.0f}'


class Counter:
    """One web process's row; used from one thread.

    Args:
        row: of the board.
        routes: where the cells of a route begin.
        outcomes: the place of an outcome among them.
        gauges: the cell of each gauge.
        buckets: where in a route's cells the buckets begin.
    """

    def __init__(
        self,
        row: memoryview[float],
        routes: Mapping[str, int],
        outcomes: Mapping[str, int],
        gauges: Mapping[str, int],
        buckets: int,
    ) -> None:
        self._row = row
        self._routes = routes
        self._outcomes = outcomes
        self._gauges = gauges
        self._buckets = buckets
        row[gauges["pid"]] = os.getpid()

    def add(self, route: str, outcome: str, seconds: float) -> None:
        """Count one request."""
        row = self._row
        start = self._routes.get(route)
        if start is None:
            start = self._routes["none"]
        row[start + self._outcomes[outcome]] += 1
        start += self._buckets
        row[start + bisect.bisect_left(BUCKETS, seconds)] += 1
        row[start + len(BUCKETS) + 1] += seconds

    def show(self, **gauges: float) -> None:
        """Say how the process is now: inflight, cache_bytes, cache_entries, threads."""
        for name, value in gauges.items():
            self._row[self._gauges[name]] = value


def lines(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    r"""One metric in the format; none where there is no sample.

    >>> print("\n".join(lines("up", "gauge", "Is up.", [({"a": 'x"y'}, 1.0)])))
    # HELP up Is up.
    # TYPE up gauge
    up{a="x\"y"} 1
    """
    shown = [f"{name}{_labels(labels)} {value:.12g}" for labels, value in samples]
    if shown:
        yield f"# HELP {name} {text}"
        yield f"# TYPE {name} {kind}"
        yield from shown


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def resident(pid: int) -> float:
    """Resident memory of a process in bytes; 0 where the system does not say (Linux does)."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0.0
