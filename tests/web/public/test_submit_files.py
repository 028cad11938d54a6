"""Posting a comment with sealed files: all are kept or nothing is, and nothing large is read before it is welcome."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from portal.consultations.models import Consultation
from portal.crypto import attachment
from portal.crypto.encoding import b64url_encode
from portal.crypto.payload import AttachedFile, Attachments
from portal.extensions import db
from portal.factory import create_public_app
from portal.ledger.models import PoolEntry
from portal.submissions.attachments import erase, listed, sealed_bytes
from portal.submissions.models import SealedAttachment
from portal.web.runtime import unit_of_work
from tests.postgres import sqlite_only
from tests.rounds import stored
from tests.submissions.faults import Crash, failing
from tests.support import ORIGIN, Office
from tests.web.public.support import body_of, parsed

SECRET_TEXT = b"Anh chup cong van so 12 cua phong"


@dataclass
class Whole:
    """A comment with its sealed files, as the browser would post it."""

    first: dict[str, Any]
    files: list[bytes]

    def body(self) -> bytes:
        head = json.dumps(self.first).encode()
        return len(head).to_bytes(4, "big") + head + b"".join(self.files)


def sealed_files(cid: str, *contents: bytes) -> tuple[Attachments, list[bytes]]:
    secret = secrets.token_bytes(32)
    keys = [attachment.attachment_key(secret, place) for place in range(len(contents))]
    sealed = [
        attachment.seal_attachment(data, key=key, consultation=cid) for data, key in zip(contents, keys, strict=True)
    ]
    named = tuple(AttachedFile(hashlib.sha256(data).digest(), "jpeg") for data in sealed)
    return Attachments(secret, named), sealed


def whole(office: Office, *contents: bytes, cid: str = "") -> Whole:
    attachments, files = sealed_files(cid or office.consultation, *contents)
    envelope, raw = office.seal(attachments=attachments)
    hashes = [b64url_encode(file.sha256) for file in attachments.files]
    return Whole({**body_of(envelope, raw), "files": hashes}, files)


@pytest.fixture
def room(public_app: Flask, office: Office) -> Office:
    """The office's consultation takes two files."""
    with public_app.app_context(), unit_of_work() as session:
        session.execute(update(Consultation).values(attachments=2))
    return office


def send(client: FlaskClient, body: bytes, *, stated: int | None = None) -> Any:
    """The answer, with ``unread``: bytes left in the stream. ``stated``: another length than the body's; 0: none."""
    stream = io.BytesIO(body)
    environ = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(body) if stated is None else stated)}
    if stated == 0:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    headers = {"Origin": ORIGIN, "Accept": "application/json"}
    path = "/c/thu-2026/submissions-with-files"
    kind = "application/octet-stream"
    answer: Any = client.post(path, headers=headers, content_type=kind, environ_overrides=environ)
    answer.unread = len(stream.read())
    return answer


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, parsed(answer)["error"]) == (status, code)


def counts(app: Flask) -> tuple[int, int, int]:
    with app.app_context():
        files = db.session.scalar(select(func.count()).select_from(SealedAttachment)) or 0
        return (*stored(db.session())[:2], files)


def test_a_comment_and_its_files_are_kept_together(public: FlaskClient, public_app: Flask, room: Office) -> None:
    # given a comment with two files; when it is posted
    sent = whole(room, SECRET_TEXT, secrets.token_bytes(300_000))
    answer = send(public, sent.body())
    # then it is promised as any other, and its readers get the very bytes back
    assert answer.status_code == 201 and set(parsed(answer)) == {"promise", "leaf"}
    with public_app.app_context():
        found = {item.sha256: item.size for item in listed(db.session(), room.consultation)}
        assert found == {hashlib.sha256(data).digest(): len(data) for data in sent.files}
        for data in sent.files:
            assert sealed_bytes(db.session(), room.consultation, hashlib.sha256(data).digest()) == data


