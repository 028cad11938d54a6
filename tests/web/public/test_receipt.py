"""Looking up a receipt: three states, one size, nothing for those who hold no receipt."""

from __future__ import annotations

import secrets

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.ledger.log import Log
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.promise import open_promise
from portal.tlog.proof import verify_proof
from portal.web.public.receipts import ANSWER_BYTES
from tests.support import Office
from tests.web.public.support import parsed, send, sequence


def look_up(client: FlaskClient, raw: bytes) -> TestResponse:
    return client.post("/receipt/lookup", json={"locator": b64url_encode(receipt.locator(raw))})


def test_waiting_then_sequenced_and_both_verify(
    public: FlaskClient, public_app: Flask, office: Office, log: Log
) -> None:
    # given a comment that waits in the pool
    raw, sent = send(public, office)
    key = VerifierKey.parse(log.vkey)
    waiting = parsed(look_up(public, raw))
    # then its receipt brings the log's promise
    assert waiting["state"] == "waiting"
    assert waiting["promise"] == parsed(sent)["promise"]
    assert open_promise(waiting["promise"], key).leaf == leaf_hash(waiting["leaf"].encode())
    # and when it was shuffled in, a proof that verifies offline
    sequence(public_app, log, office)
    found = parsed(look_up(public, raw))
    assert (found["state"], found["promise"], found["log_vkey"]) == ("sequenced", "", log.vkey)
    opened = verify_proof(found["proof"], leaf_hash(found["leaf"].encode()), key)
    assert opened.checkpoint.size > found["index"]


def test_hit_and_miss_have_one_size_and_one_set_of_headers(
    public: FlaskClient, public_app: Flask, office: Office, log: Log
) -> None:
    # given one receipt that is known and one that is not
    raw, _ = send(public, office)
    answers = [look_up(public, raw), look_up(public, secrets.token_bytes(10))]
    sequence(public_app, log, office)
    answers += [look_up(public, raw), look_up(public, secrets.token_bytes(10))]
    # then nobody on the way can tell the answers apart
    assert {parsed(answer)["state"] for answer in answers} == {"waiting", "unknown", "sequenced"}
    assert {len(answer.get_data()) for answer in answers} == {ANSWER_BYTES}
    assert {answer.status_code for answer in answers} == {200}
    heads = [{name for name, _ in answer.headers} for answer in answers]
    assert all(head == heads[0] for head in heads)
    assert all("Set-Cookie" not in head for head in heads)


def test_hit_and_miss_cost_the_same_work(public: FlaskClient, public_app: Flask, office: Office, log: Log) -> None:
    """Whoever watches the line sees how long an answer takes: benchmarks/timing.py measures it."""
    # given receipts of comments that wait, stand in the log, and are none
    in_log, _ = send(public, office)
    sequence(public_app, log, office)
    waits, _ = send(public, office)
    with public_app.app_context():
        engine = db.engine
    asked: list[list[str]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked[-1].append(given[2]))
    states = set()
    for raw in (in_log, waits, secrets.token_bytes(10), secrets.token_bytes(10)):
        asked.append([])
        states.add(parsed(look_up(public, raw))["state"])
    # then each is answered after the same statements
    assert states == {"sequenced", "waiting", "unknown"}
    assert all(one == asked[0] for one in asked) and len(asked[0]) > 3


def test_a_malformed_locator_is_refused(public: FlaskClient) -> None:
    for body in ({"locator": "AA"}, {"locator": "A" * 44}, {"locator": "ấ"}):
        answer = public.post("/receipt/lookup", json=body)
        assert (answer.status_code, parsed(answer)["error"]) == (422, "receipt-malformed")
    for body in ({}, {"locator": 1}, [], {"locator": "AA", "code": "AA"}):
        answer = public.post("/receipt/lookup", json=body)
        assert (answer.status_code, parsed(answer)["error"]) == (422, "body-malformed")


def test_the_locator_hash_is_no_locator(public: FlaskClient, office: Office) -> None:
    # given what the server stores of a receipt; when it is asked for with that
    raw, _ = send(public, office)
    stored = receipt.locator_hash(raw)
    answer = public.post("/receipt/lookup", json={"locator": b64url_encode(stored)})
    # then nothing is found: a stolen database opens no receipt
    assert parsed(answer)["state"] == "unknown"


def test_the_page_asks_for_nothing_but_a_script(public: FlaskClient) -> None:
    page = public.get("/receipt").get_data(as_text=True)
    assert 'method="dialog"' in page
    assert "<noscript>" in page
