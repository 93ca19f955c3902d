"""The form of a team and year: one line for each figure that its targets call for.

Must not know what file it becomes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb import terms
from kb.errors import InputError, UnknownName
from kb.reports.codelists import CodeLists, Entry
from kb.reports.sheet import COLUMNS
from kb.text import Text

if TYPE_CHECKING:
    from kb.plan.graph import PlanGraph

#: Of the layout of forms; grows when a form of before could be read wrongly.
VERSION = "1"

#: In this order lines of one indicator stand.
_BASES = ("baseline", "stock", "annual", "cumulative")


@dataclass(frozen=True, slots=True)
class Goal:
    """What the plan says beside a line.

    Args:
        iri: of the target.
        label: its text.
        written: its number as the source writes it.
        clause: quotes from the source, in order, joined.
    """

    iri: str
    label: Text
    written: str
    clause: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure to report.

    Args:
        indicator: what is counted.
        definition: how.
        unit: as it is written in the unit column.
        units: all that may be written there.
        basis: for which time.
        year: the year of the form, or the base year for a baseline.
        optional: whether it may stay empty: it only serves to check others.
        goals: of the plan, the most general first.
    """

    indicator: Entry
    definition: Text
    unit: str
    units: tuple[str, ...]
    basis: Entry
    year: int
    optional: bool
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What one team reports for one year.

    Args:
        team: whose figures.
        year: of the report.
        lines: in the order of the plan.
        lists: what may be chosen.
        revision: of the plan graph.
    """

    team: Entry
    year: int
    lines: tuple[Line, ...]
    lists: CodeLists
    revision: str

    def csv(self) -> bytes:
        """The columns of a report, by code; reporter, value and note are left to fill in."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for line in self.lines:
            given = (line.indicator.code, line.year, "", line.unit, line.basis.code, "")
            writer.writerow(("", self.team.code, *given))
        return out.getvalue().encode()


def form(plan: PlanGraph, team: str, year: int, lists: CodeLists | None = None) -> Form:
    """The form of a team and year.

    Args:
        plan: the knowledge base.
        team: code or label; ``plan`` for the figures of the plan as a whole.
        year: of the report.
        lists: those of the plan, where they are at hand.

    Raises:
        UnknownName: there is no such team.
        InputError: the year lies outside the plan's period.
    """
    lists = lists or CodeLists.of(plan)
    iri = lists.find("team", team)
    entry = lists.entry("team", iri) if iri is not None else None
    if entry is None:
        known = lists.entries("team")
        raise UnknownName(
            "no-such-team",
            Text(zh=f"没有队伍“{team}”", en=f"there is no team “{team}”"),
            Text(
                zh="有：" + "、".join(f"{one.code}（{one.label.zh}）" for one in known),
                en="there are: " + ", ".join(f"{one.code} ({one.label.en})" for one in known),
            ),
            team=team,
        )
    first, last = years(plan)
    if not first <= year <= last:
        raise InputError(
            "year-outside-plan",
            Text(zh=f"{year} 年不在规划期内", en=f"{year} lies outside the period of the plan"),
            Text(zh=f"可用 {first} 至 {last} 年", en=f"choose one from {first} to {last}"),
            year=year,
        )
    return Form(
        entry, year, tuple(_lines(plan, entry, year, first - 1, lists)), lists, plan.revision
    )


def years(plan: PlanGraph) -> tuple[int, int]:
    """The first and the last year of the plan's period."""
    ns = f"{plan.base}ns#"
    (row,) = plan.select(
        f"SELECT (MIN(?a) AS ?first) (MAX(?b) AS ?last) WHERE {{ ?plan a <{ns}Plan> ; "
        f"<{ns}period> ?period . ?period <{ns}startYear> ?a ; <{ns}endYear> ?b }}"
    )
    return int(row["first"]), int(row["last"])


def _lines(plan: PlanGraph, team: Entry, year: int, base_year: int, lists: CodeLists) -> list[Line]:
    """Lines of all targets of the team; two targets of one figure share a line."""
    found: dict[tuple[str, str, str], Line] = {}
    definitions = _definitions(plan)
    bases = {entry.code: entry for entry in lists.entries("basis")}

    def add(indicator: str, basis: str, goal: Goal | None, *, unit: str = "") -> None:
        entry = lists.entry("indicator", indicator)
        usual = lists.unit_of(indicator)
        if entry is None or usual is None:
            return
        symbol = unit or _written(usual.symbol, usual.iri, lists)
        key = (indicator, symbol, basis)
        if key in found:
            if goal is not None:
                found[key] = replace(found[key], goals=(*found[key].goals, goal))
            return
        units: tuple[str, ...] = (symbol,)
        if usual.dimension in ("persons", "occurrences") and not unit:
            units = (symbol, f"万{symbol}")
        found[key] = Line(
            entry,
            definitions.get(indicator, Text(zh="", en="")),
            symbol,
            units,
            bases[basis],
            base_year if basis == "baseline" else year,
            indicator in lists.optional,
            (goal,) if goal is not None else (),
        )

    targets = _targets(plan, team)
    for target in targets:
        goal = target.goal
        if target.comparator == "growth-over-baseline":
            add(target.indicator, "baseline", goal)
            add(target.indicator, "stock", goal)
            add(target.indicator, "cumulative", goal, unit="%")
            continue
        for basis in _bases_of(target):
            add(target.indicator, basis, goal)
    for indicator, kind in _supporting(plan, {target.indicator for target in targets}):
        for basis in ("annual", "cumulative") if kind == "flow" else ("stock",):
            add(indicator, basis, None)
    lines = list(found.values())
    order = {line.indicator.iri: number for number, line in reversed(list(enumerate(lines)))}
    lines.sort(
        key=lambda line: (
            line.optional,
            order[line.indicator.iri],
            line.unit == "%" and line.basis.code == "cumulative",
            _BASES.index(line.basis.code),
        )
    )
    return lines


