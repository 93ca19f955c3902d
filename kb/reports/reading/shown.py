"""A number in a workbook as its cell shows it: that is what its writer wrote.

Only formats of digits are followed: ``0.00``, ``#,##0``, ``0%``, with a word behind, times, dates.
Everything else is shown as the number is. ECMA-376 part 1, 18.8.30 and 18.8.31.
Must not know where the number stands.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

#: Formats that have a number and no text in the file.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    14: "yyyy-mm-dd", 15: "yyyy-mm-dd", 16: "yyyy-mm-dd", 17: "yyyy-mm-dd", 22: "yyyy-mm-dd",
    18: "h:mm:ss", 19: "h:mm:ss", 20: "h:mm:ss", 21: "h:mm:ss",
    37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 43: "#,##0.00",
    45: "h:mm:ss", 46: "h:mm:ss", 47: "h:mm:ss",
    **dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], "yyyy-mm-dd"),
    **dict.fromkeys([*range(32, 36), 55, 56], "h:mm:ss"),
}  # fmt: skip

#: Beyond this a cell shows no more decimals by itself.
_GENERAL = 9
#: A word in quotation marks or one sign of it; what only makes room or colours; the rest.
_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|(_.|\*.|\[[^\]]*\])|(.)', re.DOTALL)
_DIGITS = re.compile(r"([#0?,]*[#0?])(?:\.([0#?]+))?\s*(%?)")
_MOMENT = re.compile(
    r"[ymdhs年月日时分秒:/\-. ,]*[ymdhs][ymdhs年月日时分秒:/\-. ,ap]*", re.IGNORECASE
)
#: Wide enough for every number that a cell can hold.
_WIDE = Context(prec=700)


def shown(number: str, code: str, *, since_1904: bool = False) -> str:
    """The text of a numeric cell.

    Args:
        number: as stored, a decimal or with an exponent.
        code: its number format; empty for the general one.
        since_1904: whether days are counted from 1904.

    >>> shown("0.4", "0%"), shown("3.5", "0.00"), shown("35600", "General")
    ('40%', '3.50', '35600')
    >>> shown("0.6498842592592593", "h:mm:ss")
    '15:35:50'
    """
    try:
        value = Decimal(repr(float(number)))
    except ValueError:
        return number
    if not value.is_finite():
        return number
    kind, decimals, optional, percent, grouped, behind = _format(code)
    if kind == "time" and 0 <= value < 1000:
        seconds = int(_rounded(value * 86400, 0))
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if kind == "date" and 0 <= value < 100_000:
        first = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        return (first + timedelta(days=int(value))).isoformat()
    if kind != "digits":
        return _plain(value)
    text = f"{_rounded(value * (100 if percent else 1), decimals):{',' if grouped else ''}f}"
    while optional and text.endswith("0"):
        text, optional = text[:-1], optional - 1
    return text.rstrip(".") + ("%" if percent else "") + behind


@lru_cache(512)
def _format(code: str) -> tuple[str, int, int, bool, bool, str]:
    """Kind, decimals, how many of them only where needed, percent, groups, the word behind."""
    general = ("general", 0, 0, False, False, "")
    if not code or len(code) > 200:
        return general
    digits = behind = ""
    for literal, escaped, nothing, plain in _TOKEN.findall(code.split(";", maxsplit=1)[0]):
        word = literal or escaped
        if nothing:
            continue
        if word.strip() and not digits.strip():
            return general  # a word in front
        if plain.strip() and behind:
            return general  # digits behind a word
        behind += word.strip()
        digits += plain
    digits = digits.strip()
    if not behind and _MOMENT.fullmatch(digits):
        kind = "date" if re.search(r"[yd年日]", digits, re.IGNORECASE) else "time"
        return (kind, 0, 0, False, False, "")
    found = _DIGITS.fullmatch(digits)
    # A comma at the end of the digits divides by a thousand: that is not followed.
    if found is None or found[1].endswith(","):
        return general
    places = found[2] or ""
    optional = len(places) - len(places.rstrip("#?"))
    return ("digits", len(places), optional, bool(found[3]), "," in found[1], behind)


def _plain(value: Decimal) -> str:
    decimals = -int(value.as_tuple().exponent)
    text = f"{_rounded(value, _GENERAL) if decimals > _GENERAL else value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """Away from zero at a half, as workbooks round."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)
