"""The pages on reports, as forms without scripts: checking, handing in, signing in, deciding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from tests.server.reporting import FALLS, NONE, Holders, bearer, hand_in, holders, rows
from tests.server.service import Service


@pytest.fixture(scope="module")
def tokens(data: Path) -> Holders:
    return holders(data)


@pytest.fixture
def web(address: str) -> Iterator[httpx.Client]:
    """A browser as far as forms go: it keeps cookies and says where a form is from."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "en"}
    with httpx.Client(base_url=address, timeout=60, trust_env=False, headers=headers) as client:
        yield client


@pytest.fixture(scope="module")
def known(address: str, tokens: Holders) -> str:
    """The number of a submission that nobody decides about."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        answer = hand_in(client, tokens.reporter, rows(*FALLS, note="known"))
        return str(answer.json()["receipt"]["id"])


class _Forms(HTMLParser):
    """The hidden fields of a page's forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"] or ""] = given.get("value") or ""


def check(web: httpx.Client, *files: tuple[str, bytes], **given: str) -> httpx.Response:
    return web.post(
        "/reports/new",
        files=[("file", file) for file in files],
        data={"do": "check", **given},
    )


def sign_in(web: httpx.Client, token: str) -> httpx.Response:
    return web.post("/reports/sign-in", data={"token": token})


def test_a_file_is_checked_and_its_cells_are_marked(web: httpx.Client) -> None:
    page = check(web, ("r.csv", rows(*FALLS)))
    assert page.status_code == 200
    assert re.search(r'id="s1-E3"[^>]*class="violation', page.text)
    assert 'href="#s1-E3"' in page.text
    # The clause of the plan stands beside the figure, and leads to where it stands.
    assert re.search(r'<q lang="zh"><a href="/source/[^"]+"', check(
        web, ("r.csv", rows(("agricultural-researchers", 2023, "780", "stock")))
    ).text)  # fmt: skip
    # So does the name of the rule, to what it is for.
    named = set(re.findall(r'href="(/rules/[^"]+)"', page.text))
    assert "/rules/cumulative-falls?lang=en" in named
    assert {web.get(address).status_code for address in named} == {200}
    zh = web.post(
        "/reports/new?lang=zh", files={"file": ("r.csv", rows(*FALLS))}, data={"do": "check"}
    )
    assert "低于上年累计" in zh.text
    assert '<html lang="zh-CN">' in zh.text


def test_what_was_checked_is_handed_in_as_it_was(web: httpx.Client, tokens: Holders) -> None:
    content = rows(*FALLS, note="as it was")
    hidden = _Forms(check(web, ("农村 r.csv", content)).text).hidden
    given = {**hidden, "do": "submit"}
    assert web.post("/reports/new", data=given).status_code == 401
    answer = web.post("/reports/new", data={**given, "token": tokens.reporter})
    assert answer.status_code == 303
    page = web.get(answer.headers["location"])
    assert "It was received" in page.text
    number = answer.headers["location"].split("?")[0].rsplit("/", 1)[-1]
    assert web.get(f"/api/reports/{number}/file").content == content
    again = web.post("/reports/new", data={**given, "token": tokens.reporter})
    assert "told=again" in again.headers["location"]


def test_the_first_page_counts_a_file_as_soon_as_it_is_handed_in(
    web: httpx.Client, tokens: Holders, known: str
) -> None:
    def count() -> int:
        found = re.search(r"(\d+) handed in", web.get("/?lang=en").text)
        assert found
        return int(found[1])

    before = [count() for _ in range(3)]
    assert hand_in(web, tokens.reporter, rows(*FALLS, note="counted")).status_code == 201
    assert {count() for _ in range(3)} == {before[-1] + 1}


def test_problems_are_told_on_the_page_with_their_hint(web: httpx.Client, tokens: Holders) -> None:
    def told(answer: httpx.Response, status: int, words: str) -> None:
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert words in answer.text

    told(web.post("/reports/new", data={"do": "check"}), 415, "multipart")
    told(web.post("/reports/new", files={"file": ("", b"")}), 400, "there is no file")
    refused = web.post(
        "/reports/new",
        files={"file": ("r.csv", NONE)},
        data={"do": "submit", "token": tokens.reporter},
    )
    told(refused, 422, "nothing was kept")
    assert "one" in refused.text
    told(
        web.post(
            "/reports/new",
            files={"file": ("r.csv", rows(*FALLS))},
            data={"do": "submit", "token": tokens.other},
        ),
        403,
        "may not report",
    )
    told(sign_in(web, "plankb_wrong"), 401, "not known")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
     {"Origin": "https://evil.example"}, {}],
)  # fmt: skip
def test_forms_are_taken_from_our_own_pages_only(
    address: str, known: str, tokens: Holders, headers: dict[str, str]
) -> None:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as foreign:
        cookie = {"Cookie": f"plankb-token={tokens.auditor}"}
        number = known
        for path in ("/reports/new", f"/reports/{number}/decision", "/reports/sign-in"):
            answer = foreign.post(
                path, data={"do": "submit", "verdict": "accepted"}, headers={**headers, **cookie}
            )
            assert answer.status_code == 403, path
        # The cookie alone decides nothing over the API.
        api = foreign.post(
            f"/api/reports/{number}/decision", json={"verdict": "accepted"}, headers=cookie
        )
        assert api.status_code == 401
        assert foreign.get(f"/api/reports/{number}").json()["decisions"] == []


