"""Counts what came of the engine's queries and how long they took.

Must not know how a query runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kb.store.status import BOUNDS, Histogram

LANES = ("cache", "short", "heavy")


class Tally:
    """Counters that only grow; see :class:`kb.store.status.Status` for what each is."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
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

    def taken(self) -> dict[str, Any] | None:
        """What was counted since the last time, as JSON values for :meth:`add`; None for nothing.

        The counts begin at zero again.
        """
        if not self.outcomes:
            return None
        taken = {
            "outcomes": dict(self.outcomes),
            "misses": self.misses,
            "counts": self._counts,
            "seconds": self._seconds,
        }
        self._clear()
        return taken

    def add(self, taken: Mapping[str, Any]) -> None:
        """Count what was counted elsewhere."""
        self.outcomes.update(taken["outcomes"])
        self.misses += taken["misses"]
        for lane in LANES:
            counts = zip(self._counts[lane], taken["counts"][lane], strict=True)
            self._counts[lane] = [own + other for own, other in counts]
            self._seconds[lane] += taken["seconds"][lane]

    def latency(self) -> dict[str, Histogram]:
        """How long answers took, by lane."""
        return {
            lane: Histogram(BOUNDS, tuple(self._counts[lane]), self._seconds[lane])
            for lane in LANES
        }
