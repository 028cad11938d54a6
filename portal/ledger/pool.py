"""The pool: leaves wait here without order or time until enough of them can be shuffled into the log together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from portal.errors import Conflict
from portal.ledger.log import Log, append, rolled_back
from portal.ledger.models import PoolEntry
from portal.tlog.merkle import leaf_hash

# Core statements made once: what every submission runs should not be built and compiled every time.
INSERT = insert(cast(Table, PoolEntry.__table__))
HOLD_ALL = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


@dataclass(frozen=True)
class Waiting:
    """A pooled leaf, its hash (32 bytes), and the last day by which it will stand in the log."""

    leaf_hash: bytes
    due: date
    data: bytes


def hold(session: Session, digest: bytes) -> None:
    """Make whoever brings the same leaf at the same time wait, so that the second finds what the first put.

    PostgreSQL only: SQLite has one writer. Two leaves whose hashes begin alike wait for each other, and no more.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(digest[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def hold_all(session: Session, digests: Sequence[bytes]) -> None:
    """The same for several leaves, in one order for everybody, so that two groups never wait for each other."""
    if session.get_bind().dialect.name == "postgresql":
        keys = sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests)
        session.connection().execute(HOLD_ALL, {"keys": keys})


def put_all(
    session: Session, leaves: Sequence[tuple[str, bytes, bytes]], *, kind: str, today: date, promise_days: int
) -> dict[bytes, Waiting]:
    """Let several leaves wait, each its group, data and hash; what waits now, by hash. Refuses as :func:`put` does."""
    if leaves and rolled_back(session):
        raise Conflict("log-rolled-back")
    due = today + timedelta(days=promise_days)
    rows = [
        {"group": group, "kind": kind, "data": data, "leaf_hash": digest, "day": today, "due": due}
        for group, data, digest in leaves
    ]
    if rows:
        session.connection().execute(INSERT, rows)
    return {digest: Waiting(digest, due, data) for _, data, digest in leaves}


def put(session: Session, *, group: str, kind: str, data: bytes, today: date, promise_days: int) -> Waiting:
    """Let a leaf wait. ``group`` is the consultation: leaves are shuffled with their own kind only.

    Raises ``log-rolled-back``: what came to an old copy of the data would be lost when that is put right.
    """
    if rolled_back(session):
        raise Conflict("log-rolled-back")
    digest = leaf_hash(data)
    due = today + timedelta(days=promise_days)
    row = {
        "group": group,
        "kind": kind,
        "data": data,
        "leaf_hash": digest,
        "day": today,
        "due": due,
    }
    session.connection().execute(INSERT, row)
    return Waiting(digest, due, data)


def find(session: Session, digest: bytes) -> Waiting | None:
    """The waiting leaf with that hash, if it still waits."""
    found = session.execute(select(PoolEntry.due, PoolEntry.data).where(PoolEntry.leaf_hash == digest)).one_or_none()
    return Waiting(digest, found.due, found.data) if found else None


def ready_groups(
    session: Session, *, today: date, minimum: dict[str, int], default: int, daily: bool = False
) -> list[str]:
    """The groups whose batch may be appended now.

    ``daily``: only after the day of the oldest entry, with enough company or on the last promised day. A batch that
    went as soon as the minimum is met would tell whoever fills the pool and watches the log when somebody else wrote
    (the n-1 attack on threshold mixes, Serjantov, Dingledine and Syverson 2002). Otherwise: enough company, or an
    entry of an earlier day.
    """
    columns = (PoolEntry.group, func.count(), func.min(PoolEntry.day), func.min(PoolEntry.due))
    ready = []
    for group, count, oldest, due in session.execute(select(*columns).group_by(PoolEntry.group)):
        company, earlier = count >= minimum.get(group, default), oldest < today
        if (earlier and (company or due <= today)) if daily else (company or earlier):
            ready.append(group)
    return sorted(ready)


def drain(session: Session, log: Log, groups: list[str]) -> list[tuple[bytes, int]]:
    """Append the groups' leaves in random order; returns (leaf hash, index) pairs.

    The order is drawn from the system's generator (Fisher-Yates by :class:`secrets.SystemRandom`), so it holds nothing
    of the order of arrival.
    """
    rows = session.execute(
        select(PoolEntry.data, PoolEntry.leaf_hash).where(PoolEntry.group.in_(groups)).with_for_update()
    ).all()
    if not rows:
        return []
    order = [tuple(row) for row in rows]
    secrets.SystemRandom().shuffle(order)
    first = append(session, log, [data for data, _ in order])
    session.execute(delete(PoolEntry).where(PoolEntry.leaf_hash.in_([digest for _, digest in order])))
    return [(digest, first + offset) for offset, (_, digest) in enumerate(order)]
