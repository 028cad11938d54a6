"""Concerns, for the committee: what was published, who sees to it, by when, and what the answer is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.concerns import service
from portal.concerns.deadlines import deadline, is_overdue
from portal.concerns.markup import to_html, to_text
from portal.concerns.models import Concern
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import Remedy
from portal.errors import Invalid
from portal.extensions import db
from portal.findings import service as findings
from portal.web.fresh import is_fresh, verify_url
from portal.web.locale import staff_locale
from portal.web.public.shown import Labelled
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.concerns_forms import ANSWER_MAX, STATES, AnswerForm
from portal.web.staff.findings import shown
from portal.web.staff.forms import put_error, refuse

blueprint = Blueprint("concerns", __name__)


@dataclass(frozen=True)
class Line:
    """A concern in a list: its published row, and the day by which the next step is owed (None: nothing is)."""

    concern: Concern
    row: Labelled
    deadline: date | None
    overdue: bool


def lines(cid: str) -> list[Line]:
    """The consultation's concerns, the most pressing first."""
    today, published = runtime().clock.today(), _rows(cid)
    found = [
        Line(concern, published[concern.code], deadline(concern), is_overdue(concern, today))
        for concern in service.listing(db.session, cid)
    ]
    return sorted(found, key=lambda line: (line.deadline or date.max, -line.row.low))


def _rows(cid: str) -> dict[str, Labelled]:
    words = shown(cid)
    return {row.code: row for row in (*words.categories, *words.praise, *words.themes)}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The concerns of every published consultation."""
    rows = consultations.list_all(db.session, ("published",))
    return render_template("staff/concerns/index.html", rounds=[(row, lines(row.id)) for row in rows], states=STATES)


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """The concerns of one published consultation."""
    findings.get(db.session, cid)
    row = consultations.get_public(db.session, cid)
    return render_template("staff/concerns/index.html", rounds=[(row, lines(cid))], states=STATES)


@blueprint.get("/<cid>/<code>")
def edit(cid: str, code: str) -> ResponseReturnValue:
    """One concern and the answer as it stands."""
    concern = service.get(db.session, cid, code)
    said = to_text(service.answer_text(runtime().sealing, concern))
    return _page(concern, AnswerForm(obj=concern, text=said))


@blueprint.post("/<cid>/<code>")
def answer(cid: str, code: str) -> ResponseReturnValue:
    """Keep the answer, and publish it when asked to."""
    form, concern = AnswerForm(), service.get(db.session, cid, code)
    if form.validate() and _may_publish(form, concern):
        given = service.Answer(
            form.state.data, form.owner.data, form.due.data, to_html(form.text.data), form.published.data
        )
        tools = runtime()
        try:
            with unit_of_work() as session:
                service.answer(session, tools.log, tools.sealing, service.get(session, cid, code), given)
        except Invalid as refusal:
            refuse(form, refusal, {"concern-answer-empty": "text", "concern-state": "state"})
        else:
            flash(_done(given.published), "success")
            return redirect(url_for("concerns.edit", cid=cid, code=code))
    return _page(concern, form), 422


def _may_publish(form: AnswerForm, concern: Concern) -> bool:
    """Publishing, and taking back, need a recent sign-in; the words stay in the form until there is one."""
    if not (form.published.data or concern.published) or is_fresh():
        return True
    words = gettext("You signed in too long ago to publish. Confirm below that it is you, then send this again.")
    put_error(form.published, words)
    return False


def _done(published: bool) -> str:
    if published:
        return gettext("The answer is published, and the log says so.")
    return gettext("The answer is kept. The public does not see it yet.")


def _page(concern: Concern, form: AnswerForm) -> str:
    row = consultations.get_public(db.session, concern.consultation_id)
    publication = findings.get(db.session, concern.consultation_id)
    return render_template(
        "staff/concerns/edit.html",
        row=row,
        concern=concern,
        form=form,
        line=next(line for line in lines(row.id) if line.concern.code == concern.code),
        paraphrases=findings.publishable_paraphrases(runtime().sealing, publication).get(concern.code),
        k_paraphrase=row.k_paraphrase,
        remedies=_remedies(row, concern.code),
        states=STATES,
        fresh=is_fresh(),
        verify_url=verify_url(),
        answer_max=ANSWER_MAX,
    )


def _remedies(row: Consultation, code: str) -> list[tuple[str, Remedy]]:
    """The taxonomy's remedies for a concern, or for all the concerns of a theme, in the account's language."""
    taxonomy = consultations.taxonomy_of(row)
    codes = [name for name, theme in taxonomy.counted_themes.items() if code in {name, theme}]
    found = [taxonomy.remedy_by_code[name] for name in taxonomy.remedies_for(codes)]
    return [(getattr(remedy, staff_locale()) or remedy.vi, remedy) for remedy in found]
