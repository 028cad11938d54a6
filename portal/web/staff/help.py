"""Help in the staff app: the guide of whoever asks, opened at the room from which it was asked."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts.service import role_names
from portal.web import guides
from portal.web.locale import staff_locale

blueprint = Blueprint("help", __name__)

ROOMS = {
    "moderation": "moderator", "talk": "moderator", "files": "moderator", "redaction": "moderator",
    "keys": "moderator", "reseal": "moderator",
    "findings": "committee", "findings_tables": "committee", "concerns": "committee", "reports": "committee",
    "report_profile": "committee", "report_points": "committee", "report_approval": "committee",
    "report_files": "committee", "consolidation": "committee", "consolidation_offices": "committee",
    "consolidation_report": "committee", "report_outputs": "committee", "audit": "auditor",
    "consultations": "admin", "taxonomy": "admin", "accounts": "admin", "readers": "admin",
}  # fmt: skip
"""Rooms whose work one guide describes; elsewhere it is the guide of one's own role."""


def guide_of(blueprint_name: str | None, roles: set[str]) -> str:
    """The name of the guide for somebody with those roles who stands in that room."""
    own = next((one for one in guides.NAMES if one in roles), "submitter")
    return ROOMS.get(blueprint_name or "", own)


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
