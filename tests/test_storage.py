"""SQLite as everybody opens it: who waits for whom while the file is rewritten."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from portal.storage import WRITERS_PATIENCE, forget_order


def test_a_writer_whose_reader_holds_up_the_rewriting_is_let_in(tmp_path: Path) -> None:
    """A request reads, and then wants to write: it must not wait for somebody who waits for what it reads."""
    engine = create_engine(f"sqlite:///{tmp_path / 'office.sqlite3'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY)")
    # given somebody who reads, and rewriting that waits for them
    reader = sqlite3.connect(tmp_path / "office.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM note").fetchone()
    done: list[bool] = []
    rewriting = threading.Thread(target=lambda: done.append(forget_order(engine)))
    rewriting.start()
    time.sleep(0.2)
    # then the same one gets a writer's place long before anybody's patience ends, and the rewriting says it could not
    writer = sqlite3.connect(tmp_path / "office.sqlite3", isolation_level=None, timeout=5)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO note VALUES (1)")
    writer.execute("COMMIT")
    rewriting.join(30)
    assert done == [False]
    # and when nobody reads any more it can, with a connection as patient as before
    reader.execute("COMMIT")
    assert forget_order(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == WRITERS_PATIENCE


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'office.sqlite3'}")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY)")
    yield made
    made.dispose()


def test_who_wants_to_write_waits_for_who_writes(engine: Engine) -> None:
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as first, ThreadPoolExecutor(1) as pool:
        first.exec_driver_sql("INSERT INTO note VALUES (1)")
        second = pool.submit(_write, engine, 2)
        with pytest.raises(TimeoutError):
            second.result(0.2)
        first.commit()
        second.result(30)
    with engine.connect() as connection:
        assert [*connection.exec_driver_sql("SELECT id FROM note ORDER BY id").scalars()] == [1, 2]


def test_who_waits_too_long_is_told_as_of_any_store_that_is_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.storage.WRITERS_PATIENCE", 50)
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as first:
        first.exec_driver_sql("INSERT INTO note VALUES (1)")
        with pytest.raises(OperationalError) as told:
            _write(engine, 2)
        assert cast(sqlite3.Error, told.value.orig).sqlite_errorcode == sqlite3.SQLITE_BUSY
        first.rollback()
    _write(engine, 2)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 50, "all other waiting is SQLite's own"


def test_what_waiting_cannot_mend_is_said_at_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.storage.time.sleep", lambda _seconds: pytest.fail("waited"))
    read_only = create_engine(f"sqlite:///file:{tmp_path / 'office.sqlite3'}?mode=ro&uri=true")
    with pytest.raises(OperationalError) as told:
        _write(read_only, 1)
    assert cast(sqlite3.Error, told.value.orig).sqlite_errorcode == sqlite3.SQLITE_READONLY


def _write(engine: Engine, number: int) -> None:
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        connection.exec_driver_sql(f"INSERT INTO note VALUES ({number})")
        connection.commit()
