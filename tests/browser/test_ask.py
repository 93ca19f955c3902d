"""The page that asks, as people use it: by keyboard, with an input method, with its clauses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Faults
from tests.browser.test_access import broken

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]

ZH = "/ask?lang=zh&q=" + quote("农村实用人才队伍有哪些目标？")
EN = "/ask?lang=en&q=" + quote("Which targets are there for rural practical talent team?")
CLARIFY = "/ask?lang=zh&q=" + quote("目标 of quantum chess for teachers")
NOT_STATED = "/ask?lang=en&q=" + quote("budget for teachers")


def write(page: Page, text: str) -> None:
    page.fill("#q", "")
    page.locator("#q").press_sequentially(text)
    expect(page.locator("#suggestions li").first).to_be_visible()


# ------------------------------------------------------------------------------- the combobox


@pytest.mark.parametrize(("lang", "typed"), [("zh", "农村"), ("en", "rural")])
def test_a_suggestion_is_chosen_by_keyboard_and_answered(
    opened: Opened, lang: str, typed: str
) -> None:
    page = opened(f"/ask?lang={lang}", lang=lang)
    field = page.locator("#q")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    write(page, typed)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggested")).not_to_be_empty()
    second = page.locator("[role=option]").nth(1)
    wanted = second.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(second).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(second.get_attribute("id")))
    expect(field).to_have_value(wanted)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(wanted)
    expect(page.locator(".rows tbody tr").first).to_be_visible()


def test_what_was_typed_comes_back_and_escape_closes(opened: Opened) -> None:
    page = opened("/ask?lang=en")
    field = page.locator("#q")
    write(page, "rural")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option]").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_value("rural")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    expect(field).to_have_value("rural")
    expect(field).not_to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("rural")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")


def test_only_the_last_of_quick_keys_is_shown(opened: Opened) -> None:
    page = opened("/ask?lang=en")

    def never_answer(route: Route) -> None:
        """Leave the request open: what it asked for is out of date before it is answered."""

    page.route("**/api/suggest?q=education*", never_answer)
    with page.expect_request("**/api/suggest?q=education*"):
        page.fill("#q", "education")
    with page.expect_event("requestfailed") as given_up:
        page.fill("#q", "rural")
    assert "q=education" in given_up.value.url
    expect(page.locator("[role=option]").first).to_contain_text("rural")


def test_enter_that_takes_a_candidate_of_an_input_method_does_not_ask(opened: Opened) -> None:
    page = opened("/ask?lang=zh", lang="zh")
    page.focus("#q")
    session = page.context.new_cdp_session(page)
    composed = {"text": "nongcun", "selectionStart": 7, "selectionEnd": 7}
    session.send("Input.imeSetComposition", composed)
    expect(page.locator("#q")).to_have_value("nongcun")
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    # Safari ends the composition first, and then sends the key with the code of a used one.
    used = page.evaluate(
        """() => !document.getElementById("q").dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", keyCode: 229, bubbles: true, cancelable: true}))"""
    )
    assert used
    expect(page.locator("[role=option]")).to_have_count(0)
    session.send("Input.insertText", {"text": "农村"})
    expect(page.locator("[role=option]").first).to_contain_text("农村")
    assert "q=" not in page.url


# ------------------------------------------------------------------------------- the answer


def test_a_number_opens_its_clause_in_its_context(opened: Opened) -> None:
    page = opened(EN)
    cite = page.locator("a.cite").nth(2)
    cite.focus()
    page.keyboard.press("Enter")
    clause = page.locator(str(cite.get_attribute("href")))
    expect(clause).to_be_focused()
    expect(clause.locator(".context mark")).to_be_visible()
    expect(clause.locator(".context")).to_contain_text("全区高素质农民增加4000人")
    expect(cite).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(cite).to_be_focused()
    clause.locator(".where > a").click()
    expect(page.locator("#clause")).to_be_visible()
    page.go_back()
    expect(page.locator("a.cite").nth(2)).to_have_attribute("aria-current", "true")


def test_on_a_phone_the_clause_comes_up_over_the_page(opened: Opened) -> None:
    page = opened(EN, width=320)
    cite = page.locator("a.cite").nth(2)
    cite.click()
    clause = page.locator("#c3")
    expect(clause.locator(".context")).to_be_in_viewport()
    expect(cite).to_be_in_viewport()
    clause.get_by_role("button", name="Close").click()
    expect(cite).to_be_focused()
    expect(clause).not_to_be_in_viewport()


