"""Files of comments at the desk: the same for every reader, sealed, and looked at under a policy of their own."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.consultations import service as consultations
from portal.consultations.intake import intake_of
from portal.consultations.models import Consultation
from portal.crypto.attachment import seal_attachment
from portal.crypto.encoding import b64url_encode
from portal.submissions import attachments
from portal.web.headers import viewer_policy
from portal.web.runtime import unit_of_work
from tests.support import Office

DESK = "/moderation/thu-2026"


@pytest.fixture
def files(office: Office, staff_app: Flask) -> list[bytes]:
    """Three sealed files of the consultation, in the order of their hashes."""
    sealed = [
        seal_attachment(b"x" * size, key=secrets.token_bytes(32), consultation=office.consultation)
        for size in (10, 20, 200_000)
    ]
    with staff_app.app_context(), unit_of_work() as session:
        session.execute(update(Consultation).values(attachments=3))
        row = consultations.get(session, office.consultation)
        attachments.store(session, intake_of(row), sealed, quota=0)
    return sorted(sealed, key=lambda data: hashlib.sha256(data).digest())


def name_of(data: bytes) -> str:
    return b64url_encode(hashlib.sha256(data).digest())


def test_every_reader_gets_the_same_list_and_the_very_bytes(
    staff: FlaskClient, staff_app: Flask, files: list[bytes], sign_in: Any
) -> None:
    answers = []
    for role in ("moderator", "moderator2"):
        client = staff if role == "moderator" else staff_app.test_client()
        sign_in(client, role)
        answers.append(client.get(f"{DESK}/attachments").data)
        for data in files:
            answer = client.get(f"{DESK}/attachments/{name_of(data)}")
            assert (answer.data, answer.mimetype) == (data, "application/octet-stream")
            assert answer.headers["Cache-Control"] == "no-store"
    assert answers[0] == answers[1]
    expected = [{"sha256": name_of(data), "size": len(data)} for data in files]
    assert json.loads(answers[0]) == {"items": expected}


def test_what_is_no_file_of_the_consultation_is_not_found(staff: FlaskClient, files: list[bytes], sign_in: Any) -> None:
    sign_in(staff, "moderator")
    for name in (b64url_encode(bytes(32)), "AA", "AB", "%00", name_of(files[0]) + "="):
        answer = staff.get(f"{DESK}/attachments/{name}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["error"]) == (404, "attachment-unknown")
    assert staff.get(f"/moderation/khac-2026/attachments/{name_of(files[0])}").status_code == 404


@pytest.mark.parametrize("role", ["admin", "committee", "auditor", None])
def test_nobody_else_gets_anything(staff: FlaskClient, files: list[bytes], sign_in: Any, role: str | None) -> None:
    if role:
        sign_in(staff, role)
    for path in ("/attachments", f"/attachments/{name_of(files[0])}"):
        answer = staff.get(DESK + path, headers={"Accept": "application/json"})
        assert answer.status_code in ({403} if role else {302, 401})
        assert files[0] not in answer.data


def test_the_viewer_has_no_origin_and_may_reach_nothing(staff: FlaskClient, office: Office, sign_in: Any) -> None:
    sign_in(staff, "moderator")
    answer = staff.get("/moderation/_viewer")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == viewer_policy()
    rules = dict(rule.partition(" ")[::2] for rule in policy.split("; "))
    assert rules["sandbox"] == "allow-scripts" and rules["default-src"] == "'none'"
    assert not {"connect-src", "img-src", "frame-src", "worker-src", "font-src", "object-src"} & set(rules)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    # its script and style come by CORS, because it has no origin to come from
    script = answer.text.split('src="')[1].split('"')[0]
    assert staff.get(script.removeprefix("/staff")).headers["Access-Control-Allow-Origin"] == "*"


def test_only_a_desk_with_files_may_hold_a_frame(
    staff: FlaskClient, staff_app: Flask, files: list[bytes], sign_in: Any
) -> None:
    sign_in(staff, "moderator")
    answer = staff.get(DESK)
    assert "; frame-src 'self'" in answer.headers["Content-Security-Policy"] and 'id="files"' in answer.text
    assert "Access-Control-Allow-Origin" not in answer.headers
    with staff_app.app_context(), unit_of_work() as session:
        session.execute(update(Consultation).values(attachments=0))
    bare = staff.get(DESK)
    assert "frame-src" not in bare.headers["Content-Security-Policy"] and 'id="files"' not in bare.text
    assert "frame-src" not in staff.get("/").headers["Content-Security-Policy"]
