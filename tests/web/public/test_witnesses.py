"""What the public sees of witnesses: on the log's page, in its files, in receipts of one size."""

from __future__ import annotations

import gzip
import secrets
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.config import Settings
from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from portal.factory import create_public_app
from portal.ledger import log as ledger
from portal.ledger.cosignatures import keep, learn
from portal.ledger.log import Log
from portal.ledger.opening import open_log
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.merkle import leaf_hash
from portal.tlog.note import sign_note
from portal.tlog.policy import parse_policy
from portal.tlog.proof import verify_proof
from portal.web.public.receipts import ANSWER_BYTES, answer_bytes
from portal.web.runtime import unit_of_work
from tests.support import ORIGIN, Office
from tests.web.public.support import Page, parsed, send, sequence

SIGNERS = {
    "inspectorate": MldsaCosignerSigner("witness.example/thanh-tra", bytes([1]) * 32),
    "union": CosignerSigner("witness.example/cong-doan", bytes([2]) * 32),
    "front": MldsaCosignerSigner("witness.example/mat-tran", bytes([3]) * 32),
}


@pytest.fixture
def watched(settings: Settings, log: Log) -> Settings:
    """Three witnesses, of which two are asked for."""
    lines = [f"witness {name} {signer.verifier} https://{name}.example\n" for name, signer in SIGNERS.items()]
    text = f"log {log.vkey}\n{''.join(lines)}group two 2 {' '.join(SIGNERS)}\nquorum two\n"
    (settings.instance / "policy").write_text(text)
    return replace(settings, witness_policy="policy")


@pytest.fixture
def app(public_app: Flask, watched: Settings, clock) -> Flask:
    return create_public_app(watched, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    made = app.test_client()
    made.environ_base["HTTP_ORIGIN"] = ORIGIN
    return made


@pytest.fixture
def cosign(app: Flask, watched: Settings):
    """Let witnesses cosign the newest checkpoint."""

    def sign(*names: str) -> None:
        log = open_log(watched)
        with app.app_context(), unit_of_work() as session:
            note, size = ledger.newest_note(session), ledger.size(session)
            for name in names:
                keep(session, log, size, sign_note(note.text, SIGNERS[name].at(1_790_000_000)).signatures)
                witness = next(item for item in log.policy.witnesses if item.name == name)
                learn(session, witness, 200, size)

    return sign


def look_up(client: FlaskClient, raw: bytes):
    return client.post("/receipt/lookup", json={"locator": b64url_encode(receipt.locator(raw))})


def test_receipts_have_one_size_whoever_has_cosigned(client, app, office: Office, log: Log, cosign) -> None:
    # given a comment that waits, then stands in the log, then is witnessed by some and by all
    raw, _ = send(client, office)
    answers = [look_up(client, raw), look_up(client, secrets.token_bytes(10))]
    sequence(app, log, office)
    for names in ((), ("union",), tuple(SIGNERS)):
        cosign(*names)
        answers += [look_up(client, raw), look_up(client, secrets.token_bytes(10))]
    # then nobody on the way can tell the answers apart
    assert {parsed(answer)["state"] for answer in answers} == {"waiting", "unknown", "sequenced"}
    assert {len(answer.get_data()) for answer in answers} == {answer_bytes(app.extensions["portal.runtime"].log.policy)}
    # and the proof shows all three witnesses to whoever trusts them
    found = parsed(answers[-2])
    keys = [signer.verifier for signer in SIGNERS.values()]
    verify_proof(found["proof"], leaf_hash(found["leaf"].encode()), log.signer.verifier, keys, quorum=3)


def test_the_size_has_room_for_every_witness_and_no_more_without_any(watched, log: Log) -> None:
    policy = open_log(watched).policy
    assert answer_bytes(log.policy) == ANSWER_BYTES
    assert ANSWER_BYTES + 2 * 3256 < answer_bytes(policy) < ANSWER_BYTES + 2 * 3256 + 2048


def test_a_witness_that_left_the_policy_leaves_the_receipts_too(client, app, public, office, log, cosign) -> None:
    # given a comment witnessed under a policy that the portal has given up since
    raw, _ = send(client, office)
    sequence(app, log, office)
    cosign(*SIGNERS)
    # then its proof is of the log alone, and fits
    found = look_up(public, raw)
    assert len(found.get_data()) == ANSWER_BYTES
    assert parsed(found)["proof"].count("\u2014 ") == 1
    # while the checkpoint still shows whatever is known
    assert public.get("/log/checkpoint").get_data(as_text=True).count("\u2014 ") == 4


def test_everything_that_carries_a_checkpoint_carries_cosignatures(client, office: Office, log: Log, cosign) -> None:
    cosign("inspectorate", "front")
    keys = [SIGNERS[name].verifier for name in ("inspectorate", "front")]
    documents = [
        client.get("/log/checkpoint").get_data(as_text=True),
        parsed(client.get(f"/c/{office.consultation}/sealing.json"))["checkpoint"],
    ]
    for text in documents:
        opened = open_checkpoint(text, log.signer.verifier, keys)
        assert opened.note.verified[0].name == log.origin
        assert all(map(opened.note.signed_by, keys))


def test_the_policy_is_there_to_verify_with(client, public, watched) -> None:
    answer = client.get("/log/policy")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert parse_policy(answer.get_data()) == open_log(watched).policy
    assert public.get("/log/policy").status_code == 404


def test_the_page_says_whether_the_quorum_holds(client, public, office: Office, cosign) -> None:
    def text(visitor: FlaskClient = client) -> str:
        return Page(visitor.get("/en/log").get_data(as_text=True)).text

    assert "Quorum does not hold" in text() and "has not held for any checkpoint" in text()
    cosign("union")
    assert "Quorum does not hold" in text()
    cosign("front")
    page = text()
    assert "Quorum holds" in page and "does not hold" not in page
    assert all(str(signer.verifier) in page for signer in SIGNERS.values())
    # and a portal without witnesses says that there is none
    assert "names no witness" in text(public) and "Quorum" not in text(public)


def test_a_witness_that_knows_more_is_told_to_everybody_and_stops_comments(client, app, watched, office) -> None:
    # given a log that was restored from an old copy
    log = open_log(watched)
    with app.app_context(), unit_of_work() as session:
        learn(session, log.policy.witnesses[0], 409, ledger.size(session) + 1)
    # then the page says so
    assert "A witness contradicts the portal" in Page(client.get("/en/log").get_data(as_text=True)).text
    # and no comment is taken, because it would be lost with that copy
    _, answer = send(client, office)
    assert (answer.status_code, parsed(answer)["error"]) == (409, "log-rolled-back")


def test_damaged_cosignatures_are_named_and_replaced(client, app, watched, office, cosign) -> None:
    # given a stored cosignature that somebody changed
    cosign("union", "front")
    with app.app_context(), unit_of_work() as session:
        row = session.query(ledger.LogCosignature).filter_by(name="witness.example/cong-doan").one()
        row.line = row.line[:-8] + "AAAAAAA="
    assert "do not hold" in Page(client.get("/en/log").get_data(as_text=True)).text
    # when the witness cosigns again, it is whole again
    cosign("union")
    assert "Quorum holds" in Page(client.get("/en/log").get_data(as_text=True)).text


def test_documents_with_cosignatures_travel_compressed_and_receipts_never(client, office: Office, cosign) -> None:
    cosign(*SIGNERS)
    path = f"/c/{office.consultation}/sealing.json"
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    body = {"locator": b64url_encode(receipt.locator(secrets.token_bytes(10)))}
    answer = client.post("/receipt/lookup", json=body, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
