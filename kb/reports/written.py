"""A figure as it was written: the number, and all numbers that it can stand for.

Nothing is guessed. What can be read in two ways, or says that it is not exact (约400), is not
read, and the reason says what is accepted. Must not know rules, cells or files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

from kb.reports.observation import Figure, Interval
from kb.reports.unit import UnitCode
from kb.text import Text

#: Full-width forms one by one. NFKC would do more than is wanted: it makes 102 of 10².
_WIDTH = str.maketrans(
    "０１２３４５６７８９．，％：－＋−\u3000\u00a0\u2007\u2009\u202f", "0123456789.,%:-+-     "
)
#: Groups of three, or plain digits; whatever follows the number is looked at by itself.
_NUMBER = re.compile(
    r"([+-]?)([1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+)"
    r"(?:\.([0-9]+))?(?![0-9.,]) *(.*)"
)
_POWERS = {"万": 4, "萬": 4, "亿": 8, "億": 8}
_PARTS = {"%": Decimal(1), "‰": Decimal("0.1")}
_ABOUT = re.compile(
    r"[约約近超逾多余餘几来+~≈>≥<≤＞＜]|左右|上下|以上|以下|about|approx|over", re.IGNORECASE
)
_EXPONENT = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千]+")

#: Longer than any figure; what is longer is text.
_LONGEST = 64
#: In base units. The store computes with 18 decimals and 20 digits before them, and rules multiply.
_LARGEST = Decimal(10) ** 10
_DECIMALS = 9
_EXACT = Context(prec=200)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no figure, in a sentence."""

    reason: Text


def read(text: str, *, unit: UnitCode | None = None) -> Figure | Unreadable:
    """The figure that a cell holds, in base units.

    ``v`` with ``d`` decimals stands for ``[v − ½·10⁻ᵈ, v + ½·10⁻ᵈ]`` in what was written, times
    the scale of 万 and of the unit. A whole count written in its base unit is exact. More than
    nine decimals are rounded to nine, and the interval is widened outwards.

    Args:
        text: as in the cell; spaces at its ends do not count.
        unit: what the unit column says; None where it says nothing that is known, and then
            the number is taken as it stands, exact to its last digit.

    >>> read("3.56万", unit=UnitCode("unit:person", "persons")).intervals
    (Interval(low=Decimal('35550'), high=Decimal('35650')),)
    >>> read("约400").reason.en
    '“约400” is not exact: write the number alone'
    """
    plain = text.translate(_WIDTH).strip()
    if not plain:
        return _no("没有数值", "there is no figure")
    if len(plain) > _LONGEST:
        return _no("数值太长，不是一个数", "it is too long for a figure")
    if ":" in plain:
        return _ratio(text.strip(), plain, unit)
    if unit is not None and unit.dimension == "ratio":
        return _no(
            f"“{plain}”不是比：比写作 15:35:50",
            f"“{plain}” is no ratio: write its parts, such as 15:35:50",
        )
    found = _NUMBER.fullmatch(plain)
    if found is None or _EXPONENT.fullmatch(plain):
        return _not_a_number(plain)
    sign, digits, decimals, behind = found.groups()
    scaled = _scale(plain, behind, unit)
    if isinstance(scaled, Unreadable):
        return scaled
    scale, symbol = scaled
    exact = not decimals and scale == 1 and unit is not None and unit.counted
    number = _number(sign, digits, decimals or "", scale, exact=exact)
    if number is None:
        return _no(
            f"“{plain}”太大：数值不超过 {_LARGEST:,}",
            f"“{plain}” is too large: a figure is at most {_LARGEST:,}",
        )
    value, interval = number
    return Figure(text.strip(), (value,), (interval,), symbol)


