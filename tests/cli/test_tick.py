"""The ticker: order is forgotten, errors are outlived, days are kept apart."""

from __future__ import annotations

import itertools

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from portal.ballots import issuers
from portal.cli import tick
from portal.consultations.service import get
from portal.crypto.envelope import parse_envelope
from portal.extensions import db, forget_order
from portal.ledger import pool
from portal.ledger.models import PoolEntry
from portal.submissions.models import SealedEnvelope
from portal.submissions.sequencing import sequence_due, sequence_groups
from portal.web.runtime import unit_of_work
from tests.ballots.statements import NAME, UNTIL, draft_with_ballots, hand_pair
from tests.ballots.web_issuer import web_issuer
from tests.postgres import sqlite_only
from tests.rounds import send

CLOSING = f"/rounds/{NAME}/closing.json"


def offsets(settings, envelopes: list[bytes]) -> list[int]:
    """Where in the database file a piece from the middle of each envelope lies."""
    stored = (settings.instance / "portal.sqlite3").read_bytes()
    places = [stored.find(parse_envelope(data).content[5000:5048]) for data in envelopes]
    assert min(places) > 0
    return places


@sqlite_only
def test_the_file_keeps_no_order_of_arrival(public_app, office, settings, log, clock) -> None:
    # given twenty comments that came in a known order and were shuffled into the log
    with public_app.app_context():
        came = []
        for _ in range(20):
            with unit_of_work() as session:
                send(session, log, clock, office)
            with unit_of_work() as session:
                came += [row.load for row in session.query(PoolEntry) if row.load not in came]
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


@sqlite_only
def test_without_forgetting_the_file_would_tell(public_app, office, settings, log, clock) -> None:
    """The canary of the test above: this is what the file shows before it is rewritten."""
    with public_app.app_context():
        came = []
        for _ in range(20):
            with unit_of_work() as session:
                send(session, log, clock, office)
            with unit_of_work() as session:
                came += [row.load for row in session.query(PoolEntry) if row.load not in came]
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


@pytest.fixture
def waiting(staff_app, office, log, clock):
    """A consultation whose collecting is over; its two issuers, served on loopback, have not been asked yet."""
    with web_issuer() as first, web_issuer() as second:
        pair = hand_pair()
        with staff_app.app_context(), unit_of_work() as session:
            row = draft_with_ballots(session, office.kids)
            for one, served in zip(pair, (first, second), strict=True):
                one.address = served.address
                issuers.register(session, row, one.terms())
            issuers.open_consultation(session, log, row, today=clock.today(), wanted=2)
        clock.advance(days=(UNTIL - clock.today()).days + 1)
        yield tuple(zip(pair, (first, second), strict=True))


def issued(app) -> dict[str, int | None]:
    with app.app_context(), unit_of_work() as session:
        return {one.issuer: one.issued for one in get(session, NAME).issuers}


def test_lists_are_fetched_once_they_are_due(staff_app, settings, log, clock, waiting, capsys) -> None:
    # given one issuer that has its list ready and one that has not
    (ready, first), (late, second) = waiting
    first.answers = {CLOSING: ready.closing(3)}
    # when the ticker asks
    assert tick.take_lists(settings, log, clock) == 1
    # then what came is logged, and what did not is said by its code alone
    assert issued(staff_app) == {"thanh-tra": 3, "van-phong": None}
    said = capsys.readouterr().err
    assert "issuer-unreachable" in said
    assert "127.0.0.1" not in said and NAME not in said
    # and only the missing one is asked in the next round
    second.answers = {CLOSING: late.closing(5)}
    assert tick.take_lists(settings, log, clock) == 1
    assert issued(staff_app) == {"thanh-tra": 3, "van-phong": 5}
    assert (len(first.asked), len(second.asked)) == (1, 2)
    # and nobody is asked after that
    assert tick.take_lists(settings, log, clock) == 0
    assert (len(first.asked), len(second.asked)) == (1, 2)


def test_nobody_is_asked_before_the_last_day_is_over(staff_app, settings, log, clock, waiting) -> None:
    clock.advance(days=-1)
    assert tick.take_lists(settings, log, clock) == 0
    assert [served.asked for _, served in waiting] == [[], []]


@pytest.mark.parametrize("bad", [b"", b"{}", b"\xff", b"[" * 50_000])
def test_a_list_that_does_not_hold_stops_nothing_else(staff_app, settings, log, clock, waiting, bad, capsys) -> None:
    (_, first), (good, second) = waiting
    first.answers, second.answers = {CLOSING: bad}, {CLOSING: good.closing(2)}
    assert tick.take_lists(settings, log, clock) == 1
    assert issued(staff_app) == {"thanh-tra": None, "van-phong": 2}
    assert "issuer-statement-malformed" in capsys.readouterr().err


def test_an_issuer_is_asked_while_others_can_write(staff_app, settings, log, clock, waiting) -> None:
    # given an issuer that answers only after somebody else has taken the database's write lock and let it go
    (first, served), _ = waiting
    wrote = []

    def slow(handler) -> None:
        with staff_app.app_context(), unit_of_work() as session:
            wrote.append(get(session, NAME).state)
        body = first.closing(1)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    served.answers = {CLOSING: slow}
    # then the ticker waits without holding that lock
    assert tick.take_lists(settings, log, clock) == 1
    assert wrote == ["open"]


def test_a_surprise_while_fetching_is_outlived_and_said_by_its_kind(settings, log, clock, monkeypatch, capsys) -> None:
    def broken(*_args):
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    monkeypatch.setattr(tick, "take_lists", broken)
    tick.try_lists(settings, log, clock)
    said = capsys.readouterr().err
    assert "OperationalError" in said and "secret" not in said


def test_the_command_fetches_lists_in_its_rounds(staff_app, settings, log, clock, waiting, monkeypatch) -> None:
    for one, served in waiting:
        served.answers = {CLOSING: one.closing(2)}
    monkeypatch.setattr(tick, "load_settings", lambda: settings)
    monkeypatch.setattr(tick, "system_clock", lambda _settings: clock)
    answer = CliRunner().invoke(tick.tick, [])
    assert (answer.exit_code, answer.output.count("2 issuers' lists logged")) == (0, 1), answer.output
    assert issued(staff_app) == {"thanh-tra": 2, "van-phong": 2}
