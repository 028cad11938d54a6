"""Dates as the rules of official writing have them.

A zero goes before days under 10 and before the months 1 and 2 only, so that no digit can be put in front
afterwards: "05/02/2024", "28/8/2023" (domain.md, "Document format").
"""

from __future__ import annotations

from datetime import date

BLANK = "\N{NO-BREAK SPACE}" * 6


def day(value: date) -> str:
    """``"05"``, ``"28"``."""
    return f"{value.day:02d}"


def month(value: date) -> str:
    """``"01"``, ``"02"``, ``"3"`` … ``"12"``."""
    return f"{value.month:02d}" if value.month <= 2 else str(value.month)


def short(value: date) -> str:
    """``"28/8/2023"``, as it follows the word "ngày" in running text."""
    return f"{day(value)}/{month(value)}/{value.year}"


def long(value: date) -> str:
    """``"ngày 28 tháng 8 năm 2023"``."""
    return f"ngày {day(value)} tháng {month(value)} năm {value.year}"


def place_line(place: str, issued: date | None) -> str:
    """``"An Sơn, ngày 28 tháng 8 năm 2023"``; an undated draft keeps room to write the date by hand."""
    when = long(issued) if issued else f"ngày{BLANK}tháng{BLANK}năm{BLANK}"
    return f"{place}, {when}"
