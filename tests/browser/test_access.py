"""For everyone: WCAG 2.2 AA by axe in both themes and languages, and on the narrowest phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Faults
from tests.browser.test_editor import BAD_REQUEST, COUNTS, rows, run, write

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Only what is broken is of interest, which takes a third of the time.
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
LONG = (
    'SELECT ("https://w3id.org/plankb/' + "x" * 300 + '" AS ?long) ?a ?b ?c ?d ?e ?f WHERE '
    "{ ?a ?b ?c . ?d ?e ?f } LIMIT 3"
)


def broken(page: Page) -> list[str]:
    """The rules that a page breaks, each with where."""
    violations = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{found['id']}: {node['target']} {node.get('failureSummary', '')}"
        for found in violations
        for node in found["nodes"]
    ]


def suggestions(page: Page) -> None:
    """Every colour of the syntax, and the list of names."""
    write(page, "# note\nPREFIX : <https://w3id.org/plankb/ns#>\nASK { ?x :team 'text', 12 , ")
    page.keyboard.insert_text("农村")
    expect(page.locator(".CodeMirror-hint").first).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "dark", "width"),
    [("zh", False, 1280), ("en", False, 390), ("zh", True, 320), ("en", True, 800)],
)
def test_the_editor_breaks_no_rule_with_a_result_and_suggestions(
    opened: Opened, lang: str, dark: bool, width: int
) -> None:
    page = opened(f"/editor?lang={lang}", lang=lang, dark=dark, width=width)
    run(page, COUNTS)
    rows(page)
    suggestions(page)
    assert broken(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nor_with_a_chart_raw_text_or_an_error(opened: Opened, faults: Faults) -> None:
    faults.allowed.append(BAD_REQUEST)
    page = opened("/editor?lang=zh", lang="zh", dark=True, width=800)
    run(page, COUNTS)
    rows(page)
    page.click("#tab-chart")
    assert broken(page) == []
    page.click("#tab-raw")
    page.emulate_media(color_scheme="light")
    assert broken(page) == []
    run(page, "ASK { nonsense }")
    expect(page.locator("#error")).to_be_visible()
    page.check("#plain")
    assert broken(page) == []


@pytest.mark.parametrize(
    ("path", "dark"),
    [
        ("/?lang=zh", True),
        ("/ask?lang=en&q=which+measures+support+rural+talent", False),
        ("/id/jiangjin-6-4/rural/target/headcount.html?lang=zh", True),
        ("/id/nothing?lang=en", False),
        ("/view?lang=zh", False),
        ("/view/increments?lang=en", True),
        ("/view/targets-by-unit?lang=zh", False),
        ("/view/measures-and-targets?lang=en", True),
        ("/view/progress?lang=en", False),
        ("/rules?lang=zh", True),
        ("/rules/cumulative-falls?lang=en", False),
        ("/view/teams-and-mechanism-kinds?lang=zh", True),
        ("/view/figures-in-percent?lang=en", False),
        ("/id/jiangjin-6-4/team/rural.html?lang=en", True),
        ("/review?lang=zh", False),
        ("/explore?lang=zh", True),
        ("/source/jiangjin-6-4-article?lang=en", False),
        ("/api?lang=en", True),
        ("/questions?lang=en", True),
        ("/search?q=nongcun&lang=zh", False),
    ],
)
def test_the_other_pages_break_none(opened: Opened, faults: Faults, path: str, dark: bool) -> None:
    faults.allowed.append("Failed to load resource: the server responded with a status of 404")
    assert broken(opened(path, dark=dark)) == []


#: Kinds of pages on the plan and its resources.
KINDS = (
    "/view", "/view/sums", "/view/measures-and-targets", "/view/gaps-by-team", "/explore",
    "/id/jiangjin-6-4/team/rural.html", "/id/jiangjin-6-4/rural/target/headcount.html",
    "/id/jiangjin-6-4/plan.html", "/review", "/rules", "/source/jiangjin-6-4-article",
)  # fmt: skip


@pytest.mark.needs_ci
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", KINDS)
def test_each_kind_of_page_breaks_none_in_either_theme(
    opened: Opened, path: str, lang: str
) -> None:
    page = opened(f"{path}?lang={lang}", lang=lang)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert broken(page) == [], scheme
        page.set_viewport_size({"width": 320, "height": 800})


@pytest.mark.parametrize(
    "path",
    [
        "/?lang=en",
        "/explore?lang=zh",
        "/review?lang=en",
        "/view/measures-and-targets?lang=en",
        "/id/jiangjin-6-4/rural/target/headcount.html?lang=en",
        "/rules/cumulative-falls?lang=zh",
        "/source/jiangjin-6-4-article?lang=en",
        "/view/increments?lang=zh",
        "/view/teams-and-mechanism-kinds?lang=en",
        "/id/jiangjin-6-4/team/rural.html?lang=en",
        "/search?q=nongcun&lang=en",
    ],
)
def test_tables_and_pictures_fit_the_narrowest_phone(opened: Opened, path: str) -> None:
    page = opened(path, width=320)
    wide = "e => e.getBoundingClientRect().right > 320 && !e.closest('.scroll, .hidden')"
    found = f"[...document.body.querySelectorAll('*')].filter({wide}).map(e => e.outerHTML)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(found)


def test_on_the_narrowest_phone_nothing_sticks_out(opened: Opened, faults: Faults) -> None:
    faults.allowed.append(BAD_REQUEST)
    page = opened("/editor?lang=en", width=320)

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth <= 320"))

    assert fits()
    run(page, LONG)
    rows(page)
    assert fits()
    page.click("#tab-raw")
    assert fits()
    run(page, COUNTS)
    page.click("#tab-chart")
    page.wait_for_selector("#view-chart svg")
    assert fits()
    run(page, "ASK { " + "x" * 400)
    expect(page.locator("#error")).to_be_visible()
    assert fits()
    write(page, "ASK { ?x :team ")
    page.keyboard.insert_text("农村")
    expect(page.locator(".CodeMirror-hint").first).to_be_visible()
    assert fits()
