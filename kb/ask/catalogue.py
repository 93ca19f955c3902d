"""Which of the type skeletons are offered as templates, and what they are called.

By rules over classes and what links them, so that a new plan or class has its own templates.
Sums over unlike figures and chains of conditions can be asked, but nobody looks for them in a
list. Must not know which of them have answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kb.ask.form import (
    Compare,
    Count,
    CountEach,
    Describe,
    Extreme,
    Figure,
    NotStated,
    Operator,
    Order,
    Related,
    Review,
    Select,
    Set,
)
from kb.ask.lexicon import Lexicon
from kb.ask.skeletons import Hole, Part, Skeleton, Skeletons, negated
from kb.ask.sparql import STAND_INS

_LIMITS: dict[Operator, str] = {"more-than": "above", "less-than": "below"}

Named = tuple[str, Skeleton]


class Catalogue:
    """Names and skeletons of all templates of one graph.

    Args:
        skeletons: of the graph.
    """

    def __init__(self, skeletons: Skeletons) -> None:
        self.skeletons = skeletons
        self.lexicon: Lexicon = skeletons.lexicon
        self.team = skeletons.team

    def all(self) -> Iterator[Named]:
        """Every template's name and skeleton, the most asked first: by class, then by form."""
        found: dict[str, Skeleton] = {}
        for name, skeleton in self._all():
            found.setdefault(name, skeleton)
        yield from found.items()

    def _all(self) -> Iterator[Named]:
        skeletons = self.skeletons
        kinds = [
            kind for kind in skeletons.kinds if kind in skeletons.named or self._provided(kind)
        ]
        kinds.sort(key=lambda kind: (-len(self.lexicon.members(kind)), kind))
        for kind in [*kinds, self.lexicon.provision]:
            yield from self._lists(kind)
        for kind in kinds:
            yield from self._figures(kind)
            yield from self._compared(kind)
        for counted in kinds:
            yield from self._counts(self.team, counted)
        for kind in skeletons.named:
            hole = Hole(skeletons.name(kind), "entity", kind)
            yield f"describe-{hole.name}", Skeleton(Describe(hole.mark), (hole,))
        hole = Hole("class", "class")
        yield "define-class", Skeleton(Describe(hole.mark), (hole,))
        yield from self._missing()
        yield "check-sums", Skeleton(Review())

    def _plural(self, kind: str) -> str:
        name = self.skeletons.name(kind)
        return name[:-1] + "ies" if name.endswith("y") else name + "s"

    def _lists(self, kind: str) -> Iterator[Named]:
        """What there is of a class, by itself and by one or two conditions."""
        name = self._plural(kind)
        provided = self._provided(kind) or kind == self.lexicon.provision
        entities = [
            part
            for part in self.skeletons.entities(kind)
            if not self._far(kind, part.holes[0].kind) and (provided or self._of_team(part))
        ]
        topics = list(self.skeletons.topics(kind))
        if kind != self.lexicon.provision:
            yield name, _select(kind, Part())
            yield f"count-{name}", Skeleton(Count(Set(kind)))
        for part in entities:
            of = part.holes[0].name
            yield f"{name}-of-{of}", _select(kind, part)
            if kind != self.lexicon.provision and self._of_team(part):
                yield f"count-{name}-of-{of}", Skeleton(Count(Set(kind, part.filters)), part.holes)
        for part in topics:
            yield f"{name}-about", _select(kind, part)
            yield from (
                (f"{name}-of-{entity.holes[0].name}-about", _select(kind, entity + part))
                for entity in entities
                if self._of_team(entity)
            )
        for part in self.skeletons.insides(kind):
            (item,) = part.filters
            assert isinstance(item, Related)
            assert item.within is not None
            other = item.within.kind
            both = self._provided(kind) and self._provided(other)
            if (kind == self.team or both) and not self._far(kind, other):
                yield f"{name}-with-{self._plural(other)}", _select(kind, part)
                yield f"{name}-without-{self._plural(other)}", _select(kind, negated(part))

    def _figures(self, kind: str) -> Iterator[Named]:
        """By number: above and below, in order, the largest and the smallest."""
        if kind != self.skeletons.figures:
            return
        name = self._plural(kind)
        hole = Hole("amount", "amount")
        for part in self.skeletons.amounts(kind):
            (item,) = part.filters
            if not isinstance(item, Figure) or len(item.bounds) != 1:
                continue
            ((operator, _),) = item.bounds
            if operator in _LIMITS:
                yield (
                    f"{name}-{_LIMITS[operator]}",
                    Skeleton(Select(Set(kind, part.filters)), (hole,)),
                )
        orders: tuple[tuple[Order, str], ...] = (
            ("descending", "from-high-to-low"),
            ("ascending", "from-low-to-high"),
        )
        for part in self.skeletons.entities(kind):
            if not self._of_team(part):
                continue
            members = Set(kind, part.filters)
            for order, word in orders:
                yield f"{name}-of-team-{word}", Skeleton(Select(members, order), part.holes)
            yield f"largest-{name}-of-team", Skeleton(Extreme(members, "most"), part.holes)
            yield f"smallest-{name}-of-team", Skeleton(Extreme(members, "least"), part.holes)

    def _compared(self, kind: str) -> Iterator[Named]:
        if self._far(kind, self.team) or not self._provided(kind):
            return
        name = self._plural(kind)
        holes = (
            Hole("team", "entity", self.team, kind),
            Hole("other-team", "entity", self.team, kind),
        )
        marks = tuple(hole.mark for hole in holes)
        manners: dict[Literal["beside", "common", "differ"], str] = {
            "beside": f"compare-{name}",
            "common": f"common-{name}",
            "differ": f"differences-of-{name}",
        }
        for manner, said in manners.items():
            yield said, Skeleton(Compare(marks, Set(kind), manner), holes)

    def _counts(self, each: str, counted: str) -> Iterator[Named]:
        """How many each has, and which has the most and the fewest."""
        if self.skeletons.kin(each, counted) or self._far(each, counted):
            return
        one, many = self.skeletons.name(each), self._plural(counted)
        yield f"{many}-of-each-{one}", Skeleton(CountEach(Set(each), Set(counted)))
        figures = counted == self.skeletons.figures
        most, least = ("largest", "smallest") if figures else ("most", "fewest")
        plural = self._plural(each)
        yield f"{plural}-with-{most}-{many}", Skeleton(Extreme(Set(each), "most", Set(counted)))
        yield f"{plural}-with-{least}-{many}", Skeleton(Extreme(Set(each), "least", Set(counted)))

    def _missing(self) -> Iterator[Named]:
        """Facts that plans usually give: who is responsible by its role, the others by choice."""
        team = Hole("team", "entity", self.team)
        fact = Hole("fact", "fact", self.lexicon.kind("FactKind"))
        for kind in self.lexicon.members(fact.kind):
            role = STAND_INS.get(kind.notation)
            if role:
                yield f"{role}", Skeleton(NotStated((kind.iri,)))
                yield f"{role}-for-team", Skeleton(NotStated((kind.iri,), (team.mark,)), (team,))
        yield "fact-of-plan", Skeleton(NotStated((fact.mark,)), (fact,))
        yield "fact-of-team", Skeleton(NotStated((fact.mark,), (team.mark,)), (fact, team))

    def _provided(self, kind: str) -> bool:
        """Whether the plan provides what is of a class, or of a narrower one."""
        return any(self.lexicon.schema.is_a(own, kind) for own in self.lexicon.provisions)

    def _of_team(self, part: Part) -> bool:
        return part.holes[0].kind == self.team

    def _far(self, kind: str, other: str) -> bool:
        """Whether nothing links the members of two classes but a third thing."""
        if kind == self.lexicon.provision:
            return other != self.team
        relation = self.lexicon.schema.relation(kind, (other,))
        return not relation or relation.linked


def _select(kind: str, part: Part) -> Skeleton:
    return Skeleton(Select(Set(kind, part.filters)), part.holes)
