"""A list as a file to take home: CSV, a workbook, Turtle, JSON-LD.

CSV follows RFC 4180, in UTF-8 with the mark that spreadsheets look for. No cell of either
can start a formula. In RDF each row is a subject, and each column a property.
Must not know what is listed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Response

from kb import terms
from kb.errors import InputError
from kb.spreadsheet import safe, written
from kb.store.formats import stable_header
from kb.text import Text
from server import delivery, language
from server.access import knowledge

#: By suffix, the media type.
FORMATS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle; charset=utf-8",
    "jsonld": "application/ld+json",
}
#: What a workbook can hold in one cell.
_LONGEST_CELL = 32_767
_RDF = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files, its heading, and the property that it is in RDF."""

    name: str
    heading: Text
    property: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the IRI of what it is about, and what it says, by column; nothing where absent."""

    iri: str
    cells: Mapping[str, Text | str | int]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list.

    Args:
        name: of the file, without its ending.
        title: what is listed.
        columns: in order.
        rows: in order.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def send(listing: Listing, format: str, *parts: object, private: bool = False) -> Response:
    """The list in one of :data:`FORMATS`.

    Args:
        listing: what is sent.
        format: of :data:`FORMATS`.
        parts: of the request, that chose the rows.
        private: whether it is for its client only, who asks each time.
    """
    body = _body(listing, format)
    revision = knowledge().revision
    # A workbook holds the time at which it was made, so two of them are never the same bytes.
    changing = private or format == "xlsx"
    own_tag = None if changing else delivery.tag(revision, listing.name, format, *parts)
    response = delivery.send(body, FORMATS[format], revision, own_tag, vary="Accept-Language")
    name = f"plankb-{listing.name}.{format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _body(listing: Listing, format: str) -> bytes:
    if format in _RDF:
        return _rdf(listing, format)
    return _csv(listing) if format == "csv" else _xlsx(listing)


def _lines(listing: Listing) -> list[list[str | int]]:
    """Headings and rows; a text in both languages takes two columns."""
    both = {
        column.name
        for column in listing.columns
        if any(isinstance(row.cells.get(column.name), Text) for row in listing.rows)
    }
    head: list[str | int] = ["iri"]
    for column in listing.columns:
        ends = ("_zh", "_en") if column.name in both else ("",)
        head += [column.name + end for end in ends]
    lines = [head]
    for row in listing.rows:
        line: list[str | int] = [row.iri]
        for column in listing.columns:
            value = row.cells.get(column.name, "")
            if column.name in both:
                line += [value.zh, value.en] if isinstance(value, Text) else ["", ""]
            else:
                line.append(value if isinstance(value, str | int) else value.zh)
        lines.append(line)
    return lines


def _csv(listing: Listing) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    for line in _lines(listing):
        lines.writerow([safe(cell) if isinstance(cell, str) else cell for cell in line])
    return ("\ufeff" + text.getvalue()).encode("utf-8", "replace")


def _xlsx(listing: Listing) -> bytes:
    import xlsxwriter  # only who takes a workbook home waits for it

    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        sheet = book.add_worksheet(listing.name[:31])
        head, *lines = _lines(listing)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for number, line in enumerate(lines, 1):
            for column, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell, wrapped)
                else:
                    sheet.write_string(number, column, written(cell)[:_LONGEST_CELL], wrapped)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 28)
        sheet.write_comment(0, 0, language.say(listing.title))
    return held.getvalue()


def _rdf(listing: Listing, format: str) -> bytes:
    triples = [
        ox.Triple(_node(row.iri), ox.NamedNode(column.property), literal)
        for row in listing.rows
        for column in listing.columns
        for literal in _literals(row.cells.get(column.name))
    ]
    prefixes = terms.prefixes(knowledge().base) if format == "ttl" else {}
    body = ox.serialize(triples, format=_RDF[format], prefixes=prefixes) or b""
    return stable_header(body, format)


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:  # the address of the service is part of some
        raise InputError(
            "host",
            Text("请求的 Host 不能用于 IRI", "the request's Host cannot stand in an IRI"),
            Text("改正 Host 请求头", "correct the header Host"),
        ) from error


def _literals(value: Text | str | int | None) -> list[ox.Literal]:
    if isinstance(value, Text):
        said = (("zh", value.zh), ("en", value.en))
        return [ox.Literal(text, language=lang) for lang, text in said if text]
    if isinstance(value, int):
        return [ox.Literal(value)]
    return [ox.Literal(value)] if value else []
