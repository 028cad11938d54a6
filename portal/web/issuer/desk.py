"""The desk's first rooms: all rounds, and one round as a sequence of steps."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.errors import Conflict, Invalid
from portal.issuing import rounds
from portal.issuing.models import Round
from portal.storage import forget_order
from portal.web.forms import refuse
from portal.web.issuer.forms import FIELD_OF, ConfirmForm, RoundForm, round_values
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.issuer.shown import Shown, identity_print, show_round
from portal.web.issuer.steps import steps

blueprint = Blueprint("desk", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All rounds, the newest first."""
    today = runtime().clock.today()
    with reading() as session:
        rows = [(row, steps(row, rounds.figures(session, row), today)) for row in rounds.listing(session)]
    own = runtime().settings
    identity = {"identity": identity_print(own), "identity_text": str(own.identity.verifier)}
    return render_template("issuer/index.html", rows=rows, **identity)


@blueprint.route("/rounds/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a round; its key is made with it."""
    form, tools = RoundForm(), runtime()
    if form.validate_on_submit():
        try:
            with writing() as session:
                row = rounds.create(session, tools.settings.atrest, form.draft())
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, FIELD_OF)
        else:
            flash(gettext("The round has begun. Its key was made and never leaves this machine."), "success")
            return redirect(url_for("desk.show", consultation=row.consultation))
    return render_template("issuer/rounds/edit.html", form=form, row=None), 422 if form.errors else 200


@blueprint.route("/rounds/<consultation>/edit", methods=["GET", "POST"])
def edit(consultation: str) -> ResponseReturnValue:
    """Change a round that is being prepared; its short name stays."""
    row = _preparing(consultation)
    form = RoundForm(data=round_values(row))
    form.consultation.data = consultation
    if form.validate_on_submit():
        try:
            with writing() as session:
                rounds.change(session, rounds.get(session, consultation), form.draft())
        except Invalid as refusal:
            refuse(form, refusal, FIELD_OF)
        else:
            flash(gettext("The round was changed."), "success")
            return redirect(url_for("desk.show", consultation=consultation))
    return render_template("issuer/rounds/edit.html", form=form, row=row), 422 if form.errors else 200


@blueprint.get("/rounds/<consultation>")
def show(consultation: str) -> ResponseReturnValue:
    """One round: what is done, what comes next."""
    return render_template("issuer/rounds/show.html", **vars(_shown(consultation)))


@blueprint.route("/rounds/<consultation>/discard", methods=["GET", "POST"])
def discard(consultation: str) -> ResponseReturnValue:
    """Drop a round that is being prepared, as when its short name was mistyped."""
    row, form = _preparing(consultation), ConfirmForm()
    if not form.validate_on_submit():
        return render_template("issuer/rounds/discard.html", row=row, form=form)
    with writing() as session:
        rounds.discard(session, rounds.get(session, consultation))
    flash(gettext("The round was discarded."), "success")
    return redirect(url_for("desk.index"))


@blueprint.route("/rounds/<consultation>/erase", methods=["GET", "POST"])
def erase(consultation: str) -> ResponseReturnValue:
    """Erase the people of a round that is over; no byte of them stays in the store's file."""
    shown, form, engine = _shown(consultation), ConfirmForm(), runtime().engine
    if shown.row.state != "closed":
        raise Conflict("round-not-closed")
    if shown.erased or not form.validate_on_submit():
        return render_template("issuer/rounds/erase.html", form=form, **vars(shown))
    with writing() as session:
        rounds.forget_people(session, rounds.get(session, consultation))
    forget_order(engine)
    flash(gettext("The roster of this round was erased."), "success")
    return redirect(url_for("desk.show", consultation=consultation))


def _shown(consultation: str) -> Shown:
    with reading() as session:
        return show_round(session, runtime().settings, consultation, runtime().clock.today())


def _preparing(consultation: str) -> Round:
    with reading() as session:
        row = rounds.get(session, consultation)
    if row.state != "preparing":
        raise Conflict("round-frozen")
    return row
