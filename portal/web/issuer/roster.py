"""Importing a roster: the file is read and shown first, and imported when somebody has said that it is right."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.errors import Conflict
from portal.issuing import rounds
from portal.issuing.roster import fingerprint, units_of
from portal.issuing.roster_file import Problem, RosterReading, read_roster
from portal.issuing.roster_words import PROBLEM_WORDS
from portal.web.issuer.door import sitting
from portal.web.issuer.forms import RosterForm
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.issuer.shown import show_round

HELD = "roster"

blueprint = Blueprint("roster", __name__)


@blueprint.route("/", methods=["GET", "POST"])
def upload(consultation: str) -> ResponseReturnValue:
    """Choose a file; its people wait in this sitting until they are confirmed."""
    form, problems = RosterForm(), []
    with reading() as session:
        shown = show_round(session, runtime().settings, consultation, runtime().clock.today())
    if shown.row.state != "preparing":
        raise Conflict("round-frozen")
    if form.validate_on_submit():
        found = read_roster(form.roster.data.read(), form.roster.data.filename or "")
        if not found.problems:
            sitting().held[HELD] = (consultation, found)
            return redirect(url_for("roster.preview", consultation=consultation))
        problems = [say(problem) for problem in found.problems]
    wrong = bool(form.errors or problems)
    page = render_template("issuer/rounds/roster.html", form=form, problems=problems, **vars(shown))
    return page, 422 if wrong else 200


@blueprint.get("/preview")
def preview(consultation: str) -> ResponseReturnValue:
    """What the file says."""
    found = waiting(consultation)
    with reading() as session:
        row = rounds.get(session, consultation)
    return render_template(
        "issuer/rounds/preview.html",
        row=row,
        people=len(found.members),
        members=found.members,
        warnings=[say(note) for note in found.warnings],
        new_units=units_of(found.members),
        new_fingerprint=fingerprint(consultation, found.members),
    )


@blueprint.post("/confirm")
def confirm(consultation: str) -> ResponseReturnValue:
    """Import what was shown."""
    found = waiting(consultation)
    with writing() as session:
        rounds.import_roster(session, rounds.get(session, consultation), found.members)
    sitting().held.pop(HELD, None)
    flash(gettext("The roster was imported."), "success")
    return redirect(url_for("desk.show", consultation=consultation))


def waiting(consultation: str) -> RosterReading:
    """The reading that this sitting holds for that round, or :class:`Conflict` (``roster-not-read``)."""
    held_for, found = sitting().held.get(HELD, ("", None))
    if found is None or held_for != consultation:
        raise Conflict("roster-not-read")
    kept: RosterReading = found
    return kept


def say(problem: Problem) -> str:
    """A problem in words."""
    return gettext(PROBLEM_WORDS[problem.code]) % {"line": problem.line, **problem.detail}
