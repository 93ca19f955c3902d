"""What the engine says of itself: what runs and waits, what came of it, how long it took.

Counters begin at zero when the engine process starts, and only grow until it ends.
Must not know how the figures are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

#: Upper bounds of the buckets of a latency histogram, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many answers took how long, from the arrival of the request to its answer.

    Args:
        bounds: upper bounds of the buckets, in seconds, ascending.
        counts: answers in each bucket, and one count more for those beyond the last bound.
            Not cumulative: what Prometheus calls ``le`` is the running sum of these.
        seconds: all of them added up.
    """

    bounds: tuple[float, ...] = BOUNDS
    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """How many answers there were."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Status:
    """The engine's state now, and its counters.

    Args:
        revision: that new queries see.
        workers: process ids of those at work and those waiting for it, of both lanes.
        busy: queries that run, in either lane.
        queued: queries that wait, for either lane.
        seccomp: whether every worker filters system calls.
        heavy: of those that run, in the heavy lane.
        heavy_queued: of those that wait, for the heavy lane.
        clients: open connections.
        outcomes: answers by what came of them: ``ok``, the code of the error
            (``query-syntax``, ``query-deadline``, ``overloaded``, ``query-budget`` …), or
            ``cancelled`` where nobody was left to be answered.
        latency: by lane, ``cache`` (stored results), ``short`` and ``heavy``.
        cache_hits: answers from a stored result.
        cache_joins: answers from the run of an identical query that was under way.
        cache_misses: queries that had to run.
        cache_entries: results stored.
        cache_bytes: their size.
        memory: resident bytes by process id: the engine, the holder of the data, the workers.
            They share pages, so the sum counts the data several times.
        held_bytes: results that clients have not taken yet.
        loads: revisions loaded, the first one included.
        deaths: workers that died while nobody had told them to.
        uptime: seconds since the engine process started.
        pid: of the engine process.
        holder: process id of the holder of the data.
    """

    revision: str
    workers: tuple[int, ...]
    busy: int
    queued: int
    seccomp: bool
    heavy: int = 0
    heavy_queued: int = 0
    clients: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    latency: Mapping[str, Histogram] = field(default_factory=dict)
    cache_hits: int = 0
    cache_joins: int = 0
    cache_misses: int = 0
    cache_entries: int = 0
    cache_bytes: int = 0
    memory: Mapping[int, int] = field(default_factory=dict)
    held_bytes: int = 0
    loads: int = 0
    deaths: int = 0
    uptime: float = 0.0
    pid: int = 0
    holder: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same in values that JSON has."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """What :meth:`as_dict` gave, perhaps by way of JSON."""
        latency = {
            lane: Histogram(tuple(each["bounds"]), tuple(each["counts"]), each["seconds"])
            for lane, each in values["latency"].items()
        }
        memory = {int(pid): size for pid, size in values["memory"].items()}
        workers = tuple(values["workers"])
        return cls(**{**values, "latency": latency, "memory": memory, "workers": workers})
