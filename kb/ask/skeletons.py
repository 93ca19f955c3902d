"""The type skeletons of the logical form over a graph: which forms make sense, names left open.

They follow from the grammar of forms and the classes of the graph alone, so that a new plan or
class brings its own. The templates are some of them; the tests go through all. A condition
stands at the outermost set that it fits, as the words of a question would have it.
Must not know words, nor SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal, TypeAlias, get_args

from kb.ask.filling import MARK, Values, filled
from kb.ask.form import (
    About,
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Extreme,
    Figure,
    Filter,
    Form,
    NotStated,
    Numbered,
    Operator,
    Order,
    Related,
    Review,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.scan import scan

Holding: TypeAlias = Literal["entity", "topic", "amount", "fact", "class"]

#: Classes that describe the plan's own words, or what is written of it; nobody asks for lists.
_ASIDE = frozenset({"Plan", "Period", "Source", "Topic", "FactKind"})
_COUNTED = 2
_WORDS = re.compile(r"[A-Z][a-z]*|[a-z]+")


@dataclass(frozen=True, slots=True)
class Hole:
    """What a skeleton leaves open.

    Args:
        name: unlike those of the skeleton's other holes.
        holding: what fills it.
        kind: IRI of the class of what fills it; none for an amount.
        of: IRI of the class that what fills it has to be linked to; none for any.
    """

    name: str
    holding: Holding
    kind: str = ""
    of: str = ""

    @property
    def mark(self) -> str:
        """What stands for it in the form."""
        return MARK + self.name


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A form with holes."""

    form: Form
    holes: tuple[Hole, ...] = ()

    def filled(self, values: Values) -> Form:
        """The form with every hole filled, in its normal form."""
        return filled(self.form, values)


@dataclass(frozen=True, slots=True)
class Part:
    """Filters with holes."""

    filters: tuple[Filter, ...] = ()
    holes: tuple[Hole, ...] = ()

    def __add__(self, other: Part) -> Part:
        return Part(self.filters + other.filters, self.holes + other.holes)


