"""The committee's daily reminder by mail: how many steps are owed, and where to sign in. Nothing of what was said.

A mail passes through servers that are not the office's. So it names no concern, no consultation and no person: whoever
reads along learns that the portal is in use, and three numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.concerns.deadlines import is_working_day
from portal.concerns.duties import SOON_DAYS, Escalation, Reminder, owed, reminder
from portal.concerns.models import Digest
from portal.concerns.people import members
from portal.words import N_, translated


@dataclass(frozen=True)
class DigestWords:
    """The words of the mail. ``subject`` says nothing of what it is about."""

    subject: str = N_("A reminder from %(office)s")
    about: str = N_("This is the committee's reminder. Steps that are owed on concerns:")
    soon: str = N_("- due within %(days)s days: %(soon)s")
    overdue: str = N_("- overdue: %(overdue)s")
    passed: str = N_("- overdue elsewhere and passed on to you: %(passed)s")
    where: str = N_("Sign in to see which: %(page)s")
    honest: str = N_("This mail says no more on purpose. It comes at most once a day, and only on working days.")


@dataclass(frozen=True)
class Notice:
    """A reminder that has not gone today, and to whom it goes."""

    account_id: int
    email: str
    locale: str
    reminder: Reminder


def waiting(session: Session, today: date, escalation: Escalation, holidays: Collection[date] = ()) -> list[Notice]:
    """The reminders that are still to be sent on this day; none on days off, none to those whom nothing awaits."""
    if not is_working_day(today, holidays):
        return []
    committee, duties = members(session), owed(session, today)
    sent = {row.account_id: row.day for row in session.scalars(select(Digest))}
    found = []
    for account in committee:
        due = reminder(duties, account, committee, escalation, today)
        if due and sent.get(account.id, date.min) < today:
            found.append(Notice(account.id, account.email, account.locale, due))
    return found


def claim(session: Session, account_id: int, today: date) -> bool:
    """Take this account's mail of this day upon oneself; False when that was done already, here or on another host.

    To be committed before the mail goes: after a crash in between, one mail less is sent, never one too many.
    """
    row = session.get(Digest, account_id, with_for_update=True, populate_existing=True)
    if row is not None:
        fresh = row.day < today
        row.day = max(row.day, today)
        return fresh
    try:
        with session.begin_nested():
            session.add(Digest(account_id=account_id, day=today))
    except IntegrityError:  # another host was first
        return False
    return True


def letter(notice: Notice, *, office: str, page: str, gettext: Callable[[str], str]) -> tuple[str, str]:
    """The mail's subject and text in the language of ``gettext``; ``page``: where one signs in."""
    words, due = translated(DigestWords(), gettext), notice.reminder
    values = {"office": office, "page": page, "days": SOON_DAYS}
    values |= {"soon": due.soon, "overdue": due.overdue, "passed": due.passed}
    figures = "\n".join(line % values for line in (words.soon, words.overdue, words.passed))
    parts = (words.about % values, figures, words.where % values, words.honest % values)
    return " ".join((words.subject % values).split()), "\n\n".join(parts) + "\n"
