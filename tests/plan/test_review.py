"""The plan's self-audit: every figure is found, worked out, said in both languages, and cited."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kb import settings
from kb.plan import graph, knowledge
from kb.plan.graph import PlanGraph
from kb.plan.review import Finding, Review, review
from kb.plan.why import Explainer

BASE = "https://w3id.org/plankb/"
PLAN = BASE + "id/jiangjin-6-4/"
Reviews = dict[str, Review]


@pytest.fixture(scope="module")
def reviews(plan: PlanGraph) -> Reviews:
    """What the review of the real plan finds, by the query's name."""
    return {one.name: one for one in review(plan)}


def one(reviews: Reviews, name: str, **values: str) -> Finding:
    """The one finding of a query that has these values; names of the plan without its base."""
    found = [
        finding
        for finding in reviews[name].findings
        if all(
            finding.values.get(key, "").replace(PLAN, "") == value for key, value in values.items()
        )
    ]
    assert len(found) == 1, f"{name} has {len(found)} findings with {values}"
    return found[0]


def owners(reviews: Reviews, name: str, key: str) -> list[str]:
    return [finding.values[key].removeprefix(PLAN) for finding in reviews[name].findings]


# --- sums ------------------------------------------------------------------------------


def test_the_teams_increases_exceed_the_total_by_200(reviews: Reviews) -> None:
    found = one(reviews, "10-increments", total="plan/target/new-talent")
    assert found.values["sum"] == "35800"
    assert found.values["planned"] == "35600"
    assert found.values["difference"] == "200"
    for text in (found.text.zh, found.text.en):
        assert "10000 + 4800 + 10000 + 1000 + 10000 = 35800" in text
        assert "35800 − 35600 = 200" in text
    assert "professional and technical talent team" in found.text.en
    assert "专业技术人才队伍" in found.text.zh
    quotes = {span.quote for span in found.spans}
    assert any("3.56万人" in quote for quote in quotes)
    assert any("0.48万人" in quote for quote in quotes)


def test_without_the_overlap_a_hypothesis_gives_43750_and_is_called_one(reviews: Reviews) -> None:
    found = one(reviews, "11-increments-hypothesis", team="team/professional")
    assert found.values["rest"] == "9800"
    assert found.values["base"] == "43750"
    assert found.values["left_out"] == PLAN + "team/scitech"
    assert found.values["silent"] == PLAN + "team/party"
    assert found.text.en.startswith("Hypothesis, not a fact:")
    assert found.text.zh.startswith("假设，不是事实：")
    for text in (found.text.zh, found.text.en):
        assert "35600 − (10000 + 4800 + 10000 + 1000) = 9800" in text
        assert "9800 ÷ 22.4% = 43750" in text
    label = reviews["11-increments-hypothesis"].label
    assert label.en.startswith("Hypothesis")
    assert label.zh.startswith("假设")


def test_the_hypothesis_is_no_statement_of_the_graph(plan: PlanGraph) -> None:
    values = {row["v"] for row in plan.select(f"SELECT ?v {{ ?s <{BASE}ns#value> ?v }}")}
    assert not values & {"43750", "9800"}


def test_the_rural_increase_and_growth_imply_base_and_end(reviews: Reviews) -> None:
    found = one(reviews, "12-implied-levels", increment="rural/target/headcount")
    assert found.values["base"] == "32000"
    assert found.values["end"] == "42000"
    for text in (found.text.zh, found.text.en):
        assert "10000 ÷ 31.25% = 32000" in text
        assert "32000 + 10000 = 42000" in text


def test_the_4000_added_are_as_many_as_the_4000_trained(reviews: Reviews) -> None:
    found = one(reviews, "13-same-figure", team="team/rural")
    assert found.values["increment"] == PLAN + "rural/target/high-quality-farmers"
    assert found.values["inside"] == PLAN + "rural/target/farmers-trained"
    assert "4000 = 4000" in found.text.en
    assert len(reviews["13-same-figure"].findings) == 1


