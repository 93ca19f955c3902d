"""Templates, completions and the parts of a reading: everything offered has an answer."""

from __future__ import annotations

import re

import pytest

from kb.ask.asker import Asker
from kb.ask.form import Question
from kb.ask.templates import Template
from kb.errors import InputError, UnknownName
from kb.text import Language

ANSWERED = ("answered", "not_stated")


@pytest.fixture(scope="module")
def templates(asker: Asker) -> dict[str, Template]:
    return {template.name: template for template in asker.templates()}


def test_names_come_from_classes_and_relations(templates: dict[str, Template]) -> None:
    assert {
        "measures-of-team", "targets-of-team", "count-measures-of-team", "compare-targets",
        "teams-with-most-measures", "quantitative-targets-above", "describe-programme",
        "responsible-for-team", "common-mechanisms", "measures-about", "define-class", "check-sums",
    } <= set(templates)  # fmt: skip
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in templates)


def test_patterns_have_their_slots_and_slots_their_values(templates: dict[str, Template]) -> None:
    for template in templates.values():
        for pattern in (template.pattern.zh, template.pattern.en):
            slots = re.findall(r"\{([\w-]+)\}", pattern)
            assert sorted(slots) == sorted(slot.name for slot in template.slots), template.name
        for slot in template.slots:
            codes = [code for code, _ in slot.values]
            assert codes, template.name
            assert len(codes) == len(set(codes)), template.name
            assert all(label.zh and label.en for _, label in slot.values)
        assert template.form
        assert template.sparql or template.name == "check-sums"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_has_an_answer(
    language: Language, asker: Asker, templates: dict[str, Template]
) -> None:
    for template in templates.values():
        answer = asker.ask(template.example.in_(language), language)
        assert answer.status in ANSWERED, (template.name, template.example, answer.text)


def test_a_template_is_filled_in_by_codes(asker: Asker) -> None:
    assert (
        asker.fill("targets-of-team", {"team": "rural"}, "zh") == "农村实用人才队伍的目标有哪些？"
    )
    said = asker.fill("compare-measures", {"team": "rural", "other-team": "health"}, "en")
    answer = asker.ask(said, "en")
    assert {row.team for row in answer.rows} == {"rural", "health"}
    above = asker.fill("quantitative-targets-above", {"amount": "4800-person"}, "en")
    assert all(row.value > 4800 for row in asker.ask(above, "en").rows)  # type: ignore[operator]


def test_every_value_of_some_slots_has_an_answer(
    asker: Asker, templates: dict[str, Template]
) -> None:
    for name in ("mechanisms-of-team", "programmes-of-field", "events-about", "measures-of-place"):
        (slot,) = templates[name].slots
        for code, _ in slot.values:
            said = asker.fill(name, {slot.name: code}, "zh")
            assert asker.ask(said, "zh").status == "answered", said


@pytest.mark.parametrize(
    ("name", "values", "error", "told"),
    [
        ("no-such", {}, UnknownName, "measures-of-team"),
        ("targets-of-team", {}, InputError, "team"),
        ("targets-of-team", {"team": "rural", "body": "x"}, InputError, "team"),
        ("targets-of-team", {"team": "finance"}, UnknownName, "rural"),
        ("compare-targets", {"team": "rural", "other-team": "rural"}, InputError, "other-team"),
    ],
)
def test_what_cannot_be_filled_in_says_what_can(
    name: str, values: dict[str, str], error: type[InputError], told: str, asker: Asker
) -> None:
    with pytest.raises(error) as caught:
        asker.fill(name, values, "en")
    assert caught.value.hint is not None
    assert told in caught.value.hint.en


@pytest.mark.parametrize(
    ("typed", "language", "wanted"),
    [
        ("农村实", "zh", "农村实用人才队伍的举措有哪些？"),
        ("农村实用人才队伍的目", "zh", "农村实用人才队伍的目标有哪些？"),
        ("ncsyrc", "zh", "农村实用人才队伍的举措有哪些？"),
        ("nongcunshiyong", "zh", "农村实用人才队伍的举措有哪些？"),
        ("which meas", "en", "Which measures are there?"),
        ("targets rur", "en", "Which targets of rural practical talent team are there?"),
        ("what is jiny", "en", "What is Jinying Plan?"),
    ],
)
def test_half_a_question_is_completed(
    typed: str, language: Language, wanted: str, asker: Asker
) -> None:
    assert wanted in [one.question for one in asker.complete(typed, language, 8)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_completion_has_an_answer(language: Language, asker: Asker) -> None:
    for typed in ("", "社工", "教师", "teach", "how m", "b", "比较", "compare", "培训", "2"):
        found = asker.complete(typed, language, 5)
        assert len(found) <= 5
        for one in found:
            assert one.lang == language
            assert asker.ask(one.question, language).status in ANSWERED, one.question
    empty = asker.complete("", language, 6)
    assert len({asker.understand(one.question).form.__class__ for one in empty}) > 3  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["qqqqzz", "？！", "\x00", "«»" * 500, "a" * 5000])
def test_what_means_nothing_is_not_completed(typed: str, asker: Asker) -> None:
    assert isinstance(asker.complete(typed, "en", 5), tuple)
    assert asker.complete("rural", "en", 0) == ()


@pytest.mark.parametrize(
    "question",
    [
        "农村实用人才队伍有哪些目标？",
        "How many measures are there for rural talent?",
        "比较教育和医疗的举措",
        "超过5000人的目标有哪些？",
        "什么是津鹰计划？",
        "Who is responsible for rural talent?",
        "Which team has the most measures?",
    ],
)
def test_a_reading_can_be_changed_part_by_part(question: str, asker: Asker) -> None:
    language: Language = "zh" if question[0] > "z" else "en"
    chips = asker.chips(question, language)
    assert chips
    for chip in chips:
        changed = [said for _, said in chip.instead[:3]] + ([chip.without] if chip.without else [])
        for said in changed:
            assert isinstance(asker.understand(said), Question)
            assert asker.ask(said, language).status in ANSWERED, said


def test_parts_say_what_they_change(asker: Asker) -> None:
    kind, team = asker.chips("农村实用人才队伍有哪些目标？", "zh")
    assert (kind.label.zh, kind.without) == ("目标", None)
    assert team.without == "目标有哪些？"
    assert ("教育人才队伍", "教育人才队伍的目标有哪些？") in [(a.zh, b) for a, b in team.instead]
    assert asker.chips("今天天气怎么样？", "zh") == ()
