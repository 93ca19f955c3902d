"""A source cut into passages: what some clause covers, by its narrowest clause, and the rest.

With the operator's text the whole source is there; without it only the clauses, and a gap
wherever nothing is quoted. Positions are Unicode code points. Must not know HTTP.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from kb.plan.evidence import Span
from server.clauses import GAP, Source


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a source.

    Args:
        text: of the piece; :data:`server.clauses.GAP` where it is not known.
        span: the narrowest clause that covers it; None where nothing is quoted.
        start: where it begins in the source.
    """

    text: str
    span: Span | None = None
    start: int = 0

    @property
    def end(self) -> int:
        """Where a quoted piece ends in the source."""
        return self.start + len(self.text)


def paragraphs(source: Source, spans: tuple[Span, ...]) -> list[list[Passage]]:
    """The passages of a source, in their order, by paragraph.

    Args:
        source: with its text where the operator gave it.
        spans: its clauses, in order; they may overlap.
    """
    found: list[list[Passage]] = [[]]
    for passage in _passages(source, spans):
        at = passage.start
        for number, text in enumerate(passage.text.split("\n")):
            if number and found[-1]:
                found.append([])
            if text.strip():
                found[-1].append(Passage(text, passage.span, at))
            at += len(text) + 1
    return [paragraph for paragraph in found if paragraph]


def _passages(source: Source, spans: tuple[Span, ...]) -> Iterator[Passage]:
    ends = sorted({0, source.length, *(s.start for s in spans), *(s.end for s in spans)})
    before: Span | None = None
    held, begin = "", 0
    for start, end in itertools.pairwise(ends):
        over = [span for span in spans if span.start <= start and end <= span.end]
        narrow = min(over, key=lambda span: (span.end - span.start, span.start), default=None)
        if narrow is None:
            text = source.text[start:end] if source.text else GAP
        else:
            text = narrow.quote[start - narrow.start : end - narrow.start]
        if held and narrow != before:
            yield Passage(held, before, begin)
            held = ""
        begin = begin if held else start
        held, before = held + text, narrow
    if held:
        yield Passage(held, before, begin)
