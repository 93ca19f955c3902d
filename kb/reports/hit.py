"""What a rule's query has found: one result with what stands beside it, and which are one.

Must not know where the rows of a query come from, nor what any rule says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kb.reports.finding import Ends
from kb.reports.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Hit:
    """A result with what the query found beside it."""

    rule: Rule
    value: str
    found: Mapping[str, str]
    others: frozenset[str] = frozenset()
    plan: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rule: Rule, row: Mapping[str, str]) -> Hit:
        """A row of a rule's query; IRIs and literals as their text."""
        value = row["this"] if rule.rows else row["value"]
        others = frozenset(row.get("others", "").split()) - {value}
        return cls(rule, value, row, others, frozenset(row.get("plan", "").split()))

    @property
    def column(self) -> str:
        """The column that its finding stands at."""
        return self.found.get("column") or self._column() or "value"

    def _column(self) -> str | None:
        if self.rule.column is None:
            return None
        name = self.rule.column.removeprefix("unknown").lower()
        if name in ("formulacell", "mergedcell", "hiddencell"):
            return self.found.get("value", "value")
        return {"unreadable": "value", "plan": "team"}.get(name, name)

    @property
    def at(self) -> str:
        """The column at fault, where the query says it; one figure may be at fault in several."""
        return self.found.get("value" if self.rule.rows else "column", "")


def merged(hits: Iterable[Hit], place: Callable[[str], tuple[int, str, int]]) -> list[Hit]:
    """One hit for each shape, figure and column; and one where figures accuse each other.

    Args:
        hits: in any order.
        place: where an observation stands.
    """
    grouped: dict[tuple[str, str, str], Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit.rule.shape, hit.value, sorted(hit.found.items()))):
        key = (hit.rule.shape, hit.value, hit.at)
        known = grouped.get(key)
        grouped[key] = (
            hit
            if known is None
            else replace(known, others=known.others | hit.others, plan=known.plan | hit.plan)
        )
    by_cells: dict[tuple[str, frozenset[str], str], Hit] = {}
    for hit in grouped.values():
        # Two figures that contradict each other are one finding, at the later of the two.
        cells = (hit.rule.shape, hit.others | {hit.value}, hit.at)
        known = by_cells.get(cells)
        if known is None or place(hit.value) > place(known.value):
            by_cells[cells] = hit
    return list(by_cells.values())


def ends(found: Mapping[str, str], name: str) -> Ends | None:
    """An interval that a query has found; None where it has none."""
    low, high = found.get(name + "Low"), found.get(name + "High")
    if low is None and high is None:
        return None
    return (
        Decimal(low) if low is not None else None,
        Decimal(high) if high is not None else None,
    )
