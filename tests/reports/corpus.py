# ruff: noqa: PLR0917, E501  a figure has that many parts, and reads best on one line
"""Synthetic reports of all teams and years: correct ones, and one fault of each rule put into them.

Persons and things are simulated as whole numbers first and written as reports write them after:
with thousands separators or in 万, shares rounded to none, one or two decimals. So a correct
report is correct whatever its rounding. Nothing here is a figure of the real plan's progress.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
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


Seeder = Callable[[Corpus], tuple[list[File], Fault]]
FAULTS: dict[str, list[Seeder]] = {}


def _seeds(rule: str) -> Callable[[Seeder], Seeder]:
    def keep(seeder: Seeder) -> Seeder:
        FAULTS.setdefault(rule, []).append(seeder)
        return seeder

    return keep


def _changed(
    rule: str, team: str, indicator: str, basis: str, change: Callable[[Corpus, Line], None],
    year: int | None = None, column: str = "value", files: Callable[[Corpus], list[File]] | None = None,
) -> None:  # fmt: skip
    """A fault that is one changed line of a team's reports."""

    @_seeds(rule)
    def seed(corpus: Corpus) -> tuple[list[File], Fault]:
        of = year or corpus.random.choice(list(YEARS)[1:])
        file, line, row = corpus.at(team, indicator, of, basis)
        change(corpus, line)
        return (files(corpus) if files else corpus.team(team)), Fault(rule, file.name, row, column)


def _set(**given: str) -> Callable[[Corpus, Line], None]:
    def change(_: Corpus, line: Line) -> None:
        for name, value in given.items():
            setattr(line, name, value)

    return change


def _random_in(low: int, high: int, unit: str = "人") -> Callable[[Corpus, Line], None]:
    def change(corpus: Corpus, line: Line) -> None:
        line.value, line.unit = str(corpus.random.randint(low, high)), unit

    return change


for _column in ("reporter", "team", "indicator", "year", "value", "unit", "basis"):
    _changed(
        "required-field",
        "skilled",
        "skilled-awards",
        "cumulative",
        _set(**{_column: ""}),
        column=_column,
    )
for _column in ("reporter", "team", "indicator", "unit", "basis"):
    _changed(
        "unknown-code",
        "skilled",
        "skilled-awards",
        "cumulative",
        _set(**{_column: "没有这个"}),
        column=_column,
    )
for _year in ("2019", "2026"):
    _changed(
        "year-outside-plan", "rural", "degree-upgraded", "annual", _set(year=_year), column="year"
    )
_changed("year-outside-plan", "rural", "rural-headcount", "stock", _set(year="2020"), column="year")
_changed(
    "year-outside-plan", "rural", "rural-headcount", "stock", _set(basis="baseline"), column="year"
)
for _text in ("四百", "约400", "4.0.0", "-", "40:60", "n/a"):
    _changed("not-a-number", "rural", "degree-upgraded", "annual", _set(value=_text, unit="人"))
