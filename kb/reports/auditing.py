"""The audit of reports: their graph, the rules over it, and findings at their cells.

A batch is audited in a store of its own, with what the rules read of the plan and with the
earlier reports that are given; so the time does not depend on what is stored. Must not know
formats of files, nor what any rule says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyoxigraph as ox

from kb.plan.graph import PlanGraph
from kb.reports import assessing, crowd, ruleset
from kb.reports.crowd import Beside
from kb.reports.finding import (
    SEVERITIES,
    Audit,
    AuditedFile,
    Clause,
    Finding,
    Quote,
)
from kb.reports.graph import Grapher, Report
from kb.reports.hit import Hit, ends, merged
from kb.reports.messages import Messages
from kb.reports.observation import Observation
from kb.reports.reading import Reading
from kb.reports.sheet import COLUMNS, Cell
from kb.terms import OA, RDF, SKOS, XSD

_TERM = re.compile(r"(?<![\w/#<\"]):([A-Za-z]\w*)")


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One result of a rule, as SHACL has it: what the reference must agree on.

    Args:
        rule: its name; shape: which of its shapes.
        value: IRI of the observation at fault.
    """

    rule: str
    shape: str
    value: str


@dataclass(frozen=True)
class Batch:
    """Reports that are audited side by side, with the earlier ones.

    Args:
        reports: those under audit.
        earlier: those of earlier years.
        superseded: earlier versions of those under audit.
    """

    reports: tuple[Report, ...]
    earlier: tuple[Report, ...] = ()
    superseded: tuple[Report, ...] = ()
    observations: Mapping[str, Observation] = field(default_factory=dict)


