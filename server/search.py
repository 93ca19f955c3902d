"""Finding resources by a part of their name, in Chinese, English or pinyin.

Must not know what a resource means.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from kb.ask.complete import sounds
from kb.store.names import Name
from server import delivery, held, naming, views
from server.access import knowledge
from server.addresses import local_address
from server.knowledge import Knowledge
from server.shown import plain

blueprint = Blueprint("search", __name__)

_MOST = 30
_LONGEST = 200
_SHORTEST_PINYIN = 2
#: More than there are names.
_ALL = 1_000_000


@blueprint.get("/search")
def page() -> Response:
    """What fits, with its class and its name in the other language."""
    asked = request.args.get("q", "")[:_LONGEST].strip()
    return views.page("search.html", asked=asked, title=plain(asked), found=find(asked))


@blueprint.get("/api/search")
def api() -> Response:
    """The same for programs: IRI, label, class and page of each."""
    asked = request.args.get("q", "")[:_LONGEST].strip()
    items = [
        {
            "iri": name.iri,
            "label": name.label.as_dict(),
            "type": name.type.as_dict(),
            "page": local_address(name.iri),
        }
        for name in find(asked)
    ]
    body = json.dumps({"q": asked, "items": items}, ensure_ascii=False).encode("utf-8", "replace")
    revision = knowledge().revision
    own_tag = delivery.tag(revision, "search", asked)
    return delivery.send(body, "application/json", revision, own_tag)


def find(asked: str) -> list[Name]:
    """Resources whose name fits, the best first; by pinyin where nothing else does."""
    if not asked:
        return []
    found = naming.names().search(asked, "resource", _MOST)
    if not found and asked.isascii():
        found = _by_sound(asked)
    return found


def _by_sound(asked: str) -> list[Name]:
    wanted = "".join(asked.lower().split())
    if len(wanted) < _SHORTEST_PINYIN:
        return []
    fitting = []
    for own, name in held.of_revision("sounds", _sounds):
        places = [sound.find(wanted) for sound in own if wanted in sound]
        if places:
            fitting.append((min(places), len(name.label.zh), name.iri, name))
    return [name for *_, name in sorted(fitting, key=lambda entry: entry[:3])[:_MOST]]


def _sounds(_: Knowledge) -> list[tuple[tuple[str, str], Name]]:
    """Every resource with the pinyin of its name; the names are the revision's too."""
    every = naming.names().search("", "resource", _ALL)
    return [(sounds(name.label.zh), name) for name in every]