_changed("not-whole", "rural", "degree-upgraded", "annual", _set(value="120.5", unit="人"))
_changed(
    "not-whole", "skilled", "skilled-platforms", "cumulative", _set(value="1.23456万", unit="个")
)
_changed("not-whole", "party", "main-classes", "annual", _set(value="10.2"))
_changed(
    "unit-mismatch",
    "rural",
    "degree-upgraded",
    "cumulative",
    _set(unit="%", value="40"),
    column="unit",
)
_changed(
    "unit-mismatch",
    "party",
    "party-share-under-35",
    "stock",
    _set(unit="人", value="1500"),
    column="unit",
)
_changed(
    "unit-mismatch",
    "skilled",
    "skilled-awards",
    "annual",
    _set(unit="人", value="40"),
    column="unit",
)
_changed(
    "unit-mismatch",
    "skilled",
    "skilled-headcount",
    "stock",
    _set(unit="%", value="12"),
    column="unit",
)
_changed("scale-suspect", "trade", "trade-employed", "stock", _set(value="30", unit="人"))
_changed("scale-suspect", "rural", "farmers-trained", "cumulative", _set(value="1600", unit="万人"))
_changed(
    "scale-suspect",
    "party",
    "party-scarce-talent",
    "cumulative",
    _set(value="80", unit="万人"),
    year=2021,
)
_changed("scale-suspect", "party", "party-share-under-35", "stock", _set(value="0.38"))
_changed("percent-range", "party", "party-share-bachelor", "stock", _set(value="101"))
_changed("percent-range", "party", "party-share-bachelor", "stock", _set(value="-5"))
_changed("percent-range", "party", "party-share-bachelor", "stock", _set(value="0.75"))
_changed("negative", "rural", "degree-upgraded", "annual", _set(value="-3", unit="人"))
_changed("cumulative-falls", "rural", "degree-upgraded", "cumulative", _random_in(0, 100))
_changed(
    "cumulative-falls", "enterprise", "enterprise-headcount", "cumulative", _random_in(0, 1900)
)
_changed("cumulative-annual", "rural", "degree-upgraded", "annual", _random_in(300, 900))
FAULTS["cumulative-annual"].clear()  # its finding stands at the cumulative figure
_changed("maintain-broken", "rural", "agricultural-researchers", "stock", _random_in(700, 799))
_changed("maintain-broken", "rural", "extension-workers", "stock", _random_in(500, 599))
_changed(
    "approximate-missed",
    "education",
    "education-staff",
    "stock",
    _random_in(9_000, 10_449),
    year=2025,
)
_changed("approximate-missed", "party", "special-classes", "annual", _random_in(85, 99, "期"))
_changed("annual-quota-missed", "party", "main-classes", "annual", _random_in(5, 9, "期"))
_changed("annual-quota-missed", "party", "special-classes", "annual", _random_in(40, 75, "期"))
_changed("ratio-total", "health", "health-title-ratio", "stock", _set(value="15:35:55"))
_changed("ratio-drift", "health", "health-title-ratio", "stock", _set(value="10:30:60"))
_changed("target-missed", "rural", "degree-upgraded", "cumulative", _random_in(560, 599), year=2025)
_changed("target-missed", "rural", "degree-upgraded", "cumulative",
         _set(value="590", unit="人", note="目标已完成"), year=2025)  # fmt: skip
_changed("target-missed", "party", "party-share-under-35", "stock", _set(value="39.9"), year=2025)
_changed(
    "target-missed",
    "professional",
    "professional-share-title",
    "stock",
    _set(value="49.9"),
    year=2025,
)
_changed(
    "target-missed", "rural", "rural-headcount", "cumulative", _random_in(8_000, 9_990), year=2025
)
_changed("share-mismatch", "party", "party-share-under-35", "stock", _set(value="77.7"))
_changed("share-mismatch", "education", "dual-qualified-share", "stock", _set(value="12"))
_changed("share-mismatch", "trade", "trade-talent-share", "stock", _set(value="50.12"))
_changed("part-exceeds-whole", "party", "party-under-35", "stock", _random_in(6_000, 9_000))
_changed(
    "part-exceeds-whole", "social", "assistant-social-workers", "stock", _random_in(4_000, 9_000)
)
_changed("part-exceeds-whole", "health", "health-senior", "stock", _random_in(7_000, 9_000))
_changed("parts-total", "health", "health-titled", "stock", _random_in(4_000, 5_500))
_changed("parts-total", "social", "places-with-station", "stock", _random_in(1, 40, "个"))
_changed(
    "parts-total", "professional", "professional-headcount", "stock", _random_in(80_000, 90_000)
)
_changed(
    "baseline-implied",
    "rural",
    "rural-headcount",
    "baseline",
    _random_in(20_000, 31_990),
    year=2021,
)
FAULTS["baseline-implied"].clear()  # the baseline is a line of another year, see below
_changed("qualitative-needs-evidence", "party", "party-headcount", "stock", _set(note=""))
_changed("qualitative-needs-evidence", "scitech", "patents-rank", "stock", _set(value="30"))
_changed("growth-mismatch", "professional", "professional-headcount", "stock", _set(value="40.5"))
FAULTS["growth-mismatch"].clear()  # a stock line comes first; see below
_changed("roll-up", "plan", "new-talent", "cumulative", _random_in(1_000, 6_000), year=2025,
         files=lambda corpus: corpus.every())  # fmt: skip


