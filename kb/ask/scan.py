"""Cuts a question into known forms and unknown spans, so that as much as possible is known.

The best cut over the whole question is taken and not the longest form from the left, as
Chinese does not part its words. Must not know what the forms mean together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kb.ask import numbers
from kb.ask.lexicon import Lexicon, Sense
from kb.ask.words import FOREIGN
from kb.normalise import Unit, units

#: What a unit that no form covers costs, against a form. Everything known is cheaper.
_UNKNOWN = 100.0
_FORM = 10.0
#: A clause of the plan by name costs more than all its words, if each of them is known, and
#: less than one that is not: per unit, and besides.
_CLAUSE = (10.6, 12.0)
#: What comes before what, where several forms fit: names, topics and numbers, then fillers.
_TOPIC, _NUMBER, _FILLER = 0.1, 0.2, 0.5
#: What a name is cheaper for each unit more than one: longer names say more.
_LONGER = 0.02
#: So many words of quantity are tried inside of forms.
_MOST_INSIDE = 3
#: A word of another field: known to be one word, so that no part of it is taken for another.
_FOREIGN = Sense("word", FOREIGN)
_EMPTY = frozenset({"filler", "general", "particle", "background", "speaker", "yes-no"})
#: Words that join or take away: no topic by its stem alone (except is not exceptional).
_JOINING = frozenset({"except", "not", "only", "each", "and", "or", "both"})
#: What stands between quotation marks.
_QUOTED = re.compile(r"「[^「」]+」|『[^『』]+』|“[^“”]+”|\"[^\"]+\"")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the question.

    Args:
        text: as the user wrote it.
        start: its first code point.
        end: one past its last.
        senses: what it can mean; none for an unknown span.
        parted: whether a comma stands before it.
        begins: whether a sentence or a clause of one begins with it.
        opens: whether a sentence begins with it, and another went before.
        quoted: whether it is all that stands between quotation marks.
        content: whether it names something, and is not only a word of the language.
    """

    text: str
    start: int
    end: int
    senses: tuple[Sense, ...] = ()
    parted: bool = False
    begins: bool = False
    opens: bool = False
    quoted: bool = False
    content: bool = field(init=False, compare=False)
    _roles: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Tell once what it does in the question: it is asked for each token again and again."""
        content = any(sense.kind not in ("word", "unit") for sense in self.senses)
        roles = (sense.value for sense in self.senses if sense.kind == "word")
        object.__setattr__(self, "content", content)
        object.__setattr__(self, "_roles", frozenset(() if content else roles))

    @property
    def known(self) -> bool:
        """Whether it means anything."""
        return bool(self.senses)

    def role(self, *names: str) -> bool:
        """Whether it is a word of one of the roles, and names nothing."""
        return not self._roles.isdisjoint(names)

    def of(self, *kinds: str) -> tuple[str, ...]:
        """The values of its senses of some kinds."""
        return tuple(sense.value for sense in self.senses if sense.kind in kinds)


def scan(question: str, lexicon: Lexicon) -> tuple[Token, ...]:
    """The tokens of a question, in order, all content accounted for.

    A quantity word may stand inside a form (新增多少人才): both cuts are tried.
    """
    row = units(question)
    quoted = _quoted(question, row)
    cost, best = _cut(row, lexicon, quoted)
    for skip in _quantities(row, best)[:_MOST_INSIDE]:
        kept = tuple(unit for place, unit in enumerate(row) if place not in skip)
        other, again = _cut(kept, lexicon, _quoted(question, kept))
        if other + _FORM < cost:
            cost = other + _FORM
            inside = [row[place] for place in skip]
            senses = next(s for covered, s in best if covered[0] is inside[0])
            best = sorted(
                [*again, ((inside[0], *inside[1:]), senses)], key=lambda piece: piece[0][0].start
            )
    literal = {(row[start].start, row[end - 1].end) for start, end in quoted.items()}
    return tuple(
        replace(token, quoted=True) if (token.start, token.end) in literal else token
        for token in _tokens(question, best)
    )


Piece = tuple[tuple[Unit, ...], tuple[Sense, ...]]


def _quoted(question: str, row: tuple[Unit, ...]) -> dict[int, int]:
    """What stands between quotation marks: the place of its first unit, and past its last."""
    spans = [match.span() for match in _QUOTED.finditer(question)]
    inside = [[p for p, u in enumerate(row) if s < u.start and u.end < e] for s, e in spans]
    return {places[0]: places[-1] + 1 for places in inside if places}


def _cut(
    row: tuple[Unit, ...], lexicon: Lexicon, quoted: Mapping[int, int] | None = None
) -> tuple[float, list[Piece]]:
    """The cheapest cut, and what it costs; a name between quotation marks is one piece."""
    count = len(row)
    names = [unit.key for unit in row]
    stems = [unit.stem for unit in row]
    costs = [0.0] * (count + 1)
    steps: list[tuple[int, tuple[Sense, ...]]] = [(1, ())] * count
    names_quoted = _names(names, stems, quoted or {}, lexicon)
    for place in range(count - 1, -1, -1):
        if place in names_quoted:
            length, chosen = steps[place] = names_quoted[place]
            costs[place] = _FORM + costs[place + length]
            continue
        costs[place] = costs[place + 1] + _UNKNOWN
        for length, senses in _forms(names, stems, place, lexicon).items():
            if any(place < start < place + length for start in names_quoted):
                continue
            cost = _price(senses, length) + costs[place + length]
            if cost < costs[place]:
                costs[place] = cost
                steps[place] = (length, tuple(senses))
    pieces: list[Piece] = []
    place = 0
    while place < count:
        length, chosen = steps[place]
        pieces.append((row[place : place + length], chosen))
        place += length
    return costs[0], pieces


def _names(
    names: Sequence[str], stems: Sequence[str], quoted: Mapping[int, int], lexicon: Lexicon
) -> dict[int, tuple[int, tuple[Sense, ...]]]:
    """The names between quotation marks, by their places: their lengths and senses.

    A topic is that of just this name; after a word for “about”, it is nothing but a topic.
    """
    found: dict[int, tuple[int, tuple[Sense, ...]]] = {}
    for start, end in quoted.items():
        senses = _forms(names, stems, start, lexicon).get(end - start, [])
        key = list(names[start:end])
        exact = [s for s in senses if s.kind == "topic" and lexicon.is_label(s.value, key)]
        if exact and _regarding(names, start, lexicon):
            senses = exact
        elif exact:
            senses = [sense for sense in senses if sense.kind != "topic" or sense in exact]
        if any(sense.kind not in ("word", "unit", "number") for sense in senses):
            found[start] = (end - start, tuple(senses))
    return found


def _regarding(names: Sequence[str], place: int, lexicon: Lexicon) -> bool:
    """Whether a word for “about” stands right before a place."""
    regarding = Sense("word", "regarding")
    before = ("".join(names[begin:place]) for begin in range(max(0, place - 2), place))
    return any(regarding in lexicon.senses(word) for word in before)


def _forms(
    names: Sequence[str], stems: Sequence[str], place: int, lexicon: Lexicon
) -> dict[int, list[Sense]]:
    """All known forms that begin at a place, by their length."""
    found: dict[int, list[Sense]] = {}
    for tree, row in ((lexicon.tree, names), (lexicon.stems, stems)):
        node: dict[str, Any] | None = tree
        for end in range(place, len(row)):
            node = node.get(row[end]) if node else None
            if node is None:
                break
            if "" not in node:
                continue
            known = found.setdefault(end - place + 1, [])
            if row is names or end > place or not _joins(known):
                known.extend(node[""])
    for length, senses in found.items():
        if _FOREIGN in senses:
            end = place + length
            known = [sense for sense in senses if not _only_stem(sense, names[place:end], lexicon)]
            found[length] = known or [_FOREIGN]
    number = numbers.read(names, place)
    if number is not None:
        value, length = number
        found.setdefault(length, []).append(Sense("number", f"{value:.15g}"))
    return found


def _only_stem(sense: Sense, names: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a sense of a word of another field is none: parking is no park."""
    if sense.kind == "word":
        return sense == _FOREIGN or sense.value in _EMPTY
    return sense.kind == "topic" and names[0].isascii() and names[0] not in lexicon.topic_words


