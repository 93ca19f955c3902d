"""What a resource is linked to: a picture to explore and a list, from the rows of one view.

The page holds both without a script: what points to the resource stands on the left, what it
points to on the right, and many of a kind are one mark that leads to their list. With a script
the picture is a graph that grows where it is clicked. Must not know what a link means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from kb.plan import views as known
from kb.text import Text
from server import addresses, delivery, labelled, language, tables, views
from server.access import knowledge
from server.labels import labels
from server.page_texts import PAGES
from server.tables import Line, Table
from server.texts import TEXTS

blueprint = Blueprint("neighbours", __name__)

#: More than so many of one class, relation and status are drawn as one.
_TOGETHER = 6
_STEP = 30
#: So many neighbours show their own links at depth 2, each so many of them.
_NEAR, _OWN = 30, 6
#: Strongest first.
_STATUSES = ("stated", "derived", "editorial", "external", "reported")
_SENTENCES = (
    "explore-picture", "explore-centre", "explore-page", "explore-failed", "explore-links",
    "explore-none",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn on one side: a resource, or several of a class together.

    Args:
        label: of the resource, or of the class.
        count: how many it stands for.
        address: of the page that has it in the middle, or lists them all.
        relation: what links it; status: of the statement.
        y: height in user units.
    """

    label: Text
    count: int
    address: str
    relation: Text
    status: str
    y: int


@dataclass(frozen=True, slots=True)
class Further:
    """What a neighbour is linked to in turn.

    Args:
        label: of the neighbour; address: of the page that has it in the middle.
        links: the first of its links, without the one that leads back.
        more: how many others it has.
    """

    label: Text
    address: str
    links: tuple[Mark, ...]
    more: int


@blueprint.get("/explore")
def page() -> Response:
    """The links of a resource, filtered by status and class."""
    focus = addresses.existing(request.args.get("focus") or _plan())
    whole = _links(focus)
    asked = [name for name in request.args.getlist("status") if name in _STATUSES]
    kind = request.args.get("kind", "")
    depth = 2 if request.args.get("depth") == "2" else 1
    found = [
        line
        for line in whole.lines
        if (not asked or line.fields["status"].status in asked) and kind in ("", _kind(line))
    ]
    left = _side(found, focus, "←", together=not kind)
    right = _side(found, focus, "→", together=not kind)
    statuses = [n for n in _STATUSES if any(e.fields["status"].status == n for e in whole.lines)]
    kinds = {_kind(line): line.fields["kind"].text for line in whole.lines}
    label = labelled.labels([focus])[focus]
    return views.page(
        "explore.html",
        focus=focus,
        label=label,
        table=replace(whole, lines=tuple(found)),
        total=len(whole.lines),
        left=left,
        right=right,
        height=_STEP * max(len(left), len(right), 1) + _STEP,
        statuses=statuses,
        kinds=sorted(kinds.items()),
        chosen=asked or statuses,
        chosen_kind=kind,
        address=addresses.local_address(focus),
        depth=depth,
        step=_step,
        further=_further(focus, found) if depth == 2 else None,
        config=_config(focus, label, whole, depth),
    )


@blueprint.get("/api/neighbours")
def api() -> Response:
    """The links of a resource, each with the other end, its class and the status."""
    asked = request.args.get("focus") or _plan()
    focus = addresses.existing(asked)
    found = {
        "focus": focus,
        "page": addresses.local_address(focus),
        "links": _as_json(_links(focus)),
    }
    data = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    revision = knowledge().revision
    own_tag = delivery.tag(revision, "neighbours", focus, language.of_request())
    return delivery.send(data, "application/json", revision, own_tag, vary="Accept-Language")


def _plan() -> str:
    plans = labels().plans
    return plans[0].iri if plans else ""


def _links(focus: str) -> Table:
    return tables.table(known.view("neighbours", knowledge().base), focus)