@_seeds("not-responsible")
def _other_reporter(corpus: Corpus) -> tuple[list[File], Fault]:
    file = corpus.files["rural", 2023]
    for line in file.lines:
        line.reporter = "education-commission"
    return [file], Fault("not-responsible", file.name, 2, "reporter")


@_seeds("cumulative-annual")
def _annual_wrong(corpus: Corpus) -> tuple[list[File], Fault]:
    year = corpus.random.choice(list(YEARS))
    _, annual, _ = corpus.at("rural", "degree-upgraded", year, "annual")
    _random_in(300, 900)(corpus, annual)
    file, _, row = corpus.at("rural", "degree-upgraded", year, "cumulative")
    return corpus.team("rural"), Fault("cumulative-annual", file.name, row)


@_seeds("duplicate-agreeing")
def _twice(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, _ = corpus.at("rural", "degree-upgraded", 2022, "annual")
    file.lines.append(Line(*line.cells()))
    return [file], Fault("duplicate-agreeing", file.name, len(file.lines) + 1)


@_seeds("duplicate-conflicting")
def _twice_otherwise(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, _ = corpus.at("rural", "degree-upgraded", 2022, "annual")
    file.lines.append(Line(*[*line.cells()[:4], "7", "人", "annual", ""]))
    return [file], Fault("duplicate-conflicting", file.name, len(file.lines) + 1)


@_seeds("duplicate-conflicting")
def _ratio_twice(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, _ = corpus.at("health", "health-title-ratio", 2022, "stock")
    file.lines.append(Line(*[*line.cells()[:4], "20:30:50", *line.cells()[5:]]))
    return [file], Fault("duplicate-conflicting", file.name, len(file.lines) + 1)


@_seeds("growth-mismatch")
def _growth_wrong(corpus: Corpus) -> tuple[list[File], Fault]:
    team = corpus.random.choice(("rural", "professional"))
    file, line, row = corpus.at(team, f"{team}-headcount", 2024, "stock", "%")
    line.value = "48.5"
    return corpus.team(team), Fault("growth-mismatch", file.name, row)


def _baseline(corpus: Corpus, team: str, indicator: str) -> tuple[File, Line, int]:
    file = corpus.files[team, 2021]
    for place, line in enumerate(file.lines, 2):
        if (line.indicator, line.basis) == (indicator, "baseline"):
            return file, line, place
    raise LookupError(indicator)


@_seeds("baseline-implied")
def _other_baseline(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, row = _baseline(corpus, "rural", "rural-headcount")
    _random_in(25_000, 31_900)(corpus, line)
    return [file], Fault("baseline-implied", file.name, row)


@_seeds("baseline-changed")
def _later_baseline(corpus: Corpus) -> tuple[list[File], Fault]:
    _, line, _ = _baseline(corpus, "skilled", "skilled-headcount")
    file = corpus.files["skilled", 2023]
    file.lines.append(Line(*[*line.cells()[:4], "17000", "人", "baseline", ""]))
    return corpus.team("skilled"), Fault("baseline-changed", file.name, len(file.lines) + 1)


@_seeds("past-changed")
def _restated(corpus: Corpus) -> tuple[list[File], Fault]:
    _, line, _ = corpus.at("rural", "agricultural-researchers", 2022, "stock")
    file = corpus.files["rural", 2023]
    file.lines.append(Line(*[*line.cells()[:4], "990", "人", "stock", ""]))
    return corpus.team("rural"), Fault("past-changed", file.name, len(file.lines) + 1)


@_seeds("reporters-disagree")
def _second_reporter(corpus: Corpus) -> tuple[list[File], Fault]:
    _, line, _ = corpus.at("enterprise", "senior-managers", 2023, "annual")
    other = File("second.csv", [replace(line, reporter="state-assets-commission", value="90")])
    return [*corpus.team("enterprise"), other], Fault("reporters-disagree", other.name, 2)


@_seeds("denominator-changed")
def _denominator(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, row = corpus.at("education", "specialised-teachers", 2024, "stock")
    line.value, line.unit = "1200", "人"
    return corpus.team("education"), Fault("denominator-changed", file.name, row)


@_seeds("coverage-incomplete")
def _not_covered(corpus: Corpus) -> tuple[list[File], Fault]:
    _, line, _ = corpus.at("social", "places-with-station", 2025, "stock")
    line.value = "290"
    file, _, row = corpus.at("social", "station-coverage", 2025, "stock")
    return [file], Fault("coverage-incomplete", file.name, row)


@_seeds("coverage-incomplete")
def _partly_covered(corpus: Corpus) -> tuple[list[File], Fault]:
    file, line, row = corpus.at("enterprise", "enterprise-training-coverage", 2025, "stock")
    line.value = "93.5"
    return [file], Fault("coverage-incomplete", file.name, row)


def _revised(corpus: Corpus) -> tuple[File, File]:
    """A report and its earlier version."""
    file = corpus.files["rural", 2023]
    earlier = File("rural-2023-first.csv", [Line(*line.cells()) for line in file.lines])
    return file, earlier


@_seeds("revision-withdraws")
def _withdrawn(corpus: Corpus) -> tuple[list[File], Fault]:
    file, earlier = _revised(corpus)
    row = corpus.at("rural", "extension-workers", 2023, "stock")[2]
    del file.lines[row - 2]
    return [file], Fault("revision-withdraws", earlier.name, row, earlier=(earlier,))


@_seeds("revision-unexplained")
def _unexplained(corpus: Corpus) -> tuple[list[File], Fault]:
    _, line, row = corpus.at("rural", "extension-workers", 2023, "stock")
    file, earlier = _revised(corpus)
    line.value, line.unit = "700", "人"
    return [file], Fault("revision-unexplained", file.name, row, earlier=(earlier,))


def _unknown(rule: str, make: Callable[[Corpus], tuple[list[File], str, int]]) -> None:
    """A rule that cannot be evaluated, as an operand is missing."""

    @_seeds(rule)
    def seed(corpus: Corpus) -> tuple[list[File], Fault]:
        files, file, row = make(corpus)
        return files, Fault(rule, file, row, outcome="not-evaluable")


def _without(
    team: str, indicator: str, year: int, basis: str, at: tuple[str, str]
) -> Callable[[Corpus], tuple[list[File], str, int]]:
    """A line is left out; the finding stands at another one of the same report."""

    def make(corpus: Corpus) -> tuple[list[File], str, int]:
        file, line, _ = corpus.at(team, indicator, year, basis)
        file.lines.remove(line)
        return [file], file.name, corpus.at(team, at[0], year, at[1])[2]

    return make


_unknown(
    "share-mismatch",
    _without("education", "specialised-teachers", 2023, "stock", ("dual-qualified-share", "stock")),
)
_unknown(
    "parts-total", _without("health", "health-junior", 2023, "stock", ("health-titled", "stock"))
)


@_seeds("cumulative-falls")
def _no_year_before(corpus: Corpus) -> tuple[list[File], Fault]:
    file = corpus.files["party", 2023]
    row = corpus.at("party", "party-scarce-talent", 2023, "cumulative")[2]
    return [file], Fault("cumulative-falls", file.name, row, outcome="not-evaluable")


@_seeds("roll-up")
def _team_missing(corpus: Corpus) -> tuple[list[File], Fault]:
    file, _, row = corpus.at("plan", "new-talent", 2023, "cumulative")
    files = [file, corpus.files["rural", 2023]]
    return files, Fault("roll-up", file.name, row, outcome="not-evaluable")


def seeds() -> Iterator[tuple[str, int]]:
    """Every fault: its rule and its number among those of the rule."""
    for rule, seeders in sorted(FAULTS.items()):
        for number in range(len(seeders)):
            yield rule, number
