"""Conditions that a question joins, each about another class or figure, as one set.

Must not know what is asked of the set.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from kb.ask.amounts import Amount
from kb.ask.form import Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.sets import SetBuilder

Named = TypeVar("Named", Mention, Amount)


def conjoined(named: Mentions, asked: Mention, sets: SetBuilder) -> Set | None:
    """The set of those to which several conditions hold, each about another class.

    Which team grows by 10,000, and also has a target on titles: two different targets.
    """
    if sets.lexicon.has_figures(asked.values[0]) or sets.lexicon.provision in asked.values:
        return None
    parts = _both(named, asked, sets.lexicon) or _parts(named, asked)
    if len(parts) < 2 or not all(_is_condition(part) for part in parts):
        return None
    found = [
        SetBuilder(part, sets.lexicon, sets.clauses).build(asked, part.classes) for part in parts
    ]
    if len({members.kind for members in found}) > 1:
        return None
    return Set.of(found[0].kind, [item for members in found for item in members.filters])


def _both(named: Mentions, asked: Mention, lexicon: Lexicon) -> tuple[Mentions, ...]:
    """Two conditions on one class: both recruitment and training mechanisms."""
    others = tuple(item for item in named.classes if item is not asked)
    team = lexicon.kind("TalentTeam")
    told = [i for i in named.entities if not lexicon.is_a(i.values[0], team)]
    told = sorted([*told, *named.topics], key=lambda item: item.place)
    if not named.has("both") or len(others) != 1 or len(told) != 2 or named.amounts:
        return ()
    between = named.tokens[told[0].place + 1 : told[1].place]
    again = any(token.role("both") for token in between)  # 既有引进又有培养
    joined = named.beside(*told) or (again and not any(token.content for token in between))
    if not joined or any(item.negated for item in (*told, *others)):
        return ()
    return tuple(
        replace(
            named,
            classes=others,
            entities=tuple(
                i for i in named.entities if i is one or lexicon.is_a(i.values[0], team)
            ),
            topics=tuple(i for i in named.topics if i is one),
        )
        for one in told
    )


def _is_condition(part: Mentions) -> bool:
    """Whether what is named in a part of a question says something of what is asked for."""
    told = part.classes or part.entities or part.topics
    return bool(told) or all(not one.plain or one.figure.unit for one in part.amounts)


def _parts(named: Mentions, asked: Mention) -> tuple[Mentions, ...]:
    """The conditions that a question joins, each with what it names.

    A condition begins at a comma or a word for “and”, and has a class or a number of its
    own; what has none belongs to the condition before it. The class asked for is in none.
    """
    starts = [
        place
        for place, token in enumerate(named.tokens)
        if place
        and (token.parted or token.begins or token.role("and", "both") or named.relative(place))
    ]
    parts: list[tuple[int, Mentions]] = []
    for first, end in pairwise([0, *starts, len(named.tokens)]):
        part = _between(named, first, end, asked)
        if parts and not (_bears(part) and _bears(parts[-1][1])):
            begin, _ = parts.pop()
            parts.append((begin, _between(named, begin, end, asked)))
        else:
            parts.append((first, part))
    return tuple(part for _, part in parts)


def _bears(part: Mentions) -> bool:
    """Whether a part has a class or a number of its own."""
    return bool(part.classes or part.amounts)


def _between(named: Mentions, first: int, end: int, asked: Mention) -> Mentions:
    """The same with nothing named but what stands between two places."""

    def kept(items: tuple[Named, ...]) -> tuple[Named, ...]:
        return tuple(item for item in items if first <= item.place < end and item is not asked)

    return replace(
        named,
        classes=kept(named.classes),
        entities=kept(named.entities),
        topics=kept(named.topics),
        amounts=kept(named.amounts),
        scopes=kept(named.scopes),
        facts=kept(named.facts),
    )
