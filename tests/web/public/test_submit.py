"""Posting a sealed comment: every refusal by name, and a retry that is never counted twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.crypto import keys
from portal.crypto.envelope import open_with
from portal.crypto.payload import parse_payload
from portal.extensions import db
from portal.factory import create_public_app
from portal.ledger import events
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.promise import open_promise
from portal.web.runtime import unit_of_work
from tests.rounds import stored as kept
from tests.support import ORIGIN, Office
from tests.web.public.support import body_of, parsed, post, send, sequence


def count(app: Flask) -> int:
    with app.app_context():
        return kept(db.session())[0]


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, parsed(answer)["error"]) == (status, code)
    assert parsed(answer)["message"]
    assert "Set-Cookie" not in answer.headers


def test_a_sealed_comment_is_taken_and_promised(
    public: FlaskClient, office: Office, log: Log, clock: FixedClock
) -> None:
    # given a sealed comment; when it is posted
    envelope, raw = office.seal()
    answer = post(public, office, body_of(envelope, raw))
    # then the log has signed that this leaf will stand in it
    assert answer.status_code == 201
    taken = parsed(answer)
    assert set(taken) == {"promise", "leaf"}
    promise = open_promise(taken["promise"], VerifierKey.parse(log.vkey))
    assert promise.leaf == leaf_hash(taken["leaf"].encode())
    assert (promise.latest - clock.today()).days == 2
    assert events.decode(taken["leaf"].encode())["type"] == "submission"


def test_the_same_bytes_again_get_the_same_answer_and_count_once(
    public: FlaskClient, public_app: Flask, office: Office
) -> None:
    envelope, raw = office.seal()
    first = post(public, office, body_of(envelope, raw))
    again = post(public, office, body_of(envelope, raw), language="/en")
    assert (first.status_code, again.status_code) == (201, 200)
    assert parsed(first) == parsed(again)
    assert count(public_app) == 1


def test_an_envelope_under_another_receipt_is_a_replay(public: FlaskClient, public_app: Flask, office: Office) -> None:
    envelope, raw = office.seal()
    post(public, office, body_of(envelope, raw))
    refused(post(public, office, body_of(envelope, bytes(10))), 409, "replay")
    other, _ = office.seal()
    refused(post(public, office, body_of(other, raw)), 409, "replay")
    assert count(public_app) == 1


def test_a_retry_after_the_shuffle_is_still_answered(
    public: FlaskClient, public_app: Flask, office: Office, log: Log
) -> None:
    envelope, raw = office.seal()
    first = post(public, office, body_of(envelope, raw))
    sequence(public_app, log, office)
    again = post(public, office, body_of(envelope, raw))
    assert again.status_code == 200
    assert parsed(again) == {"promise": "", "leaf": parsed(first)["leaf"]}


MALFORMED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"[" * 9000,
    b'{"envelope":"AA"}',
    b'{"envelope":1,"locator_hash":"AA"}',
    b'{"envelope":"AA","locator_hash":"AA","text":"plain"}',
]


def test_malformed_bodies_are_refused(public: FlaskClient, office: Office) -> None:
    for body in MALFORMED:
        answer = public.post("/c/thu-2026/submissions", data=body, content_type="application/json")
        refused(answer, 422, "body-malformed")


def test_tampered_envelopes_are_refused(public: FlaskClient, public_app: Flask, office: Office) -> None:
    # given an envelope; when it is altered on the way
    envelope, raw = office.seal()
    body = body_of(envelope, raw)
    altered = [
        body_of(b"PFE2" + envelope[4:], raw),
        body_of(envelope[:-1], raw),
        body_of(envelope + b"\x00", raw),
        body | {"envelope": body["envelope"] + "="},
        body | {"envelope": "+" + body["envelope"][1:]},
        body | {"envelope": "ấ" + body["envelope"]},
    ]
    # then each is refused by name and nothing is kept
    for one in altered:
        refused(post(public, office, one), 422, "envelope-malformed")
    assert count(public_app) == 0


def test_a_bad_locator_hash_is_refused(public: FlaskClient, office: Office) -> None:
    envelope, raw = office.seal()
    refused(post(public, office, body_of(envelope, raw) | {"locator_hash": "AAAA"}), 422, "receipt-malformed")


def test_an_unknown_key_and_another_consultation_are_refused(public: FlaskClient, office: Office) -> None:
    stranger = keys.public_key(bytes(range(32)))
    strange = replace(office, kids=[keys.kid_of(stranger)], public_keys={keys.kid_of(stranger): stranger})
    envelope, raw = strange.seal()
    refused(post(public, office, body_of(envelope, raw)), 409, "envelope-unknown-key")
    envelope, raw = replace(office, consultation="khac-2026").seal()
    refused(post(public, office, body_of(envelope, raw)), 409, "envelope-other-consultation")


def test_unknown_closed_and_not_yet_open_consultations_are_refused(
    public: FlaskClient, public_app: Flask, office: Office, log: Log, clock: FixedClock
) -> None:
    envelope, raw = office.seal()
    refused(public.post("/c/nothing/submissions", json=body_of(envelope, raw)), 404, "consultation-unknown")
    clock.advance(days=-1)
    refused(post(public, office, body_of(envelope, raw)), 409, "consultation-closed")
    clock.advance(days=16)
    refused(post(public, office, body_of(envelope, raw)), 409, "consultation-closed")
    clock.advance(days=-15)
    with public_app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, office.consultation))
    refused(post(public, office, body_of(envelope, raw)), 409, "consultation-closed")
    assert count(public_app) == 0


def test_an_oversized_body_is_refused(public: FlaskClient, office: Office) -> None:
    envelope, raw = office.seal()
    answer = post(public, office, body_of(envelope + bytes(70_000), raw))
    refused(answer, 413, "body-too-large")


def test_another_site_cannot_post(public: FlaskClient, office: Office) -> None:
    envelope, raw = office.seal()
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": ""}):
        answer = public.post("/c/thu-2026/submissions", json=body_of(envelope, raw), headers=headers)
        refused(answer, 403, "cross-site")


def test_messages_come_in_the_language_of_the_page(public: FlaskClient, office: Office) -> None:
    answer = post(public, office, {}, language="/en")
    assert parsed(answer)["message"].startswith("What was sent could not be read")


def test_the_bucket_of_an_open_consultation_runs_dry_and_fills_again(
    settings: Settings, office: Office, clock: FixedClock
) -> None:
    # given a process that takes two comments a minute
    client = create_public_app(replace(settings, open_rate=2), clock).test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    # when three come at once, then the third must wait, whoever sent it
    assert [send(client, office)[1].status_code for _ in range(2)] == [201, 201]
    refused(send(client, office)[1], 429, "busy")
    clock.advance(seconds=31)
    assert send(client, office)[1].status_code == 201


def test_nothing_of_the_visitor_is_stored(public: FlaskClient, public_app: Flask, office: Office) -> None:
    # given a post with an address and headers that say who sends it
    envelope, raw = office.seal()
    marks = {"User-Agent": "mark-of-a-browser", "X-Forwarded-For": "203.0.113.7"}
    public.post("/c/thu-2026/submissions", json=body_of(envelope, raw), headers=marks)
    # then no table holds either
    with public_app.app_context():
        dump = repr([db.session.execute(table.select()).all() for table in db.metadata.tables.values()])
    assert "thu-2026" in dump
    assert "mark-of-a-browser" not in dump
    assert "203.0.113.7" not in dump
    assert "127.0.0.1" not in dump


def test_what_was_sealed_is_what_moderators_open(public: FlaskClient, public_app: Flask, office: Office) -> None:
    send(public, office, text="Hồ sơ chuyển qua lại giữa các phòng.")
    with public_app.app_context():
        stored = db.session.scalars(select(PoolEntry.load)).one()
    for seed in office.seeds.values():
        assert parse_payload(open_with(seed, stored)).text == "Hồ sơ chuyển qua lại giữa các phòng."
