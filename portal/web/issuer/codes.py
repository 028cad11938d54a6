"""Claim codes: on slips, by e-mail, and a new one for who lost theirs. They are made here and kept nowhere."""

from __future__ import annotations

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from portal.crypto.blindrsa import key_id
from portal.errors import Conflict, Invalid
from portal.issuing import claims, rounds
from portal.issuing.config import IssuerSettings
from portal.issuing.mail import Letter, LetterWords, check_server, send_codes
from portal.issuing.models import Round
from portal.web.forms import options, put_error
from portal.web.issuer.door import sitting
from portal.web.issuer.forms import LetterForm, OneSlipForm, SlipsForm
from portal.web.issuer.printing import days_of, print_slips
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.issuer.shown import Shown, collect_page, show_round
from portal.web.issuer.words import said
from portal.web.language import pick_in
from portal.words import translated

UNSENT = "unsent"
SCOPES = {
    "missing": _l("Only people who have no code yet"),
    "all": _l("Everybody who has not collected; codes handed out before become void"),
    UNSENT: _l("Only people whose e-mail could not be sent"),
}

blueprint = Blueprint("codes", __name__)


@blueprint.get("/")
def index(consultation: str) -> ResponseReturnValue:
    """The ways of handing out codes."""
    return _page(consultation, SlipsForm(prefix="slips"), OneSlipForm(prefix="one"))


@blueprint.post("/slips")
def slips(consultation: str) -> ResponseReturnValue:
    """Make codes and hand out the slips as a file, once."""
    form, tools = SlipsForm(prefix="slips"), runtime()
    form.scope.choices = options(_scopes(consultation))
    if not form.validate_on_submit():
        return _page(consultation, form, OneSlipForm(prefix="one"))
    scope, unsent = form.scope.data, sitting().held.get(UNSENT, ("", ()))[1]
    with writing() as session:
        row = rounds.get(session, consultation)
        only = unsent if scope == UNSENT else None
        made = claims.make_codes(session, row, only=only, missing=scope == "missing")
    answer = print_slips(tools.settings, row, made, form.language.data)
    if scope == UNSENT:
        sitting().held.pop(UNSENT, None)
    flash(gettext("Claim codes were made. Only the file that you saved holds them."), "success")
    return answer


@blueprint.post("/one")
def one(consultation: str) -> ResponseReturnValue:
    """A new code for one person, on one slip."""
    form, tools = OneSlipForm(prefix="one"), runtime()
    if not form.validate_on_submit():
        return _page(consultation, SlipsForm(formdata=None, prefix="slips"), form)
    try:
        with writing() as session:
            row = rounds.get(session, consultation)
            slip = claims.make_code(session, row, form.staff_code.data)
    except (Invalid, Conflict) as refusal:
        put_error(form.staff_code, said(refusal))
        return _page(consultation, SlipsForm(formdata=None, prefix="slips"), form)
    answer = print_slips(tools.settings, row, [slip], form.language.data)
    flash(gettext("A new code was made for that person; the earlier one is void."), "success")
    return answer


@blueprint.post("/mail")
def mail(consultation: str) -> ResponseReturnValue:
    """Make codes for those whose address stands in the roster and have none yet, and send them."""
    form, tools = LetterForm(prefix="letter"), runtime()
    if not form.validate_on_submit():
        raise Invalid("invalid")
    check_server(tools.settings)
    with writing() as session:
        row = rounds.get(session, consultation)
        made = claims.make_codes(session, row, missing=True, addressed=True)
    report = send_codes(tools.settings, made, letter(tools.settings, row, form.language.data), tools.clock)
    sitting().held[UNSENT] = (consultation, report.failed)
    with reading() as session:
        shown = show_round(session, tools.settings, consultation, tools.clock.today())
    names = {slip.staff_code: slip.name for slip in made}
    failed = [(code, names[code]) for code in report.failed]
    return render_template("issuer/rounds/sent.html", sent=len(report.sent), failed=failed, **vars(shown))


def letter(settings: IssuerSettings, row: Round, language: str) -> Letter:
    """What all mails of a round share, in that language."""
    with force_locale(language):
        return Letter(
            issuer_name=pick_in(language, settings, "name"),
            office_name=settings.office_name,
            title=pick_in(language, row, "title"),
            days=days_of(language, row.collect_from, row.collect_until),
            page=collect_page(settings, row),
            key_id=key_id(row.public_key),
            words=translated(LetterWords(), gettext),
        )


def _scopes(consultation: str) -> list[tuple[str, str]]:
    """The scopes that this sitting can choose from: mails that failed are remembered until the desk is locked."""
    held_for, codes = sitting().held.get(UNSENT, ("", ()))
    known = {"all", "missing"} | ({UNSENT} if codes and held_for == consultation else set())
    return [(name, str(words)) for name, words in SCOPES.items() if name in known]


def _shown(consultation: str) -> Shown:
    with reading() as session:
        return show_round(session, runtime().settings, consultation, runtime().clock.today())


def _page(consultation: str, slips_form: SlipsForm, one_form: OneSlipForm) -> ResponseReturnValue:
    shown = _shown(consultation)
    if shown.row.state == "closed":
        raise Conflict("round-closed")
    slips_form.scope.choices = options(_scopes(consultation))
    if not slips_form.errors:
        slips_form.scope.data = "missing"  # pressed twice it voids nothing: the page stays while the file is saved
    wrong = bool(slips_form.errors or one_form.errors)
    letter_form = LetterForm(formdata=None, prefix="letter")
    forms = {"slips": slips_form, "one": one_form, "letter": letter_form}
    page = render_template("issuer/rounds/codes.html", **forms, **vars(shown))
    return page, 422 if wrong else 200
