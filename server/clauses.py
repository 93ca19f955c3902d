"""The clauses of the sources in their order, and what stands around one.

The surroundings are the operator's text of the source where it was given; else the neighbouring
clauses that the graph quotes, with gaps where it quotes nothing. Positions are Unicode code
points. Must not know HTTP, nor what the clauses are evidence for.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from kb.ask.rows import span_of
from kb.plan.evidence import Span
from kb.settings import Settings
from kb.terms import DCTERMS, OA, SKOS
from kb.text import Text
from server import held
from server.knowledge import Knowledge

#: Code points of surroundings on either side of a clause.
_AROUND = 90
GAP = "…"


@dataclass(frozen=True, slots=True)
class Source:
    """One source as the graph describes it.

    Args:
        name: its local name, as evidence in JSON has it.
        iri: of the source.
        label: what it is called here.
        title: its own, in its own language; its label where it has none.
        sha256: of its text.
        length: of its text, in code points.
        language: of its text (BCP 47).
        text: where the operator gave it and its hash is right; else empty.
    """

    name: str
    iri: str
    label: Text
    title: str
    sha256: str
    length: int
    language: str = "zh"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A clause with what stands around it.

    Args:
        before: up to the clause.
        quote: the clause itself.
        after: from its end.
        whole: whether the surroundings are the source's own text, without gaps.
    """

    before: str
    quote: str
    after: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Clauses:
    """All clauses that the graph cites.

    Args:
        sources: by local name.
        spans: by the source's local name, in order.
        ends: the same, by their ends; of those with one end the longest first.
    """

    sources: dict[str, Source]
    spans: dict[str, tuple[Span, ...]]
    ends: dict[str, tuple[Span, ...]]

    @classmethod
    def read(cls, knowledge: Knowledge, file: Path | None) -> Clauses:
        """The clauses of one revision.

        Args:
            knowledge: to read from.
            file: the text of a source, as the operator gave it.
        """
        ns = knowledge.base + "ns#"
        spans: dict[str, list[Span]] = {}
        for row in knowledge.store.select(
            f"""SELECT DISTINCT ?span ?start ?end ?exact ?source WHERE {{
                ?span <{OA}start> ?start ; <{OA}end> ?end ; <{OA}exact> ?exact ;
                      <{ns}inSource> ?source }}"""
        ):
            span = span_of(_cells(row))
            spans.setdefault(_local(span.source), []).append(span)
        sources: dict[str, Source] = {}
        text, digest = _text_of(file)
        for row in knowledge.store.select(
            f"""SELECT ?s ?sha ?n ?title ?tongue ?zh ?en WHERE {{
                ?s a <{ns}Source> ; <{ns}sha256> ?sha ; <{ns}codePoints> ?n .
                OPTIONAL {{ ?s <{DCTERMS}title> ?title }}
                OPTIONAL {{ ?s <{DCTERMS}language> ?tongue }}
                OPTIONAL {{ ?s <{SKOS}prefLabel> ?zh FILTER(LANG(?zh) = "zh") }}
                OPTIONAL {{ ?s <{SKOS}prefLabel> ?en FILTER(LANG(?en) = "en") }}
            }} ORDER BY ?s ?title"""
        ):
            cell = _cells(row)
            name = _local(cell["s"])
            zh = cell.get("zh") or cell.get("en") or name
            sources.setdefault(
                name,
                Source(
                    name,
                    cell["s"],
                    Text(zh, cell.get("en") or zh),
                    cell.get("title") or zh,
                    cell["sha"],
                    int(cell["n"]),
                    cell.get("tongue") or "zh",
                    text if digest == cell["sha"] else "",
                ),
            )
        return cls.of(sources, spans)

    @classmethod
    def of(cls, sources: dict[str, Source], spans: Mapping[str, Iterable[Span]]) -> Clauses:
        """These clauses of these sources, in their order."""
        return cls(
            sources,
            {name: tuple(sorted(own)) for name, own in spans.items()},
            {
                name: tuple(sorted(own, key=lambda span: (span.end, -span.start)))
                for name, own in spans.items()
            },
        )

    def source(self, iri: str) -> Source:
        """The source of a span; one that the graph does not describe has its name only."""
        name = _local(iri)
        return self.sources.get(name) or Source(name, iri, Text(name, name), name, "", 0)

    def within(self, name: str, start: int, end: int) -> tuple[Span, ...]:
        """The clauses of a source that a range touches."""
        return tuple(
            span for span in self.spans.get(name, ()) if span.start < end and start < span.end
        )

    def around(self, name: str, start: int, end: int) -> Context:
        """A range of a source in its surroundings."""
        source = self.sources.get(name)
        if source is not None and source.text:
            text = source.text
            first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
            return Context(
                (GAP if first else "") + text[first:start],
                text[start:end],
                text[end:last] + (GAP if last < len(text) else ""),
                whole=True,
            )
        spans = self.spans.get(name, ())
        return Context(
            _before(self.ends.get(name, ()), start),
            _quoted(spans, start, end),
            _after(spans, end),
            whole=False,
        )


