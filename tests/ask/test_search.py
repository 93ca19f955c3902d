"""What is searched for freely: when a clause is an answer, and when there is none."""

from __future__ import annotations

import pytest

from kb.ask.asker import Asker

_CLAUSES = [
    ("How many more highly skilled workers are wanted?", [(1977, 1990)]),
    ("How many school staff in total are planned?", [(4027, 4041)]),
    ("What sort of social work team is the plan aiming at?", [(3094, 3119)]),
    ("评价企业人才，要建立一种怎样的机制？", [(1313, 1327)]),
    ("彩票收益的钱会用到社工身上吗？", [(3230, 3252)]),
    ("给农民教技术的那些人，知识老化了怎么办？", [(2878, 2894)]),
    ("Will veteran artisans get studios of their own?", [(2308, 2361)]),
    ("Is there a project on teachers' ethics?", [(4146, 4152)]),
]


@pytest.mark.parametrize(("question", "clauses"), _CLAUSES)
def test_a_free_question_is_answered_by_its_clause(
    question: str, clauses: list[tuple[int, int]], asker: Asker
) -> None:
    answer = asker.ask(question)
    cited = [(span.start, span.end) for row in answer.rows for span in row.evidence]
    assert any(s < end and start < e for s, e in cited for start, end in clauses), answer.text


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("What is done about parking?", "parking"),
        ("What measures are there for lawyers?", "lawyers"),
        ("派出所警力要增加多少？", "派出所"),
        ("农村宅基地怎么改革？", "宅基地"),
    ],
)
def test_no_part_of_a_word_of_another_field_is_taken_for_one_of_the_plan(
    question: str, unknown: str, asker: Asker
) -> None:
    answer = asker.ask(question)
    assert answer.status in ("clarify", "refused")
    assert any(unknown in span for span in answer.unknown), answer.unknown
    assert not answer.repairs


@pytest.mark.parametrize(
    "question",
    [
        "How many towns does the district have?",  # a share of the towns is no count of them
        "江津有几个镇？",
        "How many social workers are there at present?",  # a target is no figure of today
        "现在江津一共有多少社工？",
        "Where does the Jinying forum take place?",  # where it is written is not where it is
        "津鹰讲坛在哪里举办？",
        "How often does the youth reading club meet?",
        "院士要引进几位？",  # they are top talent, but not any top talent is one
    ],
)
def test_what_only_its_surroundings_are_known_of_is_not_answered(
    question: str, asker: Asker
) -> None:
    assert asker.ask(question).status != "answered"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("我负责干部培训，江津要选派多少名干部互派锻炼？", "answered"),
        ("I am a director of a school. How many farmer field schools will be built?", "answered"),
        ("我是社工，社工站由哪个部门负责？", "not_stated"),
        ("I am a teacher. Who is in charge of teacher ethics?", "not_stated"),
        ("我想了解预算，科技队伍的。", "not_stated"),  # wanted, and no trade of theirs
    ],
)
def test_what_askers_are_in_charge_of_is_not_what_they_ask_for(
    question: str, status: str, asker: Asker
) -> None:
    assert asker.ask(question).status == status
