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
RULES: dict[str, object] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
}
LONG = (
    'SELECT ("https://w3id.org/plankb/' + "x" * 300 + '" AS ?long) ?a ?b ?c ?d ?e ?f WHERE '
    "{ ?a ?b ?c . ?d ?e ?f } LIMIT 3"
)


def broken(page: Page, options: dict[str, object] = RULES, within: str | None = None) -> list[str]:
    """The rules that a page, or a part of it, breaks, each with where."""
    violations = Axe().run(page, context=within, options=options).response["violations"]
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


#: Every kind of page that is not looked at elsewhere with something open on it.
PAGES = (
    "/", "/ask", "/ask?q=rural+targets", "/search?q=nongcun", "/search?q=zzzz", "/data", "/guide",
    "/guide/ontology", "/questions", "/questions/ten-teams", "/templates", "/api", "/reports",
    "/reports/new", "/reports/sign-in", "/id/nothing", "/view", "/view/increments",
    "/view/teams-and-mechanism-kinds", "/view/figures-in-percent", "/review", "/explore",
    "/view/targets-by-unit", "/view/measures-and-targets", "/view/progress", "/rules",
    "/rules/cumulative-falls",
    "/id/jiangjin-6-4/rural/target/headcount.html", "/id/jiangjin-6-4/team/rural.html",
    "/source/jiangjin-6-4-article", "/source/jiangjin-6-4-article/2758-2769", "/editor",
    "/why?s=https://w3id.org/plankb/id/jiangjin-6-4/rural/target/headcount",
)  # fmt: skip
NOT_FOUND = "Failed to load resource: the server responded with a status of 404"
#: All that a theme can break: the rest is the same in each.
COLOURS: dict[str, object] = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}


#: Entries that are like those before them, where there are hundreds.
MORE = ".templates > li:nth-child(n+6), .findings > li:nth-child(n+4), .route:nth-of-type(n+6)"
DARK, DARKER, BRIGHTER = ("dark", "no-preference"), ("dark", "more"), ("light", "more")


def broken_in(page: Page, *themes: tuple[str, str]) -> list[str]:
    """The rules that a page breaks in light, and of those on colours in other themes."""
    page.evaluate(f"document.querySelectorAll('{MORE}').forEach(one => one.remove())")
    found = broken(page)
    for scheme, contrast in themes:
        page.emulate_media(color_scheme=scheme, contrast=contrast)  # type: ignore[arg-type]
        # What changes its colour by and by is looked at when it has.
        page.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
        found += [f"{scheme}, {contrast}: {one}" for one in broken(page, COLOURS)]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_no_kind_of_page_breaks_a_rule_in_light_or_dark(
    opened: Opened, faults: Faults, path: str
) -> None:
    faults.allowed.append(NOT_FOUND)
    # Half of the pages in one language, half in the other; CI has all in both.
    lang = "zh" if PAGES.index(path) % 2 else "en"
    page = opened(f"{path}{'&' if '?' in path else '?'}lang={lang}", lang=lang, width=800)
    assert broken_in(page, DARK if PAGES.index(path) % 4 < 2 else DARKER) == []


@pytest.mark.needs_ci
@pytest.mark.parametrize("path", PAGES)
def test_nor_in_the_other_language_on_the_narrowest_phone(
    opened: Opened, faults: Faults, path: str
) -> None:
    faults.allowed.append(NOT_FOUND)
    lang = "en" if PAGES.index(path) % 2 else "zh"
    page = opened(f"{path}{'&' if '?' in path else '?'}lang={lang}", lang=lang, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert broken_in(page, DARK, DARKER, BRIGHTER) == []


def test_the_sheet_and_the_menu_of_themes_break_none(opened: Opened) -> None:
    page = opened("/search?lang=zh", lang="zh", width=320)
    page.click("#theme")
    assert broken(page, within="#look") == []
    page.keyboard.press("Escape")
    page.click("#open-keys")
    expect(page.locator("#shortcuts")).to_be_visible()
    assert broken(page, within="#shortcuts") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_with_forced_colours_everything_is_still_there(opened: Opened) -> None:
    page = opened("/view/increments?lang=en")
    page.emulate_media(forced_colors="active")
    assert broken(page) == []
    bar = page.locator(".bars rect").first
    assert bar.evaluate("e => getComputedStyle(e).fill") != page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )


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