@sqlite_only
def test_what_is_at_rest_tells_neither_the_files_nor_whose_they_are(
    public: FlaskClient, public_app: Flask, room: Office
) -> None:
    sent = whole(room, SECRET_TEXT, SECRET_TEXT)
    send(public, sent.body())
    with public_app.app_context():
        url = db.engine.url.database
        columns = set(SealedAttachment.__table__.columns.keys())
        leaf, envelope = db.session.execute(select(PoolEntry.leaf_hash, PoolEntry.load)).one()
        rows = db.session.execute(select(SealedAttachment.__table__)).all()
    # nothing of the content, and one size for both
    stored = Path(str(url)).read_bytes() + b"".join(bytes(row.data) for row in rows)
    assert SECRET_TEXT not in stored
    assert {row.size for row in rows} == {len(sent.files[0])}
    # no column leads from a file to its comment, and neither holds the other's name
    assert columns == {"sha256", "consultation_id", "size", "data"}
    for row in rows:
        assert row.sha256 not in envelope and leaf not in row.data
        assert hashlib.sha256(envelope).digest() not in row.data


def test_the_same_bytes_again_are_answered_and_kept_once(public: FlaskClient, public_app: Flask, room: Office) -> None:
    body = whole(room, SECRET_TEXT).body()
    first, again = send(public, body), send(public, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert parsed(first) == parsed(again)
    assert counts(public_app) == (1, 1, 1)


@sqlite_only
def test_failing_at_any_moment_keeps_all_or_nothing(public: FlaskClient, public_app: Flask, room: Office) -> None:
    # given a comment with two files, posted again and again while the store fails at each moment in turn
    sent = whole(room, SECRET_TEXT, b"second")
    at, seen = 0, set()
    while True:
        with failing(at) as faults:
            try:
                answer = send(public, sent.body())
            except Crash:
                answer = None
        seen.add(counts(public_app))
        if not faults.struck:
            break
        at += 1
    # then there never was a comment without its files, nor a file without its comment; and the retry was answered
    assert seen == {(0, 0, 0), (1, 1, 2)}
    assert at > 5 and answer is not None and answer.status_code == 200


def changed(sent: Whole, **over: Any) -> bytes:
    return replace(sent, **over).body()


def test_files_that_are_not_what_was_announced_are_refused(
    public: FlaskClient, public_app: Flask, room: Office
) -> None:
    sent = whole(room, b"one", b"two")
    one, two = sent.files
    flipped = one[:200] + bytes([one[200] ^ 1]) + one[201:]
    for files in ([two, one], [one], [one, two, one], [one, two[:-1]], [one, two + b"\0"], [flipped, two], [b"", b""]):
        refused(send(public, changed(sent, files=files)), 422, "attachment-malformed")
    hashes = sent.first["files"]
    for named in ([hashes[0], hashes[0]], [hashes[0], "AA"], [hashes[0], hashes[1] + "="]):
        refused(send(public, changed(sent, first={**sent.first, "files": named})), 422, "attachment-malformed")
    other = whole(room, b"one", cid="khac-2026")
    refused(send(public, other.body()), 409, "envelope-other-consultation")
    assert counts(public_app) == (0, 0, 0)


def test_malformed_first_parts_are_refused(public: FlaskClient, public_app: Flask, room: Office) -> None:
    sent = whole(room, b"one")
    plain = {name: value for name, value in sent.first.items() if name != "files"}
    for first in (plain, {**plain, "files": "x"}, {**plain, "files": [1]}, {**sent.first, "text": "plain"}, {}):
        refused(send(public, changed(sent, first=first)), 422, "body-malformed")
    for body in (b"", b"\0\0", b"\xff\xff\xff\xff{}", b"\0\0\0\x02[]", b"\0\0\0\x09{}"):
        refused(send(public, body), 422, "body-malformed")
    assert counts(public_app) == (0, 0, 0)


def test_the_number_of_files_is_the_consultations(public: FlaskClient, public_app: Flask, room: Office) -> None:
    refused(send(public, whole(room, b"1", b"2", b"3").body()), 422, "attachments-too-many")
    none = changed(whole(room, b"1"), files=[], first={**whole(room, b"1").first, "files": []})
    refused(send(public, none), 422, "attachments-too-many")
    with public_app.app_context(), unit_of_work() as session:
        session.execute(update(Consultation).values(attachments=0))
    small = changed(whole(room, b"1"), files=[])
    refused(send(public, small), 409, "attachments-none")


def test_a_body_is_not_read_past_what_the_consultation_takes(public: FlaskClient, room: Office) -> None:
    # given a length that no two files can have: it is refused unread
    most = 4 + 64 * 1024 + 2 * (512 + attachment.SIZES[-1] + 16)
    body = whole(room, b"1").body()
    answer = send(public, body, stated=most + 1)
    refused(answer, 413, "body-too-large")
    assert answer.unread == len(body)
    # and the route without files keeps its small limit
    assert public.post("/c/thu-2026/submissions", data=b"x" * 70_000).status_code == 413


def test_a_refused_body_is_read_to_its_end_so_that_the_words_arrive(public: FlaskClient, room: Office) -> None:
    sent = whole(room, b"one", b"two")
    answer = send(public, changed(sent, first={**sent.first, "more": "x"}))
    refused(answer, 422, "body-malformed")
    assert answer.unread == 0


def test_used_up_room_is_said_and_keeps_the_comment_out(
    public_app: Flask, settings: Any, clock: Any, room: Office
) -> None:
    # given room for one MiB
    app = create_public_app(replace(settings, attachment_quota=1), clock)
    client = app.test_client()
    taken = whole(room, b"x" * 400_000)
    assert send(client, taken.body()).status_code == 201
    # when a file of the next bucket comes, which would take two more
    refused(send(client, whole(room, b"x" * 600_000).body()), 409, "attachments-full")
    # then neither it nor its comment is kept
    assert counts(public_app) == (1, 1, 1)
    # and when no file fits any more, the retry of what was taken is still answered, and a comment alone is taken
    for more in (whole(room, b"1", b"2"), whole(room, b"3")):
        assert send(client, more.body()).status_code == 201
    refused(send(client, whole(room, b"4").body()), 409, "attachments-full")
    assert send(client, taken.body()).status_code == 200
    envelope, raw = room.seal()
    alone = client.post("/c/thu-2026/submissions", json=body_of(envelope, raw), headers={"Origin": ORIGIN})
    assert alone.status_code == 201
    assert counts(public_app) == (4, 4, 4)


def test_where_no_ballot_is_needed_files_are_rarer_than_comments(settings: Any, clock: Any, room: Office) -> None:
    # given forty comments a minute, of which two may have files
    client = create_public_app(replace(settings, open_rate=40), clock).test_client()
    answers = [send(client, whole(room, b"1").body()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert parsed(answers[2])["error"] == "busy"
    envelope, raw = room.seal()
    alone = client.post("/c/thu-2026/submissions", json=body_of(envelope, raw), headers={"Origin": ORIGIN})
    assert alone.status_code == 201


def test_posts_of_other_sites_and_without_a_length_are_refused(public: FlaskClient, room: Office) -> None:
    body = whole(room, b"1").body()
    cross = public.post("/c/thu-2026/submissions-with-files", data=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    refused(send(public, body, stated=0), 422, "body-length-missing")


def test_erasing_takes_the_consultations_files_and_no_others(
    public: FlaskClient, public_app: Flask, room: Office
) -> None:
    send(public, whole(room, b"1", b"2").body())
    with public_app.app_context(), unit_of_work() as session:
        erase(session, "khac-2026")
        assert len(listed(session, room.consultation)) == 2
        erase(session, room.consultation)
        assert listed(session, room.consultation) == []
