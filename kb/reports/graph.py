"""Observations as triples: what the rules, the store and an export see of a report.

``docs/decisions/reports.md`` says which property means what. What is written here of a report
depends on its own file and the plan alone, never on another report, so that a report graph can
be made once and kept. Must not know any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyoxigraph as ox

from kb.plan.graph import PlanGraph
from kb.reports.lines import Beside, Lines, code
from kb.reports.observation import Observation
from kb.reports.sheet import COLUMNS
from kb.terms import QB, RDF, XSD

_TYPE = ox.NamedNode(RDF + "type")
_CUBE = ox.NamedNode(QB + "Observation")
_DECIMAL = ox.NamedNode(XSD + "decimal")
#: The kind of quantity of a figure whose unit does not fit its indicator.
_MISFIT = "misfit"


@dataclass(frozen=True, slots=True)
class Report:
    """What one reporter says about one team in one file.

    Args:
        iri: of the submission.
        graph: IRI of the named graph that holds its current version.
        reporter, team: IRIs; None where not given or not known.
        year: the latest year of its rows, baselines aside; None where no row has one.
        file: its name; sha256: of its bytes.
        observations: its rows, in order.
    """

    iri: str
    graph: str
    reporter: str | None
    team: str | None
    year: int | None
    file: str
    sha256: str
    observations: tuple[Observation, ...]

    @property
    def key(self) -> tuple[str, str, int] | None:
        """What a later version of the report shares with it; None where a part is missing."""
        if self.reporter is None or self.team is None or self.year is None:
            return None
        return self.reporter, self.team, self.year


@dataclass(frozen=True, slots=True)
class _Counted:
    """How an indicator is counted, and which others it is checked against.

    Args:
        kind: of its measure; dimension: of its unit.
        grows: whether the plan wants it to grow by a percentage.
        beside: the others.
        targets: IRIs of those with a number.
    """

    kind: str
    dimension: str
    grows: bool = False
    beside: Beside = field(default_factory=Beside)
    targets: tuple[str, ...] = ()


class Grapher:
    """Makes reports and their triples, for one revision of the plan.

    Args:
        plan: gives units, indicators and what kind of figure each asks for.
    """

    def __init__(self, plan: PlanGraph) -> None:
        self.base = plan.base
        self.plan = f"{plan.base}id/{plan.plans[0]}/plan"
        self._ids = f"{plan.base}id/{plan.plans[0]}/"
        ns = plan.base + "ns#"
        self._ns = ns
        self._terms: dict[str, ox.NamedNode] = {}
        self._nodes: dict[str, ox.NamedNode] = {}
        self._dimensions = {
            row["u"]: row["d"]
            for row in plan.select(f"SELECT ?u ?d WHERE {{ ?u a <{ns}Unit> ; <{ns}dimension> ?d }}")
        }
        self._counted = {
            iri: replace(counted, **_beside(plan, iri)) for iri, counted in self._kinds(plan)
        }
        periods = plan.select(
            f"""SELECT ?from ?to WHERE {{
                ?p a <{ns}Period> ; <{ns}startYear> ?from ; <{ns}endYear> ?to
            }}"""
        )
        self._first = min(int(row["from"]) for row in periods) - 1
        self._last = frozenset(int(row["to"]) for row in periods)

    def _kinds(self, plan: PlanGraph) -> Iterator[tuple[str, _Counted]]:
        ns = self._ns
        for row in plan.select(
            f"SELECT ?i ?k ?u WHERE {{ ?i <{ns}measureKind> ?k ; <{ns}unit> ?u }}"
        ):
            yield row["i"], _Counted(code(row["k"]), self._dimensions[row["u"]])

    def reports(self, observations: Iterable[Observation]) -> tuple[Report, ...]:
        """The reports that the observations of one or more files make, in order of appearance."""
        groups: dict[tuple[str, str | None, str | None], list[Observation]] = {}
        for one in observations:
            groups.setdefault((one.sheet.sha256, one.reporter, one.team), []).append(one)
        return tuple(
            self._report(sha256, reporter, team, group)
            for (sha256, reporter, team), group in groups.items()
        )

    def _report(
        self, sha256: str, reporter: str | None, team: str | None, group: list[Observation]
    ) -> Report:
        baseline = f"{self.base}scheme/basis/baseline"
        years = [one.year for one in group if one.year is not None and one.basis != baseline]
        year = max(years or [one.year for one in group if one.year is not None], default=None)
        name = f"{code(reporter)}/{code(team)}"
        return Report(
            f"{self._ids}report/{sha256[:16]}/{name}",
            graph_of(self.base, name, year),
            reporter,
            team,
            year,
            group[0].sheet.file,
            sha256,
            tuple(group),
        )

    def quads(self, report: Report) -> Iterator[ox.Quad]:
        """A report in its named graph, as the store keeps it."""
        graph = ox.NamedNode(report.graph)
        for triple in self.triples(report):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)

    def triples(self, report: Report, *, superseded: bool = False) -> Iterator[ox.Triple]:
        """A report and its observations.

        Args:
            report: the report.
            superseded: whether another version is in force; then its figures stand beside that
                version only, and no other rule sees them.
        """
        triple, term, node = ox.Triple, self._term, self._node
        subject = ox.NamedNode(report.iri)
        if not superseded:
            yield triple(subject, _TYPE, term("Submission"))
            yield triple(subject, term("fileName"), ox.Literal(report.file))
            yield triple(subject, term("sha256"), ox.Literal(report.sha256))
            if report.reporter is not None:
                yield triple(subject, term("reporter"), node(report.reporter))
            if report.team is not None:
                yield triple(subject, self._of(report.team), node(report.team))
                yield triple(subject, term("reportsOn"), node(report.team))
            if report.year is not None:
                yield triple(subject, term("year"), ox.Literal(report.year))
                before = report.graph.rsplit("/", 1)[0] + f"/{report.year - 1}"
                yield triple(subject, term("previousReport"), ox.NamedNode(before))
        for one in report.observations:
            yield from self._observation(one, report, superseded=superseded)

    def _observation(
        self, one: Observation, report: Report, *, superseded: bool
    ) -> Iterator[ox.Triple]:
        triple, term, node = ox.Triple, self._term, self._node
        subject = ox.NamedNode(one.iri)
        if not superseded:
            yield triple(subject, _TYPE, term("Observation"))
            yield triple(subject, _TYPE, _CUBE)
            yield triple(subject, term("submission"), ox.NamedNode(report.iri))
            yield from self._faults(one, subject)
        if one.reporter is not None:
            yield triple(subject, term("reporter"), node(one.reporter))
        if one.team is not None:
            yield triple(subject, self._of(one.team), node(one.team))
        if one.indicator is not None:
            yield triple(subject, term("indicator"), node(one.indicator))
        if one.unit is not None:
            yield triple(subject, term("unit"), node(one.unit))
        if one.basis is not None:
            yield triple(subject, term("basis"), node(one.basis))
        if one.year is not None:
            yield triple(subject, term("year"), ox.Literal(one.year))
        yield from self._figure(one, subject)
        if one.row.text("unit"):
            yield triple(subject, term("writtenUnit"), ox.Literal(one.row.text("unit")))
        if one.note:
            yield triple(subject, term("note"), ox.Literal(one.note))
        yield triple(subject, term("row"), ox.Literal(one.row.number))
        quantity = self._quantity(one)
        if quantity is None:
            return
        lines = Lines.around(one, quantity, self.plan, self._first)
        if superseded:
            if lines is not None and quantity != _MISFIT:
                yield triple(subject, term("formerLine"), ox.Literal(lines.own))
            return
        yield triple(subject, term("quantity"), ox.Literal(quantity))
        if lines is not None and quantity != _MISFIT:
            yield from self._lines(one, report, subject, lines)

    def _lines(
        self, one: Observation, report: Report, subject: ox.NamedNode, lines: Lines
    ) -> Iterator[ox.Triple]:
        """What a figure is checked against: links, so that no rule has to search."""
        assert one.indicator is not None, "it has a quantity"
        triple, term = ox.Triple, self._term
        yield triple(subject, term("line"), ox.Literal(lines.own))
        counted, last = self._counted[one.indicator], lines.year in self._last
        for target in counted.targets if last else ():
            yield triple(subject, term("settles"), self._node(target))
        if report.year is not None and lines.year < report.year and lines.basis != "baseline":
            yield triple(subject, term("restatedIn"), ox.Literal(report.year))
        for name, line in lines.compared(counted.beside, last=last):
            yield triple(subject, term(name), ox.Literal(line))

    def _figure(self, one: Observation, subject: ox.NamedNode) -> Iterator[ox.Triple]:
        figure = one.figure
        if figure is None:
            return
        triple, term = ox.Triple, self._term
        yield triple(subject, term("writtenValue"), ox.Literal(figure.written))
        several = len(figure.values) > 1
        for number, (value, interval) in enumerate(
            zip(figure.values, figure.intervals, strict=True), 1
        ):
            holder = subject
            if several:
                holder = ox.NamedNode(f"{one.iri}/part/{number}")
                yield triple(subject, term("part"), holder)
                yield triple(holder, term("position"), ox.Literal(number))
            yield triple(holder, term("value"), _decimal(value))
            yield triple(holder, term("low"), _decimal(interval.low))
            yield triple(holder, term("high"), _decimal(interval.high))

    def _faults(self, one: Observation, subject: ox.NamedNode) -> Iterator[ox.Triple]:
        """What reading found: texts that nothing is known by, and what the workbook does."""
        triple, term = ox.Triple, self._term
        understood = {
            "Reporter": one.reporter,
            "Team": one.team,
            "Indicator": one.indicator,
            "Year": one.year,
            "Unit": one.unit,
            "Basis": one.basis,
        }
        for name, known in understood.items():
            if known is None and (text := one.row.text(name.lower())):
                yield triple(subject, term(f"unknown{name}"), ox.Literal(text))
        if one.figure is None and (text := one.row.text("value")):
            yield triple(subject, term("unreadable"), ox.Literal(text))
        for column in COLUMNS:
            for trait in sorted(one.row.traits.get(column, ())):
                yield triple(subject, term(trait + "Cell"), ox.Literal(column))

    def quantity(self, one: Observation) -> str | None:
        """What kind of figure it is: count, share, growth, ratio or rank; None where its unit
        does not fit its indicator, or a part of it is not known.
        """
        found = self._quantity(one)
        return None if found == _MISFIT else found

    def _quantity(self, one: Observation) -> str | None:
        if one.indicator is None or one.unit is None:
            return None
        counted = self._counted.get(one.indicator)
        dimension = self._dimensions.get(one.unit)
        if counted is None or dimension is None:
            return None
        if dimension == counted.dimension:
            found = counted.kind if counted.kind in ("share", "ratio", "rank") else "count"
        elif counted.grows and dimension.endswith("/share"):
            found = "growth"
        else:
            return _MISFIT
        return None if one.basis is None or one.figure is None else found

    def _of(self, team: str) -> ox.NamedNode:
        """A figure of the whole plan is of no team, as with the plan's own targets."""
        return self._term("plan" if team == self.plan else "team")

    def _term(self, name: str) -> ox.NamedNode:
        found = self._terms.get(name)
        if found is None:
            found = self._terms[name] = ox.NamedNode(self._ns + name)
        return found

    def _node(self, iri: str) -> ox.NamedNode:
        found = self._nodes.get(iri)
        if found is None:
            found = self._nodes[iri] = ox.NamedNode(iri)
        return found


