"""PostgreSQL's own notes of who came when (places of rows, their transactions), and what is left after a batch."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, text

from portal import storage
from portal.ballots.models import Nullifier
from portal.clock import FixedClock
from portal.config import Settings
from portal.extensions import Base, db, forget_order
from portal.factory import create_staff_app
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.submissions.arrivals import ARRIVALS
from portal.submissions.models import SealedEnvelope, Submission
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.postgres import Server
from tests.rounds import send, stored
from tests.support import Office, build_office

PEOPLE = 20
Place = tuple[Office, list[bytes], list[bytes]]


@pytest.fixture
def place(postgres: Server, settings: Settings, log: Log, clock: FixedClock) -> Iterator[Place]:
    """An office on PostgreSQL; comments and ballots came in this order, each in a transaction of its own."""
    with create_staff_app(replace(settings, database_url=postgres.fresh()), clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            office = build_office(session, log, clock)
        comments, ballots = [], [secrets.token_bytes(32) for _ in range(PEOPLE)]
        for ballot in ballots:
            with unit_of_work() as session:
                send(session, log, clock, office)
                session.execute(insert(Nullifier).values(value=ballot, consultation_id=office.consultation))
            with unit_of_work() as session:
                comments += [one for one in session.scalars(select(PoolEntry.leaf_hash)) if one not in comments]
        yield office, comments, ballots
        db.session.rollback()
        db.engine.dispose()


def told(table: type[Base], came: list[bytes]) -> tuple[int, int]:
    """By the places of its rows and by their transactions: how many follow in the order in which they came."""
    (key,) = table.__table__.primary_key.columns  # type: ignore[attr-defined]
    notes = text(f"SELECT {key.name}, ctid::text, xmin::text::bigint FROM {table.__tablename__}")
    with db.engine.connect() as connection:
        rows = {
            bytes(row[0]): (tuple(map(int, row[1].strip("()").split(","))), row[2]) for row in connection.execute(notes)
        }
    known = [rows[one] for one in came if one in rows]
    pairs = list(itertools.pairwise(known))
    return sum(one[0] < other[0] for one, other in pairs), sum(one[1] < other[1] for one, other in pairs)


def test_before_a_batch_both_tables_tell_everything(place: Place) -> None:
    """The canary of the tests below."""
    _, comments, ballots = place
    assert told(PoolEntry, comments) == told(Nullifier, ballots) == (PEOPLE - 1, PEOPLE - 1)


def test_after_it_neither_places_nor_transactions_tell_anything(place: Place, log: Log) -> None:
    office, comments, ballots = place
    with unit_of_work() as session:
        sequence_groups(session, log, [office.consultation])
    assert forget_order(db.engine, ARRIVALS)
    # then all rows are of one transaction each, in the order of keys (ballots) or of the log (comments)
    for table, came in ((Nullifier, ballots), (Submission, comments), (SealedEnvelope, comments)):
        by_place, by_transaction = told(table, came)
        assert by_transaction == 0
        assert by_place < PEOPLE - 2  # by chance all but one follow once in 10^12
    with unit_of_work() as session:
        logged = session.scalars(select(Submission.leaf_hash).order_by(Submission.leaf_index)).all()
        assert stored(session) == (PEOPLE, PEOPLE, 0)
    assert told(Submission, list(logged))[0] == PEOPLE - 1
    assert told(Nullifier, sorted(ballots))[0] == PEOPLE - 1
    # and of those who waited not a byte is left in the pool's files
    sizes = "SELECT pg_relation_size(oid), pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'pool_entry'"
    with db.engine.connect() as connection:
        assert tuple(connection.execute(text(sizes)).one()) == (0, 0)


def test_those_who_wait_on_keep_everything_but_their_order(place: Place) -> None:
    _, comments, _ = place
    with unit_of_work() as session:
        before = {
            row.leaf_hash: (row.data, row.load, row.handle, row.due) for row in session.scalars(select(PoolEntry))
        }
    assert forget_order(db.engine, ARRIVALS)
    with unit_of_work() as session:
        after = {row.leaf_hash: (row.data, row.load, row.handle, row.due) for row in session.scalars(select(PoolEntry))}
    assert after == before and len(after) == PEOPLE
    assert told(PoolEntry, comments)[1] == 0
    assert told(PoolEntry, sorted(comments))[0] == PEOPLE - 1


def test_a_backup_that_is_being_read_misses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    _, comments, _ = place
    monkeypatch.setattr(storage, "PATIENCE", 200)
    # given somebody who reads everything as it was at one moment, and has not come to the pool yet
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(select(func.count()).select_from(Nullifier))
        # when the tables are rewritten meanwhile, as far as the reader lets go of them
        assert not forget_order(db.engine, ARRIVALS)
        assert told(PoolEntry, comments)[1] == 0
        # then the reader finds the whole pool
        assert reader.execute(select(func.count()).select_from(PoolEntry)).scalar() == PEOPLE


def test_a_writer_who_does_not_end_is_left_alone_and_it_is_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, comments, _ = place
    monkeypatch.setattr(storage, "PATIENCE", 200)
    with db.engine.connect() as writer:
        writer.execute(text("DELETE FROM pool_entry WHERE leaf_hash = :one"), {"one": comments[0]})
        assert not forget_order(db.engine, ARRIVALS)
        writer.rollback()
    assert forget_order(db.engine, ARRIVALS)
    with unit_of_work() as session:
        assert stored(session) == (PEOPLE, PEOPLE, PEOPLE)
