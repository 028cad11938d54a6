"""A moderator's consultations at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.consultations.service import PUBLIC_STATES, list_all
from portal.moderation.assignment import own_percent
from portal.moderation.readings import has_declared
from portal.moderation.recusal import READERS_LEAST, is_recused, remaining
from portal.moderation.service import QueueState, readable, state


@dataclass(frozen=True)
class Desk:
    """A consultation as its reader sees it. ``own``: per cent of the reader's even share; ``readers``: people who can
    still read; ``declared``: whether the reader has said that nothing is left; ``recused``: stands back from it."""

    row: Consultation
    state: QueueState
    own: int
    readers: int
    declared: bool
    recused: bool

    @property
    def few(self) -> bool:
        """Whether one person alone would say what the comments mean."""
        return too_few(self.row, self.readers)


@dataclass(frozen=True)
class Office:
    """What the office is shown: a consultation, and how many people can still read it."""

    row: Consultation
    readers: int

    @property
    def few(self) -> bool:
        """Whether one person alone would say what the comments mean."""
        return too_few(self.row, self.readers)


def too_few(row: Consultation, readers: int) -> bool:
    """Whether so many readers are under two while there is something to read."""
    return row.state in {"open", "closed"} and readers < READERS_LEAST


def offices(session: Session) -> list[Office]:
    """Every consultation that was opened, newest period first."""
    return [Office(row, len(remaining(session, row))) for row in list_all(session, PUBLIC_STATES)]


def desks(session: Session, account: Account) -> list[Desk]:
    """The consultations that one of the account's keys can read, newest period first."""
    return [desk_of(session, account, row) for row in readable(session, account)]


def desk_of(session: Session, account: Account, row: Consultation) -> Desk:
    """One of them."""
    found = state(session, row)
    own = own_percent(session, account, row, total=found.total)
    readers = len(remaining(session, row))
    return Desk(row, found, own, readers, has_declared(session, account, row), is_recused(session, account, row))
