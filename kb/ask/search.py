"""Searches the plan's clauses for what a free question asks, by the topics of its words.

Every clause is weighed by how much of the question it accounts for: rare topics count most,
what stands in the background counts less. Only a clause that accounts for nearly all is an
answer; the words that it says nothing about are named. Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kb.ask.clauses import Clause, Clauses
from kb.ask.failure import Failure, Parsed
from kb.ask.form import Either, Form, Manner, Question, Related, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.ask.needs import BACKGROUND, GENERAL, Need, needs_of
from kb.normalise import is_ideograph

#: The part of a question's weight that a clause has to account for, to be an answer; and, to
#: be offered as a choice.
_ENOUGH, _NEAR = 0.74, 0.35
#: Less is enough where what is accounted for weighs so much: two telling words.
_MUCH = (0.62, 3.9)
#: From which weight on a word says much.
_STRONG = 2.0
#: A question in one's own words is about a clause or a few: more are no answer.
_MOST_ROWS, _MOST_FREE = 14, 9
#: What is found besides, as only its surroundings speak of it, may be so much with it.
_LISTED = 7
#: So many ways to account for the question are given side by side.
_MOST_GROUPS = 4
#: More figures than these are no answer to the question for one.
_MOST_FIGURES = 6
#: Without a clause for more of this part of the weight the clause may not be taken in place
#: of a fact that was asked for.
_INSTEAD = 0.8
#: Clauses within this part of the best are as good; and within this, they are given too, if
#: all of them are so few.
_AS_GOOD = 0.98
_CLOSE, _FEW = 0.85, 4


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A clause with the part of the question that it accounts for, and what that weighs.

    Args:
        clause: the clause.
        part: 0 to 1.
        weight: of what its own words and surroundings account for.
        whole: of all that it would have to account for.
    """

    clause: Clause
    part: float
    weight: float
    whole: float


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
        needs = needs_of(self.named, self.lexicon, self.clauses)
        parts = needs_of(self.named, self.lexicon, self.clauses, apart=True)
        # What is a team's name can also be a word for a subject, or for somebody else.
        meant = (self._teams(loose=True), self._teams(), self._teams(also=False))
        failed: Failure | None = None
        for teams in dict.fromkeys(meant):
            found = self._find(needs, _ENOUGH, teams)
            if isinstance(found, Question):
                return found
            failed = failed or found
            if parts != needs:
                split = self._find(parts, _INSTEAD, teams)
                if isinstance(split, Question) and not split.aside:
                    return split
        return failed or Failure("not-found")

    def instead_of_facts(self) -> Question | None:
        """Clauses about the very thing that the word for a kind of fact names.

        None where its value is asked for: how much, when, who.
        """
        named = self.named
        if named.has("quantity", "people", "share") or named.asks_who:
            return None
        told = [Need(f.text, frozenset(f.topics), weight=_STRONG) for f in named.facts if f.topics]
        if len(told) < len(named.facts) and not named.has("exists"):
            return None
        if any(named.follows(fact.place, "define") for fact in named.facts):
            return None
        needs = [*needs_of(named, self.lexicon, self.clauses), *told]
        found = self._find(needs, _INSTEAD, self._teams(), [*told])
        return found if isinstance(found, Question) and not found.aside else None

    def _find(
        self,
        needs: list[Need],
        enough: float,
        teams: frozenset[str],
        musts: list[Need] | None = None,
    ) -> Parsed:
        if not needs or self.named.asks_who:
            return Failure("ambiguous")
        ranked = self._ranked(needs, teams)
        musts = [*(musts or ()), *(need for need in needs if need.place in self._counted())]
        ranked = [one for one in ranked if all(need.met(one.clause) == 1 for need in musts)]
        best = ranked[0].part if ranked else 0.0
        top = [one.clause for one in ranked if one.part >= best * _AS_GOOD]
        if not top or not self._accounts(ranked[0], needs, enough):
            near = [one.clause for one in ranked if one.part >= max(_NEAR, best * _AS_GOOD)]
            forms: list[Form] = [self._form(clause, needs) for clause in near[:6]]
            missing = self._unmet(needs, near)
            return Failure("not-found", missing, tuple(dict.fromkeys(forms)))
        wide, needs = needs, [need.narrowed(top) for need in needs]
        found = len(self._found(top, needs, ranked))
        if not self._sure(needs, top) or found > self._most() or found > max(_LISTED, 3 * len(top)):
            return Failure("not-found", self._unmet(needs, top), self._offers(top, needs))
        if self.named.has("quantity", "people", "share") and len(top) > _MOST_FIGURES:
            return Failure("ambiguous", (), tuple(self._form(c, needs) for c in top[:1]))
        close = [one.clause for one in ranked if one.part >= best * _CLOSE]
        if len(self._found(close, wide, ranked)) <= _FEW:
            top, needs = close, [need.narrowed(close) for need in wide]
        forms = list(dict.fromkeys(self._form(clause, needs) for clause in top))
        if len(forms) == 1:
            return Question(forms[0], self._manner(), self._unmet(needs, top))
        return self._shared(forms, needs, top, enough * ranked[0].whole)

    def _ranked(self, needs: list[Need], teams: frozenset[str]) -> list[_Ranked]:
        """The clauses that account for anything, the best first."""
        ranked = []
        for clause in self._candidates(teams, needs):
            met = [need.met(clause) for need in needs]
            if not any(met):
                continue
            credit = [m or n.credit(clause, self.clauses) for m, n in zip(met, needs, strict=True)]
            both = list(zip(needs, credit, strict=True))
            asked = [GENERAL if need.idle and not own else need.weight for need, own in both]
            weight = sum(n.weight * m for n, m in zip(needs, met, strict=True))
            part = sum(need.weight * own for need, own in both) / sum(asked)
            ranked.append(_Ranked(clause, part, weight, sum(asked)))
        return sorted(ranked, key=lambda one: -one.part)

    def _accounts(self, best: _Ranked, needs: list[Need], enough: float) -> bool:
        """Whether a clause accounts for enough; less is, where it says much of the question."""
        if best.part >= enough:
            return True
        names = [n for n in needs if n.entities and not n.topics and not n.met(best.clause)]
        return enough == _ENOUGH and best.part >= _MUCH[0] and best.weight >= _MUCH[1] and not names

    def _sure(self, needs: list[Need], top: list[Clause]) -> bool:
        """Whether what is not met is little beside what is.

        Where it is asked whether there is something, everything that says much has to be met.
        """
        met = [n for n in needs if n.weight >= 1 and all(n.met(clause) for clause in top)]
        unmet = [
            n
            for n in needs
            if n.weight >= _STRONG
            and not n.idle
            and not any(n.credit(c, self.clauses) for c in top)
        ]
        if self.named.unknown and len(met) < 2:
            return False
        if not self._told(needs, top):
            return False
        if self._manner() == "exists":
            return not unmet
        return len(unmet) * 3 <= len(met)

    def _told(self, needs: list[Need], top: list[Clause]) -> bool:
        """Whether more is met than which team is meant, or than words that say little."""
        met = [n for n in needs if not n.idle and n.weight > GENERAL and all(map(n.met, top))]
        whose = [need for need in met if self._whose(need)]
        other = [need for need in met if need not in whose]
        telling = [n for n in other if not n.topics or not n.topics <= self.clauses.light]
        home = whose or any(self._whose(n) and all(map(self._credit(n), top)) for n in needs)
        return bool(telling) or (bool(other) and bool(home))

    def _whose(self, need: Need) -> bool:
        """Whether a need only says whose clauses are meant."""
        team = self.lexicon.kind("TalentTeam")
        if any(self.lexicon.is_a(value, team) for value in need.entities):
            return True
        return bool(need.topics) and need.topics <= self.clauses.subjects

    def _credit(self, need: Need) -> Callable[[Clause], float]:
        return lambda clause: need.credit(clause, self.clauses)

    def _most(self) -> int:
        """How many clauses can be the answer: more where all of them are asked for."""
        listed = self.named.has("exists", "cite") or self._kind() != self.lexicon.provision
        return _MOST_ROWS if listed else _MOST_FREE

    @staticmethod
    def _found(clauses: list[Clause], needs: list[Need], ranked: list[_Ranked]) -> set[str]:
        """The clauses that the forms for some clauses find."""
        met = [[need for need in needs if need.met(clause)] for clause in clauses]
        return {
            one.clause.iri
            for one in ranked
            if any(all(need.met(one.clause) for need in some) for some in met)
        }

    def _counted(self) -> frozenset[int]:
        """Places of what stands right after a word of quantity: how many villages."""
        tokens = self.named.tokens
        places = [p for p, t in enumerate(tokens) if t.role("quantity") and not t.role("people")]
        found = set()
        for place in places:
            head = place
            while (
                head + 1 < len(tokens) and tokens[head + 1].content and not tokens[head + 1].begins
            ):
                head += 1
                if is_ideograph(tokens[head].text[0]):
                    break
            if head > place:
                found.add(head)
        return frozenset(found)

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
            if need.weight > BACKGROUND
            and not need.idle
            and not any(need.credit(clause, self.clauses) for clause in clauses)
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
        telling = [need for need in needs if need.weight > GENERAL]
        light = all(need.topics and need.topics <= self.clauses.light for need in telling)
        return figures and light and not self._teams()

    def _kind(self) -> str:
        if self.named.has("quantity", "people", "share"):
            return self.lexicon.kind("QuantitativeTarget")
        asked = [
            value
            for item in self.named.classes
            for value in item.values
            if value in self.clauses.provisions and self.named.asked(item.place) and not item.topics
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
        if self.named.counts_people:
            return frozenset({scheme + "person"})
        if self.named.has("share"):
            return frozenset({scheme + "percent", scheme + "ratio"})
        return frozenset()

    def _teams(self, *, also: bool = True, loose: bool = False) -> frozenset[str]:
        """Teams named as such.

        Args:
            also: with those whose names can also be words for a subject.
            loose: with those named by a word that can mean others too.
        """
        team = self.lexicon.kind("TalentTeam")
        return frozenset(
            value
            for item in self.named.entities
            if (loose or not item.loose) and not item.negated and (also or not item.topics)
            for value in item.values
            if self.lexicon.is_a(value, team)
        )

    def _manner(self) -> Manner:
        if self.named.has("quantity", "people", "share"):
            return "value"
        if self.named.has("cite"):
            return "cite"
        return "exists" if self.named.has("exists") and not self.named.has("which") else "list"
