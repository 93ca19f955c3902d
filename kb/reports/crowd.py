"""Figures that one report gives again and again, and how they are compared all the same.

Rules look at pairs of figures of one thing, so a file of twenty thousand rows on the same thing
would keep an audit busy for hours. Of each thing the rules see the first rows of a report; every
further one is compared with these alone, and so is found as a duplicate at its own cell. What
else may be wrong with it shows when the duplicates are gone. Must not know what any rule says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.reports.graph import Report
from kb.reports.observation import Figure, Observation

#: Rows of one report on one thing that rules compare with each other. Nobody gives a figure more
#: often by mistake, and the pairs of so few cost no time.
MOST = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """A row that the rules do not see, and one of those on the same thing that they see.

    Args:
        one: the row.
        other: the first that contradicts it, or the first that agrees with it.
        apart: whether they contradict each other.
    """

    one: Observation
    other: Observation
    apart: bool


def thinned(report: Report) -> tuple[Report, tuple[Observation, ...]]:
    """A report with so many rows on one thing as rules compare, and the rows that are left out."""
    seen: dict[object, int] = {}
    kept: list[Observation] = []
    left: list[Observation] = []
    for one in report.observations:
        key = _thing(one)
        if key is not None:
            seen[key] = seen.get(key, 0) + 1
        (left if key is not None and seen[key] > MOST else kept).append(one)
    return (replace(report, observations=tuple(kept)), tuple(left)) if left else (report, ())


def compared(report: Report, left: tuple[Observation, ...]) -> Iterator[Beside]:
    """What was left out of a report, beside what was kept of it."""
    kept: dict[object, list[tuple[Observation, Figure]]] = {}
    for one in report.observations:
        if one.figure is not None:
            kept.setdefault(_thing(one), []).append((one, one.figure))
    for one in left:
        assert one.figure is not None, "what cannot be read is no thing's"
        for apart in (True, False):
            for other, figure in kept[_thing(one)]:
                if _apart(one.figure, figure) is apart:
                    yield Beside(one, other, apart)
                    break


def _thing(one: Observation) -> object | None:
    """What a row is of; None where that is not known."""
    parts = (one.indicator, one.year, one.basis, one.unit)
    return None if one.figure is None or None in parts else (*parts, len(one.figure.values))


def _apart(one: Figure, other: Figure) -> bool:
    """Whether no number is in both intervals; of a ratio, in those of one of its parts."""
    pairs = zip(one.intervals, other.intervals, strict=True)
    return any(a.low > b.high or a.high < b.low for a, b in pairs)
