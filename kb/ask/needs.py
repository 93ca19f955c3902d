"""What a clause has to account for, to be what a free question asks.

Words that only lead up to a question count less, as do words of general use. Must not know
which clauses there are that account for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.ask.amounts import Amount
from kb.ask.clauses import Clause, Clauses
from kb.ask.form import About, Figure, Filter, Related
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.ask.satisfying import within
from kb.normalise import is_ideograph, units

#: What the words of a background count.
BACKGROUND = 0.3
#: What counts that only the surroundings of a clause are about; and, only its team.
_NEARBY, _TEAM_WIDE = 0.8, 0.5
#: What a word for the people or the field of the clause's team counts.
_AT_HOME = 0.85
#: The weight of a name, and of a team's.
_NAME, _TEAM = 3.0, 2.5
#: What it costs that words are not met by which people put a topic, and something else too.
PARAPHRASE = 0.7
#: The weight of a word that is not known.
_UNKNOWN = 3.0
#: The weight of a word of general use, which no clause accounts for.
GENERAL = 0.25
#: The most that a word weighs which is also of general use.
_IDLE = 1.5
#: Up to here a bare number says how many are asked for: which two.
_SMALL = 10
#: The weight of a small number of pieces.
_PIECES = 1.0
#: What a single character counts that stands for a topic.
_SHORT = 0.5


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a clause has to account for.

    Args:
        text: the words of the question.
        topics: any of these; or
        entities: any of these; or
        figure: a number like this.
        weight: how much it tells.
        idle: whether the same words are also of general use, and then tell nothing.
        place: of its token, where it is one.
        cost: the part of the weight that it costs not to meet it.
    """

    text: str
    topics: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    figure: Figure | None = None
    weight: float = 1.0
    idle: bool = False
    place: int = -1
    cost: float = 1.0

    def met(self, clause: Clause) -> float:
        """How well a clause meets it: 0 to 1."""
        if not self.topics.isdisjoint(clause.own) or clause.iri in self.entities:
            return 1.0
        if not self.entities.isdisjoint(clause.linked):
            return 1.0
        if self.figure and any(within(value, self.figure) for value in clause.values):
            return 1.0
        return 0.0 if self.topics.isdisjoint(clause.topics) else _NEARBY

    def filter(self, clause: Clause) -> Filter:
        """The condition of the form by which a clause that meets it is found."""
        linked = tuple(sorted(self.entities & (clause.linked | {clause.iri})))
        if self.figure is not None:
            return self.figure
        return Related(linked) if linked else About(tuple(sorted(self.topics)))

    def narrowed(self, clauses: Iterable[Clause]) -> Need:
        """The same, of the topics only that the clauses themselves are about, if of any."""
        own = self.topics.intersection(*[frozenset().union(*(c.own for c in clauses))])
        return replace(self, topics=own) if own else self

    def credit(self, clause: Clause, clauses: Clauses) -> float:
        """The same; words of the clause's team count too, though the clause does not say them."""
        met = self.met(clause)
        if met >= _NEARBY or self.topics.isdisjoint(clauses.vocabulary.get(clause.team, ())):
            return met
        return (
            _TEAM_WIDE if self.topics.isdisjoint(clauses.at_home.get(clause.team, ())) else _AT_HOME
        )


def needs_of(
    named: Mentions, lexicon: Lexicon, clauses: Clauses, *, apart: bool = False
) -> list[Need]:
    """Everything in a question that a clause has to account for.

    Args:
        named: what the question names.
        lexicon: of the graph.
        clauses: of the graph.
        apart: whether what is said in several words is taken apart into words for topics.
    """
    return _Needs(named, lexicon, clauses, apart=apart).all()


