"""A place in a source at an address of its own, with what stands around it and what rests on it.

Must not know what the statements say.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from kb.ask.rows import STATUSES, status_of
from kb.errors import UnknownName
from kb.plan.evidence import Span
from kb.terms import RDFS, SKOS
from kb.text import Text
from server import addresses, delivery, language, passages, views
from server.access import knowledge
from server.chat_texts import PAGE
from server.clauses import clauses

blueprint = Blueprint("source", __name__)


@dataclass(frozen=True, slots=True)
class Resting:
    """Something that rests on a clause: its name, its page here, and its status."""

    label: Text
    link: str
    status: str


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
    source = known.sources[name]
    found = passages.paragraphs(source, known.spans.get(name, ()))
    return views.page("reading.html", source=source, paragraphs=found)


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
