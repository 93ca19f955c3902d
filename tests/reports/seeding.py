# ruff: noqa: PLR0917, E501  a fault has that many parts, and reads best on one line
"""One fault of each rule, to be put into synthetic reports; each says where it must be found.

Must not know how the reports were made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.reports.corpus import YEARS, Corpus, Fault, File, Line

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
