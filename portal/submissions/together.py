"""Group commit: comments that come at the same time share one durable transaction.

A commit waits for the disk, and beginning one, looking the consultation up and asking whether the log was rolled back
cost the same for one comment as for eight. Whoever comes first while nobody writes writes for all who wait; nobody is
answered before the commit that holds their comment. In one process, comments of a group enter in random order.

:func:`accept_all` takes the ordinary case: every comment is new, or refused for what it is. Whatever is rarer raises
:class:`Alone`, or the database does; then each comment goes through :func:`portal.submissions.service.accept` in a
transaction of its own, so that a bad one spoils nothing for its neighbours.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from portal.ballots import redeem
from portal.clock import Clock
from portal.consultations.intake import Intake, intake
from portal.crypto.envelope import EnvelopeHeader
from portal.errors import Conflict, Invalid, PortalError
from portal.ledger import pool
from portal.submissions.models import SealedEnvelope, Submission

MOST = 32
"""Comments of one group: enough for every thread of a worker."""
INSERT = insert(cast(Table, Submission.__table__))
INSERT_ENVELOPE = insert(cast(Table, SealedEnvelope.__table__))
EARLIER = select(Submission.leaf_hash).where(Submission.leaf_hash.in_(bindparam("hashes", expanding=True)))

Offered = TypeVar("Offered")
Answer = TypeVar("Answer")


class Alone(Exception):
    """This group cannot be taken together: a comment came before, or twice, or a ballot is raced for."""


@dataclass(frozen=True)
class Offer:
    """A comment with everything about it that no other comment changes, worked out before anybody waits for it.

    ``header``: None where the envelope is malformed; hashes of 32 bytes.
    """

    consultation: str
    envelope: bytes
    locator_hash: bytes
    ballot: redeem.Verified | None
    leaf: bytes
    leaf_hash: bytes
    envelope_sha256: bytes
    header: EnvelopeHeader | None


Outcome = pool.Waiting | PortalError
"""What waits now, or why nothing does."""
Welcome = Callable[[Intake], None]
"""Raises :class:`PortalError` where the consultation takes no more at present."""


def accept_all(
    session: Session, clock: Clock, offers: Sequence[Offer], *, promise_days: int, welcome: Welcome
) -> list[Outcome]:
    """Store every offer that is not refused, in the session's transaction; answers in the order of ``offers``."""
    hashes = [offer.leaf_hash for offer in offers]
    if len(set(hashes)) < len(hashes):
        raise Alone
    places = {name: _place(session, name) for name in sorted({offer.consultation for offer in offers})}
    pool.hold_all(session, hashes)
    if session.connection().execute(EARLIER, {"hashes": hashes}).first() is not None:
        raise Alone
    today = clock.today()
    refused = [_refusal(places[offer.consultation], offer, welcome, today) for offer in offers]
    taken = [offer for offer, why in zip(offers, refused, strict=True) if why is None]
    if taken:
        secrets.SystemRandom().shuffle(taken)
        _spend(session, taken)
        _store(session, taken)
    leaves = [(offer.consultation, offer.leaf, offer.leaf_hash) for offer in taken]
    waiting = pool.put_all(session, leaves, kind="submission", today=today, promise_days=promise_days)
    return [why or waiting[offer.leaf_hash] for offer, why in zip(offers, refused, strict=True)]


def _place(session: Session, name: str) -> Intake | PortalError:
    """The consultation, which stays as it is until the transaction ends."""
    try:
        return intake(session, name, hold=True)
    except PortalError as refusal:
        return refusal


def _refusal(place: Intake | PortalError, offer: Offer, welcome: Welcome, today: date) -> PortalError | None:
    """Why it is not taken, in the order in which a single comment is asked."""
    if isinstance(place, PortalError):
        return place
    try:
        welcome(place)
        if place.with_ballots != (offer.ballot is not None):
            raise Invalid("ballot-missing" if place.with_ballots else "ballot-not-needed")
        if not place.accepts(today):
            raise Conflict("consultation-closed")
        check_header(place, offer.header)
    except PortalError as refusal:
        return refusal
    return None


def check_header(place: Intake, header: EnvelopeHeader | None) -> None:
    """Refuse an envelope that is malformed (None), or sealed for another consultation or other keys."""
    if header is None:
        raise Invalid("envelope-malformed")
    if header.consultation != place.id:
        raise Conflict("envelope-other-consultation")
    if header.keys != place.kids:
        raise Conflict("envelope-unknown-key")


def _spend(session: Session, taken: Sequence[Offer]) -> None:
    ballots = [offer.ballot for offer in taken if offer.ballot is not None]
    if ballots and not redeem.spend_all(session, ballots):
        raise Alone


def _store(session: Session, taken: Sequence[Offer]) -> None:
    connection = session.connection()
    rows = [
        {
            "leaf_hash": offer.leaf_hash,
            "consultation_id": offer.consultation,
            "envelope_sha256": offer.envelope_sha256,
            "locator_hash": offer.locator_hash,
        }
        for offer in taken
    ]
    connection.execute(INSERT, rows)
    connection.execute(INSERT_ENVELOPE, [{"leaf_hash": one.leaf_hash, "data": one.envelope} for one in taken])


@dataclass
class _Entry(Generic[Offered, Answer]):
    offered: Offered
    answer: Answer | None = None
    fault: BaseException | None = None
    done: bool = False


@dataclass
class Group(Generic[Offered, Answer]):
    """One at a time works for all who wait. ``work``: offers to answers, one for each, in their order."""

    work: Callable[[list[Offered]], list[Answer]]
    _waiting: list[_Entry[Offered, Answer]] = field(default_factory=list)
    _list: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def run(self, offered: Offered) -> Answer:
        """The answer to this offer, as soon as somebody has worked it out; what went wrong then is raised here."""
        entry: _Entry[Offered, Answer] = _Entry(offered)
        with self._list:
            self._waiting.append(entry)
        while not entry.done:
            with self._turn:
                if not entry.done:
                    self._serve()
        if entry.fault is not None:
            raise entry.fault
        return cast(Answer, entry.answer)

    def _serve(self) -> None:
        with self._list:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            answers = self.work([entry.offered for entry in batch])
            for entry, answer in zip(batch, answers, strict=True):
                entry.answer = answer
        except BaseException as fault:
            for entry in batch:
                entry.fault = fault
        finally:
            for entry in batch:
                entry.done = True
