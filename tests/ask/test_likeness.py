"""Clauses are told apart by all that is said of them, and by how people asked for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.ask import phrasings
from kb.ask.asker import Asker
from kb.ask.likeness import Likeness, words
from kb.ask.phrasings import Phrasing
from kb.errors import FileProblem
from kb.plan.graph import PlanGraph

QUESTIONS = Path(__file__).parents[1] / "questions"


@pytest.fixture(scope="module")
def own(asker: Asker, graph: PlanGraph) -> Likeness:
    """What the graph alone says."""
    return Likeness.read(graph.select, asker.lexicon, asker.clauses, ())


def first(likeness: Likeness, question: str) -> str:
    alike = likeness.of_question(words(question))
    return likeness.names[max(range(len(alike)), key=alike.__getitem__)]


def test_terms_are_stems_and_what_stands_together() -> None:
    assert set(words("Training officers, 干部 教育")) == {
        "train", "offic", "train offic", "干", "部", "干部", "教", "育", "教育",
    }  # fmt: skip


def test_a_clause_is_like_its_own_words(own: Likeness, asker: Asker) -> None:
    for iri in own.names[:-1:9]:
        label = asker.lexicon.label(iri)
        alike = own.of_question(words(label.zh + " " + label.en))
        best = sorted(alike, reverse=True)[:3]
        assert alike[own.names.index(iri)] >= best[-1], label.en


def test_how_people_ask_makes_a_clause_alike(asker: Asker, graph: PlanGraph, own: Likeness) -> None:
    question = "Where do I park my zeppelin overnight?"
    clause = own.names[5]
    assert own.heard(words(question), 5)[1] > 0.2
    # Three of them, as a word that only one person used tells nothing.
    asked = [Phrasing((clause,), f"{say} my zeppelin overnight") for say in ("park", "put", "land")]
    taught = Likeness.read(graph.select, asker.lexicon, asker.clauses, asked)
    assert first(taught, question) == clause
    assert taught.heard(words(question), 5)[0] > own.heard(words(question), 5)[0]


def test_clauses_of_other_plans_do_not_count(asker: Asker, graph: PlanGraph, own: Likeness) -> None:
    other = Phrasing((graph.base + "id/elsewhere/measure/one",), "anything at all")
    assert Likeness.read(graph.select, asker.lexicon, asker.clauses, [other] * 3) == own


def test_what_was_written_reads_back(own: Likeness) -> None:
    assert Likeness.from_json(own.to_json()) == own


def test_every_phrasing_names_clauses_that_there_are(asker: Asker, graph: PlanGraph) -> None:
    found = list(phrasings.read(graph.base))
    assert len(found) > 3000
    assert {iri for one in found for iri in one.clauses} <= asker.clauses.all.keys()
    assert len({one.text for one in found}) == len(found)
    assert sum(not one.clauses for one in found) > 200


def test_no_phrasing_is_a_question_that_measures(graph: PlanGraph) -> None:
    asked = {
        json.loads(line).get("question")
        for file in QUESTIONS.glob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert asked.isdisjoint(one.text for one in phrasings.read(graph.base))


@pytest.mark.parametrize("text", ["jiangjin-6-4/plan", "\tquestion\t", "jiangjin-6-4/plan\t \t"])
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "zh.tsv"
    file.write_text(f"-\t好的？\t\n{text}\n", encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        list(phrasings.read("https://x.org/", file))
    assert "zh.tsv:2" in caught.value.message.en
