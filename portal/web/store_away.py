"""Telling a store that cannot be reached or written from a mistake of ours.

A lost connection, a full or read-only disk, a lock that nobody gives back: whoever sent something may send it again,
and what was confirmed before stands. Everything else stays a surprise.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Primary result codes (SQLite documentation, "Result and Error Codes"); extended codes keep them in the low byte.
AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        # What a disk that is going away gives for its pages.
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)
# SQLSTATE classes (PostgreSQL, appendix A): connection, resources, shutting down, system error, read-only transaction;
# and "insufficient privilege", as it calls a file that it may not write (EROFS, EACCES: a disk gone read-only).
CLASSES = ("08", "53", "57P", "58", "25006", "42501")


def is_away(error: BaseException) -> bool:
    """Whether the store, rather than what was asked of it, is the reason."""
    if isinstance(error, DisconnectionError | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF in AWAY
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # nothing came back from the server at all
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return str(state).startswith(CLASSES)


def kind_of(error: BaseException) -> str:
    """What may be logged of an error: its type, and the code that the store gave it. Never its words."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__
