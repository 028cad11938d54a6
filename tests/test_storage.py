"""SQLite as everybody opens it: who waits for whom while the file is rewritten."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy import create_engine

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
        assert f"busy_timeout={connection.exec_driver_sql('PRAGMA busy_timeout').scalar()}" == WRITERS_PATIENCE
