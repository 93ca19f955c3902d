"""Numbers in words and digits, Chinese and English: 3.56万, 一万, ten thousand, 5,000.

Must not know units of measure, nor what a number is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
#: So many units make up a number at most.
_LONGEST = 14
_NUMERAL = re.compile(r"\d+(?:\.\d+)?")

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen"""
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: number for number, word in enumerate(_ONES.split())} | {
    word: 10 * number for number, word in enumerate(_ROUND.split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}


def read(keys: Sequence[str], place: int) -> tuple[float, int] | None:
    """The number that begins at a place, and how many units it takes; None where none does.

    >>> read(["3.56", "万"], 0), read(list("一万五千人"), 0), read(["ten", "thousand"], 0)
    ((35600.0, 2), (15000.0, 4), (10000.0, 2))
    >>> read(["of", "ten"], 0)
    """
    first = keys[place]
    if _NUMERAL.fullmatch(first):
        return _digits(keys, place)
    if first in _DIGITS or first in _TENS:
        return _ideographs(keys, place)
    if first in _WORDS or first in _SCALES:
        return _words(keys, place)
    return None


def _digits(keys: Sequence[str], place: int) -> tuple[float, int]:
    value, end = float(keys[place]), place + 1
    scales = _TENS | _MYRIADS | _SCALES
    while end < len(keys) and keys[end] in scales and keys[end] != "十":
        value *= scales[keys[end]]
        end += 1
    return value, end - place


def _ideographs(keys: Sequence[str], place: int) -> tuple[float, int] | None:
    """Chinese numerals: 一万五千, 三十, 八成 without its measure."""
    if any(_names_a_plan(keys, first) for first in (place - 2, place - 1, place)):
        return None
    total = section = digit = 0
    end = place
    while end < min(len(keys), place + _LONGEST):
        key = keys[end]
        if key in _DIGITS:
            digit = digit * 10 + _DIGITS[key] if digit else _DIGITS[key]
        elif key in _TENS:
            section += (digit or 1) * _TENS[key]
            digit = 0
        elif key in _MYRIADS:
            total = (total + section + digit) * _MYRIADS[key]
            section = digit = 0
        else:
            break
        end += 1
    return float(total + section + digit), end - place


def _names_a_plan(keys: Sequence[str], first: int) -> bool:
    """Whether numerals are no number, but the name of a plan: 十三五, 十四五."""
    if first < 0 or len(keys) < first + 3 or keys[first] != "十" or keys[first + 2] != "五":
        return False
    return keys[first + 1] in _DIGITS


def _words(keys: Sequence[str], place: int) -> tuple[float, int]:
    total = 0.0
    current = 0.0
    end = place
    while end < min(len(keys), place + _LONGEST):
        key = keys[end]
        if key in _WORDS:
            current += _WORDS[key]
        elif key == "hundred":
            current = (current or 1) * 100
        elif key in _SCALES:
            total += (current or 1) * _SCALES[key]
            current = 0
        elif not (
            key == "and"
            and current
            and end + 1 < len(keys)
            and keys[end + 1] in _WORDS
            and keys[end - 1] in _SCALES
        ):
            break
        end += 1
    return total + current, end - place
