"""What a question names: classes, entities, kinds of fact and question words, with their places.

Must not know how they go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.ask.lexicon import Lexicon
from kb.ask.scan import Token


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing named.

    Args:
        place: of its token.
        values: the IRIs that it can be.
        text: as the user wrote it.
    """

    place: int
    values: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Mentions:
    """Everything that a question names.

    Args:
        tokens: of the question.
        classes: classes named, without those that stand for the whole plan.
        entities: entities named, likewise.
        scopes: what stands for the whole plan.
        facts: kinds of fact that plans usually give.
    """

    tokens: tuple[Token, ...]
    classes: tuple[Mention, ...]
    entities: tuple[Mention, ...]
    scopes: tuple[Mention, ...]
    facts: tuple[Mention, ...]

    @classmethod
    def of(cls, tokens: Sequence[Token], lexicon: Lexicon) -> Mentions:
        """Sort the tokens of a question."""
        tokens = tuple(tokens)
        empty = cls(tokens, (), (), (), ())
        found: dict[str, list[Mention]] = {"class": [], "entity": [], "scope": [], "fact": []}
        for place, token in enumerate(tokens):
            facts, kinds = token.of("fact"), token.of("class")
            things = token.of("entity", "clause")
            asked = bool(kinds) and empty.asked(place)
            if facts:
                found["fact"].append(Mention(place, facts, token.text))
            elif things and not asked:
                _sort(found, "entity", Mention(place, things, token.text), lexicon.scope)
            elif kinds:
                outside = frozenset() if asked else lexicon.scope
                _sort(found, "class", Mention(place, kinds, token.text), outside)
        return cls(
            tokens,
            *(tuple(found[name]) for name in ("class", "entity", "scope", "fact")),
        )

    def asked(self, place: int) -> bool:
        """Whether a question word stands right before a token."""
        return place > 0 and self.tokens[place - 1].role("which", "quantity", "exists")

    def has(self, role: str) -> bool:
        """Whether a word of that role stands anywhere."""
        return any(token.role(role) for token in self.tokens)

    def texts(self, *roles: str) -> tuple[str, ...]:
        """The words of some roles, as written."""
        return tuple(token.text for token in self.tokens if token.role(*roles))

    @property
    def unknown(self) -> list[Token]:
        """The spans that mean nothing."""
        return [token for token in self.tokens if not token.known]

    @property
    def anything(self) -> bool:
        """Whether anything of the graph was named, the plan as a whole aside."""
        return bool(self.classes or self.entities or self.facts)

    def understood(self, lexicon: Lexicon) -> Mentions:
        """The same without the spans that mean nothing."""
        return Mentions.of([token for token in self.tokens if token.known], lexicon)

    def without_appositions(self, lexicon: Lexicon) -> Mentions:
        """Without classes that only say what a named entity is: education talent team."""
        kept = tuple(
            item
            for item in self.classes
            if self.asked(item.place)
            or not any(
                lexicon.is_a(value, kind)
                for entity in self.entities
                if abs(entity.place - item.place) == 1
                for value in entity.values
                for kind in item.values
            )
        )
        return replace(self, classes=kept)

    def asked_class(self) -> tuple[Mention, tuple[Mention, ...]]:
        """The class that is asked for, and the other classes.

        It stands right after the question word (哪些举措, which measures), or before it
        (举措有哪些), or later; without a question word, last in Chinese and first in English.
        """
        places = [i for i, token in enumerate(self.tokens) if token.role("which", "quantity")]
        first = places[0] if places else -1
        right_after = [item for item in self.classes if self.asked(item.place)]
        before = [item for item in self.classes if item.place < first]
        after = [item for item in self.classes if places and item.place > first]
        chinese = any("\u4e00" <= character <= "\u9fff" for character in self.classes[-1].text)
        chosen = (right_after[:1] or before[-1:] or after[:1] or self.classes[-1:])[0]
        if not places and not chinese:
            chosen = self.classes[0]
        return chosen, tuple(item for item in self.classes if item is not chosen)

    def beside(self, one: Mention, other: Mention) -> bool:
        """Whether two names stand in a list: nothing but “and” or a comma between them."""
        first, last = sorted((one.place, other.place))
        between = self.tokens[first + 1 : last]
        joined = self.tokens[last].parted or any(token.role("and") for token in between)
        return joined and all(token.role("and", "filler") for token in between)

    def glued(self, item: Mention) -> bool:
        """Whether a name follows an entity without a word between: 企业队伍."""
        return any(entity.place + 1 == item.place for entity in self.entities)

    def listed(self) -> bool:
        """Whether neighbouring entities stand in a list (A, B and C), not one in another."""
        places = sorted(item.place for item in self.entities)
        return all(
            self.tokens[other].parted
            or any(token.role("and") for token in self.tokens[one + 1 : other])
            for one, other in pairwise(places)
        )


def _sort(
    found: dict[str, list[Mention]], name: str, mention: Mention, scope: frozenset[str]
) -> None:
    """Into its own list, or among what stands for the whole plan."""
    narrowing = tuple(value for value in mention.values if value not in scope)
    if narrowing:
        found[name].append(replace(mention, values=narrowing))
    else:
        found["scope"].append(mention)
