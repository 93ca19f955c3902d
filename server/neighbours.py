"""What a resource is linked to, as a picture of three columns and as a list.

What points to it stands on the left, what it points to on the right; a line shows the status of
the statement by its dashes. Everything in the picture is a link, so it is explored by mouse,
touch or keyboard, and without scripts. Must not know what a link means.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from kb.ask.rows import STATUSES
from kb.terms import OA, RDF, RDFS, SKOS
from kb.text import Text
from server import addresses, labelled, views
from server.access import knowledge
from server.addresses import local_address

blueprint = Blueprint("neighbours", __name__)

#: So many on a side are drawn; the list has them all.
_DRAWN = 18
_STEP = 30


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A resource that the focus is linked to by one statement.

    Args:
        iri: of it; label: its name; kind: the name of a class of it.
        relation: the property's name; inward: whether it points to the focus.
        status: local name of the graph of the statement.
    """

    iri: str
    label: Text
    kind: Text
    relation: Text
    inward: bool
    status: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A neighbour in the picture, at its height in user units."""

    neighbour: Neighbour
    y: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the picture, and how many did not fit."""

    drawn: tuple[Drawn, ...]
    left_out: int


@blueprint.get("/explore")
def page() -> Response:
    """The neighbours of a resource, filtered by status and class."""
    iri = request.args.get("focus") or _plan()
    focus = addresses.existing(iri)
    status, kind = request.args.get("status", ""), request.args.get("kind", "")
    every = _neighbours(focus)
    kinds = sorted({one.kind for one in every if one.kind.en}, key=lambda text: text.en)
    found = [one for one in every if status in ("", one.status) and kind in ("", one.kind.en)]
    left = _side([one for one in found if one.inward])
    right = _side([one for one in found if not one.inward])
    height = _STEP * max(len(left.drawn), len(right.drawn), 1) + _STEP
    return views.page(
        "explore.html",
        focus=focus,
        label=labelled.labels([focus])[focus],
        found=found,
        left=left,
        right=right,
        height=height,
        statuses=[name for name in STATUSES if any(one.status == name for one in every)],
        kinds=kinds,
        chosen_status=status,
        chosen_kind=kind,
        address=local_address(focus),
    )


def _plan() -> str:
    rows = knowledge().store.select(
        f"SELECT ?p WHERE {{ ?p a <{knowledge().base}ns#Plan> }} ORDER BY ?p LIMIT 1"
    )
    return _text(rows[0]["p"]) if rows else ""


def _side(found: list[Neighbour]) -> Side:
    drawn = found[:_DRAWN]
    return Side(
        tuple(Drawn(one, _STEP + _STEP * at) for at, one in enumerate(drawn)),
        len(found) - len(drawn),
    )


def _neighbours(iri: str) -> list[Neighbour]:
    """Each once for a property, the firmest first; what has no name (spans, statements about
    statements) is left out.
    """
    base = knowledge().base
    hidden = " ".join(
        f"<{name}>"
        for name in (RDF + "type", SKOS + "inScheme", base + "ns#evidence", base + "ns#topic")
    )
    query = f"""SELECT DISTINCT ?x ?p ?g ?way ?zh ?en ?pzh ?pen ?kzh ?ken WHERE {{
        {{ GRAPH ?g {{ <{iri}> ?p ?x }} BIND("out" AS ?way) }} UNION
        {{ GRAPH ?g {{ ?x ?p <{iri}> }} BIND("in" AS ?way) }}
        FILTER(ISIRI(?x) && STRSTARTS(STR(?x), "{base}"))
        FILTER(?p NOT IN ({hidden.replace(" ", ", ")}))
        FILTER NOT EXISTS {{ ?x <{OA}exact> ?quote }}
        OPTIONAL {{ ?x <{SKOS}prefLabel> ?zh FILTER(LANG(?zh) = "zh") }}
        OPTIONAL {{ ?x <{SKOS}prefLabel> ?en FILTER(LANG(?en) = "en") }}
        OPTIONAL {{ ?p <{RDFS}label> ?pzh FILTER(LANG(?pzh) = "zh") }}
        OPTIONAL {{ ?p <{RDFS}label> ?pen FILTER(LANG(?pen) = "en") }}
        FILTER(BOUND(?zh) || BOUND(?en))
        OPTIONAL {{ ?x a ?k . ?k <{RDFS}label> ?kzh , ?ken .
            FILTER(LANG(?kzh) = "zh" && LANG(?ken) = "en")
            FILTER NOT EXISTS {{ ?x a ?narrow . ?narrow <{RDFS}subClassOf> ?k }} }}
    }} ORDER BY ?way ?p ?x ?k"""
    found: dict[tuple[str, str, str], Neighbour] = {}
    for row in knowledge().store.select(query):
        cell = {name: _text(term) for name, term in row.items()}
        status = cell["g"].rsplit("/", 1)[-1]
        if status not in STATUSES:
            continue
        found.setdefault(
            (cell["way"], cell["p"], cell["x"]),
            Neighbour(
                cell["x"],
                _of(cell["x"], cell.get("zh", ""), cell.get("en", "")),
                Text(cell.get("kzh", ""), cell.get("ken", "")),
                _of(cell["p"], cell.get("pzh", ""), cell.get("pen", "")),
                cell["way"] == "in",
                status,
            ),
        )
    return sorted(found.values(), key=lambda one: STATUSES.index(one.status))


def _of(iri: str, zh: str, en: str) -> Text:
    own = labelled.local(iri)
    return Text(zh or en or own, en or zh or own)


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
