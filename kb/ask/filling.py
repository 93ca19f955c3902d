"""A form whose names are left open, filled: marks in the places of IRIs give way to values.

Must not know which forms make sense, nor words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from kb.ask.form import (
    About,
    Aggregate,
    Compare,
    Count,
    CountEach,
    Describe,
    Difference,
    Either,
    Extreme,
    Figure,
    Filter,
    Form,
    NotStated,
    Numbered,
    Review,
    Select,
    Set,
)

#: What fills holes: IRIs; for an amount, a number and the IRI of its unit.
Values: TypeAlias = Mapping[str, tuple[str, ...]]

#: What begins a mark: it stands where an IRI will.
MARK = "?"


def _iris(iris: tuple[str, ...], values: Values) -> tuple[str, ...]:
    found: set[str] = set()
    for iri in iris:
        found |= set(values[iri.removeprefix(MARK)]) if iri.startswith(MARK) else {iri}
    return tuple(sorted(found))


def _filter(item: Filter, values: Values) -> Filter:
    if isinstance(item, About):
        return replace(item, topics=_iris(item.topics, values))
    if isinstance(item, Figure):
        if not item.unit.startswith(MARK):
            return item
        number, unit = values[item.unit.removeprefix(MARK)]
        numbers = (float(number), 2 * float(number))
        bounds = tuple(
            (operator, n) for (operator, _), n in zip(item.bounds, numbers, strict=False)
        )
        return Figure(bounds, unit)
    if isinstance(item, Either):
        groups = (tuple(_filter(one, values) for one in group) for group in item.groups)
        return Either(tuple(groups))
    if isinstance(item, Numbered):
        return item
    within = _set(item.within, values) if item.within is not None else None
    return replace(item, entities=_iris(item.entities, values), within=within)


def _set(members: Set, values: Values) -> Set:
    return Set.of(members.kind, [_filter(item, values) for item in members.filters])


def filled(form: Form, values: Values) -> Form:  # noqa: PLR0911 - one for each form
    """The form with the values in place of the marks, in its normal form.

    Args:
        form: with marks where names are left open.
        values: by the marks' names.
    """
    if isinstance(form, Select | Count):
        return replace(form, members=_set(form.members, values))
    if isinstance(form, CountEach):
        return CountEach(_set(form.each, values), _set(form.counted, values))
    if isinstance(form, Extreme):
        by = _set(form.by, values) if form.by is not None else None
        return Extreme(_set(form.members, values), form.end, by, form.counted)
    if isinstance(form, Aggregate):
        each = _set(form.each, values) if form.each is not None else None
        return Aggregate(form.function, _set(form.members, values), each)
    if isinstance(form, Compare):
        return replace(
            form, entities=_iris(form.entities, values), members=_set(form.members, values)
        )
    if isinstance(form, Describe):
        return Describe(_iris((form.entity,), values)[0])
    if isinstance(form, NotStated):
        return NotStated(_iris(form.kinds, values), _iris(form.about, values))
    if isinstance(form, Difference):
        return Difference(_set(form.one, values), _set(form.other, values))
    return Review(_iris(form.about, values))