class _Needs:
    """The needs of one question."""

    def __init__(self, named: Mentions, lexicon: Lexicon, clauses: Clauses, *, apart: bool) -> None:
        self.named = named
        self.lexicon = lexicon
        self.clauses = clauses
        self.apart = apart

    def all(self) -> list[Need]:
        named, found = self.named, []
        behind = self._background()
        for item in (*named.topics, *named.entities):
            parts = self._parts(item.text) if self.apart else []
            if parts:
                found += parts
                continue
            entities = frozenset(item.values) if item in named.entities else frozenset()
            topics = frozenset(item.topics or (() if entities else item.values))
            weight = self._weight(topics, entities)
            weight *= BACKGROUND if item.place in behind else 1.0
            weight *= _SHORT if not entities and is_ideograph(item.text) else 1.0
            idle = (not entities or item.loose) and named.idle(item.place)
            weight = min(weight, _IDLE) if idle else weight
            cost = 1.0 if entities or not self._paraphrase(item.place) else PARAPHRASE
            found.append(Need(item.text, topics, entities, None, weight, idle, item.place, cost))
        for item in named.classes:
            if item.topics and not named.asked(item.place):
                topics = frozenset(item.topics)
                weight = self.clauses.weight(topics)
                found.append(Need(item.text, topics, weight=weight, idle=named.idle(item.place)))
            elif not (item.loose or named.asked(item.place) or named.glued(item)):
                members = frozenset(
                    thing.iri for kind in item.values for thing in self.lexicon.members(kind)
                )
                if not members & self.clauses.all.keys():
                    found.append(Need(item.text, entities=members, weight=_NAME / 2))
        found += [Need(a.text, figure=a.figure, weight=self._counts(a)) for a in named.amounts]
        found += [
            Need(token.text, topics=frozenset({token.text}), weight=GENERAL)
            for token in named.tokens
            if token.role("general")
        ]
        for token in named.unknown:
            share = BACKGROUND if named.tokens.index(token) in behind else 1.0
            found += [
                Need(word, topics=frozenset({word}), weight=share * foreign(word))
                for word in re.findall(r"[a-z'-]+|[^\sa-z]+", token.text.casefold())
            ]
        merged: dict[tuple[object, ...], Need] = {}
        for need in found:
            key = (need.topics, need.entities, need.figure)
            if key not in merged or merged[key].weight < need.weight:
                merged[key] = need
        return list(merged.values())

    def _paraphrase(self, place: int) -> bool:
        """Whether words are no more than a way to put a topic, which can mean something else."""
        senses = [sense for sense in self.named.tokens[place].senses if sense.kind == "topic"]
        return bool(senses) and all(sense.loose for sense in senses)

    def _parts(self, text: str) -> list[Need]:
        """The needs of the parts of a name of several words, the longest ones first."""
        row, place = units(text), 0
        found: list[Need] = []
        stems = [unit.stem for unit in row]
        while place < len(row):
            for end in range(len(row), place, -1):
                if end - place == len(row):
                    continue  # the whole
                topics = frozenset(self.lexicon.topics(stems[place:end]))
                if topics and (end - place > 1 or not row[place].ideograph):
                    said = text[row[place].start : row[end - 1].end]
                    found.append(Need(said, topics, weight=self.clauses.weight(topics)))
                    place = end - 1
                    break
            else:
                empty = self.lexicon.senses(text[row[place].start : row[place].end])
                if not any(s.value == "filler" for s in empty if s.kind == "word"):
                    return []  # a part of it is no word for a topic
            place += 1
        return found

    @staticmethod
    def _counts(amount: Amount) -> float:
        """The weight of a number: a small one by itself counts what is asked for.

        With a word for pieces it mostly does: the four fields, in three respects.
        """
        if not amount.plain or amount.figure.bounds[0][1] > _SMALL:
            return _NAME
        if not amount.figure.unit:
            return GENERAL
        return _PIECES if amount.figure.unit.endswith("unit/item") else _NAME

    def _weight(self, topics: frozenset[str], entities: frozenset[str]) -> float:
        weights = []
        if topics:
            weights.append(self.clauses.weight(topics))
        if entities:
            team = self.lexicon.kind("TalentTeam")
            is_team = any(self.lexicon.is_a(value, team) for value in entities)
            weights.append(_TEAM if is_team else _NAME)
        return min(weights, default=_NAME)

    def _ends(self, part: list[int]) -> bool:
        """Whether a sentence ends with a part, and another follows."""
        return part[-1] + 1 < len(self.named.tokens) and self.named.tokens[part[-1] + 1].opens

    def _background(self) -> frozenset[int]:
        """Places of tokens in parts of the question that only lead up to it."""
        tokens = self.named.tokens
        parts: list[list[int]] = []
        for place, token in enumerate(tokens):
            if token.begins or not parts:
                parts.append([])
            parts[-1].append(place)
        asking = {"which", "who", "quantity", "share", "define", "cite", "exists"}
        told = [p for p in parts if any(tokens[i].role("background") for i in p)]
        heads = [p for p in parts if p not in told and any(tokens[i].role(*asking) for i in p)]
        behind = [p for p in told if heads or p is not parts[-1]]
        behind += [p for p in parts if p not in behind and p not in heads and self._ends(p)]
        return frozenset(place for part in behind for place in part)


#: English words that end like adverbs, and name something.
_NAMING = frozenset(
    {"elderly", "family", "supply", "assembly", "monopoly", "anomaly", "italy", "july", "belly"}
    | {"butterfly", "bully", "homily", "jelly", "lily", "rally", "reply", "ally", "fly", "daily"}
)


def foreign(word: str) -> float:
    """The weight of an unknown word: less where its ending shows that it is no noun."""
    word = word.casefold()
    if is_ideograph(word) or (word.endswith("ly") and word not in _NAMING):
        return _UNKNOWN / 3
    if all(map(is_ideograph, word)):
        return _UNKNOWN * 0.75
    return _UNKNOWN * (2 / 3 if word.endswith(("ed", "ing")) else 1)
