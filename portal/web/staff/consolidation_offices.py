"""The subordinate offices: adding one with its key, comparing the key with the office, a new key."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.consolidation import offices
from portal.errors import Conflict, Invalid
from portal.extensions import db
from portal.tlog.keys import spoken_fingerprint
from portal.web.runtime import unit_of_work
from portal.web.staff import reports_room as room
from portal.web.staff.consolidation_forms import ConfirmForm, OfficeForm, RekeyForm
from portal.web.staff.forms import refuse
from portal.web.staff.freshly import freshly

blueprint = Blueprint("consolidation_offices", __name__)

FIELDS = {
    "office-known": "id",
    "office-malformed": "id",
    "office-log-known": "vkey",
    "office-key-malformed": "vkey",
    "office-other-log": "vkey",
    "office-policy-malformed": "policy",
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every office, and whether its key was compared."""
    return render_template("staff/consolidation/offices.html", rows=offices.listing(db.session()))


@blueprint.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Add an office by the key of its log."""
    form = OfficeForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                row = offices.add(session, form.draft())
            return redirect(url_for("consolidation_offices.show", office=row.id))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, FIELDS)
    return render_template("staff/consolidation/office_new.html", form=form), 422 if form.errors else 200


@blueprint.get("/<office>")
def show(office: str) -> ResponseReturnValue:
    """One office: its key's fingerprint, and what to do with it."""
    return _page(office, ConfirmForm(formdata=None), RekeyForm(formdata=None))


@blueprint.post("/<office>/confirm")
@freshly
def confirm(office: str) -> ResponseReturnValue:
    """Note that the office read out the end of the fingerprint."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                row, said = offices.get(session, office), form.said.data or ""
                offices.confirm(session, row, said, room.hand(), seen=form.seen.data or "")
            flash(gettext("The key is compared. Findings of this office can be taken."), "success")
            return redirect(url_for("consolidation_offices.index"))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, {refusal.code: "said"})
    return _page(office, form, RekeyForm(formdata=None)), 422


@blueprint.post("/<office>/key")
@freshly
def rekey(office: str) -> ResponseReturnValue:
    """Pin another key of the same log."""
    form = RekeyForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                offices.rekey(session, offices.get(session, office), form.vkey.data or "")
            flash(gettext("The new key is kept. Compare its fingerprint with the office."), "success")
            return redirect(url_for("consolidation_offices.show", office=office))
        except Invalid as refusal:
            refuse(form, refusal, {refusal.code: "vkey"})
    return _page(office, ConfirmForm(formdata=None), form), 422


@blueprint.post("/<office>/drop")
def drop(office: str) -> ResponseReturnValue:
    """Take an office of which nothing was taken out of the list."""
    with unit_of_work() as session:
        offices.drop(session, offices.get(session, office))
    flash(gettext("The office is out of the list."), "success")
    return redirect(url_for("consolidation_offices.index"))


def _page(office: str, confirm: ConfirmForm, rekey: RekeyForm) -> str:
    row = offices.get(db.session(), office)
    values = {"row": row, "mark": spoken_fingerprint(row.vkey), "confirm": confirm, "rekey": rekey}
    return render_template("staff/consolidation/office.html", people=room.names(db.session()), **values)
