"""The page of one concern: what was said, the usual remedy, the answer, and every step so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import render_template

from portal.accounts import service as accounts
from portal.concerns import steps
from portal.concerns.models import Concern, ConcernStep
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import Remedy
from portal.extensions import db
from portal.findings import service as findings
from portal.web.concern_words import KINDS, STATES
from portal.web.fresh import is_fresh, verify_url
from portal.web.locale import staff_locale
from portal.web.runtime import runtime
from portal.web.staff.concerns_due import lines
from portal.web.staff.concerns_forms import ANSWER_MAX, NOTE_MAX, AnswerForm
from portal.web.staff.findings import public_address


@dataclass(frozen=True)
class Past:
    """A step of the history with who took it (empty: not known) and the committee's note as cleaned HTML."""

    step: ConcernStep
    who: str
    note: str


def page_of(concern: Concern, form: AnswerForm) -> str:
    """The page with that form, filled in or refused."""
    row = consultations.get_public(db.session, concern.consultation_id)
    publication = findings.get(db.session, concern.consultation_id)
    return render_template(
        "staff/concerns/edit.html",
        row=row,
        concern=concern,
        form=form,
        line=next(line for line in lines(row.id) if line.concern.code == concern.code),
        paraphrases=findings.publishable_paraphrases(db.session(), runtime().sealing, publication).get(concern.code),
        k_paraphrase=row.paraphrase_threshold,
        remedies=_remedies(row, concern.code),
        history=list(_history(concern)),
        states=STATES,
        kinds=KINDS,
        board=public_address(f"board/{row.id}"),
        fresh=is_fresh(),
        verify_url=verify_url(),
        answer_max=ANSWER_MAX,
        note_max=NOTE_MAX,
    )


def _history(concern: Concern) -> Iterator[Past]:
    names = {account.id: account.name or account.email for account in accounts.list_accounts(db.session())}
    for step in steps.history(db.session(), concern):
        yield Past(step, names.get(step.account_id or 0, ""), steps.note_of(runtime().sealing, step))


def _remedies(row: Consultation, code: str) -> list[tuple[str, Remedy]]:
    """The taxonomy's remedies for a concern, or for all the concerns of a theme, in the account's language."""
    taxonomy = consultations.taxonomy_of(row)
    codes = [name for name, theme in taxonomy.counted_themes.items() if code in {name, theme}]
    found = [taxonomy.remedy_by_code[name] for name in taxonomy.remedies_for(codes)]
    return [(getattr(remedy, staff_locale()) or remedy.vi, remedy) for remedy in found]
