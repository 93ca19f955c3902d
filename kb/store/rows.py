"""Rows of terms for our own code, from a store that gives serialised results.

Must not know which store it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from kb.errors import QueryProblem
from kb.store import reading
from kb.store.interface import Row, Store, Term
from kb.text import Text


def of(solutions: ox.QuerySolutions) -> list[Row]:
    """Solutions as rows: the bound variables of each."""
    names = [variable.value for variable in solutions.variables]
    return [
        {name: term for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in solutions
    ]


def select(store: Store, text: str, bindings: Mapping[str, Term] | None) -> list[Row]:
    """As :meth:`kb.store.interface.Store.select`, by way of the store's JSON results."""
    result = store.query(reading.bind(text, bindings or {}))
    if result.form != "select":
        raise not_select(result.form)
    parsed = ox.parse_query_results(result.body, ox.QueryResultsFormat.JSON)
    assert isinstance(parsed, ox.QuerySolutions)
    return of(parsed)


def not_select(form: str) -> QueryProblem:
    """The error where a SELECT query was expected."""
    return QueryProblem(
        "query-form",
        Text(zh=f"此处需要 SELECT 查询，而非 {form}", en=f"SELECT is needed here, not {form}"),
    )
