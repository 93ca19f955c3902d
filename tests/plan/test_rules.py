"""What follows from the plan: derived once, the same each time, each with rule and inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb import settings
from kb.errors import FileProblem, PlankbError
from kb.plan import graph, knowledge, loading, rules
from kb.plan.graph import PlanGraph
from kb.plan.rules import Rule
from kb.text import Text

BASE = "https://w3id.org/plankb/"


def _rule(text: str, stratum: int = 1) -> Rule:
    file = knowledge.QueryFile(Path("made-up.rq"), "made-up", {}, text)
    return Rule(file, stratum, Text("规则", "rule"), Text("说明", "explanation"))


def test_a_second_run_over_the_result_derives_nothing_new(plan: PlanGraph) -> None:
    (code,) = plan.plans
    assert rules.derive(plan.quads, rules.read(BASE), BASE, code) == []


def test_from_the_cache_comes_what_the_rules_give(tmp_path: Path, plan: PlanGraph) -> None:
    chosen = replace(settings.load({}), cache=tmp_path)
    fresh = graph.build(chosen)
    assert list(tmp_path.iterdir()), "the derived graph is kept"
    again = graph.build(chosen)
    assert set(fresh.quads) == set(again.quads) == set(plan.quads)
    assert fresh.revision == again.revision == plan.revision


def test_no_triple_stands_in_two_graphs(plan: PlanGraph) -> None:
    assert len({quad.triple for quad in plan.quads}) == len(plan.quads)


def test_every_rule_derives_something_and_explains_itself(plan: PlanGraph) -> None:
    used = {
        row["rule"]
        for row in plan.select(f"SELECT DISTINCT ?rule {{ ?x <{BASE}ns#byRule> ?rule }}")
    }
    named = {f"{BASE}id/rule/{rule.name}" for rule in rules.read(BASE)}
    # The label rule only adds a label to what other rules derived.
    assert named - used == {f"{BASE}id/rule/derived-label"}
    for rule in rules.read(BASE):
        assert rule.explanation.zh != rule.explanation.en


def test_the_implied_baseline_and_end_level(plan: PlanGraph) -> None:
    rows = plan.select(
        f"""PREFIX : <{BASE}ns#> SELECT ?kind ?value ?formula {{ ?f a :ImpliedFigure ;
        :team <{BASE}id/jiangjin-6-4/team/rural> ;
        :figureKind ?kind ; :value ?value ; :formula ?formula }}"""
    )
    found = {row["kind"].rsplit("/", 1)[-1]: (row["value"], row["formula"]) for row in rows}
    assert found["baseline"] == ("32000", "10000 ÷ 31.25% = 32000")
    assert found["end-level"] == ("42000", "32000 + 10000 = 42000")


def test_one_action_plan_is_shared_by_three_teams(plan: PlanGraph) -> None:
    rows = plan.select(
        f"""PREFIX : <{BASE}ns#> SELECT ?team {{
        <{BASE}id/jiangjin-6-4/action-plan/incentive-guarantee> :carriedOutBy ?team
        }} ORDER BY ?team"""
    )
    assert [row["team"].rsplit("/", 1)[-1] for row in rows] == [
        "enterprise",
        "party",
        "professional",
    ]


def test_team_level_support_never_counts_as_coverage(plan: PlanGraph) -> None:
    """Each gap's target has no contribution but the derived ones of its team."""
    rows = plan.select(
        f"""PREFIX : <{BASE}ns#> SELECT ?target ?basis {{ ?gap a :CoverageGap ; :about ?target .
        ?target a :Target . ?c :target ?target ; :contributionBasis ?basis }}"""
    )
    assert rows
    assert {row["basis"].rsplit("/", 1)[-1] for row in rows} == {"team"}


def test_absence_is_looked_for_after_presence_is_complete() -> None:
    strata = {rule.name: rule.stratum for rule in rules.read(BASE)}
    looked_at = max(strata[n] for n in ("superclass", "team-contribution", "parent-contribution"))
    assert min(strata[n] for n in strata if n.startswith("gap-")) > looked_at


@pytest.mark.parametrize(
    ("text", "word"),
    [("CONSTRUCT [", "is not SPARQL"), ("SELECT * { ?s ?p ?o }", "a rule is a CONSTRUCT query")],
)
def test_a_rule_that_cannot_run(text: str, word: str) -> None:
    with pytest.raises(FileProblem, match=word):
        rules.derive([], [_rule(text)], BASE, "x")


def test_a_rule_that_never_ends_is_stopped() -> None:
    endless = _rule(
        """CONSTRUCT { ?new <http://x/p> 1 } WHERE { { ?s <http://x/p> ?o }
        UNION { BIND(<http://x/s> AS ?s) } BIND(IRI(CONCAT(STR(?s), "x")) AS ?new) }"""
    )
    with pytest.raises(PlankbError, match="still derive new statements"):
        rules.derive([], [endless], BASE, "x")


def test_a_header_without_its_languages(tmp_path: Path) -> None:
    file = knowledge.QueryFile(tmp_path / "x.rq", "x", {"label zh": "名"}, "")
    with pytest.raises(FileProblem, match="lacks “# label zh:” or “# label en:”"):
        file.bilingual("label")


def test_another_base_moves_every_iri(tmp_path: Path) -> None:
    base = "http://127.0.0.1:8000/"
    built = graph.build(replace(settings.load({}), base=base, cache=tmp_path))
    assert not any(BASE in str(quad) for quad in built.quads)
    assert any(
        q.graph_name == loading.graph_iri(base, "jiangjin-6-4", "derived") for q in built.quads
    )
