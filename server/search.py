"""Finding resources by a part of their name, in Chinese, English or pinyin.

Must not know what a resource means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from kb.ask.complete import sounds
from kb.errors import InputError
from kb.store.names import Name
from kb.terms import SKOS
from kb.text import Text
from server import delivery, held, language, listing, naming, views
from server.access import knowledge
from server.addresses import local_address
from server.knowledge import Knowledge
from server.listing import Column, Listing, Row
from server.page_texts import PAGES
from server.search_texts import PAGE, SCRIPT
from server.shown import plain

blueprint = Blueprint("search", __name__)

_MOST = 30
#: What one may ask for, page by page of a program.
_LIMIT = 200
_LONGEST = 200
_SHORTEST_PINYIN = 2
#: More than there are names.
_ALL = 1_000_000
_NOWHERE = Text("", "")


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that fits.

    Args:
        iri: of it; label: in both languages.
        type: the label of its class.
        context: the team, or the scheme, that it belongs to; empty where it has none.
        page: its address here.
    """

    iri: str
    label: Text
    type: Text
    context: Text
    page: str


@blueprint.get("/search")
def page() -> Response:
    """What fits, with its class, where it belongs, and its name in the other language."""
    asked = _asked()
    chosen = language.of_request()
    return views.page(
        "search.html",
        s={name: text.in_(chosen) for name, text in PAGE.items()},
        asked=asked,
        title=plain(asked),
        found=find(asked),
        most=_MOST,
        formats=listing.FORMATS,
        config=config(),
    )


@blueprint.get("/search.<any(csv, xlsx, ttl, jsonld):format>")
def file(format: str) -> Response:
    """The same as a file, with everything that fits."""
    asked = _asked()
    found = find(asked, _ALL)
    columns = (
        Column("label", Text("名称", "Name"), SKOS + "prefLabel"),
        Column("type", Text("类型", "Class"), SKOS + "scopeNote"),
        Column("context", Text("所属", "Belongs to"), SKOS + "note"),
    )
    rows = [Row(f.iri, {"label": f.label, "type": f.type, "context": f.context}) for f in found]
    return listing.send(Listing("search", PAGES["search"], columns, tuple(rows)), format, asked)


@blueprint.get("/api/search")
def api() -> Response:
    """The same for programs: IRI, label, class, context and page of each."""
    asked = _asked()
    items = [
        {
            "iri": found.iri,
            "label": found.label.as_dict(),
            "type": found.type.as_dict(),
            "context": found.context.as_dict() if found.context.zh else None,
            "page": found.page,
        }
        for found in find(asked, _limit())
    ]
    body = json.dumps({"q": asked, "items": items}, ensure_ascii=False).encode("utf-8", "replace")
    revision = knowledge().revision
    own_tag = delivery.tag(revision, "search", asked, _limit(), language.of_request())
    return delivery.send(
        body, "application/json", revision, own_tag, vary="Accept, Accept-Language"
    )


def find(asked: str, most: int = _MOST) -> list[Found]:
    """Resources whose name fits, the best first; after them those that sound like it.

    Args:
        asked: a part of a name, code or IRI in either language, or of the pinyin of a name.
        most: how many at most.
    """
    if not asked:
        return []
    # Some names are of what has no page here, so a few more are looked at.
    names = naming.names().search(asked, "resource", _ALL)
    if asked.isascii():
        known = {name.iri for name in names}
        names += [name for name in _by_sound(asked) if name.iri not in known]
    places = held.of_revision("contexts", _contexts)
    fitting: list[Found] = []
    for name in names:
        if len(fitting) == most:
            break
        if where := local_address(name.iri):
            context = places.get(name.iri, _NOWHERE)
            if context.zh == name.type.zh:  # a scheme is often called as its class is
                context = _NOWHERE
            fitting.append(Found(name.iri, name.label, name.type, context, where))
    return fitting


def config() -> dict[str, object]:
    """What the script of a box that finds names needs."""
    chosen = language.of_request()
    return {
        "lang": chosen,
        "names": url_for("search.api"),
        "t": {name: text.in_(chosen) for name, text in SCRIPT.items()},
    }


def _by_sound(asked: str) -> list[Name]:
    wanted = "".join(asked.lower().split())
    if len(wanted) < _SHORTEST_PINYIN:
        return []
    fitting = []
    for own, name in held.of_revision("sounds", _sounds):
        places = [sound.find(wanted) for sound in own if wanted in sound]
        if places:
            fitting.append((min(places), len(name.label.zh), name.iri, name))
    return [name for *_, name in sorted(fitting, key=lambda entry: entry[:3])]


def _sounds(_: Knowledge) -> list[tuple[tuple[str, str], Name]]:
    """Every resource with the pinyin of its name; the names are the revision's too."""
    every = naming.names().search("", "resource", _ALL)
    return [(sounds(name.label.zh), name) for name in every]


def _contexts(knowledge: Knowledge) -> dict[str, Text]:
    """Where each resource belongs: a team, else a scheme."""
    ns = knowledge.base + "ns#"
    found: dict[str, dict[str, str]] = {}
    rows = knowledge.store.select(
        f"""SELECT ?x ?l (LANG(?l) AS ?lang) WHERE {{
            {{ ?x <{ns}team> ?in }} UNION {{ ?x <{SKOS}inScheme> ?in }}
            ?in <{SKOS}prefLabel> ?l }} ORDER BY DESC(STR(?in))"""
    )
    for row in rows:
        cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        found.setdefault(cell["x"], {})[cell["lang"]] = cell["l"]
    return {
        iri: Text(said.get("zh") or said.get("en", ""), said.get("en") or said.get("zh", ""))
        for iri, said in found.items()
    }


def _asked() -> str:
    return request.args.get("q", "")[:_LONGEST].strip()


def _limit() -> int:
    asked = request.args.get("limit", str(_MOST))
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= _LIMIT):
        raise InputError(
            "search-limit",
            Text(f"limit 的值“{asked[:40]}”不可用", f"limit has the value “{asked[:40]}”"),
            Text(f"用 1 到 {_LIMIT} 的整数", f"use a whole number from 1 to {_LIMIT}"),
        )
    return int(asked)
