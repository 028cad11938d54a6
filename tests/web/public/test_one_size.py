"""Whoever watches the line between a browser and the portal does not see from an answer's size what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask_babel import force_locale

from portal.consultations import service as consultations
from portal.web.errors import MESSAGES
from portal.web.one_size import SENT_SIZE
from portal.web.runtime import unit_of_work
from tests.support import Office
from tests.web.line import on_the_line
from tests.web.public.support import body_of, post


@pytest.mark.parametrize("language", ["", "/en"])
def test_taken_repeated_and_refused_comments_get_answers_of_one_size(public, office: Office, language: str) -> None:
    body, other = body_of(*office.seal()), body_of(*office.seal())
    elsewhere = replace(office, consultation="nothing")
    answers = {
        "taken": post(public, office, body, language=language),
        "repeated": post(public, office, body, language=language),
        "replay": post(public, office, {**body, "locator_hash": other["locator_hash"]}, language=language),
        "damaged": post(public, office, {**other, "envelope": "AAAA"}, language=language),
        "unread": post(public, office, {**other, "more": ""}, language=language),
        "elsewhere": post(public, elsewhere, other, language=language),
        "too large": post(public, office, {**other, "envelope": "A" * 200_000}, language=language),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "taken": 201,
        "repeated": 200,
        "replay": 409,
        "damaged": 422,
        "unread": 422,
        "elsewhere": 404,
        "too large": 413,
    }
    assert len({on_the_line(answer) for answer in answers.values()}) == 1
    assert {len(answer.get_data()) for answer in answers.values()} == {SENT_SIZE}


def test_a_closed_consultation_and_a_fault_are_no_shorter(
    public, public_app, staff_app, log, office: Office, monkeypatch
) -> None:
    taken = post(public, office, body_of(*office.seal()))
    with staff_app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, office.consultation))
    closed = post(public, office, body_of(*office.seal()))
    monkeypatch.setattr("portal.web.public.window.read_sealed", lambda _body: 1 / 0)
    monkeypatch.setattr(public_app, "testing", False)
    fault = post(public, office, body_of(*office.seal()))
    assert (closed.status_code, fault.status_code) == (409, 500)
    assert on_the_line(taken) == on_the_line(closed) == on_the_line(fault)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_there_is_room_for_whatever_may_have_to_be_said(public_app, language: str) -> None:
    with public_app.test_request_context(), force_locale(language):
        said = {code: public_app.json.dumps({"error": code, "message": str(text)}) for code, text in MESSAGES.items()}
    assert {code: len(text) for code, text in said.items() if len(text) > SENT_SIZE - 100} == {}
