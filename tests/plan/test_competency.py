"""The competency questions: asked as users ask, answered with the rows that a person checked."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from kb.plan import competency, knowledge
from kb.plan.graph import PlanGraph
from kb.plan.knowledge import QueryFile

USERS = {"researcher", "consumer", "auditor"}
FILES = knowledge.query_files("competency")
CLAUSE = "83-clause-of-a-target"
TEAMS = "10-ten-teams"


def _query(file: QueryFile) -> str:
    """What is asked, without how it is worded in the comments."""
    lines = (line.strip() for line in file.text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the questions that a test may spoil; the checks read it in place of the real."""
    folder = tmp_path / "queries" / "competency"
    shutil.copytree(knowledge.root() / "queries" / "competency", folder)
    shapes = Path("ontology", "shapes")  # what rules use needs no question
    shutil.copytree(knowledge.root() / shapes, tmp_path / shapes)
    monkeypatch.setattr(knowledge, "root", lambda: tmp_path)
    return folder


def test_there_are_enough_questions_from_each_kind_of_user() -> None:
    assert len(FILES) >= 60
    count = Counter(file.header.get("user") for file in FILES)
    assert set(count) == USERS
    assert all(count[user] >= 15 for user in USERS), count


def test_the_files_read_as_a_numbered_catalogue() -> None:
    numbers = [int(file.name.split("-", 1)[0]) for file in FILES]
    assert numbers == list(range(1, len(FILES) + 1))
    stored = {path.stem for path in FILES[0].path.parent.glob("*.csv")}
    assert stored == {file.name for file in FILES}, "each question has its rows, and no others"


def test_no_question_is_asked_twice() -> None:
    for said in (_query, lambda file: file.bilingual("purpose")):
        twice = [text for text, n in Counter(said(file) for file in FILES).items() if n > 1]
        assert not twice


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_question_says_what_it_asks_and_for_whom(file: QueryFile) -> None:
    assert file.header["name"] == re.sub(r"^\d+-", "", file.name)
    purpose = file.bilingual("purpose")
    assert re.search(r"[\u4e00-\u9fff]", purpose.zh)
    assert not re.match(r"[\u4e00-\u9fff]", purpose.en)
    assert file.header["user"] in USERS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_question_has_an_answer_or_says_why_not_yet(plan: PlanGraph, file: QueryFile) -> None:
    heading, *rows = competency.rows(plan, file.text)
    assert all(re.fullmatch(r"[a-z][a-z_0-9]*", column) for column in heading)
    assert len(set(map(tuple, rows))) == len(rows), "no row comes twice"
    if "expects" in file.header:
        assert re.fullmatch(r"nothing yet — \S.+", file.header["expects"])
        assert not rows, "there are rows by now: take the note out of the header, and check them"
    else:
        assert rows


def test_the_order_of_rows_does_not_hang_on_the_order_of_loading(plan: PlanGraph) -> None:
    backwards = plan.with_quads(plan.quads[::-1])
    for file in FILES:
        assert "ORDER BY" in file.text
        assert competency.rows(backwards, file.text) == competency.rows(plan, file.text), file.name


def test_all_rows_are_as_checked_and_every_term_is_used(plan: PlanGraph) -> None:
    assert list(competency.check_competency(plan)) == []


def test_a_row_that_differs_is_shown_with_what_is_expected(
    plan: PlanGraph, questions: Path
) -> None:
    stored = questions / f"{TEAMS}.csv"
    text = stored.read_text(encoding="utf-8")
    stored.write_text(text.replace("科技人才队伍", "科学人才队伍"), encoding="utf-8")
    (fault,) = competency.check_competency(plan)
    assert fault.check == "competency"
    assert fault.place == f"{stored}:1"
    assert "1 rows missing" in fault.message.en
    assert "1 rows too many" in fault.message.en
    assert "科学人才队伍" in fault.message.zh
    assert "科技人才队伍" in fault.message.zh
    assert stored.name in fault.hint.en


def test_rows_in_another_order_are_a_fault(plan: PlanGraph, questions: Path) -> None:
    stored = questions / f"{TEAMS}.csv"
    heading, *rows = stored.read_text(encoding="utf-8").splitlines()
    stored.write_text("\n".join([heading, *reversed(rows)]), encoding="utf-8")
    (fault,) = competency.check_competency(plan)
    assert "another order" in fault.message.en
    assert "次序" in fault.message.zh


def test_of_many_differing_rows_a_few_are_shown_and_the_rest_counted(
    plan: PlanGraph, questions: Path
) -> None:
    stored = questions / f"{TEAMS}.csv"
    heading = stored.read_text(encoding="utf-8").splitlines()[0]
    stored.write_text(heading + "\n", encoding="utf-8")
    (fault,) = competency.check_competency(plan)
    assert "0 rows missing: —" in fault.message.en
    assert "10 rows too many" in fault.message.en
    assert "(+7)" in fault.message.en


def test_a_question_without_checked_rows_is_a_fault(plan: PlanGraph, questions: Path) -> None:
    (questions / f"{TEAMS}.csv").unlink()
    (fault,) = competency.check_competency(plan)
    assert "no expected rows" in fault.message.en
    assert f"{TEAMS}.csv" in fault.hint.en
    assert fault.place == f"{questions / TEAMS}.rq:1"


def test_a_question_that_does_not_parse_is_named_with_its_line(
    plan: PlanGraph, questions: Path
) -> None:
    asked = questions / f"{CLAUSE}.rq"
    asked.write_text(asked.read_text(encoding="utf-8").replace("ORDER BY", "ORDERED"), "utf-8")
    (fault,) = competency.check_competency(plan)
    assert "does not parse" in fault.message.en
    assert "不能解析" in fault.message.zh
    assert re.fullmatch(rf"{re.escape(str(asked))}:\d+", fault.place)


def test_a_term_that_no_question_uses_is_named_with_the_place_that_declares_it(
    plan: PlanGraph, questions: Path
) -> None:
    for file in FILES:
        if re.search(r":hits\b", _query(file)):
            (questions / f"{file.name}.rq").unlink()
    (fault, *more) = competency.check_competency(plan)
    assert fault.check == "unused-term"
    unused = [fault, *more]
    hits = next(fault for fault in unused if fault.subject.endswith("#hits"))
    assert ":hits" in hits.message.en
    assert "queries/competency" in hits.hint.en
    assert re.search(r"plan\.ttl:\d+$", hits.place)


def test_a_term_in_a_comment_does_not_count_as_used(plan: PlanGraph, questions: Path) -> None:
    for file in FILES:
        asked = questions / f"{file.name}.rq"
        if re.search(r":quotesSha256\b", _query(file)):
            lines = file.text.splitlines()
            asked.write_text(
                "\n".join(f"# {line}" if ":quotesSha256" in line else line for line in lines),
                encoding="utf-8",
            )
    faults = list(competency.check_competency(plan))
    assert any(fault.subject.endswith("#quotesSha256") for fault in faults)
