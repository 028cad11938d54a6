"""Language: by address on the public app (it has no cookie), by account or session on the staff app."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask, request, session, url_for
from flask_babel import format_decimal
from flask_security import current_user

from portal.extensions import babel
from portal.web.language import LOCALES, configure, day_in, pick_in


def public_locale() -> str:
    """English under ``/en/``, Vietnamese elsewhere."""
    return "en" if request.path == "/en" or request.path.startswith("/en/") else "vi"


def staff_locale() -> str:
    """What the visitor chose in this session, else the account's language."""
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    return str(getattr(current_user, "locale", "vi"))


def public_url(endpoint: str, **values: Any) -> str:
    """The address of a public page in the language of this request."""
    prefix = "public_en" if public_locale() == "en" else "public"
    return url_for(f"{prefix}.{endpoint}", **values)


def other_language_url() -> str:
    """This page in the other language (public app)."""
    blueprint, _, view = (request.endpoint or "").rpartition(".")
    target = "public" if public_locale() == "en" else "public_en"
    if blueprint not in {"public", "public_en"}:
        return url_for(f"{target}.home")
    return url_for(f"{target}.{view}", **(request.view_args or {}))


def pick(value: Any, field: str) -> str:
    """The field in the request's language, Vietnamese where the other is empty (``title`` -> ``title_en``)."""
    return pick_in(_here(), value, field)


def show_day(value: date) -> str:
    """A day as the office writes it, or CLDR in English."""
    return day_in(_here(), value)


def show_thousandths(value: int) -> str:
    """Thousandths as a decimal number of the request's language: 500 -> 0,5."""
    return str(format_decimal(value / 1000))


def _here() -> str:
    return staff_locale() if "staff" in request.script_root else public_locale()


def install(app: Flask, *, staff: bool) -> None:
    """Choose the locale for ``app`` and give templates what they need to say it."""
    configure(app)
    chooser = staff_locale if staff else public_locale
    babel.init_app(app, locale_selector=chooser)
    shown = {"pick": pick, "show_day": show_day, "show_thousandths": show_thousandths}
    app.context_processor(lambda: {"locale": chooser(), **shown})
    if not staff:
        app.context_processor(lambda: {"public_url": public_url, "lang_switch_url": other_language_url()})
