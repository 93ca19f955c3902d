"""Single questions: figures, names, missing facts, and everything that must not be answered."""

from __future__ import annotations

import json

import pytest

from kb.ask.asker import Asker, language_of


@pytest.mark.parametrize(
    ("question", "value", "unit", "comparator"),
    [
        ("五年内计划新增多少人才？", 35600, "person", "increase-by"),
        ("要建多少所农民田间学校？", 50, "school", "equals"),
        ("科技进步贡献率要达到多少？", 65, "percent", "at-least"),
        ("社工专业人才总量增加多少人？", 1000, "person", "increase-by"),
        ("医疗卫生人才的职称比例目标是多少？", (15, 35, 50), "ratio", "ratio"),
        (
            "How many new people does Jiangjin want to add in five years?",
            35600,
            "person",
            "increase-by",
        ),
        ("How many farmer field schools are planned?", 50, "school", "equals"),
        ("What share of vocational teachers should be dual-qualified?", 85, "percent", "reaches"),
    ],
)
def test_figures_come_in_base_units(
    question: str, value: object, unit: str, comparator: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    (row,) = answer.rows
    assert (row.value, row.unit, row.comparator) == (value, unit, comparator)
    assert row.evidence


@pytest.mark.parametrize(
    ("question", "local"),
    [
        ("什么是“津鹰计划”？", "brand/jinying"),
        ("What is the Jinying Plan?", "brand/jinying"),
        ("“津工工匠”评选活动属于哪支队伍？", "team/skilled"),
        ("Which team does the Jingong craftsman award belong to?", "team/skilled"),
        ("技能大赛摘金计划出自原文哪一段？", "programme/contest-gold"),
        ("Does the plan mention selenium?", "field/selenium-rich-industry"),
    ],
)
def test_named_things_are_found(question: str, local: str, asker: Asker) -> None:
    answer = asker.ask(question)
    (row,) = answer.rows
    assert row.iri.endswith(local)
    assert row.evidence


@pytest.mark.parametrize(
    ("question", "teams"),
    [
        ("哪些队伍实施激励保障行动计划？", {"party", "enterprise", "professional"}),
        (
            "Which teams use the incentive guarantee action plan?",
            {"party", "enterprise", "professional"},
        ),
        ("优化人才生态行动计划被哪几支队伍采用？", {"enterprise", "professional"}),
    ],
)
def test_teams_that_carry_out_an_action_plan_are_derived(
    question: str, teams: set[str], asker: Asker
) -> None:
    answer = asker.ask(question)
    assert {row.team for row in answer.rows} == teams
    assert {row.status for row in answer.rows} == {"derived"}
    assert all(row.evidence for row in answer.rows)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("规划一共涉及哪几支人才队伍？", 10),
        ("Which talent teams does the plan cover?", 10),
        ("List all programmes", 18),
        ("规划的品牌叫什么？", 2),
    ],
)
def test_the_whole_plan(question: str, count: int, asker: Asker) -> None:
    assert len(asker.ask(question).rows) == count


