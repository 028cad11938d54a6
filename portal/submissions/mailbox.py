"""The mailboxes of an anonymous conversation: questions in, answers in, and the same buckets out to everybody.

The portal sees sealed messages of one size, and of each the bucket it belongs to. It is not told which comment is
talked about, neither by whoever asks nor by whoever answers: a question brings the hashes of its answer tickets, and
an answer spends a ticket. Both wait in the pool and come out shuffled, so that nobody who watches a bucket sees when
somebody wrote. See ``docs/conversation.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.consultations.models import Consultation
from portal.crypto.buckets import above, depth_for, depth_of
from portal.crypto.errors import MessageError
from portal.crypto.message import TICKETS, message_size, parse_sealed, ticket_hash
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import events, pool
from portal.ledger.log import Log
from portal.ledger.models import LogLeaf
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.sequencing import count_sequenced, mail_group
from portal.tlog.merkle import leaf_hash

STEP = 8
"""Messages by which a bucket's answer grows."""
PAGE_MAX = 100


@dataclass(frozen=True)
class Posted:
    """A message on its way: its bytes, and its bucket as the writer's browser found it."""

    data: bytes
    bucket: int


@dataclass(frozen=True)
class Kept:
    """A taken message: the leaf that will stand in the log, and the log's promise (empty once the leaf stands)."""

    leaf: bytes
    promise: str
    fresh: bool


def last_day(row: Consultation) -> date:
    """The last day of the consultation's conversations; the day after, they are erased."""
    return row.closes + timedelta(days=row.talk_days)


def talking(row: Consultation, today: date) -> bool:
    """Whether messages are taken and shown today."""
    return row.talk_days > 0 and row.state != "draft" and row.opens <= today <= last_day(row)


def ask(
    session: Session,
    log: Log,
    clock: Clock,
    row: Consultation,
    *,
    posted: Posted,
    tickets: Sequence[bytes],
    promise_days: int,
) -> Kept:
    """Take a moderator's message with the SHA-256 of each of its answer tickets.

    The same bytes again are answered as the first time.
    """
    if len(set(tickets)) != TICKETS or any(len(one) != hashlib.sha256().digest_size for one in tickets):
        raise Invalid("message-malformed")
    kept = _keep(session, log, clock, row, posted=posted, promise_days=promise_days)
    if kept.fresh:
        try:
            values = [{"hash": one, "consultation_id": row.id} for one in tickets]
            session.execute(insert(AnswerTicket), values)
        except IntegrityError:
            raise Conflict("replay") from None
    return kept


def answer(
    session: Session, log: Log, clock: Clock, row: Consultation, *, posted: Posted, ticket: bytes, promise_days: int
) -> Kept:
    """Take a submitter's message for a ticket (32 bytes), which is then gone.

    The same bytes again are answered as the first time and cost nothing, so that a broken connection loses no ticket.
    """
    kept = _keep(session, log, clock, row, posted=posted, promise_days=promise_days)
    if kept.fresh:
        found = (AnswerTicket.hash == ticket_hash(ticket)) & (AnswerTicket.consultation_id == row.id)
        if not session.connection().execute(delete(AnswerTicket).where(found)).rowcount:
            raise Conflict("ticket-spent")
    return kept


def _keep(session: Session, log: Log, clock: Clock, row: Consultation, *, posted: Posted, promise_days: int) -> Kept:
    # PostgreSQL: whoever erases what is over waits until this transaction ends, and the other way round.
    session.refresh(row, with_for_update={"read": True})
    if not talking(row, clock.today()):
        raise Conflict("talk-over")
    digest = hashlib.sha256(posted.data).hexdigest()
    leaf = events.encode("message", consultation=row.id, envelope_sha256=digest)
    place = leaf_hash(leaf)
    pool.hold(session, place)
    if session.scalar(select(MailMessage.leaf_hash).where(MailMessage.leaf_hash == place)) is not None:
        waiting = pool.find(session, place)
        return Kept(leaf, log.promise(place, waiting.due) if waiting else "", fresh=False)
    _check(session, row, posted)
    values = {"leaf_hash": place, "consultation_id": row.id, "bucket": posted.bucket, "data": posted.data}
    session.execute(insert(MailMessage).values(values))
    group, today = mail_group(row.id), clock.today()
    entry = pool.Entry(group, leaf, place)
    waiting = pool.put(session, entry, kind="message", today=today, promise_days=promise_days)
    return Kept(leaf, log.promise(place, waiting.due), fresh=True)


def _check(session: Session, row: Consultation, posted: Posted) -> None:
    try:
        consultation = parse_sealed(posted.data).consultation
    except MessageError:
        raise Invalid("message-malformed") from None
    if consultation != row.id:
        raise Conflict("message-other-consultation")
    _check_bucket(session, row, posted.bucket)


def _check_bucket(session: Session, row: Consultation, bucket: int) -> None:
    """No deeper than so many comments allow: a deeper bucket would single out whoever asks for it."""
    if bucket < 1 or depth_of(bucket) > depth_for(count_sequenced(session, row.id)):
        raise NotFound("mail-bucket-unknown")


def read_bucket(session: Session, row: Consultation, bucket: int, *, today: date) -> bytes:
    """Every logged message of the bucket and of those that contain it, one after another, in no order.

    Filled up with zeros to a whole number of :data:`STEP` messages, one step at least: everybody gets the same bytes,
    and their number tells little. Opening is tried on each; what is somebody else's, or zeros, does not open.
    """
    if not talking(row, today):
        raise NotFound("talk-over")
    _check_bucket(session, row, bucket)
    query = (
        select(MailMessage.data)
        .where(MailMessage.consultation_id == row.id, MailMessage.bucket.in_(list(above(bucket))))
        .where(MailMessage.leaf_index.is_not(None), MailMessage.data.is_not(None))
        .order_by(MailMessage.leaf_hash)
    )
    found = [data for data in session.scalars(query) if data is not None]
    step = STEP * message_size(row.id)
    return b"".join(found).ljust(max(1, -(-len(found) // STEP)) * step, b"\0")


@dataclass(frozen=True)
class Mail:
    """A message as moderators get it, all of them alike: its leaf's index and bytes, its bucket, its sealed bytes."""

    index: int
    leaf: bytes
    bucket: int
    data: bytes


def page(session: Session, row: Consultation, *, after: int, limit: int) -> list[Mail]:
    """The next messages after that leaf, in the log's order: the same to whoever may read the consultation."""
    found = session.execute(
        select(MailMessage.leaf_index, LogLeaf.data, MailMessage.bucket, MailMessage.data)
        .join(LogLeaf, LogLeaf.index == MailMessage.leaf_index)
        .where(MailMessage.consultation_id == row.id, MailMessage.leaf_index > after, MailMessage.data.is_not(None))
        .order_by(MailMessage.leaf_index)
        .limit(max(1, min(limit, PAGE_MAX)))
    )
    return [Mail(index, leaf, bucket, data) for index, leaf, bucket, data in found if index is not None and data]