def test_at_most_21_platforms_are_not_allocated(reviews: Reviews) -> None:
    found = one(reviews, "20-platforms", total="plan/target/provincial-platforms")
    assert (found.values["sum"], found.values["rest"]) == ("54", "21")
    for text in (found.text.zh, found.text.en):
        assert "50 + 4 = 54" in text
        assert "75 − 54 = 21" in text
    assert "In the editors' reading, at least" in found.text.en
    assert "按编者的读法" in found.text.zh


def test_the_150_high_level_talents_have_no_split(reviews: Reviews) -> None:
    found = one(reviews, "21-totals-not-split", planned="150")
    assert found.values["total"] == PLAN + "plan/target/high-level-talent"
    assert owners(reviews, "21-totals-not-split", "total") == ["plan/target/high-level-talent"]


# --- counts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "count", "declared", "named", "beside"),
    [
        ("30-counts-not-met", "plan/count/special-actions", "7", "5", "3"),
        ("30-counts-not-met", "plan/count/key-programmes", "25", "18", "2"),
        ("31-counts-met", "plan/count/talent-teams", "6", "6", "3"),
        ("31-counts-met", "plan/count/key-field-teams", "4", "4", "4"),
    ],
)
def test_what_is_counted_is_set_against_what_is_named(
    reviews: Reviews, query: str, count: str, declared: str, named: str, beside: str
) -> None:
    found = one(reviews, query, count=count)
    assert found.values["declared"] == declared
    assert found.values["named"] == named
    assert found.values["beside"] == beside
    assert len(found.values["things"].split()) == int(named)


def test_what_is_not_named_is_worked_out(reviews: Reviews) -> None:
    actions = one(reviews, "30-counts-not-met", count="plan/count/special-actions")
    programmes = one(reviews, "30-counts-not-met", count="plan/count/key-programmes")
    assert "7 − 5 = 2" in actions.text.en
    assert "25 − 18 = 7" in programmes.text.zh
    assert "At most 18" in programmes.text.en


@pytest.mark.parametrize(
    ("count", "number", "name_zh", "name_en"),
    [
        ("scitech/count/three-aspects", "3", "双招双引", "university graduates"),
        ("skilled/count/seven-functions", "7", "技能鉴定", "技能鉴定"),
        ("social/count/three-tiers", "3", "区级社会工作指导中心", "guidance centre"),
    ],
)
def test_lists_are_as_long_as_they_say(
    reviews: Reviews, count: str, number: str, name_zh: str, name_en: str
) -> None:
    found = one(reviews, "32-lists-counted", count=count)
    assert found.values["declared"] == found.values["listed"] == number
    assert name_zh in found.text.zh
    assert name_en in found.text.en


# --- years and readings ----------------------------------------------------------------


def test_yearly_classes_make_50_and_400(reviews: Reviews) -> None:
    main = one(reviews, "40-yearly-totals", target="party/target/main-classes")
    special = one(reviews, "40-yearly-totals", target="party/target/special-classes")
    assert main.values["total"] == "50"
    assert special.values["total"] == "400"
    assert "10 × 5 = 50" in main.text.en
    assert "80 × 5 = 400" in special.text.zh


def test_the_150_cadres_are_150_or_750(reviews: Reviews) -> None:
    target = "party/target/cadre-exchanges"
    yearly = one(reviews, "41-readings", target=target, amount="750")
    whole = one(reviews, "41-readings", target=target, amount="150")
    assert "150 × 5 = 750" in yearly.text.en
    assert "each year" in yearly.text.en
    assert "select and send" in whole.text.en


def test_every_alternative_reading_is_shown(plan: PlanGraph, reviews: Reviews) -> None:
    rows = plan.select(f"SELECT DISTINCT ?r {{ ?t <{BASE}ns#alternativeReading> ?r }}")
    shown = [finding.values["reading"] for finding in reviews["41-readings"].findings]
    assert sorted(shown) == sorted(row["r"] for row in rows)
    assert len(shown) >= 4


# --- shares ----------------------------------------------------------------------------


def test_the_health_ratio_sums_to_100(reviews: Reviews) -> None:
    found = one(reviews, "50-ratio-sum", target="health/target/title-ratio")
    assert "15 + 35 + 50 = 100" in found.text.en
    assert found.values["sum"] == "100"


