"""A table as a file to take home: CSV, XLSX, and as RDF by W3C's csv2rdf in minimal mode.

The RDF has one subject for each row and one property for each column, named by fragments of the
address of the CSV (RFC 7111), so that no node is blank. Must not know what any table says.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pyoxigraph as ox

from kb import terms
from kb.spreadsheet import safe
from kb.spreadsheet import written as allowed
from kb.store import formats
from kb.terms import RDFS, XSD
from kb.text import Language
from server.access import knowledge
from server.tables import Field, Table

#: Suffix and media type.
MEDIA = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
}
_RDF = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DECIMAL = ox.NamedNode(XSD + "decimal")


def named(format: str) -> str:
    """What people call a format.

    >>> named("jsonld"), named("csv")
    ('JSON-LD', 'CSV')
    """
    return {"ttl": "Turtle", "jsonld": "JSON-LD"}.get(format, format.upper())


def written(table: Table, format: str, lang: Language, address: str) -> bytes:
    """The table in a format.

    Args:
        table: with its rows.
        format: a key of :data:`MEDIA`.
        lang: of the note in a workbook; everything else is in both.
        address: of the CSV, for the names of rows and columns.
    """
    if format == "csv":
        return as_csv(_rows(table))
    if format == "xlsx":
        numbers = {
            name
            for name in table.columns
            if any(line.fields[name].number is not None for line in table.lines)
        }
        return as_workbook(table.view.name, _rows(table), numbers, table.view.about.in_(lang))
    prefixes = {"row": f"{address}#", **terms.prefixes(knowledge().base)}
    body = ox.serialize(_triples(table, address), format=_RDF[format], prefixes=prefixes) or b""
    return formats.stable_header(body, format)


def as_csv(rows: list[list[str]]) -> bytes:
    """Rows as CSV that spreadsheets read as UTF-8 and in which no cell is a formula."""
    out = io.StringIO()
    lines = csv.writer(out)
    for row in rows:
        # A number below zero is no formula.
        lines.writerow([text if _NUMBER.fullmatch(text) else safe(text) for text in row])
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def as_workbook(name: str, rows: list[list[str]], numbers: set[str], note: str) -> bytes:
    """Rows as a workbook without formulas and links.

    Args:
        name: of the sheet.
        rows: the headings first.
        numbers: headings of columns of numbers.
        note: about the table, at its first cell.
    """
    import xlsxwriter  # only who takes a workbook home waits for it

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        head, *lines = rows
        sheet.write_row(0, 0, head, bold)
        for number, row in enumerate(lines, 1):
            for column, text in enumerate(row):
                if head[column] in numbers and text:
                    sheet.write_number(number, column, float(text), wrapped)
                else:
                    # A cell holds 32,767 characters.
                    sheet.write_string(number, column, allowed(text)[:32767], wrapped)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 28)
        sheet.write_comment(0, 0, note, {"x_scale": 3, "y_scale": 2})
    return out.getvalue()


def _rows(table: Table) -> list[list[str]]:
    head = []
    for name in table.columns:
        head += [name] if _single(table, name) else [f"{name}_zh", f"{name}_en"]
    lines = [[*head, "quotes", "positions"]]
    for line in table.lines:
        own: list[str] = []
        for name in table.columns:
            field = line.fields[name]
            if _single(table, name):
                number = field.number
                own.append(field.text.en if number is None else f"{number.normalize():f}")
            else:
                own += [field.text.zh, field.text.en]
        quotes = " ¦ ".join(span.quote for span in line.spans)
        places = " ".join(f"[{span.start},{span.end})" for span in line.spans)
        lines.append([*own, quotes, places])
    return lines


def _single(table: Table, name: str) -> bool:
    """Whether a column says the same in both languages."""
    return all(line.fields[name].text.zh == line.fields[name].text.en for line in table.lines)


def _triples(table: Table, address: str) -> Iterator[ox.Triple]:
    evidence = ox.NamedNode(f"{knowledge().base}ns#evidence")
    label = ox.NamedNode(RDFS + "label")
    properties = {name: ox.NamedNode(f"{address}#{name}") for name in table.columns}
    for name, heading in table.columns.items():
        yield ox.Triple(properties[name], label, ox.Literal(heading.zh, language="zh"))
        yield ox.Triple(properties[name], label, ox.Literal(heading.en, language="en"))
    for number, line in enumerate(table.lines, 2):  # the headings are row 1
        row = ox.NamedNode(f"{address}#row={number}")
        for name, field in line.fields.items():
            for term in _terms(field):
                yield ox.Triple(row, properties[name], term)
        for span in line.spans:
            yield ox.Triple(row, evidence, ox.NamedNode(span.iri))


def _terms(field: Field) -> tuple[ox.NamedNode | ox.Literal, ...]:
    if field.iri:
        return (ox.NamedNode(field.iri),)
    if field.number is not None:
        return (ox.Literal(f"{field.number.normalize():f}", datatype=_DECIMAL),)
    if field.status:
        return (ox.Literal(field.status),)
    if field.text.zh != field.text.en:
        return (
            ox.Literal(field.text.zh, language="zh"),
            ox.Literal(field.text.en, language="en"),
        )
    return (ox.Literal(field.text.en),) if field.text.en else ()
