"""The competency questions: a page to look through and run them, and the same as a file.

Must not know what any question asks.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, url_for

from kb.errors import UnknownName
from kb.plan.views import View
from kb.terms import RDFS, SH
from kb.text import Text
from server import editor, listing, tables, views
from server.access import knowledge
from server.listing import Column, Listing, Row
from server.page_texts import PAGES

blueprint = Blueprint("questions", __name__)


@blueprint.get("/questions")
def page() -> Response:
    """Each question with its purpose, to be run here, or opened in the editor."""
    examples = editor.by_user(editor.examples())
    return views.page("questions.html", examples=examples, formats=listing.FORMATS)


@blueprint.get("/questions/<name>")
def run(name: str) -> Response:
    """One question with its answer as a table."""
    found = next((one for one in editor.examples() if one.name == name), None)
    if found is None:
        raise UnknownName(
            "resource",
            Text(f"没有名为“{name[:80]}”的问题", f"there is no question “{name[:80]}”"),
            Text("“能力问题”列出全部", "the list of competency questions has them all"),
        )
    head = json.loads(knowledge().store.query(found.query, format="json").body)["head"]
    # A text that comes in both languages is one column.
    names = dict.fromkeys(_both(variable, head["vars"]) for variable in head["vars"])
    columns = {name: Text(name, name) for name in names}
    view = View(name, found.purpose, found.purpose, (), "", columns, None, found.query)
    query_of = url_for("sparql.endpoint", query=found.query)
    return views.page(
        "question.html",
        question=found,
        table=tables.table(view),
        results=[(format, f"{query_of}&format={format}") for format in ("csv", "json", "xml")],
    )


@blueprint.get("/questions.<any(csv, xlsx, ttl, jsonld):format>")
def file(format: str) -> Response:
    """The same as a file, with the queries."""
    columns = (
        Column("name", Text("代码", "Name"), RDFS + "label"),
        Column("user", Text("使用者", "User"), "http://purl.org/dc/terms/audience"),
        Column("purpose", Text("问题", "Question"), RDFS + "comment"),
        Column("query", Text("查询", "Query"), SH + "select"),
    )
    rows = tuple(
        Row(
            url_for("editor.example", name=one.name, _external=True),
            {"name": one.name, "user": one.user, "purpose": one.purpose, "query": one.query},
        )
        for _, own in editor.by_user(editor.examples())
        for one in own
    )
    return listing.send(
        Listing("questions", PAGES["questions"], columns, rows),
        format,
        url_for("questions.page", _external=True),
    )


def _both(variable: str, every: list[str]) -> str:
    """The column of a variable: ``x`` for both ``x_zh`` and ``x_en``."""
    stem = variable.removesuffix("_zh").removesuffix("_en")
    return stem if {f"{stem}_zh", f"{stem}_en"} <= set(every) else variable
