"""The public board of answers: each published concern, its state, what was answered on which day, what is promised.

It shows rows of the publication and nothing else of the committee's work: no draft, no note, no name. An overdue
concern stands there as overdue, whoever should have seen to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.concerns import service, steps
from portal.concerns.deadlines import days_late, deadline, public_state
from portal.concerns.models import Concern, ConcernStep
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.extensions import db
from portal.findings import service as findings
from portal.web.concern_words import KINDS, STATES
from portal.web.locale import public_locale
from portal.web.public.blueprint import public
from portal.web.public.shown import Labelled, label
from portal.web.runtime import runtime

OVERDUE = "overdue"


@dataclass(frozen=True)
class Standing:
    """A published concern as everyone may see it: ``by`` is the day of what is owed next, None when nothing is."""

    row: Labelled
    state: str
    by: date | None
    due: date
    late: bool
    steps: list[ConcernStep]


def standings(row: Consultation) -> list[Standing]:
    """The consultation's concerns as its publication orders them; only those that it publishes."""
    today, session = runtime().clock.today(), db.session()
    document = findings.document_of(findings.get(session, row.id))
    words = label(document, consultations.taxonomy_of(row), row, public_locale())
    concerns = {concern.code: concern for concern in service.listing(session, row.id)}
    said = steps.public_steps(session, concerns.values())
    shown = [one for one in (*words.categories, *words.themes) if one.code in concerns]
    return [_standing(one, concerns[one.code], said[concerns[one.code].id], today) for one in shown]


def _standing(row: Labelled, concern: Concern, said: list[ConcernStep], today: date) -> Standing:
    late = days_late(concern, today) > 0
    return Standing(row, public_state(concern), deadline(concern), concern.due, late, said)


def counted(found: list[Standing]) -> Counter[str]:
    """How many concerns stand in each state, and how many are overdue."""
    return Counter([one.state for one in found] + [OVERDUE for one in found if one.late])


@public.get("/board")
def boards() -> ResponseReturnValue:
    """How far the committee is with each published consultation."""
    rows = [(row, counted(standings(row))) for row in consultations.list_all(db.session(), ("published",))]
    return render_template("public/boards.html", rows=rows, states=STATES, kinds=KINDS)


@public.get("/board/<cid>")
def board(cid: str) -> ResponseReturnValue:
    """One consultation's board; ``state`` in the query (a state, or ``overdue``) shows those alone."""
    row, wanted = consultations.get_public(db.session(), cid), request.args.get("state", "")
    found = standings(row)
    shown = [one for one in found if wanted not in {*STATES, OVERDUE} or wanted in {one.state, one.late and OVERDUE}]
    return render_template(
        "public/board.html",
        row=row,
        shown=shown,
        total=len(found),
        counts=counted(found),
        wanted=wanted if wanted in {*STATES, OVERDUE} else "",
        today=runtime().clock.today(),
        states=STATES,
        kinds=KINDS,
    )
