"""What every staff page shows around its content: rooms by role, the account, the other language, assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.exceptions import HTTPException

from portal.accounts.service import role_names
from portal.errors import NotFound
from portal.web.locale import LOCALES, staff_locale
from portal.web.runtime import runtime
from portal.web.staff.concerns_due import badge
from portal.web.staff.help import guide_of


@dataclass(frozen=True)
class AssetUrl:
    """A built file's address and its subresource integrity."""

    url: str
    integrity: str


@dataclass(frozen=True)
class Door:
    """An entry of the navigation: a blueprint with an ``index``, and who sees it (nobody named: everybody).

    ``further``: blueprints whose pages belong to the same room.
    """

    name: str
    label: LazyString
    roles: frozenset[str] = frozenset()
    further: frozenset[str] = frozenset()

    def leads_to(self, blueprint: str | None) -> bool:
        """Whether a page of that blueprint is in this room."""
        return blueprint is not None and blueprint in {self.name, *self.further}

    def opens_for(self, roles: set[str]) -> bool:
        """Whether an account with those roles is shown the entry."""
        return not self.roles or bool(self.roles & roles)


NAVIGATION = (
    Door("home", _l("Overview")),
    Door("consultations", _l("Consultations"), frozenset({"admin"})),
    Door("ballots", _l("Ballots"), frozenset({"admin", "issuer"})),
    Door("taxonomy", _l("Taxonomy"), frozenset({"admin"})),
    Door("accounts", _l("Accounts"), frozenset({"admin"})),
    Door("readers", _l("Readers"), frozenset({"admin", "auditor"})),
    Door("moderation", _l("Moderation"), frozenset({"moderator"})),
    Door("keys", _l("My keys"), frozenset({"moderator"})),
    Door("readership", _l("Readers"), frozenset({"committee"})),
    Door("findings", _l("Findings"), frozenset({"committee"}), frozenset({"findings_tables"})),
    Door("concerns", _l("Concerns"), frozenset({"committee"})),
    Door(
        "reports",
        _l("Reports"),
        frozenset({"committee"}),
        frozenset({"report_profile", "report_points", "report_approval", "report_files"}),
    ),
    Door(
        "consolidation",
        _l("Consolidation"),
        frozenset({"committee"}),
        frozenset({"consolidation_offices", "consolidation_report"}),
    ),
    Door("audit", _l("Verification"), frozenset({"auditor", "admin"})),
)

language = Blueprint("language", __name__)


class MountedSession(SecureCookieSessionInterface):
    """The session's cookie goes to the staff app alone: the public app on the same origin never gets one."""

    def get_cookie_path(self, _app: Flask) -> str:
        """Where the staff app is mounted."""
        return request.script_root or "/"


def install(app: Flask) -> None:
    """Give templates the shell's words and addresses."""
    app.session_interface = MountedSession()
    app.jinja_env.globals["asset"] = asset
    app.context_processor(context)


def asset(name: str) -> AssetUrl:
    """A built file by its name before hashing, such as ``pages/moderation.js``."""
    found = runtime().assets[name]
    return AssetUrl(url_for("static", filename=found.file), found.integrity)


def context() -> dict[str, Any]:
    """What ``_layout/staff.html`` asks for."""
    other = "en" if staff_locale() == "vi" else "vi"
    frame = {
        "home_url": url_for("home.index"),
        "lang_switch_url": url_for("language.switch", code=other, next=request.path),
    }
    if not current_user.is_authenticated:
        return frame
    return {
        **frame,
        "user_email": current_user.email,
        "help_url": url_for("help.show", name=guide_of(request.endpoint, role_names(current_user))),
        "account_url": url_for("account.index"),
        "logout_url": url_for("security.logout"),
        "nav_items": navigation(role_names(current_user), {"concerns": partial(badge, current_user)}),
    }


def navigation(roles: set[str], badges: Mapping[str, Callable[[], int]]) -> list[dict[str, Any]]:
    """The rooms that those roles may enter, in order; ``badges`` counts what presses in a room, where that is told."""
    here = request.blueprint
    return [
        {
            "label": door.label,
            "url": url_for(f"{door.name}.index"),
            "current": door.leads_to(here),
            "badge": badges[door.name]() if door.name in badges else 0,
        }
        for door in NAVIGATION
        if door.opens_for(roles)
    ]


@language.get("/language/<code>")
def switch(code: str) -> ResponseReturnValue:
    """Choose the language and go back to ``next``, a path of this app.

    The choice is kept only when the browser sent our cookie. It does not do so for another site's request
    (``SameSite=Strict``), so such a request can neither choose nor overwrite a session.
    """
    if code not in LOCALES:
        raise NotFound
    if session:
        session["locale"] = code
    return redirect(own_page(request.args.get("next", "")) or url_for("home.index"))


def own_page(path: str) -> str | None:
    """The address of that path (below the mount) if it is a page of this app; nothing else can come out of it."""
    try:
        endpoint, values = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    return None if endpoint in {"static", "language.switch"} else url_for(endpoint, **values)
