"""The pool: no order of arrival, no time finer than a day, random order on the way into the log."""

from datetime import date, timedelta

import pytest
from sqlalchemy import LargeBinary, select, text
from sqlalchemy.exc import IntegrityError

from portal.extensions import Base
from portal.ledger import events, pool
from portal.ledger import log as ledger
from portal.ledger.models import PoolEntry
from portal.tlog.merkle import leaf_hash
from tests.postgres import sqlite_only

TODAY = date(2026, 11, 23)
UNTRACEABLE = ("pool_entry", "submission", "sealed_envelope")


def leaf(number: int, name: str = "thu-2026") -> bytes:
    return events.encode("submission", consultation=name, envelope_sha256=f"{number:064x}")


def put(session, data: bytes, name: str = "thu-2026", today: date = TODAY) -> pool.Waiting:
    entry = pool.Entry(name, data, leaf_hash(data))
    return pool.put(session, entry, kind="submission", today=today, promise_days=2)


def drain(session, log, names: list[str]) -> dict[bytes, int]:
    """Place what waits in those groups and let go of it; places by leaf hash."""
    placed = pool.place_all(session, log, names)
    pool.forget(session, placed)
    return {one.leaf_hash: one.index for one in placed}


def fill(session, count: int, *, name: str = "thu-2026", today: date = TODAY) -> list[bytes]:
    given = [leaf(number, name) for number in range(count)]
    for data in given:
        put(session, data, name, today)
    return given


def ready(session, *, today: date = TODAY, minimum: int = 5) -> list[str]:
    return pool.ready_groups(session, today=today, minimum={}, default=minimum)


@sqlite_only
@pytest.mark.parametrize("table", UNTRACEABLE)
def test_the_schema_has_no_row_number_and_no_time(session, table) -> None:
    # given the schema as SQLite has it
    sql = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
    # then rows have no hidden number, and no column is finer than a day
    assert sql.rstrip().endswith("WITHOUT ROWID")
    with pytest.raises(Exception, match="rowid"):
        session.execute(text(f"SELECT rowid FROM {table}"))
    kinds = {str(column.type) for column in Base.metadata.tables[table].columns}
    assert not {kind for kind in kinds if "TIME" in kind}


@pytest.mark.parametrize("table", UNTRACEABLE)
def test_keys_are_hashes_that_order_nothing(table) -> None:
    (key,) = Base.metadata.tables[table].primary_key.columns
    assert isinstance(key.type, LargeBinary) and key.name == "leaf_hash"


@sqlite_only
def test_stored_order_is_not_the_order_of_arrival(session) -> None:
    given = fill(session, 40)
    stored = list(session.scalars(select(PoolEntry.data)))
    assert sorted(stored) == sorted(given)
    assert stored != given


def test_a_leaf_waits_until_its_promise(session) -> None:
    (data,) = fill(session, 1)
    waiting = pool.find(session, leaf_hash(data))
    assert (waiting.leaf_hash, waiting.due) == (leaf_hash(data), TODAY + timedelta(days=2))
    assert pool.find(session, b"\0" * 32) is None


def test_the_same_leaf_does_not_wait_twice(session) -> None:
    (data,) = fill(session, 1)
    with pytest.raises(IntegrityError):
        put(session, data)


def test_a_group_is_ready_when_it_has_company_or_its_day_has_ended(session) -> None:
    fill(session, 4)
    assert ready(session) == []
    assert ready(session, minimum=4) == ["thu-2026"]
    assert ready(session, today=TODAY + timedelta(days=1)) == ["thu-2026"]


def test_each_group_has_its_own_minimum(session) -> None:
    fill(session, 4)
    fill(session, 3, name="khac")
    groups = pool.ready_groups(session, today=TODAY, minimum={"khac": 3}, default=10)
    assert groups == ["khac"]


def test_draining_logs_each_leaf_once_and_empties_the_group(session, log) -> None:
    given, other = fill(session, 12), fill(session, 2, name="khac")
    ledger.append(session, log, [events.encode("erasure", leaf=0)])
    placed = drain(session, log, ["thu-2026"])
    assert sorted(placed.values()) == list(range(1, 13))
    assert {ledger.read_leaf(session, index) for index in placed.values()} == set(given)
    assert all(leaf_hash(ledger.read_leaf(session, index)) == digest for digest, index in placed.items())
    assert set(session.scalars(select(PoolEntry.data))) == set(other)
    assert drain(session, log, ["thu-2026"]) == {}


def test_the_logged_order_is_drawn_anew_each_time(session, log) -> None:
    # given the same twenty leaves' numbers, drained thirty times over
    orders = set()
    for round_number in range(30):
        name = f"vong-{round_number}"
        given = fill(session, 20, name=name)
        placed = drain(session, log, [name])
        orders.add(tuple(sorted(range(20), key=lambda number: placed[leaf_hash(given[number])])))
    # then no order came twice: 20! makes that certain, and one that followed arrival or key would repeat or be known
    assert len(orders) == 30
    assert tuple(range(20)) not in orders
