"""What the unit column says about the number beside it.

Must not know how a unit is looked up, nor how a number is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class UnitCode:
    """A unit as a report may name it.

    Args:
        iri: the base unit (``unit:person`` for 万人).
        dimension: its notation: persons, occurrences, things, share, ratio, time.
        factor: base units in one of it; 10000 for 万人.
        signs: what may stand behind a number in the base unit (人, 名, %), folded.
        symbol: the sign that messages and forms show.
    """

    iri: str
    dimension: str
    factor: Decimal = Decimal(1)
    signs: frozenset[str] = frozenset()
    symbol: str = ""

    @property
    def counted(self) -> bool:
        """Whether it counts things, so that a whole number of it is exact."""
        return self.dimension not in ("share", "ratio")
