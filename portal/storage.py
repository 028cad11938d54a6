"""What every database of ours has in common: names of constraints, and how SQLite is opened.

Knows neither Flask nor a model, so that an issuer's process needs nothing of the portal's.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Pool, Table, event
from sqlalchemy.exc import DBAPIError, OperationalError

# Constraint names are fixed so that migrations can name them.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WRITERS_PATIENCE = 10_000
"""Milliseconds to wait for the place of SQLite's one writer."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"busy_timeout={WRITERS_PATIENCE}",
)
BETWEEN_ASKING = 0.001
"""Seconds."""

PATIENCE = 5000
"""Milliseconds to wait for a table that others write to."""
READERS_PATIENCE = 500
"""Milliseconds for which writers are held up by waiting for readers: some of these wait for a writer's place
themselves, and would wait in vain until their own patience ends."""


def begin_writing(cursor: sqlite3.Cursor) -> None:
    """Begin a transaction that writes, or raise :class:`sqlite3.OperationalError` when the patience ends.

    SQLite's own waiting asks less and less often, at last ten times a second, and comes too late each time while
    others take the place again at once.
    """
    end = time.monotonic() + WRITERS_PATIENCE / 1000
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        while not _writes(cursor, at_last=time.monotonic() > end):
            time.sleep(BETWEEN_ASKING)
    finally:
        cursor.execute(f"PRAGMA busy_timeout={WRITERS_PATIENCE}")


def _writes(cursor: sqlite3.Cursor, *, at_last: bool) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if at_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Durable commits, foreign keys, deleted content overwritten, and no implicit BEGIN (see below)."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    """SQLite's write lock is taken at once where a service asks for it: a late upgrade cannot wait and would fail."""
    if connection.dialect.name == "sqlite":
        if connection.get_execution_options().get("sqlite_begin") != "IMMEDIATE":
            connection.exec_driver_sql("BEGIN DEFERRED")
            return
        try:
            begin_writing(connection.connection.cursor())
        except sqlite3.Error as error:
            raise DBAPIError.instance(None, None, error, sqlite3.Error, dialect=connection.dialect) from None


@event.listens_for(Pool, "checkin")
def _let_go(connection: Any, _record: Any) -> None:
    """A COMMIT that SQLite refuses (full disk, failing disk) leaves its transaction open, write lock and all.

    SQLAlchemy takes the transaction for ended and gives the connection back to the pool as it is: without this, one
    failed commit would keep everybody else from writing until the process ends.
    """
    if isinstance(connection, sqlite3.Connection) and connection.in_transaction:
        connection.rollback()


def forget_order(engine: Engine, tables: Sequence[Table] = ()) -> bool:
    """Let what lies on the disk say nothing of the order in which rows came; returns whether it could.

    Random keys alone do not hide that: SQLite spills large values into pages that are handed out one after another, and
    PostgreSQL appends rows and notes with each (``xmin``) which transaction brought it. It has to wait for other
    writers, and says so by False. ``tables``: what PostgreSQL rewrites; of SQLite the whole file is.
    """
    if engine.dialect.name == "sqlite":
        return _forget_on_sqlite(engine)
    try:
        for table in tables:
            _forget_on_postgresql(engine, table)
    except OperationalError:  # among them: a lock that was not given in time
        return False
    return True


def _forget_on_sqlite(engine: Engine) -> bool:
    """VACUUM copies every table in key order (SQLite documentation, "VACUUM", section 3), and truncating the
    write-ahead log drops the order of commits."""
    connection = engine.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute("VACUUM")
        cursor.execute(f"PRAGMA busy_timeout={READERS_PATIENCE}")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    except sqlite3.OperationalError:
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout={WRITERS_PATIENCE}")
        connection.close()


def _forget_on_postgresql(engine: Engine, table: Table) -> None:
    """Put every row anew, in key order and in one transaction, and give the old file back.

    Not by TRUNCATE, which takes rows from under a backup that is being read (PostgreSQL documentation, "Concurrency
    Control", caveats). VACUUM FULL writes a new file with the new rows alone, and removes the old one.
    """
    made = engine.dialect.identifier_preparer
    name, key = made.format_table(table), ", ".join(made.format_column(one) for one in table.primary_key)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {PATIENCE}")
        try:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
            take, put = f"DELETE FROM {name} RETURNING *", f"INSERT INTO {name} SELECT * FROM taken ORDER BY {key}"  # noqa: S608
            connection.exec_driver_sql(f"WITH taken AS ({take}) {put}")
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {name}")
        finally:
            connection.invalidate()  # whatever was begun or set ends with it
