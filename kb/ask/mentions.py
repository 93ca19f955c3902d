"""What a question names: classes, entities, topics, numbers and kinds of fact, with their places.

Must not know how they go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.ask.amounts import Amount, amounts
from kb.ask.codes import coded
from kb.ask.lexicon import Lexicon
from kb.ask.scan import Token
from kb.ask.speaking import about_themselves
from kb.ask.splitting import split
from kb.normalise import is_ideograph

#: So many words before a name may stand between it and the word that negates it.
_REACH = 8
#: So many words may stand between a number and the class that it counts: 三 支 队伍.
_JOINED = 3
#: What may stand between a word that negates and the name that it negates.
_PASSED = ("filler", "particle", "regarding", "and", "or", "exists", "both")


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing named.

    Args:
        place: of its token.
        values: the IRIs that it can be.
        text: as the user wrote it.
        negated: whether a word before it takes it away.
        topics: topics that the same words can stand for.
        loose: whether it is a word that may also mean something else.
    """

    place: int
    values: tuple[str, ...]
    text: str
    negated: bool = False
    topics: tuple[str, ...] = ()
    loose: bool = False


@dataclass(frozen=True)
class Mentions:
    """Everything that a question names.

    Args:
        tokens: of the question.
        classes: classes named, without those that stand for the whole plan.
        entities: entities named, likewise.
        topics: words for topics that are no names.
        amounts: numbers.
        scopes: what stands for the whole plan.
        facts: kinds of fact that plans usually give.
    """

    tokens: tuple[Token, ...]
    classes: tuple[Mention, ...] = ()
    entities: tuple[Mention, ...] = ()
    topics: tuple[Mention, ...] = ()
    amounts: tuple[Amount, ...] = ()
    scopes: tuple[Mention, ...] = ()
    facts: tuple[Mention, ...] = ()

    @classmethod
    def of(cls, tokens: Sequence[Token], lexicon: Lexicon) -> Mentions:
        """Sort the tokens of a question."""
        tokens = coded(split(tokens, lexicon), lexicon)
        bare = cls(tokens)
        found: dict[str, list[Mention]] = {
            name: [] for name in ("class", "entity", "topic", "scope", "fact")
        }
        for place, token in enumerate(tokens):
            facts, kinds, topics = token.of("fact"), token.of("class"), token.of("topic")
            things = tuple(dict.fromkeys(token.of("entity", "clause"))) or bare.marker(
                place, lexicon
            )
            if token.of("unit") and bare.follows(place, "more", "fewer", "quantity"):
                facts = ()  # how many more heads
            asked = bool(kinds) and bare.asked(place)
            loose = all(s.loose for s in token.senses if s.kind in ("class", "entity", "fact"))
            mention = Mention(place, (), token.text, bare._negated(place), topics, loose)
            # What the plan has a class of is no kind of fact that it may lack.
            if facts and not any(s.kind == "class" and not s.loose for s in token.senses):
                found["fact"].append(replace(mention, values=facts))
            elif things and not asked:
                _sort(found, "entity", replace(mention, values=things), lexicon.scope)
            elif kinds and not bare.relative(place):
                outside = frozenset() if asked else lexicon.scope
                _sort(found, "class", replace(mention, values=kinds), outside)
            elif topics:
                found["topic"].append(replace(mention, values=topics))
        told = about_themselves(tokens)
        found["fact"] = [item for item in found["fact"] if item.place not in told]
        _drop_loose(found, lexicon, bare)
        _negate_heads(found, bare)
        return cls(
            tokens,
            classes=tuple(found["class"]),
            entities=tuple(found["entity"]),
            topics=tuple(found["topic"]),
            amounts=tuple(
                one for one in amounts(tokens, lexicon) if not _summed_up(one, found, tokens)
            ),
            scopes=tuple(found["scope"]),
            facts=tuple(found["fact"]),
        )

    def marker(self, place: int, lexicon: Lexicon) -> tuple[str, ...]:
        """The comparator that a word for “about” names, where it compares no number."""
        token = self.tokens[place]
        scheme = lexicon.schema.ns.removesuffix("ns#") + "scheme/comparator/"
        if token.quoted:  # “突破” as the plan has it
            said = [scheme + s.value for s in token.senses if s.kind == "word"]
            return tuple(iri for iri in said if iri in lexicon.things)[:1]
        name = scheme + "about"
        near = self.tokens[max(0, place - 2) : place + 2]
        if (
            not token.role("about")
            or token.role("regarding", "filler", "general")
            or name not in lexicon.things
            or any(other.of("number") for other in near)
            or self.has("quantity")
        ):
            return ()
        return (name,)

    def asked(self, place: int) -> bool:
        """Whether a question word stands right before a token, or it is one itself: whose."""
        if self._pronoun(place):
            return not self.relative(place)
        return self.follows(place, "which", "quantity", "people", "exists")

    def _pronoun(self, place: int) -> bool:
        """Whether a token both asks and stands for a class: whose, for whom."""
        token = self.tokens[place]
        return bool(token.of("class")) and any(s.value == "which" for s in token.senses)

    def relative(self, place: int) -> bool:
        """Whether such a token only joins what follows to a name: the team whose mechanisms."""
        before = self.tokens[place - 1] if place else None
        plain = before is not None and before.content and not before.quoted
        latin = not is_ideograph(self.tokens[place].text[0])
        return self._pronoun(place) and latin and plain and not self.tokens[place].begins

    def follows(self, place: int, *roles: str) -> bool:
        """Whether a word of one of the roles stands right before a token, particles aside."""
        for before in range(place - 1, -1, -1):
            if not self.tokens[before].role("particle"):
                return self.tokens[before].role(*roles)
        return False

    def has(self, *roles: str) -> bool:
        """Whether a word of one of the roles stands anywhere."""
        return any(token.role(*roles) for token in self.tokens)

    def idle(self, place: int) -> bool:
        """Whether the words at a place are also of general use."""
        words = {s.value for s in self.tokens[place].senses if s.kind == "word"}
        return not words.isdisjoint(("filler", "general"))

    def asked_for(self, token: Token) -> bool:
        """Whether a question is about a span: which stadium, the umpires of, 大赛的裁判."""
        place = self.tokens.index(token)
        if self.follows(place, "which", "quantity", "people", "share", "define"):
            return True
        before = self.tokens[place - 1] if place else None
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        if before is not None and is_ideograph(token.text[0]):
            return before.text == "的" and place > 1 and self.tokens[place - 2].content
        return after is not None and after.text.casefold() == "of"

    @property
    def asks_who(self) -> bool:
        """Whether it is asked who does something; not in *those who do*."""
        for place, token in enumerate(self.tokens):
            if token.role("who"):
                before = self.tokens[place - 1] if place and not token.begins else None
                relative = before is not None and (
                    before.content or before.role("those") or bool(before.of("unit"))
                )
                if not relative or is_ideograph(token.text[0]):
                    return True
        return False

    @property
    def counts_people(self) -> bool:
        """Whether people are counted: how many people, or before talent, staff: how many staff."""
        return self.has("people") or any(
            one.role("quantity")
            and (
                any(unit.endswith("unit/person") for unit in other.of("unit"))
                or any(s.kind == "class" and s.loose for s in other.senses)
            )
            for one, other in pairwise(self.tokens)
        )

    @property
    def counts(self) -> bool:
        """Whether a number of things or people is asked for, and no share of them."""
        return (
            self.has("counting")
            and not self.has("share")
            and not any(
                value.endswith("unit/percent") for item in self.entities for value in item.values
            )
        )

    def texts(self, *roles: str) -> tuple[str, ...]:
        """The words of some roles, as written."""
        return tuple(token.text for token in self.tokens if token.role(*roles))

    @property
    def unknown(self) -> list[Token]:
        """The spans that mean nothing."""
        return [
            token
            for token in self.tokens
            # What is quoted is meant, also where the word else says nothing.
            if not token.known
            or (
                token.quoted
                and token.role("filler", "general")
                and not self._negated(self.tokens.index(token))
            )
        ]

    @property
    def anything(self) -> bool:
        """Whether anything of the graph was named, the plan as a whole aside."""
        return bool(self.classes or self.entities or self.facts or self.topics)

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
        places = [
            i for i, token in enumerate(self.tokens) if token.role("which", "quantity", "people")
        ]
        first = places[0] if places else -1
        right_after = [item for item in self.classes if self.asked(item.place)]
        before = [item for item in self.classes if item.place < first]
        after = [item for item in self.classes if places and item.place > first]
        chinese = any("\u4e00" <= character <= "\u9fff" for character in self.classes[-1].text)
        if not places and not chinese:
            after = list(self.classes)
        last = [item for item in self.classes if not item.negated][-1:] or self.classes[-1:]
        before = before if chinese else []
        chosen = (right_after[:1] or before[-1:] or after[:1] or last)[0]
        rest = (item for item in self.classes if item is not chosen)
        # 谁的机制, of these teams: the question word is no second class.
        pronoun = self._pronoun(chosen.place) if chosen.place >= 0 else False
        return chosen, tuple(
            item for item in rest if not (pronoun and set(item.values) & set(chosen.values))
        )

    def beside(self, one: Mention, other: Mention) -> bool:
        """Whether two names stand in a list: nothing but “and” or a comma between them."""
        first, last = sorted((one.place, other.place))
        between = self.tokens[first + 1 : last]
        joined = self.tokens[last].parted or any(token.role("and", "or") for token in between)
        return joined and all(
            token.role("and", "or", "filler", "particle", "both") for token in between
        )

    def glued(self, item: Mention) -> bool:
        """Whether a name follows an entity without a word between: 企业队伍."""
        return any(entity.place + 1 == item.place for entity in self.entities)

    def listed(self) -> bool:
        """Whether neighbouring entities stand in a list (A, B and C), not one in another."""
        places = sorted(item.place for item in self.entities)
        return all(
            self.tokens[other].parted
            or any(
                token.role("and", "or", "compare", "common", "differ", "more-than")
                for token in self.tokens[one + 1 : other]
            )
            for one, other in pairwise(places)
        )

    def _negated(self, place: int) -> bool:
        """Whether the last word of the language before a name that is not empty negates it.

        Or the word right after it does: 获奖人次之外.
        """
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        if after is not None and after.role("beyond") and not after.begins:
            return True
        for before in range(place - 1, max(-1, place - 1 - _REACH), -1):
            token = self.tokens[before]
            if token.role("beyond"):
                return False  # it takes away what stands before it
            if token.role("not", "except"):
                return True
            if not token.role(*_PASSED) or token.begins:
                return False
        return False


