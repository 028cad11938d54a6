"""Whoever acts on a row and then appends takes turns on the row first, and on the log second.

On PostgreSQL two people, or two hosts, may act on one consultation, key or report at once. What was read before the
other committed is no ground to append on: a leaf cannot be taken back. And whoever waited for a row while holding the
log would wait for somebody who waits for the log. So: row, then log, and only then look at the state.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.extensions import Base


def take_turn(session: Session, row: Base) -> None:
    """Hold ``row`` until the transaction ends, and read it again: what it says is true until then.

    SQLite: ``unit_of_work`` holds the one write lock already; the row is read again all the same.
    """
    session.flush()
    session.refresh(row, with_for_update=True)
