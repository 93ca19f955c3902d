"""An answer as a page or a file shows it: its clauses numbered, its codes named.

Must not know how the answer was found, nor how a page looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import url_for

from kb.ask.answer import Answer
from kb.ask.rows import STATUSES, Row
from kb.plan.evidence import Span
from kb.text import Language, Text
from server.clauses import Clauses, Context, Source
from server.labels import Labels

#: Characters that turn the direction of what follows, or cannot be seen.
_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause that rows rest on.

    Args:
        number: in the answer, from 1.
        quote: the clause.
        start: its place in the source, in code points.
        end: of its place, exclusive.
        source: it stands in.
        context: what stands around it.
        address: of its own page.
        rows: positions of the rows that rest on it, from 1.
    """

    number: int
    quote: str
    start: int
    end: int
    source: Source
    context: Context
    address: str
    rows: tuple[int, ...]

    def cited(self, lang: Language) -> str:
        """A reference to it, to be copied."""
        url = url_for(
            "source.clause", name=self.source.name, start=self.start, end=self.end, _external=True
        )
        source, place = self.source, f"{self.start}–{self.end}"
        if lang == "zh":
            known = f"，sha256 {source.sha256}" if source.sha256 else ""
            return f"“{self.quote}”，《{source.title}》，字符 {place}{known}，{url}"
        known = f", sha256 {source.sha256}" if source.sha256 else ""
        return f"“{self.quote}”, {source.title}, characters {place}{known}, {url}"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its codes in words, and the numbers of its clauses.

    Args:
        row: as the answer has it.
        team: name of the team.
        value: with its unit, as in a sentence.
        comparator: how the value is meant; empty where that says nothing.
        role: in which a body is involved.
        kind: name of the class.
        numbers: of the citations.
    """

    row: Row
    team: Text
    value: Text
    comparator: Text
    role: Text
    kind: Text
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer with everything a page says of it.

    Args:
        answer: as everyone gets it.
        question: in pieces; each with whether it was not understood.
        elsewhere: what was not understood, and is not found in the question as written.
        rows: in the answer's order.
        citations: in the order of their numbers.
        sources: that the citations are from.
        statuses: of the rows, strongest first, each with its meaning.
    """

    answer: Answer
    question: tuple[tuple[str, bool], ...]
    elsewhere: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    citations: tuple[Citation, ...]
    sources: tuple[Source, ...]
    statuses: tuple[tuple[str, Text], ...]

    @property
    def team(self) -> Text | None:
        """The team that every row is of, if it is one."""
        teams = {row.team for row in self.rows}
        return next(iter(teams)) if len(teams) == 1 and any(team.zh for team in teams) else None

    @property
    def has_teams(self) -> bool:
        """Whether rows differ in whose they are."""
        return self.team is None and any(row.team.zh for row in self.rows)

    @property
    def has_values(self) -> bool:
        """Whether any row has a figure."""
        return any(row.value.zh for row in self.rows)


def show(answer: Answer, labels: Labels, clauses: Clauses) -> Shown:
    """An answer with its clauses numbered in the order in which rows name them."""
    numbers: dict[tuple[str, int, int], int] = {}
    used: dict[int, tuple[Span, list[int]]] = {}
    rows = []
    for place, row in enumerate(answer.rows, 1):
        own = []
        for span in row.evidence:
            number = numbers.setdefault((span.source, span.start, span.end), len(numbers) + 1)
            used.setdefault(number, (span, []))[1].append(place)
            own.append(number)
        rows.append(_row(row, tuple(dict.fromkeys(own)), labels))
    citations = tuple(_citation(n, span, at, clauses) for n, (span, at) in used.items())
    pieces, elsewhere = marked(answer.question, answer.unknown)
    present = {row.status for row in answer.rows}
    return Shown(
        answer,
        pieces,
        elsewhere,
        tuple(rows),
        citations,
        tuple({citation.source.iri: citation.source for citation in citations}.values()),
        tuple(
            (status, labels.meaning("status", status)) for status in STATUSES if status in present
        ),
    )


def marked(
    question: str, unknown: tuple[str, ...]
) -> tuple[tuple[tuple[str, bool], ...], tuple[str, ...]]:
    """A question in pieces, each with whether it was not understood; and what is not in it.

    >>> marked("goals of quantum chess", ("quantum chess",))
    ((('goals of ', False), ('quantum chess', True)), ())
    """
    flags = bytearray(len(question))
    folded = question.lower()
    if len(folded) != len(question):  # a letter whose small form is two: positions would move
        folded = question
    elsewhere = []
    for span in unknown:
        at = folded.find(span.lower())
        if not span or at < 0:
            elsewhere.append(span)
        else:
            flags[at : at + len(span)] = b"\1" * len(span)
    pieces: list[tuple[str, bool]] = []
    for letter, flag in zip(question, flags, strict=True):
        if pieces and pieces[-1][1] == bool(flag):
            pieces[-1] = (pieces[-1][0] + letter, bool(flag))
        else:
            pieces.append((letter, bool(flag)))
    return tuple(pieces), tuple(elsewhere)


def plain(text: str) -> str:
    r"""A text for a title or a file's name: without what cannot be seen or turns the direction.

    >>> plain("a\u202eb\nc")
    'a b c'
    """
    return _UNSEEN.sub(" ", text).strip()


def figure(row: Row, labels: Labels) -> Text:
    """A row's value with its unit: 40%, 15:35:50, 10,000 人."""
    if row.value is None:
        return Text("", "")
    if isinstance(row.value, tuple):
        joined = " : ".join(f"{term:,}" for term in row.value)
        return Text(joined, joined)
    number = f"{row.value:,}"
    if row.unit in labels.symbols:
        sign = labels.symbols[row.unit]
        return Text(number + sign, number + sign)
    unit = labels.of("unit", row.unit) if row.unit else Text("", "")
    noun = unit.en if row.value == 1 else plural(unit.en)
    return Text(f"{number} {unit.zh}".strip(), f"{number} {noun}".strip())


def plural(noun: str) -> str:
    """An English noun for more than one.

    >>> plural("person"), plural("class")
    ('persons', 'classes')
    """
    if not noun or (noun.endswith("s") and not noun.endswith("ss")):
        return noun
    return noun + ("es" if noun.endswith("ss") else "s")


def _row(row: Row, numbers: tuple[int, ...], labels: Labels) -> ShownRow:
    none = Text("", "")
    whole = Text("整个规划", "whole plan")
    team = whole if row.team == "plan" else labels.of("team", row.team) if row.team else none
    roles = [labels.of("role", role) for role in row.role.split("|") if role]
    return ShownRow(
        row,
        team,
        figure(row, labels),
        labels.of("comparator", row.comparator)
        if row.comparator not in ("", "equals", "unmarked", "ratio", row.unit)
        else none,
        Text("、".join(role.zh for role in roles), ", ".join(role.en for role in roles)),
        labels.of("class", row.type) if row.type else none,
        numbers,
    )


def _citation(number: int, span: Span, rows: list[int], clauses: Clauses) -> Citation:
    source = clauses.source(span.source)
    return Citation(
        number,
        span.quote,
        span.start,
        span.end,
        source,
        clauses.around(source.name, span.start, span.end),
        url_for("source.clause", name=source.name, start=span.start, end=span.end),
        tuple(dict.fromkeys(rows)),
    )