@dataclass(frozen=True, slots=True)
class _Target:
    indicator: str
    kind: str
    comparator: str
    basis: str
    goal: Goal


def _bases_of(target: _Target) -> tuple[str, ...]:
    """The bases that a target's indicator is reported on.

    What is counted over the years is reported by year and in total, as each checks the other;
    an increase of a stock needs the stock that it began with.
    """
    if target.kind == "flow":
        return ("annual",) if target.basis in ("annual", "every-year") else ("annual", "cumulative")
    if target.kind != "stock":
        return ("stock",)
    if target.comparator.startswith("increase-by"):
        return ("baseline", "stock")
    # A number that may be a stock or all over the period is asked for in both ways.
    return ("stock", "cumulative") if target.basis == "ambiguous" else ("stock",)


def _targets(plan: PlanGraph, team: Entry) -> list[_Target]:
    ns = f"{plan.base}ns#"
    skos = terms.SKOS
    of = "plan" if team.code == "plan" else "team"
    rows = plan.select(
        "SELECT ?target ?indicator ?kind ?comparator ?basis ?written ?zh ?en ?start ?quote "
        f"WHERE {{ ?target a <{ns}QuantitativeTarget> ; <{ns}{of}> <{team.iri}> ; "
        f"<{ns}indicator> ?indicator ; <{ns}comparator>/<{skos}notation> ?comparator ; "
        f"<{ns}periodBasis>/<{skos}notation> ?basis ; <{skos}prefLabel> ?zh , ?en ; "
        f"<{ns}evidence> ?span . ?span <{terms.OA}start> ?start ; <{terms.OA}exact> ?quote . "
        f"?indicator <{ns}measureKind>/<{skos}notation> ?kind . "
        f"OPTIONAL {{ ?target <{ns}writtenValue> ?written }} "
        f'FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }} ORDER BY ?target ?start'
    )
    quotes: dict[str, list[str]] = {}
    first: dict[str, tuple[int, dict[str, str]]] = {}
    for row in rows:
        quotes.setdefault(row["target"], []).append(row["quote"])
        first.setdefault(row["target"], (int(row["start"]), row))
    ordered = sorted(first.items(), key=lambda item: (item[1][0], item[0]))
    return [
        _Target(
            row["indicator"],
            row["kind"],
            row["comparator"],
            row["basis"],
            Goal(
                iri, Text(zh=row["zh"], en=row["en"]), row.get("written", ""), "…".join(quotes[iri])
            ),
        )
        for iri, (_, row) in ordered
    ]


def _supporting(plan: PlanGraph, indicators: Iterable[str]) -> list[tuple[str, str]]:
    """Indicators without a target that help to check those given, with their kind."""
    ns = f"{plan.base}ns#"
    wanted = " ".join(f"<{iri}>" for iri in sorted(indicators))
    rows = plan.select(
        f"SELECT DISTINCT ?i ?kind WHERE {{ VALUES ?of {{ {wanted} }} "
        f"?of ^<{ns}supports>|<{ns}numeratorIndicator>|<{ns}denominatorIndicator> ?i . "
        f"?i <{ns}measureKind>/<{terms.SKOS}notation> ?kind }} ORDER BY ?i"
    )
    return [(row["i"], row["kind"]) for row in rows]


def _definitions(plan: PlanGraph) -> dict[str, Text]:
    ns = f"{plan.base}ns#"
    rows = plan.select(
        f"SELECT ?i ?zh ?en WHERE {{ ?i <{ns}measureKind> ?k ; <{terms.SKOS}definition> ?zh , ?en "
        'FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") }'
    )
    return {row["i"]: Text(zh=row["zh"], en=row["en"]) for row in rows}


def _written(symbol: str, unit: str, lists: CodeLists) -> str:
    """How a unit is written: by its sign, unless that is a mere mark such as a colon."""
    if symbol == "%" or not symbol.isascii():
        return symbol
    entry = lists.entry("unit", unit)
    return entry.label.zh if entry is not None else symbol
