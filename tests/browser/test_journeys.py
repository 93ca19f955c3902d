"""The ways of the three kinds of users through the pages: both languages, with and without scripts,
by keyboard only, and on the narrowest phone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Faults
from tests.server.reporting import FALLS, rows

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]

WORDS = {
    "zh": {"team": "农村实用人才队伍", "typed": "农村实用", "run": "运行", "check": "检查"},
    "en": {
        "team": "rural practical talent team",
        "typed": "rural prac",
        "run": "Run",
        "check": "Check",
    },
}
BOTH = pytest.mark.parametrize("lang", ["zh", "en"])


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# ------------------------------------------------------------------------------- a researcher


@BOTH
def test_a_researcher_finds_a_team_by_keyboard_on_a_phone(opened: Opened, lang: str) -> None:
    said = WORDS[lang]
    page = opened(f"/?lang={lang}", lang=lang, width=320)
    assert fits(page)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(said["typed"])
    first = page.locator("[role=option]").first
    expect(first).to_contain_text(said["team"])
    assert fits(page)
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/id/jiangjin-6-4/team/rural.html**")
    expect(page.locator("h1")).to_have_text(said["team"])
    assert fits(page)


@BOTH
def test_a_researcher_asks_without_a_script_and_follows_a_name(opened: Opened, lang: str) -> None:
    said = WORDS[lang]
    page = opened(f"/?lang={lang}", lang=lang, width=320, scripts=False)
    page.fill("#q", said["team"])
    page.locator("form.ask button").click()
    expect(page.locator(".sentence")).to_contain_text(said["team"])
    page.locator(".named a").first.click()
    expect(page.locator("h1")).to_have_text(said["team"])
    page.locator("header nav a[href*='/search']").click()
    page.fill("#q", "nongcun")
    page.locator("form.ask button").click()
    assert page.locator(".found li").count() > 10


def test_names_and_questions_stand_in_one_list_and_an_input_method_is_left_alone(
    opened: Opened,
) -> None:
    page = opened("/?lang=zh", lang="zh")
    page.focus("#q")
    session = page.context.new_cdp_session(page)
    session.send(
        "Input.imeSetComposition", {"text": "nongcun", "selectionStart": 7, "selectionEnd": 7}
    )
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    expect(page.locator("[role=option]")).to_have_count(0)
    session.send("Input.insertText", {"text": "农村"})
    options = page.locator("[role=option]")
    expect(options.first).to_contain_text("页面")
    expect(options.last).to_contain_text("？")
    assert page.url.endswith("/?lang=zh")


# ------------------------------------------------------------------------------- a program's author


def test_whoever_queries_runs_a_question_and_takes_the_data_home(
    opened: Opened, tmp_path: Path
) -> None:
    lang = "en"
    page = opened(f"/?lang={lang}", lang=lang, width=800)
    page.locator("main a[href*='/data']").click()
    with page.expect_download() as download:
        page.locator("a[href$='plankb.nt']").click()
    download.value.save_as(tmp_path / "plankb.nt")
    assert (tmp_path / "plankb.nt").stat().st_size > 100_000
    page.locator("footer a[href*='/questions']").click()
    page.locator("#ten-teams a").first.click()
    expect(page.locator("table.data tbody tr")).to_have_count(10)
    page.locator(".tools a[href*='/editor']").click()
    page.wait_for_selector(".CodeMirror", state="attached")
    page.click("#run")
    expect(page.locator("#view-table tbody tr").first).to_be_visible()


def test_the_same_without_a_script(opened: Opened) -> None:
    lang = "zh"
    page = opened(f"/questions?lang={lang}", lang=lang, width=320, scripts=False)
    assert page.locator("[id='ten-teams'] a").first.inner_text() == WORDS[lang]["run"]
    page.locator("[id='ten-teams'] a").first.click()
    expect(page.locator("table.data tbody tr")).to_have_count(10)
    page.goto(f"/api?lang={lang}")
    page.locator("details.route").first.locator("summary").click()
    expect(page.locator("details.route").first.locator("table")).to_be_visible()


# ------------------------------------------------------------------------------- an auditor


@pytest.mark.parametrize(("lang", "scripts"), [("zh", True), ("en", False)])
def test_an_auditor_checks_a_report(opened: Opened, lang: str, scripts: bool) -> None:
    page = opened(f"/?lang={lang}", lang=lang, width=320, scripts=scripts)
    page.locator("main a[href*='/reports/new']").click()
    file: FilePayload = {"name": "r.csv", "mimeType": "text/csv", "buffer": rows(*FALLS)}
    page.set_input_files("#file", file)
    if not scripts:
        page.get_by_role("button", name=WORDS[lang]["check"], exact=True).click()
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("main")).to_contain_text("cumulative-falls")
    page.locator("header nav a[href*='/review']").click()
    expect(page.locator(".findings li").first).to_be_visible()


def test_a_hostile_report_shows_as_text(opened: Opened) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e=HYPERLINK(javascript:alert(2))" + "長" * 300
    page = opened("/reports/new?lang=en", width=320)
    file: FilePayload = {
        "name": "<b>\u202er.csv",
        "mimeType": "text/csv",
        "buffer": rows(("farmers-trained", 2023, hostile, "cumulative"), note=hostile),
    }
    page.set_input_files("#file", file)
    expect(page.locator("#result")).to_contain_text("<img src=x")
    assert page.locator("#result img, #result b > b, #result a[href^='javascript']").count() == 0
    assert fits(page)


# ------------------------------------------------------------------------------- everywhere


def test_the_sheet_opens_leads_on_and_can_be_turned_off(opened: Opened) -> None:
    page = opened("/search?lang=en")
    page.keyboard.press("?")
    sheet = page.locator("#shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/data?lang=en")
    page.click("#open-keys")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.click("#open-keys")
    page.check("#keys-on")


def test_keys_in_a_field_are_text(opened: Opened) -> None:
    page = opened("/search?lang=en")
    page.click("#q")
    page.keyboard.type("?g d")
    expect(page.locator("#q")).to_have_value("?g d")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_theme_and_contrast_are_chosen_by_keyboard_and_kept(opened: Opened) -> None:
    page = opened("/data?lang=en")

    def colour(name: str) -> str:
        return str(page.evaluate(f"getComputedStyle(document.body).{name}"))

    plain = colour("color")
    page.focus("#theme")
    page.keyboard.press("Enter")
    dark = page.get_by_role("button", name="Dark")
    dark.press("Enter")
    expect(dark).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="High contrast").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#theme")).to_be_focused()
    page.goto("/guide?lang=en")
    assert colour("backgroundColor") == "rgb(0, 0, 0)"
    assert colour("color") == "rgb(255, 255, 255)"
    page.click("#theme")
    page.get_by_role("button", name="High contrast").click()
    page.get_by_role("button", name="As the system has it").click()
    assert colour("color") == plain
    page.emulate_media(contrast="more")
    assert colour("color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize(
    "path", ["/?lang=zh", "/ask?lang=en&q=" + quote("rural targets"), "/guide?lang=zh", "/editor"]
)
def test_nothing_moves_while_a_page_comes(opened: Opened, path: str) -> None:
    page = opened(path, width=800)
    moved = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
            }).observe({type: "layout-shift", buffered: true});
            // What is buffered comes before the frame after the next.
            requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
        })"""
    )
    assert moved < 0.02


def test_on_paper_a_page_is_a_handout(opened: Opened) -> None:
    page = opened("/?lang=en", dark=True)
    page.emulate_media(media="print")
    for hidden in ("header.site nav", "form.ask", "footer nav", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("h1", ".lead", ".big-figures", ".teams"):
        expect(page.locator(shown).first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_what_does_not_exist_leads_on(opened: Opened, faults: Faults) -> None:
    faults.allowed.append("Failed to load resource: the server responded with a status of 404")
    page = opened("/id/jiangjin-6-4/rural-talent?lang=en", width=320)
    assert fits(page)
    page.locator(".found a").first.click()
    expect(page.locator("h1")).to_contain_text("rural")
