"""One reported figure: what it is of, what was written, and which numbers it can stand for.

Must not know how it was read, nor what any rule makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kb.reports.sheet import Row, Sheet


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers that a written figure can stand for, ends included.

    ``v`` written with ``d`` decimals stands for ``[v − ½·10⁻ᵈ, v + ½·10⁻ᵈ]``; a whole count
    in its base unit is exact. In base units (persons, percent), as exact decimals.
    """

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A written figure in base units.

    Args:
        written: as it stands in the cell.
        values: one number; for a ratio one for each part, in order.
        intervals: one for each value.
        symbol: the unit sign that stands with the number (``万``, ``%``); empty for none.
    """

    written: str
    values: tuple[Decimal, ...]
    intervals: tuple[Interval, ...]
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of a report.

    A part that was not given, or not understood, is None: the rules say so at its cell.

    Args:
        iri: its name in the graph.
        sheet: where it stands.
        row: its row there.
        reporter: IRI of the body.
        team: IRI of the team, or of the plan for a figure of the plan as a whole.
        indicator: IRI.
        year: calendar year.
        unit: IRI of the base unit (``unit:person`` for 万人).
        basis: IRI of the period basis.
        figure: the value.
        note: as written; empty for none.
    """

    iri: str
    sheet: Sheet
    row: Row
    reporter: str | None
    team: str | None
    indicator: str | None
    year: int | None
    unit: str | None
    basis: str | None
    figure: Figure | None
    note: str = ""