def graph_of(base: str, name: str, year: int | None) -> str:
    """The graph that holds the current version of a report.

    Args:
        base: base IRI.
        name: codes of its reporter and team, with a slash between.
        year: its own.
    """
    return f"{base}graph/report/{name}/{year or '-'}"


def _beside(plan: PlanGraph, indicator: str) -> dict[str, Any]:
    """What the plan graph says that an indicator is checked against."""
    ns = plan.base + "ns#"
    scheme = f"{plan.base}scheme/comparator/"
    found: dict[str, set[str]] = {}
    for row in plan.select(
        f"""PREFIX : <{ns}> SELECT ?what ?x WHERE {{
            VALUES ?i {{ <{indicator}> }}
            {{ ?i :numeratorIndicator ?x BIND("numerator" AS ?what) }}
            UNION {{ ?i :denominatorIndicator ?x BIND("denominator" AS ?what) }}
            UNION {{ ?i :partOfIndicator ?x BIND("wholes" AS ?what) }}
            UNION {{ ?s :numeratorIndicator ?i ; :denominatorIndicator ?x BIND("wholes" AS ?what) }}
            UNION {{ ?b :disjoint true ; :breakdownPart ?i ; :breakdownOf ?x
                BIND("wholes" AS ?what) }}
            UNION {{ ?t a :QuantitativeTarget ; :indicator ?i ; :comparator ?x
                BIND("by" AS ?what) }}
            UNION {{ ?x a :QuantitativeTarget ; :indicator ?i BIND("targets" AS ?what) }}
        }}"""
    ):
        found.setdefault(row["what"], set()).add(row["x"])
    by = {iri.removeprefix(scheme) for iri in found.get("by", ())}
    return {
        "grows": "growth-over-baseline" in by,
        "beside": Beside(
            bool(by & {"growth-over-baseline", "increase-by", "increase-by-at-least"}),
            next(map(code, found.get("numerator", ())), None),
            next(map(code, found.get("denominator", ())), None),
            tuple(sorted(map(code, found.get("wholes", ())))),
        ),
        "targets": tuple(sorted(found.get("targets", ()))),
    }


def _decimal(value: Decimal) -> ox.Literal:
    return ox.Literal(format(value, "f"), datatype=_DECIMAL)
