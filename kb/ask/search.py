"""Searches the plan's clauses for what a free question asks, by the topics of its words.

Every clause is weighed by how much of the question it accounts for: rare topics count most,
what stands in the background counts less. Only a clause that accounts for nearly all is an
answer; the words that it says nothing about are named. Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.ask.clauses import Clause, Clauses
from kb.ask.failure import Failure, Parsed
from kb.ask.form import (
    About,
    Either,
    Figure,
    Filter,
    Form,
    Manner,
    Numbered,
    Question,
    Related,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.normalise import is_ideograph

#: The part of a question's weight that a clause has to account for, to be an answer; and, to
#: be offered as a choice.
_ENOUGH, _NEAR = 0.74, 0.35
#: Less is enough where the next best is so far behind.
_CLEAR = (0.62, 0.3)
#: From which weight on a word says much.
_STRONG = 2.0
#: A question in one's own words is about a clause or a few: more are no answer.
_MOST_ROWS = 14
#: So many ways to account for the question are given side by side.
_MOST_GROUPS = 4
#: More figures than these are no answer to the question for one.
_MOST_FIGURES = 6
#: Without a clause for more of this part of the weight the clause may not be taken in place
#: of a fact that was asked for.
_INSTEAD = 0.85
#: What the words of a background count.
_BACKGROUND = 0.3
#: What counts that only the surroundings of a clause are about.
_NEARBY = 0.8
#: The weight of a name, and of a team's.
_NAME, _TEAM = 3.0, 2.5
#: The weight of a word that is not known.
_UNKNOWN = 3.0
#: The weight of a word of general use, which no clause accounts for.
_GENERAL = 0.25
#: What a single character counts that stands for a topic.
_SHORT = 0.5
#: Rows within this part of the best are as good.
_AS_GOOD = 0.98


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a clause has to account for.

    Args:
        text: the words of the question.
        topics: any of these; or
        entities: any of these; or
        figure: a number like this.
        weight: how much it tells.
    """

    text: str
    topics: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    figure: Figure | None = None
    weight: float = 1.0

    def met(self, clause: Clause) -> float:
        """How well a clause meets it: 0 to 1."""
        if self.topics & clause.own or clause.iri in self.entities:
            return 1.0
        if self.entities & clause.linked:
            return 1.0
        if self.figure and any(_within(value, self.figure) for value in clause.values):
            return 1.0
        return _NEARBY if self.topics & clause.topics else 0.0

    def filter(self, clause: Clause) -> Filter:
        """The condition of the form by which a clause that meets it is found."""
        linked = tuple(sorted(self.entities & (clause.linked | {clause.iri})))
        if self.figure is not None:
            return self.figure
        return Related(linked) if linked else About(tuple(sorted(self.topics)))


