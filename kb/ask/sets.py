"""Builds a set of what a question names: a class, and filters of everything else by its type.

Must not know what is asked of the set.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.ask.amounts import Amount
from kb.ask.clauses import Clauses
from kb.ask.form import About, Filter, Form, Numbered, Related, Select, Set
from kb.ask.lexicon import Lexicon
from kb.ask.mentions import Mention, Mentions


class Unfit(Exception):
    """What is named does not fit together in one way.

    Args:
        spans: the pieces of the question that do not fit.
        choices: forms that each would be a reading.
    """

    def __init__(self, spans: tuple[str, ...], choices: tuple[Form, ...] = ()) -> None:
        super().__init__(spans)
        self.spans = spans
        self.choices = choices


class SetBuilder:
    """Builds sets of one question's mentions.

    Args:
        named: what the question names.
        lexicon: of the graph.
        clauses: of the graph.
    """

    def __init__(self, named: Mentions, lexicon: Lexicon, clauses: Clauses) -> None:
        self.named = named
        self.lexicon = lexicon
        self.clauses = clauses
        self.figures = lexicon.kind("QuantitativeTarget")
        self.of_teams = False  # whether the members have to be a team's own

    def build(
        self,
        asked: Mention,
        others: Sequence[Mention],
        *,
        entities: Sequence[Mention] | None = None,
        limit: Amount | None = None,
        kind: str | None = None,
    ) -> Set:
        """The set of the class asked for that fits everything else.

        Args:
            asked: the class.
            others: other classes named.
            entities: entities named, where not all of the question's.
            limit: a number that is none of the figures.
            kind: the class, where it is known which.

        Raises:
            Unfit: something does not fit, or in more than one way.
        """
        chosen = self.named.entities if entities is None else tuple(entities)
        amounts = [amount for amount in self.named.amounts if amount is not limit]
        fitting: list[Set] = []
        trouble: Unfit | None = None
        for option in (kind,) if kind else asked.values:
            try:
                found = _OneSet(self, option, others, chosen, amounts).build()
            except Unfit as unfit:
                trouble = unfit
                continue
            if found not in fitting:
                fitting.append(found)
        if len(fitting) > 1:
            fitting = [item for item in fitting if self._direct(item)] or fitting
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Unfit((asked.text,), tuple(Select(item) for item in fitting))
        raise trouble or Unfit((asked.text,))

    def _direct(self, members: Set) -> bool:
        return bool(members.filters) and all(
            not self.lexicon.relation(members.kind, iri).linked for iri in members.related
        )


class _OneSet:
    """One set, of one class."""

    def __init__(
        self,
        builder: SetBuilder,
        kind: str,
        others: Sequence[Mention],
        entities: Sequence[Mention],
        amounts: Sequence[Amount],
    ) -> None:
        self.named = builder.named
        self.lexicon = builder.lexicon
        self.figures = builder.figures
        self.clauses = builder.clauses
        self.of_teams = builder.of_teams or kind == builder.lexicon.kind("TalentTeam")
        self.kind = kind
        self.others = list(others)
        self.entities = entities
        self.amounts = list(amounts)
        self.filters: list[Filter] = []
        self.inner: list[Filter] = []  # of the class in between
        self.needs_figures = False  # where no class in between was named

    def build(self) -> Set:
        self._narrow()
        between = self._between()
        between = self._count_members(between)
        self._place_amounts(between)
        self._place_entities(between)
        self._place_topics(between)
        if between is not None:
            kind, negated = between
            self.filters.append(Related(within=Set.of(kind, self.inner), negated=negated))
        elif self.inner:
            kind = self.figures if self.needs_figures else self.lexicon.provision
            self.filters.append(Related(within=Set.of(kind, self.inner)))
        return Set.of(self.kind, self.filters)

    def _narrow(self) -> None:
        """Classes that say which of the asked class are meant: targets, only numeric ones."""
        schema = self.lexicon.schema
        for other in list(self.others):
            for value in other.values:
                if schema.is_a(value, self.kind) and value != self.kind:
                    self.others.remove(other)
                    if other.negated:
                        self.filters.append(Related(within=Set(value), negated=True))
                    else:
                        self.kind = value
                    break
                if schema.is_a(self.kind, value):
                    self.others.remove(other)
                    break

    def _between(self) -> tuple[str, bool] | None:
        """The class through which others are related, and whether there may be none of it."""
        if not self.others:
            return None
        schema = self.lexicon.schema
        more = self._more_of()
        if more is not None:
            self.filters.append(more)
            self.others.clear()
            return None
        kinds = []
        for other in self.others:
            options = [v for v in other.values if self._relates(v)]
            if not options:
                raise Unfit((other.text,))
            kinds.append((options[0], other))
        narrow = [
            (k, o) for k, o in kinds if not any(j != k and schema.is_a(j, k) for j, _ in kinds)
        ]
        if len({k for k, _ in narrow}) > 1:
            # Several classes: each is a condition of its own.
            for k, other in narrow:
                self.filters.append(Related(within=Set(k), negated=other.negated))
            if self.amounts or self.named.topics:
                raise Unfit(tuple(o.text for _, o in narrow))
            return None
        kind, _ = narrow[0]
        return kind, any(o.negated for _, o in kinds)

    def _more_of(self) -> Numbered | None:
        """More of one class than of another: more measures than mechanisms."""
        named = self.named
        if len(self.others) != 2 or self.amounts or not named.has("more", "fewer", "more-than"):
            return None
        one, other = sorted(self.others, key=lambda item: item.place)
        between = named.tokens[one.place + 1 : other.place]
        if any(token.content or token.role("and", "or", "both") for token in between):
            return None
        if named.has("fewer"):
            one, other = other, one
        kinds = [next((v for v in o.values if self._relates(v)), "") for o in (one, other)]
        return Numbered(kinds[0], "more-than", 0, kinds[1]) if all(kinds) else None

    def _relates(self, kind: str) -> bool:
        if self.kind == self.lexicon.provision:
            return False
        return self.lexicon.relates(self.kind, kind)

    def _count_members(self, between: tuple[str, bool] | None) -> tuple[str, bool] | None:
        """Numbers of related members: in at least two teams; what is left in between."""
        if between is None:
            return None
        for amount in list(self.amounts):
            (operator, number), *more = amount.figure.bounds
            whole = number == int(number) and number <= 20
            near = [o for o in self.others if self._numbers(amount, o)]
            if whole and not more and near and not self._counts_people(amount):
                self.amounts.remove(amount)
                self.filters.append(Numbered(between[0], operator, int(number)))
                for other in near:
                    self.others.remove(other)
        return between if self.others else None

    def _numbers(self, amount: Amount, other: Mention) -> bool:
        """Whether a number says how many of a class: more than 10 measures, 举措超过10条."""
        if 0 < other.place - amount.place <= 2:
            return True
        after = self.named.tokens[amount.place + 1 : other.place]
        if 0 < len(after) <= 2 and not any(token.content for token in after):
            return True
        between = self.named.tokens[other.place + 1 : amount.place]
        return (
            0 <= len(between) <= 2
            and other.place < amount.place
            and not amount.plain
            and not self.lexicon.has_figures(other.values[0])
            and not any(token.content for token in between)
        )

    def _counts_people(self, amount: Amount) -> bool:
        return (
            amount.figure.unit == self.lexicon.schema.ns.replace("ns#", "scheme/unit/") + "person"
            and amount.figure.bounds[0][1] > 10
        )

    def _place_amounts(self, between: tuple[str, bool] | None) -> None:
        for amount in self.amounts:
            if self.lexicon.has_figures(self.kind):
                self.kind = self.figures
                self.filters.append(amount.figure)
            elif between is not None and self.lexicon.has_figures(between[0]):
                self.inner.append(amount.figure)
            elif between is None and self._relates(self.figures):
                self.needs_figures = True
                self.inner.append(amount.figure)
            elif self.kind == self.lexicon.provision:
                self.kind = self.figures
                self.filters.append(amount.figure)
            else:
                raise Unfit((amount.text,))

    def _place_entities(self, between: tuple[str, bool] | None) -> None:
        here: list[tuple[Mention, str]] = []
        inside: list[tuple[Mention, str]] = []
        for item in self.entities:
            options = [value for value in item.values if self._linked(self.kind, value)]
            options = self._of_members(options)
            options = self._preferred(self.kind, item, options)
            if len(options) == 1 and not self._tells_figures(options[0], between):
                here.append((item, options[0]))
                continue
            if len(options) > 1:
                each = tuple(Select(Set.of(self.kind, [Related((v,))])) for v in options)
                raise Unfit((item.text,), each)
            inner = between[0] if between else self.figures
            options = [value for value in item.values if self._linked(inner, value)]
            options = self._of_members(options)
            options = self._preferred(inner, item, options)
            if len(options) != 1 or (between is None and not self._relates(inner)):
                raise Unfit((item.text,))
            if item.negated and self._no_figures(options[0], between):
                within = Set.of(self.figures, [Related((options[0],))])
                self.filters.append(Related(within=within, negated=True))
                continue
            self.needs_figures = True
            inside.append((item, options[0]))
        self.filters += self._grouped(here)
        self.inner += self._grouped(inside)

    def _of_members(self, options: list[str]) -> list[str]:
        """Of several things by one name those that a team's own clauses are linked with."""
        if len(options) < 2 or not self.of_teams:
            return options
        own = [c for c in self.clauses.all.values() if c.team]
        return [o for o in options if any(o in clause.linked for clause in own)] or options

    def _tells_figures(self, value: str, between: tuple[str, bool] | None) -> bool:
        """Whether a code, such as a comparator, says which of the figures in between is meant."""
        named = between is not None and self.lexicon.has_figures(between[0])
        return (
            (self.needs_figures or named)
            and not self.lexicon.has_figures(self.kind)
            and self.lexicon.is_code(value)
            and self.lexicon.linked(self.figures, value)
        )

    def _no_figures(self, value: str, between: tuple[str, bool] | None) -> bool:
        """Whether it is said that there are no figures of a kind: teams without percentages."""
        none = between is None or not self.lexicon.has_figures(between[0])
        return (
            (none or bool(between)) and self.lexicon.is_code(value) and self._relates(self.figures)
        )

    def _linked(self, kind: str, value: str) -> bool:
        if kind == self.lexicon.provision:
            return value in self.lexicon.things and not self.lexicon.is_code(value)
        return self.lexicon.is_a(value, kind) or self.lexicon.linked(kind, value)

    def _grouped(self, chosen: list[tuple[Mention, str]]) -> list[Filter]:
        """Teams and indicators in a list are alternatives; two of another kind have to hold both.

        A clause stands in one team and a figure is of one indicator, so none is of both.
        """
        filters: list[Filter] = []
        grouped: set[str] = set()
        for name in ("TalentTeam", "Indicator"):
            kind = self.lexicon.kind(name)
            alike = sorted(
                {v for item, v in chosen if self.lexicon.is_a(v, kind) and not item.negated}
            )
            if len(alike) > 1 and not self.named.listed():
                raise Unfit(tuple(item.text for item, _ in chosen))
            filters += [Related(tuple(alike))] if alike else []
            grouped.update(alike)
        for item, value in chosen:
            if value not in grouped:
                filters.append(Related((value,), negated=item.negated))
        return filters

    def _place_topics(self, between: tuple[str, bool] | None) -> None:
        clauses = self.kind == self.lexicon.provision or (
            self.kind in self.lexicon.provisions
            or (between is None and self._is_provision(self.kind))
        )
        for item in self.named.topics:
            about = About(tuple(sorted(item.values)), item.negated)
            if clauses:
                self.filters.append(about)
            elif self._takes_topics(between) and between is None and item.negated:
                told = Set.of(self.lexicon.provision, [About(about.topics)])
                self.filters.append(Related(within=told, negated=True))
            elif self._takes_topics(between):
                self.inner.append(about)
            else:
                raise Unfit((item.text,))

    def _takes_topics(self, between: tuple[str, bool] | None) -> bool:
        """Whether what is in between can be about a topic; a team's clauses can."""
        if between is None:
            return self.kind == self.lexicon.kind("TalentTeam")
        return self._is_provision(between[0])

    def _is_provision(self, kind: str) -> bool:
        return any(self.lexicon.schema.is_a(own, kind) for own in self.lexicon.provisions)

    def _preferred(self, kind: str, item: Mention, options: list[str]) -> list[str]:
        """Of several things by one name: what is measured for figures, else what is no clause."""
        if len(options) < 2:
            return options
        indicator = self.lexicon.kind("Indicator")
        clauses = self.named.tokens[item.place].of("clause")
        measured = [iri for iri in options if self.lexicon.is_a(iri, indicator)]
        plain = [iri for iri in options if iri not in measured and iri not in clauses]
        return (
            (measured if self.lexicon.has_figures(kind) else plain) or plain or measured or options
        )
