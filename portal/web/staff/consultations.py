"""Setting up consultations, for administrators: draft, open, close."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.ballots import issuers
from portal.consultations import service
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import default_taxonomy
from portal.errors import Conflict, Invalid
from portal.extensions import db
from portal.findings.private_service import check_ready
from portal.moderation.service import state as moderation_state
from portal.submissions.sequencing import sequence_groups
from portal.web.forms import options
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.ballots_view import issuer_views
from portal.web.staff.ballots_words import cautions, missing_lists, phase_words
from portal.web.staff.consultation_defaults import new_values
from portal.web.staff.consultation_form import BALLOT_MODES, FIELD_OF, ConsultationForm, values_of
from portal.web.staff.consultation_notes import warnings
from portal.web.staff.consultation_units import unit_values
from portal.web.staff.forms import refuse
from portal.web.staff.freshly import freshly

blueprint = Blueprint("consultations", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All consultations, the newest period first."""
    return render_template("staff/consultations/index.html", rows=service.list_all(db.session))


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a draft."""
    form = _prepared(ConsultationForm(data=new_values(runtime().clock.today())))
    return _edit(form, None)


@blueprint.route("/<cid>/edit", methods=["GET", "POST"])
def edit(cid: str) -> ResponseReturnValue:
    """Change a draft; the short name stays."""
    row = service.get(db.session, cid)
    if row.state != "draft":
        raise Conflict("consultation-frozen")
    form = _prepared(ConsultationForm(data=values_of(row)))
    form.id.data = row.id
    return _edit(form, row)


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """One consultation: its rules, who reads it, how far it is, and the next step."""
    row = service.get(db.session, cid)
    origins = runtime().settings.public_origins
    return _whole(
        "staff/consultations/show.html",
        row,
        progress=moderation_state(db.session, row),
        public_link=f"{origins[0] if origins else request.host_url.rstrip('/')}/c/{row.id}",
    )


@blueprint.get("/<cid>/open")
@freshly
def confirm_open(cid: str) -> ResponseReturnValue:
    """What opening freezes."""
    row = service.get(db.session, cid)
    if row.state != "draft":
        raise Conflict("consultation-not-draft")
    return _whole("staff/consultations/open.html", row)


@blueprint.post("/<cid>/open")
@freshly
def open_now(cid: str) -> ResponseReturnValue:
    """Freeze the draft and log it."""
    tools = runtime()
    with unit_of_work() as session:
        row = service.get(session, cid)
        _check_keys(session, row)
        check_ready(row)
        wanted = tools.settings.ballot_issuers
        issuers.open_consultation(session, tools.log, row, today=tools.clock.today(), wanted=wanted)
    flash(gettext("The consultation is open. Its rules are frozen and stand in the log."), "success")
    return redirect(url_for("consultations.show", cid=cid))


@blueprint.get("/<cid>/close")
@freshly
def confirm_close(cid: str) -> ResponseReturnValue:
    """What closing ends."""
    row = service.get(db.session, cid)
    if row.state != "open":
        raise Conflict("consultation-not-open")
    today = runtime().clock.today()
    return render_template("staff/consultations/close.html", row=row, today=today, missing_lists=missing_lists(row))


@blueprint.post("/<cid>/close")
@freshly
def close_now(cid: str) -> ResponseReturnValue:
    """Shuffle the last comments into the log, then stop accepting."""
    tools = runtime()
    with unit_of_work() as session:
        row = service.get(session, cid)
        sequence_groups(session, tools.log, [row.id])
        service.close_consultation(session, tools.log, row)
    flash(gettext("The consultation is closed. Every comment that was accepted stands in the log."), "success")
    return redirect(url_for("consultations.show", cid=cid))


def _prepared(form: ConsultationForm) -> ConsultationForm:
    """The form with the choices of this office."""
    versions = [row.version for row in service.list_taxonomies(db.session)] or [default_taxonomy().version]
    form.taxonomy_version.choices = options((version, str(version)) for version in versions)
    form.kids.choices = options((key.kid, key.account.name) for key in accounts.active_keys(db.session))
    return form


def _whole(template: str, row: Consultation, **more: object) -> str:
    """A page that shows everything a consultation is set to, and what stands in its way while it is a draft."""
    tools = runtime()
    today, wanted = tools.clock.today(), tools.settings.ballot_issuers
    keys = accounts.keys_of(db.session, [moderator.kid for moderator in row.moderators])
    left = service.private_budget(db.session(), row.opens.year).left
    found = [*cautions(row, wanted=wanted, today=today), *warnings(row, keys, left)] if row.state == "draft" else []
    return render_template(
        template,
        row=row,
        keys=keys,
        warnings=found,
        today=today,
        modes=BALLOT_MODES,
        issuers=issuer_views(row),
        phase=phase_words(row, today),
        **more,
    )


def _edit(form: ConsultationForm, row: Consultation | None) -> ResponseReturnValue:
    example = _example(row)
    command = request.form.get("do", "")
    roster = issuers.terms_of(row.issuers[0]) if row and row.issuers else None
    rows_changed = form.change_rows(command, unit_values(example) if example else [], roster)
    if not rows_changed and form.validate_on_submit():
        try:
            with unit_of_work() as session:
                saved = _save(session, form, row.id if row else None)
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, FIELD_OF)
        else:
            flash(gettext("The draft is saved. Nobody outside this page sees it yet."), "success")
            return redirect(url_for("consultations.show", cid=saved.id))
    keys = accounts.active_keys(db.session)
    page = render_template(
        "staff/consultations/edit.html",
        form=form,
        row=row,
        keys=keys,
        example=example,
        command=command,
        roster=roster,
    )
    return page, 422 if form.errors else 200


def _example(row: Consultation | None) -> Consultation | None:
    """The newest other consultation that has units."""
    others = (other for other in service.list_all(db.session) if row is None or other.id != row.id)
    return next((other for other in others if other.units), None)


def _save(session: Session, form: ConsultationForm, existing: str | None) -> Consultation:
    service.ensure_taxonomy(session)
    before = service.get(session, existing) if existing else None
    row = service.save_draft(session, form.draft(), existing=before)
    service.set_moderators(session, row, form.kids.data or [])
    return row


def _check_keys(session: Session, row: Consultation) -> None:
    keys = accounts.keys_of(session, [moderator.kid for moderator in row.moderators])
    if any(key.state != "active" for key in keys):
        raise Conflict("consultation-key-revoked")
