"""Mailboxes over HTTP: nobody's request says whether they have mail, and an answer needs its ticket."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.clock import FixedClock
from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.crypto.encoding import b64url_encode
from portal.crypto.message import TICKETS, message_size
from portal.ledger.log import Log
from portal.submissions import mailbox
from portal.submissions.sequencing import mail_group, sequence_groups
from portal.submissions.service import accept
from portal.web.runtime import unit_of_work
from tests.submissions.mail_support import Talk
from tests.support import Office
from tests.web.line import on_the_line


@pytest.fixture
def talk(staff_app: Flask, office: Office, log: Log, clock: FixedClock) -> Talk:
    """A comment in the log, and a question about it that has come out."""
    made = Talk.of(office)
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        hashed = receipt.locator_hash(made.raw)
        accept(session, log, clock, row, envelope=made.envelope, locator_hash=hashed, promise_days=2)
        posted, tickets = made.ask()
        mailbox.ask(session, log, clock, row, posted=posted, tickets=tickets, promise_days=2)
        sequence_groups(session, log, [row.id, mail_group(row.id)])
    return made


def post(client: FlaskClient, talk: Talk, posted: mailbox.Posted, ticket: bytes, /, **over: object):
    body = {"message": b64url_encode(posted.data), "bucket": posted.bucket, "ticket": b64url_encode(ticket), **over}
    return client.post(f"/c/{talk.office.consultation}/mail", json=body)


def night(app: Flask, log: Log, office: Office) -> None:
    with app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [mail_group(office.consultation)])


def test_who_has_mail_and_who_has_none_ask_and_get_the_same(public, talk, caplog) -> None:
    # given the holder of a box with mail, and somebody without
    nobody = Talk(talk.office, receipt.new_receipt(), b"")
    address = f"/c/{talk.office.consultation}/mail"
    with caplog.at_level(logging.DEBUG):
        answers = [public.get(f"{address}/{one.bucket()}") for one in (talk, nobody)]
    # then status, headers and bytes are the same, whoever asks, and nothing was written down
    assert {(a.status_code, str(a.headers), a.data) for a in answers} == {
        (200, str(answers[0].headers), answers[0].data)
    }
    assert [len(one.read(answers[0].data)) for one in (talk, nobody)] == [1, 0]
    assert len(answers[0].data) == mailbox.STEP * message_size(talk.office.consultation)
    assert caplog.records == []
    assert "Set-Cookie" not in answers[0].headers
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_the_page_asks_of_every_consultation_alike(public, talk, clock) -> None:
    page = public.get("/en/receipt").get_data(as_text=True)
    assert f'data-talk="{talk.office.consultation}"' in page
    assert 'data-comments="1"' in page
    clock.advance(days=365)
    assert "data-talk" not in public.get("/en/receipt").get_data(as_text=True)


def test_an_answer_is_taken_once_for_each_ticket(public, public_app, talk, log) -> None:
    first = talk.answer()
    taken = post(public, talk, first, talk.tickets[0])
    assert (taken.status_code, taken.get_json()["promise"] != "") == (201, True)
    assert post(public, talk, first, talk.tickets[0]).status_code == 200
    for ticket in talk.tickets[1:]:
        assert post(public, talk, talk.answer(), ticket).status_code == 201
    for ticket in (talk.tickets[0], bytes(32)):
        refused = post(public, talk, talk.answer(), ticket)
        assert (refused.status_code, refused.get_json()["error"]) == (409, "ticket-spent")
        assert (
            "stays in the form"
            in public.post(
                f"/en/c/{talk.office.consultation}/mail",
                json={"message": b64url_encode(talk.answer().data), "bucket": 1, "ticket": b64url_encode(ticket)},
            ).get_json()["message"]
        )
    night(public_app, log, talk.office)
    bucket = public.get(f"/c/{talk.office.consultation}/mail/1").data
    assert len(talk.read(bucket)) == 1 + TICKETS


@pytest.mark.parametrize(
    ("over", "status"),
    [
        ({"message": "!"}, 422),
        ({"message": 5}, 422),
        ({"bucket": "1"}, 422),
        ({"bucket": -1}, 422),
        ({"bucket": 0}, 404),
        ({"bucket": 2}, 404),
        ({"ticket": None}, 422),
        ({"text": "Gọi tôi"}, 422),
    ],
)
def test_a_body_that_says_anything_else_is_refused(public, talk, over, status) -> None:
    assert post(public, talk, talk.answer(), talk.tickets[0], **over).status_code == status


@pytest.mark.parametrize("bucket", ["0", "2", "3", "4096", "99999999999999999999"])
def test_a_bucket_that_would_single_out_is_none(public, talk, bucket) -> None:
    assert public.get(f"/c/{talk.office.consultation}/mail/{bucket}").status_code == 404


def test_a_post_of_another_site_is_refused(public, talk) -> None:
    body = {"message": b64url_encode(talk.answer().data), "bucket": 1, "ticket": b64url_encode(talk.tickets[0])}
    answer = public.post(
        f"/c/{talk.office.consultation}/mail", json=body, headers={"Origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_after_its_last_day_nothing_is_read_or_taken(public, talk, clock) -> None:
    clock.moment += timedelta(days=14 + 60 + 1)
    assert public.get(f"/c/{talk.office.consultation}/mail/1").status_code == 404
    refused = post(public, talk, talk.answer(), talk.tickets[0])
    assert (refused.status_code, refused.get_json()["error"]) == (409, "talk-over")


def test_all_answers_of_the_portal_to_an_answer_have_one_size_and_wait_for_a_stroke(public, talk, rests) -> None:
    given = [
        *((talk.answer("x" * n), ticket) for n, ticket in zip((1, 500, 1000), talk.tickets, strict=True)),
        (talk.answer(), talk.tickets[0]),
        (talk.answer(), bytes(32)),
    ]
    answers = [post(public, talk, posted, ticket) for posted, ticket in given]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 409, 409]
    answers.append(post(public, talk, talk.answer(), talk.tickets[0], bucket=2))
    assert len({on_the_line(answer) for answer in answers}) == 1
    assert len(rests) == len(answers)
