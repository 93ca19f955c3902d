"""Conditions joined, counted, negated and ranked; words that must not be dropped."""

from __future__ import annotations

import pytest

from kb.ask.asker import Asker


@pytest.mark.parametrize(
    ("question", "teams"),
    [
        ("Which team grows by 10,000 and also has a target on titles?", {"enterprise"}),
        ("总量增加1万人而且有职称目标的是哪支队伍", {"enterprise"}),
        ("没有百分比目标但有人数目标的队伍", {"skilled"}),
        ("Which teams have more than 10 measures and mention Luzhou?", {"skilled"}),
        ("举措超过10条而且提到泸州的队伍", {"skilled"}),
        ("哪些队伍没有百分比目标", {"skilled", "health"}),
        ("Which teams have no target expressed as a percentage?", {"skilled", "health"}),
        ("除党政外还有谁用激励保障行动计划", {"enterprise", "professional"}),
        ("科技、教育、卫生三支队伍谁的机制最多", {"education"}),
        ("Of education, health and sci-tech, which has the most mechanisms?", {"education"}),
        ("量化目标最多的是哪支队伍", {"rural"}),
        ("党政人才和企业经营管理人员的本科以上学历目标谁更高", {"party"}),
        ("To whom does the platform action plan apply?", {"professional", "skilled"}),
        ("技能大赛摘金计划是谁的", {"skilled"}),
        ("有激励机制的队伍", {"enterprise", "scitech", "education", "trade", "skilled", "social"}),
    ],
)  # fmt: skip
def test_which_teams(question: str, teams: set[str], asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert {row.team for row in answer.rows} == teams


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("创业孵化基地要创建几个？", [5]),  # what is counted, and not how many targets there are
        ("How many of the enterprise targets are percentages?", [4]),
        ("十三五末农村实用人才大概有多少人", [32000]),
        ("How many special-topic classes over five years?", [400]),
        ("农村实用人才队伍的人数目标合计", [21000]),
        ("What do the headcount targets of the rural team add up to?", [21000]),
        ("百分比最高的三个目标", [100, 100, 90]),
        ("What does 43% refer to?", [43]),
        ("科技人才比社工人才多增加多少人", [9000]),
    ],
)
def test_what_figure(question: str, values: list[float], asker: Asker) -> None:
    assert [row.value for row in asker.ask(question).rows] == values


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("只有一支队伍用的行动计划有哪些", 1),
        ("Action plans used by only one team", 1),
        ("两支以上队伍共用的行动计划", 3),
        ("哪些目标用了“左右”这个说法", 3),
        ("“突破”的目标有哪些", 3),
        ("获奖人次之外高技能人才还有哪些量化目标", 2),
    ],
)
def test_how_many_there_are(question: str, count: int, asker: Asker) -> None:
    assert len(asker.ask(question).rows) == count


@pytest.mark.parametrize(
    "question",
    [
        "By how much did the plan cut the farmers' training?",
        "Which projects were cancelled by the plan?",
        "哪些工程被取消了",
        "社工队伍会被裁掉多少",
        "永川区的人才目标是多少",
        "How many skilled workers will Chengdu add?",
        "规划里谁的工资最高",
    ],
)
def test_what_is_taken_for_granted_is_not_stated(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_stated"
    assert not answer.rows


@pytest.mark.parametrize(
    "question",
    [
        "How many social work stations will be built?",  # the plan has their coverage, no number
        "社会工作站要建多少个",
        "7个专项行动里没点名的有几个",
        "Which team has the best coach?",
        "Is golf mentioned?",
        "十五五期间教师要达到多少人",
        "规划里的小说有哪些",
    ],
)
def test_a_word_that_has_no_place_is_no_answer(question: str, asker: Asker) -> None:
    answer = asker.ask(question)
    assert answer.status in ("clarify", "refused")
    assert not answer.rows


@pytest.mark.parametrize("question", ["没提到数据库的队伍", "teams that do not mention databases"])
def test_who_does_not_is_never_who_does(question: str, asker: Asker) -> None:
    does = {row.team for row in asker.ask("提到数据库的队伍有哪些").rows}
    does_not = {row.team for row in asker.ask(question).rows}
    assert does
    assert does_not
    assert not does & does_not


def test_both_of_two_kinds_have_to_be_there(asker: Asker) -> None:
    both = {row.team for row in asker.ask("既有引进又有培养机制的队伍").rows}
    one = {row.team for row in asker.ask("有引进机制的队伍").rows}
    other = {row.team for row in asker.ask("有培养机制的队伍").rows}
    assert both
    assert both == one & other


@pytest.mark.parametrize(
    "question", ["举措比机制多的队伍有哪些", "Which teams have more measures than mechanisms?"]
)
def test_more_of_one_class_than_of_another(question: str, asker: Asker) -> None:
    measures = {r.team: int(str(r.value)) for r in asker.ask("各队伍分别有多少条举措？").rows}
    mechanisms = {r.team: int(str(r.value)) for r in asker.ask("各队伍分别有多少条机制？").rows}
    wanted = {team for team, number in measures.items() if number > mechanisms[team]}
    assert {row.team for row in asker.ask(question).rows} == wanted


def test_what_differs_shows_both_sides(asker: Asker) -> None:
    rows = asker.ask("How do the measures for skilled workers differ from those for farmers?").rows
    assert {row.team for row in rows} == {"skilled", "rural"}
