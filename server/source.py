"""A place in a source at an address of its own, with what stands around it and what rests on it.

Must not know what the statements say.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from kb.ask.rows import STATUSES, status_of
from kb.errors import UnknownName
from kb.plan.evidence import Span
from kb.terms import OA, RDFS, SKOS
from kb.text import Text
from server import addresses, delivery, held, labelled, language, passages, views
from server.access import knowledge
from server.chat_texts import PAGE
from server.clauses import clauses
from server.knowledge import Knowledge

blueprint = Blueprint("source", __name__)


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on a clause: its name, its page here, and its status."""

    label: Text
    link: str
    status: str


@dataclass(frozen=True, slots=True)
class Citing:
    """Something that cites the source: its IRI, its name and status, and the places it cites."""

    iri: str
    label: Text
    status: str
    places: tuple[tuple[int, int], ...]

    @property
    def at(self) -> str:
        """The places as text: ``12-30 41-44``."""
        return " ".join(f"{start}-{end}" for start, end in self.places)


@dataclass(frozen=True, slots=True)
class CitingKind:
    """All of a class that cite the source, in the source's order."""

    kind: Text
    things: tuple[Citing, ...]


@blueprint.get("/source/<name>")
def reading(name: str) -> Response:
    """The source with every clause marked; without the operator's text, the clauses alone."""
    known = clauses()
    if name not in known.sources:
        raise UnknownName(
            "resource",
            Text(f"没有“{name[:80]}”这个来源", f"there is no source “{name[:80]}”"),
            Text(f"有：{'、'.join(known.sources)}", f"there are: {', '.join(known.sources)}"),
        )
    source, spans = known.sources[name], known.spans.get(name, ())
    asked = request.args.get("of", "")
    of = addresses.existing(asked) if asked else ""
    citing = held.of_revision("citing", _citing)
    parts = held.of_revision(f"passages {name}", lambda _: passages.paragraphs(source, spans))
    own = next((one for group in citing for one in group.things if one.iri == of), None)
    return views.page(
        "reading.html",
        source=source,
        paragraphs=parts,
        count=len(spans),
        citing=citing,
        own=own,
        marked=own.places if own else (),
        within=_within,
    )


@blueprint.get("/source/<name>/<int:start>-<int:end>")
def clause(name: str, start: int, end: int) -> Response:
    """A range of a source, of which some clause is cited."""
    known = clauses()
    found = known.within(name, start, end) if start < end else ()
    if name not in known.sources or not found:
        raise UnknownName(
            "resource",
            Text(
                f"来源“{name[:80]}”的 {start}–{end} 没有被引用的语句",
                f"no clause at {start}–{end} of a source “{name[:80]}” is cited",
            ),
            Text("从答案的引文可到各语句", "the citations of answers lead to the clauses"),
        )
    chosen = language.of_request()
    content = render_template(
        "clause.html",
        p={key: text.in_(chosen) for key, text in PAGE.items()},
        source=known.sources[name],
        start=start,
        end=end,
        context=known.around(name, start, end),
        spans=found,
        resting=_resting(found),
        neighbours=_neighbours(known.spans[name], start, end),
        data=[
            (span, [(s, addresses.local_address(span.iri, s)) for s in ("ttl", "jsonld")])
            for span in found
        ],
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


def _within(start: int, end: int, places: tuple[tuple[int, int], ...]) -> bool:
    """Whether a passage lies in one of some places."""
    return any(first <= start and end <= last for first, last in places)


def _citing(knowledge: Knowledge) -> tuple[CitingKind, ...]:
    """What cites the source, by class; the classes in the order of their names."""
    ns = knowledge.base + "ns#"
    found: dict[str, dict[str, set[tuple[int, int]]]] = {}
    statuses: dict[str, str] = {}
    for row in knowledge.store.select(
        f"""SELECT DISTINCT ?kind ?x ?start ?end ?g WHERE {{
            ?x <{ns}evidence> ?span . ?span <{OA}start> ?start ; <{OA}end> ?end .
            GRAPH ?g {{ ?x a ?kind }} ?kind <{RDFS}label> ?any .
            FILTER NOT EXISTS {{ ?x a ?narrow . ?narrow <{RDFS}subClassOf> ?kind }} }}"""
    ):
        cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        places = found.setdefault(cell["kind"], {}).setdefault(cell["x"], set())
        places.add((int(cell["start"]), int(cell["end"])))
        statuses.setdefault(cell["x"], status_of(cell["g"]))
    names = labelled.labels({*found, *statuses})
    return tuple(
        CitingKind(
            names[kind],
            tuple(
                Citing(iri, names[iri], statuses[iri], tuple(sorted(places)))
                for iri, places in sorted(things.items(), key=lambda item: min(item[1]))
            ),
        )
        for kind, things in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _neighbours(spans: tuple[Span, ...], start: int, end: int) -> tuple[Span | None, Span | None]:
    """The cited clauses before and after a range."""
    before = [span for span in spans if span.end <= start]
    after = [span for span in spans if span.start >= end]
    return (max(before, key=lambda span: span.end) if before else None, after[0] if after else None)


def _resting(spans: tuple[Span, ...]) -> list[Resting]:
    """What has any of the spans for its evidence."""
    wanted = " ".join(f"<{span.iri}>" for span in spans)
    ns = knowledge().base + "ns#"
    found: dict[str, dict[str, str]] = {}
    statuses: dict[str, set[str]] = {}
    for row in knowledge().store.select(
        f"""SELECT DISTINCT ?x ?l ?g (LANG(?l) AS ?lang) WHERE {{ VALUES ?span {{ {wanted} }}
            ?x <{ns}evidence> ?span . GRAPH ?g {{ ?x a ?kind }}
            OPTIONAL {{ ?x <{SKOS}prefLabel>|<{RDFS}label> ?l }} }} ORDER BY ?x ?l"""
    ):
        cell = {name: str(getattr(term, "value", term)) for name, term in row.items()}
        own = found.setdefault(cell["x"], {})
        statuses.setdefault(cell["x"], set()).add(status_of(cell["g"]))
        if "l" in cell:
            own.setdefault(cell["lang"], cell["l"])
    return [
        Resting(
            _label(iri, said),
            addresses.local_address(iri),
            min(statuses[iri], key=STATUSES.index),
        )
        for iri, said in found.items()
    ]


def _label(iri: str, said: dict[str, str]) -> Text:
    local = iri.rstrip("/").rsplit("/", 1)[-1]
    zh = said.get("zh") or said.get("en") or local
    return Text(zh, said.get("en") or zh)
