"""Searches the plan's clauses for what a free question asks, by the topics of its words.

Every clause is weighed by how much of the question it accounts for: rare topics count most,
what stands in the background counts less. Only a clause that accounts for nearly all is an
answer; the words that it says nothing about are named. Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kb.ask.clauses import Clause, Clauses
from kb.ask.failure import Failure, Parsed
from kb.ask.form import Either, Form, Question, Related, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.ask.needs import BACKGROUND, GENERAL, Need, needs_of
from kb.ask.wanted import Wanted

#: The part of a question's weight that a clause has to account for, to be an answer; and, to
#: be offered as a choice.
_ENOUGH, _NEAR = 0.74, 0.35
#: Less is enough where what is accounted for weighs so much: two telling words.
_MUCH = (0.62, 3.9)
#: Where what is accounted for weighs less than this, nearly all has to be.
_LITTLE, _ALL = 3.0, 0.9
#: So much where it is one thing only that is accounted for; and, where a figure is asked for.
_ALONE = (0.8, 0.9)
#: From which weight on a word says much.
_STRONG = 2.0
#: A question in one's own words is about a clause or a few: more are no answer.
_MOST_ROWS, _MOST_FREE = 12, 9
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
#: A clause that accounts for less is the answer where it is far ahead of any other: the part,
#: the weight, and what the next may have of its part.
_AHEAD = (0.55, 5.0, 0.85)
#: So many of the best are of interest to who weighs them against something else.
_RANKED = 12


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
        self.wanted = Wanted(named, lexicon, clauses)

    def find(self) -> Parsed:
        """The clauses that account for the question, or that none does."""
        needs = needs_of(self.named, self.lexicon, self.clauses)
        parts = needs_of(self.named, self.lexicon, self.clauses, apart=True)
        # What is a team's name can also be a word for a subject, or for somebody else.
        meant = (self.wanted.teams(loose=True), self.wanted.teams(), self.wanted.teams(also=False))
        failed: Failure | None = None
        for teams in dict.fromkeys(meant):
            found = self._find(needs, _ENOUGH, teams)
            if isinstance(found, Question):
                return replace(found, searched=True)
            failed = failed or found
            if parts != needs and not self.wanted.counted():
                split = self._find(parts, _INSTEAD, teams)
                if isinstance(split, Question) and not split.aside:
                    return replace(split, searched=True)
        return failed or Failure("not-found")

    def parts(self) -> dict[str, float]:
        """Which part of the question the clauses account for that account for most, by IRI."""
        needs = needs_of(self.named, self.lexicon, self.clauses)
        found: dict[str, float] = {}
        if needs:
            for teams in dict.fromkeys((self.wanted.teams(loose=True), self.wanted.teams())):
                for one in self._ranked(needs, teams)[:_RANKED]:
                    found[one.clause.iri] = max(found.get(one.clause.iri, 0.0), one.part)
        return found

    def form_of(self, clause: Clause) -> Select:
        """The form by which a clause is found, of what it accounts for."""
        return self._form(clause, needs_of(self.named, self.lexicon, self.clauses))

    def of_team(self) -> Parsed:
        """What a question asks of a team and of nothing else: its size, or what it is to be like.

        How many more social workers are wanted? What sort of teachers does the plan aim for?
        """
        named, teams = self.named, self.wanted.teams(loose=True)
        if (
            len(teams) != 1
            or named.has("now")
            or named.unknown
            or named.classes
            or named.facts
            or named.amounts
        ):
            return Failure("ambiguous")
        of_team = Related(tuple(sorted(teams)))
        if self.wanted.counts_team or named.counts_people:
            sized = Need("", self._sizes)
            needs = needs_of(named, self.lexicon, self.clauses)
            top = [one for one in self.wanted.candidates(teams, needs) if sized.met(one)]
            if 0 < len(top) <= _FEW:
                units = Related(tuple(sorted(self.wanted.units())))
                members = Set.of(self.wanted.kind(), [of_team, units, sized.filter(top[0])])
                return Question(Select(members), "value")
        if named.has("kind-of") and not named.has("quantity", "people", "share"):
            members = Set.of(self.lexicon.kind("QualitativeTarget"), [of_team])
            return Question(Select(members))
        return Failure("ambiguous")

    @property
    def _sizes(self) -> frozenset[str]:
        """The topics by which the size of a team is told."""
        scheme = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/topic/"
        return frozenset({scheme + "size", scheme + "growth-in-number"})

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
        found = self._find(needs, _INSTEAD, self.wanted.teams(), [*told])
        return found if isinstance(found, Question) and not found.aside else None

    def _find(
        self,
        needs: list[Need],
        enough: float,
        teams: frozenset[str],
        musts: list[Need] | None = None,
    ) -> Parsed:
        figure = self.named.has("quantity", "people", "share")
        if not needs or self.named.asks_who or (figure and self.named.has("now")):
            return Failure("ambiguous")
        ranked = self._ranked(needs, teams)
        musts = [*(musts or ()), *(need for need in needs if need.place in self.wanted.counted())]
        ranked = [one for one in ranked if all(need.met(one.clause) == 1 for need in musts)]
        best = ranked[0].part if ranked else 0.0
        top = [one.clause for one in ranked if one.part >= best * _AS_GOOD]
        if not top or not (
            self._accounts(ranked[0], needs, enough) or self._stands_out(ranked, enough)
        ):
            near = [one.clause for one in ranked if one.part >= max(_NEAR, best * _AS_GOOD)]
            forms: list[Form] = [self._form(clause, needs) for clause in near[:6]]
            missing = self._unmet(needs, near)
            return Failure("not-found", missing, tuple(dict.fromkeys(forms)))
        wide, needs = needs, [need.narrowed(top) for need in needs]
        found = len(self._found(top, needs, ranked))
        clear = self._stands_out(ranked, enough)
        sure = self._sure(needs, top, clear=clear)
        if not sure or found > min(self._most(), max(_LISTED, 3 * len(top))):
            return Failure("not-found", self._unmet(needs, top), self._offers(top, needs))
        if figure and len(top) > _MOST_FIGURES:
            return Failure("ambiguous", (), tuple(self._form(c, needs) for c in top[:1]))
        close = [one.clause for one in ranked if one.part >= best * _CLOSE]
        if len(self._found(close, wide, ranked)) <= _FEW:
            top, needs = close, [need.narrowed(close) for need in wide]
        forms = list(dict.fromkeys(self._form(clause, needs) for clause in top))
        if len(forms) == 1:
            return Question(forms[0], self.wanted.manner(), self._unmet(needs, top))
        return self._shared(forms, needs, top, enough * ranked[0].whole)

    def _ranked(self, needs: list[Need], teams: frozenset[str]) -> list[_Ranked]:
        """The clauses that account for anything, the best first."""
        ranked = []
        for clause in self.wanted.candidates(teams, needs):
            met = [need.met(clause) for need in needs]
            if not any(met):
                continue
            credit = [m or n.credit(clause, self.clauses) for m, n in zip(met, needs, strict=True)]
            both = list(zip(needs, credit, strict=True))
            asked = [
                GENERAL if need.idle and not own else need.weight * (1 if own else need.cost)
                for need, own in both
            ]
            weight = sum(n.weight * m for n, m in zip(needs, met, strict=True))
            part = sum(need.weight * own for need, own in both) / sum(asked)
            ranked.append(_Ranked(clause, part, weight, sum(asked)))
        return sorted(ranked, key=lambda one: -one.part)

    def _accounts(self, best: _Ranked, needs: list[Need], enough: float) -> bool:
        """Whether a clause accounts for enough; less is, where it says much of the question."""
        met = sum(bool(need.met(best.clause)) for need in needs)
        if met < 2 and best.part < (_ALONE[1] if self.wanted.manner() == "value" else _ALONE[0]):
            return False
        if best.part >= enough:
            return best.weight >= _LITTLE or best.part >= _ALL
        names = [n for n in needs if n.entities and not n.topics and not n.met(best.clause)]
        return enough == _ENOUGH and best.part >= _MUCH[0] and best.weight >= _MUCH[1] and not names

    def _stands_out(self, ranked: list[_Ranked], enough: float) -> bool:
        """Whether a clause is far ahead of the next that says something else."""
        best = ranked[0]
        if enough != _ENOUGH or best.part < _AHEAD[0] or best.weight < _AHEAD[1]:
            return False
        second = next((one for one in ranked if one.part < best.part * _AS_GOOD), None)
        return second is None or second.part <= best.part * _AHEAD[2]

    def _sure(self, needs: list[Need], top: list[Clause], *, clear: bool) -> bool:
        """Whether what is not met is little beside what is.

        Where a figure is asked for, everything that says much has to be met.
        """
        met = [n for n in needs if n.weight >= 1 and all(n.met(clause) for clause in top)]
        # Beside two telling words, one that is not known may stand.
        strong = sum(n.weight >= _STRONG for n in met)
        unknown = {word for token in self.named.unknown for word in token.text.casefold().split()}
        unmet = [
            n
            for n in needs
            if n.weight >= _STRONG
            and not n.idle
            and not (clear and n.cost < 1)
            and not (strong > 1 and n.text in unknown)
            and not any(n.credit(c, self.clauses) for c in top)
        ]
        if self.named.unknown and len(met) < 2:
            return False
        if not self._told(needs, top):
            return False
        if self.wanted.manner() == "value" and any(
            n.weight >= _STRONG
            and not (n.idle or self.wanted.whose(n))
            and not any(map(n.met, top))
            for n in needs
        ):
            return False
        return len(unmet) * 3 <= len(met)

    def _told(self, needs: list[Need], top: list[Clause]) -> bool:
        """Whether more is met than which team is meant, or than words that say little."""
        figures = self.wanted.kind() == self.lexicon.kind("QuantitativeTarget")
        met = [n for n in needs if n.weight > GENERAL and all(map(n.met, top))]
        few = len(top) <= _FEW and any(map(self.wanted.whose, met))
        met = [need for need in met if figures or few or not need.idle]
        whose = [need for need in met if self.wanted.whose(need)]
        other = [n for n in met if n not in whose and n.figure is None]
        telling = [n for n in other if not n.topics or not n.topics <= self.clauses.light]
        home = whose or any(self.wanted.whose(n) and all(map(self._credit(n), top)) for n in needs)
        return bool(telling) or (bool(other) and bool(home))

    def _credit(self, need: Need) -> Callable[[Clause], float]:
        return lambda clause: need.credit(clause, self.clauses)

    def _most(self) -> int:
        """How many clauses can be the answer: more where all of them are asked for."""
        listed = self.named.has("exists", "cite") or self.wanted.kind() != self.lexicon.provision
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

    def _offers(self, top: list[Clause], needs: list[Need]) -> tuple[Form, ...]:
        return tuple(dict.fromkeys(self._form(clause, needs) for clause in top[:4]))

    def _shared(
        self, forms: list[Form], needs: list[Need], top: list[Clause], enough: float
    ) -> Parsed:
        """What the best clauses all account for, where that is enough too."""
        meet = [need for need in needs if all(need.met(clause) for clause in top)]
        shared = dict.fromkeys(self._form(clause, meet) for clause in top)
        if sum(need.weight for need in meet) >= enough and len(shared) == 1:
            return Question(next(iter(shared)), self.wanted.manner(), self._unmet(needs, top))
        if len(forms) > _MOST_GROUPS:
            return Failure("ambiguous", (), tuple(forms))
        groups = sorted(
            {form.members.filters for form in forms if isinstance(form, Select)}, key=repr
        )
        members = Set(self.wanted.kind(), (Either(tuple(groups)),))
        return Question(Select(members), self.wanted.manner(), self._unmet(needs, top))

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
        units = self.wanted.units()
        if units:
            filters.append(Related(tuple(sorted(units))))
        if self.wanted.of_plan(needs):
            headline = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/level/headline"
            filters.append(Related((headline,)))
        return Select(Set.of(self.wanted.kind(), filters))
