"""A file that gives one figure again and again is audited in the time of any other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kb.plan.graph import PlanGraph
from kb.reports import reading
from kb.reports.auditing import Auditor
from kb.reports.codelists import CodeLists
from kb.reports.crowd import MOST
from kb.reports.finding import Finding
from kb.reports.sheet import Upload

HEADING = "reporter,team,indicator,year,value,unit,basis,note\n"
LINE = "agriculture-commission,rural,degree-upgraded,2023,{},人,annual,\n"


@pytest.fixture(scope="module")
def auditor(plan: PlanGraph) -> Auditor:
    return Auditor(plan)


def found(auditor: Auditor, lists: CodeLists, values: list[str]) -> list[Finding]:
    text = HEADING + "".join(LINE.format(value) for value in values)
    read = reading.read(Upload("again.csv", text.encode()), lists)
    findings = auditor.audit([read]).findings
    return [one for one in findings if one.rule.startswith("duplicate-")]


def test_every_row_of_thousands_on_one_thing_is_found_at_its_cell(
    auditor: Auditor, lists: CodeLists
) -> None:
    # Each with each would be a hundred million pairs: an hour and more.
    findings = found(auditor, lists, [str(100 + number) for number in range(10_000)])
    assert {one.rule for one in findings} == {"duplicate-conflicting"}
    cells = {cell.cell for one in findings for cell in one.cells}
    assert cells == {f"E{row}" for row in range(2, 10_002)}
    last = next(one for one in findings if one.cells[0].cell == "E10001")
    assert [(cell.cell, cell.value) for cell in last.cells] == [("E10001", "10099"), ("E2", "100")]
    assert "10099" in last.message.zh
    assert "10099" in last.message.en
    assert last.reported == (Decimal(10099), Decimal(10099))
    assert last.computed == (Decimal(100), Decimal(100))


def test_what_is_compared_apart_is_found_as_the_rules_find_it(
    auditor: Auditor, lists: CodeLists
) -> None:
    rows = ["120"] * MOST + ["120", "130"]
    findings = found(auditor, lists, rows)
    agreeing, contradicted = MOST + 2, MOST + 3
    at = {(one.rule, one.cells[0].row) for one in findings}
    assert ("duplicate-agreeing", agreeing) in at
    assert ("duplicate-conflicting", contradicted) in at
    assert ("duplicate-conflicting", agreeing) not in at
    assert ("duplicate-agreeing", contradicted) not in at
