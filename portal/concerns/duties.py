"""Whom an owed step reaches: who follows the concern, and after its day others as well, so that somebody always hears.

A concern that nobody follows concerns everybody of the committee. An overdue one also reaches the people whom the
settings name, the first at once and each next one ``every`` days later; where they name nobody who could act, it
reaches the whole committee.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.concerns.deadlines import days_late, deadline
from portal.concerns.models import Concern

SOON_DAYS = 7


@dataclass(frozen=True)
class Escalation:
    """Whom overdue concerns reach beside those who follow them: e-mail addresses in turn, ``every`` so many days."""

    people: tuple[str, ...] = ()
    every: int = 7


@dataclass(frozen=True)
class Duty:
    """A step that is owed by the day ``by``, and how many days it is late."""

    concern: Concern
    by: date
    late: int


@dataclass(frozen=True)
class Reminder:
    """How many steps an account hears of: due within :data:`SOON_DAYS`, overdue, and overdue ones passed on to it."""

    soon: int = 0
    overdue: int = 0
    passed: int = 0

    @property
    def late(self) -> int:
        """All that is overdue."""
        return self.overdue + self.passed

    def __bool__(self) -> bool:
        return bool(self.soon or self.late)


def owed(session: Session, today: date) -> list[Duty]:
    """Every step that is owed, the most pressing first."""
    found = []
    for concern in session.scalars(select(Concern)):
        if (by := deadline(concern)) is not None:
            found.append(Duty(concern, by, days_late(concern, today)))
    return sorted(found, key=lambda duty: (duty.by, duty.concern.id))


def followers(duty: Duty, committee: Sequence[Account]) -> set[int]:
    """The account that follows the concern, or everybody of the committee when none does (any more)."""
    everybody = {account.id for account in committee}
    return {duty.concern.owner_id} & everybody or everybody  # type: ignore[return-value]


def told(duty: Duty, committee: Sequence[Account], escalation: Escalation) -> set[int]:
    """The accounts that hear of the step."""
    reached = followers(duty, committee)
    if not duty.late:
        return reached
    known = {account.email: account.id for account in committee}
    chain = [known[email.lower()] for email in escalation.people if email.lower() in known]
    turns = 1 + (duty.late - 1) // escalation.every
    return reached | set(chain[:turns] or known.values())


def reminder(
    duties: Iterable[Duty], account: Account, committee: Sequence[Account], escalation: Escalation, today: date
) -> Reminder:
    """What that account is reminded of."""
    soon = overdue = passed = 0
    for duty in duties:
        own = account.id in followers(duty, committee)
        if not duty.late:
            soon += own and (duty.by - today).days <= SOON_DAYS
        elif own:
            overdue += 1
        else:
            passed += account.id in told(duty, committee, escalation)
    return Reminder(soon, overdue, passed)
