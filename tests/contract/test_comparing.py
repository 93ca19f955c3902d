"""The comparison of results finds what differs; a suite that compares too kindly says nothing."""

from __future__ import annotations

import json

import pytest

from tests.contract import comparing


def table(*rows: dict[str, str]) -> comparing.Outcome:
    """A result of ?a and ?b: ``_:x`` is a blank node, digits are an integer."""

    def term(text: str) -> dict[str, str]:
        if text.startswith("_:"):
            return {"type": "bnode", "value": text[2:]}
        if text.lstrip("0+").isdigit():
            kind = "http://www.w3.org/2001/XMLSchema#integer"
            return {"type": "literal", "value": text, "datatype": kind}
        return {"type": "literal", "value": text}

    bindings = [{name: term(text) for name, text in row.items()} for row in rows]
    body = {"head": {"vars": ["a", "b"]}, "results": {"bindings": bindings}}
    return comparing.parse(json.dumps(body).encode(), "application/sparql-results+json")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"a": "x"}, {"a": "y"}], [{"a": "y"}, {"a": "x"}]),
        ([{"a": "7"}], [{"a": "007"}]),
        ([{"a": "_:p", "b": "_:q"}], [{"a": "_:m", "b": "_:n"}]),
        ([{"a": "_:p"}, {"a": "_:q", "b": "_:p"}], [{"a": "_:q", "b": "_:r"}, {"a": "_:r"}]),
    ],
)
def test_equal(one: list[dict[str, str]], other: list[dict[str, str]]) -> None:
    assert comparing.same(table(*one), table(*other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"a": "x"}], [{"a": "x"}, {"a": "x"}]),
        ([{"a": "x"}], [{"b": "x"}]),
        ([{"a": "x"}], [{"a": "x", "b": "x"}]),
        ([{"a": "7"}], [{"a": "8"}]),
        ([{"a": "_:p"}], [{"a": "p"}]),
        ([{"a": "_:p", "b": "_:p"}], [{"a": "_:m", "b": "_:n"}]),
        ([{"a": "_:m", "b": "_:n"}], [{"a": "_:p", "b": "_:p"}]),
        ([{"a": "_:p"}, {"a": "_:p"}], [{"a": "_:p"}, {"a": "_:q"}]),
    ],
)
def test_different(one: list[dict[str, str]], other: list[dict[str, str]]) -> None:
    assert not comparing.same(table(*one), table(*other))


def test_the_order_counts_when_it_is_asked_for() -> None:
    one, other = table({"a": "x"}, {"a": "y"}), table({"a": "y"}, {"a": "x"})
    assert not comparing.same(one, other, ordered=True)
    assert comparing.same(one, one, ordered=True)


def test_graphs_are_compared_up_to_their_blank_nodes() -> None:
    def graph(text: str) -> comparing.Outcome:
        return comparing.parse(text.encode(), "text/turtle")

    assert comparing.same(graph("_:a <x:p> _:b, 01 ."), graph("_:b <x:p> _:a, 1 ."))
    assert not comparing.same(graph("_:a <x:p> _:b ."), graph("_:a <x:p> _:a ."))
    assert not comparing.same(graph("_:a <x:p> 1 ."), graph("_:a <x:p> 1.0 ."))