class Skeletons:
    """All skeletons over one lexicon.

    Args:
        lexicon: of the graph.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.figures = lexicon.kind("QuantitativeTarget")
        self.team = lexicon.kind("TalentTeam")

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The classes that can be asked for: with members that have names, and no codes."""
        ns = self.lexicon.schema.ns
        found: set[str] = set()
        for iri, thing in self.lexicon.things.items():
            if not self.lexicon.is_code(iri):
                for own in thing.kinds:
                    found |= {own, *self.lexicon.schema.parents.get(own, frozenset())}
        return tuple(
            sorted(
                kind
                for kind in found
                if kind in self.lexicon.things
                and kind.startswith(ns)
                and kind.removeprefix(ns) not in _ASIDE
            )
        )

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The widest of these classes: a member of a narrower one is a member of these."""
        schema = self.lexicon.schema
        return tuple(
            kind
            for kind in self.kinds
            if not any(schema.is_a(kind, other) for other in self.kinds if other != kind)
        )

    def all(self) -> Iterator[Skeleton]:
        """Every skeleton, the plain ones first."""
        for kind in (*self.kinds, self.lexicon.provision):
            for part in self.parts(kind):
                yield from self._of_set(Set(kind, part.filters), part.holes)
        yield from self._each()
        yield from self._compared()
        for kind in self.named:
            hole = Hole(self.name(kind), "entity", kind)
            yield Skeleton(Describe(hole.mark), (hole,))
        yield from (Skeleton(Describe(kind)) for kind in self.kinds)
        yield from self._missing()
        yield Skeleton(Review())

    def name(self, kind: str) -> str:
        """A class in the names of holes and templates: as short as people call it.

        The last word of its name where that by itself means the class (team), else all of it.
        """
        words = _WORDS.findall(kind.removeprefix(self.lexicon.schema.ns))
        last = words[-1].lower()
        meant = {s.value for s in self.lexicon.senses(last) if s.kind in ("class", "entity")}
        return last if meant == {kind} else "-".join(words).lower()

    def things(self, hole: Hole) -> list[str]:
        """IRIs that can fill a hole: of the right class, and with names of their own."""
        lexicon = self.lexicon
        if hole.holding == "topic":
            return list(self.topics_named)
        if hole.holding == "class":
            return list(self.kinds)
        linked = not hole.of or hole.of == lexicon.provision
        return [
            thing.iri
            for thing in lexicon.members(hole.kind)
            if thing.iri not in lexicon.scope
            and (linked or lexicon.linked(hole.of, thing.iri))
            and lexicon.has_name(thing.iri)
        ]

    @cached_property
    def topics_named(self) -> tuple[str, ...]:
        """IRIs of the topics that their labels in both languages mean."""
        found = []
        for topic in self.lexicon.members(self.lexicon.kind("Topic")):
            said = (f"“{topic.label.zh}”", f"“{topic.label.en}”")
            tokens = [scan(text, self.lexicon) for text in said]
            if all(len(row) == 1 and row[0].of("topic") == (topic.iri,) for row in tokens):
                found.append(topic.iri)
        return tuple(found)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """IRIs of the units that a number can be said with."""
        return tuple(
            unit.iri
            for unit in self.lexicon.members(self.lexicon.kind("Unit"))
            if self._counts(unit.iri)
        )

    def _counts(self, unit: str) -> bool:
        """Whether a unit's name after a number means nothing but the unit."""
        name = self.lexicon.spoken(unit)
        for said in (f"5{name.zh}", f"5 {name.en}"):
            tokens = scan(said, self.lexicon)
            if len(tokens) != 2 or tokens[1].content or tokens[1].of("unit") != (unit,):
                return False
        return True

    # --- sets ------------------------------------------------------------------------------

    def parts(self, kind: str) -> Iterator[Part]:
        """The filters that members of a class can have: none, one, and some pairs."""
        yield Part()
        entities = list(self.entities(kind))
        insides = list(self.insides(kind))
        topics = list(self.topics(kind))
        amounts = list(self.amounts(kind))
        yield from entities
        yield from (negated(part) for part in entities)
        yield from insides
        yield from (negated(part) for part in insides)
        yield from topics
        yield from (negated(part) for part in topics)
        yield from amounts
        yield from self._nested(kind)
        yield from self._numbered(kind)
        if self.lexicon.linked(kind, self._some(self.team)):
            holes = (
                Hole("team", "entity", self.team, kind),
                Hole("other-team", "entity", self.team, kind),
            )
            marks = tuple(hole.mark for hole in holes)
            yield Part((Related(marks),), holes)
        teams = [part for part in entities if part.holes[0].kind == self.team]
        others = [part for part in entities if part.holes[0].kind != self.team]
        for team in teams:
            yield from (team + part for part in (*others, *insides, *topics, *amounts))
            yield from (team + negated(part) for part in (*insides, *topics))
        for part in (*topics, *amounts[:1]):
            yield from (part + other for other in islice(others, _COUNTED))

    def entities(self, kind: str) -> Iterator[Part]:
        """Related to a named thing, of each class that is linked to this one."""
        for other in self.named:
            if self.kin(kind, other) or not self.related(kind, other):
                continue
            hole = Hole(self.name(other), "entity", other, kind)
            yield Part((Related((hole.mark,)),), (hole,))

    def topics(self, kind: str) -> Iterator[Part]:
        """About a topic: what the plan provides."""
        if kind in self.lexicon.provisions or kind == self.lexicon.provision:
            hole = Hole("topic", "topic", self.lexicon.kind("Topic"), kind)
            yield Part((About((hole.mark,)),), (hole,))

    def amounts(self, kind: str) -> Iterator[Part]:
        """With a number, compared in each way."""
        if kind != self.figures:
            return
        hole = Hole("amount", "amount")
        for operator in get_args(Operator):
            yield Part((Figure(((operator, 0.0),), hole.mark),), (hole,))
        bounds: tuple[tuple[Operator, float], ...] = (("at-least", 0.0), ("at-most", 1.0))
        yield Part((Figure(bounds, hole.mark),), (hole,))

    def insides(self, kind: str) -> Iterator[Part]:
        """Related to any member of another class."""
        if kind == self.lexicon.provision:
            return
        for other in self.kinds:
            if not self.kin(kind, other) and self.related(kind, other):
                yield Part((Related(within=Set(other)),))

    def _nested(self, kind: str) -> Iterator[Part]:
        """Related to a member of another class that itself is limited by what this one is not."""
        for inside in self.insides(kind):
            (item,) = inside.filters
            assert isinstance(item, Related)
            assert item.within is not None
            other = item.within.kind
            for part in self.entities(other):
                hole = part.holes[0]
                if not self.related(kind, hole.kind) and not self.kin(kind, hole.kind):
                    yield within(other, part)
            if kind not in self.lexicon.provisions:
                for part in self.topics(other):
                    yield within(other, part)
            if not self.lexicon.schema.is_a(kind, self.lexicon.kind("Target")):
                for part in self.amounts(other):
                    yield within(other, part)

    def _numbered(self, kind: str) -> Iterator[Part]:
        operators: tuple[Operator, ...] = ("at-least", "more-than", "exactly")
        for place, inside in enumerate(self.insides(kind)):
            (item,) = inside.filters
            assert isinstance(item, Related)
            assert item.within is not None
            operator = operators[place % len(operators)]
            yield Part((Numbered(item.within.kind, operator, 2 + place % 3),))

    def kin(self, kind: str, other: str) -> bool:
        """Whether one class is the other, or a narrower one of it."""
        schema = self.lexicon.schema
        return schema.is_a(kind, other) or schema.is_a(other, kind)

    def related(self, kind: str, other: str) -> bool:
        """Whether members of two classes are linked; of what is provided, only to teams."""
        if kind == self.lexicon.provision:
            return (
                any(
                    own != other and self.lexicon.relates(own, other) and not self.kin(own, other)
                    for own in self.lexicon.provisions
                )
                and other == self.team
            )
        return self.lexicon.relates(kind, other)

    def _some(self, kind: str) -> str:
        return next((thing.iri for thing in self.lexicon.members(kind)), "")

    # --- forms -----------------------------------------------------------------------------

    def _of_set(self, members: Set, holes: tuple[Hole, ...]) -> Iterator[Skeleton]:
        yield Skeleton(Select(members), holes)
        if members.kind == self.lexicon.provision:
            return
        yield Skeleton(Count(members), holes)
        if not members.filters:
            yield Skeleton(Select(members, limit=3))
        if members.kind == self.figures:
            orders: tuple[Order, ...] = ("descending", "ascending")
            yield from (Skeleton(Select(members, order), holes) for order in orders)
            yield Skeleton(Extreme(members, "most"), holes)
            yield Skeleton(Extreme(members, "least"), holes)
            if members.filters:
                yield Skeleton(Aggregate("sum", members), holes)
                yield Skeleton(Aggregate("mean", members), holes)

    def _each(self) -> Iterator[Skeleton]:
        """Counts for each, the most and the least of it, and how many on average."""
        target = self.lexicon.kind("Target")
        for each in self.kinds:
            for counted in self.kinds:
                if self.kin(each, counted) or not self.related(each, counted):
                    continue
                if self.kin(each, target) and self.kin(counted, target):
                    continue
                yield from self._by(each, Set(counted), ())
                if each == self.team:
                    for part in self.topics(counted):
                        yield from self._by(each, Set(counted, part.filters), part.holes)

    def _by(self, each: str, counted: Set, holes: tuple[Hole, ...]) -> Iterator[Skeleton]:
        if counted.kind != self.figures or not counted.filters:
            yield Skeleton(CountEach(Set(each), counted), holes)
        if not counted.filters:
            yield Skeleton(Aggregate("mean", counted, Set(each)), holes)
        yield Skeleton(Extreme(Set(each), "most", counted), holes)
        yield Skeleton(Extreme(Set(each), "least", counted), holes)

    def _compared(self) -> Iterator[Skeleton]:
        manners: tuple[Literal["beside", "common", "differ"], ...] = ("beside", "common", "differ")
        for kind in self.kinds:
            if kind == self.team or not self.related(kind, self.team) or self.kin(kind, self.team):
                continue
            holes = (
                Hole("team", "entity", self.team, kind),
                Hole("other-team", "entity", self.team, kind),
            )
            marks = tuple(hole.mark for hole in holes)
            for manner in manners:
                yield Skeleton(Compare(marks, Set(kind), manner), holes)

    def _missing(self) -> Iterator[Skeleton]:
        fact = Hole("fact", "fact", self.lexicon.kind("FactKind"))
        yield Skeleton(NotStated((fact.mark,)), (fact,))
        team = Hole("team", "entity", self.team)
        yield Skeleton(NotStated((fact.mark,), (team.mark,)), (fact, team))


def within(kind: str, part: Part) -> Part:
    """Related to a member of a class that passes the filters."""
    return Part((Related(within=Set(kind, part.filters)),), part.holes)


def negated(part: Part) -> Part:
    """The one filter, taken away."""
    (item,) = part.filters
    assert isinstance(item, About | Related)
    return replace(part, filters=(replace(item, negated=True),))
