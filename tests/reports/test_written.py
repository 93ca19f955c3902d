"""A written figure: which number it is, and which numbers it can stand for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.reports import written
from kb.reports.observation import Figure, Interval
from kb.reports.unit import UnitCode
from kb.reports.written import Unreadable

PERSON = UnitCode("unit:person", "persons", signs=frozenset({"人", "名", "person"}), symbol="人")
TEN_THOUSAND = UnitCode(
    "unit:person", "persons", Decimal(10_000), frozenset({"人", "名", "person"}), "万人"
)
PERCENT = UnitCode("unit:percent", "share", signs=frozenset({"%"}), symbol="%")
RATIO = UnitCode("unit:ratio", "ratio", signs=frozenset({":"}), symbol="比")


def figure(text: str, unit: UnitCode | None) -> Figure:
    found = written.read(text, unit=unit)
    assert isinstance(found, Figure), found
    return found


@pytest.mark.parametrize(
    ("text", "unit", "value", "low", "high"),
    [
        ("400", PERSON, "400", "400", "400"),
        (" 400人 ", PERSON, "400", "400", "400"),
        ("４００", PERSON, "400", "400", "400"),
        ("1,234", PERSON, "1234", "1234", "1234"),
        ("1，234", PERSON, "1234", "1234", "1234"),
        ("12 345", PERSON, "12345", "12345", "12345"),
        ("12\u202f345", PERSON, "12345", "12345", "12345"),
        ("3.56万", PERSON, "35600", "35550", "35650"),
        ("3.56万人", PERSON, "35600", "35550", "35650"),
        ("3.56万人", TEN_THOUSAND, "35600", "35550", "35650"),
        ("3.56", TEN_THOUSAND, "35600", "35550", "35650"),
        ("400", TEN_THOUSAND, "4000000", "3995000", "4005000"),
        ("0.0001亿", PERSON, "10000", "5000", "15000"),
        ("40", PERCENT, "40", "39.5", "40.5"),
        ("40%", PERCENT, "40", "39.5", "40.5"),
        ("４０．０％", PERCENT, "40", "39.95", "40.05"),
        ("4‰", PERCENT, "0.4", "0.35", "0.45"),
        ("-3", PERSON, "-3", "-3", "-3"),
        ("－3.5%", PERCENT, "-3.5", "-3.55", "-3.45"),
        ("+5", PERSON, "5", "5", "5"),
        ("007", PERSON, "7", "7", "7"),
        ("40", None, "40", "39.5", "40.5"),
        ("0", PERSON, "0", "0", "0"),
    ],
)
def test_figures_are_read_in_base_units_with_what_their_decimals_leave_open(
    text: str, unit: UnitCode | None, value: str, low: str, high: str
) -> None:
    found = figure(text, unit)
    assert found.values == (Decimal(value),)
    assert found.intervals == (Interval(Decimal(low), Decimal(high)),)
    assert found.written == text.strip()


def test_each_part_of_a_ratio_has_its_own_decimals() -> None:
    for text in ("15:35:50.0", "15：35：５０.0", "15 : 35 : 50.0"):
        found = figure(text, RATIO)
        assert found.values == (Decimal(15), Decimal(35), Decimal(50))
        assert found.intervals[0] == Interval(Decimal("14.5"), Decimal("15.5"))
        assert found.intervals[2] == Interval(Decimal("49.95"), Decimal("50.05"))


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("约400", PERSON, "not exact"),
        ("400左右", PERSON, "not exact"),
        ("400+", PERSON, "not exact"),
        ("400多人", PERSON, "not exact"),
        (">400", PERSON, "not exact"),
        ("2.30e3", PERSON, "scientific"),
        ("四百", PERSON, "digits"),
        ("3,56", PERSON, "cannot part thousands"),
        ("1,23,456", PERSON, "cannot part thousands"),
        ("1.234,5", PERSON, "cannot part thousands"),
        ("0,123", PERSON, "cannot part thousands"),
        ("1.234.567", PERSON, "no figure"),
        ("10²", PERSON, "no figure"),
        ("①", PERSON, "no figure"),
        ("#DIV/0!", PERSON, "no figure"),
        ("=1+1", PERSON, "no figure"),
        ("—", PERSON, "no figure"),
        ("", PERSON, "no figure"),
        ("3.56万", TEN_THOUSAND, "one place only"),
        ("400人", TEN_THOUSAND, "does not agree"),
        ("40%", PERSON, "does not agree"),
        ("400期", PERSON, "does not agree"),
        ("40人", PERCENT, "does not agree"),
        ("4万", PERCENT, "does not agree"),
        ("15:35", PERSON, "does not agree"),
        ("50", RATIO, "no ratio"),
        ("15:x:50", RATIO, "no ratio"),
        ("15::50", RATIO, "no ratio"),
        ("20000000000", PERSON, "too large"),
        ("9" * 65, PERSON, "too long"),
        ("400公斤", None, "not known"),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read_and_says_why(
    text: str, unit: UnitCode | None, says: str
) -> None:
    found = written.read(text, unit=unit)
    assert isinstance(found, Unreadable), found
    assert says in found.reason.en
    assert found.reason.zh


@given(st.integers(-(10**9), 10**9), st.integers(0, 9), st.sampled_from([PERSON, PERCENT]))
def test_the_interval_holds_all_that_rounds_to_what_is_written(
    digits: int, decimals: int, unit: UnitCode
) -> None:
    number = Decimal(digits).scaleb(-decimals)
    found = figure(f"{number:f}", unit)
    low, high = found.intervals[0].low, found.intervals[0].high
    assert found.values == (number,)
    exact = decimals == 0 and unit is PERSON
    assert high - low == (0 if exact else Decimal(1).scaleb(-decimals))
    assert low + high == 2 * number


@given(st.integers(0, 10**9), st.integers(10, 25))
def test_more_than_nine_decimals_widen_the_interval_and_never_narrow_it(
    digits: int, decimals: int
) -> None:
    number = Decimal(digits).scaleb(-decimals)
    found = figure(f"{number:.{decimals}f}", PERCENT)
    half = Decimal(5).scaleb(-decimals - 1)
    assert found.intervals[0].low <= number - half
    assert found.intervals[0].high >= number + half
    assert found.intervals[0].high - found.intervals[0].low <= Decimal("2e-9")


@given(st.integers(0, 10**8))
def test_separators_width_and_unit_signs_change_nothing(number: int) -> None:
    plain = figure(str(number), PERSON)
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for text in (f"{number:,}", f"{number:,}".replace(",", "，"), wide, f"{number} 人 "):
        found = figure(text, PERSON)
        assert (found.values, found.intervals) == (plain.values, plain.intervals)


@given(st.text(max_size=80), st.sampled_from([None, PERSON, TEN_THOUSAND, PERCENT, RATIO]))
def test_whatever_stands_in_a_cell_is_a_figure_or_says_why_not(
    text: str, unit: UnitCode | None
) -> None:
    found = written.read(text, unit=unit)
    if isinstance(found, Figure):
        assert len(found.values) == len(found.intervals)
        for value, interval in zip(found.values, found.intervals, strict=True):
            assert interval.low <= value <= interval.high
    else:
        assert found.reason.zh
        assert found.reason.en
