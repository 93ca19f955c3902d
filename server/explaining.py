"""Why a statement is made: the clauses, the rule with its inputs, the reason or the source.

Must not know how any of these is found.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyoxigraph as ox
from flask import Blueprint, Response, request

from kb.ask.rows import STATUSES
from kb.errors import UnknownName
from kb.plan.graph import PlanGraph
from kb.plan.why import Explainer, Explanation
from kb.text import Text
from server import addresses, delivery, held, labelled, views
from server.access import knowledge
from server.knowledge import Knowledge

blueprint = Blueprint("explaining", __name__)

#: Of a statement only the text of its object is known: a literal may begin like an address.
_IRI = re.compile(r'https?:[^\x00-\x20<>"{}|\\^`]+')


@blueprint.get("/why")
def page() -> Response:
    """The statements asked for, each with what it stands on."""
    subject, found = _asked()
    terms = {subject, *(one.predicate for one in found), *(one.object for one in found)}
    terms |= {iri for one in found for iri in one.inputs}
    return views.page(
        "why.html", subject=subject, statements=found, labels=_labels(terms), address=_address
    )


@blueprint.get("/api/why")
def api() -> Response:
    """The same for programs, in the form of ``plankb why --json``."""
    subject, found = _asked()
    body = {"subject": subject, "statements": [one.as_dict() for one in found]}
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    revision = knowledge().revision
    own_tag = delivery.tag(revision, "why", request.query_string.decode("ascii", "replace"))
    return delivery.send(data, "application/json", revision, own_tag)


def _asked() -> tuple[str, list[Explanation]]:
    subject = request.args.get("s", "")
    if not subject:
        raise UnknownName(
            "resource",
            Text("没有给出主语", "no subject is given"),
            Text("用 ?s= 给出资源的 IRI，可加 p= 和 o=", "give a resource as ?s=, and p= and o="),
        )
    iri = addresses.existing(subject)
    predicate, value = request.args.get("p") or None, request.args.get("o") or None
    found = held.of_revision("explainer", _explainer).explain(iri, predicate, value)
    return iri, [one for one in found if one.status in STATUSES]


def _explainer(knowledge: Knowledge) -> Explainer:
    """Over the plan's own graphs; those of reports lead to their cells instead."""
    base = knowledge.base
    names = [
        str(getattr(row["g"], "value", ""))
        for row in knowledge.store.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s a ?c } }")
    ]
    data = b"".join(
        ox.serialize(
            (
                ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode(name))
                for one in knowledge.store.graph(name)
            ),
            format=ox.RdfFormat.N_QUADS,
        )
        or b""
        for name in names
        if not name.startswith(f"{base}graph/report/")
    )
    return Explainer(PlanGraph(base, (), data, knowledge.revision, Path()))


def _labels(terms: set[str]) -> dict[str, Text]:
    """What the terms of statements are called; literals are called what they are."""
    iris = {term for term in terms if _IRI.fullmatch(term)}
    return {**{term: Text(term, term) for term in terms - iris}, **labelled.labels(iris)}


def _address(term: str) -> str:
    return addresses.local_address(term) if term.startswith(knowledge().base) else ""
