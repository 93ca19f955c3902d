"""Composes a logical form of classes, entities, topics and numbers that a question names.

Must not know sentences, nor SPARQL.
"""

from __future__ import annotations

from itertools import pairwise

from kb.ask.amounts import Amount
from kb.ask.choices import choices
from kb.ask.clauses import Clauses
from kb.ask.comparing import Comparison
from kb.ask.failure import Failure, Parsed
from kb.ask.form import (
    Aggregate,
    Count,
    CountEach,
    Describe,
    End,
    Extreme,
    Form,
    Manner,
    NotStated,
    Numbered,
    Order,
    Question,
    Review,
    Select,
    Set,
)
from kb.ask.joined import conjoined
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions
from kb.ask.sets import SetBuilder, Unfit


class Composer:
    """Puts one question together, every word of which is known.

    Args:
        named: what the question names.
        lexicon: of the graph.
        clauses: of the graph.
    """

    def __init__(self, named: Mentions, lexicon: Lexicon, clauses: Clauses) -> None:
        self.named = named
        self.lexicon = lexicon
        self.sets = SetBuilder(named, lexicon, clauses)
        self.quantity = named.has("quantity", "people", "share")

    def compose(self) -> Parsed:
        """The question, or where it can be read in more than one way."""
        try:
            return self._compose()
        except Unfit as unfit:
            return Failure("ambiguous", unfit.spans, unfit.choices or self._choices())

    def _compose(self) -> Parsed:
        named = self.named
        if named.facts:
            return self._missing_fact()
        if named.has("agree"):
            told = self._added_up()
            return Question(told or Review(self._teams()))
        if self._defined():
            return Question(Describe(named.classes[0].values[0]))
        compared = Comparison(named, self.lexicon, self.sets).form()
        if compared is not None:
            return Question(compared)
        if named.has("gap") and (len(named.entities) > 1 or not self.quantity):
            self._refuse(*named.texts("gap"))
        if not named.classes:
            return self._without_class()
        asked, others = named.asked_class()
        doers = (self.lexicon.kind("Body"), self.lexicon.kind("TalentTeam"))
        if named.asks_who and not set(asked.values) & set(doers):
            self._refuse(*named.texts("who"))
        return self._of_class(asked, others)

    # --- with a class ----------------------------------------------------------------------

    def _of_class(self, asked: Mention, others: tuple[Mention, ...]) -> Parsed:
        named = self.named
        taken = [item for item in (*named.classes, *named.entities, *named.topics) if item.negated]
        quoted = any(one.role("not") and other.quoted for one, other in pairwise(named.tokens))
        if named.has("not") and not taken and not quoted:
            self._refuse(*named.texts("not"))
        each = self._each(asked, others)
        if each is not None:
            return Question(each)
        end = self._end()
        ranked = self._first() if end else None
        if ranked is not None and self.lexicon.has_figures(asked.values[0]) and not others:
            members = self.sets.build(asked, others, limit=ranked)
            order: Order = "descending" if end in ("most", "largest") else "ascending"
            ordered = Set.of(self.lexicon.kind("QuantitativeTarget"), [*members.filters])
            return Question(Select(ordered, order, int(ranked.figure.bounds[0][1])))
        if end:
            return Question(self._extreme(asked, others, end))
        first = self._limit(asked)
        limit = first or self._several(asked)
        members = conjoined(named, asked, self.sets) or self.sets.build(asked, others, limit=limit)
        if named.has("sum") and self.lexicon.has_figures(members.kind):
            return Question(Aggregate("sum", members))
        if named.has("mean") and self.lexicon.has_figures(members.kind):
            return Question(Aggregate("mean", members))
        told = any(isinstance(item, Numbered) and item.other for item in members.filters)
        if not told and any(named.has(role) for role in ("sum", "mean", "more", "fewer")):
            self._refuse(*named.texts("sum", "mean", "more", "fewer"))
        # Without a class, pieces of what is named are counted, and the plan gives their number.
        counted = asked.place >= 0 and (
            named.has("pieces") or named.follows(asked.place, "quantity")
        )
        measured = named.counts_people or named.has("share")
        if measured and not self.lexicon.has_figures(members.kind):
            self._refuse(*named.texts("quantity", "people", "share"))  # they are no pieces
        if self.quantity and (counted or not self.lexicon.has_figures(members.kind)):
            if first is not None:
                self._refuse(first.text)  # how many of the seven
            return Question(Count(members))
        number = int(first.figure.bounds[0][1]) if first else 0
        if self._order():
            figures = self.lexicon.kind("QuantitativeTarget")
            if not self.lexicon.has_figures(members.kind):
                self._refuse(*named.texts("descending", "ascending"))
            return Question(Select(Set.of(figures, [*members.filters]), self._order(), number))
        return Question(Select(members, limit=number), self._manner())

    def _each(self, asked: Mention, others: tuple[Mention, ...]) -> Form | None:
        """How many of one class each member of the other has."""
        named = self.named
        both = sorted((asked, *others), key=lambda item: item.place)
        asked_for = self.quantity or (named.has("mean") and named.has("each"))
        if len(both) != 2 or not named.has("each", "mean") or not asked_for:
            return None
        after = [
            item
            for item in both
            if any(
                token.role("each") for token in named.tokens[max(0, item.place - 2) : item.place]
            )
        ]
        each = after[0] if after else both[0]
        counted = both[1] if each is both[0] else both[0]
        if (
            named.has("mean")
            and not named.has("each")
            and self.lexicon.has_figures(counted.values[0])
        ):
            return None  # the mean of the figures themselves
        kind = each.values[0]
        inner = self.sets.build(counted, (), kind=None)
        if not self.lexicon.relates(kind, inner.kind):
            self._refuse(each.text, counted.text)
        if named.has("mean"):
            return Aggregate("mean", inner, Set(kind))
        return CountEach(Set(kind), inner)

    def _extreme(self, asked: Mention, others: tuple[Mention, ...], end: str) -> Form:
        named, lexicon = self.named, self.lexicon
        side: End = "most" if end in ("most", "largest") else "least"
        kind = asked.values[0]
        if self.lexicon.has_figures(kind) and not (end in ("most", "least") and others):
            members = self.sets.build(asked, others)
            figures = Set.of(lexicon.kind("QuantitativeTarget"), list(members.filters))
            return Extreme(figures, side)
        self.sets.of_teams = kind == lexicon.kind("TalentTeam")
        counts = [
            item
            for item in others
            if end in ("most", "least") or not self.lexicon.has_figures(item.values[0])
        ]
        if others and len(others) == len(counts) == 1:
            inner = self.sets.build(others[0], ())
            counted = inner.kind == lexicon.kind("QuantitativeTarget") and end in ("most", "least")
            return Extreme(Set(kind), side, inner, counted)
        if others and counts:
            self._refuse(*(item.text for item in others))
        target = others[0] if others else Mention(-1, (lexicon.kind("QuantitativeTarget"),), "")
        inner = self.sets.build(target, others[1:])
        if not inner.filters and not others:
            self._refuse(*named.texts(end))
        figures = Set.of(lexicon.kind("QuantitativeTarget"), list(inner.filters))
        if not lexicon.relates(kind, figures.kind):
            self._refuse(asked.text, *named.texts(end))
        return Extreme(Set(kind), side, figures)

    def _end(self) -> str:
        for role in ("most", "least", "largest", "smallest"):
            if self.named.has(role):
                return role
        return ""

    def _order(self) -> Order:
        if self.named.has("descending"):
            return "descending"
        return "ascending" if self.named.has("ascending") else ""

    def _limit(self, asked: Mention) -> Amount | None:
        """How many are wanted: three measures, 前三."""
        for amount in self.named.amounts:
            before = self.named.tokens[amount.place - 1] if amount.place else None
            close = asked.place - amount.place in (1, 2)
            ordinal = before is not None and before.role("limit")
            if amount.plain and 0 < amount.figure.bounds[0][1] <= 50 and (ordinal or close):
                return amount
        return None

    def _several(self, asked: Mention) -> Amount | None:
        """A number of what is asked for itself: is there more than one team that does."""
        for amount in self.named.amounts:
            near = 0 < asked.place - amount.place <= 2
            if near and not amount.plain and amount.figure.bounds[0][1] <= 10:
                if amount.figure.unit:
                    continue
                if not self.named.has("exists") and self.named.tokens[0].content:
                    self._refuse(amount.text)
                return amount
        return None

    def _first(self) -> Amount | None:
        """How many of the largest are wanted: the three largest, 最大的三个."""
        for amount in self.named.amounts:
            near = self.named.tokens[max(0, amount.place - 2) : amount.place + 2]
            ends = any(token.role("most", "least", "largest", "smallest") for token in near)
            small = amount.plain and not amount.figure.unit.endswith(("percent", "person"))
            if ends and small and 1 < amount.figure.bounds[0][1] <= 50:
                return amount
        return None

    # --- without a class -------------------------------------------------------------------

    def _without_class(self) -> Parsed:
        named = self.named
        level = self._base_level()
        if level is not None:
            return Question(level)
        figure = self._implied_figure()
        if figure is not None:
            return Question(Select(figure), "value")
        implied = self._implied_class()
        if implied:
            return self._of_class(Mention(-1, (self.lexicon.kind(implied),), ""), ())
        if named.topics or named.amounts:
            members = self.sets.build(Mention(-1, (self.lexicon.provision,), ""), ())
            return Question(Select(members), self._manner())
        mentioned = named.entities or named.scopes
        if not mentioned or named.has("not"):
            self._refuse(*named.texts("not"))
        if not named.entities and named.has("which") and not named.has("define", "cite"):
            self._refuse(*(item.text for item in mentioned))  # what of the plan?
        values = {item.values for item in mentioned}
        if len(values) > 1 or self.quantity:
            self._refuse(*(item.text for item in mentioned))
        (options,) = values
        if len(options) > 1:
            raise Unfit((mentioned[0].text,), tuple(Describe(value) for value in options))
        asked = named.has("define", "cite")
        team = self.lexicon.kind("TalentTeam")
        vague = named.has("general") and any(self.lexicon.is_a(v, team) for v in options)
        if named.entities and not asked and (named.has("which") or vague):
            self._refuse(mentioned[0].text)
        return Question(Describe(options[0]), self._manner())

    def _implied_figure(self) -> Set | None:
        """Figures that the plan's own imply, where a kind of them is named: the end level."""
        kind, figures = self.lexicon.kind("ImpliedFigure"), self.lexicon.kind("QuantitativeTarget")
        if not any(
            self.lexicon.linked(kind, value) and not self.lexicon.linked(figures, value)
            for item in self.named.entities
            for value in item.values
        ):
            return None
        return self.sets.build(Mention(-1, (kind,), ""), ())

    def _base_level(self) -> NotStated | None:
        """How many there were where growth starts from: at the end of the plan before."""
        base = self.lexicon.schema.ns.removesuffix("ns#")
        starts = [
            item
            for item in self.named.entities
            if f"{base}scheme/baseline" in self.lexicon.things[item.values[0]].kinds
        ]
        compared = self.named.has("share", "more", "fewer", "compare", "differ")
        person = f"{base}scheme/unit/person"
        counted = self.quantity or any(person in item.values for item in self.named.entities)
        telling = [
            item for item in self.named.topics if not {*item.values} <= self.sets.clauses.light
        ]
        if not starts or compared or telling or not counted:
            return None
        about = {
            item.values[0]
            for item in self.named.entities
            if item not in starts and not self.lexicon.is_code(item.values[0])
        }
        return NotStated((f"{base}scheme/fact-kind/baseline-value",), tuple(sorted(about)))

    def _implied_class(self) -> str:
        """The class that a question word asks for by itself: who, how many."""
        if self.named.asks_who:
            # Who else but the party team: a team.
            team = self.lexicon.kind("TalentTeam")
            others = [item for item in self.named.entities if item.negated]
            whole = others and all(self.lexicon.is_a(o.values[0], team) for o in others)
            return "TalentTeam" if whole else "Body"
        # How many of a team there are is another question: a figure needs more than a team.
        team = self.lexicon.kind("TalentTeam")
        narrow = self.named.topics or [
            item
            for item in self.named.entities
            if not all(self.lexicon.is_a(value, team) for value in item.values)
        ]
        if self._end() or self._order():
            return "QuantitativeTarget" if narrow else ""
        return "QuantitativeTarget" if self.quantity and narrow else ""

    def _added_up(self) -> Form | None:
        """What the figures of one team come to: of all teams, it is whether they agree."""
        named = self.named
        figures = [c for c in named.classes if self.lexicon.has_figures(c.values[0])]
        if len(self._teams()) != 1 or len(figures) != 1 or len(named.classes) > 1 or named.amounts:
            return None
        members = self.sets.build(figures[0], ())
        return Aggregate("sum", members)

    def _missing_fact(self) -> Parsed:
        named, lexicon = self.named, self.lexicon
        kinds = tuple(sorted({value for fact in named.facts for value in fact.values}))
        about = {item.values[0] for item in named.entities if not lexicon.is_code(item.values[0])}
        return Question(NotStated(kinds, tuple(sorted(about))))

    # --- small parts -----------------------------------------------------------------------

    def _manner(self) -> Manner:
        if self.quantity:
            return "value"
        if self.named.has("cite"):
            return "cite"
        return "exists" if self.named.has("exists") and not self.named.has("which") else "list"

    def _defined(self) -> bool:
        """Whether the meaning of a class is asked for: 什么是机制, what is a mechanism."""
        named = self.named
        if len(named.classes) != 1 or named.entities or named.scopes or named.topics:
            return False
        before = [token for token in named.tokens[: named.classes[0].place] if token.text != "a"]
        return bool(before) and before[-1].role("define")

    def _teams(self) -> tuple[str, ...]:
        team = self.lexicon.kind("TalentTeam")
        found = {v for item in self.named.entities for v in item.values}
        return tuple(sorted(v for v in found if self.lexicon.is_a(v, team)))

    def _choices(self) -> tuple[Form, ...]:
        return choices(self.named, self.lexicon)

    def _refuse(self, *spans: str) -> None:
        raise Unfit(spans)
