"""Whether a clause is a member of a set, as far as clauses know.

Must not know how a question is put together.
"""

from __future__ import annotations

from kb.ask.clauses import Clause
from kb.ask.form import About, Either, Figure, Filter, Related, Set
from kb.ask.lexicon import Lexicon


def satisfies(clause: Clause, members: Set, lexicon: Lexicon) -> bool:
    """Whether a clause is a member of a set, as far as clauses know."""
    kind, schema = members.kind, lexicon.schema
    if kind != lexicon.provision and not any(schema.is_a(own, kind) for own in clause.kinds):
        return False
    return all(_passes(clause, item) for item in members.filters)


def _passes(clause: Clause, item: Filter) -> bool:
    if isinstance(item, About):
        return bool(clause.topics & frozenset(item.topics)) != item.negated
    if isinstance(item, Related) and item.entities:
        linked = clause.linked | {clause.iri}
        return bool(linked & frozenset(item.entities)) != item.negated
    if isinstance(item, Figure):
        return any(within(value, item) for value in clause.values)
    if isinstance(item, Either):
        return any(all(_passes(clause, one) for one in group) for group in item.groups)
    return True


def within(value: float, figure: Figure) -> bool:
    """Whether a number is like a figure; figures without an operator are about that much."""
    tests = {
        "more-than": value.__gt__,
        "at-least": value.__ge__,
        "less-than": value.__lt__,
        "at-most": value.__le__,
        "exactly": value.__eq__,
    }
    return all(
        tests[operator](number) if operator in tests else abs(value - number) <= 0.05 * number
        for operator, number in figure.bounds
    )