def _scale(plain: str, behind: str, unit: UnitCode | None) -> tuple[Decimal, str] | Unreadable:
    """What the number is multiplied by, and the sign behind it."""
    factor = unit.factor if unit is not None else Decimal(1)
    if not behind:
        return factor, ""
    share = unit is not None and unit.dimension == "share"
    if behind in _PARTS and (share or unit is None):
        return _PARTS[behind], behind
    power = _POWERS.get(behind[0], 0)
    rest = behind[1:].strip() if power else behind
    times = Decimal(10) ** power
    if not rest and not share:
        if factor == 1:
            return times, behind
        symbol = unit.symbol if unit is not None else ""
        return _no(
            f"“{plain}”和单位“{symbol}”里都有万，不知道是否要乘两次：只写在一处",
            f"both “{plain}” and the unit “{symbol}” multiply: write 万 in one place only",
        )
    # A number that carries its whole unit says its scale itself; the column agrees or not.
    if unit is not None and rest.casefold() in unit.signs and factor in (1, times) and not share:
        return times, behind
    if rest and (_ABOUT.search(rest) or rest[0].isdigit()):
        return _not_a_number(plain)
    if unit is None:
        return _no(
            f"“{plain}”数字后的“{rest}”不认识，单位也没有填对",
            f"what stands behind the number in “{plain}” is not known, nor is the unit",
        )
    return _no(
        f"“{plain}”数字后的“{behind}”与单位“{unit.symbol}”不符",
        f"“{behind}” behind the number in “{plain}” does not agree with the unit “{unit.symbol}”",
    )


def _ratio(written: str, plain: str, unit: UnitCode | None) -> Figure | Unreadable:
    if unit is not None and unit.dimension != "ratio":
        return _no(
            f"“{plain}”是比，与单位“{unit.symbol}”不符",
            f"“{plain}” is a ratio, which does not agree with the unit “{unit.symbol}”",
        )
    parts = [_NUMBER.fullmatch(part.strip()) for part in plain.split(":")]
    numbers = []
    for part in parts:
        if part is None or part[1] or part[4]:
            return _no(
                f"“{plain}”不是比：比由数字和冒号组成，如 15:35:50",
                f"“{plain}” is no ratio: write digits and colons, such as 15:35:50",
            )
        number = _number("", part[2], part[3] or "", Decimal(1), exact=False)
        if number is None:
            return _no(f"“{plain}”中的数太大", f"a part of “{plain}” is too large")
        numbers.append(number)
    values, intervals = zip(*numbers, strict=True)
    return Figure(written, values, intervals)


def _number(
    sign: str, digits: str, decimals: str, scale: Decimal, *, exact: bool
) -> tuple[Decimal, Interval] | None:
    """Value and interval in base units; None where it is too large to compute with."""
    whole = digits.replace(",", "").replace(" ", "")
    value = _EXACT.multiply(Decimal(f"{sign}{whole}.{decimals or '0'}"), scale)
    half = _EXACT.multiply(Decimal(5).scaleb(-len(decimals) - 1), scale)
    if abs(value) > _LARGEST:
        return None
    low, high = (value, value) if exact else (_EXACT.subtract(value, half), _EXACT.add(value, half))
    return _cut(value, _DECIMALS, ROUND_HALF_EVEN), Interval(
        _cut(low, _DECIMALS + 1, ROUND_FLOOR), _cut(high, _DECIMALS + 1, ROUND_CEILING)
    )


def _cut(value: Decimal, decimals: int, rounding: str) -> Decimal:
    """At most so many decimals, and no zero or exponent more than the number needs."""
    finest = Decimal(1).scaleb(-decimals)
    cut = value.quantize(finest, rounding, _EXACT).normalize(_EXACT)
    return cut.quantize(Decimal(1)) if cut.as_tuple().exponent > 0 else cut + 0  # type: ignore[operator]  # finite


def _not_a_number(plain: str) -> Unreadable:
    if "," in plain and re.fullmatch(r"[+-]?[0-9.,]+.{0,4}", plain):
        return _no(
            f"“{plain}”的逗号不能是千分位：写成 1,234 或不写逗号；小数点用“.”",
            f"the comma in “{plain}” cannot part thousands: write 1,234, or no comma, "
            "and “.” before decimals",
        )
    if _EXPONENT.fullmatch(plain):
        return _no(
            f"“{plain}”是科学记数法：写出全部数字",
            f"“{plain}” is in scientific notation: write all its digits",
        )
    if _ABOUT.search(plain) and re.search(r"[0-9]", plain) and not plain.startswith("="):
        return _no(
            f"“{plain}”不是确数：只写数字",
            f"“{plain}” is not exact: write the number alone",
        )
    if _CHINESE.search(plain) and not re.search(r"[0-9]", plain):
        return _no(
            f"“{plain}”请用数字写出，如 400",
            f"write “{plain}” in digits, such as 400",
        )
    return _no(
        f"“{plain}”不是数值：写成 400、1,234、3.56万、40% 或 15:35:50 这样",
        f"“{plain}” is no figure: write it like 400, 1,234, 3.56万, 40% or 15:35:50",
    )


def _no(zh: str, en: str) -> Unreadable:
    return Unreadable(Text(zh=zh, en=en))
