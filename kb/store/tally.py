"""Counts what came of the engine's queries and how long they took.

Must not know how a query runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from kb.store.status import BOUNDS, Histogram

LANES = ("cache", "short", "heavy")


class Tally:
    """Counters that only grow; see :class:`kb.store.status.Status` for what each is."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.hits = 0
        self.joins = 0
        self.misses = 0
        self.loads = 0
        self._counts = {lane: [0] * (len(BOUNDS) + 1) for lane in LANES}
        self._seconds = dict.fromkeys(LANES, 0.0)

    def answered(self, lane: str, outcome: str, seconds: float) -> None:
        """Note an answer.

        Args:
            lane: where it comes from, one of ``LANES``.
            outcome: ``ok`` or the code of the error.
            seconds: from the arrival of the request.
        """
        self.outcomes[outcome] += 1
        self._counts[lane][bisect_left(BOUNDS, seconds)] += 1
        self._seconds[lane] += seconds

    def latency(self) -> dict[str, Histogram]:
        """How long answers took, by lane."""
        return {
            lane: Histogram(BOUNDS, tuple(self._counts[lane]), self._seconds[lane])
            for lane in LANES
        }
