"""Samples of the type skeletons of the logical form, by a seed: for the test and the benchmark.

Must not know how a form is put in words or understood.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from kb.ask.form import Form, Related, Set, members_of
from kb.ask.skeletons import Hole, Skeleton, Skeletons

#: Numbers that a question may name: small ones count members and have no unit.
NUMBERS = ("40", "80", "500", "4800", "10000", "1234567")


def shape(skeleton: Skeleton) -> str:
    """What kind of a form it is, whatever the classes: the depth that the test goes through."""
    form = skeleton.form
    parts = [
        part
        for part in (getattr(form, name, "") for name in ("order", "end", "function", "manner"))
        if part
    ]
    members = members_of(form)
    by = getattr(form, "by", None) or getattr(form, "each", None)
    sets = [_shape(one) for one in (members, by) if one is not None]
    return " ".join([type(form).__name__, *parts, *sets])


def _shape(members: Set) -> str:
    parts = []
    for item in members.filters:
        name = ("not " if getattr(item, "negated", False) else "") + type(item).__name__
        if isinstance(item, Related):
            name += f"[{_shape(item.within)}]" if item.within else str(len(item.entities))
        elif hasattr(item, "bounds"):
            name += "/".join(operator for operator, _ in item.bounds)
        parts.append(name)
    return f"({', '.join(parts)})"


def samples(
    skeletons: Skeletons, seed: int, of_shape: int = 0, each: int = 1
) -> Iterator[tuple[str, Form]]:
    """Forms with sampled names, each with its shape.

    Args:
        skeletons: of a graph.
        seed: of the samples.
        of_shape: how many skeletons of one shape; all where 0.
        each: how many forms of one skeleton.
    """
    chance = random.Random(seed)
    shapes: dict[str, list[Skeleton]] = {}
    for skeleton in skeletons.all():
        shapes.setdefault(shape(skeleton), []).append(skeleton)
    for name, alike in sorted(shapes.items()):
        chosen = alike if not of_shape else chance.sample(alike, min(of_shape, len(alike)))
        for skeleton in chosen:
            for _ in range(each):
                values: dict[str, tuple[str, ...]] = {}
                for hole in skeleton.holes:
                    taken = {iri for value in values.values() for iri in value}
                    options = [o for o in _options(hole, skeletons, chance) if o[0] not in taken]
                    if options:
                        values[hole.name] = chance.choice(options)
                if len(values) == len(skeleton.holes):
                    yield name, skeleton.filled(values)


def _options(hole: Hole, skeletons: Skeletons, chance: random.Random) -> list[tuple[str, ...]]:
    if hole.holding == "amount":
        return [(chance.choice(NUMBERS), unit) for unit in (*skeletons.units, "")]
    return [(iri,) for iri in skeletons.things(hole)]
