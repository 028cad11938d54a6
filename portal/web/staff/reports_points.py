"""What of a report waits for a decision, each beside what speaks against it; and every decision that was made."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.errors import Invalid
from portal.extensions import db
from portal.findings import service as findings
from portal.reports import decisions, profiles
from portal.reports.draft import draft_note
from portal.reports.figures import meanings
from portal.reports.phrases import load_phrases
from portal.reports.review import Point
from portal.web.errors import message
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_page as page
from portal.web.staff import reports_room as room
from portal.web.staff.reports_forms import DecisionForm, SeenForm
from portal.web.staff.reports_words import meaning

blueprint = Blueprint("report_points", __name__)


@blueprint.get("/<cid>/points")
def show(cid: str) -> ResponseReturnValue:
    """The open points with their choices, then the decisions."""
    return _page(cid)


@blueprint.post("/<cid>/points/<digest>")
def decide(cid: str, digest: str) -> ResponseReturnValue:
    """Decide about one point."""
    form = DecisionForm()
    try:
        if not form.validate():
            raise Invalid("report-choice")
        with unit_of_work() as session:
            held, hand = room.hold(session, cid), room.hand()
            said = {"choice": form.choice.data, "reason": form.reason.data or ""}
            point, taxonomy = room.look(session, held).find(digest), room.taxonomy_of(session, cid)
            decisions.decide(session, runtime().sealing, held, point, hand, taxonomy=taxonomy, **said)
    except Invalid as refusal:
        words = " ".join(map(str, form.reason.errors)) or message(refusal)
        return _page(cid, failed=(digest, words, form.reason.data or "")), 422
    return redirect(url_for("report_points.show", cid=cid))


@blueprint.post("/<cid>/points/reopen")
def reopen(cid: str) -> ResponseReturnValue:
    """Take a decision back."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        held = room.hold(session, cid)
        decisions.reopen(session, runtime().sealing, held, form.seen.data or "", room.hand())
    flash(gettext("The decision is taken back."), "success")
    return redirect(url_for("report_points.show", cid=cid))


def _page(cid: str, failed: tuple[str, str, str] | None = None) -> str:
    held = room.read(db.session(), cid)
    values = room.context(held, "points")
    taxonomy = room.taxonomy_of(db.session(), cid)
    notes = {
        point.digest: draft_note(point.about, taxonomy, load_phrases()).text
        for point in values["review"].of("contradiction")
    }
    document, profile = findings.document_of(findings.get(db.session, cid)), profiles.current(db.session())

    def could_be(point: Point) -> list[str]:
        return [meaning(one, values["rows"]) for one in meanings(point.about[0], profile, document)]

    return render_template(
        "staff/reports/points.html",
        decided=page.decided(held.notes, values["review"], values["rows"]),
        notes=notes,
        could_be={point.digest: could_be(point) for point in values["review"].of("figure")},
        failed=failed,
        **values,
    )
