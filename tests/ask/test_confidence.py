"""Whether a free question is answered is weighed by signs, never against a word asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.ask import confidence, phrasings
from kb.ask.asker import Asker
from kb.ask.confidence import SIGNS, Rule, Rules, rules
from kb.ask.failure import Failure, Parsed
from kb.ask.form import Question, Related, Select
from kb.ask.mentions import Mentions
from kb.ask.parse import parse
from kb.errors import FileProblem

FREE = "怎样帮助给农民做技术指导的人更新知识？"
STRANGE = "嗷嗷飒飒知识更新怎么搞嘤嘤"
SURE = Rule(0.5, 9.0, {})
NEVER = Rule(0.5, -9.0, {})


@pytest.fixture
def judged(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> Judged:
    return Judged(asker, monkeypatch)


class Judged:
    """How questions are understood under rules of the test's own."""

    def __init__(self, asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
        self._asker = asker
        self._patch = monkeypatch

    def __call__(self, question: str, keep: Rule = SURE, take: Rule = SURE) -> Parsed:
        self._patch.setattr(confidence, "rules", lambda: Rules(keep, take))
        tokens, _ = self._asker._tokens(question)
        parsed = parse(tokens, self._asker.lexicon, self._asker.clauses)
        return self._asker._judge.judge(question, tokens, parsed)


def test_what_is_found_by_topics_stays_where_its_words_agree(judged: Judged) -> None:
    kept = judged(FREE)
    assert isinstance(kept, Question)
    assert kept.searched


def test_and_else_goes_back_with_both_clauses_as_choices(judged: Judged) -> None:
    back = judged(FREE, keep=NEVER)
    assert isinstance(back, Failure)
    assert back.trouble == "ambiguous"
    assert len(back.choices) == 2


def test_a_word_that_is_not_understood_may_stand_and_is_named(judged: Judged) -> None:
    taken = judged(STRANGE)
    refused = judged(STRANGE, take=NEVER)
    assert isinstance(taken, Question)
    assert isinstance(taken.form, Select)
    assert "飒飒" in "".join(taken.aside)
    assert isinstance(refused, Failure)


@pytest.mark.parametrize(
    "question",
    [
        "measures for teachers on unicycles",  # beside a class every word says which are meant
        "农业技术推广的飒飒是谁？",  # a person is no clause
        "哪支队伍的飒飒最多？",  # what has to be worked out is none either
        "金融人才队伍有哪些机制",  # a team that there is not
    ],
)
def test_no_clause_stands_in_for_what_is_asked(question: str, judged: Judged) -> None:
    assert isinstance(judged(question), Failure)


def test_what_is_composed_is_left_alone(judged: Judged, asker: Asker) -> None:
    composed = judged("农村实用人才队伍有哪些举措？", keep=NEVER, take=NEVER)
    assert isinstance(composed, Question)
    assert not composed.searched


def test_the_signs_of_a_question_are_shares(asker: Asker) -> None:
    tokens, _ = asker._tokens(FREE)
    named = Mentions.of(tokens, asker.lexicon)
    parsed = parse(tokens, asker.lexicon, asker.clauses)
    found = asker._judge.signs(FREE, named, parsed)
    assert found is not None
    signs, clause = found
    assert clause.iri in asker.clauses.all
    assert all(0 <= getattr(signs, name) <= 1.4 for name in SIGNS)
    assert signs.agreed + signs.among + signs.other == 1


def test_a_clause_that_is_taken_can_be_asked_of_the_graph(asker: Asker) -> None:
    """The form finds the clause itself, for every clause that has a name."""
    tokens, _ = asker._tokens(FREE)
    named = Mentions.of(tokens, asker.lexicon)
    for clause in list(asker.clauses.all.values())[::17]:
        if clause.iri in asker.lexicon.things:
            form = asker._judge._form(clause, named)
            assert Related((clause.iri,)) in form.members.filters
            assert clause.iri in asker._members(form.members)


def test_the_rules_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0.5 <= rules().keep.at <= rules().take.at < 1
    monkeypatch.setattr(phrasings, "folder", lambda: tmp_path)
    for text in ("", "keep: {at: 1}", "keep: [", "keep: {at: 1, bias: 0, signs: {odd: 1}}"):
        (tmp_path / "confidence.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(FileProblem, match="cannot be read"):
            rules.__wrapped__()