def _kind(line: Line) -> str:
    """The local name of the class, for addresses."""
    return labelled.local(line.fields["kind"].iri)


def _side(found: Iterable[Line], focus: str, way: str, *, together: bool) -> list[Mark]:
    groups: dict[tuple[str, Text, str], list[Line]] = {}
    for line in found:
        if line.fields["way"].text.en == way:
            status = line.fields["status"].status
            groups.setdefault((_kind(line), line.fields["relation"].text, status), []).append(line)
    marks: list[Mark] = []
    for (kind, relation, status), lines in groups.items():
        if together and len(lines) > _TOGETHER:
            there = _address(focus, kind=kind)
            own = [(lines[0].fields["kind"].text, len(lines), there)]
        else:
            own = [(o.text, 1, _address(o.iri)) for o in (line.fields["other"] for line in lines)]
        for label, count, address in own:
            y = _STEP + _STEP * len(marks)
            marks.append(Mark(label, count, address, relation, status, y))
    return marks


def _further(focus: str, found: list[Line]) -> tuple[tuple[Further, ...], int]:
    """The neighbours with their own links, and how many neighbours are left out."""
    near = {line.fields["other"].iri: line.fields["other"].text for line in found}
    shown = list(near)[:_NEAR]
    if not shown:
        return (), 0
    rows = knowledge().store.select(known.view("neighbours", knowledge().base).bound(*shown))
    links: dict[str, list[dict[str, str]]] = {iri: [] for iri in shown}
    for row in rows:
        cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        if cell["other"] != focus:
            links[cell["focus"]].append(cell)
    first = {iri: own[:_OWN] for iri, own in links.items()}
    each = [cell for own in first.values() for cell in own]
    names = labelled.labels({cell[name] for cell in each for name in ("other", "relation")})

    def mark(cell: dict[str, str]) -> Mark:
        said, end = names[cell["relation"]], names[cell["other"]]
        relation = Text(f"{cell['way']} {said.zh}", f"{cell['way']} {said.en}")
        return Mark(end, 1, _address(cell["other"]), relation, cell["status"], 0)

    return tuple(
        Further(
            near[iri],
            _address(iri),
            tuple(mark(cell) for cell in own),
            len(links[iri]) - len(own),
        )
        for iri, own in first.items()
    ), len(near) - len(shown)


def _step(depth: int) -> str:
    """The address of this page so many steps deep."""
    values = [(name, value) for name, value in request.args.items(multi=True) if name != "depth"]
    return (
        f"{url_for('neighbours.page')}?{urlencode([*values, ('depth', depth)], errors='replace')}"
    )


def _address(focus: str, kind: str | None = None) -> str:
    return url_for("neighbours.page", focus=focus, lang=language.of_request(), kind=kind)


def _as_json(table: Table) -> list[dict[str, object]]:
    return [
        {
            "way": "out" if line.fields["way"].text.en == "→" else "in",
            "relation": line.fields["relation"].text.as_dict(),
            "iri": line.fields["other"].iri,
            "label": line.fields["other"].text.as_dict(),
            "page": line.fields["other"].link,
            "kind": _kind(line),
            "kindLabel": line.fields["kind"].text.as_dict(),
            "status": line.fields["status"].status,
        }
        for line in table.lines
    ]


def _config(focus: str, label: Text, table: Table, depth: int) -> dict[str, object]:
    """What the script starts from: the links that the page has anyway, and its sentences."""
    lang = language.of_request()
    return {
        "lang": lang,
        "focus": {"iri": focus, "label": label.as_dict(), "page": addresses.local_address(focus)},
        "links": _as_json(table),
        "depth": depth,
        "api": url_for("neighbours.api", lang=lang),
        "explore": url_for("neighbours.page", lang=lang),
        "t": {
            **{name: PAGES[name].in_(lang) for name in _SENTENCES},
            **{name: TEXTS[name].in_(lang) for name in _STATUSES},
        },
    }
