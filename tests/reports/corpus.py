# ruff: noqa: PLR0917  a figure has that many parts, and reads best on one line
"""Synthetic reports of all teams and years: correct ones, and one fault of each rule put into them.

Persons and things are simulated as whole numbers first and written as reports write them after:
with thousands separators or in 万, shares rounded to none, one or two decimals. So a correct
report is correct whatever its rounding. Nothing here is a figure of the real plan's progress.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from kb.plan.graph import PlanGraph
from kb.reports.sheet import COLUMNS, Upload

YEARS = range(2021, 2026)
BASE = 2020


@dataclass
class Line:
    """One row of a report, as it is written."""

    reporter: str
    team: str
    indicator: str
    year: int | str
    value: str
    unit: str
    basis: str
    note: str = ""

    def cells(self) -> list[str]:
        return [str(getattr(self, column)) for column in COLUMNS]


@dataclass
class File:
    """A report file."""

    name: str
    lines: list[Line] = field(default_factory=list)

    def upload(self) -> Upload:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(line.cells() for line in self.lines)
        return Upload(self.name, out.getvalue().encode())


@dataclass(frozen=True)
class Fault:
    """A fault as it was put in: where its finding must stand.

    Args:
        rule: that must find it.
        file, row, column: of the cell; row 1 is the heading.
        earlier: files that are given as earlier reports.
        outcome: of the finding.
    """

    rule: str
    file: str
    row: int
    column: str = "value"
    earlier: tuple[File, ...] = ()
    outcome: str = "violated"


class Corpus:
    """Reports of every team for every year, from one seed.

    Args:
        plan: gives indicators, targets and who reports for a team.
        seed: of everything that varies.
    """

    def __init__(self, plan: PlanGraph, seed: int) -> None:
        self.random = random.Random(seed)
        self.files: dict[tuple[str, int], File] = {}
        self._reporters: dict[str, str] = {}
        for row in plan.select(
            f"""PREFIX : <{plan.base}ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
            SELECT ?team (MIN(?code) AS ?body) WHERE {{
                ?link :role <{plan.base}scheme/role/responsible> ; :body ?b ; :involvedIn ?t .
                ?t skos:notation ?team BIND(REPLACE(STR(?b), "^.*/", "") AS ?code)
            }} GROUP BY ?team"""
        ):
            self._reporters[row["team"]] = row["body"]
        self._reporters["plan"] = "organization-department"
        self._gained: dict[tuple[str, int], int] = {}
        self._party()
        self._enterprise()
        self._professional()
        self._flow("skilled", "skilled-platforms", 4, "个")
        self._flow("skilled", "skilled-awards", 200, "人次")
        self._growing("skilled", "skilled-headcount", 20_000, 4_800)
        self._rural()
        self._social()
        self._scitech()
        self._education()
        self._health()
        self._trade()
        self._whole()

    # --- what is reported ----------------------------------------------------------------

    def _party(self) -> None:
        total = self._stock("party", "party-headcount", 5_000, note="见年度统计报表")
        self._share("party", "party-share-under-35", "party-under-35", total, 30, 41)
        self._share("party", "party-share-bachelor", "party-bachelor", total, 70, 82)
        self._flow("party", "party-scarce-talent", 400)
        self._flow("party", "cadre-exchanges", 800)
        for year in YEARS:
            self._add("party", "main-classes", year, "10", "期", "annual")
            self._add(
                "party", "special-classes", year, str(self.random.randint(77, 83)), "期", "annual"
            )

    def _enterprise(self) -> None:
        total = self._growing("enterprise", "enterprise-headcount", 60_000, 10_000)
        self._share("enterprise", "enterprise-share-bachelor", "enterprise-bachelor", total, 30, 42)
        self._share("enterprise", "enterprise-share-title", "enterprise-titled", total, 12, 22)
        self._share("enterprise", "enterprise-share-under-50", "enterprise-under-50", total, 80, 92)
        for indicator, goal in (
            ("leading-entrepreneurs", 20), ("outstanding-entrepreneurs", 100),
            ("senior-managers", 100),
        ):  # fmt: skip
            self._flow("enterprise", indicator, goal)
        self._flow("enterprise", "innovation-teams", 10, "个")
        to_train = self._stock("enterprise", "enterprise-to-train", 3_000)
        self._share(
            "enterprise", "enterprise-training-coverage", "enterprise-trained", to_train, 40, 100
        )

    def _professional(self) -> None:
        total = self._growing("professional", "professional-headcount", 45_000, 10_500, rate=True)
        self._share(
            "professional", "professional-share-title", "professional-titled", total, 40, 52
        )
        inside = self._share(
            "professional",
            "professional-share-enterprise",
            "professional-in-enterprises",
            total,
            35,
            44,
        )
        for year in YEARS:
            rest = total[year] - inside[year]
            self._count("professional", "professional-elsewhere", year, rest, "stock")

    def _rural(self) -> None:
        self._growing("rural", "rural-headcount", 32_000, 10_000, rate=True)
        self._growing("rural", "high-quality-farmers", 8_000, 4_000)
        self._stock("rural", "agricultural-researchers", 850)
        self._stock("rural", "extension-workers", 640)
        self._stock("rural", "emerging-industry-talent", 1_100)
        for indicator, goal, unit in (
            ("degree-upgraded", 600, "人"), ("farmers-trained", 4_000, "人"),
            ("farmer-field-schools", 50, "所"), ("incubation-bases", 5, "个"),
        ):  # fmt: skip
            self._flow("rural", indicator, goal, unit)

    def _social(self) -> None:
        self._growing("social", "social-headcount", 2_000, 1_000)
        self._growing("social", "assistant-social-workers", 700, 600)
        places = self._stock("social", "places-to-cover", 310, "个")
        covered = self._share(
            "social", "station-coverage", "places-with-station", places, 30, 100, "个"
        )
        for year in YEARS:
            towns = covered[year] // 7
            self._count("social", "towns-with-station", year, towns, "stock", "个")
            self._count(
                "social", "villages-with-station", year, covered[year] - towns, "stock", "个"
            )

    def _scitech(self) -> None:
        self._growing("scitech", "scitech-headcount", 30_000, 10_000)
        self._flow("scitech", "innovation-platforms", 50, "个")
        for year in YEARS:
            rate = Decimal(60) + (year - BASE) + Decimal(self.random.randint(10, 90)) / 100
            self._add("scitech", "progress-contribution-rate", year, str(rate), "%", "stock")
            self._add(
                "scitech", "patents-rank", year, str(2030 - year), "位", "stock", "市知识产权局公布"
            )

    def _education(self) -> None:
        self._stock("education", "education-staff", 10_900)
        teachers = self._stock("education", "specialised-teachers", 900)
        self._share(
            "education", "dual-qualified-share", "dual-qualified-teachers", teachers, 70, 87
        )

    def _health(self) -> None:
        total = self._stock("health", "health-titled", 6_000)
        for year in YEARS:
            senior = total[year] * self.random.randint(120, 160) // 1000
            middle = total[year] * self.random.randint(330, 360) // 1000
            parts = (senior, middle, total[year] - senior - middle)
            decimals = self.random.choice((0, 1))
            shares = [_rounded(Decimal(100 * part) / total[year], decimals) for part in parts]
            self._add("health", "health-title-ratio", year, ":".join(shares), "比", "stock")
            for name, part in zip(("senior", "intermediate", "junior"), parts, strict=True):
                self._count("health", f"health-{name}", year, part, "stock")

    def _trade(self) -> None:
        persons = self._stock("trade", "persons-employed", 700_000)
        employed = self._share("trade", "trade-employment-share", "trade-employed", persons, 38, 44)
        self._share("trade", "trade-talent-share", "trade-talent", employed, 28, 35)

    def _whole(self) -> None:
        """The plan's own figures: at least what the teams make."""
        for indicator, parts, unit in (
            ("new-talent", ("enterprise-headcount", "professional-headcount", "skilled-headcount",
                            "rural-headcount", "social-headcount", "scitech-headcount"), "人"),
            ("platforms-provincial", ("skilled-platforms", "innovation-platforms"), "个"),
        ):  # fmt: skip
            total = 0
            for year in YEARS:
                more = self.random.randint(5, 9) if unit == "个" else self.random.randint(0, 300)
                gained = sum(self._gained[part, year] for part in parts) + more
                total += gained
                # Exact: the teams' roundings must not add up to more than it.
                self._add("plan", indicator, year, str(gained), unit, "annual")
                self._add("plan", indicator, year, str(total), unit, "cumulative")
        self._flow("plan", "high-level-talent", 150)

    # --- how it is written -------------------------------------------------------------------

    def _add(self, team: str, indicator: str, year: int, value: str, unit: str, basis: str,
             note: str = "", in_report: int | None = None) -> None:  # fmt: skip
        of = in_report or year
        file = self.files.setdefault((team, of), File(f"{team}-{of}.csv"))
        file.lines.append(
            Line(self._reporters[team], team, indicator, year, value, unit, basis, note)
        )

    def _count(self, team: str, indicator: str, year: int, number: int, basis: str,
               unit: str = "人", note: str = "", in_report: int | None = None) -> None:  # fmt: skip
        value = str(number)
        way = self.random.random()
        if unit == "人" and number >= 2_000 and way < 0.3:
            value, unit = _rounded(Decimal(number) / 10_000, self.random.choice((2, 3))), "万人"
        elif way < 0.5:
            value = f"{number:,}"
        self._add(team, indicator, year, value, unit, basis, note, in_report)

    def _flow(self, team: str, indicator: str, goal: int, unit: str = "人") -> None:
        """What comes about over the years, with its annual and cumulative figures."""
        total = 0
        share = -(-goal // len(YEARS))
        for year in YEARS:
            gained = share + self.random.randint(0, max(1, goal // 50))
            total += gained
            self._gained[indicator, year] = gained
            self._count(team, indicator, year, gained, "annual", unit)
            self._count(team, indicator, year, total, "cumulative", unit)

    def _stock(
        self, team: str, indicator: str, size: int, unit: str = "人", note: str = ""
    ) -> dict[int, int]:
        found = {}
        for year in YEARS:
            found[year] = size + self.random.randint(0, size // 100)
            self._count(team, indicator, year, found[year], "stock", unit, note)
        return found

    def _growing(
        self, team: str, indicator: str, base: int, goal: int, *, rate: bool = False
    ) -> dict[int, int]:
        """A stock that grows from its baseline, with what is gained each year."""
        found, total = {}, 0
        for year in YEARS:
            gained = -(-goal // len(YEARS)) + self.random.randint(0, goal // 100)
            total += gained
            self._gained[indicator, year] = gained
            found[year] = base + total
            self._count(team, indicator, year, found[year], "stock")
            self._count(team, indicator, year, gained, "annual")
            self._count(team, indicator, year, total, "cumulative")
            if year == YEARS[0]:
                self._count(team, indicator, BASE, base, "baseline", in_report=year)
            if rate:
                growth = _rounded(Decimal(100 * total) / base, self.random.choice((1, 2)))
                self._add(team, indicator, year, growth, "%", "stock")
        return found

    def _share(self, team: str, indicator: str, part: str, whole: dict[int, int],
               start: int, end: int, unit: str = "人") -> dict[int, int]:  # fmt: skip
        """A share that rises from one percentage to another, with its numerator."""
        found = {}
        for place, year in enumerate(YEARS):
            percent = Decimal(start) + Decimal(end - start) * place / (len(YEARS) - 1)
            found[year] = int((percent * whole[year] / 100).to_integral_value(ROUND_HALF_UP))
            share = _rounded(
                Decimal(100 * found[year]) / whole[year], self.random.choice((0, 1, 2))
            )
            self._add(team, indicator, year, share, "%", "stock")
            self._count(team, part, year, found[year], "stock", unit)
        return found

    # --- where things stand -----------------------------------------------------------------

    def team(self, team: str) -> list[File]:
        """The reports of one team, by year."""
        return [self.files[team, year] for year in YEARS]

    def every(self) -> list[File]:
        return list(self.files.values())

    def at(
        self, team: str, indicator: str, year: int, basis: str, unit: str = ""
    ) -> tuple[File, Line, int]:
        """A line with its file and row number."""
        for place, line in enumerate(self.files[team, year].lines, 2):
            if (line.indicator, line.basis) == (indicator, basis) and unit in ("", line.unit):
                return self.files[team, year], line, place
        raise LookupError(indicator)


def _rounded(value: Decimal, decimals: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