class Search:
    """One question's search.

    Args:
        named: what the question names.
        lexicon: of the graph.
        clauses: of the graph.
    """

    def __init__(self, named: Mentions, lexicon: Lexicon, clauses: Clauses) -> None:
        self.named = named
        self.lexicon = lexicon
        self.clauses = clauses

    def find(self) -> Parsed:
        """The clauses that account for the question, or that none does."""
        needs = self._needs()
        teams = self._teams()
        found = self._find(needs, _ENOUGH, teams)
        if isinstance(found, Question) or not teams:
            return found
        # What is a team's name can also be a word for a subject.
        apart = (
            self._find(needs, _ENOUGH, frozenset()) if self._teams(also=False) != teams else found
        )
        return apart if isinstance(apart, Question) else found

    def instead_of_facts(self) -> Question | None:
        """Clauses that account for a question which also has the word for a kind of fact."""
        if not self.named.has("exists") or self.named.has("quantity", "people", "who", "share"):
            return None
        found = self._find(self._needs(), _INSTEAD, self._teams())
        return found if isinstance(found, Question) and not found.aside else None

    def _find(self, needs: list[Need], enough: float, teams: frozenset[str]) -> Parsed:
        whole = sum(need.weight for need in needs)
        if not whole or self.named.has("who"):
            return Failure("ambiguous")
        best, ranked = 0.0, []
        for clause in self._candidates(teams, needs):
            score = sum(need.weight * need.met(clause) for need in needs)
            if score:
                ranked.append((score / whole, clause))
                best = max(best, score / whole)
        second = max((s for s, _ in ranked if s < best * _AS_GOOD), default=0.0)
        clear = best >= _CLEAR[0] and best - second >= _CLEAR[1]
        if best < enough and not (clear and enough == _ENOUGH and not self.named.unknown):
            near = [clause for score, clause in ranked if score >= max(_NEAR, best * _AS_GOOD)]
            forms: list[Form] = [self._form(clause, needs) for clause in near[:6]]
            missing = self._unmet(needs, near)
            return Failure("not-found", missing, tuple(dict.fromkeys(forms)))
        top = [clause for score, clause in ranked if score >= best * _AS_GOOD]
        if not self._sure(needs, top) or len(top) > _MOST_ROWS:
            return Failure("not-found", self._unmet(needs, top), self._offers(top, needs))
        if self.named.has("quantity", "people", "share") and len(top) > _MOST_FIGURES:
            return Failure("ambiguous", (), tuple(self._form(c, needs) for c in top[:1]))
        forms = list(dict.fromkeys(self._form(clause, needs) for clause in top))
        if len(forms) == 1:
            return Question(forms[0], self._manner(), self._unmet(needs, top))
        return self._shared(forms, needs, top, enough * whole)

    def _sure(self, needs: list[Need], top: list[Clause]) -> bool:
        """Whether what is not met is little beside what is.

        Where it is asked whether there is something, everything that says much has to be met.
        """
        met = [n for n in needs if n.weight >= 1 and all(n.met(clause) for clause in top)]
        unmet = [n for n in needs if n.weight >= _STRONG and not any(map(n.met, top))]
        if self.named.unknown and len(met) < 2:
            return False
        if self._manner() == "exists":
            return not unmet
        return len(unmet) * 3 <= len(met)

    def _offers(self, top: list[Clause], needs: list[Need]) -> tuple[Form, ...]:
        return tuple(dict.fromkeys(self._form(clause, needs) for clause in top[:4]))

    def _shared(
        self, forms: list[Form], needs: list[Need], top: list[Clause], enough: float
    ) -> Parsed:
        """What the best clauses all account for, where that is enough too."""
        meet = [need for need in needs if all(need.met(clause) for clause in top)]
        shared = dict.fromkeys(self._form(clause, meet) for clause in top)
        if sum(need.weight for need in meet) >= enough and len(shared) == 1:
            return Question(next(iter(shared)), self._manner(), self._unmet(needs, top))
        if len(forms) > _MOST_GROUPS:
            return Failure("ambiguous", (), tuple(forms))
        groups = sorted(
            {form.members.filters for form in forms if isinstance(form, Select)}, key=repr
        )
        members = Set(self._kind(), (Either(tuple(groups)),))
        return Question(Select(members), self._manner(), self._unmet(needs, top))

    def _unmet(self, needs: list[Need], clauses: list[Clause]) -> tuple[str, ...]:
        return tuple(
            need.text
            for need in needs
            if need.weight > _BACKGROUND and not any(need.met(clause) for clause in clauses)
        )

    def _form(self, clause: Clause, needs: list[Need]) -> Select:
        filters = [need.filter(clause) for need in needs if need.met(clause)]
        units = self._units()
        if units:
            filters.append(Related(tuple(sorted(units))))
        if self._of_plan(needs):
            headline = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/level/headline"
            filters.append(Related((headline,)))
        return Select(Set.of(self._kind(), filters))

    def _of_plan(self, needs: list[Need]) -> bool:
        """Whether a figure is asked for of no particular thing: one of the whole plan."""
        figures = self._kind() == self.lexicon.kind("QuantitativeTarget")
        telling = [need for need in needs if need.weight > _GENERAL]
        light = all(need.topics and need.topics <= self.clauses.light for need in telling)
        return figures and light and not self._teams()

    def _kind(self) -> str:
        if self.named.has("quantity", "people", "share"):
            return self.lexicon.kind("QuantitativeTarget")
        asked = [
            value
            for item in self.named.classes
            for value in item.values
            if value in self.clauses.provisions and self.named.asked(item.place)
        ]
        return asked[0] if len(asked) == 1 else self.lexicon.provision

    def _candidates(self, teams: frozenset[str], needs: list[Need]) -> list[Clause]:
        """The clauses of the kind asked for, of the teams that are named as such.

        A figure of no particular thing is one of the whole plan.
        """
        kind, units, whole = self._kind(), self._units(), self._of_plan(needs)
        return [
            clause
            for clause in self.clauses.all.values()
            if (kind == self.lexicon.provision or kind in clause.kinds)
            and (not teams or clause.team in teams or clause.linked & teams)
            and not (whole and clause.team)
            and (not units or clause.linked & units)
        ]

    def _units(self) -> frozenset[str]:
        """The units that the answer to a question for a number has to be in."""
        scheme = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/unit/"
        if self.named.has("people") or self.named.counts_people:
            return frozenset({scheme + "person"})
        if self.named.has("share"):
            return frozenset({scheme + "percent", scheme + "ratio"})
        return frozenset()

    def _teams(self, *, also: bool = True) -> frozenset[str]:
        """Teams named as such; with those whose names can also be words for a subject."""
        team = self.lexicon.kind("TalentTeam")
        return frozenset(
            value
            for item in self.named.entities
            if not item.loose and not item.negated and (also or not item.topics)
            for value in item.values
            if self.lexicon.is_a(value, team)
        )

    def _manner(self) -> Manner:
        if self.named.has("quantity", "people", "share"):
            return "value"
        if self.named.has("cite"):
            return "cite"
        return "exists" if self.named.has("exists") and not self.named.has("which") else "list"

    # --- what has to be accounted for ------------------------------------------------------

    def _needs(self) -> list[Need]:
        named, found = self.named, []
        behind = self._background()
        for item in (*named.topics, *named.entities):
            entities = frozenset(item.values) if item in named.entities else frozenset()
            topics = frozenset(item.topics or (() if entities else item.values))
            weight = self._weight(topics, entities)
            weight *= _BACKGROUND if item.place in behind else 1.0
            weight *= _SHORT if not entities and is_ideograph(item.text) else 1.0
            found.append(Need(item.text, topics, entities, None, weight))
        for item in named.classes:
            if item.topics and not named.asked(item.place):
                topics = frozenset(item.topics)
                found.append(Need(item.text, topics, weight=self.clauses.weight(topics)))
            elif not (item.loose or named.asked(item.place) or named.glued(item)):
                members = frozenset(
                    thing.iri for kind in item.values for thing in self.lexicon.members(kind)
                )
                if not members & self.clauses.all.keys():
                    found.append(Need(item.text, entities=members, weight=_NAME / 2))
        found += [Need(a.text, figure=a.figure, weight=_NAME) for a in named.amounts]
        found += [
            Need(token.text, topics=frozenset({token.text}), weight=_GENERAL)
            for token in named.tokens
            if token.role("general")
        ]
        for token in named.unknown:
            found += [
                Need(word, topics=frozenset({word}), weight=foreign(word))
                for word in re.findall(r"[a-z'-]+|[^\sa-z]+", token.text.casefold())
            ]
        merged: dict[tuple[object, ...], Need] = {}
        for need in found:
            key = (need.topics, need.entities, need.figure)
            if key not in merged or merged[key].weight < need.weight:
                merged[key] = need
        return list(merged.values())

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


