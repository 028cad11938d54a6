"""Numbers and dates as official texts write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports import dates, numbers


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (61, 75, "81,3%"),
        (14, 75, "18,7%"),
        (75, 75, "100%"),
        (0, 75, "0%"),
        (1, 8, "12,5%"),
        (1, 16, "6,3%"),  # 6.25: a half goes up, where binary floats and banker's rounding go down
        (3, 4, "75%"),
    ],
)
def test_percentages(part: int, whole: int, written: str) -> None:
    assert numbers.percent(part, whole) == written


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (-1, 5), (6, 5)])
def test_a_share_outside_the_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="whole"):
        numbers.percent(part, whole)


def test_thousands_and_decimals() -> None:
    assert numbers.integer(1234567) == "1.234.567"
    assert numbers.decimal(Decimal("1234.25")) == "1.234,3"
    assert numbers.decimal(Decimal("-0.05")) == "-0,1"


def test_small_counts_are_padded_on_request_only() -> None:
    assert [numbers.count(value) for value in (0, 4, 9, 10, 75, 1200)] == ["0", "04", "09", "10", "75", "1.200"]
    assert numbers.count(4, pad=False) == "4"
    with pytest.raises(ValueError, match="negative"):
        numbers.count(-1)


@given(st.integers(1, 39))
def test_roman_numerals_are_those_of_their_digits(value: int) -> None:
    tens, ones = divmod(value, 10)
    units = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    assert numbers.roman(value) == "X" * tens + units[ones]


def test_points_follow_the_vietnamese_alphabet() -> None:
    assert [numbers.letter(value) for value in range(1, 9)] == ["a", "b", "c", "d", "đ", "e", "g", "h"]


@pytest.mark.parametrize("wrong", [0, 40])
def test_numbers_without_a_label_are_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="number"):
        numbers.roman(wrong)
    with pytest.raises(ValueError, match="letter"):
        numbers.letter(wrong)


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2023, 8, 28), "28/8/2023", "ngày 28 tháng 8 năm 2023"),
        (date(2024, 2, 5), "05/02/2024", "ngày 05 tháng 02 năm 2024"),
        (date(2024, 1, 31), "31/01/2024", "ngày 31 tháng 01 năm 2024"),
        (date(2023, 9, 5), "05/9/2023", "ngày 05 tháng 9 năm 2023"),
        (date(2023, 12, 1), "01/12/2023", "ngày 01 tháng 12 năm 2023"),
    ],
)
def test_zeros_stand_before_small_days_and_the_first_two_months_only(day: date, short: str, long: str) -> None:
    assert dates.short(day) == short
    assert dates.long(day) == long


def test_an_undated_draft_leaves_room() -> None:
    assert dates.place_line("An Sơn", date(2023, 8, 28)) == "An Sơn, ngày 28 tháng 8 năm 2023"
    blank = dates.place_line("An Sơn", None)
    assert blank.split() == ["An", "Sơn,", "ngày", "tháng", "năm"]
    assert "  " not in blank.replace("\N{NO-BREAK SPACE}", "_")
