"""Spending ballots on PostgreSQL, where writers do not wait for one lock: Debian's server, started here on loopback."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.ballots.models import Nullifier
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.factory import create_public_app, create_staff_app
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.submissions.models import Submission
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    bound,
    close_issuing,
    collect,
    move_to,
    open_with_ballots,
    two_issuers,
)
from tests.postgres import Server
from tests.rounds import stored
from tests.support import ORIGIN, Office, build_office
from tests.web.public.support import body_of, parsed

RACERS = 40


@pytest.fixture
def app(postgres: Server, settings: Settings, clock: FixedClock) -> Iterator[Flask]:
    made = create_public_app(replace(settings, database_url=postgres.fresh()), clock)
    with made.app_context():
        db.create_all()
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def pair(app: Flask, settings: Settings, log: Log, clock: FixedClock, tmp_path: Path) -> tuple[Office, IssuerPair]:
    """An office whose consultation with ballots opens today; nobody has collected."""
    made, url = two_issuers(tmp_path, clock), app.config["SQLALCHEMY_DATABASE_URI"]
    with create_staff_app(replace(settings, database_url=url), clock).app_context(), unit_of_work() as session:
        office = build_office(session, log, clock)
        open_with_ballots(session, log, clock, made)
    return replace(office, consultation=CONSULTATION), made


@pytest.fixture
def bodies(app: Flask, log: Log, clock: FixedClock, pair: tuple[Office, IssuerPair]) -> Callable[[int], dict[str, str]]:
    """On the first day of writing: a fresh comment with the ballot of that number, three for each of five people."""
    office, issuers = pair
    held = [one for person in range(1, 6) for one in collect(issuers, f"CB{person:03}")]
    with app.app_context(), unit_of_work() as session:
        close_issuing(session, log, clock, issuers)
        move_to(clock, consultations.get(session, CONSULTATION).opens)

    def make(number: int) -> dict[str, str]:
        envelope, raw = office.seal()
        data = bound(issuers, held[number], hashlib.sha256(envelope).digest())
        return {**body_of(envelope, raw), "ballot": b64url_encode(data)}

    return make


def post_all(app: Flask, bodies: list[dict[str, str]], *beside: Callable[[], None]) -> list[tuple[int, str]]:
    """Post all at the same moment, and do what is to be done beside; the answers as (status, refusal or leaf)."""
    answers, gate = [], threading.Barrier(len(bodies) + len(beside))

    def post(body: dict[str, str]) -> None:
        gate.wait()
        headers = {"Origin": ORIGIN}
        answer = app.test_client().post(f"/c/{CONSULTATION}/submissions", json=body, headers=headers)
        found = parsed(answer)
        answers.append((answer.status_code, found.get("error") or found["leaf"]))

    def do(work: Callable[[], None]) -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=post, args=(body,)) for body in bodies]
    threads += [threading.Thread(target=do, args=(work,)) for work in beside]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def counts(app: Flask) -> tuple[int, ...]:
    """Comments, their envelopes, nullifiers."""
    with app.app_context():
        return (*stored(db.session())[:2], db.session.scalar(select(func.count()).select_from(Nullifier)) or 0)


def test_forty_who_race_with_one_ballot_get_one_comment_in(app: Flask, bodies: Callable[[int], dict[str, str]]) -> None:
    # given one ballot bound to forty envelopes; when all are posted at once
    answers = post_all(app, [bodies(0) for _ in range(RACERS)])
    # then exactly one is taken, with one nullifier
    assert Counter(code for _, code in answers)["ballot-spent"] == RACERS - 1
    assert Counter(status for status, _ in answers) == {201: 1, 409: RACERS - 1}
    assert counts(app) == (1, 1, 1)


def test_a_browser_that_repeats_itself_is_never_told_that_its_ballot_is_spent(
    app: Flask, bodies: Callable[[int], dict[str, str]]
) -> None:
    answers = post_all(app, [bodies(0)] * 12)
    assert Counter(status for status, _ in answers) == {201: 1, 200: 11}
    assert len({leaf for _, leaf in answers}) == 1
    assert counts(app) == (1, 1, 1)


def test_different_ballots_do_not_hinder_each_other(
    app: Flask, log: Log, bodies: Callable[[int], dict[str, str]]
) -> None:
    answers = post_all(app, [bodies(number) for number in range(15)])
    assert Counter(status for status, _ in answers) == {201: 15}
    # then they are shuffled into the log, each with its ballot
    with app.app_context(), unit_of_work() as session:
        assert sequence_groups(session, log, [CONSULTATION]) == 15
    with app.app_context():
        places = db.session.scalars(select(Submission.leaf_index)).all()
        assert None not in places and len(set(places)) == 15
    assert {json.loads(leaf)["v"] for _, leaf in answers} == {2}


def test_whoever_comes_while_it_closes_is_either_in_the_log_or_refused(
    app: Flask, log: Log, bodies: Callable[[int], dict[str, str]]
) -> None:
    # given comments that come in while the consultation closes
    def close() -> None:
        with app.app_context(), unit_of_work() as session:
            sequence_groups(session, log, [CONSULTATION])
            consultations.close_consultation(session, log, consultations.get(session, CONSULTATION))

    answers = post_all(app, [bodies(number) for number in range(15)], close)
    # then nothing is left behind in the pool, and the rest keeps its ballots
    outcome = Counter(status if status == 201 else code for status, code in answers)
    assert outcome[201] + outcome["consultation-closed"] == 15
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PoolEntry)) == 0
        closing = consultations.get(db.session(), CONSULTATION).close_leaf
        places = db.session.scalars(select(Submission.leaf_index)).all()
        assert closing is not None and all(index is not None and index < closing for index in places)
    assert counts(app) == (outcome[201],) * 3
