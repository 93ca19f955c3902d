"""Reading figures from Chinese text, and writing them back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.plan.figures import chinese_number, read_figures

SYMBOLS = ["人", "人次", "名", "%", "％", "个", "所", "期", "方面", "岁", "年", "支"]


@pytest.mark.parametrize(
    ("text", "values", "symbol"),
    [
        ("新增0.48万人", ["4800"], "人"),
        ("获奖200人次以上", ["200"], "人次"),
        ("增长22.4%", ["22.4"], "%"),
        ("比例达15:35:50", ["15", "35", "50"], ":"),
        ("基本实现全覆盖", ["100"], "%"),
        ("从三方面", ["3"], "方面"),
        ("１０，０００人", ["10000"], "人"),
        ("1,234,567人", ["1234567"], "人"),
        ("1亿人", ["100000000"], "人"),
    ],
)
def test_what_stands_in_the_text(text: str, values: list[str], symbol: str) -> None:
    (figure,) = read_figures(text, SYMBOLS)
    assert ([str(value) for value in figure.values], figure.symbol) == (values, symbol)
    assert text[figure.start : figure.start + len(figure.written)] == figure.written


def test_numbers_without_a_unit_are_no_figures() -> None:
    assert read_figures("“十四五”时期“6+4”体系", SYMBOLS) == []


def test_an_age_is_not_a_share() -> None:
    found = read_figures("35岁以下人才达40%", SYMBOLS)
    assert [(f.symbol, str(f.values[0])) for f in found] == [("岁", "35"), ("%", "40")]


@given(
    st.decimals(min_value=0, max_value=Decimal("99999.99"), places=2),
    st.sampled_from(["", "万", "亿"]),
    st.sampled_from(SYMBOLS[:6]),
)
def test_what_is_written_is_read(value: Decimal, scale: str, symbol: str) -> None:
    factor = {"": 1, "万": 10_000, "亿": 100_000_000}[scale]
    written = f"{value}{scale}{symbol}"
    (figure,) = read_figures(f"共{written}。", SYMBOLS)
    assert figure.written == written
    assert figure.values == (value * factor,)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=5))
def test_ratios_are_read_whole(terms: list[int]) -> None:
    written = ":".join(map(str, terms))
    (figure,) = read_figures(f"比例达{written}，", [])
    assert list(figure.values) == terms


@given(st.integers(1, 9999))
def test_chinese_numerals(number: int) -> None:
    digits, places = "零一二三四五六七八九", ["", "十", "百", "千"]
    written = ""
    for position, digit in enumerate(reversed(str(number))):
        written = (digits[int(digit)] + places[position] if digit != "0" else "零") + written
    assert chinese_number(written) == number
