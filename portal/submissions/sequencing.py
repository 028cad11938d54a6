"""Shuffling what waits into the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.ledger import events, pool
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.submissions.mailbox_models import MailMessage
from portal.submissions.models import SealedEnvelope, SequencedCount, Submission

MAIL = cast(Table, MailMessage.__table__)
PLACE_MAIL = update(MAIL).where(MAIL.c.leaf_hash == bindparam("digest")).values(leaf_index=bindparam("place"))
# In the order of the log: what the engine notes of the order of rows is then what the log shows to everybody. The
# bounds are for SQLite, which would go through all comments there are to find that order.
LOADS = (
    select(PoolEntry.leaf_hash, PoolEntry.load)
    .join(Submission, Submission.leaf_hash == PoolEntry.leaf_hash)
    .where(Submission.leaf_index.between(bindparam("first"), bindparam("last")))
    .order_by(Submission.leaf_index)
)
MOVE_LOADS = insert(cast(Table, SealedEnvelope.__table__)).from_select(["leaf_hash", "data"], LOADS)


def mail_group(consultation_id: str) -> str:
    """The pool's group of a consultation's messages: a question must not pass for company of a comment."""
    return f"{consultation_id}/mail"


def sequence_due(session: Session, log: Log, *, today: date, default_minimum: int, daily: bool = False) -> int:
    """Append the consultations' pools that have enough company or whose day has ended; returns how many leaves.

    Once a day messages are let in whatever their number: what they need to hide is the hour, and people wait for them.
    """
    minimum = {row.id: row.mix_minimum for row in session.execute(select(Consultation.id, Consultation.mix_minimum))}
    minimum |= {mail_group(name): 1 if daily else least for name, least in minimum.items()}

    def ready() -> list[str]:
        return pool.ready_groups(session, today=today, minimum=minimum, default=default_minimum, daily=daily)

    if not (found := ready()):
        return 0
    _hold(session, found)
    # Another host may have taken the batch while this one waited: what came since has no company yet.
    groups = sorted({*found} & {*ready()})
    return sequence_groups(session, log, groups) if groups else 0


def sequence_groups(session: Session, log: Log, groups: list[str]) -> int:
    """Append those consultations' pools now, whatever their size: at closing.

    PostgreSQL: comments that are just coming in are waited for, and later ones wait, so that none is left in the pool
    of a consultation that closes.
    """
    _hold(session, groups)
    placed = pool.place_all(session, log, groups)
    if not placed:
        return 0
    comments = [one for one in placed if one.handle is not None]
    _store(session, comments)
    mail = [{"digest": one.leaf_hash, "place": one.index} for one in placed if one.handle is None]
    if mail:
        session.connection().execute(PLACE_MAIL, mail)
    pool.forget(session, placed)
    session.expire_all()
    _count(session, [one.index for one in placed])
    return len(placed)


def _store(session: Session, comments: Sequence[pool.Placed]) -> None:
    """Give comments their rows; envelopes go from table to table without passing through here."""
    rows = [
        {
            "leaf_hash": one.leaf_hash,
            "consultation_id": one.group,
            "envelope_sha256": bytes.fromhex(events.decode(one.data)["envelope_sha256"]),
            "locator_hash": one.handle,
            "leaf_index": one.index,
        }
        for one in comments
    ]
    if rows:
        session.connection().execute(insert(cast(Table, Submission.__table__)), rows)
        bounds = {"first": comments[0].index, "last": comments[-1].index}
        session.connection().execute(MOVE_LOADS, bounds)


def _count(session: Session, places: list[int]) -> None:
    """Add the comments among these leaves, which nobody else can be placing, to their consultations' numbers."""
    own = Submission.leaf_index.between(min(places), max(places))
    counted = select(Submission.consultation_id, func.count()).where(own).group_by(Submission.consultation_id)
    for name, comments in session.execute(counted).all():
        kept = session.get(SequencedCount, name)
        if kept is None:
            session.add(SequencedCount(consultation_id=name, comments=comments))
        else:
            kept.comments += comments
    session.flush()


def _hold(session: Session, groups: list[str]) -> None:
    """In one order for all, so that two who hold several never wait for each other."""
    query = select(Consultation.id).where(Consultation.id.in_(groups)).order_by(Consultation.id)
    session.execute(query.with_for_update())


def count_sequenced(session: Session, consultation_id: str) -> int:
    """How many comments of the consultation stand in the log: what anybody can count, never those that wait."""
    kept = session.get(SequencedCount, consultation_id)
    return kept.comments if kept else 0


def newest_place(session: Session) -> int:
    """The newest leaf of a comment or a message; 0 while there is none."""
    found = [session.scalar(select(func.max(model.leaf_index))) or 0 for model in (Submission, MailMessage)]
    return max(found)
