"""Questions that follow on from others, differences, and figures that the plan's own imply."""

from __future__ import annotations

import base64
import json

import pytest

from kb.ask import context as contexts
from kb.ask.answer import Answer
from kb.ask.asker import Asker
from kb.ask.verbalise import question as in_words
from kb.text import Language


def _dialogue(asker: Asker, *turns: str) -> list[Answer]:
    context: str | None = None
    answers = []
    for turn in turns:
        answers.append(asker.ask(turn, context=context))
        context = answers[-1].context
    return answers


@pytest.mark.parametrize(
    ("first", "then", "whole"),
    [
        ("农村实用人才队伍有哪些举措？", "那教师呢？", "教育人才队伍有哪些举措？"),
        ("医疗卫生队伍有什么机制", "换成商贸物流", "商贸物流人才队伍有什么机制"),
        ("Measures for rural talent?", "What about teachers?", "Measures for teachers?"),
        (
            "Which mechanisms are there for rural practical talent?",
            "And the targets?",
            "Which targets are there for rural practical talent?",
        ),
        ("农村实用人才的目标有哪些", "只看有数字的", "农村实用人才的量化目标有哪些"),
        (
            "What are the targets for rural talent?",
            "and only the ones with a number",
            "Which quantitative targets are there for rural talent?",
        ),
        ("科技人才队伍有哪些目标", "只看超过100的", "科技人才队伍有哪些超过100的目标"),
        ("农民田间学校要建多少所？", "创业孵化基地呢？", "创业孵化基地的量化目标有哪些？"),
        ("哪支队伍的举措最多", "机制呢", "哪支队伍的机制最多"),
    ],
)
def test_a_marked_follow_up_is_the_whole_question(
    first: str, then: str, whole: str, asker: Asker
) -> None:
    *_, answer = _dialogue(asker, first, then)
    expected = asker.ask(whole)
    assert answer.status == "answered"
    assert [row.iri for row in answer.rows] == [row.iri for row in expected.rows]


def test_how_many_and_the_largest_are_of_what_was_found(asker: Asker) -> None:
    found, counted, largest = _dialogue(
        asker, "科技人才队伍有哪些量化目标？", "一共有几条", "其中哪个最大"
    )
    assert counted.rows[0].value == len(found.rows)
    assert {row.iri for row in largest.rows} <= {row.iri for row in found.rows}


@pytest.mark.parametrize(
    "then", ["它们的出处在哪里？", "How do you know?", "where does it say so?"]
)
def test_where_it_stands(then: str, asker: Asker) -> None:
    found, cited = _dialogue(asker, "要建多少所农民田间学校？", then)
    assert cited.rows == found.rows
    assert "2758–2769" in cited.text.en


def test_two_questions_together(asker: Asker) -> None:
    *_, more = _dialogue(
        asker, "高技能人才要新增多少人？", "社工呢？", "这两支队伍相比，谁增加得多？"
    )
    *_, difference = _dialogue(
        asker, "农民田间学校要建多少所？", "创业孵化基地呢？", "两者相差多少？"
    )
    assert [row.team for row in more.rows] == ["skilled"]
    assert [row.value for row in difference.rows] == [45]


@pytest.mark.parametrize("then", ["那金融人才队伍呢？", "And for the finance talent team?"])
def test_an_unknown_thing_is_refused_and_the_question_before_stays(then: str, asker: Asker) -> None:
    found, refused, again = _dialogue(asker, "科技人才队伍有什么机制", then, "那商贸物流呢")
    assert refused.status == "refused"
    assert refused.refusal
    assert refused.refusal.kind == "no-such-entity"
    assert refused.context == found.context
    assert {row.team for row in again.rows} == {"trade"}


def test_a_whole_question_is_a_new_one(asker: Asker) -> None:
    for question in ("教师有哪些机制？", "Which teams are there?", "那医疗卫生队伍有哪些目标"):
        *_, answer = _dialogue(asker, "农村实用人才队伍有哪些举措？", question)
        assert answer.rows == asker.ask(question).rows