class Auditor:
    """Audits batches of reports against one revision of the plan. Make it once and keep it.

    Args:
        plan: the plan graph.
        band: what 左右 (about) allows on either side, in per cent.
        rules: other rules, for tests.
    """

    def __init__(
        self,
        plan: PlanGraph,
        band: Decimal = Decimal(5),
        rules: ruleset.RuleSet | None = None,
    ) -> None:
        self.rules = rules or ruleset.load(plan.base)
        self.grapher = Grapher(plan)
        self.namespace = plan.base + "ns#"
        self.messages = Messages(plan)
        self._context = tuple(self._read_of(plan, band))
        self._clauses, self._targets_of = _clauses(plan)
        self._assessor = assessing.Assessor(plan, self.grapher, self.messages, self._clauses, band)

    def audit(
        self,
        readings: Sequence[Reading],
        previous: Sequence[Reading] = (),
        progress: Callable[[str], None] | None = None,
    ) -> Audit:
        """Audit files as one batch.

        Args:
            readings: the files under audit.
            previous: earlier reports: of earlier years, or earlier versions of these.
            progress: called with the name of each rule as it begins.
        """
        batch = self.batch(readings, previous)
        seen, crowded = _thinned(batch)
        store = ox.Store()
        store.extend(self.quads(seen))
        findings = [finding for reading in readings for finding in reading.findings]
        # What reading has said of a row or cell in its own words is not said again.
        known = {(finding.rule, finding.focus) for finding in findings}
        cells = {(finding.rule, cell) for finding in findings for cell in finding.cells}
        under_audit = {
            one.iri for report in (*batch.reports, *batch.superseded) for one in report.observations
        }
        order = {reading.file: number for number, reading in enumerate((*previous, *readings))}

        def place(iri: str) -> tuple[int, str, int]:
            one = batch.observations[iri]
            return order.get(one.sheet.file, -1), one.sheet.sheet or "", one.row.number

        hits = [*self.hits(lambda query: select_in(store, query), progress), *self._beside(crowded)]
        found = merged((hit for hit in hits if hit.value in under_audit), place)
        made = (
            self._finding(hit, batch, order)
            for hit in found
            if (hit.rule.name, hit.value) not in known
        )
        findings += [one for one in made if (one.rule, one.cells[0]) not in cells]
        return Audit(
            files=tuple(
                AuditedFile(reading.file, reading.sha256, reading.rows) for reading in readings
            ),
            findings=tuple(sorted(findings, key=lambda finding: _place(finding, order))),
            progress=self._assessor.assess(batch.reports, batch.earlier),
            rules=self.rules.version,
            unreadable={
                reading.file: reading.refused for reading in readings if reading.refused is not None
            },
        )

    def batch(self, readings: Sequence[Reading], previous: Sequence[Reading] = ()) -> Batch:
        """The reports of files, and what each earlier file is to them."""
        fresh = {reading.sha256: reading for reading in readings}
        reports = self.grapher.reports(
            one for reading in fresh.values() for one in reading.observations
        )
        keys = {report.key for report in reports if report.key is not None}
        before = {reading.sha256: reading for reading in previous if reading.sha256 not in fresh}
        earlier: dict[object, Report] = {}
        for report in self.grapher.reports(
            one for reading in before.values() for one in reading.observations
        ):
            # Of several versions the one that is given last is the latest.
            earlier[report.key or report.iri] = report
        every = (*reports, *earlier.values())
        return Batch(
            reports,
            tuple(report for key, report in earlier.items() if key not in keys),
            tuple(report for key, report in earlier.items() if key in keys),
            {one.iri: one for report in every for one in report.observations},
        )

    def quads(self, batch: Batch) -> Iterator[ox.Quad]:
        """All that the rules see of a batch, in one graph."""
        yield from self._context
        for report in (*batch.reports, *batch.earlier):
            for triple in self.grapher.triples(report):
                yield ox.Quad(triple.subject, triple.predicate, triple.object)
        for report in batch.superseded:
            for triple in self.grapher.triples(report, superseded=True):
                yield ox.Quad(triple.subject, triple.predicate, triple.object)

    def results(self, select: Callable[[str], Iterable[Mapping[str, str]]]) -> set[Result]:
        """The results of all rules over a graph, as the reference gives them.

        Args:
            select: runs a SELECT query over the graph; IRIs and literals as their text.
        """
        return {Result(hit.rule.name, hit.rule.shape, hit.value) for hit in self.hits(select)}

    def hits(
        self,
        select: Callable[[str], Iterable[Mapping[str, str]]],
        progress: Callable[[str], None] | None = None,
    ) -> Iterator[Hit]:
        """What the rules' queries find, not yet merged."""
        for search in self.rules.searches:
            if progress is not None:
                progress(search.rules[0].name)
            for row in select(search.query):
                for rule in search.broken(row):
                    yield Hit.of(rule, row)

    def _beside(self, crowded: Iterable[Beside]) -> Iterator[Hit]:
        """What the rules on duplicates would find of rows that they were not given."""
        for each in crowded:
            name = "duplicate-conflicting" if each.apart else "duplicate-agreeing"
            one, other = each.one, each.other
            assert one.figure is not None
            assert other.figure is not None
            found = {
                "value": one.iri,
                "others": other.iri,
                "indicator": one.indicator or "",
                "year": str(one.year),
                "now": one.figure.written,
                "before": other.figure.written,
            }
            if len(one.figure.intervals) == 1:
                for end, figure in (("reported", one.figure), ("computed", other.figure)):
                    found[end + "Low"] = str(figure.intervals[0].low)
                    found[end + "High"] = str(figure.intervals[0].high)
            yield from (Hit.of(rule, found) for rule in self.rules.rules if rule.name == name)

    def _finding(self, hit: Hit, batch: Batch, order: Mapping[str, int]) -> Finding:
        rule, found = hit.rule, hit.found
        one = batch.observations[hit.value]
        column = hit.column
        others = [batch.observations[iri] for iri in hit.others if iri in batch.observations]
        beside = [other.sheet.cell(other.row, column) for other in others]
        return Finding(
            rule.name,
            rule.severity,
            rule.outcome,
            self.messages.fill(rule.message, found),
            self.messages.fill(rule.hint, found),
            (
                one.sheet.cell(one.row, column),
                *sorted(set(beside), key=lambda cell: (order.get(cell.file, -1), _address(cell))),
            ),
            hit.value,
            ends(found, "reported"),
            ends(found, "computed"),
            self.clauses(hit, one.indicator),
        )

    def clauses(self, hit: Hit, indicator: str | None) -> tuple[Clause, ...]:
        """What the plan says beside a finding: what the rule names, or the indicator's targets."""
        plan = hit.plan or self._targets_of.get(indicator or "", frozenset())
        return tuple(self._clauses[iri] for iri in sorted(plan) if iri in self._clauses)

    def _read_of(self, plan: PlanGraph, band: Decimal) -> Iterator[ox.Quad]:
        """What the rules read of the plan: the statements whose terms they name."""
        named = set(_TERM.findall(self.rules.text))
        predicates = {self.namespace + name for name in named}
        predicates |= {SKOS + name for name in re.findall(r"skos:(\w+)", self.rules.text)}
        seen = set()
        for quad in plan.quads:
            predicate = quad.predicate.value
            if predicate == RDF + "type":
                wanted = (
                    isinstance(quad.object, ox.NamedNode)
                    and quad.object.value.removeprefix(self.namespace) in named
                )
            else:
                wanted = predicate in predicates
            if wanted and not isinstance(quad.object, ox.Triple):
                seen.add(ox.Quad(quad.subject, quad.predicate, quad.object))
        yield from seen
        yield ox.Quad(
            ox.NamedNode(self.namespace + "Reports"),
            ox.NamedNode(self.namespace + "approximateBand"),
            ox.Literal(format(band, "f"), datatype=ox.NamedNode(XSD + "decimal")),
        )


