"""A table in another order: by keyboard, where it stands, and without scripts by its links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs_browser


def years(page: Page) -> list[float]:
    """The numbers of the column by which the table is sorted."""
    at = page.locator("th[aria-sort]").evaluate("head => head.cellIndex + 1")
    cells = page.locator(f"table.data tbody td:nth-child({at})").all_inner_texts()
    return [float(text.replace(",", "")) for text in cells if text.strip()]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_table_is_sorted_by_keyboard(opened: Callable[..., Page], scripts: bool) -> None:
    page = opened("/view/team-figures?lang=en", lang="en", scripts=scripts)
    if scripts:
        page.evaluate("document.body.dataset.same = 'page'")
    for state in ("ascending", "descending"):
        page.get_by_role("link", name="Value", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", state)
        found = years(page)
        assert found == sorted(found, reverse=state == "descending")
        assert ("sort=-value" in page.url) == (state == "descending")
    if scripts:
        expect(page.locator("a.sort:focus")).to_have_text("Value")
        assert page.evaluate("document.body.dataset.same") == "page"
        assert "sort=-value" in (page.get_attribute("#other-language", "href") or "")
        page.reload()
        assert years(page) == found
    page.get_by_role("link", name="Value", exact=True).press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_count(0)
