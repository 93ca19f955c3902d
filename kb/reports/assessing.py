"""How each target of the teams that were reported on stands, and why.

Before the last year of the plan a target that is not reached yet is on track or behind, never
missed; on track means at least a linear pace from the start of the plan, which is our choice. A
qualitative target never passes by a figure alone. Must not know the rules of the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kb.plan.graph import PlanGraph
from kb.reports.finding import Assessment, Clause, Grade
from kb.reports.graph import Grapher, Report
from kb.reports.messages import Messages, number
from kb.reports.observation import Interval, Observation
from kb.text import Text


@dataclass(frozen=True, slots=True)
class _Target:
    """What is needed of a target to judge it; names are those of the vocabulary."""

    iri: str
    team: str
    indicator: str
    how: str
    goal: Decimal | None
    basis: str
    kind: str
    parts: tuple[Decimal, ...]
    qualitative: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure of an indicator, of the year that counts for it."""

    one: Observation
    quantity: str
    basis: str
    year: int
    ends: Interval


class Assessor:
    """Judges targets, for one revision of the plan.

    Args:
        plan: gives the targets.
        grapher: tells what kind a figure is of.
        messages: gives labels.
        clauses: of the targets.
        band: what 左右 (about) allows on either side, in per cent.
    """

    def __init__(
        self,
        plan: PlanGraph,
        grapher: Grapher,
        messages: Messages,
        clauses: dict[str, Clause],
        band: Decimal,
    ) -> None:
        self._grapher = grapher
        self._messages = messages
        self._clauses = clauses
        self._band = band
        ns = plan.base + "ns#"
        period = plan.select(f"SELECT ?a ?b WHERE {{ ?p <{ns}startYear> ?a ; <{ns}endYear> ?b }}")
        self._start, self._end = int(period[0]["a"]), int(period[0]["b"])
        self._targets = tuple(_targets(plan, grapher.plan))

    def assess(
        self, reports: Sequence[Report], earlier: Sequence[Report] = ()
    ) -> tuple[Assessment, ...]:
        """One assessment for each target of the teams that are reported on.

        Args:
            reports: under audit: their teams are judged.
            earlier: of years before: their figures count too.
        """
        teams = {report.team for report in reports if report.team is not None}
        figures: dict[str, list[_Figure]] = {}
        for report in (*earlier, *reports):
            for figure in self._figures(report.observations):
                assert figure.one.indicator is not None, "it has a quantity"
                figures.setdefault(figure.one.indicator, []).append(figure)
        return tuple(
            self._assessed(target, figures.get(target.indicator, []))
            for target in self._targets
            if target.team in teams
        )

    def _figures(self, observations: Iterable[Observation]) -> Iterable[_Figure]:
        for one in observations:
            quantity = self._grapher.quantity(one)
            if quantity is None or one.year is None or one.figure is None or one.basis is None:
                continue
            basis = one.basis.rsplit("/", 1)[-1]
            intervals = one.figure.intervals
            yield _Figure(one, quantity, basis, one.year, intervals[0])

    def _assessed(self, target: _Target, figures: list[_Figure]) -> Assessment:
        year = max((f.year for f in figures if f.basis != "baseline"), default=None)
        grade, reason, used = self._judged(target, figures, year)
        label = self._messages.label(target.indicator)
        code = "plan" if target.team == self._grapher.plan else target.team.rsplit("/", 1)[-1]
        named = label if label.zh != target.indicator else Text("定性目标", "a qualitative target")
        return Assessment(
            target.iri,
            code,
            year,
            grade,
            Text(f"{named.zh}：{reason.zh}", f"{named.en}: {reason.en}"),
            tuple(dict.fromkeys(figure.one.iri for figure in used)),
            self._clauses.get(target.iri),
        )

    def _judged(
        self, target: _Target, figures: list[_Figure], year: int | None
    ) -> tuple[Grade, Text, list[_Figure]]:
        if target.qualitative:
            used = [figure for figure in figures if figure.year == year]
            return (
                "cannot-assess",
                Text(
                    "没有数字标准，数字本身不能说明已经达到，须另有依据",
                    "it has no number to be held against; a figure alone never shows that it is "
                    "reached, so evidence is needed",
                ),
                used,
            )
        if year is None:
            return "cannot-assess", Text("没有报告数字", "nothing was reported"), []
        if target.how == "ratio":
            return self._ratio(target, [figure for figure in figures if figure.year == year])
        assert target.goal is not None, "a quantitative target has a value or is a ratio"
        if target.basis == "annual" or target.how == "maintain-at-least":
            return self._each_year(target, target.goal, figures)
        if target.how == "about":
            return self._about(target.goal, [f for f in figures if f.year == year], year)
        return self._reached(target, target.goal, figures, year)

    # --- one figure against one goal --------------------------------------------------------

    def _reached(
        self, target: _Target, goal: Decimal, figures: list[_Figure], year: int
    ) -> tuple[Grade, Text, list[_Figure]]:
        found = self._progress(target, figures, year)
        if isinstance(found, Text):
            return "cannot-assess", found, [figure for figure in figures if figure.year == year]
        ends, used, from_zero = found
        above = ends.high > goal if target.how == "more-than" else ends.high >= goal
        shown = _shown(ends)
        wanted = Text(f"目标 {number(str(goal))}", f"target {number(str(goal))}")
        said = Text(f"{year} 年为 {shown}，{wanted.zh}", f"{shown} in {year}, {wanted.en}")
        if above:
            return "met", _join(said, "已达到", "reached"), used
        if year >= self._end:
            return (
                "missed",
                _join(said, "规划末年未达到", "not reached in the plan's last year"),
                used,
            )
        if not from_zero:
            return (
                "behind",
                _join(
                    said,
                    "尚未达到；没有起点数，无法按进度判断",
                    "not reached yet; without a starting figure no pace can be told",
                ),
                used,
            )
        pace = goal * (year - self._start + 1) / (self._end - self._start + 1)
        pace_shown = number(str(round(pace, 2)))
        if ends.high >= pace:
            grade: Grade = "on-track"
            tail = Text(
                f"不低于线性进度 {pace_shown}（线性是我们的读法）",
                f"not below a linear pace of {pace_shown} (linear is our choice)",
            )
        else:
            grade = "behind"
            tail = Text(
                f"低于线性进度 {pace_shown}（线性是我们的读法）",
                f"below a linear pace of {pace_shown} (linear is our choice)",
            )
        return grade, _join(said, tail.zh, tail.en), used

    def _progress(  # noqa: PLR0911  one for each way to tell, and each way not to
        self, target: _Target, figures: list[_Figure], year: int
    ) -> tuple[Interval, list[_Figure], bool] | Text:
        """What is set against the goal, the figures it is from, and whether it starts at zero.

        Where nothing can be, the reason.
        """

        def of(quantity: str, *bases: str, at: int = year) -> _Figure | None:
            return next(
                (
                    figure
                    for figure in reversed(figures)
                    if (figure.quantity, figure.year) == (quantity, at) and figure.basis in bases
                ),
                None,
            )

        base = of("count", "baseline", at=self._start - 1)
        stock = of("count", "stock")
        gained = of("count", "cumulative")
        if target.how == "growth-over-baseline":
            rate = of("growth", "stock", "cumulative")
            if rate is not None:
                return rate.ends, [rate], True
            if base is not None and stock is not None and base.ends.low > 0:
                low = 100 * stock.ends.low / base.ends.high - 100
                high = 100 * stock.ends.high / base.ends.low - 100
                return Interval(low, high), [stock, base], True
            return Text(
                "没有增幅，也没有基期数和存量可以算出",
                "no growth rate is given, nor baseline and stock to compute it from",
            )
        if target.how == "increase-by-at-least":
            if gained is not None:
                return gained.ends, [gained], True
            if base is not None and stock is not None:
                ends = Interval(stock.ends.low - base.ends.high, stock.ends.high - base.ends.low)
                return ends, [stock, base], True
            return Text(
                "没有累计增量，也没有基期数和存量可以算出",
                "no cumulative increase is given, nor baseline and stock to compute it from",
            )
        if target.basis == "ambiguous" and target.kind == "stock":
            return self._two_ways(target, stock, gained)
        if target.kind == "flow":
            if gained is not None:
                return gained.ends, [gained], True
            return Text("没有累计数", "no cumulative figure is given")
        level = of("share", "stock") or stock
        if level is not None:
            return level.ends, [level], False
        return Text(f"没有 {year} 年的存量", f"no stock of {year} is given")

    @staticmethod
    def _two_ways(
        target: _Target, stock: _Figure | None, gained: _Figure | None
    ) -> tuple[Interval, list[_Figure], bool] | Text:
        """A total that can be the stock or what came about over the years."""
        both = [figure for figure in (stock, gained) if figure is not None]
        assert target.goal is not None, "it is quantitative"
        if both and (len(both) == 2 or all(f.ends.low > target.goal for f in both)):
            if all(f.ends.low > target.goal for f in both):
                return both[0].ends, both, False
            if all(f.ends.high <= target.goal for f in both):
                return both[0].ends, both, False
        return Text(
            "“总量”可以指存量，也可以指累计；两种读法结论不同，或只报了一种",
            "the total can be a stock or a cumulative figure; the two readings differ, or only "
            "one is reported",
        )

    def _each_year(
        self, target: _Target, goal: Decimal, figures: list[_Figure]
    ) -> tuple[Grade, Text, list[_Figure]]:
        """A goal of every year: one bad year is enough to miss it."""
        basis = "annual" if target.basis == "annual" else "stock"
        used = [
            figure
            for figure in figures
            if figure.quantity == "count"
            and figure.basis == basis
            and self._start <= figure.year <= self._end
        ]
        if not used:
            return "cannot-assess", Text("没有逐年的数字", "no yearly figures are given"), []
        least = goal * (100 - self._band) / 100 if target.how == "about" else goal
        broken = sorted({figure.year for figure in used if figure.ends.high < least})
        seen = sorted({figure.year for figure in used})
        about = Text(
            f"（左右取 ±{self._band}%，是我们的读法）" if target.how == "about" else "",
            f" (about is read as ±{self._band}%, our choice)" if target.how == "about" else "",
        )
        shown = number(str(least))
        if broken:
            years = ", ".join(map(str, broken))
            return (
                "missed",
                Text(
                    f"每年至少须为 {shown}，{years} 年不足{about.zh}",
                    f"each year needs at least {shown}, and {years} fell short{about.en}",
                ),
                used,
            )
        complete = seen == list(range(self._start, self._end + 1))
        years = ", ".join(map(str, seen))
        return (
            "met" if complete else "on-track",
            Text(
                f"每年至少须为 {shown}，已报的 {years} 年均达到{about.zh}",
                f"each year needs at least {shown}, and {years} reached it{about.en}",
            ),
            used,
        )

    def _about(
        self, goal: Decimal, figures: list[_Figure], year: int
    ) -> tuple[Grade, Text, list[_Figure]]:
        used = [
            figure for figure in figures if (figure.quantity, figure.basis) == ("count", "stock")
        ]
        if not used:
            return (
                "cannot-assess",
                Text(f"没有 {year} 年的存量", f"no stock of {year} is given"),
                [],
            )
        ends = used[-1].ends
        low, high = goal * (100 - self._band) / 100, goal * (100 + self._band) / 100
        inside = ends.high >= low and ends.low <= high
        grade: Grade = "met" if inside else ("missed" if year >= self._end else "behind")
        said = Text(
            f"{year} 年为 {_shown(ends)}，目标 {number(str(goal))} 左右，"
            f"读作 {number(str(low))} 至 {number(str(high))}（±{self._band}% 是我们的读法）",
            f"{_shown(ends)} in {year}, target about {number(str(goal))}, read as "
            f"{number(str(low))} to {number(str(high))} (±{self._band}% is our choice)",
        )
        return grade, said, used[-1:]

    def _ratio(self, target: _Target, figures: list[_Figure]) -> tuple[Grade, Text, list[_Figure]]:
        used = [figure for figure in figures if figure.quantity == "ratio"][-1:]
        if not used:
            return "cannot-assess", Text("没有报告比例", "no ratio was reported"), []
        figure = used[0].one.figure
        assert figure is not None, "it has a quantity"
        fits = len(figure.intervals) == len(target.parts) and all(
            interval.low <= wanted <= interval.high
            for interval, wanted in zip(figure.intervals, target.parts, strict=True)
        )
        goal = ":".join(number(str(part)) for part in target.parts)
        year = used[0].year
        grade: Grade = "met" if fits else ("missed" if year >= self._end else "behind")
        return (
            grade,
            Text(
                f"{year} 年为 {figure.written}，目标 {goal}",
                f"{figure.written} in {year}, target {goal}",
            ),
            used,
        )


