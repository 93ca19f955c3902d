"""Questions about progress, over reports as the graph has them: values, years, what is behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.ask.asker import Asker
from kb.plan import graph
from kb.plan.graph import PlanGraph
from kb.plan.views import view
from kb.reports import reading
from kb.reports.auditing import Auditor
from kb.reports.codelists import CodeLists
from kb.reports.drawing import Drawer
from kb.reports.ledger.records import Submission
from kb.reports.output.json import as_dict
from kb.reports.sheet import Upload
from kb.settings import Settings

HEAD = "reporter,team,indicator,year,value,unit,basis,note\n"
#: Year, farmers trained since the start and in the year, headcount, field schools.
YEARS = ((2021, 900, 900, 32500, 10), (2022, 1700, 800, 33000, 20), (2023, 3000, 1300, 35000, 30))


def report(year: int, trained: int, annual: int, stock: int, schools: int) -> Upload:
    rows = [
        f"farmers-trained,{year},{trained},人,cumulative",
        f"farmers-trained,{year},{annual},人,annual",
        f"rural-headcount,{year},{stock},人,stock",
        "rural-headcount,2020,32000,人,baseline",
        f"farmer-field-schools,{year},{schools},所,cumulative",
    ]
    text = HEAD + "".join(f"agriculture-commission,rural,{row},\n" for row in rows)
    return Upload(f"rural-{year}.csv", text.encode())


@pytest.fixture(scope="module")
def plan() -> PlanGraph:
    return graph.build(Settings())


@pytest.fixture(scope="module")
def reported(plan: PlanGraph) -> PlanGraph:
    """The plan and three reports, drawn as the service draws accepted ones."""
    return drawn(plan, [report(*year) for year in YEARS])


def drawn(plan: PlanGraph, uploads: list[Upload]) -> PlanGraph:
    lists, drawer, auditor = CodeLists.of(plan), Drawer(plan), Auditor(plan)
    read = [reading.read(upload, lists) for upload in uploads]
    data = plan.data
    for place, upload in enumerate(uploads):
        audit = as_dict(auditor.audit([read[place]], previous=read[:place]))
        submission = Submission(
            id=f"s{place}",
            entry=place,
            sha256=upload.sha256,
            size=len(upload.data),
            name=upload.name,
            media_type="text/csv",
            received_at=f"2024-01-0{place + 1}T00:00:00Z",
            by="t",
            token="",
            reports=(),
            state="accepted",
            audit=None,
            superseded_by={},
        )
        for quads in drawer.draw(submission, upload, audit).values():
            data += quads
    return replace(plan, data=data)


@pytest.fixture(scope="module")
def asker(reported: PlanGraph) -> Asker:
    return Asker(reported.select, reported.base, "r")


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("how many high-quality farmers were trained in 2022?", {1700, 800}),
        ("2022年高素质农民培训人数完成了多少？", {1700, 800}),
        ("How many farmer field schools had been built by 2023?", {30}),
        ("建成了多少所农民田间学校？", {10, 20, 30}),
        ("rural practical talent headcount from 2021 to 2023", {32500, 33000, 35000}),
        ("农村实用人才总量2021到2023年的变化趋势", {32500, 33000, 35000}),
    ],
)
def test_values_come_by_year_with_the_clause_of_their_target(
    asker: Asker, question: str, values: set[int]
) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.text
    assert {row.value for row in answer.rows} >= values
    assert all(row.status == "external" and row.evidence for row in answer.rows)
    assert all(row.type == "Observation" for row in answer.rows)


@pytest.mark.parametrize(
    ("question", "wanted", "other"),
    [
        ("which targets of the rural team are behind schedule?", "headcount", "field-schools"),
        ("农村实用人才队伍的哪些目标落后？", "headcount", "field-schools"),
        ("which targets are on track?", "field-schools", "headcount"),
        ("照目前进度哪些目标会完不成？", "headcount", "field-schools"),
        ("what will be missed?", "headcount", "field-schools"),
    ],
)
def test_how_targets_stand_is_told_with_the_reason(
    asker: Asker, question: str, wanted: str, other: str
) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.text
    assert {row.type for row in answer.rows} == {"Assessment"}
    told = answer.text.zh
    assert ("农村实用人才总量" in told) == (wanted == "headcount")
    assert ("农民田间学校" in told) == (wanted == "field-schools")
    assert "线性" in told  # the reading that the judgement rests on
    assert other != wanted


def test_of_those_reported_on_none_is_reached(asker: Asker) -> None:
    answer = asker.ask("which targets have been achieved so far?")
    assert answer.status == "empty"
    assert answer.refusal is None


@pytest.mark.parametrize(
    "question", ["progress of the health team", "2024年的党政人才35岁以下占比是多少"]
)
def test_what_no_report_says_is_said_to_be_missing(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "empty"
    assert answer.refusal is not None
    assert answer.refusal.kind == "no-report"


def test_without_reports_there_is_no_progress(plan: PlanGraph) -> None:
    answer = Asker(plan.select, plan.base, "p").ask("how many farmers were trained in 2022?")
    assert (answer.status, answer.rows) == ("empty", ())


def test_questions_on_the_plan_are_answered_by_the_plan(asker: Asker) -> None:
    answer = asker.ask("which measures support rural talent?")
    assert {row.status for row in answer.rows} == {"stated"}
    assert not any(row.type in ("Observation", "Assessment") for row in answer.rows)


@pytest.mark.parametrize("name", ["progress", "progress-by-year"])
def test_the_picture_of_progress_has_each_figure_against_its_aim(
    reported: PlanGraph, name: str
) -> None:
    rows = reported.select(view(name, reported.base).query)
    found = {
        (row["target"].rsplit("/", 1)[-1], row["year"]): [
            float(row[part]) for part in ("low", "value", "high", "aim")
        ]
        for row in rows
    }
    assert len(found) == len(rows) == 12
    assert found["farmers-trained", "2022"] == [1700, 1700, 1700, 4000]  # not the year's own 800
    assert found["farmer-field-schools", "2023"] == [30, 30, 30, 50]
    # An increase and a growth rate are computed from the stock and the baseline.
    assert found["headcount", "2023"] == [3000, 3000, 3000, 10000]
    assert found["headcount-growth", "2021"] == [1.56, 1.56, 1.56, 31.25]
    graded = {row["year"]: row["grade"].rsplit("/", 1)[-1] for row in rows if "grade" in row}
    assert set(graded) == {"2021", "2022", "2023"}


def test_a_ratio_has_each_of_its_parts_in_the_picture(plan: PlanGraph) -> None:
    row = "health-commission,health,health-title-ratio,2023,14:36:50,比,stock,\n"
    with_ratio = drawn(plan, [Upload("health.csv", (HEAD + row).encode())])
    team = f"{plan.base}id/jiangjin-6-4/team/health"
    for query in (
        view("progress", plan.base).query,
        view("progress-by-year", plan.base).bound(team),
    ):
        rows = with_ratio.select(query)
        found = {row["target"].rsplit("/", 1)[-1]: (row["value"], row["aim"]) for row in rows}
        assert len(rows) == 3
        assert found == {
            "senior": ("14", "15"),
            "intermediate": ("36", "35"),
            "junior": ("50", "50"),
        }
        assert list(found) == ["senior", "intermediate", "junior"]
        # How the ratio stands as a whole is said beside each.
        assert len({row["grade"] for row in rows}) == 1
        assert {row["unit"].rsplit("/", 1)[-1] for row in rows} == {"ratio"}
