"""kill -9 at random moments: nothing that was acknowledged is lost, and the log goes on from where it stood."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.cli.context import database
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import ROOT, SECRET_BYTES, Settings, load_settings
from portal.extensions import db
from portal.factory import create_staff_app
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.web.runtime import unit_of_work
from tests.postgres import fresh_database
from tests.submissions import workers
from tests.submissions.judge import judge
from tests.submissions.workers import Place
from tests.support import build_office

ROUNDS = int(os.environ.get("PORTAL_KILL_ROUNDS", "20"))
CONTEXT = workers.context()


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """What a ticker of its own is started with."""
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    fixed = {"PORTAL_ENV": "test", "PORTAL_LOG_ORIGIN": "log.example.org/gop-y", "PORTAL_TOTP": "optional"}
    own = {"PORTAL_INSTANCE": str(tmp_path), "PORTAL_MIX_WHEN": "minimum", "PORTAL_APP": "public"}
    return {**made, **fixed, **own, **fresh_database()}


@pytest.fixture
def place(environment: dict[str, str]) -> Iterator[Place]:
    settings: Settings = load_settings({**environment, "PORTAL_APP": "all"})
    log, clock = Log.from_seed(settings.log_origin, settings.secret.log_key), FixedClock(datetime.now(UTC))
    with create_staff_app(settings, clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            office = build_office(session, log, clock)
        db.engine.dispose()
    yield Place(replace(settings, app="public"), office, clock)


def judged(place: Place, acknowledged: list[bytes]) -> list[bytes]:
    with database(place.settings):
        try:
            return judge(db.session(), place.log, acknowledged=acknowledged)
        finally:
            db.engine.dispose()


def test_a_ticker_and_a_submitter_that_are_killed_again_and_again(place: Place) -> None:
    chance, acknowledged = random.Random(20261123), []
    for _ in range(ROUNDS):
        # given a ticker and somebody who sends comments, both killed at a random moment
        stop, faults, taken = CONTEXT.Event(), CONTEXT.SimpleQueue(), CONTEXT.SimpleQueue()
        pair = [
            CONTEXT.Process(target=workers.tick, args=(place, stop, faults)),
            CONTEXT.Process(target=workers.submit, args=(place, 100, taken, faults)),
        ]
        for process in pair:
            process.start()
        while taken.empty():  # both are at work once one comment was acknowledged
            assert faults.empty() and pair[1].is_alive()
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.15))
        for process in pair:
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
        assert faults.empty()
        while not taken.empty():
            acknowledged.append(taken.get())
        # then everything that was acknowledged is there, and everything that is there is whole
        judged(place, acknowledged)
    # and once the ticker runs to its end, all of it is in the log
    run_once(place.settings, place.log, FixedClock(place.clock.now() + timedelta(days=30)))
    leaves = judged(place, acknowledged)
    assert set(acknowledged) <= {data for data in leaves if json.loads(data)["type"] == "submission"}
    sys.stdout.write(f"{2 * ROUNDS} kills, {len(acknowledged)} acknowledged, 0 lost, 0 twice\n")  # for make faults
    with database(place.settings):
        assert db.session.scalar(select(func.count()).select_from(PoolEntry)) == 0
        db.engine.dispose()


def test_the_command_itself_is_killed_and_started_again(place: Place, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "portal", "tick", "--every", "1"]
    environ = {**os.environ, **environment}
    acknowledged = []
    for _ in range(2):
        with database(place.settings):
            acknowledged += [workers.send_one(place) for _ in range(4)]
        with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as ticker:
            deadline = time.monotonic() + 60
            while not set(acknowledged) <= set(judged(place, acknowledged)):
                assert ticker.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            ticker.kill()
        assert ticker.returncode == -signal.SIGKILL
    judged(place, acknowledged)
