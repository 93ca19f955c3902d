"""Questions put together of conditions, counts, comparisons and extremes; slips; free questions."""

from __future__ import annotations

import pytest

from kb.ask.asker import Asker
from kb.plan.graph import PlanGraph


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("目标人数超过5000的队伍有哪些？", {"enterprise", "rural", "scitech", "education"}),
        ("teams that add at least ten thousand people", {"enterprise", "rural", "scitech"}),
        ("哪些队伍没有量化目标？", None),
        ("Which teams have no numeric target?", None),
    ],
)
def test_conditions_on_teams(
    question: str, wanted: set[str] | None, asker: Asker, graph: PlanGraph
) -> None:
    answer = asker.ask(question)
    if wanted is None:
        ns = graph.base + "ns#"
        rows = graph.select(
            f"SELECT ?t WHERE {{ ?t a <{ns}TalentTeam> FILTER NOT EXISTS {{ "
            f"?q a <{ns}QuantitativeTarget> ; <{ns}team> ?t }} }}"
        )
        assert {row.iri for row in answer.rows} == {row["t"] for row in rows}
        assert answer.status in ("answered", "empty")
    else:
        assert {row.team for row in answer.rows} == wanted


def test_what_is_excepted_is_left_out(asker: Asker) -> None:
    teams = {row.team for row in asker.ask("除了农村实用人才，还有哪些队伍提到培训？").rows}
    assert teams
    assert "rural" not in teams


@pytest.mark.parametrize(
    "question",
    [
        "哪支队伍的新增人才目标最大？",
        "Which team has the largest headcount increase?",
    ],
)
def test_the_largest_is_given_with_its_ties(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert {row.team for row in answer.rows} == {"enterprise", "rural", "scitech"}
    assert {row.value for row in answer.rows} == {10000}


@pytest.mark.parametrize(
    "question", ["各队伍分别有多少条举措？", "How many measures does each team have?"]
)
def test_counts_for_each(question: str, asker: Asker, graph: PlanGraph) -> None:
    answer = asker.ask(question)
    assert len(answer.rows) == 10
    for row in answer.rows:
        (found,) = graph.select(
            f"SELECT (COUNT(DISTINCT ?m) AS ?n) WHERE {{ ?m a <{graph.base}ns#Measure> ; "
            f"<{graph.base}ns#team> <{row.iri}> }}"
        )
        assert row.value == int(found["n"])
        assert len(row.origin) == row.value


@pytest.mark.parametrize(
    "question",
    [
        "比较一下科技人才和教育人才的目标",
        "Compare the targets of science and technology talent and education talent",
    ],
)
def test_a_comparison_has_both_sides(question: str, asker: Asker) -> None:
    assert {row.team for row in asker.ask(question).rows} == {"scitech", "education"}


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("有没有让年轻人凑在一起看书、听讲座的活动？", "青年人才读书会"),
        ("国有企业挑选经营管理人才的办法会改吗？", "国企"),
        ("Are officials going to be swapped with partner cities?", "兄弟城市"),
        ("Will there be a single database of talented people in the countryside?", "人才数据库"),
    ],
)
def test_free_questions_find_their_clause(question: str, clause: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.text
    assert any(clause in span.quote for row in answer.rows for span in row.evidence)


@pytest.mark.parametrize(
    ("question", "written", "read"),
    [
        ("wich mesures suport rual talent", "mesures", "measure"),
        ("農村實用人才有哪些具體舉措？", "", ""),
        ("nongcun shiyong rencai 的目标有哪些", "nongcun shiyong rencai", "农村实用人才"),
        ("高技能人材有那些目标", "", ""),
    ],
)
def test_slips_are_repaired_and_shown(question: str, written: str, read: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", (answer.text, answer.repairs)
    if written:
        assert any(one.written == written and one.read == read for one in answer.repairs)


@pytest.mark.parametrize(
    "question",
    ["金融人才队伍有哪些机制", "What are the targets for the finance talent team?"],
)
def test_a_team_that_there_is_not_is_refused_with_those_that_there_are(
    question: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    assert (answer.status, answer.refusal and answer.refusal.kind) == ("refused", "no-such-entity")
    assert "农村实用人才队伍" in answer.text.zh


def test_topics_in_sparql_and_in_memory_are_the_same(asker: Asker) -> None:
    from kb.ask.form import About, Select, Set

    topics = sorted({topic for clause in asker.clauses.all.values() for topic in clause.topics})
    assert len(topics) > 200
    for topic in topics[::7]:
        form = Select(Set(asker.lexicon.provision, (About((topic,)),)))
        found = {row["item"] for row in asker._select(asker._compiler.query(form))}
        assert found == asker.clauses.about([topic]), topic
