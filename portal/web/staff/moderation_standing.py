"""Readers, seen from two sides: a moderator's figures and own word to stand back, and what the office is shown of it.

The office (administrator, committee, auditor) learns how many people can still read a consultation, and once it is
published whether its readers agreed, in words and for published categories alone.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext
from flask_security import current_user

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.errors import Conflict
from portal.extensions import db
from portal.findings import service as findings
from portal.findings.agreement import published_agreement
from portal.moderation import agreement, recusal, service
from portal.moderation.overview import desk_of, offices
from portal.web.locale import staff_locale
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.moderation import blueprint
from portal.web.staff.moderation_forms import RecusalForm

office = Blueprint("readership", __name__)


def names_of(row: Consultation) -> dict[str, str]:
    """The categories' names in the account's language."""
    locale = staff_locale()
    return {item.code: getattr(item, locale) or item.vi for item in consultations.taxonomy_of(row).categories}


def show_alpha(alpha: float) -> str:
    """Two digits, as the language writes them."""
    return str(format_decimal(alpha, format="0.00"))


@blueprint.get("/<cid>/agreement", endpoint="agreement")
def show_agreement(cid: str) -> ResponseReturnValue:
    """How two readers agree, for the readers."""
    row = consultations.get_public(db.session, cid)
    service.require_reader(db.session, current_user, row)
    if row.readers == 1:
        raise Conflict("agreement-one-reader")
    found = agreement.measure(db.session, runtime().sealing, row)
    page = {"row": row, "found": found, "names": names_of(row), "batch": agreement.BATCH, "number": show_alpha}
    return render_template("staff/moderation/agreement.html", **page)


@blueprint.route("/<cid>/recusal", methods=["GET", "POST"], endpoint="recusal")
def stand_back(cid: str) -> ResponseReturnValue:
    """A moderator's word to stand back from the whole consultation."""
    row = consultations.get_public(db.session, cid)
    service.require_reader(db.session, current_user, row)
    form = RecusalForm()
    if not form.validate_on_submit():
        desk = desk_of(db.session, current_user, row)
        page = render_template("staff/moderation/recusal.html", form=form, desk=desk, least=recusal.READERS_LEAST)
        return page, 422 if form.errors else 200
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        row = consultations.get_public(session, cid)
        recusal.recuse(session, runtime().sealing, account, row, reason=form.reason.data or "")
    flash(gettext("You stand back from this consultation. Nothing of it is shown to you any more."), "success")
    return redirect(url_for("moderation.index"))


@office.get("/")
def index() -> ResponseReturnValue:
    """How many people can read each consultation, and how far its readers agreed where that is known."""
    shown = offices(db.session)
    read_twice = [one.row for one in shown if one.row.state == "published" and one.row.readers > 1]
    atrest = runtime().sealing
    figures = {row.id: published_agreement(db.session, atrest, findings.get(db.session, row.id)) for row in read_twice}
    page = {"shown": shown, "figures": figures, "read_twice": [(row, names_of(row)) for row in read_twice]}
    return render_template("staff/moderation/readership.html", **page)