def _joins(senses: Sequence[Sense]) -> bool:
    return any(sense.kind == "word" and sense.value in _JOINING for sense in senses)


def _price(senses: list[Sense], length: int) -> float:
    """What a form costs; fillers a little more, so that content wins where both fit."""
    kinds = {sense.kind for sense in senses}
    if kinds == {"clause"}:
        return _CLAUSE[0] * length + _CLAUSE[1]
    if kinds == {"word"} and {sense.value for sense in senses} <= _EMPTY:
        return _FORM + _FILLER
    longer = 0.0 if kinds == {"word"} else _LONGER * (length - 1)
    if "fact" in kinds and length > 1:
        longer += _FILLER  # asks for one thing only, whatever its words mean apart
    if kinds == {"topic"}:
        return _FORM + _TOPIC - longer
    return _FORM - longer + (_NUMBER if kinds == {"number"} else 0.0)


def _quantities(row: tuple[Unit, ...], pieces: list[Piece]) -> list[tuple[int, ...]]:
    places = {id(unit): place for place, unit in enumerate(row)}
    return [
        tuple(places[id(unit)] for unit in covered)
        for covered, senses in pieces
        if any(sense.value in ("quantity", "people") and sense.kind == "word" for sense in senses)
    ]


def _tokens(question: str, pieces: list[Piece]) -> tuple[Token, ...]:
    """Pieces as tokens; single characters beside an unknown one are parts of one unknown word."""
    tokens: list[Token] = []
    pieces = [
        (covered, () if _FOREIGN in senses or _part_of_unknown(place, pieces) else senses)
        for place, (covered, senses) in enumerate(pieces)
    ]
    for covered, senses in pieces:
        start, end = covered[0].start, covered[-1].end
        last = tokens[-1] if tokens else None
        if not senses and last is not None and not last.known and _together(question, last, start):
            tokens[-1] = replace(last, text=question[last.start : end], end=end)
        else:
            before = question[last.end : start] if last else question[:start]
            parted = any(sign in "、,，;；/" for sign in before)
            begins = last is None or any(sign in "，,;；.。:：?？!！\n—" for sign in before)
            opens = last is not None and any(sign in ".。?？!！\n" for sign in before)
            text = question[start:end]
            tokens.append(Token(text, start, end, senses, parted, begins, opens))
    return tuple(tokens)


def _part_of_unknown(place: int, pieces: list[Piece]) -> bool:
    """Whether a single character that stands for a topic or number is half of an unknown word."""
    covered, senses = pieces[place]
    if len(covered) > 1 or not covered[0].ideograph:
        return False
    if any(sense.value == "particle" for sense in senses if sense.kind == "word"):
        return False
    beside = [*pieces[max(0, place - 1) : place], *pieces[place + 1 : place + 2]]
    return any(
        not other
        and len(units_) == 1
        and units_[0].ideograph
        and (units_[0].end == covered[0].start or units_[0].start == covered[0].end)
        for units_, other in beside
    )


def _together(question: str, last: Token, start: int) -> bool:
    """Whether two unknown pieces are one span: nothing but spaces or hyphens between."""
    return not question[last.end : start].strip(" -\u3000")
