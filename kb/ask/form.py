"""The logical form of a question: what it asks, without any words.

One form has one meaning whatever the language; two questions that mean the same have equal
forms. Must not know words, nor SPARQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

#: How a selection is asked for: it changes what the answer's sentence says, not its rows.
Manner: TypeAlias = Literal["list", "value", "exists", "cite"]
#: How a number is compared with another.
Operator: TypeAlias = Literal["more-than", "at-least", "less-than", "at-most", "exactly", "about"]
Order: TypeAlias = Literal["", "descending", "ascending"]
End: TypeAlias = Literal["most", "least"]
CompareManner: TypeAlias = Literal["beside", "common", "differ"]


@dataclass(frozen=True, slots=True)
class Related:
    """Related to one of some entities, or to a member of a set; an entity is related to itself.

    Args:
        entities: IRIs, sorted; any of them.
        within: a set; used where no entities are given.
        negated: related to none of them.
    """

    entities: tuple[str, ...] = ()
    within: Set | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Its words, or those of what it belongs to, are about one of some topics.

    Args:
        topics: IRIs, sorted; any of them.
        negated: about none of them.
    """

    topics: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """Its number is within bounds.

    Args:
        bounds: operator and number, all of which hold; sorted.
        unit: IRI; any unit where none is given.
    """

    bounds: tuple[tuple[Operator, float], ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Related to so many members of a class.

    Args:
        kind: IRI of the class.
        operator: how the number of members compares …
        number: … with this; or
        other: with the number of members of this class that it is related to.
    """

    kind: str
    operator: Operator
    number: int = 0
    other: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """One of several groups of conditions holds.

    Args:
        groups: of conditions, sorted; all of a group have to hold.
    """

    groups: tuple[tuple[Filter, ...], ...]


Filter: TypeAlias = Related | About | Figure | Numbered | Either


@dataclass(frozen=True, slots=True)
class Set:
    """The members of a class that pass every filter.

    Args:
        kind: IRI of the class; of the annotation ``provision`` for anything that the plan
            provides.
        filters: all must hold; in an order that does not depend on the words.
    """

    kind: str
    filters: tuple[Filter, ...] = ()

    @classmethod
    def of(cls, kind: str, filters: list[Filter]) -> Set:
        """The set in its normal form."""
        return cls(kind, tuple(sorted(set(filters), key=repr)))

    def having(self, *more: Filter) -> Set:
        """The set with further filters."""
        return Set.of(self.kind, [*self.filters, *more])

    @property
    def related(self) -> tuple[str, ...]:
        """The entities that its members have to be related to."""
        return tuple(
            iri
            for item in self.filters
            if isinstance(item, Related) and not item.negated
            for iri in item.entities
        )


@dataclass(frozen=True, slots=True)
class Select:
    """Which are they?

    Args:
        members: of which set.
        order: by their numbers.
        limit: how many; all where 0.
    """

    members: Set
    order: Order = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How many are they?"""

    members: Set


@dataclass(frozen=True, slots=True)
class CountEach:
    """How many of a set is each member of another related to?

    Args:
        each: whose members are told apart.
        counted: what is counted.
    """

    each: Set
    counted: Set


@dataclass(frozen=True, slots=True)
class Extreme:
    """Which has the most or the least, ties included?

    Args:
        members: those compared.
        end: most or least.
        by: the set whose related members are counted; their own numbers where there is none,
            and those of the figures in this set where it is one of figures.
        counted: whether figures, too, are counted: the most quantitative targets.
    """

    members: Set
    end: End
    by: Set | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The sum or the mean of the numbers of a set, or of how many of it each has.

    Args:
        function: which.
        members: whose numbers.
        each: for the mean number of ``members`` that a member of this set is related to.
    """

    function: Literal["sum", "mean"]
    members: Set
    each: Set | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much do the figures of two sets differ? Each has to have one, of the same unit.

    Args:
        one: a set of figures.
        other: another; the two in an order that does not depend on the words.
    """

    one: Set
    other: Set

    @classmethod
    def of(cls, one: Set, other: Set) -> Difference:
        """The difference in its normal form."""
        return cls(*sorted((one, other), key=repr))


@dataclass(frozen=True, slots=True)
class Compare:
    """What several things have of a set: side by side, what all have, or the difference.

    Args:
        entities: IRIs of the things, sorted.
        members: of which set.
        manner: side by side, what they have in common, or which differ.
    """

    entities: tuple[str, ...]
    members: Set
    manner: CompareManner = "beside"


@dataclass(frozen=True, slots=True)
class Describe:
    """What is it, and where does the source say so?"""

    entity: str


@dataclass(frozen=True, slots=True)
class Review:
    """What the plan's own arithmetic says: do its figures agree?

    Args:
        about: IRIs of what it is asked about; the whole plan where none are given.
    """

    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotStated:
    """Kinds of fact that plans usually give, and this one may lack.

    Args:
        kinds: IRIs of the kinds of fact, sorted.
        about: IRIs of what it is asked about, sorted; none for the whole plan.
    """

    kinds: tuple[str, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """What was reported of targets, and how they stand.

    Args:
        targets: which.
        years: of these only; all where none are given.
        grades: only those that stand so (met, on-track, behind, missed); how any stands, or
            what was reported of it, where none are given.
    """

    targets: Set
    years: tuple[int, ...] = ()
    grades: tuple[str, ...] = ()


Form: TypeAlias = (
    Select
    | Count
    | CountEach
    | Extreme
    | Aggregate
    | Difference
    | Compare
    | Describe
    | Review
    | NotStated
)


@dataclass(frozen=True, slots=True)
class Question:
    """A form and the manner in which it is asked.

    Args:
        form: what is asked.
        manner: how.
        aside: words of the question that the clauses found say nothing about.
        instead: another reading, for where this one finds nothing.
        searched: whether clauses were searched for, and nothing was put together by types.
    """

    form: Form
    manner: Manner = "list"
    aside: tuple[str, ...] = ()
    instead: Question | None = None
    searched: bool = field(default=False, compare=False)


def with_members(form: Form, members: Set) -> Form:
    """The same form over another set; the form itself where it has none."""
    if isinstance(form, Select | Count | Extreme | Aggregate | Compare):
        return replace(form, members=members)
    if isinstance(form, CountEach):
        return replace(form, counted=members)
    return form


def members_of(form: Form) -> Set | None:
    """The set that a form is about; none where it is about single things."""
    if isinstance(form, Select | Count | Extreme | Aggregate | Compare):
        return form.members
    return form.counted if isinstance(form, CountEach) else None
