"""Questions over HTTP: the contract's JSON, and problem documents for what cannot be read."""

from __future__ import annotations

import httpx
import pytest

TEAMS = {
    "party": ("党政人才队伍", "party and government talent"),
    "enterprise": ("企业经营管理人员队伍", "enterprise management personnel"),
    "professional": ("专业技术人才队伍", "professional and technical talent"),
    "skilled": ("高技能人才队伍", "highly skilled talent"),
    "rural": ("农村实用人才队伍", "rural practical talent"),
    "social": ("社会工作专业人才队伍", "professional social work talent"),
    "scitech": ("科技人才队伍", "science and technology talent"),
    "education": ("教育人才队伍", "education talent"),
    "health": ("医疗卫生人才队伍", "medical and health talent"),
    "trade": ("商贸物流人才队伍", "commerce and logistics talent"),
}
CLASSES = {
    "Measure": ("举措", "measures"),
    "Target": ("目标", "targets"),
    "Mechanism": ("机制", "mechanisms"),
}


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("team", TEAMS)
def test_every_team_by_the_api_and_by_its_own_query(
    team: str, kind: str, web: httpx.Client
) -> None:
    zh = web.get("/api/ask", params={"q": f"{TEAMS[team][0]}有哪些{CLASSES[kind][0]}？"}).json()
    en = web.post(
        "/api/ask",
        json={"question": f"Which {CLASSES[kind][1]} support {TEAMS[team][1]}?", "lang": "en"},
    ).json()
    assert zh["status"] == en["status"] == "answered"
    assert zh["rows"] == en["rows"]
    assert zh["reading"] == en["reading"]
    assert zh["lang"] == "zh"
    assert en["lang"] == "en"
    table = web.get("/sparql", params={"query": en["sparql"]}).json()
    assert [r["item"]["value"] for r in table["results"]["bindings"]] == [
        row["iri"] for row in en["rows"]
    ]


def test_a_row_leads_to_its_resource(web: httpx.Client) -> None:
    row = web.get("/api/ask", params={"q": "教育人才队伍的机制"}).json()["rows"][0]
    path = row["iri"].removeprefix("https://w3id.org/plankb")
    page = web.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200
    assert row["evidence"][0]["quote"] in page.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[1]", "JSON"),
        (b'"text"', "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"{}", "question"),
        (b'{"question": null}', "question"),
        (b'{"question": 3}', "question"),
        (b'{"question": ["a"]}', "question"),
        (b'{"question": "a", "lang": "de"}', "de"),
        (b'{"question": "a", "language": "en"}', "language"),
    ],
)
def test_what_is_not_a_question_is_a_problem(body: bytes, says: str, web: httpx.Client) -> None:
    answer = web.post("/api/ask", content=body, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert says in problem["detail"]
    assert problem["hint"]
    assert problem["title"]
    assert problem["type"]


@pytest.mark.parametrize("question", ["", "  ", "\u0000\u0007", "<b>目标</b> onload=x", "\\ud800"])
def test_odd_questions_are_refused_not_errors(question: str, web: httpx.Client) -> None:
    body = b'{"question": "\\ud800"}' if question == "\\ud800" else None
    answer = (
        web.post("/api/ask", content=body)
        if body
        else web.post("/api/ask", json={"question": question})
    )
    assert answer.status_code == 200
    assert answer.json()["status"] in ("refused", "clarify")


def test_a_huge_body_is_not_read(web: httpx.Client) -> None:
    answer = web.post("/api/ask", content=b" " * (3 * 2**20))
    assert answer.status_code == 413
    assert answer.json()["status"] == 413


def test_a_long_question_is_refused_as_too_long(web: httpx.Client) -> None:
    answer = web.post("/api/ask", json={"question": "目标" * 50_000})
    assert answer.json()["refusal"]["kind"] == "too-long"


def test_errors_are_in_the_language_that_is_preferred(web: httpx.Client) -> None:
    zh = web.get("/api/ask", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()
    en = web.get("/api/ask", headers={"Accept-Language": "en-GB"}).json()
    assert zh["detail"] == "缺少参数 q"
    assert en["detail"] == "the parameter q is missing"


def test_alive_and_ready(web: httpx.Client) -> None:
    assert web.get("/healthz").text == "ok\n"
    assert web.get("/readyz").json()["ready"] is True
