"""Looks into a logical form as a whole: the things named in it, and the form with others.

Must not know what is asked in words, nor why a form is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from kb.ask.form import About, Compare, Describe, Figure, Filter, NotStated, Question, Related, Set


def rewritten(part: Any, change: Callable[[Filter], Filter]) -> Any:
    """A form with its conditions changed, in normal form."""
    if isinstance(part, Figure | About | Related):
        other = change(part)
        if other is not part:
            return other
    if isinstance(part, tuple):
        return tuple(rewritten(item, change) for item in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    made = replace(part, **{f.name: rewritten(getattr(part, f.name), change) for f in fields(part)})
    return Set.of(made.kind, list(made.filters)) if isinstance(made, Set) else made


def entities_of(part: object) -> tuple[str, ...]:
    """The things named in a form, in order."""
    if isinstance(part, Question):
        return entities_of(part.form)
    if isinstance(part, Describe):
        return (part.entity,)
    if isinstance(part, NotStated):
        return part.about
    if isinstance(part, tuple):
        return tuple(iri for item in part for iri in entities_of(item))
    own: tuple[str, ...] = ()
    if isinstance(part, Related | Compare):
        own = part.entities
    if is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            value = getattr(part, field.name)
            own += entities_of(value) if not isinstance(value, str) else ()
    return own
