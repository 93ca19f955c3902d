"""Questions that follow on from the one before, and what is kept of those without an answer."""

from __future__ import annotations

import json
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

#: A question, one that follows on from it, and how that is asked in full.
DIALOGUES = [
    ("zh", "农村实用人才队伍有哪些举措？", "那教师呢？", "教育人才队伍有哪些举措？"),
    ("zh", "教育人才队伍有哪些目标？", "只看有数字的", "教育人才队伍有哪些有数字的目标？"),
    ("en", "Which measures support rural talent?", "and for teachers?",
     "Which measures support education talent?"),
    ("en", "targets of education talent", "only those with a number",
     "Which targets of education talent have a number?"),
]  # fmt: skip


class Context(HTMLParser):
    """What a page sends back with a question that follows on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.value = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "input" and held.get("name") == "context":
            self.value = held.get("value") or ""


def told(web: httpx.Client, question: str, context: str = "") -> dict[str, object]:
    body = {"question": question, "context": context}
    answer = web.post("/api/ask", json=body).json()
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(("lang", "first", "then", "whole"), DIALOGUES)
def test_what_follows_on_is_answered_like_the_whole_question(
    lang: str, first: str, then: str, whole: str, web: httpx.Client
) -> None:
    before = told(web, first)
    after = told(web, then, str(before["context"]))
    assert after["status"] == "answered"
    assert after["rows"] == told(web, whole)["rows"] != before["rows"]
    # By address too, which is how a page passes it on.
    asks = {"q": then, "context": str(before["context"])}
    assert web.get("/api/ask", params=asks).json()["rows"] == after["rows"]


def test_the_clauses_of_the_answer_before_are_its_evidence(web: httpx.Client) -> None:
    before = told(web, "教育人才队伍有哪些机制？")
    after = told(web, "它们的出处在哪里？", str(before["context"]))
    assert after["status"] == "answered"
    assert after["rows"] == before["rows"]


@pytest.mark.parametrize("context", ["", "nonsense", "eyJ9", "e" * 5000])
def test_without_a_question_before_it_is_no_question(context: str, web: httpx.Client) -> None:
    answer = web.post("/api/ask", json={"question": "那教师呢？", "context": context})
    assert answer.status_code == 200
    alone = told(web, "那教师呢？")
    assert answer.json()["status"] == alone["status"]
    assert answer.json().get("rows") == alone.get("rows")


@pytest.mark.parametrize(("lang", "first", "then", "whole"), DIALOGUES)
def test_the_page_follows_on(
    lang: str, first: str, then: str, whole: str, web: httpx.Client
) -> None:
    page = web.get("/ask", params={"q": first, "lang": lang}).text
    context = Context(page).value
    assert context == told(web, first)["context"]
    after = unescape(web.get("/ask", params={"q": then, "lang": lang, "context": context}).text)
    for row in web.get("/api/ask", params={"q": whole, "lang": lang}).json()["rows"]:
        assert row["label"][lang] in after
    # What follows on is part of the address that is passed on, and of the downloads.
    assert f"context={context}" in after
    file = web.get("/ask.json", params={"q": then, "lang": lang, "context": context}).json()
    assert file["rows"] == told(web, whole)["rows"]


def test_what_has_no_answer_is_kept_without_who_asked(web: httpx.Client, data: Path) -> None:
    question = "targets of zymurgy for teachers, ask ann@example.org"
    assert told(web, question)["status"] == "clarify"
    assert web.get("/ask", params={"q": "hello zymurgy"}).status_code == 200
    told(web, "targets of teachers")
    lines = (data / "misses.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [json.loads(line) for line in lines if "zymurgy" in line]
    assert [one["kind"] for one in kept] == ["unknown-word", "out-of-scope"]
    assert "zymurgy" in kept[0]["unknown"]
    assert not [line for line in lines if "example.org" in line or "targets of teachers" in line]
    assert set(kept[0]) == {"on", "question", "lang", "kind", "unknown", "revision"}
