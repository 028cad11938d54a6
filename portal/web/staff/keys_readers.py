"""Readers who come after the opening: an administrator proposes, an auditor confirms, the log keeps it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts import service as accounts
from portal.accounts.service import role_names
from portal.consultations import service as consultations
from portal.errors import Forbidden
from portal.extensions import db
from portal.moderation import readership
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.freshly import freshly

blueprint = Blueprint("readers", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Who reads each consultation, who is proposed, and who could be."""
    rows = consultations.list_all(db.session, readership.ADDING_STATES)
    waiting = {(one.consultation_id, one.kid): one for one in readership.waiting(db.session)}
    proposed = accounts.keys_of(db.session, [kid for _, kid in waiting])
    return render_template(
        "staff/readers/index.html",
        rows=[(row, readership.readers_of(db.session, row), readership.candidates(db.session, row)) for row in rows],
        proposed={
            row.id: [(key, waiting[row.id, key.kid]) for key in proposed if (row.id, key.kid) in waiting]
            for row in rows
        },
        roles=role_names(current_user),
    )


@blueprint.post("/<cid>")
@freshly
def propose(cid: str) -> ResponseReturnValue:
    """An administrator's proposal."""
    _only("admin")
    with unit_of_work() as session:
        account, row = accounts.get_account(session, current_user.id), consultations.get(session, cid)
        readership.propose(session, account, row, request.form.get("kid", ""))
    flash(gettext("The reader is proposed. An auditor must confirm; nothing is in the log yet."), "success")
    return redirect(url_for("readers.index"))


@blueprint.get("/<cid>/<kid>")
@freshly
def consider(cid: str, kid: str) -> ResponseReturnValue:
    """What confirming means."""
    _only("auditor")
    row = consultations.get(db.session, cid)
    proposal = readership.get_proposal(db.session, row, kid)
    proposer = accounts.get_account(db.session, proposal.proposed_by)
    return render_template(
        "staff/readers/confirm.html",
        row=row,
        key=accounts.get_key(db.session, kid),
        readers=readership.readers_of(db.session, row),
        proposer=proposer,
    )


@blueprint.post("/<cid>/<kid>/confirm")
@freshly
def confirm(cid: str, kid: str) -> ResponseReturnValue:
    """An auditor's word; it goes to the log."""
    _only("auditor")
    with unit_of_work() as session:
        account, row = accounts.get_account(session, current_user.id), consultations.get(session, cid)
        readership.confirm(session, runtime().log, account, row, kid)
    flash(gettext("The reader is added, and the log says so. Readers can now pass comments on."), "success")
    return redirect(url_for("readers.index"))


@blueprint.post("/<cid>/<kid>/decline")
@freshly
def decline(cid: str, kid: str) -> ResponseReturnValue:
    """Drop a proposal, by whoever may make or confirm one."""
    with unit_of_work() as session:
        readership.decline(session, consultations.get(session, cid), kid)
    flash(gettext("The proposal is dropped."), "success")
    return redirect(url_for("readers.index"))


def _only(role: str) -> None:
    """Of those who see the page, only one role may do this."""
    if role not in role_names(current_user):
        raise Forbidden