def test_15_and_35_make_50_where_more_than_50_is_asked(reviews: Reviews) -> None:
    found = one(reviews, "51-ratio-against-share", target="professional/target/share-title")
    assert found.values["sum"] == found.values["value"] == "50"
    for text in (found.text.zh, found.text.en):
        assert "15% + 35% = 50%" in text
    assert "the editors' reading" in found.text.en
    assert "编者的读法" in found.text.zh


def test_43_by_33_makes_14_19_percent_of_employment(reviews: Reviews) -> None:
    found = one(reviews, "52-product-of-shares", outer="trade/target/employment-share")
    assert found.values["product"] == "14.19"
    assert "43% × 33% = 14.19%" in found.text.zh
    assert "14.19% of all persons employed in the district" in found.text.en
    assert len(reviews["52-product-of-shares"].findings) == 1


def test_600_of_1000_social_workers_are_60_percent(reviews: Reviews) -> None:
    found = one(reviews, "53-part-share", part="social/target/assistant-social-workers")
    assert found.values["share"] == "60"
    assert "600 ÷ 1000 = 60%" in found.text.zh


def test_11000_staff_are_a_level_and_no_increase(reviews: Reviews) -> None:
    found = one(reviews, "54-level-not-increase", team="team/education")
    assert found.values["value"] == "11000"
    assert "not an increase" in found.text.en
    assert "不是增量" in found.text.zh
    assert len(reviews["54-level-not-increase"].findings) == 1


# --- gaps ------------------------------------------------------------------------------


def test_coverage_counts_every_target_measure_and_mechanism(
    plan: PlanGraph, reviews: Reviews
) -> None:
    findings = reviews["60-coverage"].findings
    for column, kind in {
        "targets": "Target",
        "figures": "QuantitativeTarget",
        "measures": "Measure",
        "mechanisms": "Mechanism",
    }.items():
        rows = plan.select(f"SELECT ?x {{ ?x a <{BASE}ns#{kind}> }}")
        assert sum(int(finding.values[column]) for finding in findings) == len(rows)
    assert len(findings) == 11, "the plan and its ten teams"


@pytest.mark.parametrize(
    ("query", "column", "key", "kind"),
    [
        ("61-targets-without-measure", "without_measure", "target", "target-without-measure"),
        ("63-mechanisms-without-measure", "without_kind", "mechanism", "mechanism-without-measure"),
    ],
)
def test_gaps_are_listed_one_by_one(
    plan: PlanGraph, reviews: Reviews, query: str, column: str, key: str, kind: str
) -> None:
    rows = plan.select(
        f"""PREFIX : <{BASE}ns#>
        SELECT ?x {{ ?g :gapKind <{BASE}scheme/gap-kind/{kind}> ; :about ?x }}"""
    )
    listed = [finding.values[key] for finding in reviews[query].findings]
    assert sorted(listed) == sorted(row["x"] for row in rows)
    assert listed
    counted = sum(int(finding.values[column]) for finding in reviews["60-coverage"].findings)
    assert counted == len(listed)


def test_measures_without_a_figure_are_listed_with_their_sub_measures(reviews: Reviews) -> None:
    findings = reviews["62-measures-without-figure"].findings
    listed = sum(1 + int(finding.values["subs"]) for finding in findings)
    counted = sum(int(f.values["without_figure"]) for f in reviews["60-coverage"].findings)
    assert listed == counted
    measures = owners(reviews, "62-measures-without-figure", "measure")
    assert "rural/measure/farmer-field-schools" not in measures
    assert "rural/measure/farmers-schools-incubation" not in measures, "a part has a figure"
    assert "rural/measure/model-field-schools" in measures


def test_every_measure_has_a_kind(plan: PlanGraph) -> None:
    rows = plan.select(
        f"""PREFIX : <{BASE}ns#> SELECT ?m {{
            ?m a :Measure FILTER NOT EXISTS {{ ?m :mechanismKind ?kind }} }}"""
    )
    assert rows == []


def test_mechanisms_of_a_kind_that_no_measure_has(reviews: Reviews) -> None:
    mechanisms = owners(reviews, "63-mechanisms-without-measure", "mechanism")
    assert "rural/mechanism/talent-database" in mechanisms
    assert "trade/mechanism/funding" in mechanisms
    assert "scitech/mechanism/innovation-finance" not in mechanisms, "a programme is for finance"


