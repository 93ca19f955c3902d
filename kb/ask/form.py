"""The logical form of a question: what it asks, without any words.

One form has one meaning whatever the language; two questions that mean the same have equal
forms. Must not know words, nor SPARQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

#: How a selection is asked for: it changes what the answer's sentence says, not its rows.
Manner: TypeAlias = Literal["list", "value", "exists", "cite"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Related to one of some entities, or to a member of a set.

    Args:
        entities: IRIs, sorted; any of them.
        within: a set; used where no entities are given.
    """

    entities: tuple[str, ...] = ()
    within: Set | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """The members of a class that pass every filter.

    Args:
        kind: IRI of the class.
        filters: all must hold; in an order that does not depend on the words.
    """

    kind: str
    filters: tuple[Filter, ...] = ()

    @classmethod
    def of(cls, kind: str, filters: list[Filter]) -> Set:
        """The set in its normal form."""
        return cls(kind, tuple(sorted(set(filters), key=repr)))


@dataclass(frozen=True, slots=True)
class Select:
    """Which are they?"""

    members: Set


@dataclass(frozen=True, slots=True)
class Count:
    """How many are they?"""

    members: Set


@dataclass(frozen=True, slots=True)
class Describe:
    """What is it, and where does the source say so?"""

    entity: str


@dataclass(frozen=True, slots=True)
class NotStated:
    """Kinds of fact that plans usually give, and this one may lack.

    Args:
        kinds: IRIs of the kinds of fact, sorted.
        about: IRIs of what it is asked about, sorted; none for the whole plan.
    """

    kinds: tuple[str, ...]
    about: tuple[str, ...] = ()


Form: TypeAlias = Select | Count | Describe | NotStated


@dataclass(frozen=True, slots=True)
class Question:
    """A form and the manner in which it is asked."""

    form: Form
    manner: Manner = "list"
