"""Labels that somebody meant ill with show as text on every page, and break nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.server.markup import faults as faults_of
from tests.server.service import Service

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]

MARKUP = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}} &amp;"
TURNED = "\u202egnp.exe\u2066 javascript:alert(3)"
LONG = "长名" * 5000
TEAMS = {"rural": MARKUP, "health": TURNED, "trade": LONG}
TEAM = "/id/jiangjin-6-4/team/{}.html?lang={}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service whose operator took names from somewhere."""
    folder = tmp_path_factory.mktemp("hostile")
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["team", "body_zh", "body_en", "source"])
    for team, name in TEAMS.items():
        lines.writerow([team, name, name + " E", "javascript:alert(4)" + name[:200]])
    (folder / "bodies.csv").write_text(text.getvalue(), encoding="utf-8")
    with Service(folder / "cache", overlay=str(folder / "bodies.csv")) as service:
        yield service.address


def paths(web: httpx.Client) -> list[str]:
    """The pages that have the names on them."""
    found = [TEAM.format(team, lang) for team in TEAMS for lang in ("zh", "en")]
    found += ["/ask?lang=zh&q=" + quote("谁负责农村实用人才队伍？")]
    found += ["/ask?lang=en&q=" + quote("who is responsible for medical and health talent?")]
    for typed in ("script", "gnp", "长名长名"):
        items = web.get("/api/search", params={"q": typed, "limit": 2}).json()["items"]
        assert items, typed
        found += [item["page"] for item in items]
        found += [f"/explore?focus={quote(items[0]['iri'])}", f"/why?s={quote(items[0]['iri'])}"]
        found.append(f"/search?q={quote(typed)}&lang=en")
    return found


def test_they_are_text_on_every_page_and_the_page_stays_valid(opened: Opened, address: str) -> None:
    page = opened("/search?lang=en", width=320)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as web:
        for path in paths(web):
            text = web.get(path, headers={"Accept": "text/html,*/*;q=0.8"}).text
            assert faults_of(text) == [], path
            assert "<script>" not in text
            assert 'href="javascript:' not in text
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
            assert page.locator("main img, main script").count() == 0


def test_they_are_text_among_the_suggestions(opened: Opened) -> None:
    page = opened("/search?lang=en", width=320)
    for typed in ("<script", "长名"):
        page.fill("#q", "")
        page.locator("#q").press_sequentially(typed)
        expect(page.locator("[role=option]").first).to_contain_text(typed)
        assert page.locator("[role=option] script, [role=option] img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_they_start_no_formula_and_leave_no_file_name(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as web:
        answer = web.get("/search.csv", params={"q": "gnp"})
        assert answer.headers["content-disposition"] == 'attachment; filename="plankb-search.csv"'
        for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
