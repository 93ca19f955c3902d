"""Names of what figures are of, so that figures find each other by one step in the graph.

A line is all that makes two figures comparable: reporter, team, indicator, year, basis and kind
of quantity. A name says nothing about whether anybody reports it, so it depends on no other
report. Must not know any rule, nor what is in a file.
"""

from __future__ import annotations

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
        ids: what IRIs of the plan begin with.
        reporter, team, indicator, basis: codes.
        year: of the figure; first: the year of baselines.
        quantity: what kind of figure it is.
    """

    ids: str
    reporter: str
    team: str
    indicator: str
    year: int
    first: int
    basis: str
    quantity: str

    @classmethod
    def around(cls, one: Observation, quantity: str, ids: str, first: int) -> Lines | None:
        """Those of an observation; None where a part of its own line is missing."""
        if one.reporter is None or one.team is None or one.year is None:
            return None
        return cls(
            ids,
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

    @property
    def fact(self) -> str:
        """The line without its reporter: two bodies may give the same fact."""
        return f"{self.ids}fact/{self._of(self.indicator, self.year, self.basis, self.quantity)}"

    def compared(self, beside: Beside) -> Iterator[tuple[str, str]]:
        """Links, by their names, to the lines that the figure is checked against.

        A kind of link is there only on figures that are checked so: a rule that begins at it
        never touches the others.
        """
        count = self.quantity == "count"
        if self.quantity in ("count", "share", "rank") and self.basis != "baseline":
            yield "lineBefore", self._line(year=self.year - 1)
        if count and self.basis == "cumulative":
            yield "annualLine", self._line(basis="annual")
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
        what = self._of(
            indicator or self.indicator,
            self.year if year is None else year,
            basis or self.basis,
            quantity or self.quantity,
        )
        return f"{self.ids}line/{self.reporter}/{what}"

    def _of(self, indicator: str, year: int, basis: str, quantity: str) -> str:
        return f"{self.team}/{indicator}/{year}/{basis}/{quantity}"


def code(iri: str | None) -> str:
    """The last part of an IRI; ``-`` for none."""
    return iri.rstrip("/").rsplit("/", 1)[-1] if iri else "-"
