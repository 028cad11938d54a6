"""Conversations at the desk: who may come, and that everybody gets the same."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from portal.ledger.log import Log
from portal.submissions import sequencing
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.service import accept
from portal.web.runtime import unit_of_work
from tests.submissions.mail_support import Talk
from tests.support import Office

MAIL = "/moderation/thu-2026/mail"


@pytest.fixture
def talk(staff_app: Flask, office: Office, log: Log, clock) -> Talk:
    made = Talk.of(office)
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        hashed = receipt.locator_hash(made.raw)
        accept(session, log, clock, row, envelope=made.envelope, locator_hash=hashed, promise_days=2)
        sequencing.sequence_groups(session, log, [row.id])
    return made


def ask(client: FlaskClient, talk: Talk, **over: object):
    posted, tickets = talk.ask()
    body = {"message": b64url_encode(posted.data), "bucket": 1, "tickets": [b64url_encode(one) for one in tickets]}
    page = client.get("/moderation/thu-2026").get_data(as_text=True)
    headers = {"X-CSRFToken": page.split('data-csrf="')[1].split('"')[0], "Accept": "application/json"}
    return client.post(MAIL, json={**body, **over}, headers=headers)


def night(app: Flask, log: Log, office: Office) -> None:
    with app.app_context(), unit_of_work() as session:
        sequencing.sequence_groups(session, log, [sequencing.mail_group(office.consultation)])


def test_a_question_is_kept_without_a_comment_and_without_an_account(staff, staff_app, sign_in, talk, log) -> None:
    sign_in(staff, "moderator")
    assert ask(staff, talk).status_code == 201
    with staff_app.app_context(), unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(AnswerTicket)) == 3
        assert session.scalars(select(MailMessage)).one().leaf_index is None
    # it is shown to nobody before it stands in the log
    assert staff.get(MAIL).get_json()["items"] == []
    night(staff_app, log, talk.office)
    [item] = staff.get(MAIL).get_json()["items"]
    assert set(item) == {"index", "leaf", "bucket", "message"}
    assert json.loads(item["leaf"])["type"] == "message"


def test_every_reader_gets_the_same_bytes(staff, staff_app, sign_in, talk, log) -> None:
    sign_in(staff, "moderator")
    ask(staff, talk)
    night(staff_app, log, talk.office)
    one = staff.get(MAIL)
    other = staff_app.test_client()
    sign_in(other, "moderator2")
    assert (other.get(MAIL).data, other.get(MAIL).status_code) == (one.data, one.status_code)


def test_pages_follow_each_other(staff, staff_app, sign_in, talk, log) -> None:
    sign_in(staff, "moderator")
    for _ in range(3):
        ask(staff, talk)
    night(staff_app, log, talk.office)
    first = staff.get(f"{MAIL}?limit=2").get_json()
    rest = staff.get(f"{MAIL}?limit=2&after={first['next']}").get_json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert (first["comments"], first["open"]) == (1, True)


@pytest.mark.parametrize("role", ["admin", "committee", "auditor", "issuer"])
def test_nobody_else_comes_in(staff, sign_in, talk, role) -> None:
    sign_in(staff, role)
    assert staff.get(MAIL).status_code == 403


@pytest.mark.parametrize(
    "over",
    [{"tickets": []}, {"tickets": "x"}, {"tickets": [1, 2, 3]}, {"message": "AA"}, {"index": 3}],
    ids=["no tickets", "no list", "numbers", "no message", "a comment's number"],
)
def test_a_body_of_another_form_is_refused(staff, sign_in, talk, over) -> None:
    sign_in(staff, "moderator")
    assert ask(staff, talk, **over).status_code == 422


def test_the_desk_has_no_conversation_where_none_is_wanted(staff, staff_app, sign_in, talk) -> None:
    sign_in(staff, "moderator")
    assert 'id="talk"' in staff.get("/moderation/thu-2026").get_data(as_text=True)
    with staff_app.app_context(), unit_of_work() as session:
        consultations.get(session, "thu-2026").talk_days = 0
    assert 'id="talk"' not in staff.get("/moderation/thu-2026").get_data(as_text=True)
