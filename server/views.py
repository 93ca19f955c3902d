"""Views: pages of a table with its picture, and the same rows as files.

Must not know what any view shows.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for

from kb.errors import UnknownName
from kb.plan import views as known
from kb.text import Text
from server import addresses, delivery, held, language, ordering, pictures, table_files, tables
from server.access import knowledge
from server.clauses import clauses
from server.page_texts import PAGES

blueprint = Blueprint("views", __name__)


@blueprint.get("/view")
def index() -> Response:
    """All views that stand by themselves."""
    alone = [one for one in known.views(knowledge().base) if not one.parameter]
    return page("views.html", views=alone, sources=sorted(clauses().sources))


@blueprint.get("/view/<name>")
def view(name: str) -> Response:
    """One view: its picture, its table, its query, and the data to take home."""
    return page("view.html", table=_table(name), of=request.args.get("of", ""))


@blueprint.get("/view/<name>.<any(csv, xlsx, ttl, jsonld):format>")
def file(name: str, format: str) -> Response:
    """The rows of a view, in both languages, with the clauses."""
    found = _table(name)
    of = request.args.get("of")
    address = url_for("views.file", name=name, format="csv", of=of, _external=True)
    body = table_files.written(found, format, language.of_request(), address)
    revision = knowledge().revision
    # A workbook holds the time at which it was made, so two of them are never the same bytes.
    own_tag = delivery.tag(revision, found.query, format, address) if format != "xlsx" else None
    response = delivery.send(body, table_files.MEDIA[format], revision, own_tag)
    response.headers["Content-Disposition"] = f'attachment; filename="plankb-{name}.{format}"'
    return response


def page(template: str, **values: object) -> Response:
    """A page of this knowledge base, with what its templates need."""
    chosen = language.of_request()
    content = render_template(
        template,
        p={name: text.in_(chosen) for name, text in PAGES.items()},
        draw=pictures.draw,
        order=ordering,
        files=table_files.MEDIA,
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
        return held.of_pages(f"view {name}", lambda: tables.table(found))
    asked = request.args.get("of", "")
    if not asked:
        raise UnknownName(
            "resource",
            Text(f"视图“{name}”需要一个资源", f"the view “{name}” is of one resource"),
            Text("用 ?of= 给出它的 IRI", "give its IRI as ?of="),
        )
    return tables.table(found, addresses.existing(asked))