@pytest.mark.parametrize(
    "question",
    ["那教师呢？", "And for teachers?", "其中哪个最大？", "how do you know?", "只看有数字的"],
)
def test_without_a_question_before_it_is_asked_back(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "clarify"
    assert "上一个问题" in answer.text.zh
    assert "earlier question" in answer.text.en


def _packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_any_other_context_is_no_context(asker: Asker) -> None:
    good = asker.ask("农村实用人才队伍有哪些举措？").context
    content = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    strange = [
        {**content, "of": "another"},
        {**content, "last": {"is": "Question", "form": {"is": "Describe", "entity": "> } DROP"}}},
        {**content, "last": {"is": "Question", "form": {"is": "Select", "members": 3}}},
        {**content, "last": {"is": "Question", "form": {"is": "__import__"}}},
        {**content, "last": {"is": "Question", "form": content["last"]["form"], "aside": ["<b>"]}},
        {**content, "last": {"is": "Question", "form": content["last"]["form"], "more": 1}},
        {**content, "last": {"is": "Related", "entities": []}},
        {**content, "last": [1e400]},
        [],
    ]
    for text in (
        *map(_packed, strange),
        good[:-3],
        good + "A" * 9000,
        "%%%",
        "啊",
        "\x00",
        "W" * 5000,
        _packed("[" * 3000),
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
    ):
        answer = asker.ask("那教师呢？", context=text)
        assert answer.status == "clarify", text
        whole = asker.ask("教育人才队伍有哪些机制？", context=text)
        assert whole.status == "answered"


def test_a_context_is_read_as_it_was_written(asker: Asker) -> None:
    for question in (
        "哪支队伍的举措最多？",
        "比较农村和教育队伍的目标",
        "要建多少所农民田间学校？",
        "田间学校比创业孵化基地多几个",
        "农村队伍的预算是多少",
        "哪些队伍没有专项行动计划？",
    ):
        text = asker.ask(question).context
        read = contexts.read(text, asker.revision, asker.lexicon.schema.ns[:-3], asker.lexicon)
        assert read.last is not None, question
        assert read.written(asker.revision, asker.lexicon.schema.ns[:-3]) == text


@pytest.mark.parametrize(
    ("question", "value", "formula"),
    [
        ("田间学校比创业孵化基地多几个？", 45, "50 − 5 = 45"),
        ("创业孵化基地比农民田间学校少多少？", 45, "50 − 5 = 45"),
        ("高技能人才的增量比社工多多少？", 3800, "4800 − 1000 = 3800"),
        (
            "By how much does the increase of the enterprise team exceed that of skilled workers?",
            5200,
            "10000 − 4800 = 5200",
        ),
    ],
)
def test_differences_show_their_arithmetic(
    question: str, value: int, formula: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    (row,) = answer.rows
    assert (row.value, row.formula) == (value, formula)
    assert len(row.origin) == 2
    assert row.evidence
    assert formula in answer.text.zh
    assert formula in answer.text.en
    form = getattr(asker.understand(question), "form", None)
    assert form is not None
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        again = asker.understand(in_words(form, asker.lexicon, language))
        assert getattr(again, "form", None) == form


def test_a_difference_of_several_figures_is_asked_back(asker: Asker) -> None:
    answer = asker.ask("农村实用人才的增量比高技能人才多多少？")
    assert answer.status == "clarify"
    assert answer.suggestions


@pytest.mark.parametrize(
    ("question", "value", "formula"),
    [
        ("农村实用人才的基数是多少？", 32000, "10000 ÷ 31.25% = 32000"),
        ("What is the baseline of rural practical talent?", 32000, "10000 ÷ 31.25% = 32000"),
        ("农村实用人才期末总量是多少？", 42000, "32000 + 10000 = 42000"),
        ("What is the end level of rural talent?", 42000, "32000 + 10000 = 42000"),
    ],
)
def test_implied_figures_are_derived(question: str, value: int, formula: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    (row,) = answer.rows
    assert (row.value, row.unit, row.status) == (value, "person", "derived")
    assert row.evidence
    assert row.origin
    assert formula in answer.text.zh
    assert formula in answer.text.en


def test_other_baselines_are_not_stated(asker: Asker) -> None:
    assert asker.ask("高技能人才的基数是多少？").status == "not_stated"
    assert asker.ask("What is the baseline?").status == "not_stated"
