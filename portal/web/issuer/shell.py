"""What every page of the desk shows around its content: whose desk it is, the other language, the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from werkzeug.exceptions import HTTPException

from portal.errors import NotFound
from portal.web.issuer.door import at_the_desk
from portal.web.issuer.runtime import runtime
from portal.web.language import LOCALES, configure, day_in, pick_in

DESK = "/desk"

language = Blueprint("language", __name__)


@dataclass(frozen=True)
class AssetUrl:
    """A built file's address and its subresource integrity."""

    url: str
    integrity: str


def install(app: Flask) -> None:
    """Give templates the frame's words and addresses, and choose the language."""
    configure(app)
    Babel(app, locale_selector=locale)
    app.jinja_env.globals["asset"] = asset
    app.context_processor(context)


def asset(name: str) -> AssetUrl:
    """A built file by its name before hashing, such as ``staff.css``."""
    found = runtime().assets[name]
    return AssetUrl(url_for("static", filename=found.file), found.integrity)


def locale() -> str:
    """At the desk what was chosen there; for everybody else what their browser asks for. Vietnamese by default."""
    if not request.path.startswith(DESK):
        return request.accept_languages.best_match(LOCALES) or "vi"
    chosen = session.get("locale")
    return str(chosen) if chosen in LOCALES else "vi"


def pick(value: Any, field: str) -> str:
    """The field in the request's language, Vietnamese where the other is empty."""
    return pick_in(locale(), value, field)


def show_day(value: date) -> str:
    """A day as the office writes it, or CLDR in English."""
    return day_in(locale(), value)


def context() -> dict[str, Any]:
    """What ``_layout/issuer.html`` asks for."""
    settings, here = runtime().settings, locale()
    words = {"locale": here, "pick": pick, "show_day": show_day, "error_layout": "_layout/issuer.html"}
    frame = {**words, "issuer_name": pick_in(here, settings, "name"), "home_url": url_for("desk.index")}
    if request.path.startswith(DESK):
        other = "en" if here == "vi" else "vi"
        frame["lang_switch_url"] = url_for("language.switch", code=other, next=request.path)
        frame["lock_url"] = url_for("door.lock") if at_the_desk() else ""
        frame["help_url"] = url_for("help.show") if at_the_desk() else ""
    return frame


@language.get("/language/<code>")
def switch(code: str) -> ResponseReturnValue:
    """Choose the language and go back to ``next``, a page of the desk.

    Another site's request comes without our cookie (``SameSite=Strict``), so it can neither choose nor overwrite it.
    """
    if code not in LOCALES:
        raise NotFound
    if session:
        session["locale"] = code
    return redirect(own_page(request.args.get("next", "")) or url_for("desk.index"))


def own_page(path: str) -> str | None:
    """The address of that path if it is a page of the desk; nothing else can come out of it."""
    if not path.startswith(f"{DESK}/"):
        return None
    try:
        endpoint, values = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return None if endpoint == "language.switch" else url_for(endpoint, **values)
