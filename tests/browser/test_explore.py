"""The graph to explore and reading along, by mouse, by keyboard and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs_browser

Opened = Callable[..., Page]
BASE = "https://w3id.org/plankb/"
FARMERS = f"/explore?lang=en&focus={BASE}id/jiangjin-6-4/rural/target/farmers-trained"
TEAM = f"{BASE}id/jiangjin-6-4/team/rural"


def nodes(page: Page) -> int:
    return page.locator("#stage a.node").count()


def test_a_click_opens_what_a_dot_is_linked_to(opened: Opened) -> None:
    page = opened(FARMERS)
    expect(page.locator("#beside-name")).to_have_text("4,000 high-quality farmers trained")
    before = nodes(page)
    assert before == page.locator("#beside-list li a").evaluate_all(
        "every => new Set(every.map(a => a.href)).size + 1"
    )
    page.locator(f'#stage a[data-node="{TEAM}"] circle').click()
    expect(page.locator("#beside-name")).to_have_text("rural practical talent team")
    expect(page.locator(f'#stage a.open[data-node="{TEAM}"]')).to_have_count(1)
    assert nodes(page) > before
    # Its list beside says as many links as its own page has.
    said = page.locator("#beside-list > p").inner_text()
    page.get_by_role("button", name="Move to the middle").click()
    page.wait_for_url(re.compile("focus=.*team%2Frural"))
    expect(page.locator("#beside-list > p")).to_have_text(said)


def test_filters_and_depth_change_the_picture_and_the_list(opened: Opened) -> None:
    page = opened(FARMERS)
    whole = nodes(page)
    page.locator('#filters input[value="stated"]').uncheck()
    assert page.locator("#stage .line.stated").count() == 0
    assert nodes(page) < whole
    assert page.locator("#beside-list .badge.stated").count() == 0
    page.locator('#filters input[value="stated"]').check()
    assert nodes(page) == whole
    page.locator('#kinds input[value="Measure"]').uncheck()
    assert page.locator("#stage a", has_text="Build 50").count() == 0
    page.locator('#kinds input[value="Measure"]').check()
    page.locator("#depth").select_option("2")
    expect(page.locator("#stage a.node").nth(whole + 5)).to_be_attached()


def test_the_graph_is_one_stop_and_its_arrows_lead_from_dot_to_dot(opened: Opened) -> None:
    page = opened(FARMERS)
    assert page.locator('#stage a[tabindex="0"]').count() == 1
    page.locator('#stage a[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    reached = page.evaluate("document.activeElement.dataset.node")
    assert reached
    assert not reached.endswith("farmers-trained")
    page.keyboard.press("Enter")
    expect(page.locator("#stage a.open")).to_have_count(2)
    assert page.evaluate("document.activeElement.dataset.node") == reached


def test_without_scripts_it_is_a_picture_of_links_and_a_table(opened: Opened) -> None:
    page = opened(FARMERS, scripts=False)
    expect(page.locator("svg.graph")).to_be_visible()
    expect(page.locator("#explorer")).to_be_hidden()
    page.locator('input[value="stated"]').uncheck()
    page.get_by_role("button", name="Show").click()
    assert page.locator("table.data .badge.stated").count() == 0
    assert page.locator("table.data .badge.derived").count() > 0


def test_a_clause_and_what_rests_on_it_lead_to_each_other(opened: Opened) -> None:
    page = opened("/source/jiangjin-6-4-article?lang=en")
    page.locator(".text a").nth(30).click()
    expect(page.locator("#chosen .resting a").first).to_be_visible()
    assert page.locator(".text a.here").count() >= 1
    page.locator(".resting-panel summary", has_text="mechanism").click()
    thing = page.locator(".resting-panel details[open] a").first
    name = thing.inner_text()
    thing.click()
    expect(page.locator("#chosen a")).to_have_text(name)
    marked = page.locator(".text a.here").all_inner_texts()
    page.reload()
    assert page.locator(".text a.here").all_inner_texts() == marked


def test_a_status_is_hidden_in_the_picture_of_links_without_a_script(opened: Opened) -> None:
    page = opened("/view/measures-and-targets?lang=en", scripts=False)

    def shown(status: str) -> bool:
        display = "e => getComputedStyle(e).display"
        return str(page.locator(f"path.line.{status}").first.evaluate(display)) != "none"

    assert shown("derived")
    page.locator(".show-derived").uncheck()
    assert not shown("derived")
    assert shown("editorial")
