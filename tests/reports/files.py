"""Report files for tests, made with other people's writers and by hand."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

import xlsxwriter

HEADINGS = ("reporter", "team", "indicator", "year", "value", "unit", "basis", "note")
REPORTER = "agriculture-commission"
#: Rows that a report on rural talent may have; texts as a careful clerk writes them.
ROWS: tuple[tuple[str, ...], ...] = (
    (REPORTER, "rural", "rural-headcount", "2023", "3.56", "万人", "stock", ""),
    (
        REPORTER,
        "农村实用人才队伍",
        "farmers-trained",
        "2023",
        "1,234",
        "人",
        "累计",
        "有，逗号",
    ),
    (REPORTER, "rural", "farmer-field-schools", "2023", "12", "所", "annual", 'a "note"'),
    (REPORTER, "rural", "rural-headcount", "2020", "32000", "人", "baseline", ""),
)


def delimited(
    rows: Sequence[Sequence[str]] = ROWS,
    headings: Sequence[str] = HEADINGS,
    *,
    delimiter: str = ",",
    end: str = "\r\n",
) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue()


def xlsx(
    rows: Sequence[Sequence[object]] = ROWS, headings: Sequence[str] = HEADINGS, name: str = "填报"
) -> bytes:
    """A workbook whose cells are the rows: texts as texts, numbers as numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate((headings, *rows)):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    return out.getvalue()


def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def ods(table: str, *, styles: str = "", prolog: str = "") -> bytes:
    """A spreadsheet document around a ``table:table``."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
        )
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {spaces}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def ods_row(cells: Sequence[str], attributes: str = "") -> str:
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row {attributes}>{inside}</table:table-row>"


def ods_table(
    rows: Sequence[Sequence[str]] = ROWS, headings: Sequence[str] = HEADINGS, name: str = "填报"
) -> str:
    inside = "".join(ods_row(row) for row in (headings, *rows))
    return f'<table:table table:name="{name}">{inside}</table:table>'