def test_an_auditor_signs_in_decides_and_signs_out(web: httpx.Client, tokens: Holders) -> None:
    number = hand_in(web, tokens.reporter, rows(*FALLS, note="decide")).json()["receipt"]["id"]
    path = f"/reports/{number}"
    assert "verdict" not in re.findall(r'name="(\w+)"', web.get(path).text)
    answer = sign_in(web, tokens.auditor)
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert re.search(r"Path=/(?:api/)?reports\b", cookie)
    page = web.get(path)
    assert "李四" in page.text
    hidden = _Forms(page.text).hidden
    bad = web.post(f"{path}/decision", data={**hidden, "verdict": "returned"})
    assert (bad.status_code, "needs a reason" in bad.text) == (422, True)
    good = web.post(
        f"{path}/decision", data={**hidden, "verdict": "returned", "reason": "<b>重填</b>"}
    )
    assert good.status_code == 303
    assert "&lt;b&gt;重填&lt;/b&gt;" in web.get(path).text
    # Whoever still has the page of before is told.
    late = web.post(f"{path}/decision", data={**hidden, "verdict": "accepted"})
    assert late.status_code == 409
    given = {"rule": "cumulative-falls", "cells": ["E3", "E2"], "reason": "已核实"}
    waived = web.post(f"{path}/waivers", data={**given, "expires": "2099-01-01"})
    assert waived.status_code == 303
    shown = web.get(path).text
    assert shown.count("已核实") == 2, "in the list, and at its finding"
    web.post("/reports/sign-out")
    assert "李四</bdi></b>" not in web.get("/reports").text


def test_an_auditor_sees_what_would_change_under_todays_rules(
    web: httpx.Client, tokens: Holders, known: str
) -> None:
    assert "Under today's rules" not in unescape(web.get(f"/reports/{known}?again=yes").text)
    sign_in(web, tokens.auditor)
    assert "What would change?" in web.get(f"/reports/{known}").text
    page = web.get(f"/reports/{known}?again=yes").text
    assert re.search(r"0 findings would be gone, 0 would be new, [1-9]\d* stay", page)


def test_the_list_shows_state_findings_and_who_has_not_reported(
    web: httpx.Client, tokens: Holders
) -> None:
    number = hand_in(web, tokens.reporter, rows(*FALLS, note="list")).json()["receipt"]["id"]
    page = web.get("/reports?year=2023&team=rural").text
    assert f'href="/reports/{number}?' in page
    assert "not reported" in page
    assert "Jiangjin Health Commission" in page
    nothing = web.get("/reports?team=health").text
    assert "There is no such submission" in nothing
    assert web.get("/reports?state=lost").status_code == 400


def test_hostile_names_and_cells_show_as_text(web: httpx.Client, tokens: Holders) -> None:
    evil = "<script>alert(1)</script>"
    content = rows(*FALLS, note=f'"{evil}\u202e=1+1"')
    page = check(web, (f"{evil}\u202e.csv", content))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    number = hand_in(web, tokens.reporter, content, f"{evil}.csv").json()["receipt"]["id"]
    for path in (f"/reports/{number}", "/reports", f"/api/reports/{number}/audit.html"):
        assert "<script>alert" not in web.get(path).text


def test_pages_are_not_kept_by_caches(web: httpx.Client) -> None:
    for path in ("/reports", "/reports/new", "/reports/sign-in"):
        answer = web.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "script-src" not in answer.headers["content-security-policy"]
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/reports\\evil", "/x"])
def test_signing_in_leads_back_to_these_pages_only(
    web: httpx.Client, tokens: Holders, to: str
) -> None:
    answer = web.post("/reports/sign-in", data={"token": tokens.auditor, "to": to})
    assert answer.headers["location"].startswith("/reports?")


def test_where_reading_is_closed_a_body_reads_its_own_only(
    cache: Path, data: Path, tokens: Holders
) -> None:
    with (
        Service(cache, data=str(data), reading="token", web_processes="1") as closed,
        httpx.Client(base_url=closed.address, timeout=60, trust_env=False) as client,
    ):
        number = hand_in(client, tokens.reporter, rows(*FALLS, note="closed")).json()["receipt"][
            "id"
        ]
        for path in ("/api/reports", f"/api/reports/{number}", f"/api/reports/{number}/file",
                     f"/api/reports/{number}/audit.csv"):  # fmt: skip
            assert client.get(path).status_code == 401, path
            assert client.get(path, headers=bearer(tokens.reporter)).status_code == 200
            assert client.get(path, headers=bearer(tokens.auditor)).status_code == 200
        for path in ("", "/file", "/audit.json"):
            answer = client.get(f"/api/reports/{number}{path}", headers=bearer(tokens.other))
            assert answer.status_code == 404
        assert client.get("/api/reports", headers=bearer(tokens.other)).json()["total"] == 0
        page = client.get(f"/reports/{number}")
        assert (page.status_code, "sign-in" in page.headers["location"]) == (303, True)
        client.cookies.set("plankb-token", tokens.other, path="/reports")
        assert client.get("/reports").text.count(number) == 0
        # Checking still takes no token, and tells nothing of what was handed in before.
        content = rows(("farmers-trained", 2023, "1", "cumulative"))
        checked = client.post("/api/audit", files={"file": ("r.csv", content)})
        assert checked.status_code == 200
        assert "revises" not in checked.json()
        assert "380" not in checked.text
        own = client.post(
            "/api/audit", files={"file": ("r.csv", content)}, headers=bearer(tokens.reporter)
        )
        assert own.json()["revises"] == number