def _thinned(batch: Batch) -> tuple[Batch, tuple[Beside, ...]]:
    """A batch as the rules see it, and the rows that are compared without them."""
    every: list[Beside] = []

    def seen(reports: tuple[Report, ...]) -> tuple[Report, ...]:
        kept = []
        for report in reports:
            thin, left = crowd.thinned(report)
            every.extend(crowd.compared(thin, left))
            kept.append(thin)
        return tuple(kept)

    reports, earlier, superseded = map(seen, (batch.reports, batch.earlier, batch.superseded))
    return Batch(reports, earlier, superseded, batch.observations), tuple(every)


def select_in(store: ox.Store, query: str) -> Iterator[Mapping[str, str]]:
    """Rows of one of our own queries over the default graph of a store, as text."""
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions), "a rule selects"
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        yield {
            name: value.value
            for name in names
            if (value := solution[name]) is not None and not isinstance(value, ox.Triple)
        }


def _address(cell: Cell) -> tuple[str, int, int]:
    column = COLUMNS.index(cell.column) if cell.column in COLUMNS else len(COLUMNS)
    return cell.sheet or "", cell.row, column


def _place(finding: Finding, order: Mapping[str, int]) -> tuple[object, ...]:
    """Severity, file, row, column, rule: the fixed order of findings."""
    first = finding.cells[0] if finding.cells else None
    return (
        SEVERITIES.index(finding.severity),
        finding.outcome == "not-evaluable",
        order.get(first.file, -1) if first else -1,
        _address(first) if first else ("", 0, 0),
        finding.rule,
        finding.message.en,
    )


def _clauses(plan: PlanGraph) -> tuple[dict[str, Clause], dict[str, frozenset[str]]]:
    """The clause of each target, and the targets of each indicator."""
    ns = plan.base + "ns#"
    quotes: dict[str, list[Quote]] = {}
    of: dict[str, set[str]] = {}
    for row in plan.select(
        f"""SELECT ?t ?i ?source ?start ?end ?quote WHERE {{
            ?t <{ns}indicator> ?i ; <{ns}evidence> ?span ; a <{ns}Target> .
            ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?quote ; <{ns}inSource> ?source
        }} ORDER BY ?t ?start"""
    ):
        of.setdefault(row["i"], set()).add(row["t"])
        quotes.setdefault(row["t"], []).append(
            Quote(
                row["source"].rsplit("/", 1)[-1], int(row["start"]), int(row["end"]), row["quote"]
            )
        )
    return (
        {iri: Clause(iri, tuple(dict.fromkeys(found))) for iri, found in quotes.items()},
        {iri: frozenset(found) for iri, found in of.items()},
    )
