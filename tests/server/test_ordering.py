"""The rows of a table in another order, by links that need no script."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import httpx
from pypinyin import lazy_pinyin


def column(page: str, name: str) -> list[str]:
    """What the rows of the page's table say in a column, from the first to the last."""
    table = page.partition('<table class="data">')[2].partition("</table>")[0]
    head = [re.sub(r"<[^>]*>", "", one).strip() for one in re.findall(r"<th .*?</th>", table, re.S)]
    cells = [re.findall(r"<td.*?</td>", row, re.S) for row in table.split("<tr data-row=")[1:]]
    return [re.sub(r"<[^>]*>", "", row[head.index(name)]).strip() for row in cells]


def test_a_table_is_put_in_the_order_of_a_column(web: httpx.Client) -> None:
    def ordered(sort: str) -> str:
        return web.get("/view/team-figures", params={"lang": "en", "sort": sort}).text

    plain, up, down = (ordered(sort) for sort in ("", "value", "-value"))
    there = [one for one in column(plain, "Value") if one]
    numbers = sorted(Decimal(one.replace(",", "")) for one in there)
    missing = [""] * (len(column(plain, "Value")) - len(there))
    assert missing, "what has no number comes last, whichever comes first"
    for page, wanted in ((up, numbers), (down, numbers[::-1])):
        found = [one.replace(",", "") for one in column(page, "Value")]
        assert [Decimal(one) for one in found if one] == wanted
        assert found[len(wanted) :] == missing
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down
    assert "aria-sort" not in plain
    # From the beginning, from the end, as it was: each is a link to the next.
    assert "/view/team-figures?lang=en&sort=value#table-team-figures" in unescape(plain)
    assert "/view/team-figures?lang=en&sort=-value#table-team-figures" in unescape(up)
    assert "/view/team-figures?lang=en#table-team-figures" in unescape(down)
    # A row keeps its number, by which the picture above knows it.
    numbered = re.findall(r'<tr data-row="(\d+)"', up)
    assert numbered != sorted(numbered, key=int)
    assert sorted(numbered, key=int) == [str(n) for n in range(len(numbered))]
    assert column(ordered("none"), "Value") == column(plain, "Value")


def test_words_are_in_the_order_of_their_language(web: httpx.Client) -> None:
    zh = web.get("/view/team-figures", params={"lang": "zh", "sort": "team"}).text
    teams = list(dict.fromkeys(column(zh, "队伍")))
    assert len(teams) == 10
    assert teams == sorted(teams, key=lambda name: lazy_pinyin(name)[0])
    en = web.get("/view/team-figures", params={"lang": "en", "sort": "-team"}).text
    named = [name.casefold() for name in column(en, "Team")]
    assert named == sorted(named, reverse=True)


def test_one_table_of_several_is_put_in_order(web: httpx.Client) -> None:
    path = "/id/jiangjin-6-4/team/rural.html"
    plain = web.get(path, params={"lang": "en"}).text
    (first, *others) = re.findall(r"sort=([\w-]+)\.(\w+)#", unescape(plain))
    assert any(name != first[0] for name, _ in others)
    page = web.get(path, params={"lang": "en", "sort": ".".join(first)}).text
    assert page.count("aria-sort=") == 1
