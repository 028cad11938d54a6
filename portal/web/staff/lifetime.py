"""How long a staff session lasts: ``session_minutes`` after its last use, and never longer than ``session_hours``.

Both moments stand in the session's signed cookie and nowhere else. A copied cookie can be kept alive by use; the second
limit, which no use moves, ends it as well.
"""

from __future__ import annotations

from flask import Flask, flash, request, session
from flask_babel import gettext
from flask_login import user_logged_in

from portal.web.runtime import runtime

OWNER = "_user_id"
"""Flask-Login's key: it stands in the session of who has signed in."""
SINCE, SEEN = "since", "seen"
"""Seconds since 1970: when the sign-in was, and the last use."""


def install(app: Flask) -> None:
    """First of all guards: those of Flask-Security ask who is signed in, and what they were told stays for the request.

    Not by signing out, which would end the account's sessions on every device.
    """
    app.before_request_funcs.setdefault(None, []).insert(0, end_what_is_over)
    user_logged_in.connect(begin, app)


def begin(_app: Flask, **_more: object) -> None:
    """A sign-in has succeeded."""
    session[SINCE] = session[SEEN] = _now()


def end_what_is_over() -> None:
    """Forget the session that is over; otherwise each page counts as use. One that does not say its age is over."""
    if OWNER not in session or request.endpoint == "static":
        return
    settings, now = runtime().settings, _now()
    begun, seen = session.get(SINCE, 0), session.get(SEEN, 0)
    if now - begun < settings.session_hours * 3600 and now - seen < settings.session_minutes * 60:
        session[SEEN] = now
        return
    language = session.get("locale")
    session.clear()
    session.update({"locale": language} if language else {})
    flash(gettext("Your session has ended. Sign in again."), "info")


def _now() -> int:
    return int(runtime().clock.now().timestamp())
