"""All of it in one hand, and still nobody knows whose ballot it was; with blinding switched off, everybody does.

Sixty people collect one after another, and write in exactly that order: the worst case for any trace of order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.ballots.models import Nullifier
from portal.clock import FixedClock
from portal.config import Settings
from portal.crypto import collecting
from portal.crypto.ballot import parse_ballot
from portal.crypto.blindrsa import blind
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.receipt import locator_hash
from portal.extensions import db, forget_order
from portal.issuing.models import IssuerBase
from portal.ledger.events import decode
from portal.ledger.log import Log
from portal.ledger.models import LogLeaf
from portal.submissions.models import SealedEnvelope, Submission
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.ballots import matcher
from tests.ballots.support import IssuerPair, bound, claim, close_issuing, move_to, open_with_ballots, two_issuers
from tests.postgres import sqlite_only
from tests.support import ORIGIN, Office

pytestmark = sqlite_only


PEOPLE = 60
CHANCE = 8
"""Right guesses that chance does not reach: Poisson with mean 1 exceeds 8 once in a million."""


@dataclass
class Evidence:
    """Everything there is after the run. ``truth``: the author of each comment, which only the test knows."""

    people: list[matcher.Claimed]
    comments: list[matcher.Written]
    truth: list[str]
    keys: dict[str, bytes]
    files: dict[str, bytes]
    markers: list[str]

    def hits(self, score: matcher.Score) -> int:
        return matcher.best_hits(self.people, self.comments, self.truth, score)


Run = Callable[[], Evidence]


@pytest.fixture
def run(
    public_app: Flask,
    office: Office,
    settings: Settings,
    log: Log,
    clock: FixedClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The whole way of sixty people, through the services and the public app, on real files."""

    def go() -> Evidence:
        caplog.set_level(logging.DEBUG)
        pair = two_issuers(tmp_path, clock, people=PEOPLE, each=1)
        with public_app.app_context(), unit_of_work() as session:
            row = open_with_ballots(session, log, clock, pair)
            opens = row.opens
        people, held = _collect_all(pair)
        with public_app.app_context(), unit_of_work() as session:
            close_issuing(session, log, clock, pair)
        move_to(clock, opens)
        office.consultation = pair.consultation
        authors, markers = _write_all(public_app, office, pair, held)
        with public_app.app_context():
            with unit_of_work() as session:
                sequence_groups(session, log, [pair.consultation])
            assert forget_order(db.engine)
        out = capfd.readouterr()
        logged = "\n".join([caplog.text, out.out, out.err]).encode()
        files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} | {"logs": logged}
        comments, truth = _comments(public_app, files["portal.sqlite3"], authors)
        return Evidence(_with_stored(pair, people), comments, truth, pair.keys, files, markers)

    return go


def _collect_all(pair: IssuerPair) -> tuple[list[matcher.Claimed], dict[str, collecting.HeldBallot]]:
    people, held = [], {}
    for place in range(PEOPLE):
        staff_code = f"CB{place + 1:03}"
        begun = collecting.begin(pair.consultation, pair.keys, pair.each)
        messages = {one.name: begun.messages(one.name) for one in pair}
        answers = {one.name: claim(pair, one, staff_code, messages[one.name]) for one in pair}
        people.append(matcher.Claimed(staff_code, place, messages, answers))
        (held[staff_code],) = collecting.finish(begun, answers)
    return people, held


