"""How targets are judged from reported figures, and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kb.plan.graph import PlanGraph
from kb.reports import reading
from kb.reports.auditing import Auditor
from kb.reports.codelists import CodeLists
from kb.reports.finding import Assessment
from kb.reports.sheet import Upload

HEADING = "reporter,team,indicator,year,value,unit,basis,note\n"
Judge = Callable[..., dict[str, Assessment]]


@pytest.fixture(scope="module")
def judge(plan: PlanGraph, lists: CodeLists) -> Judge:
    """Assessments of one team by the indicator of their targets; the report's rows are given."""
    auditor = Auditor(plan)
    of = {
        row["t"]: row["i"].rsplit("/", 1)[-1]
        for row in plan.select(f"SELECT ?t ?i WHERE {{ ?t <{plan.base}ns#indicator> ?i }}")
    }

    def judged(*rows: str, team: str = "rural") -> dict[str, Assessment]:
        lines = "".join(f"agriculture-commission,{team},{row}\n" for row in rows)
        read = reading.read(Upload("a.csv", (HEADING + lines).encode()), lists)
        found = auditor.audit([read]).progress
        return {of.get(one.target, one.target): one for one in found}

    return judged


@pytest.mark.parametrize(
    ("rows", "indicator", "grade"),
    [
        (("degree-upgraded,2025,600,人,cumulative,",), "degree-upgraded", "met"),
        (("degree-upgraded,2025,599,人,cumulative,",), "degree-upgraded", "missed"),
        # 0.06万 stands for up to 649, so it cannot be said to be missed.
        (("degree-upgraded,2025,0.06,万人,cumulative,",), "degree-upgraded", "met"),
        (("degree-upgraded,2023,360,人,cumulative,",), "degree-upgraded", "on-track"),
        (("degree-upgraded,2023,359,人,cumulative,",), "degree-upgraded", "behind"),
        # Never missed before the last year, however little there is.
        (("degree-upgraded,2024,0,人,cumulative,",), "degree-upgraded", "behind"),
        (("degree-upgraded,2023,120,人,annual,",), "degree-upgraded", "cannot-assess"),
        # To be kept in every year: one bad year is enough.
        (("agricultural-researchers,2022,799,人,stock,",), "agricultural-researchers", "missed"),
        (("agricultural-researchers,2022,800,人,stock,",), "agricultural-researchers", "on-track"),
        ((), "degree-upgraded", "cannot-assess"),
    ],
)
def test_a_target_is_graded_by_the_figures_of_its_year(
    judge: Judge, rows: tuple[str, ...], indicator: str, grade: str
) -> None:
    # A figure of another indicator, so that the team has a report.
    found = judge(*rows, "farmers-trained,2022,900,人,cumulative,")[indicator]
    assert found.grade == grade
    assert found.reason.zh
    assert found.reason.en
    assert bool(found.used) == (grade != "cannot-assess" or bool(rows))
    assert found.clause is not None


@pytest.mark.parametrize(
    ("value", "grade"), [("40", "met"), ("39.5", "missed"), ("39.96", "missed"), ("41", "met")]
)
def test_a_share_is_held_against_the_number_as_the_plan_writes_it(
    judge: Judge, value: str, grade: str
) -> None:
    found = judge(f"party-share-under-35,2025,{value},%,stock,", team="party")
    assert found["party-share-under-35"].grade == grade


def test_a_share_before_the_end_is_behind_until_it_is_reached(judge: Judge) -> None:
    found = judge("party-share-under-35,2023,38,%,stock,", team="party")["party-share-under-35"]
    assert found.grade == "behind"
    assert "without a starting figure" in found.reason.en


def test_about_is_met_within_its_band_and_says_that_the_band_is_ours(judge: Judge) -> None:
    for value, grade in ((10_450, "met"), (10_449, "missed"), (11_551, "missed")):
        found = judge(f"education-staff,2025,{value},人,stock,", team="education")
        assert found["education-staff"].grade == grade, value
    assert "our choice" in found["education-staff"].reason.en


def test_a_qualitative_target_never_passes_by_a_figure(judge: Judge) -> None:
    found = judge("party-headcount,2025,9000,人,stock,见年报", team="party")["party-headcount"]
    assert found.grade == "cannot-assess"
    assert found.year == 2025


def test_only_teams_that_reported_are_judged(judge: Judge) -> None:
    found = judge("degree-upgraded,2023,360,人,cumulative,")
    assert {one.team for one in found.values()} == {"rural"}
