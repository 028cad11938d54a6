"""A store that cannot be reached or written is said so, with 503; everything else stays a surprise."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal.web.public import submissions
from portal.web.store_away import is_away
from tests.web.public.support import body_of, post


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("words of the library")
    cause.sqlite_errorcode = code
    return OperationalError("", {}, cause)


def of_postgresql(state: str | None) -> DBAPIError:
    cause = psycopg.errors.lookup(state)("") if state else psycopg.OperationalError("")
    return DBAPIError.instance("", {}, cause, psycopg.Error)  # type: ignore[return-value, arg-type]


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(sqlite3.SQLITE_FULL),
        of_sqlite(sqlite3.SQLITE_READONLY),
        of_sqlite(sqlite3.SQLITE_BUSY),
        of_sqlite(sqlite3.SQLITE_IOERR | 5 << 8),
        of_sqlite(sqlite3.SQLITE_CANTOPEN),
        of_sqlite(sqlite3.SQLITE_CORRUPT),
        of_postgresql(None),
        of_postgresql("57P01"),
        of_postgresql("53100"),
        of_postgresql("58030"),
        of_postgresql("25006"),
        of_postgresql("42501"),
        of_postgresql("08006"),
        PoolTimeout(),
        DisconnectionError(),
    ],
    ids=lambda error: f"{type(error).__name__}-{getattr(error.orig, 'sqlstate', '') if hasattr(error, 'orig') else ''}",
)
def test_these_are_the_stores_fault(error) -> None:
    assert is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(sqlite3.SQLITE_CONSTRAINT),
        of_sqlite(sqlite3.SQLITE_ERROR),
        of_postgresql("23505"),
        of_postgresql("42P01"),
        of_postgresql("40001"),
        IntegrityError("", {}, Exception()),
        OSError("no space left"),
        ValueError(),
    ],
    ids=lambda error: f"{type(error).__name__}-{getattr(getattr(error, 'orig', None), 'sqlstate', '')}",
)
def test_and_these_are_not(error) -> None:
    assert not is_away(error)


def full(*_given: object, **_more: object) -> None:
    raise of_sqlite(sqlite3.SQLITE_FULL)


def test_whoever_sends_is_told_to_come_again_and_may(public, public_app, office, monkeypatch) -> None:
    # given a disk that is full
    body = body_of(*office.seal())
    with monkeypatch.context() as broken:
        broken.setattr(public_app.extensions[submissions.GROUP], "work", full)
        answer = post(public, office, body)
    # then the answer says so, in words and for the script, and nothing was kept
    assert (answer.status_code, answer.get_json()["error"]) == (503, "store-away")
    assert answer.headers["Cache-Control"] == "no-store"
    # and the same bytes are taken when there is room again
    assert post(public, office, body).status_code == 201


def test_a_page_says_so_too(public, public_app, office, monkeypatch) -> None:
    monkeypatch.setattr(Session, "execute", full)
    monkeypatch.setattr(Session, "scalars", full)
    answer = public.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "chưa truy cập được" in answer.get_data(as_text=True)
    # and a balancer, which looks at the status alone
    monkeypatch.setattr(Session, "scalar", full)
    assert public.get("/log/checkpoint").status_code == 503


def test_a_page_that_cannot_even_be_drawn_is_words(staff, office, sign_in, monkeypatch) -> None:
    """Staff pages ask the store who is signed in."""
    sign_in(staff, "admin")
    for name in ("execute", "scalar", "scalars", "get"):
        monkeypatch.setattr(Session, name, full)
    answer = staff.get("/accounts/")
    assert answer.status_code == 503
    assert "<" not in answer.get_data(as_text=True)
