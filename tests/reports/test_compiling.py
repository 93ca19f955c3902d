"""Shapes of SHACL Core give the same as rows of queries as by the reference."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kb.plan.graph import PlanGraph
from kb.reports import reference, ruleset
from kb.reports.auditing import Auditor, select_in
from kb.terms import RDF

NS = "https://w3id.org/plankb/ns#"
#: Three that one query answers, and three that look elsewhere or for something else.
SHAPES = """
@prefix : <https://w3id.org/plankb/ns#> .
@prefix shape: <https://w3id.org/plankb/shape/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
""" + "".join(
    f"""
shape:report-{name} a sh:PropertyShape ; :ruleName "{name}" ; :outcome "violated" ;
    sh:severity sh:Violation ; sh:name "{name}"@zh , "{name}"@en ; :reason "一"@zh , "one"@en ;
    sh:message "二"@zh , "two"@en ; :hint "三"@zh , "three"@en ; {what} .
"""
    for name, what in {
        "needs-p": "sh:targetClass :Thing ; sh:path :p ; sh:minCount 1",
        "needs-q": """sh:targetClass :Thing ; sh:minCount 1 ;
            sh:path [ sh:alternativePath ( :q :r ) ]""",
        "needs-s": "sh:targetClass :Thing ; sh:path [ sh:inversePath :s ] ; sh:minCount 1",
        "needs-two": "sh:targetClass :Thing ; sh:path :p ; sh:minCount 2",
        "other": "sh:targetClass :Other ; sh:path :p ; sh:minCount 1",
        "no-r": "sh:targetNode :a , :b ; sh:path :r ; sh:maxCount 0",
    }.items()
)  # fmt: skip
#: Subject and what it has; "<" is the other way round.
THINGS = {"a": "p q", "b": "r <s", "c": "p r <s", "d": "", "e": "p q <s"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> ruleset.RuleSet:
    file = tmp_path_factory.mktemp("shapes") / "report-test.ttl"
    file.write_text(SHAPES, encoding="utf-8")
    return ruleset.read([Path(file)])


def _data() -> list[ox.Quad]:
    def node(name: str) -> ox.NamedNode:
        return ox.NamedNode(NS + name)

    found = []
    for name, has in THINGS.items():
        kinds = ("Thing", "Other") if name == "d" else ("Thing",)
        found += [ox.Quad(node(name), ox.NamedNode(RDF + "type"), node(kind)) for kind in kinds]
        for one in has.split():
            ends = (node(name), node(f"of-{name}"))
            subject, value = reversed(ends) if one.startswith("<") else ends
            found.append(ox.Quad(subject, node(one.removeprefix("<")), value))
    return found


def test_what_is_lacking_is_found_for_each_shape_as_the_reference_finds_it(
    plan: PlanGraph, rules: ruleset.RuleSet
) -> None:
    store = ox.Store()
    store.extend(_data())
    found = Auditor(plan, rules=rules).results(lambda query: select_in(store, query))
    assert found == reference.results(rules, _data())
    assert {(one.rule, one.value.removeprefix(NS)) for one in found} == {
        ("needs-p", "b"), ("needs-p", "d"),
        ("needs-q", "d"),
        ("needs-s", "a"), ("needs-s", "d"),
        *(("needs-two", name) for name in THINGS),
        ("other", "d"),
        ("no-r", "b"),
    }  # fmt: skip


def test_shapes_that_ask_one_class_for_a_value_are_one_search(rules: ruleset.RuleSet) -> None:
    together = [
        {rule.name for rule in search.rules} for search in rules.searches if len(search.rules) > 1
    ]
    assert together == [{"needs-p", "needs-q", "needs-s"}]
    assert sorted(rule.name for search in rules.searches for rule in search.rules) == sorted(
        rule.name for rule in rules.rules
    )