def test_actions_that_are_named_and_taken_up_by_no_team(reviews: Reviews) -> None:
    assert owners(reviews, "64-actions-not-taken-up", "scheme") == [
        "action-plan/talent-team-development",
        "programme/advantaged-industry-talent",
        "programme/scitech-innovation-talent",
    ]


def test_teams_that_state_no_increase(reviews: Reviews) -> None:
    assert owners(reviews, "65-teams-without-increment", "team") == [
        "team/party",
        "team/professional",
        "team/education",
        "team/health",
        "team/trade",
    ]
    silent = one(reviews, "65-teams-without-increment", team="team/health")
    assert "said" not in silent.values
    assert "—" in silent.text.en


# --- matrices --------------------------------------------------------------------------


def test_the_matrix_of_teams_and_action_plans(reviews: Reviews) -> None:
    rows = {
        finding.values["team"].rsplit("/", 1)[-1]: {
            plan.rsplit("/", 1)[-1] for plan in finding.values.get("plans", "").split()
        }
        for finding in reviews["70-action-plans-of-teams"].findings
    }
    assert len(rows) == 10
    assert {team: plans for team, plans in rows.items() if plans} == {
        "party": {"incentive-guarantee"},
        "enterprise": {"incentive-guarantee", "talent-ecology"},
        "professional": {"incentive-guarantee", "talent-ecology", "platform-building"},
        "skilled": {"brand-building", "platform-building"},
    }


def test_the_matrix_of_teams_and_mechanism_kinds(plan: PlanGraph, reviews: Reviews) -> None:
    findings = reviews["71-mechanism-kinds-of-teams"].findings
    cells = {(finding.values["team"], finding.values["kind"]) for finding in findings}
    assert len(cells) == len(findings)
    for column, kind in {"mechanisms": "Mechanism", "measures": "Measure"}.items():
        rows = plan.select(
            f"""PREFIX : <{BASE}ns#>
            SELECT ?x ?kind {{ ?x a :{kind} ; :team ?team ; :mechanismKind ?kind }}"""
        )
        assert sum(int(finding.values[column]) for finding in findings) == len(rows)
    assert len({team for team, _ in cells}) == 10
    finance = one(
        reviews,
        "71-mechanism-kinds-of-teams",
        team="team/trade",
        kind=BASE + "scheme/mechanism-kind/funding",
    )
    assert (finance.values["mechanisms"], finance.values["measures"]) == ("1", "0")


# --- what is not said ------------------------------------------------------------------


def test_no_increase_has_a_base(reviews: Reviews) -> None:
    targets = owners(reviews, "80-no-baseline", "target")
    assert "plan/target/new-talent" in targets
    assert "professional/target/headcount-growth" in targets
    rural = one(reviews, "80-no-baseline", target="rural/target/headcount")
    assert rural.values["implied"] == "10000 ÷ 31.25% = 32000"


def test_what_the_targets_need_to_be_assessed(reviews: Reviews) -> None:
    summary = reviews["81-assessability"].findings
    assert {finding.values["all"] for finding in summary} == {
        str(sum(int(finding.values["number"]) for finding in summary))
    }
    more = reviews["82-not-assessable-by-one-value"].findings
    enough = one(reviews, "81-assessability", need=BASE + "scheme/need/reported-value")
    assert len(more) == int(enough.values["all"]) - int(enough.values["number"])
    cadres = one(reviews, "82-not-assessable-by-one-value", target="party/target/cadre-exchanges")
    assert cadres.values["need"] == BASE + "scheme/need/reading"


@pytest.mark.parametrize(
    ("query", "key", "kind"),
    [
        ("90-anomalies", "anomaly", "Anomaly"),
        ("91-information-gaps", "gap", "InformationGap"),
    ],
)
def test_all_anomalies_and_information_gaps_are_shown(
    plan: PlanGraph, reviews: Reviews, query: str, key: str, kind: str
) -> None:
    rows = plan.select(f"SELECT DISTINCT ?x {{ ?x a <{BASE}ns#{kind}> }}")
    shown = [finding.values[key] for finding in reviews[query].findings]
    assert sorted(shown) == sorted(row["x"] for row in rows)


