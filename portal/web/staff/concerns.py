"""Concerns, for the committee: what was published, who sees to it, by when, and what the answer is."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts.hand import Hand
from portal.concerns import service
from portal.concerns.calendar import to_ics
from portal.concerns.markup import to_text
from portal.concerns.models import Concern
from portal.concerns.people import members
from portal.consultations import service as consultations
from portal.errors import PortalError
from portal.extensions import db
from portal.findings import service as findings
from portal.web.concern_words import KINDS, STATES
from portal.web.fresh import is_fresh
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.concerns_due import entries, lines, reminders
from portal.web.staff.concerns_forms import AnswerForm
from portal.web.staff.concerns_page import page_of
from portal.web.staff.forms import put_error, refuse
from portal.web.staff.freshly import freshly

blueprint = Blueprint("concerns", __name__)

FIELDS = {
    "concern-answer-empty": "text",
    "concern-state": "state",
    "concern-state-order": "state",
    "concern-still-received": "state",
    "concern-owner": "owner_id",
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The concerns of every published consultation."""
    return _listing([row.id for row in consultations.list_all(db.session, ("published",))])


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """The concerns of one published consultation."""
    findings.get(db.session, cid)
    return _listing([cid])


def _listing(names: list[str]) -> str:
    due = reminders(db.session(), current_user, runtime().clock.today())
    return render_template(
        "staff/concerns/index.html",
        rounds=[(consultations.get_public(db.session, name), lines(name), due.get(name)) for name in names],
        names={account.id: account.name or account.email for account in members(db.session())},
        states=STATES,
        kinds=KINDS,
    )


@blueprint.get("/calendar.ics")
def calendar() -> Response:
    """What this account owes, as a file for its own calendar; made anew at each download."""
    tools = runtime()
    owed = entries(db.session(), current_user, tools.clock.today())
    host = tools.settings.log_origin.partition("/")[0]
    data = to_ics(owed, host=host, title=gettext("Concerns"), now=tools.clock.now())
    response = Response(data, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="concerns.ics"'
    return response


@blueprint.get("/<cid>/<code>")
def edit(cid: str, code: str) -> ResponseReturnValue:
    """One concern and the answer as it stands."""
    concern = service.get(db.session, cid, code)
    said = to_text(service.answer_text(runtime().sealing, concern))
    values = {"state": concern.state, "owner": concern.owner, "owner_id": str(concern.owner_id or ""), "text": said}
    return page_of(concern, _form(concern, data={**values, "due": concern.draft_due or concern.due}))


@blueprint.post("/<cid>/<code>")
def answer(cid: str, code: str) -> ResponseReturnValue:
    """Keep the answer, and publish it when asked to."""
    tools, concern = runtime(), service.get(db.session, cid, code)
    form = _form(concern)
    if form.validate() and _may_publish(form):
        try:
            with unit_of_work() as session:
                kept = service.get(session, cid, code)
                service.answer(session, tools.log, tools.sealing, kept, form.given(), hand=_hand())
        except PortalError as refusal:
            refuse(form, refusal, FIELDS)
        else:
            flash(_done(form.published.data), "success")
            return redirect(url_for("concerns.edit", cid=cid, code=code))
    return page_of(concern, form), 422


@blueprint.post("/<cid>/<code>/take-back")
@freshly
def take_back(cid: str, code: str) -> ResponseReturnValue:
    """Take the public words back; that they stood there stays public."""
    with unit_of_work() as session:
        service.take_back(session, runtime().log, service.get(session, cid, code), hand=_hand())
    flash(gettext("The answer is no longer public. The board says that it was taken back, and when."), "success")
    return redirect(url_for("concerns.edit", cid=cid, code=code))


def _form(concern: Concern, **given: object) -> AnswerForm:
    return AnswerForm(**given).offer(concern, members(db.session()))


def _hand() -> Hand:
    return Hand(current_user.id, runtime().clock.today())


def _may_publish(form: AnswerForm) -> bool:
    """Publishing needs a recent sign-in; the words stay in the form until there is one."""
    if not form.published.data or is_fresh():
        return True
    words = gettext("You signed in too long ago to publish. Confirm below that it is you, then send this again.")
    put_error(form.published, words)
    return False


def _done(published: bool) -> str:
    if published:
        return gettext("The answer is published, and the log says so.")
    return gettext("Kept for the committee. Nothing public has changed.")
