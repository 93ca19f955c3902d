"""The reading of a question in parts that can be taken out or changed.

Each change is a whole question, and it is offered only where it is understood as meant and has
an answer. Must not know how a form is put in words, nor how it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from kb.ask.form import (
    About,
    Aggregate,
    Compare,
    Count,
    Describe,
    Extreme,
    Filter,
    Form,
    NotStated,
    Related,
    Select,
    Set,
    members_of,
    with_members,
)
from kb.ask.lexicon import Lexicon
from kb.ask.skeletons import Skeletons
from kb.ask.verbalise import filter_reading, reading
from kb.text import Text

#: The question that asks a form; None where it has no answer or is understood otherwise.
Asks = Callable[[Form], str | None]

#: How many alternatives a part has at most; those of its own kind are tried in order.
_MOST = 12


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of how a question was read.

    Args:
        label: the part in words.
        without: the question without it; None where it cannot be left out.
        instead: what can stand in its place, and the question with that.
    """

    label: Text
    without: str | None = None
    instead: tuple[tuple[Text, str], ...] = ()


_MANNERS: dict[Literal["beside", "common", "differ"], Text] = {
    "beside": Text("并列", "side by side"),
    "common": Text("共同", "in common"),
    "differ": Text("不同", "different"),
}


class Chips:
    """Takes forms apart.

    Args:
        skeletons: of the graph.
    """

    def __init__(self, skeletons: Skeletons) -> None:
        self._skeletons = skeletons
        self._lexicon: Lexicon = skeletons.lexicon

    def of(self, form: Form, asks: Asks) -> tuple[Chip, ...]:
        """The parts of a form, in the order of its reading.

        Args:
            form: of the question.
            asks: says a form as a question.
        """
        members = members_of(form)
        chips: list[Chip] = []
        if isinstance(form, Describe):
            return (self._described(form, asks),)
        if isinstance(form, NotStated):
            return self._not_stated(form, asks)
        if members is None:
            return (Chip(reading(form, self._lexicon)),)
        chips.append(self._kind(form, members, asks))
        if isinstance(form, Compare):
            chips += self._compared(form, asks)
        for item in members.filters:
            rest = Set(members.kind, tuple(one for one in members.filters if one != item))
            label = filter_reading(item, self._lexicon)
            others = (
                (name, with_members(form, rest.having(other)))
                for name, other in self._other_filters(members.kind, item)
            )
            chips.append(Chip(label, asks(with_members(form, rest)), _said(others, asks)))
        operation = self._operation(form, asks)
        return (*chips, operation) if operation else tuple(chips)

    def _kind(self, form: Form, members: Set, asks: Asks) -> Chip:
        label = self._lexicon.label(members.kind)
        if isinstance(form, Extreme):
            return Chip(label)
        near = sorted(
            (kind for kind in self._skeletons.kinds if kind != members.kind),
            key=lambda kind: (
                kind not in self._lexicon.provisions,
                not self._skeletons.kin(kind, members.kind),
                -len(self._lexicon.members(kind)),
            ),
        )
        others = (
            (self._lexicon.label(kind), with_members(form, Set(kind, members.filters)))
            for kind in near
            if all(self._fits(kind, item) for item in members.filters)
        )
        return Chip(label, None, _said(others, asks))

    def _fits(self, kind: str, item: Filter) -> bool:
        if isinstance(item, About):
            return kind in self._lexicon.provisions
        if isinstance(item, Related) and item.entities:
            return all(self._lexicon.linked(kind, iri) for iri in item.entities)
        if isinstance(item, Related) and item.within is not None:
            return self._lexicon.relates(kind, item.within.kind)
        return False

    def _other_filters(self, kind: str, item: Filter) -> Iterable[tuple[Text, Filter]]:
        if not isinstance(item, Related) or len(item.entities) != 1:
            return
        for iri in self._alike(item.entities[0]):
            if self._lexicon.linked(kind, iri):
                yield self._lexicon.label(iri), replace(item, entities=(iri,))

    def _alike(self, iri: str) -> list[str]:
        """Other things of the same class."""
        wide = [kind for kind in self._skeletons.named if self._lexicon.is_a(iri, kind)]
        if not wide:
            return []
        return [
            thing.iri
            for thing in self._lexicon.members(wide[0])
            if thing.iri != iri and self._lexicon.has_name(thing.iri)
        ]

    def _compared(self, form: Compare, asks: Asks) -> list[Chip]:
        chips = []
        for iri in form.entities:
            rest = tuple(other for other in form.entities if other != iri)
            fewer: Form = replace(form, entities=rest)
            if len(rest) == 1:
                fewer = Select(form.members.having(Related(rest)))
            others = (
                (
                    self._lexicon.label(other),
                    replace(form, entities=tuple(sorted((*rest, other)))),
                )
                for other in self._alike(iri)
                if other not in rest
            )
            chips.append(Chip(self._lexicon.label(iri), asks(fewer), _said(others, asks)))
        return chips

    def _operation(self, form: Form, asks: Asks) -> Chip | None:
        """What is asked of the set, besides which they are."""
        if isinstance(form, Count):
            return Chip(Text("数量", "number"), asks(Select(form.members)))
        if isinstance(form, Compare):
            label, *others = sorted(
                ((name, replace(form, manner=manner)) for manner, name in _MANNERS.items()),
                key=lambda other: other[1] != form,
            )
            return Chip(label[0], None, _said(others, asks))
        both = _ends(form)
        members = members_of(form)
        if not both or members is None:
            return None
        now, other = both if both[0][1] == form else both[::-1]
        if isinstance(form, Aggregate) and form.each is not None:
            return Chip(now[0])
        return Chip(now[0], asks(Select(members)), _said([other], asks))

    def _described(self, form: Describe, asks: Asks) -> Chip:
        others = ((self._lexicon.label(iri), Describe(iri)) for iri in self._alike(form.entity))
        return Chip(self._lexicon.label(form.entity), None, _said(others, asks))

    def _not_stated(self, form: NotStated, asks: Asks) -> tuple[Chip, ...]:
        facts = [thing.iri for thing in self._lexicon.members(self._lexicon.kind("FactKind"))]
        chips = []
        for kind in form.kinds:
            others = (
                (self._lexicon.label(other), NotStated((other,), form.about))
                for other in facts
                if other not in form.kinds
            )
            chips.append(Chip(self._lexicon.label(kind), None, _said(others, asks)))
        for iri in form.about:
            rest = tuple(other for other in form.about if other != iri)
            changed = (
                (self._lexicon.label(other), NotStated(form.kinds, tuple(sorted((*rest, other)))))
                for other in self._alike(iri)
                if other not in rest
            )
            without = asks(NotStated(form.kinds, rest))
            chips.append(Chip(self._lexicon.label(iri), without, _said(changed, asks)))
        return tuple(chips)


def _ends(form: Form) -> tuple[tuple[Text, Form], ...]:
    """A form that has a contrary, and that, with their names."""
    if isinstance(form, Select) and form.order:
        return (
            (Text("从高到低", "high to low"), replace(form, order="descending")),
            (Text("从低到高", "low to high"), replace(form, order="ascending")),
        )
    if isinstance(form, Extreme):
        return (
            (Text("最多", "most"), replace(form, end="most")),
            (Text("最少", "fewest"), replace(form, end="least")),
        )
    if isinstance(form, Aggregate):
        return (
            (Text("总和", "sum"), replace(form, function="sum")),
            (Text("平均", "mean"), replace(form, function="mean")),
        )
    return ()


def _said(others: Iterable[tuple[Text, Form]], asks: Asks) -> tuple[tuple[Text, str], ...]:
    found: list[tuple[Text, str]] = []
    for label, form in others:
        said = asks(form)
        if said is not None:
            found.append((label, said))
        if len(found) == _MOST:
            break
    return tuple(found)
