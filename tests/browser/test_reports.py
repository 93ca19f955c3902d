"""Reports as people hand them in and audit them, with scripts and without, also on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Faults
from tests.browser.test_access import broken
from tests.server.reporting import FALLS, NONE, Holders, holders, rows

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def tokens(data: Path) -> Holders:
    return holders(data)


def payload(content: bytes, name: str = "农村.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def choose(page: Page, content: bytes) -> None:
    """Choose a file, which has it checked."""
    page.set_input_files("#file", payload(content))
    expect(page.locator("#verdict")).to_be_visible()


def sign_in(page: Page, token: str) -> None:
    page.goto("/reports/sign-in?lang=en")
    page.fill("#token", token)
    page.locator("main button.primary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def test_a_chosen_file_is_checked_at_once_and_its_cells_lead_to_their_findings(
    opened: Opened,
) -> None:
    page = opened("/reports/new?lang=zh", lang="zh")
    choose(page, rows(*FALLS))
    expect(page.locator("#progress-said")).to_contain_text("检查完毕")
    expect(page.locator("#s1-E3")).to_have_class(re.compile(r"violation"))
    link = page.locator("#s1-E3 .notes a").first
    link.focus()
    page.keyboard.press("Enter")
    finding = page.locator(str(link.get_attribute("href")))
    expect(finding).to_be_in_viewport()
    finding.locator(".cells a").first.click()
    assert page.url.endswith("#s1-E3")
    # Mended and chosen again: the result is that of the new file.
    page.set_input_files("#file", payload(rows(FALLS[0])))
    expect(page.locator("#s1-E3")).to_have_count(0)
    expect(page.locator(".finding.violation")).to_have_count(0)


def test_a_dropped_file_is_checked(opened: Opened) -> None:
    page = opened("/reports/new?lang=en")
    page.evaluate(
        """(text) => {
            const given = new DataTransfer();
            given.items.add(new File([text], "dropped.csv", {type: "text/csv"}));
            const form = document.getElementById("checking");
            for (const kind of ["dragenter", "dragover", "drop"])
                form.dispatchEvent(new DragEvent(kind, {dataTransfer: given, bubbles: true,
                                                        cancelable: true}));
        }""",
        rows(*FALLS).decode(),
    )
    expect(page.locator("#s1-E3")).to_have_class(re.compile(r"violation"))
    expect(page.locator(".marked h2")).to_contain_text("dropped.csv")


def test_what_is_no_report_is_told_on_the_page(opened: Opened, faults: Faults) -> None:
    faults.allowed.append("Failed to load resource: the server responded with a status of 4")
    page = opened("/reports/new?lang=en")
    choose(page, NONE)
    expect(page.locator("#result .refused")).to_contain_text("one")


def test_from_checking_to_a_decision(opened: Opened, faults: Faults, tokens: Holders) -> None:
    faults.allowed.append("Failed to load resource: the server responded with a status of 422")
    page = opened("/reports/new?lang=en")
    choose(page, rows(*FALLS, note="journey"))
    page.fill("#late-token", tokens.reporter)
    page.locator(".submit-this button").click()
    expect(page.locator(".said-thanks")).to_contain_text("It was received")
    expect(page.locator(".receipt code").first).to_be_visible()
    address = page.url.split("?")[0]
    # The auditor.
    sign_in(page, tokens.auditor)
    page.goto(address + "?lang=en")
    page.get_by_role("button", name="Return").click()
    expect(page.locator("#problem")).to_contain_text("needs a reason")
    page.fill("#reason", "380 cannot follow 400")
    page.get_by_role("button", name="Return").click()
    expect(page.locator("h1 .state")).to_have_text("returned")
    expect(page.locator("#decisions ~ ul")).to_contain_text("380 cannot follow 400")
    sign_out(page)


def test_without_scripts_it_is_forms(opened: Opened, tokens: Holders) -> None:
    page = opened("/reports/new?lang=en", scripts=False)
    page.set_input_files("#file", payload(rows(*FALLS, note="plain")))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#s1-E3")).to_have_class(re.compile(r"violation"))
    page.fill("#late-token", tokens.reporter)
    page.locator(".submit-this button").click()
    expect(page.locator(".said-thanks")).to_be_visible()
    page.goto("/reports?lang=en&year=2023")
    expect(page.locator(".rows tbody tr").first).to_contain_text("2023")
    page.select_option("select[name=team]", "health")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("There is no such submission")).to_be_visible()


def test_the_form_and_the_audit_are_taken_home(opened: Opened, tokens: Holders) -> None:
    page = opened("/reports/new?lang=en")
    blank = page.locator("form.line", has_text="Format")
    blank.locator("[name=team]").select_option("rural")
    with page.expect_download() as download:
        blank.get_by_role("button").click()
    assert download.value.suggested_filename == "rural-2021.xlsx"
    choose(page, rows(*FALLS, note="home"))
    page.fill("#late-token", tokens.reporter)
    page.locator(".submit-this button").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook with marks").click()
    assert download.value.suggested_filename.endswith("-audit.xlsx")
    page.get_by_role("link", name="HTML").click()
    expect(page.locator("h1")).to_contain_text("报表审核")
    page.get_by_label("English").check()
    expect(page.locator("h1")).to_have_text("Audit of a report", use_inner_text=True)
    assert broken(page) == []


@pytest.mark.parametrize(
    ("lang", "dark", "width"),
    [("zh", False, 1280), ("en", True, 320)],
)
def test_the_pages_break_no_rule_of_access(
    opened: Opened, tokens: Holders, lang: str, dark: bool, width: int
) -> None:
    page = opened(f"/reports/new?lang={lang}", lang=lang, dark=dark, width=width)

    def fine() -> None:
        assert broken(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    odd = "x" * 300
    choose(page, rows(*FALLS, ("agricultural-researchers", 2023, "abc", "stock"), note=odd))
    fine()
    page.fill("#late-token", tokens.reporter)
    page.locator(".submit-this button").click()
    expect(page.locator(".said-thanks")).to_be_visible()
    address = page.url.split("?")[0]
    sign_in(page, tokens.auditor)
    page.goto(f"{address}?lang={lang}")
    page.locator(".waive summary").first.click()
    fine()
    page.goto(f"/reports?lang={lang}")
    fine()
    page.goto("/reports?lang=en")
    sign_out(page)
    page.goto(f"/reports/sign-in?lang={lang}")
    fine()


def test_an_audit_prints_as_a_handout(opened: Opened) -> None:
    page = opened("/reports/new?lang=zh", lang="zh")
    choose(page, rows(*FALLS))
    page.emulate_media(media="print")
    expect(page.locator(".finding").first).to_be_visible()
    expect(page.locator(".marked table")).to_be_visible()
    for part in ("#checking", ".submit-this", "header.site nav"):
        expect(page.locator(part)).to_be_hidden()