@pytest.mark.parametrize(
    "question",
    [
        "这个规划的总预算是多少？",
        "What is the total budget of the plan?",
        "规划什么时候发布的？",
        "when was the plan published?",
        "Who is the head of the Jiangjin talent office?",
        "谁负责落实社会工作站建设，联系电话是多少？",
        "教师工资是多少",
    ],
)
def test_missing_facts_say_what_was_searched_for(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_stated"
    assert "检索的词" in answer.text.zh
    assert "Words searched for" in answer.text.en
    assert all(row.status == "editorial" for row in answer.rows)


@pytest.mark.parametrize(
    "question",
    ["金融人才队伍有哪些目标？", "Which measures support artists?", "北京人才队伍的目标"],
)
def test_a_team_that_does_not_exist_is_refused_with_those_that_do(
    question: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    assert (answer.status, answer.refusal and answer.refusal.kind) == ("refused", "no-such-entity")
    assert "农村实用人才队伍" in answer.text.zh
    assert "commerce and logistics" in answer.text.en


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What's the weather in Chongqing tomorrow?", "out-of-scope"),
        ("为什么医疗卫生队伍招不到人？", "out-of-scope"),
        ("Did the plan succeed?", "out-of-scope"),
        ("规划提到区块链吗", "out-of-scope"),
        ("", "empty"),
        (" 。？！", "empty"),
        ("目" * 2001, "too-long"),
        ("农村实用人才有哪些目标？教师呢？" * 30, "too-long"),
        ("的确" * 600, "too-long"),
        ("Which targets are there for teachers? And for doctors? " * 20, "too-long"),
    ],
)
def test_refusals_have_their_kind_and_offer_questions(
    question: str, kind: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    assert (answer.status, answer.refusal and answer.refusal.kind) == ("refused", kind)
    assert answer.exit_status == 1
    assert not answer.rows
    assert answer.suggestions


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("targets for teachers in Atlantis", "Atlantis"),
        ("哪些举措与农民的区块链有关", "区块链"),
        ("measures for teachers on unicycles", "unicycles"),
        ("Which measures support rural talent 🚗", "🚗"),
    ],
)
def test_no_content_word_is_dropped(question: str, unknown: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "clarify"
    assert unknown in answer.unknown
    assert not answer.rows


@pytest.mark.parametrize(
    "question",
    [
        "targets and measures of the health team",
        "教育人才的目标和机制",
        "卫生人才有多少",
    ],
)
def test_two_readings_are_a_choice(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert (answer.status, answer.refusal and answer.refusal.kind) == ("clarify", "ambiguous")
    assert answer.suggestions


@pytest.mark.parametrize(
    "question",
    [
        "到2023年底农民田间学校建成了多少所？",
        "At the current pace, which targets will be missed by 2025?",
    ],
)
def test_progress_without_reports_is_empty(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert (answer.status, answer.refusal and answer.refusal.kind) == ("empty", "no-report")
    assert answer.exit_status == 0


@pytest.mark.parametrize(
    "question",
    [
        "金融人才队伍有哪些目标？",
        "Which measures support artists?",
        "targets for teachers in Beijing",
        "教育人才队伍的机制",
        "What's the weather?",
        "",
    ],
)
def test_what_is_suggested_has_an_answer(question: str, asker: Asker) -> None:
    for suggestion in asker.ask(question).suggestions:
        answer = asker.ask(suggestion.question, suggestion.lang)
        assert answer.status in ("answered", "not_stated"), suggestion.question


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script>",
        "SELECT * WHERE { ?s ?p ?o }",
        "> . ?s ?p ?o } #",
        "'; DROP TABLE x; --",
        "\x00\x07\x1b[2J",
        "\u202eабв\u202c",
        "\ud800",
        "計画の目標は何ですか",
        "a" * 2000,
        "的" * 2000,
        "农" * 2000,
    ],
)
def test_odd_input_is_refused(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status in ("refused", "clarify")
    assert not answer.rows
    assert answer.refusal is not None


def test_the_json_has_the_keys_of_the_contract_and_no_empty_ones(asker: Asker) -> None:
    content = asker.ask("targets > health care").as_dict()
    assert list(content) == [
        "question", "lang", "status", "reading", "text", "notice", "sparql", "rows", "suggestions",
        "context",
        "elapsed_ms", "revision",
    ]  # fmt: skip
    assert content["reading"] == {
        "zh": "目标 → 队伍 = 医疗卫生人才队伍",
        "en": "targets → team = medical and health talent team",
    }
    text = content["text"]
    assert isinstance(text, str)
    assert text.endswith("not the plan itself.")
    rows = content["rows"]
    assert isinstance(rows, list)
    ratio = next(row for row in rows if row.get("comparator") == "ratio")
    assert ratio["value"] == [15, 35, 50]
    assert ratio["type"] == "QuantitativeTarget"
    assert set(ratio["evidence"][0]) == {"source", "start", "end", "quote"}
    assert all("value" not in row for row in rows if row["type"] == "QualitativeTarget")
    json.dumps(content)


def test_the_answer_is_in_the_language_of_the_question_unless_told(asker: Asker) -> None:
    assert asker.ask("教育人才队伍的机制").lang == "zh"
    assert asker.ask("mechanisms education talent").lang == "en"
    assert asker.ask("mechanisms education talent", "zh").full_text.endswith("不是规划原文。")
    assert language_of("list一下科技人才的targets") == "zh"


def test_two_teams_in_a_list_are_both_meant_and_a_qualified_one_is_not(asker: Asker) -> None:
    both = asker.ask("教师和医生的机制")
    assert {row.team for row in both.rows} == {"education", "health"}
    assert asker.ask("education health mechanisms").status == "clarify"
