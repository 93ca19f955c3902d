"""Numbers that a question names, with their units and what they are compared by.

Must not know what they are the numbers of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

from kb.ask import numbers
from kb.ask.form import Figure, Operator
from kb.ask.lexicon import Lexicon
from kb.ask.scan import Token
from kb.normalise import units

_OPERATORS = get_args(Operator)
_EMPTY = {"filler", "general"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number named, with what it is compared by.

    Args:
        place: of the number's token.
        figure: operator, number and unit.
        text: as the user wrote it.
        plain: without a word of comparison.
    """

    place: int
    figure: Figure
    text: str
    plain: bool


def amounts(tokens: tuple[Token, ...], lexicon: Lexicon) -> list[Amount]:
    """The numbers of a question with their units and what they are compared by."""
    found: list[Amount] = []
    skip = -1
    for place, token in enumerate(tokens):
        value = _number(token)
        if value is None and (single := _counted(tokens, place)) is not None:
            bound: Operator = _operator(tokens, place, place + 1) or "exactly"
            found.append(Amount(place, Figure(((bound, single),)), token.text, plain=False))
            continue
        if value is None or place <= skip:
            continue
        unit, after = _unit(tokens, place + 1, lexicon)
        operator = _operator(tokens, place, after)
        other = _second(tokens, place, after)
        if other is not None:
            skip, high = other
            unit = unit or _unit(tokens, skip + 1, lexicon)[0]
            bounds: tuple[tuple[Operator, float], ...] = (("at-least", value), ("at-most", high))
            text = " ".join(t.text for t in tokens[place : skip + 1])
            found.append(Amount(place, Figure(bounds, unit), text, plain=False))
        elif operator is not None or not _is_article(tokens, place):
            figure = Figure(((operator or "exactly", value),), unit)
            found.append(Amount(place, figure, token.text, plain=operator is None))
    return found


def _number(token: Token) -> float | None:
    if token.of("class", "entity", "clause", "fact", "topic") or token.role(
        "year", "filler", "particle"
    ):
        return None
    if any(s.kind == "word" and s.value == "filler" for s in token.senses):
        return None  # the lower one
    values = token.of("number")
    return float(values[0]) if values else None


def _counted(tokens: tuple[Token, ...], place: int) -> float | None:
    """The number of a word that else says nothing: *only one* team, *more than one*."""
    token = tokens[place]
    said = {sense.value for sense in token.senses if sense.kind == "word"}
    if not place or not tokens[place - 1].role("only", *_OPERATORS) or not said & _EMPTY:
        return None
    if token.role("particle") or any(s.kind not in ("word", "number") for s in token.senses):
        return None
    words = [unit.key for unit in units(token.text)]
    read = numbers.read(words, 0) if words else None
    return read[0] if read else None


def _unit(tokens: tuple[Token, ...], place: int, lexicon: Lexicon) -> tuple[str, int]:
    """The unit that stands at a place, and the place after it."""
    if place < len(tokens):
        kind = lexicon.kind("Unit")
        named = tokens[place].of("unit") or tuple(
            value for value in tokens[place].of("entity") if lexicon.is_a(value, kind)
        )
        if named:
            return named[0], place + 1
    return "", place


def _operator(tokens: tuple[Token, ...], place: int, after: int) -> Operator | None:
    """The comparison before a number or after its unit: 超过5000, 5000人以上."""
    around = [*tokens[max(0, place - 1) : place], *tokens[after : after + 1]]
    if len(around) == 2 and around[0].role("compare"):  # 比80%还高
        if around[1].role("more"):
            return "more-than"
        if around[1].role("fewer"):
            return "less-than"
    around += (
        tokens[max(0, place - 2) : place - 1]
        if around and around[0].role("filler", "particle")
        else []
    )
    for token in around:
        for name in _OPERATORS:
            if token.role(name):
                return cast(Operator, name)
    return None


def _second(tokens: tuple[Token, ...], place: int, after: int) -> tuple[int, float] | None:
    """The upper bound, where the number is the lower: between 500 and 1,000, 500到1000之间."""
    around = [*tokens[max(0, place - 2) : place], *tokens[after : after + 5]]
    if not any(token.role("from") for token in around):
        return None
    for other in range(after, min(after + 3, len(tokens))):
        value = _number(tokens[other])
        if value is not None:
            return other, value
    return None


def _is_article(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether 一 counts nothing: 一种怎样的机制 is "a mechanism", but 最多的一个 is one.

    The numeral, where no word of rank stands beside it; who calls has seen that nothing compares.
    """
    if tokens[place].text != "一":
        return False
    beside = tokens[max(0, place - 3) : place + 3]
    return not any(one.role("most", "least", "largest", "smallest", "only") for one in beside)