def foreign(word: str) -> float:
    """The weight of an unknown word: less where its ending shows that it is no noun."""
    word = word.casefold()
    if word.endswith("ly") or is_ideograph(word):
        return _UNKNOWN / 3
    return _UNKNOWN * (2 / 3 if word.endswith(("ed", "ing")) else 1)


def satisfies(clause: Clause, members: Set, lexicon: Lexicon) -> bool:
    """Whether a clause is a member of a set, as far as clauses know."""
    if members.kind != lexicon.provision and members.kind not in clause.kinds:
        return False
    for item in members.filters:
        if isinstance(item, About):
            if bool(clause.topics & frozenset(item.topics)) == item.negated:
                return False
        elif isinstance(item, Related) and item.entities:
            linked = clause.linked | {clause.iri}
            if bool(linked & frozenset(item.entities)) == item.negated:
                return False
        elif isinstance(item, Figure):
            if not any(_within(value, item) for value in clause.values):
                return False
        elif isinstance(item, Numbered | Either):
            return True
    return True


def _within(value: float, figure: Figure) -> bool:
    tests = {
        "more-than": value.__gt__,
        "at-least": value.__ge__,
        "less-than": value.__lt__,
        "at-most": value.__le__,
        "exactly": value.__eq__,
    }
    return all(
        tests[operator](number) if operator in tests else abs(value - number) <= 0.05 * number
        for operator, number in figure.bounds
    )
