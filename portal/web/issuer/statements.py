"""Signing: the terms before, the list after. Both are carried over to the portal as files too."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.crypto.statements import About
from portal.errors import Conflict
from portal.issuing import rounds
from portal.web.issuer.claims import close_round
from portal.web.issuer.forms import ConfirmForm
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.issuer.shown import show_round

blueprint = Blueprint("statements", __name__)


@blueprint.route("/ready", methods=["GET", "POST"])
def ready(consultation: str) -> ResponseReturnValue:
    """What signing the terms freezes; then sign them."""
    tools, form = runtime(), ConfirmForm()
    own = tools.settings
    if form.validate_on_submit():
        about = About(own.name_vi, own.name_en, own.address)
        with writing() as session:
            rounds.make_ready(session, rounds.get(session, consultation), own.identity, own.issuer, about)
        flash(gettext("The terms are signed. Hand them to the portal's administrator."), "success")
        return redirect(url_for("desk.show", consultation=consultation, _anchor="terms"))
    with reading() as session:
        shown = show_round(session, own, consultation, tools.clock.today())
    if shown.row.state != "preparing":
        raise Conflict("round-frozen")
    return render_template("issuer/rounds/ready.html", form=form, **vars(shown))


@blueprint.post("/reopen")
def reopen(consultation: str) -> ResponseReturnValue:
    """Back to preparing: what was signed is void, and the portal needs the new terms."""
    with writing() as session:
        rounds.reopen(session, rounds.get(session, consultation))
    flash(gettext("The round can be changed again. The portal must be given the new terms."), "warning")
    return redirect(url_for("desk.show", consultation=consultation))


@blueprint.post("/close")
def close(consultation: str) -> ResponseReturnValue:
    """After the last day: sign the list, destroy the key."""
    close_round(consultation)
    flash(gettext("The list is signed and this round's key is destroyed."), "success")
    return redirect(url_for("desk.show", consultation=consultation, _anchor="closing"))


@blueprint.get("/notice")
def notice(consultation: str) -> ResponseReturnValue:
    """The keys on one sheet, to be printed, signed and put up: what voters and auditors compare with."""
    tools = runtime()
    with reading() as session:
        shown = show_round(session, tools.settings, consultation, tools.clock.today())
    if shown.row.terms is None:
        raise Conflict("round-not-ready")
    return render_template("issuer/rounds/notice.html", office_name=tools.settings.office_name, **vars(shown))


@blueprint.get("/terms")
def terms(consultation: str) -> ResponseReturnValue:
    """The terms as a file."""
    with reading() as session:
        row = rounds.get(session, consultation)
    if row.terms is None:
        raise Conflict("round-not-ready")
    return statement_file(row.terms, f"terms-{runtime().settings.issuer}-{consultation}.json")


@blueprint.get("/closing")
def closing(consultation: str) -> ResponseReturnValue:
    """The list as a file."""
    with reading() as session:
        row = rounds.get(session, consultation)
    if row.closing is None:
        raise Conflict("round-still-collecting")
    return statement_file(row.closing, f"closing-{runtime().settings.issuer}-{consultation}.json")


def statement_file(text: str, name: str) -> Response:
    """A statement to be saved under that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="application/json", headers=headers)
