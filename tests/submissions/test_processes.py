"""Four tickers and three submitters, each a process of its own, on one log; then everybody closes at once."""

from __future__ import annotations

import json
import queue
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing.queues import Queue

import pytest
from sqlalchemy import func, select

from portal.accounts import service as accounts
from portal.accounts.models import ModeratorKey
from portal.cli.context import database
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.extensions import db
from portal.factory import create_staff_app
from portal.ledger.log import Log
from portal.ledger.models import LogCheckpoint, PoolEntry
from portal.web.runtime import unit_of_work
from tests.submissions import workers
from tests.submissions.judge import judge
from tests.submissions.workers import Place
from tests.support import build_office

TICKERS, SUBMITTERS, EACH = 4, 3, 10
CONTEXT = workers.context()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, settings: Settings, log: Log, clock: FixedClock) -> Iterator[Place]:
    """An office with an open consultation that mixes three, on either database."""
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else ""
    here = replace(settings, database_url=url, mix_when="minimum")
    app = create_staff_app(here, clock)
    with app.app_context():
        db.create_all()
        with unit_of_work() as session:
            office = build_office(session, log, clock)
        db.engine.dispose()
    # Tickers and submitters need no staff app, whose passwords would cost each of their rounds a while.
    yield Place(replace(here, app="public"), office, clock)


def emptied(waiting: Queue) -> list:
    found = []
    while True:
        try:
            found.append(waiting.get(timeout=0.2))
        except queue.Empty:
            return found


def test_tickers_and_submitters_at_once(place: Place) -> None:
    stop, taken, seen, faults = CONTEXT.Event(), CONTEXT.Queue(), CONTEXT.Queue(), CONTEXT.Queue()
    tickers = [CONTEXT.Process(target=workers.tick, args=(place, stop, faults)) for _ in range(TICKERS)]
    readers = [CONTEXT.Process(target=workers.watch, args=(place, stop, seen, faults))]
    senders = [CONTEXT.Process(target=workers.submit, args=(place, EACH, taken, faults)) for _ in range(SUBMITTERS)]
    with workers.running(*tickers, *readers, *senders):
        acknowledged = [taken.get(timeout=60) for _ in range(SUBMITTERS * EACH)]
        stop.set()
        notes = emptied(seen)
        assert emptied(faults) == []
    with database(place.settings):
        leaves = judge(db.session(), place.log, acknowledged=acknowledged, seen=notes)
        # batches were never smaller than the office's mix, whichever host drained them
        assert all(size >= 3 for size in batches(leaves))
        db.session.rollback()
    # when the last day is over and four hosts close at the same moment
    later = replace(place, clock=FixedClock(place.clock.now() + timedelta(days=30)))
    gate = CONTEXT.Barrier(TICKERS)
    closers = [CONTEXT.Process(target=workers.tick_when_told, args=(later, gate, faults)) for _ in range(TICKERS)]
    with workers.running(*closers):
        for closer in closers:
            closer.join(timeout=60)
        assert emptied(faults) == []
    with database(place.settings):
        leaves = judge(db.session(), place.log, acknowledged=acknowledged, seen=notes)
        assert db.session.scalar(select(func.count()).select_from(PoolEntry)) == 0
        logged = [data for data in leaves if json.loads(data)["type"] == "submission"]
        assert sorted(logged) == sorted(acknowledged)
        assert [json.loads(data).get("action") for data in leaves].count("close") == 1
        db.engine.dispose()


def batches(leaves: list[bytes]) -> list[int]:
    """The lengths of the runs of comments that one checkpoint covers."""
    points = sorted(db.session.scalars(select(LogCheckpoint.size)))
    kinds = [json.loads(data)["type"] for data in leaves]
    starts = [0, *points]
    spans = [kinds[start:end] for start, end in zip(starts, points, strict=False)]
    return [len(span) for span in spans if span and span[0] == "submission"]


def revoke(session, place: Place) -> None:
    accounts.revoke_key(session, place.log, accounts.get_key(session, place.office.kids[0]))


@pytest.mark.parametrize(
    ("act", "refusal"), [(workers.close_now, "consultation-not-open"), (revoke, "key-revoked-already")]
)
def test_an_act_that_two_do_at_once_is_logged_once(place: Place, act, refusal: str) -> None:
    gate, outcomes = CONTEXT.Barrier(3), CONTEXT.Queue()
    actors = [CONTEXT.Process(target=workers.act_when_told, args=(place, act, gate, outcomes)) for _ in range(3)]
    with workers.running(*actors):
        said = Counter(outcomes.get(timeout=60) for _ in actors)
    assert said == {"done": 1, refusal: 2}
    with database(place.settings):
        judge(db.session(), place.log)
        db.session.rollback()
        # and the two rows agree with the log
        row = consultations.get(db.session(), place.office.consultation)
        key = db.session.get(ModeratorKey, place.office.kids[0])
        assert (row.close_leaf is not None) == (act is workers.close_now)
        assert (key.revoke_leaf is not None) == (act is revoke)
        db.engine.dispose()


def test_a_round_that_finds_nothing_changes_nothing(place: Place) -> None:
    assert run_once(place.settings, place.log, place.clock) == (0, 0)
