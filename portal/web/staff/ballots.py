"""Issuers of a consultation's ballots, for administrators and issuers: terms before opening, lists afterwards."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from portal.accounts.service import role_names
from portal.ballots import fetching, issuers
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.errors import Conflict, Invalid, PortalError
from portal.extensions import db
from portal.web.errors import message
from portal.web.locale import pick
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.ballots_forms import AddressForm, StatementForm
from portal.web.staff.ballots_view import issuer_views
from portal.web.staff.ballots_words import cautions, missing_lists, phase_words

blueprint = Blueprint("ballots", __name__)

ENTRY = ("admin", "issuer")
FORM_SPARE = 64 * 1024


@blueprint.url_value_preprocessor
def take_large_statements(_endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Lists of large offices exceed the app's limit. This runs before the form is read, so only for those let in."""
    if current_user.is_authenticated and role_names(current_user) & set(ENTRY):
        request.max_content_length = request.max_form_memory_size = fetching.LIMIT + FORM_SPARE


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Consultations with ballots, and where each stands."""
    today, wanted = runtime().clock.today(), runtime().settings.ballot_issuers
    rows = [row for row in consultations.list_all(db.session) if row.with_ballots]
    shown = [(row, phase_words(row, today), cautions(row, wanted=wanted, today=today)) for row in rows]
    return render_template("staff/ballots/index.html", rows=shown, wanted=wanted)


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """One consultation's issuers, what does not fit, and what comes next."""
    return _page(_get(cid), StatementForm(), AddressForm())


@blueprint.post("/<cid>/terms")
def add(cid: str) -> ResponseReturnValue:
    """Add an issuer by its statement."""
    row, form = _get(cid), StatementForm()
    if (statement := form.statement()) is not None:
        try:
            return _added(cid, statement)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
    return _page(row, form, AddressForm(formdata=None)), 422


@blueprint.post("/<cid>/terms/fetch")
def fetch(cid: str) -> ResponseReturnValue:
    """Add an issuer by asking its address."""
    form = AddressForm()
    if _get(cid).state != "draft":
        raise Conflict("consultation-frozen")
    if form.validate():
        try:
            return _added(cid, _outside(fetching.fetch_terms, form.address.data.rstrip("/"), cid))
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
    return _page(_get(cid), StatementForm(formdata=None), form), 422


@blueprint.post("/<cid>/issuers/<issuer>/remove")
def remove(cid: str, issuer: str) -> ResponseReturnValue:
    """Take an issuer off a draft."""
    with unit_of_work() as session:
        row = consultations.get(session, cid)
        name = pick(issuers.get_issuer(row, issuer), "name")
        issuers.forget(session, row, issuer)
    flash(gettext("“%(name)s” is no longer an issuer of this consultation.", name=name), "success")
    return redirect(url_for("ballots.show", cid=cid))


@blueprint.post("/<cid>/lists")
def hand_in(cid: str) -> ResponseReturnValue:
    """Log an issuer's list that came as a file."""
    row, form = _get(cid), StatementForm()
    if (statement := form.statement()) is not None:
        try:
            _take(cid, statement)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            return _listed(cid, 1)
    return _page(row, form, AddressForm(formdata=None)), 422


@blueprint.post("/<cid>/lists/fetch")
def fetch_lists(cid: str) -> ResponseReturnValue:
    """Ask the issuers for the lists that are due; the ticker does the same by itself."""
    row, taken = _get(cid), 0
    if row.state != "open" or not row.collect_until or runtime().clock.today() <= row.collect_until:
        raise Conflict("consultation-still-collecting")
    for name, address in [(pick(one, "name"), one.address) for one in missing_lists(row)]:
        try:
            _take(cid, _outside(fetching.fetch_closing, address, cid))
            taken += 1
        except PortalError as refusal:
            flash(f"{name}: {message(refusal)}", "warning")
    return _listed(cid, taken)


def _get(cid: str) -> Consultation:
    """The consultation, which must be one with ballots."""
    row = consultations.get(db.session, cid)
    if not row.with_ballots:
        raise Conflict("consultation-without-ballots")
    return row


def _outside(ask: Callable[[str, str], bytes], address: str, cid: str) -> bytes:
    """Ask an issuer while no transaction is open."""
    db.session.rollback()
    return ask(address, cid)


def _added(cid: str, statement: bytes) -> ResponseReturnValue:
    with unit_of_work() as session:
        made = issuers.register(session, consultations.get(session, cid), statement)
    name = pick(made, "name")
    flash(gettext("The terms of “%(name)s” are added. Compare the fingerprints with the issuer.", name=name), "success")
    return redirect(url_for("ballots.show", cid=cid))


def _take(cid: str, statement: bytes) -> None:
    tools = runtime()
    with unit_of_work() as session:
        row = consultations.get(session, cid)
        issuers.take_closing(session, tools.log, row, statement, today=tools.clock.today())


def _listed(cid: str, taken: int) -> ResponseReturnValue:
    if taken:
        flash(ngettext("%(num)s list stands in the log now.", "%(num)s lists stand in the log now.", taken), "success")
    return redirect(url_for("ballots.show", cid=cid))


def _page(row: Consultation, statement: StatementForm, address: AddressForm) -> str:
    tools = runtime()
    today, wanted = tools.clock.today(), tools.settings.ballot_issuers
    return render_template(
        "staff/ballots/show.html",
        row=row,
        issuers=issuer_views(row),
        phase=phase_words(row, today),
        faults=cautions(row, wanted=wanted, today=today),
        missing=missing_lists(row),
        wanted=wanted,
        statement=statement,
        address=address,
        admin="admin" in role_names(current_user),
    )
