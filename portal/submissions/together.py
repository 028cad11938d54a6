"""Group commit: comments that come at the same time share one durable transaction.

A commit waits for the disk, and beginning one, looking the consultation up and asking whether the log was rolled back
cost the same for one comment as for eight. Whoever comes first while nobody writes writes for all who wait; nobody is
answered before the commit that holds their comment. In one process, comments of a group enter in random order.

:func:`accept_all` takes the ordinary case, and leaves what must hold when the row is written to the statement that
writes it. Whatever that does not write, or the database refuses, undoes the whole group
(:class:`~portal.direct.Unwritten`): then each comment goes through :func:`portal.submissions.service.accept` in a
transaction of its own, where each refusal has its name, so that a bad one spoils nothing for its neighbours.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar, cast

from sqlalchemy import LargeBinary, String, and_, bindparam, exists, not_, or_

from portal.ballots import redeem
from portal.clock import Clock
from portal.consultations.intake import ACCEPTS, HOLD, Intake
from portal.crypto.envelope import EnvelopeHeader
from portal.direct import Transaction, Unwritten
from portal.errors import Conflict, Invalid, PortalError
from portal.ledger import pool
from portal.submissions.models import Submission

MOST = 32
"""Comments of one group: enough for every thread of a worker."""
KIND = "submission"
# What waits is found by the pool's unique columns; what has its place is asked for.
HAS_PLACE = exists().where(
    or_(
        Submission.leaf_hash == bindparam("leaf_hash", type_=LargeBinary),
        and_(
            Submission.locator_hash == bindparam("handle", type_=LargeBinary),
            Submission.consultation_id == bindparam("group", type_=String),
        ),
    )
)
PUT = pool.putting(ACCEPTS, not_(HAS_PLACE))

Offered = TypeVar("Offered")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Offer:
    """A comment with everything about it that no other comment changes, worked out before anybody waits for it.

    ``entry``: its group is the consultation, its handle the locator's hash, its load the envelope; ``header``: None
    where the envelope is malformed.
    """

    entry: pool.Entry
    ballot: redeem.Verified | None
    header: EnvelopeHeader | None

    @property
    def envelope(self) -> bytes:
        """The sealed comment."""
        return cast(bytes, self.entry.load)

    @property
    def locator_hash(self) -> bytes:
        """SHA-256 of the receipt's locator (32 bytes)."""
        return cast(bytes, self.entry.handle)


Outcome = pool.Waiting | PortalError
"""What waits now, or why nothing does."""
Welcome = Callable[[Intake], None]
"""Raises :class:`PortalError` where the consultation takes no more at present."""


def accept_all(
    transaction: Transaction,
    clock: Clock,
    offers: Sequence[Offer],
    *,
    places: Mapping[str, Intake | PortalError],
    promise_days: int,
    welcome: Welcome,
) -> list[Outcome]:
    """Store every offer that is not refused, in that transaction; answers in the order of ``offers``.

    ``places``: each consultation, as it was read at any time since it opened, or why there is none.
    """
    today = clock.today()
    refused = [_refusal(places[one.entry.group], one, welcome, today) for one in offers]
    taken = [one for one, why in zip(offers, refused, strict=True) if why is None]
    if taken:
        secrets.SystemRandom().shuffle(taken)
        _store(transaction, taken, today, promise_days)
    due = today + timedelta(days=promise_days)
    waiting = [pool.Waiting(one.entry.leaf_hash, due, one.entry.data) for one in offers]
    return [why or waits for why, waits in zip(refused, waiting, strict=True)]


def _store(transaction: Transaction, taken: Sequence[Offer], today: date, promise_days: int) -> None:
    if transaction.many_writers:  # in one order for everybody; whoever closes waits, and the other way round
        for name in sorted({one.entry.group for one in taken}):
            transaction.run(HOLD, {"name": name})
    rows = [pool.row_of(one.entry, kind=KIND, today=today, promise_days=promise_days) for one in taken]
    transaction.write(PUT, rows)
    redeem.spend_all(transaction, [one.ballot for one in taken if one.ballot is not None])


def _refusal(place: Intake | PortalError, offer: Offer, welcome: Welcome, today: date) -> PortalError | None:
    """Why it is not taken, in the order in which a single comment is asked."""
    if isinstance(place, PortalError):
        return place
    try:
        welcome(place)
        if place.with_ballots != (offer.ballot is not None):
            raise Invalid("ballot-missing" if place.with_ballots else "ballot-not-needed")
        if not place.accepts(today):
            raise Unwritten  # what came before it closed is answered all the same
        check_header(place, offer.header)
    except PortalError as refusal:
        return refusal
    return None


@dataclass
class Opened:
    """Consultations as they were read when they were open: only their state changes then, which is asked anew each
    time (``PUT``)."""

    read: Callable[[str], Intake]
    _known: dict[str, Intake] = field(default_factory=dict)

    def of(self, name: str) -> Intake | PortalError:
        """The consultation, or why there is none."""
        if name not in self._known:
            try:
                found = self.read(name)
            except PortalError as refusal:
                return refusal
            if found.state != "open":
                return found
            self._known[name] = found
        return self._known[name]


def check_header(place: Intake, header: EnvelopeHeader | None) -> None:
    """Refuse an envelope that is malformed (None), or sealed for another consultation or other keys."""
    if header is None:
        raise Invalid("envelope-malformed")
    if header.consultation != place.id:
        raise Conflict("envelope-other-consultation")
    if header.keys != place.kids:
        raise Conflict("envelope-unknown-key")


def _shut() -> threading.Lock:
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass
class _Entry(Generic[Offered, Answer]):
    """``gate``: whoever waits gets through it once the answer is there, or once it is their turn to work."""

    offered: Offered
    answer: Answer | None = None
    fault: BaseException | None = None
    done: bool = False
    gate: threading.Lock = field(default_factory=_shut)


@dataclass
class Group(Generic[Offered, Answer]):
    """One at a time works for all who wait. ``work``: offers to answers, one for each, in their order."""

    work: Callable[[list[Offered]], list[Answer]]
    _waiting: list[_Entry[Offered, Answer]] = field(default_factory=list)
    _list: threading.Lock = field(default_factory=threading.Lock)
    _busy: bool = False

    def run(self, offered: Offered) -> Answer:
        """The answer to this offer, as soon as somebody has worked it out; what went wrong then is raised here."""
        entry: _Entry[Offered, Answer] = _Entry(offered)
        with self._list:
            self._waiting.append(entry)
            waits, self._busy = self._busy, True
        if waits:
            entry.gate.acquire()
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
            self._let_go(batch)

    def _let_go(self, batch: list[_Entry[Offered, Answer]]) -> None:
        """Whoever has waited longest works next; those who were served go on."""
        with self._list:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].gate.release()
        for entry in batch:
            entry.done = True
            entry.gate.release()
