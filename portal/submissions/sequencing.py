"""Shuffling what waits into the log."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.ledger import pool
from portal.ledger.log import Log
from portal.submissions.mailbox_models import MailMessage
from portal.submissions.models import SequencedCount, Submission

PLACED = (Submission.__table__, MailMessage.__table__)


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
    placed = pool.drain(session, log, groups)
    if placed:
        values = [{"digest": digest, "place": index} for digest, index in placed]
        # The Core tables: an ORM bulk update would ask for primary keys, which the pool does not know.
        for table in PLACED:
            found = update(table).where(table.c.leaf_hash == bindparam("digest"))  # type: ignore[arg-type]
            session.connection().execute(found.values(leaf_index=bindparam("place")), values)
        session.expire_all()
        _count(session, [index for _, index in placed])
    return len(placed)


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
