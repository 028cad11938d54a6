"""Help in the staff app: the guide of whoever asks, opened at the room from which it was asked."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts.service import role_names
from portal.web import guides
from portal.web.declared import access_of
from portal.web.locale import staff_locale

blueprint = Blueprint("help", __name__)

SHARED = {"audit": "auditor", "readers": "admin"}
"""Rooms of several roles whose work one guide describes."""


def guide_of(endpoint: str | None, roles: set[str]) -> str:
    """The name of the guide for somebody with those roles who stands there: of a room that one role may enter it is
    that role's, elsewhere one's own."""
    entry = access_of(current_app, endpoint) if endpoint else None
    room = (endpoint or "").partition(".")[0]
    own = next((one for one in guides.NAMES if one in roles), "submitter")
    if entry and len(entry.roles) == 1:
        (only,) = entry.roles
        return only
    return SHARED.get(room, own)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """To the guide of one's own role."""
    return redirect(url_for("help.show", name=guide_of(None, role_names(current_user))))


@blueprint.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """One guide, and the way to the others."""
    found = guides.guide(name, staff_locale(), lambda other: url_for("help.show", name=other))
    titles = [(guides.title_of(one, staff_locale()), one) for one in guides.NAMES if one != name]
    others = [(title, url_for("help.show", name=one)) for title, one in titles]
    return render_template("staff/help.html", guide=found, others=others)
