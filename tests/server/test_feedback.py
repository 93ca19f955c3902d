"""Feedback: what is kept, from whom it is taken, and how much of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kb.errors import Overloaded, PlankbError
from server.feedback_book import FeedbackBook, Judgement

GIVEN = {
    "verdict": "down",
    "reason": "misread",
    "comment": "I meant the farmers",
    "question": "targets of rural talent",
    "lang": "en",
    "status": "answered",
}
JUDGEMENT = Judgement(**GIVEN, revision="r")


def lines(folder: Path) -> list[dict[str, str]]:
    files = sorted(folder.glob("feedback*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def add(book: FeedbackBook, times: int) -> None:
    for _ in range(times):
        book.add(JUDGEMENT)


def test_a_judgement_is_kept_with_the_day_and_nothing_of_the_asker(
    web: httpx.Client, data: Path
) -> None:
    headers = {"User-Agent": "someone's browser", "Sec-Fetch-Site": "same-origin"}
    assert web.post("/api/feedback", json=GIVEN, headers=headers).status_code == 204
    kept = lines(data)[-1]
    assert set(kept) == {"on", "revision", *GIVEN}
    assert {name: kept[name] for name in GIVEN} == GIVEN
    assert len(kept["on"]) == len("2025-01-31")
    assert (data / "feedback.jsonl").stat().st_mode & 0o077 == 0


def test_the_form_works_without_scripts(web: httpx.Client, data: Path) -> None:
    page = web.get("/ask", params={"q": GIVEN["question"], "lang": "en"}).text
    assert 'action="/api/feedback"' in page
    answer = web.post(
        "/api/feedback", data=GIVEN, headers={"Origin": str(web.base_url).rstrip("/")}
    )
    assert answer.status_code == 303
    back = web.get(answer.headers["location"])
    assert "It was noted" in back.text
    assert lines(data)[-1]["comment"] == GIVEN["comment"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_other_sites_cannot_have_their_visitors_say_something(
    headers: dict[str, str], web: httpx.Client, data: Path
) -> None:
    before = len(lines(data))
    for sent in ({"json": GIVEN}, {"data": GIVEN}):
        answer = web.post("/api/feedback", headers=headers, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
    assert len(lines(data)) == before


def test_a_form_that_does_not_say_where_it_is_from_is_not_taken(web: httpx.Client) -> None:
    assert web.post("/api/feedback", data=GIVEN).status_code == 403


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"verdict": "sideways"}, "verdict"),
        ({"reason": "because"}, "reason"),
        ({"comment": "x" * 501}, "500"),
        ({"question": ""}, "question"),
        ({"question": "x" * 2001}, "2000"),
        ({"lang": "de"}, "lang"),
        ({"status": "fine"}, "status"),
        ({"verdict": 1}, "JSON"),
    ],
)
def test_what_cannot_be_kept_is_a_problem(
    changed: dict[str, object], told: str, web: httpx.Client
) -> None:
    answer = web.post("/api/feedback", json={**GIVEN, **changed})
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 10_000])
def test_what_is_no_object_is_a_problem(body: bytes, web: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    assert web.post("/api/feedback", content=body, headers=headers).status_code == 400
    same = {"Content-Type": "text/plain", "Sec-Fetch-Site": "same-origin"}
    assert web.post("/api/feedback", content=body, headers=same).status_code == 415


def test_no_more_than_so_many_a_minute(tmp_path: Path) -> None:
    book = FeedbackBook(tmp_path, per_minute=3)
    # Even where a minute ends in between, no two minutes take seven.
    with pytest.raises(Overloaded) as refused:
        add(book, 7)
    assert refused.value.code == "feedback-rate"
    assert 0 < int(str(refused.value.fields["retry_after"])) <= 60
    assert 3 <= len(lines(tmp_path)) <= 6


def test_the_files_stay_small_and_keep_the_newest(tmp_path: Path) -> None:
    book = FeedbackBook(tmp_path, largest=1000, per_minute=1000)
    for number in range(50):
        book.add(replace(JUDGEMENT, comment=str(number)))
    assert sum(file.stat().st_size for file in tmp_path.glob("*.jsonl")) <= 2000
    assert {kept["comment"] for kept in lines(tmp_path)} >= {"49", "48", "47"}


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for done in [
            threads.submit(FeedbackBook(tmp_path, per_minute=1000).add, JUDGEMENT)
            for _ in range(60)
        ]:
            done.result()
    assert len(lines(tmp_path)) == 60


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlankbError, match="could not be kept") as lost:
        FeedbackBook(tmp_path / "file").add(JUDGEMENT)
    assert lost.value.hint is not None
    assert "PLANKB_DATA" in lost.value.hint.en
