"""Language: by address on the public app (it has no cookie), by account or session on the staff app."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask, request, session, url_for
from flask_babel import format_date as babel_format_date
from flask_security import current_user

from portal.config import ROOT
from portal.extensions import babel

LOCALES = ("vi", "en")


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
    locale = staff_locale() if "staff" in request.script_root else public_locale()
    return str(getattr(value, f"{field}_{locale}", "") or getattr(value, f"{field}_vi"))


def show_day(value: date) -> str:
    """A day as the office writes it: pad days under 10 and months 1-2 only (``28/8/2023``); CLDR in English."""
    locale = staff_locale() if "staff" in request.script_root else public_locale()
    if locale == "en":
        return str(babel_format_date(value, "d MMMM yyyy"))
    month = f"{value.month:02}" if value.month <= 2 else str(value.month)
    return f"{value.day:02}/{month}/{value.year}"


def install(app: Flask, *, staff: bool) -> None:
    """Choose the locale for ``app`` and give templates what they need to say it."""
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "portal" / "translations")
    chooser = staff_locale if staff else public_locale
    babel.init_app(app, locale_selector=chooser)
    app.context_processor(lambda: {"locale": chooser(), "pick": pick, "show_day": show_day})
    if not staff:
        app.context_processor(lambda: {"public_url": public_url, "lang_switch_url": other_language_url()})