def _drop_loose(found: dict[str, list[Mention]], lexicon: Lexicon, bare: Mentions) -> None:
    """People, staff, talent: teams only where nothing else says who or what is meant."""
    team = lexicon.kind("TalentTeam")
    loose = [m for m in found["class"] if m.loose and team in m.values]
    others = len(found["class"]) - len(loose) + len(found["topic"]) + len(found["fact"])
    others += sum(not lexicon.is_a(value, team) for e in found["entity"] for value in e.values[:1])
    for item in loose:
        counted = item.place and bare.tokens[item.place - 1].role("quantity", "people", "share")
        if counted or (others and not bare.asked(item.place)):
            found["class"].remove(item)


def _summed_up(amount: Amount, found: dict[str, list[Mention]], tokens: tuple[Token, ...]) -> bool:
    """Whether a number only says how many were just listed: rural and skilled, both teams."""
    kinds = [item for item in found["class"] if 0 < item.place - amount.place <= _JOINED]
    if (
        not amount.plain
        or not kinds
        or any(
            token.content
            for token in tokens[amount.place + 1 : kinds[0].place]
            if not token.of("unit")
        )
    ):
        return False
    named = [item for item in found["entity"] if item.place < amount.place and not item.negated]
    return len(named) > 1 and amount.figure.bounds[0][1] == len({i.values for i in named})


def _negate_heads(found: dict[str, list[Mention]], bare: Mentions) -> None:
    """No percentage targets: it is the targets that there are none of, and not the percentage."""
    if len(found["class"]) < 2:
        return
    for number, head in enumerate(found["class"]):
        first = head.place
        while first and bare.tokens[first - 1].content and not bare.tokens[first].parted:
            first -= 1
        before = bare.tokens[first - 1] if first else None
        if (
            first == head.place
            or before is None
            or not before.role("not")
            or bare.asked(head.place)
        ):
            continue
        found["class"][number] = replace(head, negated=True)
        for name in ("entity", "topic"):
            found[name] = [
                replace(item, negated=False) if first <= item.place < head.place else item
                for item in found[name]
            ]


def _sort(
    found: dict[str, list[Mention]], name: str, mention: Mention, scope: frozenset[str]
) -> None:
    """Into its own list, or among what stands for the whole plan."""
    narrowing = tuple(value for value in mention.values if value not in scope)
    if narrowing:
        found[name].append(replace(mention, values=narrowing))
    else:
        found["scope"].append(mention)