def _join(said: Text, zh: str, en: str) -> Text:
    return Text(f"{said.zh}，{zh}", f"{said.en}: {en}")


def _shown(ends: Interval) -> str:
    low, high = number(str(round(ends.low, 4))), number(str(round(ends.high, 4)))
    return low if low == high else f"{low}–{high}"


def _targets(plan: PlanGraph, whole: str) -> Iterable[_Target]:
    rows = plan.select(
        f"""PREFIX : <{plan.base}ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?t ?team ?i ?how ?goal ?basis ?kind ?q WHERE {{
            ?t a :Target . OPTIONAL {{ ?t :team ?team }}
            OPTIONAL {{ ?t :indicator ?i . ?i :measureKind/skos:notation ?kind }}
            OPTIONAL {{ ?t :comparator ?c . OPTIONAL {{ ?c :readAs ?r }}
                BIND(REPLACE(STR(COALESCE(?r, ?c)), "^.*/", "") AS ?how) }}
            OPTIONAL {{ ?t :value ?goal }} OPTIONAL {{ ?t :periodBasis/skos:notation ?basis }}
            OPTIONAL {{ ?t a :QualitativeTarget BIND("yes" AS ?q) }}
        }} ORDER BY ?team ?t"""
    )
    parts: dict[str, list[Decimal]] = {}
    for row in plan.select(
        f"""PREFIX : <{plan.base}ns#> SELECT ?t ?v WHERE {{
            ?t :component ?c . ?c :position ?n ; :value ?v }} ORDER BY ?t ?n"""
    ):
        parts.setdefault(row["t"], []).append(Decimal(row["v"]))
    for row in rows:
        if "q" in row and "i" not in row:
            continue  # nothing can be reported for it
        yield _Target(
            row["t"],
            row.get("team", whole),
            row.get("i", ""),
            row.get("how", ""),
            Decimal(row["goal"]) if "goal" in row else None,
            row.get("basis", ""),
            row.get("kind", ""),
            tuple(parts.get(row["t"], ())),
            "q" in row,
        )
