"""Posting comments that spend ballots: refusals as a browser gets them, and many who race for one ballot."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.ballots.models import Nullifier
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.crypto import ballot
from portal.crypto.collecting import HeldBallot
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.factory import create_public_app
from portal.ledger.log import Log
from portal.submissions.sequencing import sequence_groups
from portal.web.errors import MESSAGES
from portal.web.public import STROKE
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
from tests.rounds import stored as kept
from tests.support import ORIGIN, Office
from tests.web.line import on_the_line
from tests.web.public.support import body_of, parsed, post

RACERS = 40


@dataclass
class Voter:
    """Somebody with three ballots, on the first day of writing."""

    office: Office
    pair: IssuerPair
    held: tuple[HeldBallot, ...]

    def body(self, number: int = 0, *, envelope: bytes | None = None, raw: bytes | None = None) -> dict[str, str]:
        """A sealed comment with that ballot bound to it."""
        sealed, code = self.office.seal()
        sealed, code = envelope or sealed, raw or code
        data = bound(self.pair, self.held[number], hashlib.sha256(sealed).digest())
        return {**body_of(sealed, code), "ballot": b64url_encode(data)}


@pytest.fixture
def voter(staff_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path) -> Voter:
    pair = two_issuers(tmp_path, clock)
    with staff_app.app_context(), unit_of_work() as session:
        row = open_with_ballots(session, log, clock, pair)
        held = collect(pair, "CB001")
        close_issuing(session, log, clock, pair)
        move_to(clock, row.opens)
    return Voter(replace(office, consultation=CONSULTATION), pair, held)


def refused(answer: TestResponse, status: int, code: str) -> None:
    assert (answer.status_code, parsed(answer)["error"]) == (status, code)
    assert parsed(answer)["message"] == str(MESSAGES[code])  # the id, so the page was asked for in English


def stored(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return kept(db.session())[0], db.session.scalar(select(func.count()).select_from(Nullifier)) or 0


def send(client: FlaskClient, voter: Voter, body: dict[str, str]) -> TestResponse:
    return post(client, voter.office, body, language="/en")


def test_a_ballot_takes_one_comment_and_the_next_ballot_another(
    public: FlaskClient, public_app: Flask, voter: Voter
) -> None:
    first = voter.body()
    assert send(public, voter, first).status_code == 201
    refused(send(public, voter, voter.body()), 409, "ballot-spent")
    assert send(public, voter, voter.body(1)).status_code == 201
    assert stored(public_app) == (2, 2)
    # and the same bytes again are an answer, not a second comment
    again = send(public, voter, first)
    assert (again.status_code, stored(public_app)) == (200, (2, 2))


def test_the_same_bytes_are_answered_after_closing(
    public: FlaskClient, public_app: Flask, voter: Voter, log: Log, clock: FixedClock
) -> None:
    body = voter.body()
    first = parsed(send(public, voter, body))
    with public_app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [CONSULTATION])
        consultations.close_consultation(session, log, consultations.get(session, CONSULTATION))
    clock.advance(days=30)
    again = send(public, voter, body)
    assert (again.status_code, parsed(again)) == (200, {"promise": "", "leaf": first["leaf"]})
    refused(send(public, voter, voter.body(1)), 409, "consultation-closed")


def test_every_refusal_of_a_ballot_has_its_status_and_its_words(
    public: FlaskClient, public_app: Flask, voter: Voter
) -> None:
    good, held = voter.body(), voter.held[0]
    envelope, raw = voter.office.seal()
    digest = hashlib.sha256(envelope).digest()

    def with_ballot(data: bytes) -> dict[str, str]:
        return {**body_of(envelope, raw), "ballot": b64url_encode(data)}

    junk = secrets.token_bytes(256)
    cases: list[tuple[dict[str, str], int, str]] = [
        (body_of(envelope, raw), 422, "ballot-missing"),
        ({**body_of(envelope, raw), "ballot": "phiếu"}, 422, "ballot-malformed"),
        (with_ballot(b""), 422, "ballot-malformed"),
        (with_ballot(bytes(100)), 422, "ballot-malformed"),
        (with_ballot(bytes(30_000)), 422, "ballot-malformed"),
        (
            with_ballot(ballot.collected("khac-2026", held.seed, held.signatures, digest).encode()),
            409,
            "ballot-other-consultation",
        ),
        (with_ballot(bound(voter.pair, HeldBallot(held.seed, (junk, junk)), digest)), 422, "ballot-forged"),
        (
            with_ballot(bound(voter.pair, HeldBallot(held.seed, (held.signatures[0], junk)), digest)),
            422,
            "ballot-of-one-issuer",
        ),
        ({**body_of(envelope, raw), "ballot": good["ballot"]}, 422, "ballot-moved"),
    ]
    answers = [send(public, voter, body) for body, _, _ in cases]
    for answer, (_, status, code) in zip(answers, cases, strict=True):
        refused(answer, status, code)
    assert stored(public_app) == (0, 0)
    # and after all that the ballot is still good, once; and no answer's size says how it went
    answers += [send(public, voter, body) for body in (good, good, voter.body())]
    assert [answer.status_code for answer in answers[-3:]] == [201, 200, 409]
    assert len({on_the_line(answer) for answer in answers}) == 1


def test_good_spent_forged_and_repeated_ballots_are_answered_at_strokes(
    public: FlaskClient, voter: Voter, rests: list[float]
) -> None:
    good = voter.body()
    forged = voter.body(1, envelope=voter.office.seal()[0])
    forged["ballot"] = good["ballot"]
    answers = [send(public, voter, body) for body in (good, good, voter.body(), forged)]
    assert [answer.status_code for answer in answers] == [201, 200, 409, 422]
    assert len(rests) == 4
    # and so is a sealed file in a form
    data = {"file": (io.BytesIO(json.dumps(voter.body()).encode()), "comment.sealed")}
    assert public.post(f"/en/c/{CONSULTATION}/sealed-file", data=data).status_code == 409
    assert len(rests) == 5
    assert all(0 <= seconds <= STROKE for seconds in rests)


def test_a_ballot_where_none_is_needed_is_refused_unspent(public: FlaskClient, public_app: Flask, voter: Voter) -> None:
    open_office = replace(voter.office, consultation="thu-2026")
    body = replace(voter, office=open_office).body()
    refused(post(public, open_office, body, language="/en"), 422, "ballot-not-needed")
    refused(public.post("/en/c/nothing/submissions", json=body), 404, "consultation-unknown")
    assert stored(public_app) == (0, 0)


def test_before_the_lists_are_logged_and_outside_the_days_nothing_is_taken(
    public: FlaskClient,
    public_app: Flask,
    staff_app: Flask,
    office: Office,
    log: Log,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    # given ballots that were collected, and issuers who have not handed over their lists
    pair = two_issuers(tmp_path, clock)
    with staff_app.app_context(), unit_of_work() as session:
        opens = open_with_ballots(session, log, clock, pair).opens
    voter = Voter(replace(office, consultation=CONSULTATION), pair, collect(pair, "CB001"))
    move_to(clock, opens)
    refused(send(public, voter, voter.body()), 409, "ballots-not-ready")
    # when the lists come, the days still count
    with staff_app.app_context(), unit_of_work() as session:
        close_issuing(session, log, clock, pair)
    clock.advance(days=-1)
    refused(send(public, voter, voter.body()), 409, "consultation-closed")
    clock.advance(days=16)
    refused(send(public, voter, voter.body()), 409, "consultation-closed")
    assert stored(public_app) == (0, 0)


def test_a_sealed_file_brings_its_ballot(public: FlaskClient, public_app: Flask, voter: Voter) -> None:
    address = f"/en/c/{CONSULTATION}/sealed-file"
    for body, status in ((voter.body(), 201), (voter.body(), 409)):
        data = {"file": (io.BytesIO(json.dumps(body).encode()), "comment.sealed")}
        assert public.post(address, data=data).status_code == status
    assert stored(public_app) == (1, 1)


def test_ballots_need_no_bucket(settings: Settings, voter: Voter, clock: FixedClock) -> None:
    # given a process that takes one open comment a minute
    client = create_public_app(replace(settings, open_rate=1), clock).test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    # then each of a person's ballots is taken at once: their number is limit enough
    assert [send(client, voter, voter.body(number)).status_code for number in range(3)] == [201, 201, 201]


def race(app: Flask, voter: Voter, bodies: list[dict[str, str]]) -> list[tuple[int, Any]]:
    """Everybody posts at the same moment; the answers as (status, document)."""
    answers, gate = [], threading.Barrier(len(bodies))

    def run(body: dict[str, str]) -> None:
        client = app.test_client()
        client.environ_base["HTTP_ORIGIN"] = ORIGIN
        gate.wait()
        answer = send(client, voter, body)
        answers.append((answer.status_code, parsed(answer)))

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_forty_who_race_with_one_ballot_get_one_comment_in(public_app: Flask, voter: Voter) -> None:
    # given one ballot bound to forty different envelopes; when all are posted at once
    answers = race(public_app, voter, [voter.body() for _ in range(RACERS)])
    # then exactly one is taken, and the others are told why not
    assert Counter((status, found.get("error")) for status, found in answers) == {
        (201, None): 1,
        (409, "ballot-spent"): RACERS - 1,
    }
    assert stored(public_app) == (1, 1)


def test_a_browser_that_repeats_itself_is_never_told_that_its_ballot_is_spent(public_app: Flask, voter: Voter) -> None:
    # given the same bytes, sent again and again before an answer came
    answers = race(public_app, voter, [voter.body()] * 12)
    assert Counter(status for status, _ in answers) == {201: 1, 200: 11}
    assert len({json.dumps(found, sort_keys=True) for _, found in answers}) == 1
    assert stored(public_app) == (1, 1)
