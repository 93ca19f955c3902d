"""What kind of clause a free question is answered by: of which class, team and unit.

Must not know how clauses are weighed.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from kb.ask.clauses import Clause, Clauses
from kb.ask.form import Manner
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mentions
from kb.ask.needs import GENERAL, Need
from kb.normalise import is_ideograph


class Wanted:
    """What one question wants.

    Args:
        named: what the question names.
        lexicon: of the graph.
        clauses: of the graph.
    """

    def __init__(self, named: Mentions, lexicon: Lexicon, clauses: Clauses) -> None:
        self.named = named
        self.lexicon = lexicon
        self.clauses = clauses

    def of_plan(self, needs: list[Need]) -> bool:
        """Whether a figure is asked for of no particular thing: one of the whole plan."""
        figures = self.kind() == self.lexicon.kind("QuantitativeTarget")
        telling = [need for need in needs if need.weight > GENERAL]
        light = all(need.topics and need.topics <= self.clauses.light for need in telling)
        return figures and light and not self.teams()

    def kind(self) -> str:
        """The class of the clauses; figures, where a number is asked for."""
        if self.named.has("quantity", "people", "share"):
            return self.lexicon.kind("QuantitativeTarget")
        asked = [
            value
            for item in self.named.classes
            for value in item.values
            if value in self.clauses.provisions and self.named.asked(item.place) and not item.topics
        ]
        return asked[0] if len(asked) == 1 else self.lexicon.provision

    def candidates(self, teams: frozenset[str], needs: list[Need]) -> list[Clause]:
        """The clauses of the kind asked for, of the teams that are named as such.

        A figure of no particular thing is one of the whole plan.
        """
        kind, units, whole = self.kind(), self.units(), self.of_plan(needs)
        shares = self._shares if self.counts_things else frozenset()
        return [
            clause
            for clause in self.clauses.all.values()
            if (kind == self.lexicon.provision or kind in clause.kinds)
            and (not teams or clause.team in teams or clause.linked & teams)
            and not (whole and clause.team)
            and (not units or clause.linked & units)
            and not clause.linked & shares
        ]

    def units(self) -> frozenset[str]:
        """The units that the answer to a question for a number has to be in."""
        scheme = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/unit/"
        if self.named.counts_people or self.counts_team:
            return frozenset({scheme + "person"})
        if self.named.has("share"):
            return self._shares
        return frozenset()

    @property
    def _shares(self) -> frozenset[str]:
        scheme = self.lexicon.schema.ns.removesuffix("ns#") + "scheme/unit/"
        return frozenset({scheme + "percent", scheme + "ratio"})

    @cached_property
    def counts_things(self) -> bool:
        """Whether so many things or people are asked for, which is no share: how many towns.

        多少 asks for a share too, and tells nothing.
        """
        tokens, counted = self.named.tokens, self.counted()
        return not self.named.has("share") and any(
            token.role("people", "pieces")
            or (token.role("quantity") and token.text.isascii() and place + 1 in counted)
            for place, token in enumerate(tokens)
        )

    @property
    def counts_team(self) -> bool:
        """Whether the people of a team are counted: how many teachers, how many more doctors."""
        team = self.lexicon.kind("TalentTeam")
        return any(
            one.role("quantity")
            and not one.role("pieces")
            and any(self.lexicon.is_a(value, team) for value in other.of("entity"))
            for one, other in pairwise(self.named.tokens)
        )

    def teams(self, *, also: bool = True, loose: bool = False) -> frozenset[str]:
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

    def manner(self) -> Manner:
        """What is to be told of them."""
        if self.named.has("quantity", "people", "share"):
            return "value"
        if self.named.has("cite"):
            return "cite"
        return "exists" if self.named.has("exists") and not self.named.has("which") else "list"

    def counted(self) -> frozenset[int]:
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

    def whose(self, need: Need) -> bool:
        """Whether a need only says whose clauses are meant."""
        team = self.lexicon.kind("TalentTeam")
        if any(self.lexicon.is_a(value, team) for value in need.entities):
            return True
        return bool(need.topics) and need.topics <= self.clauses.subjects
