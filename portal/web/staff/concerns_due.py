"""What is owed, as pages show it: concerns with their days, reminders of this account, the number in the navigation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.concerns import service
from portal.concerns.calendar import Entry
from portal.concerns.deadlines import days_late, deadline
from portal.concerns.duties import Duty, Escalation, Reminder, followers, owed, reminder
from portal.concerns.models import Concern
from portal.concerns.people import members
from portal.consultations import service as consultations
from portal.extensions import db
from portal.web.locale import pick
from portal.web.public.shown import Labelled
from portal.web.runtime import runtime
from portal.web.staff.findings import shown


@dataclass(frozen=True)
class Line:
    """A concern in a list: its published row, the day by which the next step is owed (None: nothing is), how late."""

    concern: Concern
    row: Labelled
    deadline: date | None
    late: int


def lines(cid: str) -> list[Line]:
    """The consultation's concerns, the most pressing first."""
    today, published = runtime().clock.today(), _rows(cid)
    found = [
        Line(concern, published[concern.code], deadline(concern), days_late(concern, today))
        for concern in service.listing(db.session, cid)
    ]
    return sorted(found, key=lambda line: (line.deadline or date.max, -line.row.low))


def _rows(cid: str) -> dict[str, Labelled]:
    words = shown(cid)
    return {row.code: row for row in (*words.categories, *words.praise, *words.themes)}


def escalation() -> Escalation:
    """Whom the settings name."""
    settings = runtime().settings
    return Escalation(settings.escalate_to, settings.escalate_days)


def reminders(session: Session, account: Account, today: date) -> dict[str, Reminder]:
    """What this account is reminded of, by consultation; only those of which there is something to say."""
    committee, rule = members(session), escalation()
    duties = sorted(owed(session, today), key=_consultation)
    found = {cid: reminder(group, account, committee, rule, today) for cid, group in groupby(duties, key=_consultation)}
    return {cid: one for cid, one in found.items() if one}


def _consultation(duty: Duty) -> str:
    return duty.concern.consultation_id


def reminder_words(due: Reminder) -> Iterator[str]:
    """The reminder in sentences, the most pressing first."""
    if due.overdue:
        yield ngettext("%(num)s concern is overdue", "%(num)s concerns are overdue", due.overdue)
    if due.passed:
        yield ngettext(
            "%(num)s overdue concern of others has been passed on to you",
            "%(num)s overdue concerns of others have been passed on to you",
            due.passed,
        )
    if due.soon:
        yield ngettext("%(num)s concern is due within a week", "%(num)s concerns are due within a week", due.soon)


def badge(account: Account) -> int:
    """How many overdue steps have reached this account."""
    return sum(one.late for one in reminders(db.session(), account, runtime().clock.today()).values())


def entries(session: Session, account: Account, today: date) -> Iterator[Entry]:
    """The steps that this account follows, or nobody does, as days of a calendar."""
    committee = members(session)
    for duty in owed(session, today):
        if account.id in followers(duty, committee):
            concern = duty.concern
            name = _rows(concern.consultation_id)[concern.code].label
            title = pick(consultations.get(session, concern.consultation_id), "title")
            yield Entry(f"concern-{concern.consultation_id}-{concern.code}", duty.by, _step(concern, name), title)


def _step(concern: Concern, name: str) -> str:
    """What is owed, in the account's language."""
    if concern.published and concern.public_state == "accepted":
        return gettext("To be done: %(name)s", name=name)
    if not concern.published and concern.state == "received":
        return gettext("To acknowledge: %(name)s", name=name)
    return gettext("To answer: %(name)s", name=name)
