"""Half-cards: printing them before the terms are signed, and noting who draws them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.errors import Conflict, Invalid
from portal.issuing import claims, rounds
from portal.web.forms import put_error, refuse
from portal.web.issuer.forms import CardsForm, HandForm
from portal.web.issuer.printing import print_cards
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.issuer.shown import show_round
from portal.web.issuer.words import said

blueprint = Blueprint("cards", __name__)


@blueprint.route("/", methods=["GET", "POST"])
def make(consultation: str) -> ResponseReturnValue:
    """Make half-cards and hand out their file, once."""
    form, tools = CardsForm(), runtime()
    if form.validate_on_submit():
        try:
            with writing() as session:
                row = rounds.get(session, consultation)
                if form.made.data not in (None, "", str(rounds.figures(session, row).cards)):
                    raise Invalid("cards-made-meanwhile")
                codes = rounds.make_cards(session, row, tools.settings.issuer, form.count.data)
        except Invalid as refusal:
            refuse(form, refusal, {"cards-count": "count", "cards-made-meanwhile": "count"})
        else:
            flash(gettext("The half-cards were made. Only the file that you saved holds their codes."), "success")
            return print_cards(tools.settings, row, codes, form.letter.data, form.language.data)
    with reading() as session:
        shown = show_round(session, tools.settings, consultation, tools.clock.today())
    if shown.row.state != "preparing":
        raise Conflict("round-frozen")
    return render_template("issuer/rounds/cards.html", form=form, **vars(shown)), 422 if form.errors else 200


@blueprint.route("/hand", methods=["GET", "POST"])
def hand(consultation: str) -> ResponseReturnValue:
    """Note that a person draws cards, and so will not collect."""
    form, tools = HandForm(), runtime()
    if form.validate_on_submit():
        try:
            with writing() as session:
                row = rounds.get(session, consultation)
                claims.hand_cards(session, row, form.staff_code.data, today=tools.clock.today())
        except (Invalid, Conflict) as refusal:
            put_error(form.staff_code, said(refusal))
        else:
            flash(gettext("Noted. The person may now draw half-cards from your box, without your looking."), "success")
            return redirect(url_for("desk.show", consultation=consultation, _anchor="collecting"))
    with reading() as session:
        shown = show_round(session, tools.settings, consultation, tools.clock.today())
    return render_template("issuer/rounds/hand.html", form=form, **vars(shown)), 422 if form.errors else 200
