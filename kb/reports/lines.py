"""Names of what figures are of, so that figures find each other by one step in the graph.

A line is all that makes two figures comparable: reporter, team, indicator, year, basis and kind
of quantity. A name says nothing about whether anybody reports it, so it depends on no other
report. Must not know any rule, nor what is in a file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from kb.reports.observation import Observation


@dataclass(frozen=True, slots=True)
class Beside:
    """Which indicators one is checked against (codes).

    Args:
        measured: whether the plan measures it from a baseline.
        numerator, denominator: of a share.
        wholes: those that it is part of.
    """

    measured: bool = False
    numerator: str | None = None
    denominator: str | None = None
    wholes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines around one figure.

    Args:
        plan: IRI of the plan.
        reporter, team, indicator, basis: codes.
        year: of the figure; first: the year of baselines.
        quantity: what kind of figure it is.
    """

    plan: str
    reporter: str
    team: str
    indicator: str
    year: int
    first: int
    basis: str
    quantity: str

    @classmethod
    def around(cls, one: Observation, quantity: str, plan: str, first: int) -> Lines | None:
        """Those of an observation; None where a part of its own line is missing."""
        if one.reporter is None or one.team is None or one.year is None:
            return None
        return cls(
            plan,
            code(one.reporter),
            code(one.team),
            code(one.indicator),
            one.year,
            first,
            code(one.basis),
            quantity,
        )

    @property
    def own(self) -> str:
        """The figure's own line."""
        return self._line()

    def compared(self, beside: Beside, *, last: bool) -> Iterator[tuple[str, str]]:
        """Links, by their names, to the lines that the figure is checked against.

        A kind of link is there only on figures that are checked so: a rule that begins at it
        never touches the others.

        Args:
            beside: which indicators those are.
            last: whether the figure is of the plan's last year, when targets are due.
        """
        count = self.quantity == "count"
        if self.quantity in ("count", "share", "rank") and self.basis != "baseline":
            yield "lineBefore", self._line(year=self.year - 1)
        if count and self.basis == "cumulative":
            yield "annualLine", self._line(basis="annual")
            if last:
                yield "stockLine", self._line(basis="stock")
        if self.quantity == "growth":
            yield "grownLine", self._line(basis="stock", quantity="count")
        if beside.measured and (self.quantity == "growth" or (count and self.basis == "stock")):
            yield "baselineLine", self._line(year=self.first, basis="baseline", quantity="count")
        if self.quantity == "share" and beside.numerator and beside.denominator:
            yield "numeratorLine", self._line(beside.numerator, quantity="count")
            yield "denominatorLine", self._line(beside.denominator, quantity="count")
        if count:
            for whole in beside.wholes:
                yield "wholeLine", self._line(whole)

    def _line(
        self,
        indicator: str | None = None,
        *,
        year: int | None = None,
        basis: str | None = None,
        quantity: str | None = None,
    ) -> str:
        parts = (
            self.plan,
            self.reporter,
            self.team,
            indicator or self.indicator,
            str(self.year if year is None else year),
            basis or self.basis,
            quantity or self.quantity,
        )
        return _short("\n".join(parts))


def _short(text: str) -> str:
    """A digest of 15 characters: the longest text that the store keeps without an entry of its own.

    Of its 88 bits a million lines share one with a chance of one in 10¹⁴.
    """
    digest = hashlib.blake2b(text.encode(), digest_size=11).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def code(iri: str | None) -> str:
    """The last part of an IRI; ``-`` for none."""
    return iri.rstrip("/").rsplit("/", 1)[-1] if iri else "-"