def _write_all(
    app: Flask, office: Office, pair: IssuerPair, held: dict[str, collecting.HeldBallot]
) -> tuple[dict[str, str], list[str]]:
    """Everybody writes once, from an address and a browser of their own; returns authors by envelope, and markers."""
    authors, markers = {}, []
    client = app.test_client()
    for place, (staff_code, ballot) in enumerate(held.items()):
        sealed, raw = office.seal("Việc khó thường bị để lại.")
        digest = sha256(sealed).digest()
        body = {
            "envelope": b64url_encode(sealed),
            "locator_hash": b64url_encode(locator_hash(raw)),
            "ballot": b64url_encode(bound(pair, ballot, digest)),
        }
        address, agent = f"198.51.100.{place}", f"Trình-duyệt-{place:03}-riêng"
        answer = client.post(
            f"/c/{pair.consultation}/submissions",
            json=body,
            headers={"Origin": ORIGIN, "User-Agent": agent.encode().decode("latin-1")},
            environ_base={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        authors[digest.hex()] = staff_code
        markers += [address, agent]
    return authors, markers


def _comments(app: Flask, database: bytes, authors: dict[str, str]) -> tuple[list[matcher.Written], list[str]]:
    """Every comment with the bytes kept of it, and its place in each order that the store or the log offers."""
    with app.app_context():
        logged = db.session.scalars(select(LogLeaf).filter_by(kind="submission"))
        leaves = {row.leaf_hash: (row.index, row.data) for row in logged}
        rows = list(db.session.scalars(select(Submission)))
        envelopes = {row.leaf_hash: row.data for row in db.session.scalars(select(SealedEnvelope))}
        nullifiers = list(db.session.execute(text("SELECT value FROM nullifier")).scalars())
        assert len(nullifiers) == db.session.query(Nullifier).count() == PEOPLE
    found = []
    for at, row in enumerate(rows):
        index, data = leaves[row.leaf_hash]
        ballot = parse_ballot(b64url_decode(decode(data)["ballot"]))
        envelope = envelopes[row.leaf_hash]
        raw = {
            "log": index,
            "table": at,
            "nullifiers": nullifiers.index(ballot.nonces[0]),
            "envelope in the file": database.find(envelope[-64:]),
            "row in the file": database.find(row.locator_hash),
            "nullifier in the file": database.find(ballot.nonces[0]),
        }
        stored = b"".join([data, ballot.encode(), envelope, row.locator_hash, row.envelope_sha256, *ballot.nonces])
        found.append((matcher.Written(ballot, stored, raw), authors[row.envelope_sha256.hex()]))
    return _ranked([one for one, _ in found]), [author for _, author in found]


def _ranked(comments: list[matcher.Written]) -> list[matcher.Written]:
    """Offsets and indices as places 0, 1, 2 ..., to be compared with the order in which people came."""
    names = comments[0].places
    ranks = {name: sorted(one.places[name] for one in comments) for name in names}
    return [
        matcher.Written(one.ballot, one.stored, {name: ranks[name].index(one.places[name]) for name in names})
        for one in comments
    ]


def _with_stored(pair: IssuerPair, people: list[matcher.Claimed]) -> list[matcher.Claimed]:
    """Beside what crossed the wire, all that both issuers store in rows that name the person."""
    kept: dict[str, bytes] = {person.staff_code: b"" for person in people}
    for one in pair:
        with one.engine.connect() as connection:
            for row in connection.execute(IssuerBase.metadata.tables["person"].select()).mappings():
                values = [value for value in row.values() if isinstance(value, bytes)]
                kept[row["staff_code"]] += b"".join(values)
    return [
        matcher.Claimed(one.staff_code, one.order, one.messages, one.answers, kept[one.staff_code]) for one in people
    ]


def scores(evidence: Evidence) -> dict[str, int]:
    """The hits of every matcher."""
    found = {"bytes": evidence.hits(matcher.shared_bytes()), "algebra": evidence.hits(matcher.algebra(evidence.keys))}
    return found | {name: evidence.hits(matcher.order(name)) for name in evidence.comments[0].places}


def test_a_matcher_with_everything_does_no_better_than_chance(run: Run) -> None:
    # given sixty people who collected and wrote, and an attacker who holds all stores, files, logs and transcripts
    evidence = run()
    # when each comment is given to the most likely person
    found = scores(evidence)
    # then no way of guessing beats chance
    assert len(evidence.comments) == PEOPLE
    assert {name: hits for name, hits in found.items() if hits > CHANCE} == {}
    # and neither addresses nor browsers of those who wrote are anywhere; nor is a roster in the portal's files
    for name, content in evidence.files.items():
        assert not [marker for marker in evidence.markers if marker.encode() in content], name
    portal = evidence.files["portal.sqlite3"] + evidence.files.get("portal.sqlite3-wal", b"")
    assert not [person.staff_code for person in evidence.people if person.staff_code.encode() in portal]


def test_without_blinding_the_same_matcher_knows_everybody(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the same run, in which the blinding factor is always 1
    monkeypatch.setattr("portal.crypto.collecting.blind", partial(blind, factor=1))
    evidence = run()
    # then what people asked for is what they handed in
    assert evidence.hits(matcher.algebra(evidence.keys)) == PEOPLE
    assert evidence.hits(matcher.shared_bytes()) == PEOPLE


def test_without_mixing_the_order_gives_everybody_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the same run, in which batches are appended in the order of arrival
    arrived: list[bytes] = []
    honest = Log.promise

    def note(self: Log, digest: bytes, due: object) -> str:
        arrived.append(digest)
        return honest(self, digest, due)  # type: ignore[arg-type]

    monkeypatch.setattr(Log, "promise", note)

    def sort(_self: object, rows: list) -> None:
        if hasattr(rows[0], "leaf_hash"):  # the pool's, not those that came in one transaction
            rows.sort(key=lambda row: arrived.index(row.leaf_hash))

    monkeypatch.setattr("portal.ledger.pool.secrets.SystemRandom.shuffle", sort)
    evidence = run()
    # then the log tells who wrote what
    assert evidence.hits(matcher.order("log")) == PEOPLE