def test_gaps_show_the_words_searched_for_with_their_hits(reviews: Reviews) -> None:
    budget = one(reviews, "91-information-gaps", gap="gap/budget")
    assert "预算 0" in budget.text.en
    assert "资金 3" in budget.text.zh
    lead = one(reviews, "91-information-gaps", gap="gap/lead-body-party")
    assert lead.values["hits"] == "0"


# --- of every finding ------------------------------------------------------------------


def test_every_query_finds_something_and_cites_it(reviews: Reviews) -> None:
    for name, found in reviews.items():
        assert found.findings, name
        for finding in found.findings:
            assert finding.spans, f"{name}: {finding.text.en}"


def test_every_sentence_is_whole_in_both_languages(reviews: Reviews) -> None:
    for name, found in reviews.items():
        for finding in found.findings:
            for text in (finding.text.zh, finding.text.en):
                assert "http" not in text, f"{name}: an IRI without a label"
                assert not re.search(r"[{}]|\d\.\d{5}", text), f"{name}: {text}"
            assert finding.text.zh != finding.text.en
            # What may be missing is said to be, where the query explains itself.
            if "—" in finding.text.en:
                assert "—" in found.explanation.en, f"{name}: {finding.text.en}"
                assert "—" in found.explanation.zh, f"{name}: {finding.text.zh}"


def test_every_placeholder_is_a_variable_of_its_query(plan: PlanGraph) -> None:
    for file in knowledge.query_files("review", plan.base):
        sentence = file.bilingual("finding")
        for name in re.findall(r"\{(\w+)\}", sentence.zh + sentence.en):
            assert re.search(rf"^SELECT .*\?{name}\b", file.text, re.M | re.S), (file.name, name)


def test_no_figure_of_the_plan_stands_in_a_query() -> None:
    for file in knowledge.query_files("review", BASE):
        body = re.sub(r"^#.*$|\s#\s.*$|<[^>]*>|\"[^\"]*\"", "", file.text, flags=re.M)
        # 100 makes percentages; 0 and 1 count.
        assert set(re.findall(r"\b\d[\d.]*", body)) <= {"0", "1", "100"}, file.name


def test_the_review_does_not_depend_on_the_order_of_the_quads(plan: PlanGraph) -> None:
    turned = plan.with_quads(reversed(plan.quads))
    assert list(review(turned)) == list(review(plan))


def test_the_readings_that_sums_rest_on_give_their_reason(plan: PlanGraph) -> None:
    explainer = Explainer(plan)
    rows = plan.select(f"SELECT ?s ?o {{ ?s <{BASE}ns#countsTowards> ?o }}")
    assert len(rows) >= 10
    for row in rows:
        (why,) = explainer.explain(row["s"], "countsTowards", row["o"])
        assert why.status == "editorial"
        assert why.reason
        assert why.reason.zh != why.reason.en


def test_another_figure_in_the_plan_gives_another_sum(tmp_path: Path, root: Path) -> None:
    ontology = tmp_path / "ontology"
    shutil.copytree(root / "ontology", ontology)
    file = ontology / "plans" / "jiangjin-6-4" / "rural.ttl"
    text = file.read_text(encoding="utf-8")
    assert text.count(":value 10000.0 ;") == 1
    file.write_text(text.replace(":value 10000.0 ;", ":value 12000.0 ;"), encoding="utf-8")
    chosen = replace(settings.load({}), cache=tmp_path / "cache")
    changed = {one.name: one for one in review(graph.build(chosen, ontology))}

    total = one(changed, "10-increments", total="plan/target/new-talent")
    assert "10000 + 4800 + 12000 + 1000 + 10000 = 37800" in total.text.en
    assert "37800 − 35600 = 2200" in total.text.zh
    guess = one(changed, "11-increments-hypothesis", team="team/professional")
    assert "7800 ÷ 22.4% ≈ 34821.43" in guess.text.en
    levels = one(changed, "12-implied-levels", increment="rural/target/headcount")
    assert (levels.values["base"], levels.values["end"]) == ("38400", "50400")
