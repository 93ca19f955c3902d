"""Status and evidence of any statement about the plan."""

from __future__ import annotations

import json

import pytest

from kb.errors import UnknownName
from kb.plan.graph import PlanGraph
from kb.plan.why import Explainer
from tests.plan.copies import Copy


@pytest.fixture(scope="module")
def explainer(plan: PlanGraph) -> Explainer:
    return Explainer(plan)


def test_a_stated_figure_leads_to_its_clause(explainer: Explainer) -> None:
    (one,) = explainer.explain("rural/target/headcount", "value")
    assert (one.status, one.object) == ("stated", "10000.0")
    assert [span.quote for span in one.spans] == ["农村实用人才总量增加10000人"]


def test_a_derived_figure_names_rule_and_inputs_and_their_clauses(
    explainer: Explainer, plan: PlanGraph
) -> None:
    (iri,) = [
        row["f"]
        for row in plan.select(
            """PREFIX : <https://w3id.org/plankb/ns#> SELECT ?f { ?f a :ImpliedFigure ;
            :figureKind <https://w3id.org/plankb/scheme/figure-kind/end-level> }"""
        )
    ]
    (one,) = explainer.explain(iri, "value")
    assert (one.status, one.rule) == ("derived", "implied-end-level")
    assert len(one.inputs) == 2
    quotes = [span.quote for span in one.spans]
    assert "农村实用人才总量增加10000人" in quotes
    assert any("31.25%" in quote for quote in quotes), "followed back through the baseline"


def test_a_materialised_type_is_derived_though_its_subject_is_stated(explainer: Explainer) -> None:
    (one,) = explainer.explain("rural/target/headcount", "rdf:type", "Target")
    assert (one.status, one.rule) == ("derived", "superclass")


def test_an_english_label_is_editorial_with_the_reason(explainer: Explainer) -> None:
    found = explainer.explain("team/rural", "skos:prefLabel")
    by_status = {one.status: one for one in found}
    assert by_status["stated"].object == "农村实用人才队伍"
    reason = by_status["editorial"].reason
    assert reason is not None
    assert "translation" in reason.en


def test_a_customary_body_is_editorial_and_never_stated(explainer: Explainer) -> None:
    found = explainer.explain("involvement/customary-rural-agriculture-commission", "role")
    assert [one.status for one in found] == ["editorial"]
    assert found[0].reason is not None
    assert "names no responsible body" in found[0].reason.en


def test_the_years_are_external_with_their_source(explainer: Explainer) -> None:
    (one,) = explainer.explain("period/14th-five-year", "startYear")
    assert (one.status, one.object) == ("external", "2021")
    assert one.source


@pytest.mark.parametrize(
    "name",
    [
        "https://w3id.org/plankb/id/jiangjin-6-4/team/rural",
        "team/rural",
        "id:team/rural",
        "农村实用人才队伍",
        "Rural practical talent team",
    ],
)
def test_a_subject_may_be_named_in_several_ways(explainer: Explainer, name: str) -> None:
    assert explainer.resolve(name).endswith("/team/rural")


def test_a_label_of_several_resources_asks_which(explainer: Explainer) -> None:
    with pytest.raises(UnknownName, match="may mean"):
        explainer.resolve("实施激励保障行动计划")


def test_an_unknown_name_offers_near_ones(explainer: Explainer) -> None:
    with pytest.raises(UnknownName) as caught:
        explainer.resolve("rural practical talents team")
    assert caught.value.hint is not None
    assert "rural practical talent team" in caught.value.hint.en


def test_a_statement_that_is_not_made(explainer: Explainer) -> None:
    with pytest.raises(UnknownName, match="no such statement"):
        explainer.explain("team/rural", "value")


def test_the_command_gives_json_with_the_notice(copy: Copy) -> None:
    done = copy.plankb("why", "rural/target/headcount", "value", "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert "newspaper" in answer["notice"]["en"]
    (statement,) = answer["statements"]
    assert statement["status"] == "stated"
    assert statement["evidence"][0]["quote"] == "农村实用人才总量增加10000人"
    assert (statement["evidence"][0]["start"], statement["evidence"][0]["end"]) == (2618, 2634)


def test_the_command_reads_well_in_both_languages(copy: Copy) -> None:
    english = copy.plankb("why", "team/rural", "prefLabel")
    chinese = copy.plankb("why", "team/rural", "prefLabel", env={"PLANKB_LANG": "zh"})
    assert "translation" in english.stdout
    assert "由编者翻译" in chinese.stdout
    assert "报纸对规划的摘要" in chinese.stderr
