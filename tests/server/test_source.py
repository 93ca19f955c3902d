"""A clause at its own address, in its context: of the graph's quotes, or of the operator's text."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from kb.plan.evidence import Span
from kb.text import Text
from server.clauses import Clauses, Source
from tests.conftest import ARTICLE
from tests.server.service import Service

ADDRESS = "/source/jiangjin-6-4-article/2758-2769"
TEXT = "前言。甲队新增一百人，乙队新增二百人；丙队不变。后记。"


def clauses(text: str = "") -> Clauses:
    places = ((3, 10), (11, 18), (14, 18), (19, 23))
    spans = tuple(Span(start, end, TEXT[start:end], "x/s", f"x/{start}") for start, end in places)
    source = Source("s", "x/s", Text("源", "s"), "源", "0" * 64, len(TEXT), "zh", text)
    return Clauses.of({"s": source}, {"s": spans})


def test_around_a_clause_are_the_clauses_beside_it_with_gaps() -> None:
    context = clauses().around("s", 11, 18)
    assert (context.before, context.quote, context.after) == (
        "…甲队新增一百人…",
        "乙队新增二百人",
        "…丙队不变…",
    )
    assert not context.whole


def test_with_the_text_it_is_the_text() -> None:
    context = clauses(TEXT).around("s", 11, 18)
    assert context.before + context.quote + context.after == TEXT
    assert context.whole


def test_a_range_across_clauses_says_where_nothing_is_known() -> None:
    assert clauses().around("s", 8, 16).quote == "百人…乙队新增二"
    assert [span.start for span in clauses().within("s", 17, 20)] == [11, 14, 19]


def test_the_page_has_the_clause_its_place_and_what_rests_on_it(web: httpx.Client) -> None:
    page = web.get(ADDRESS, params={"lang": "en"})
    assert page.status_code == 200
    assert '<mark id="clause">建成农民田间学校50所</mark>' in page.text
    for told in ("2758–2769", "f15c67c16cfc", "not the plan itself", "50 farmer field schools"):
        assert told in page.text
    assert "…" in page.text


@pytest.mark.parametrize(
    "place",
    [
        "none/2758-2769",
        "jiangjin-6-4-article/5-5",
        "jiangjin-6-4-article/9-2",
        "jiangjin-6-4-article/999999-9999999",
        "jiangjin-6-4-article/-1-5",
    ],
)
def test_where_nothing_is_cited_is_not_found(place: str, web: httpx.Client) -> None:
    assert web.get(f"/source/{place}").status_code == 404


@pytest.mark.needs_shared
def test_with_the_operator_s_text_the_surroundings_are_the_source_s(
    article: str, tmp_path: Path
) -> None:
    with (
        Service(tmp_path, source=str(ARTICLE), web_processes="1") as service,
        httpx.Client(base_url=service.address, timeout=30, trust_env=False) as client,
    ):
        page = client.get(ADDRESS, params={"lang": "zh"}).text
        answer = client.get("/ask", params={"q": "农村实用人才队伍有哪些目标", "lang": "zh"}).text
    assert article[2737:2758] + '<mark id="clause">' in page
    assert article[2769:2785] in page
    assert "运行方未提供来源全文" not in page + answer
