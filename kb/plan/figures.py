"""Reading the figures that stand in a Chinese text: 3.56万人, 40%, 15:35:50, 三方面.

The reading is exact (decimals, never floats). Must not know any particular plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，：％", "0123456789.,:%")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}

#: What “all of it” is worth where no digit is written.
FULL_COVERAGE = "全覆盖"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text.

    Attributes:
        written: the characters, from the first digit to the last of the unit.
        values: the number in base units (万 applied); several for a ratio.
        symbol: the unit as written (人, %, 所 …), ``:`` for a ratio.
        start: offset in the text, in code points.
    """

    written: str
    values: tuple[Decimal, ...]
    symbol: str
    start: int


def chinese_number(text: str) -> int:
    """The value of a Chinese numeral below 10,000.

    >>> chinese_number("二十五"), chinese_number("十"), chinese_number("三百零四")
    (25, 10, 304)
    """
    total = digit = 0
    for character in text:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def read_figures(text: str, symbols: Iterable[str]) -> list[Figure]:
    """All figures of a text that carry one of the unit symbols.

    Args:
        text: any text; full-width digits count as digits.
        symbols: the unit words that end a figure (人, 人次, %, 所 …); the longest wins.

    >>> found = read_figures("新增3.56万人，达40%", ["人", "%"])
    >>> [(figure.written, str(figure.values[0]), figure.symbol) for figure in found]
    [('3.56万人', '35600', '人'), ('40%', '40', '%')]
    >>> read_figures("比例达15:35:50", [])[0].values
    (Decimal('15'), Decimal('35'), Decimal('50'))
    >>> read_figures("实现全覆盖", ["%"])[0].values
    (Decimal('100'),)
    """
    plain = text.translate(_FULL_WIDTH)
    units = "|".join(re.escape(s) for s in sorted(set(symbols), key=lambda s: (-len(s), s)))
    pattern = re.compile(
        rf"(?P<ratio>(?<![\d.:])\d+(?:\.\d+)?(?::\d+(?:\.\d+)?)+(?![\d.:]))"
        rf"|(?P<number>(?<![\d.,])\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<scale>[万亿]?)(?P<unit>{units})"
        rf"|(?P<chinese>[零〇一二两三四五六七八九十百千]+)(?P<cunit>{units})"
        rf"|(?P<full>{FULL_COVERAGE})"
        if units
        else r"(?P<ratio>(?<![\d.:])\d+(?:\.\d+)?(?::\d+(?:\.\d+)?)+(?![\d.:]))"
    )
    found = []
    for match in pattern.finditer(plain):
        group = match.groupdict()
        values: tuple[Decimal, ...]
        if group["ratio"]:
            values, symbol = tuple(Decimal(part) for part in group["ratio"].split(":")), ":"
        elif group.get("number"):
            value = Decimal(group["number"].replace(",", "")) * _SCALES[group["scale"]]
            values, symbol = (_plain(value),), group["unit"]
        elif group.get("chinese"):
            values, symbol = (Decimal(chinese_number(group["chinese"])),), group["cunit"]
        else:
            values, symbol = (Decimal(100),), "%"
        found.append(Figure(text[match.start() : match.end()], values, symbol, match.start()))
    return found


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == value else value.normalize()
