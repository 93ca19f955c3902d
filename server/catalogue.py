"""The catalogue of question templates: a page to browse and fill in, and the same for programs.

Must not know where templates come from, nor how a question is answered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for

from kb.ask.templates import Slot, Template
from kb.terms import DCTERMS, RDFS, SH, SKOS
from kb.text import Language, Text
from server import ask, delivery, language, listing
from server.access import knowledge
from server.chat_texts import PAGE, SCRIPT
from server.listing import Column, Listing, Row

blueprint = Blueprint("catalogue", __name__)

_SLOT = re.compile(r"\{([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template as the page shows it.

    Args:
        template: itself.
        parts: of the pattern in the page's language: text, or a slot to fill in.
        address: that fills it in.
    """

    template: Template
    parts: tuple[str | Slot, ...]
    address: str


@blueprint.get("/templates")
def page() -> Response:
    """What can be asked, each kind with a form."""
    chosen = language.of_request()
    content = render_template(
        "templates.html",
        p={name: text.in_(chosen) for name, text in PAGE.items()},
        entries=lambda: [_entry(one, chosen) for one in knowledge().asker.templates()],
        formats=listing.FORMATS,
        config={
            "lang": chosen,
            "t": {name: SCRIPT[name].in_(chosen) for name in ("kinds", "kind")},
        },
    )
    response = _send(content, "text/html; charset=utf-8")
    response.headers["Content-Language"] = chosen
    return response


@blueprint.get("/templates.<any(csv, xlsx, ttl, jsonld):format>")
def file(format: str) -> Response:
    """The catalogue as a file: each kind of question with an example and its query."""
    columns = (
        Column("name", Text("代码", "Name"), DCTERMS + "identifier"),
        Column("pattern", Text("问法", "Pattern"), RDFS + "label"),
        Column("slots", Text("空位", "Slots"), SKOS + "note"),
        Column("example", Text("例子", "Example"), SKOS + "example"),
        Column("form", Text("逻辑式", "Logical form"), RDFS + "comment"),
        Column("sparql", Text("查询", "Query"), SH + "select"),
    )
    rows = tuple(
        Row(
            url_for("catalogue.answered", name=one.name, _external=True),
            {
                "name": one.name,
                "pattern": one.pattern,
                "slots": " ".join(slot.name for slot in one.slots),
                "example": one.example,
                "form": one.form,
                "sparql": one.sparql,
            },
        )
        for one in knowledge().asker.templates()
    )
    return listing.send(
        Listing("templates", PAGE["templates"], columns, rows),
        format,
        url_for("catalogue.page", _external=True),
    )


@blueprint.get("/templates/<name>")
def run(name: str) -> Response:
    """Fill a template in, and go to its question."""
    chosen = language.of_request()
    question = knowledge().asker.fill(name, _values(), chosen)
    there = redirect(url_for("chat.page", q=question, lang=chosen), 303)
    assert isinstance(there, Response)
    there.headers["Vary"] = "Accept-Language"
    return there


@blueprint.get("/api/templates")
def listed() -> Response:
    """The catalogue for programs."""
    found = knowledge().asker.templates()
    content = {
        "revision": knowledge().revision,
        "templates": [
            {
                "name": one.name,
                "pattern": one.pattern.as_dict(),
                "slots": [
                    {
                        "name": slot.name,
                        "label": slot.label.as_dict(),
                        "values": [
                            {"code": code, "label": label.as_dict()} for code, label in slot.values
                        ],
                    }
                    for slot in one.slots
                ],
                "form": one.form,
                "sparql": one.sparql,
                "example": one.example.as_dict(),
            }
            for one in found
        ],
    }
    return _send(json.dumps(content, ensure_ascii=False), "application/json")


@blueprint.get("/api/templates/<name>")
def answered(name: str) -> Response:
    """The answer to a template that the parameters fill in."""
    chosen = language.of_request()
    question = knowledge().asker.fill(name, _values(), chosen)
    response = ask.respond(question, chosen, None)
    response.headers["Vary"] = "Accept-Language"
    return response


def _values() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if name != "lang"}


def _entry(template: Template, chosen: Language) -> Entry:
    slots = {slot.name: slot for slot in template.slots}
    parts: list[str | Slot] = []
    # Split by a group: texts and names of slots in turn.
    for place, part in enumerate(_SLOT.split(template.pattern.in_(chosen))):
        if place % 2:
            parts.append(slots.pop(part, "…"))
        elif part:
            parts.append(part)
    address = url_for("catalogue.run", name=template.name)
    return Entry(template, (*parts, *slots.values()), address)


def _send(content: str, media_type: str) -> Response:
    revision = knowledge().revision
    return delivery.send(
        content.encode("utf-8", "replace"),
        media_type,
        revision,
        delivery.tag(revision, content),
        vary="Accept-Language",
    )
