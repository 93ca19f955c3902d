"""The form of a team: complete, and read back without a finding once it is filled in."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import openpyxl
import pytest

from kb.plan.graph import PlanGraph
from kb.reports.codelists import CodeLists
from kb.reports.form import Form, form
from kb.reports.form_workbook import workbook
from kb.reports.reading import Reading, read
from kb.reports.sheet import COLUMNS, Upload
from kb.text import Language
from tests.reports import files

YEARS = range(2021, 2026)


def forms(plan: PlanGraph, lists: CodeLists) -> list[Form]:
    return [form(plan, team.code, year, lists) for team in lists.entries("team") for year in YEARS]


def value_for(line_unit: str) -> str:
    return {"%": "40.5", "比": "15:35:50"}.get(line_unit, "1234")


def assert_clean(reading: Reading, made: Form, *, values: bool) -> None:
    assert reading.refused is None
    assert reading.findings == ()
    lines = [line for line in made.lines if values or not line.optional]
    assert len(reading.observations) == len(lines)
    for one, line in zip(reading.observations, lines, strict=True):
        assert one.team == made.team.iri
        assert one.indicator == line.indicator.iri
        assert one.year == line.year
        assert one.basis == line.basis.iri
        assert one.unit is not None
        assert (one.figure is not None) == values
        assert (one.reporter is not None) == values


def test_every_form_filled_in_reads_back_without_a_finding(
    plan: PlanGraph, lists: CodeLists
) -> None:
    for made in forms(plan, lists):
        rows = list(csv.reader(io.StringIO(made.csv().decode())))
        assert tuple(rows[0]) == COLUMNS
        assert {row[0] + row[4] + row[7] for row in rows[1:]} == {""}
        assert all(row[1] and row[2] and row[3] and row[5] and row[6] for row in rows[1:])
        empty = read(Upload("form.csv", made.csv()), lists)
        assert_clean(empty, made, values=False)
        for row in rows[1:]:
            row[0], row[4] = "organization-department", value_for(row[5])
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        assert_clean(read(Upload("form.csv", out.getvalue().encode()), lists), made, values=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_workbook_filled_in_reads_back_without_a_finding(
    plan: PlanGraph, lists: CodeLists, language: Language
) -> None:
    for team in lists.entries("team"):
        made = form(plan, team.code, 2023, lists)
        book = openpyxl.load_workbook(io.BytesIO(workbook(made, language)))
        sheet = book["填报 report"]
        for number, line in enumerate(made.lines, 2):
            sheet.cell(number, 1, lists.entries("reporter")[0].label.in_(language))
            text = value_for(line.unit)
            sheet.cell(number, 5, text if ":" in text else float(text))
        out = io.BytesIO()
        book.save(out)
        assert_clean(read(Upload("form.xlsx", out.getvalue()), lists), made, values=True)


def test_each_quantitative_target_of_a_team_has_its_rows(plan: PlanGraph, lists: CodeLists) -> None:
    ns = f"{plan.base}ns#"
    rows = plan.select(
        f"SELECT ?target ?indicator WHERE {{ ?target a <{ns}QuantitativeTarget> ; "
        f"<{ns}indicator> ?indicator }}"
    )
    made = [form(plan, team.code, 2023, lists) for team in lists.entries("team")]
    shown = {
        (goal.iri, line.indicator.iri) for one in made for line in one.lines for goal in line.goals
    }
    assert shown == {(row["target"], row["indicator"]) for row in rows}
    for one in made:
        assert all(goal.clause for line in one.lines for goal in line.goals)


def test_a_growth_target_asks_for_baseline_stock_and_rate(
    plan: PlanGraph, lists: CodeLists
) -> None:
    made = form(plan, "农村实用人才队伍", 2024, lists)
    found = [
        (line.basis.code, line.unit, line.year)
        for line in made.lines
        if line.indicator.code == "rural-headcount"
    ]
    assert found == [
        ("baseline", "人", 2020),
        ("stock", "人", 2024),
        ("cumulative", "%", 2024),
    ]


def test_a_workbook_has_what_helps_to_fill_it_in(plan: PlanGraph, lists: CodeLists) -> None:
    made = form(plan, "rural", 2023, lists)
    data = workbook(made, "zh")
    assert data == workbook(made, "zh")  # the same form is the same bytes
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["填报 report", "说明 guide", "规划 plan", "代码 codes"]
    sheet = book["填报 report"]
    assert [cell.value for cell in sheet[1]][4] == "数值"
    assert sheet.freeze_panes == "D2"
    assert len(sheet.data_validations.dataValidation) >= 3 * len(made.lines) / 2
    comment = sheet["C2"].comment
    assert comment is not None
    assert "总量增加" in comment.text
    assert "plankb_template" in book.defined_names
    properties = str(files.parts(data)["docProps/custom.xml"], "utf-8")
    assert ">1<" in properties
    assert f">{plan.revision}<" in properties


@pytest.mark.needs_libreoffice
def test_libreoffice_opens_a_form_and_what_it_saves_is_read_the_same(
    plan: PlanGraph, lists: CodeLists, tmp_path: Path
) -> None:
    made = form(plan, "rural", 2023, lists)
    source = tmp_path / "form.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(workbook(made, "zh")))
    sheet = book["填报 report"]
    for number, line in enumerate(made.lines, 2):
        sheet.cell(number, 1, lists.entries("reporter")[0].label.zh)
        sheet.cell(number, 5, float(value_for(line.unit)))
    book.save(source)
    before = read(Upload("form.xlsx", source.read_bytes()), lists)
    assert_clean(before, made, values=True)
    for kind in ("ods", "xlsx:Calc MS Excel 2007 XML"):
        folder = tmp_path / kind[:4].strip(":")
        subprocess.run(
            [
                *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
                *("--convert-to", kind, "--outdir", str(folder), str(source)),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        (saved,) = folder.iterdir()
        after = read(Upload(saved.name, saved.read_bytes()), lists)
        assert_clean(after, made, values=True)
        assert [one.figure for one in after.observations] == [
            one.figure for one in before.observations
        ]
