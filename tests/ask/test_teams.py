"""What is asked most: measures, targets, mechanisms and bodies of each team, in both languages."""

from __future__ import annotations

import pytest

from kb.ask.asker import Asker
from kb.plan.graph import PlanGraph

TEAMS = {
    "party": (
        ["党政人才队伍", "党政人才", "干部", "公务员"],
        ["party and government talent", "officials"],
    ),
    "enterprise": (["企业经营管理人员", "企业家"], ["enterprise managers", "entrepreneurs"]),
    "professional": (["专业技术人才", "专技人才"], ["professional and technical talent"]),
    "skilled": (["高技能人才队伍", "工匠"], ["high-skilled workers", "craftsmen"]),
    "rural": (["农村实用人才", "农民"], ["rural practical talent", "farmers"]),
    "social": (["社会工作专业人才", "社工"], ["social workers"]),
    "scitech": (["科技人才队伍", "科技人才"], ["S&T talent", "scientists"]),
    "education": (["教育人才队伍", "教师", "老师"], ["education talent", "teachers"]),
    "health": (["医疗卫生人才", "医生", "护士"], ["health care talent", "nurses"]),
    "trade": (["商贸物流人才", "物流人才"], ["commerce and logistics talent", "logistics staff"]),
}
CLASSES = {
    "Measure": (["举措", "措施"], ["measures", "actions"]),
    "Target": (["目标", "发展目标"], ["targets", "goals"]),
    "QuantitativeTarget": (["量化目标"], ["quantitative targets", "numeric targets"]),
    "QualitativeTarget": (["定性目标"], ["qualitative targets"]),
    "Mechanism": (["机制"], ["mechanisms"]),
}
ZH = [
    "{team}有哪些{kind}？",
    "哪些{kind}支持{team}？",
    "{team}的{kind}",
    "{team} {kind}",
    "请问{team}的{kind}是什么",
]
EN = [
    "Which {kind} support {team}?",
    "{kind} > {team}",
    "{kind} {team}",
    "What are the {kind} for {team}?",
    "Show me the {kind} of {team}, please",
]


def cases() -> list[tuple[str, str, str]]:
    found = []
    for team, names in TEAMS.items():
        for kind, words in CLASSES.items():
            for patterns, whom, what in zip((ZH, EN), names, words, strict=True):
                found += [
                    (p.format(team=n, kind=w), team, kind)
                    for p in patterns
                    for n in whom
                    for w in what
                ]
    return found


def expected(graph: PlanGraph, team: str, kind: str) -> set[str]:
    ns, plan = graph.base + "ns#", graph.base + "id/jiangjin-6-4/"
    rows = graph.select(
        f"SELECT DISTINCT ?x WHERE {{ ?x a <{ns}{kind}> ; <{ns}team> <{plan}team/{team}> }}"
    )
    return {row["x"] for row in rows}


@pytest.mark.parametrize("team", TEAMS)
def test_every_phrasing_gives_everything_of_the_team_and_nothing_else(
    team: str, asker: Asker, graph: PlanGraph
) -> None:
    for question, of, kind in cases():
        if of != team:
            continue
        answer = asker.ask(question)
        wanted = expected(graph, team, kind)
        assert answer.status == ("answered" if wanted else "empty"), question
        assert {row.iri for row in answer.rows} == wanted, question
        assert all(row.evidence and row.status == "stated" for row in answer.rows), question
        assert {row.team for row in answer.rows} <= {team}
        again = graph.select(answer.sparql)
        assert [row["item"] for row in again] == [row.iri for row in answer.rows]


@pytest.mark.parametrize("team", TEAMS)
def test_rows_stand_in_the_order_of_the_source(team: str, asker: Asker) -> None:
    rows = asker.ask(f"{TEAMS[team][0][0]}有哪些举措").rows
    starts = [row.evidence[0].start for row in rows]
    assert starts == sorted(starts)


@pytest.mark.needs_shared
def test_every_quote_is_exactly_its_slice(asker: Asker, article: str) -> None:
    for question, _, _ in cases()[::7]:
        for row in asker.ask(question).rows:
            for span in row.evidence:
                assert article[span.start : span.end] == span.quote
                assert len(span.quote) <= 40


@pytest.mark.parametrize("team", TEAMS)
def test_bodies_come_with_their_role_and_the_text_says_that_none_is_responsible(
    team: str, asker: Asker, graph: PlanGraph
) -> None:
    ns, plan = graph.base + "ns#", graph.base + "id/jiangjin-6-4/"
    involved = {
        row["b"]
        for row in graph.select(
            f"""SELECT DISTINCT ?b WHERE {{ ?i a <{ns}Involvement> ; <{ns}body> ?b ;
                <{ns}team> <{plan}team/{team}> ; <{ns}evidence> ?e . ?b a <{ns}Body> }}"""
        )
    }
    for question in (
        f"{TEAMS[team][0][0]}有哪些机构？",
        f"Which bodies are there for {TEAMS[team][1][0]}?",
    ):
        answer = asker.ask(question)
        assert involved <= {row.iri for row in answer.rows}
        assert answer.status == ("answered" if answer.rows else "empty")
        assert all(row.evidence for row in answer.rows)
        assert "没有让任何机构" in answer.text.zh
        assert "no body responsible" in answer.text.en


@pytest.mark.parametrize("team", TEAMS)
def test_who_is_responsible_is_not_stated_and_what_is_customary_is_editorial(
    team: str, asker: Asker
) -> None:
    for question in (
        f"谁负责{TEAMS[team][0][0]}？",
        f"Who is responsible for {TEAMS[team][1][0]}?",
    ):
        answer = asker.ask(question)
        assert answer.status == "not_stated", question
        assert answer.exit_status == 0
        assert answer.rows
        assert {row.status for row in answer.rows} == {"editorial"}
        assert {row.team for row in answer.rows} == {team}
        assert "牵头" in answer.text.en
        assert "牵头" in answer.text.zh


@pytest.mark.parametrize("kind", CLASSES)
def test_counts_agree_with_lists(kind: str, asker: Asker, graph: PlanGraph) -> None:
    for team, (zh, en) in TEAMS.items():
        wanted = expected(graph, team, kind)
        for question in (
            f"{zh[0]}有多少个{CLASSES[kind][0][0]}？",
            f"How many {CLASSES[kind][1][0]} does {en[0]} have?",
        ):
            answer = asker.ask(question)
            if not wanted:
                assert answer.status == "empty"
                continue
            (row,) = answer.rows
            assert row.value == len(wanted), question
            assert set(row.origin) == wanted
            assert row.evidence
