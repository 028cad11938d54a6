"""The ticker: order is forgotten, errors are outlived, days are kept apart."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy.exc import OperationalError

from portal.cli import tick
from portal.crypto.envelope import parse_envelope
from portal.extensions import db, forget_order
from portal.ledger import pool
from portal.submissions.models import SealedEnvelope
from portal.submissions.sequencing import sequence_due, sequence_groups
from portal.web.runtime import unit_of_work
from tests.rounds import send


def offsets(settings, envelopes: list[bytes]) -> list[int]:
    """Where in the database file a piece from the middle of each envelope lies."""
    stored = (settings.instance / "portal.sqlite3").read_bytes()
    places = [stored.find(parse_envelope(data).content[5000:5048]) for data in envelopes]
    assert min(places) > 0
    return places


def test_the_file_keeps_no_order_of_arrival(public_app, office, settings, log, clock) -> None:
    # given twenty comments that came in a known order and were shuffled into the log
    with public_app.app_context():
        came = []
        for _ in range(20):
            with unit_of_work() as session:
                send(session, log, clock, office)
            with unit_of_work() as session:
                came += [row.data for row in session.query(SealedEnvelope) if row.data not in came]
        with unit_of_work() as session:
            sequence_groups(session, log, [office.consultation])
        assert forget_order(db.engine)
        before = offsets(settings, came)
        by_key = [row.data for row in db.session.query(SealedEnvelope).order_by(SealedEnvelope.leaf_hash)]
        db.session.rollback()
    # then pages lie in the order of the keys, which are hashes, and not in that of arrival
    assert before != sorted(before)
    assert (found := offsets(settings, by_key)) == sorted(found)
    # and nothing is left in the write-ahead log
    wal = settings.instance / "portal.sqlite3-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_without_forgetting_the_file_would_tell(public_app, office, settings, log, clock) -> None:
    """The canary of the test above: this is what the file shows before it is rewritten."""
    with public_app.app_context():
        came = []
        for _ in range(20):
            with unit_of_work() as session:
                send(session, log, clock, office)
            with unit_of_work() as session:
                came += [row.data for row in session.query(SealedEnvelope) if row.data not in came]
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    told = offsets(settings, came)
    assert sum(one < other for one, other in itertools.pairwise(told)) >= 17


def test_a_failing_round_is_said_by_its_kind_alone_and_tried_again(settings, log, clock, monkeypatch, capsys) -> None:
    def locked(*_args):
        raise OperationalError("UPDATE secret", {"digest": b"secret"}, Exception("database is locked"))

    monkeypatch.setattr(tick, "run_once", locked)
    assert tick.try_once(settings, log, clock, 7) == 7
    said = capsys.readouterr().err
    assert "OperationalError" in said and "secret" not in said


@pytest.mark.parametrize("count", [3, 1])
def test_a_daily_mix_waits_for_the_day_and_then_for_company_or_the_promise(office, session, log, clock, count) -> None:
    # given comments of one day, the minimum being three
    for _ in range(count):
        send(session, log, clock, office)

    def drained() -> int:
        return sequence_due(session, log, today=clock.today(), default_minimum=3, daily=True)

    # then nothing is appended on that day, however many wait: nobody learns when somebody else wrote
    assert drained() == 0
    # and on the next day only in company
    clock.advance(days=1)
    assert drained() == (3 if count == 3 else 0)
    # and at the latest on the promised day
    clock.advance(days=1)
    assert drained() == (0 if count == 3 else 1)
    assert pool.ready_groups(session, today=clock.today(), minimum={}, default=1, daily=True) == []