def clauses() -> Clauses:
    """The clauses of the revision that the request is answered from."""
    settings: Settings = current_app.extensions["plankb.settings"]
    return held.of_revision("clauses", lambda now: Clauses.read(now, settings.source))


def _quoted(spans: tuple[Span, ...], start: int, end: int) -> str:
    """What is known of a range from the quotes that touch it."""
    exact = next((span.quote for span in spans if (span.start, span.end) == (start, end)), None)
    if exact is not None:
        return exact
    letters: dict[int, str] = {}
    for span in spans:
        if span.start < end and start < span.end:
            for at in range(max(start, span.start), min(end, span.end)):
                letters[at] = span.quote[at - span.start]
    shown, last = "", start - 1
    for at in sorted(letters):
        shown += ("" if at == last + 1 else GAP) + letters[at]
        last = at
    return shown if last == end - 1 else shown + GAP


def _before(ends: tuple[Span, ...], start: int) -> str:
    """Quotes that end before a position, joined, nearest last."""
    shown, edge, known = "", start, 0
    at = bisect_right(ends, start, key=lambda span: span.end)
    while at > 0 and known < _AROUND / 2:
        # Of those with one end the longest is the first.
        at = bisect_left(ends, ends[at - 1].end, key=lambda span: span.end)
        span = ends[at]
        shown = span.quote + ("" if span.end == edge else GAP) + shown
        edge, known = span.start, known + len(span.quote)
        at = bisect_right(ends, edge, 0, at, key=lambda span: span.end)
    return (GAP if edge else "") + shown


def _after(spans: tuple[Span, ...], end: int) -> str:
    """Quotes that begin after a position, joined."""
    shown, edge, known = "", end, 0
    at = bisect_left(spans, end, key=lambda span: span.start)
    while at < len(spans) and known < _AROUND / 2:
        # Of those that begin at the same place, the longest is the last.
        begin = spans[at].start
        at = bisect_right(spans, begin, key=lambda span: span.start)
        span = spans[at - 1]
        shown += ("" if begin == edge else GAP) + span.quote
        edge, known = span.end, known + len(span.quote)
        at = max(at, bisect_left(spans, edge, key=lambda span: span.start))
    return shown + GAP


def _text_of(file: Path | None) -> tuple[str, str]:
    """The operator's text and its hash; both empty where there is none."""
    if file is None:
        return "", ""
    try:
        data = file.read_bytes()
        return data.decode("utf-8"), hashlib.sha256(data).hexdigest()
    except (OSError, UnicodeDecodeError):
        return "", ""  # it was checked when the service started; without it there are the quotes


def _cells(row: object) -> dict[str, str]:
    assert isinstance(row, dict)
    return {name: str(getattr(term, "value", term)) for name, term in row.items()}


def _local(iri: str) -> str:
    return iri.rstrip("/").rsplit("/", 1)[-1]
