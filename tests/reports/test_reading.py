"""Reports in every format: the same rows give the same observations, wherever they stand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from kb.reports.codelists import CodeLists
from kb.reports.observation import Figure
from kb.reports.reading import Reading, read
from kb.reports.sheet import COLUMNS, Upload
from tests.reports import files

CHINESE = ("填报单位", "队伍", "指标", "年份", "数值", "单位", "口径", "备注")


def observed(reading: Reading) -> list[tuple[object, ...]]:
    """What was understood, without where it stands."""
    return [
        (one.reporter, one.team, one.indicator, one.year, one.unit, one.basis, one.note)
        + ((one.figure.values, one.figure.intervals) if one.figure else ())
        for one in reading.observations
    ]


@pytest.fixture(scope="module")
def expected(lists: CodeLists) -> list[tuple[object, ...]]:
    reading = read(Upload("rural.csv", files.delimited().encode()), lists)
    assert reading.refused is None
    assert reading.findings == ()
    assert reading.rows == len(files.ROWS)
    first = reading.observations[0]
    assert isinstance(first.figure, Figure)
    assert first.figure.values == (Decimal(35600),)
    assert first.sheet.cell(first.row, "value").cell == "E2"
    assert first.sheet.cell(first.row, "value").value == "3.56"
    return observed(reading)


def as_json() -> bytes:
    rows = [dict(zip(files.HEADINGS, row, strict=True)) for row in files.ROWS]
    return json.dumps({"rows": rows}, ensure_ascii=False).encode()


def as_turtle(lists: CodeLists) -> bytes:
    lines = [
        "@prefix : <https://w3id.org/plankb/ns#> .",
        f"@prefix qb: <{'http://purl.org/linked-data/cube#'}> .",
    ]
    for number, row in enumerate(files.ROWS):
        cells = dict(zip(files.HEADINGS, row, strict=True))
        team, indicator, basis = (
            lists.find(name, cells[name]) for name in ("team", "indicator", "basis")
        )
        lines.append(
            f"<urn:x:{number}> a qb:Observation ; :row {number + 2} ; "
            f":reporter <{lists.find('reporter', cells['reporter'])}> ; :team <{team}> ; "
            f":indicator <{indicator}> ; :basis <{basis}> ; :year {cells['year']} ; "
            f":value 1.0 ; :writtenValue {json.dumps(cells['value'])} ; "
            f":writtenUnit {json.dumps(cells['unit'], ensure_ascii=False)} ; "
            f":note {json.dumps(cells['note'], ensure_ascii=False)} ."
        )
    return "\n".join(lines).encode()


def test_every_format_gives_the_same_observations(
    lists: CodeLists, expected: list[tuple[object, ...]]
) -> None:
    text = files.delimited()
    variants = {
        "utf-8 with mark": b"\xef\xbb\xbf" + text.encode(),
        "gb18030": text.encode("gb18030"),
        "utf-16": text.encode("utf-16"),
        "utf-16-be": b"\xfe\xff" + text.encode("utf-16-be"),
        "semicolon": files.delimited(delimiter=";").encode(),
        "tab": files.delimited(delimiter="\t", end="\n").encode(),
        "carriage returns": files.delimited(end="\r").encode(),
        "chinese headings": files.delimited(headings=CHINESE).encode("gb18030"),
        "both headings": files.delimited(
            headings=[f"{zh}（{en}）" for zh, en in zip(CHINESE, files.HEADINGS, strict=True)]
        ).encode(),
        "title above": ("2023年报表\n\n" + text).encode(),
        "separator named above": ("sep=;\n" + files.delimited(delimiter=";")).encode("gb18030"),
        "xlsx": files.xlsx(),
        "ods": files.ods(files.ods_table()),
        "json": as_json(),
        "json list": json.dumps(json.loads(as_json())["rows"]).encode(),
        "turtle": as_turtle(lists),
    }
    order = [4, 0, 2, 1, 7, 3, 6, 5]
    shuffled = [[row[place] for place in order] for row in files.ROWS]
    variants["other order"] = files.delimited(
        shuffled, [files.HEADINGS[place] for place in order]
    ).encode()
    for name, data in variants.items():
        reading = read(Upload("report", data), lists)
        assert reading.refused is None, name
        assert observed(reading) == expected, name
        assert reading.findings == (), name
        assert len({one.iri for one in reading.observations}) == len(expected)


def test_the_sheet_that_is_a_report_is_found_and_the_others_are_left_alone(
    lists: CodeLists, expected: list[tuple[object, ...]]
) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("说明").write(0, 0, "怎样填写")
        for part in (files.ROWS[:2], files.ROWS[2:]):
            sheet = book.add_worksheet()
            for number, row in enumerate((files.HEADINGS, *part)):
                sheet.write_row(number, 0, row)
    reading = read(Upload("two.xlsx", out.getvalue()), lists)
    assert observed(reading) == expected
    assert [sheet.sheet for sheet in reading.sheets] == ["Sheet2", "Sheet3"]
    assert len({one.iri for one in reading.observations}) == len(expected)


def test_numbers_of_a_workbook_count_as_their_cells_show_them(lists: CodeLists) -> None:
    out = io.BytesIO()
    shown = [
        (0.4, "0%", "40%"),
        (0.405, "0.0%", "40.5%"),
        (3.5, "0.00", "3.50"),
        (1234.0, "#,##0", "1,234"),
        (1234.5, "_ * #,##0.00_ ;_ * -#,##0.00_ ", "1,234.50"),
        (0.1 + 0.2, "General", "0.3"),
        (5 / 13, "General", "0.384615385"),
        (35600, "General", "35600"),
        (3.56, '0.00"万"', "3.56万"),
        (35600, '0!.0,"万"', "35600"),
        ((15 * 3600 + 35 * 60 + 50) / 86400, "h:mm:ss", "15:35:50"),
        (45000, "yyyy-mm-dd", "2023-03-15"),
        (-3, "0;[Red]-0", "-3"),
        (1e300, "0.00", "1" + "0" * 300 + ".00"),
        (0.5, "# ?/?", "0.5"),
        (2.5, "0.##", "2.5"),
        (2, "0.##", "2"),
    ]
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, files.HEADINGS)
        for number, (value, code, _) in enumerate(shown, 1):
            sheet.write_row(number, 0, (files.REPORTER, "rural", "rural-headcount"))
            sheet.write(number, 3, 2023)
            sheet.write(number, 4, value, book.add_format({"num_format": code}))
    reading = read(Upload("numbers.xlsx", out.getvalue()), lists)
    assert [row.text("value") for row in reading.sheets[0].rows] == [text for *_, text in shown]
    assert {one.year for one in reading.observations} == {2023}


def test_numbers_of_a_document_count_as_their_cells_show_them(lists: CodeLists) -> None:
    cells = [
        ("percentage", "0.4", "40%", "40%"),
        ("float", "3.5", "3.50", "3.50"),
        ("float", "1234", "1.234", "1234"),  # how German is written
        ("float", "1234.5", "1,234.50", "1,234.50"),
        ("float", "0.5", "1/2", "0.5"),
        ("percentage", "0.405", "40,5 %", "40.5%"),
        ("time", "PT15H35M50S", "15:35:50", "15:35:50"),
    ]
    rows = "".join(
        f'<table:table-row><table:table-cell table:number-columns-repeated="3" office:value-type='
        f'"string"><text:p>rural</text:p></table:table-cell><table:table-cell office:value-type='
        f'"float" office:value="2023"><text:p>2023</text:p></table:table-cell><table:table-cell '
        f'office:value-type="{kind}" office:value="{value}"><office:annotation><text:p>aside'
        f"</text:p></office:annotation><text:p>{text}</text:p></table:table-cell></table:table-row>"
        for kind, value, text, _ in cells
    )
    table = f'<table:table table:name="a">{files.ods_row(files.HEADINGS)}{rows}'
    table += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
    table += 'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    reading = read(Upload("numbers.ods", files.ods(table)), lists)
    assert [row.text("value") for row in reading.sheets[0].rows] == [text for *_, text in cells]


def test_what_a_workbook_hides_computes_or_merges_is_a_finding_at_its_cell(
    lists: CodeLists,
) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("填报")
        for number, row in enumerate((files.HEADINGS, *files.ROWS)):
            sheet.write_row(number, 0, row)
        sheet.write_formula("E4", "=6*2", None, 12)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.merge_range("B4:B5", "rural")
        sheet.set_column("H:H", None, None, {"hidden": True})
    reading = read(Upload("odd.xlsx", out.getvalue()), lists)
    found = {(one.rule, tuple(cell.cell for cell in one.cells)) for one in reading.findings}
    assert ("formula-cell", ("E4",)) in found
    assert ("merged-cell", ("B4",)) in found
    assert any(rule == "hidden-row" and "E3" in cells for rule, cells in found)
    assert ("hidden-row", ("H2",)) in found
    figure = reading.observations[2].figure
    assert figure is not None
    assert figure.values == (Decimal(12),)


def test_what_cannot_be_read_is_a_finding_at_its_cell_and_the_rest_is_read(
    lists: CodeLists,
) -> None:
    rows = [list(row) for row in files.ROWS]
    rows[0][4] = "约400"
    rows[1][2] = "farmers-traned"
    rows[2][5] = "家"
    rows[3][3] = "去年"
    reading = read(Upload("bad.csv", files.delimited(rows).encode()), lists)
    found = [(one.rule, one.cells[0].cell, one.severity) for one in reading.findings]
    assert found == [
        ("not-a-number", "E2", "violation"),
        ("unknown-code", "C3", "violation"),
        ("unknown-code", "F4", "violation"),
        ("year-outside-plan", "D5", "violation"),
    ]
    assert "farmers-trained" in reading.findings[1].hint.en
    first, second, third, fourth = reading.observations
    assert first.figure is None
    assert second.indicator is None
    assert second.figure is not None
    assert third.unit is None
    assert fourth.year is None


def test_a_row_that_a_comma_has_shifted_is_named_and_not_audited(lists: CodeLists) -> None:
    lines = files.delimited().splitlines()
    lines[2] = f"{files.REPORTER},rural,farmers-trained,2023,1,234,人,累计,"
    reading = read(Upload("shifted.csv", "\n".join(lines).encode()), lists)
    assert [(one.rule, one.cells[0].cell) for one in reading.findings] == [("extra-cell", "I3")]
    assert len(reading.observations) == len(files.ROWS) - 1


def test_a_short_row_has_empty_cells(lists: CodeLists) -> None:
    text = files.delimited().splitlines()[0] + f"\n{files.REPORTER},rural\n\n"
    reading = read(Upload("short.csv", text.encode()), lists)
    (one,) = reading.observations
    assert one.figure is None
    assert one.sheet.cell(one.row, "value").cell == "E2"
    assert reading.findings == ()


def test_our_reader_and_openpyxl_see_the_same_cells(lists: CodeLists) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(files.HEADINGS))
    for texts in files.ROWS:
        sheet.append([value or None for value in texts])
    sheet["E2"] = 3.56
    out = io.BytesIO()
    book.save(out)
    reading = read(Upload("openpyxl.xlsx", out.getvalue()), lists)
    again = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active
    assert again is not None
    for row in reading.sheets[0].rows:
        for column in COLUMNS:
            cell = reading.sheets[0].cell(row, column)
            assert cell.value == str(again[cell.cell].value or ""), cell


def test_our_readers_and_calamine_see_the_same_texts(lists: CodeLists) -> None:
    for name, data in (("a.xlsx", files.xlsx()), ("a.ods", files.ods(files.ods_table()))):
        (sheet,) = read(Upload(name, data), lists).sheets
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        _, *theirs = book.get_sheet_by_index(0).to_python()
        ours = [[sheet.cell(row, column).value for column in COLUMNS] for row in sheet.rows]
        assert ours == [list(map(str, row)) for row in theirs], name


def test_rich_and_spoken_texts_and_missing_addresses_are_read(lists: CodeLists) -> None:
    parts = files.parts(files.xlsx())
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    assert 'r="E2"' in sheet
    parts["xl/worksheets/sheet1.xml"] = re.sub(r'(<c|<row) r="[A-Z0-9]+"', r"\1", sheet).encode()
    strings = parts["xl/sharedStrings.xml"].decode()
    parts["xl/sharedStrings.xml"] = strings.replace(
        "<t>万人</t>", "<r><t>万</t></r><r><rPr/><t>人</t></r><rPh><t>wanren</t></rPh>"
    ).encode()
    reading = read(Upload("rich.xlsx", files.zipped(parts)), lists)
    # Without addresses the empty note of the first row has no place; nothing stands behind it.
    assert reading.observations[0].row.text("unit") == "万人"
    assert reading.observations[0].unit == lists.find("unit", "人")


def test_the_same_file_gives_the_same_observations(lists: CodeLists) -> None:
    upload = Upload("same.xlsx", files.xlsx())
    assert read(upload, lists) == read(upload, lists)
    assert zipfile.is_zipfile(io.BytesIO(upload.data))
