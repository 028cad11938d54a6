"""The pool: leaves wait here without order or time until enough of them can be shuffled into the log together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, not_, select, text
from sqlalchemy.orm import Session

from portal.direct import Prepared
from portal.errors import Conflict
from portal.ledger.log import IS_ROLLED_BACK, Log, append, rolled_back
from portal.ledger.models import PoolEntry

# Core statements made once: what every submission runs should not be built and compiled every time.
TABLE = cast(Table, PoolEntry.__table__)
INSERT = insert(TABLE)
FORGET = delete(TABLE).where(TABLE.c.leaf_hash == bindparam("digest"))
FOUND = select(PoolEntry.leaf_hash, PoolEntry.due, PoolEntry.data, PoolEntry.handle)


@dataclass(frozen=True)
class Entry:
    """A leaf that comes: its group, bytes and hash (32 bytes); with a load, the handle (32 bytes) that finds it."""

    group: str
    data: bytes
    leaf_hash: bytes
    handle: bytes | None = None
    load: bytes | None = None


@dataclass(frozen=True)
class Waiting:
    """A pooled leaf, its hash (32 bytes), and the last day by which it will stand in the log."""

    leaf_hash: bytes
    due: date
    data: bytes


@dataclass(frozen=True)
class Placed:
    """A leaf that has its index in the log; its load, if it has a handle, still lies in the pool."""

    leaf_hash: bytes
    index: int
    group: str
    data: bytes
    handle: bytes | None


def hold(session: Session, digest: bytes) -> None:
    """Make whoever brings the same leaf at the same time wait, so that the second finds what the first put.

    PostgreSQL only: SQLite has one writer. Two leaves whose hashes begin alike wait for each other, and no more.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(digest[:8], "big", signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def putting(*conditions: ColumnElement[bool]) -> Prepared:
    """The statement that lets an entry wait (its parameters: :func:`row_of`) if those conditions hold, and if no
    witness knows more of the log than the log itself: what came to an old copy of the data would be lost."""
    given = select(*(bindparam(column.name, type_=column.type) for column in TABLE.columns))
    return Prepared(insert(TABLE).from_select(list(TABLE.columns), given.where(not_(IS_ROLLED_BACK), *conditions)))


def row_of(entry: Entry, *, kind: str, today: date, promise_days: int) -> dict[str, object]:
    """The row of an entry that comes today and will stand in the log after so many days at the latest."""
    return {**vars(entry), "kind": kind, "day": today, "due": today + timedelta(days=promise_days)}


def put(session: Session, entry: Entry, *, kind: str, today: date, promise_days: int) -> Waiting:
    """Let a leaf wait. Its group is the consultation: leaves are shuffled with their own kind only.

    Raises ``log-rolled-back`` where :func:`putting` would write nothing.
    """
    if rolled_back(session):
        raise Conflict("log-rolled-back")
    row = row_of(entry, kind=kind, today=today, promise_days=promise_days)
    session.connection().execute(INSERT, row)
    return Waiting(entry.leaf_hash, today + timedelta(days=promise_days), entry.data)


def find(session: Session, digest: bytes) -> Waiting | None:
    """The waiting leaf with that hash, if it still waits."""
    found = session.execute(FOUND.where(PoolEntry.leaf_hash == digest)).one_or_none()
    return Waiting(digest, found.due, found.data) if found else None


def find_by_handle(session: Session, handle: bytes) -> Waiting | None:
    """The waiting leaf whose load has that handle.

    To be asked before the place where loads go: what is found in neither then, in this order, was in neither. Only a
    sender who uses a receipt twice, in two groups, makes two of them; the answer is then always the same one.
    """
    found = session.execute(FOUND.where(PoolEntry.handle == handle).order_by(PoolEntry.leaf_hash).limit(1)).first()
    return Waiting(found.leaf_hash, found.due, found.data) if found else None


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


def place_all(session: Session, log: Log, groups: list[str]) -> list[Placed]:
    """Append the groups' leaves in random order; the caller takes over the loads and then calls :func:`forget`.

    The order is drawn from the system's generator (Fisher-Yates by :class:`secrets.SystemRandom`), so it holds nothing
    of the order of arrival.
    """
    columns = (PoolEntry.leaf_hash, PoolEntry.group, PoolEntry.data, PoolEntry.handle)
    order = list(session.execute(select(*columns).where(PoolEntry.group.in_(groups)).with_for_update()).all())
    if not order:
        return []
    secrets.SystemRandom().shuffle(order)
    first = append(session, log, [row.data for row in order])
    return [Placed(row.leaf_hash, first + n, row.group, row.data, row.handle) for n, row in enumerate(order)]


def forget(session: Session, placed: Sequence[Placed]) -> None:
    """Let go of what has its place, one statement for each: a batch may have more than a statement takes parameters."""
    if placed:
        session.connection().execute(FORGET, [{"digest": one.leaf_hash} for one in placed])
