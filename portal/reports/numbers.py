"""Numbers as a Vietnamese official text writes them: decimal comma, thousands dot, "04 đồng chí"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def integer(value: int) -> str:
    """``12345`` -> ``"12.345"``."""
    return f"{value:,}".replace(",", ".")


def count(value: int, *, pad: bool = True) -> str:
    """A count of people or things: under 10 with a zero in front when ``pad`` ("04 đồng chí").

    :raises ValueError: for a negative count.
    """
    if value < 0:
        raise ValueError("a count is not negative")
    return f"0{value}" if pad and 0 < value < 10 else integer(value)


def decimal(value: Decimal, *, places: int = 1) -> str:
    """``Decimal("1234.25")`` -> ``"1.234,3"``: halves go away from zero, a fraction of zeros is left out."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return whole.replace(",", ".") + (f",{fraction}" if fraction else "")


def percent(part: int, whole: int, *, places: int = 1) -> str:
    """``percent(61, 75)`` -> ``"81,3%"``.

    :raises ValueError: when ``part`` is not within ``0..whole`` or ``whole`` is not positive.
    """
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError("a share lies between nothing and the whole")
    return decimal(Decimal(part) * 100 / Decimal(whole), places=places) + "%"


def roman(value: int) -> str:
    """``4`` -> ``"IV"``, for the parts of a document (1 to 39).

    :raises ValueError: outside that range.
    """
    if not 1 <= value <= 39:
        raise ValueError("parts are numbered 1 to 39")
    digits = ""
    for size, letter in ROMAN:
        digits += letter * (value // size)
        value %= size
    return digits


def letter(value: int) -> str:
    """``1`` -> ``"a"``, in the Vietnamese order of points: a, b, c, d, đ, e, g, h, i, k, l, m…

    :raises ValueError: outside ``1..23``.
    """
    order = "abcdđeghiklmnopqrstuvxy"
    if not 1 <= value <= len(order):
        raise ValueError("points are lettered a to y")
    return order[value - 1]
