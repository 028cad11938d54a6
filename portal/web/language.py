"""Words and days in one of the two languages; which one, each app decides for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from flask_babel import format_date as babel_format_date

from portal.config import ROOT

LOCALES = ("vi", "en")


def configure(app: Flask) -> None:
    """Vietnamese unless something else is chosen, from the house's one catalogue."""
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "portal" / "translations")


def pick_in(locale: str, value: Any, field: str) -> str:
    """The field in that language, Vietnamese where the other is empty (``title`` -> ``title_en``)."""
    return str(getattr(value, f"{field}_{locale}", "") or getattr(value, f"{field}_vi"))


def day_in(locale: str, value: date) -> str:
    """A day as the office writes it: pad days under 10 and months 1-2 only (``28/8/2023``); CLDR in English."""
    if locale == "en":
        return str(babel_format_date(value, "d MMMM yyyy"))
    month = f"{value.month:02}" if value.month <= 2 else str(value.month)
    return f"{value.day:02}/{month}/{value.year}"
