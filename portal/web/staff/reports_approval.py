"""Handing over, approving by a second person, sending back, correcting; and what was approved, with its files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.errors import Invalid
from portal.extensions import db
from portal.findings import service as findings
from portal.reports import approval, service
from portal.web.errors import message
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_room as room
from portal.web.staff.forms import put_error
from portal.web.staff.freshly import freshly
from portal.web.staff.reports_forms import NoteForm, SeenForm
from portal.web.staff.reports_words import ACTS

blueprint = Blueprint("report_approval", __name__)


@blueprint.get("/<cid>/approve")
def show(cid: str) -> ResponseReturnValue:
    """Where the report stands between its two people, what it is, and what was approved before."""
    return _page(cid)


@blueprint.post("/<cid>/hand-over")
def hand_over(cid: str) -> ResponseReturnValue:
    """Put the text before a second person."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        held = room.hold(session, cid)
        approval.hand_over(session, held, room.look(session, held), hand=room.hand(), seen=form.seen.data or "")
    flash(gettext("The report is handed over: another member of the committee decides."), "success")
    return redirect(url_for("report_approval.show", cid=cid))


@blueprint.route("/<cid>/confirm", methods=["GET", "POST"])
@freshly
def approve(cid: str) -> ResponseReturnValue:
    """Approve these very bytes, for good."""
    form = SeenForm()
    if form.validate_on_submit():
        tools = runtime()
        with unit_of_work() as session:
            report, publication = service.get(session, cid), findings.get(session, cid)
            seen = form.seen.data or ""
            approval.approve(session, tools.log, tools.sealing, report, publication, hand=room.hand(), seen=seen)
        flash(gettext("The report is approved, and its digest is in the log."), "success")
        return redirect(url_for("report_approval.show", cid=cid))
    held = room.read(db.session(), cid)
    may = approval.may_approve(held.row, current_user.id)
    return render_template("staff/reports/confirm.html", may=may, **room.context(held, "approve"))


@blueprint.post("/<cid>/send-back")
def send_back(cid: str) -> ResponseReturnValue:
    """Give the text back to be worked on, with a note."""
    form = NoteForm()
    try:
        if not form.validate():
            raise Invalid("report-malformed")
        with unit_of_work() as session:
            held, said = room.hold(session, cid), {"note": form.note.data or "", "seen": form.seen.data or ""}
            approval.send_back(session, runtime().sealing, held, hand=room.hand(), **said)
    except Invalid as refusal:
        put_error(form.note, message(refusal))
        return _page(cid, back=form), 422
    flash(gettext("The report is on the desk again."), "success")
    return redirect(url_for("report_approval.show", cid=cid))


@blueprint.post("/<cid>/correct")
def correct(cid: str) -> ResponseReturnValue:
    """Begin the next version, with its reason."""
    form = NoteForm()
    try:
        if not form.validate():
            raise Invalid("report-malformed")
        with unit_of_work() as session:
            row = service.get(session, cid)
            approval.correct(session, runtime().sealing, row, hand=room.hand(), reason=form.note.data or "")
    except Invalid as refusal:
        put_error(form.note, message(refusal))
        return _page(cid, correction=form), 422
    flash(gettext("The next version is begun with the words of the approved one."), "success")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.get("/<cid>/versions/<int:version>")
def version(cid: str, version: int) -> ResponseReturnValue:
    """An approved version as it stands, with the decisions that went with it."""
    kept = approval.read_version(db.session(), runtime().sealing, cid, version)
    values = room.context(room.frozen(db.session(), cid, kept), "approve")
    values |= {"kept": kept, "editable": False, **room.laid_out(values)}
    return render_template("staff/reports/version.html", **values)


def _page(cid: str, back: NoteForm | None = None, correction: NoteForm | None = None) -> str:
    held = room.read(db.session(), cid)
    values: dict[str, Any] = {
        "versions": approval.approved(db.session(), cid),
        "acts": service.acts(db.session(), cid),
        "words": ACTS,
        "back": back or NoteForm(formdata=None),
        "correction": correction or NoteForm(formdata=None),
        "own": held.row.handed_by == current_user.id,
        "may": approval.may_approve(held.row, current_user.id),
    }
    return render_template("staff/reports/approve.html", **values, **room.context(held, "approve"))
