"""Views: pages of a table with its picture, and the same rows as CSV and XLSX.

Must not know what any view shows.
"""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, render_template, request

from kb.errors import UnknownName
from kb.plan import views as known
from kb.spreadsheet import safe
from kb.text import Language, Text
from server import addresses, delivery, language, pictures, tables
from server.access import knowledge
from server.clauses import clauses
from server.page_texts import PAGES

blueprint = Blueprint("views", __name__)

_MEDIA = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/view")
def index() -> Response:
    """All views that stand by themselves."""
    alone = [one for one in known.views(knowledge().base) if not one.parameter]
    return page("views.html", views=alone, sources=sorted(clauses().sources))


@blueprint.get("/view/<name>")
def view(name: str) -> Response:
    """One view: its picture, its table, its query, and the data to take home."""
    return page("view.html", table=_table(name))


@blueprint.get("/view/<name>.<any(csv, xlsx):format>")
def file(name: str, format: str) -> Response:
    """The rows of a view, in both languages, with the clauses."""
    found = _table(name)
    body = _csv(found) if format == "csv" else _xlsx(found, language.of_request())
    revision = knowledge().revision
    # A workbook holds the time at which it was made, so two of them are never the same bytes.
    own_tag = delivery.tag(revision, found.query) if format == "csv" else None
    response = delivery.send(body, _MEDIA[format], revision, own_tag)
    response.headers["Content-Disposition"] = f'attachment; filename="plankb-{name}.{format}"'
    return response


def page(template: str, **values: object) -> Response:
    """A page of this knowledge base, with what its templates need."""
    chosen = language.of_request()
    content = render_template(
        template,
        p={name: text.in_(chosen) for name, text in PAGES.items()},
        bars=pictures.bars,
        matrix=pictures.matrix,
        **values,
    )
    revision = knowledge().revision
    response = delivery.send(
        content.encode("utf-8", "replace"),
        "text/html; charset=utf-8",
        revision,
        delivery.tag(revision, content),
        vary="Accept-Language",
    )
    response.headers["Content-Language"] = chosen
    return response


def _table(name: str) -> tables.Table:
    found = known.view(name, knowledge().base)
    if not found.parameter:
        return tables.table(found)
    asked = request.args.get("of", "")
    if not asked:
        raise UnknownName(
            "resource",
            Text(f"视图“{name}”需要一个资源", f"the view “{name}” is of one resource"),
            Text("用 ?of= 给出它的 IRI", "give its IRI as ?of="),
        )
    return tables.table(found, addresses.existing(asked))


def _rows(table: tables.Table) -> list[list[str]]:
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


def _single(table: tables.Table, name: str) -> bool:
    """Whether a column says the same in both languages."""
    return all(line.fields[name].text.zh == line.fields[name].text.en for line in table.lines)


def _csv(table: tables.Table) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written)
    for row in _rows(table):
        lines.writerow([safe(text) for text in row])
    return ("\ufeff" + written.getvalue()).encode()


def _xlsx(table: tables.Table, lang: Language) -> bytes:
    import xlsxwriter  # only who takes a workbook home waits for it

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet(table.view.name[:31])
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        rows = _rows(table)
        sheet.write_row(0, 0, rows[0], bold)
        numbers = {
            at
            for at, name in enumerate(rows[0])
            if name in table.columns
            and any(line.fields[name].number is not None for line in table.lines)
        }
        for number, row in enumerate(rows[1:], 1):
            for column, text in enumerate(row):
                if column in numbers and text:
                    sheet.write_number(number, column, float(text), wrapped)
                else:
                    sheet.write_string(number, column, text, wrapped)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(rows[0]) - 1, 28)
        sheet.write_comment(0, 0, table.view.about.in_(lang), {"x_scale": 3, "y_scale": 2})
    return written.getvalue()