def test_a_part_of_the_reading_is_changed_and_left_out(opened: Opened) -> None:
    page = opened(ZH, lang="zh")
    menu = page.locator(".menu").last  # the first is of the class
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    expect(menu.locator("ul")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    menu.get_by_text("教育人才队伍").click()
    expect(page.locator("h1")).to_contain_text("教育人才队伍")
    page.locator(".remove").click()
    expect(page.locator("h1")).not_to_contain_text("教育人才队伍")


def test_link_citation_and_answer_are_copied(opened: Opened) -> None:
    page = opened(EN, "clipboard-read", "clipboard-write")

    def copied(button: str) -> str:
        page.locator(button).first.click()
        expect(page.locator("#said")).to_have_text("Copied")
        return str(page.evaluate("navigator.clipboard.readText()"))

    assert "/ask?q=Which+targets" in copied(".take [data-copy]")
    assert "sha256 f15c67c16cfc" in copied(".clauses [data-copy]")
    text = copied("#copy-answer")
    assert text.startswith("# Which targets")
    assert "[^1]: " in text


def test_the_answer_is_taken_home_and_its_query_opened(opened: Opened, tmp_path: Path) -> None:
    page = opened(EN)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "answer.csv")
    assert (tmp_path / "answer.csv").read_bytes().startswith(b"\xef\xbb\xbflabel_zh,")
    page.locator(".sparql summary").click()
    page.locator(".sparql a").click()
    expect(page.locator("#view-table tbody tr").first).to_be_visible()


def test_what_was_asked_is_remembered_here_until_it_is_cleared(opened: Opened) -> None:
    page = opened(NOT_STATED)
    page.goto(EN)
    expect(page.locator("#asked-list a")).to_have_text("budget for teachers")
    page.goto("/ask?lang=en")
    listed = page.locator("#asked-list a")
    expect(listed).to_have_count(2)
    listed.nth(1).click()
    expect(page.locator("h1")).to_have_text("budget for teachers")
    page.click("#clear-history")
    expect(page.locator("#history")).to_be_hidden()
    page.goto("/ask?lang=en")
    expect(page.locator("#history")).to_be_hidden()


def test_an_answer_is_judged_in_place(opened: Opened, data: Path) -> None:
    page = opened(EN)
    page.locator(".verdicts summary").click()
    page.select_option("#reason", "unclear")
    page.fill("#comment", "说不清 <b>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#noted")).to_contain_text("It was noted")
    last = json.loads((data / "feedback.jsonl").read_text("utf-8").splitlines()[-1])
    assert (last["verdict"], last["reason"], last["comment"]) == ("down", "unclear", "说不清 <b>")


def test_a_choice_answers_what_was_not_understood(opened: Opened) -> None:
    page = opened(CLARIFY, lang="zh")
    expect(page.locator("h1 mark")).to_have_text("quantum chess")
    page.locator(".questions a").first.click()
    expect(page.locator("a.cite").first).to_be_visible()


def test_without_scripts_it_is_a_form_with_its_answer(opened: Opened) -> None:
    page = opened("/ask?lang=en", scripts=False)
    page.fill("#q", "Which targets are there for rural practical talent team?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".rows tbody tr")).to_have_count(11)
    page.locator("a.cite").nth(2).click()
    assert page.url.endswith("#c3")
    page.locator("#c3 summary").click()
    expect(page.locator("#c3 .context")).to_be_visible()
    expect(page.locator("#copy-answer, #theme, #history").first).to_be_hidden()


# ------------------------------------------------------------------------------- theme, catalogue


def test_templates_are_filtered_and_filled_in(opened: Opened) -> None:
    page = opened("/templates?lang=zh", lang="zh")
    everything = page.locator(".templates > li")
    count = everything.count()
    page.fill("#filter", "targets-of-team")
    expect(page.locator("#found")).not_to_be_empty()
    shown = page.locator(".templates > li:visible")
    assert 0 < shown.count() < count
    shown.first.locator("select[name=team]").select_option("rural")
    shown.first.locator("button").click()
    expect(page.locator("h1")).to_contain_text("农村实用人才")


# ------------------------------------------------------------------------------- access


@pytest.mark.parametrize(
    ("path", "lang", "dark", "width"),
    [
        (ZH, "zh", False, 1280),
        (EN, "en", True, 320),
        (CLARIFY, "zh", True, 800),
        (NOT_STATED, "en", False, 320),
        ("/ask?lang=zh", "zh", False, 320),
        ("/templates?lang=en", "en", False, 320),
        ("/source/jiangjin-6-4-article/2758-2769?lang=zh", "zh", True, 320),
    ],
)
def test_the_pages_break_no_rule_and_fit(
    opened: Opened, path: str, lang: str, dark: bool, width: int
) -> None:
    page = opened(path, lang=lang, dark=dark, width=width)
    for summary in page.locator("details:not(.menu) > summary").all()[:6]:
        summary.click()
    if path.startswith("/ask?lang=zh") and "q=" not in path:
        write(page, "农村")
        page.keyboard.press("ArrowDown")
    elif path == EN:
        page.locator("a.cite").first.click()  # the clause over the page
    assert broken(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_changes_neither_page_nor_direction(opened: Opened, faults: Faults) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202eabc\u2066 目标 " + "長" * 300
    page = opened("/ask?lang=en&q=" + quote(hostile), width=320)
    expect(page.locator("h1")).to_contain_text("<img src=x")
    assert page.locator("h1 img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto("/ask?lang=en")
    expect(page.locator("#asked-list a")).to_contain_text("<img src=x")


def test_on_paper_is_the_answer_with_its_clauses(opened: Opened) -> None:
    page = opened(EN, dark=True)
    page.emulate_media(media="print")
    for hidden in ("header.site nav", "form.ask", ".feedback", ".tools"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in ("h1", ".sentence", ".rows table", ".clauses blockquote", ".permalink"):
        expect(page.locator(shown).first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
