"""Shuffling what waits into the log."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.ledger import pool
from portal.ledger.log import Log
from portal.submissions.models import Submission


def sequence_due(session: Session, log: Log, *, today: date, default_minimum: int, daily: bool = False) -> int:
    """Append the consultations' pools that have enough company or whose day has ended; returns how many leaves."""
    minimum = {row.id: row.mix_minimum for row in session.execute(select(Consultation.id, Consultation.mix_minimum))}

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
        # The Core table: an ORM bulk update would ask for primary keys, which the pool does not know.
        table = Submission.__table__
        session.connection().execute(
            update(table).where(table.c.leaf_hash == bindparam("digest")).values(leaf_index=bindparam("place")),  # type: ignore[arg-type]
            [{"digest": digest, "place": index} for digest, index in placed],
        )
        session.expire_all()
    return len(placed)


def _hold(session: Session, groups: list[str]) -> None:
    """In one order for all, so that two who hold several never wait for each other."""
    query = select(Consultation.id).where(Consultation.id.in_(groups)).order_by(Consultation.id)
    session.execute(query.with_for_update())


def count_sequenced(session: Session, consultation_id: str) -> int:
    """How many comments of the consultation stand in the log: what anybody can count, never those that wait."""
    query = select(func.count()).select_from(Submission).where(Submission.consultation_id == consultation_id)
    return session.scalar(query.where(Submission.leaf_index.is_not(None))) or 0
