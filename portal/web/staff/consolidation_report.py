"""The consolidated report: its text beside the draft, its two people, its versions and files."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.consolidation import approval, desk, service
from portal.consolidation.desk import Desk
from portal.consolidation.edition import ConsolidatedEdition, annex_of
from portal.errors import NotFound, PortalError
from portal.extensions import db
from portal.reports.layout import lay_out
from portal.reports.outputs import WRITERS
from portal.reports.service import Spot
from portal.reports.style import load_style
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import consolidation_view as view
from portal.web.staff import reports_room as room
from portal.web.staff.consolidation_forms import SentenceForm
from portal.web.staff.findings import public_address
from portal.web.staff.forms import put_error
from portal.web.staff.freshly import freshly
from portal.web.staff.reports_forms import SeenForm
from portal.web.staff.reports_words import why

blueprint = Blueprint("consolidation_report", __name__)


@blueprint.get("/<cid>/report")
def show(cid: str) -> ResponseReturnValue:
    """The text, with the sentence that is being edited, if any."""
    row = service.get(db.session(), cid)
    if row.draft_sealed is None:
        return render_template("staff/consolidation/report_start.html", row=row)
    return _page(cid, request.args.get("place", type=int), request.args.get("position", type=int))


@blueprint.post("/<cid>/report/start")
def start(cid: str) -> ResponseReturnValue:
    """Draft the report from the table as it stands; with ``anew``, over the text that is there."""
    with unit_of_work() as session:
        row, anew = service.get(session, cid), request.form.get("anew") == "yes"
        desk.start(session, runtime().sealing, row, room.hand(), anew=anew)
    return redirect(url_for("consolidation_report.show", cid=cid))


@blueprint.post("/<cid>/report/words")
def write(cid: str) -> ResponseReturnValue:
    """New words for a sentence or heading."""
    form = SentenceForm()
    try:
        if form.validate():
            with unit_of_work() as session:
                spot = Spot(form.place.data, form.position.data, form.seen.data or "")
                row, text = service.get(session, cid), form.text.data or ""
                desk.write(session, runtime().sealing, row, spot, text=text, hand=room.hand())
            return redirect(url_for("consolidation_report.show", cid=cid, _anchor=f"block-{form.place.data}"))
    except PortalError as refusal:
        put_error(form.text, why(refusal))
    return _page(cid, form.place.data, form.position.data, form), 422


@blueprint.get("/<cid>/report/paper")
def paper(cid: str) -> ResponseReturnValue:
    """The text on its page."""
    held = _held(cid)
    layout = lay_out(held.document, load_style(held.document.style))
    return render_template("staff/consolidation/paper.html", row=held.row, held=held, layout=layout)


@blueprint.post("/<cid>/report/hand-over")
def hand_over(cid: str) -> ResponseReturnValue:
    """Put text and table before a second person."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        held = desk.desk(session, runtime().sealing, service.get(session, cid))
        approval.hand_over(session, held, hand=room.hand(), seen=form.seen.data or "")
    flash(gettext("The report is handed over: another member of the committee decides."), "success")
    return redirect(url_for("consolidation_report.show", cid=cid))


@blueprint.post("/<cid>/report/send-back")
def send_back(cid: str) -> ResponseReturnValue:
    """Give the text back to be worked on."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        approval.send_back(session, service.get(session, cid), seen=form.seen.data or "")
    flash(gettext("The report is on the desk again."), "success")
    return redirect(url_for("consolidation_report.show", cid=cid))


@blueprint.route("/<cid>/report/approve", methods=["GET", "POST"])
@freshly
def approve(cid: str) -> ResponseReturnValue:
    """Approve this very text on this very table, for good."""
    form = SeenForm()
    if form.validate_on_submit():
        tools = runtime()
        with unit_of_work() as session:
            row, seen = service.get(session, cid), form.seen.data or ""
            approval.approve(session, tools.log, tools.sealing, row, hand=room.hand(), seen=seen)
        flash(gettext("The report is approved, and its digest is in the log."), "success")
        return redirect(url_for("consolidation_report.show", cid=cid))
    held = _held(cid)
    return render_template("staff/consolidation/report_approve.html", **_standing(held))


@blueprint.post("/<cid>/report/correct")
def correct(cid: str) -> ResponseReturnValue:
    """Begin the next version."""
    with unit_of_work() as session:
        approval.correct(session, service.get(session, cid))
    flash(gettext("The next version is begun with the words of the approved one."), "success")
    return redirect(url_for("consolidation_report.show", cid=cid))


@blueprint.get("/<cid>/report/report.<kind>")
def download(cid: str, kind: str) -> Response:
    """The desk copy as a file."""
    held = _held(cid)
    figures = service.figures_of(db.session(), held.row)
    leaf = held.row.report_leaf if held.row.state == "approved" else None
    made = approval.edition_of(
        db.session(), runtime().log, held.row, held.document, figures, leaf=leaf, address=public_address("log")
    )
    return _file(made, held.row.version, kind)


@blueprint.get("/<cid>/report/versions/<int:version>/report.<kind>")
def download_version(cid: str, version: int, kind: str) -> Response:
    """An approved version as a file."""
    row = service.get(db.session(), cid)
    kept = approval.read_version(db.session(), runtime().sealing, row, version)
    leaf, address = kept.row.report_leaf, public_address("log")
    made = approval.edition_of(
        db.session(), runtime().log, row, kept.document, kept.figures, leaf=leaf, address=address
    )
    return _file(made, version, kind)


def _file(made: ConsolidatedEdition, version: int, kind: str) -> Response:
    """The file, its own digest (RFC 9530) and the text's in its name."""
    if kind not in WRITERS:
        raise NotFound
    mimetype, writer = WRITERS[kind]
    written = writer(made.document, annex_of(made))
    data = written.encode() if isinstance(written, str) else written
    response = Response(data, content_type=mimetype)
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(hashlib.sha256(data).digest()).decode()}:"
    name = f"report-{made.figures.consolidation}-v{version}-{made.document_sha256[:8]}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _held(cid: str) -> Desk:
    return desk.desk(db.session(), runtime().sealing, service.get(db.session(), cid))


def _standing(held: Desk) -> dict[str, Any]:
    return {
        "row": held.row,
        "held": held,
        "may": approval.may_approve(held.row, current_user.id),
        "own": held.row.handed_by == current_user.id,
        "people": room.names(db.session()),
        "versions": approval.approved(db.session(), held.row),
    }


def _page(cid: str, place: int | None, position: int | None, failed: SentenceForm | None = None) -> str:
    held = _held(cid)
    found = view.blocks(held)
    editing = view.at(found, place, position) if held.row.state == "draft" else None
    form = failed
    if form is None and editing is not None:
        form = SentenceForm(formdata=None, **{name: getattr(editing, name) for name in SentenceForm.FIELDS})
    values = {"blocks": found, "editing": editing, "form": form, **_standing(held)}
    return render_template("staff/consolidation/report.html", **values)
