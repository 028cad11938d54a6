"""What a hostile review found once, so that it stays mended."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.errors import Invalid
from portal.factory import create_public_app
from portal.moderation.codings import normalise
from portal.moderation.service import rules_of
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from tests.rounds import send


def test_a_retry_after_closing_is_still_answered(office, session, log, clock) -> None:
    # given a comment whose answer was lost on the way, and a consultation that has closed since
    row = consultations.get(session, office.consultation)
    sealed, raw = office.seal()
    sent = {"envelope": sealed, "locator_hash": receipt.locator_hash(raw), "promise_days": 2}
    first = accept(session, log, clock, row, **sent)
    sequence_groups(session, log, [row.id])
    consultations.close_consultation(session, log, row)
    # when the same bytes come again, then they are known, and a new comment is not
    again = accept(session, log, clock, row, **sent)
    assert (again.leaf, again.fresh) == (first.leaf, False)
    with pytest.raises(Exception, match="consultation-closed"):
        send(session, log, clock, office)


@pytest.mark.parametrize("unit", [[], {}, 3, True])
def test_a_unit_that_is_no_text_is_refused_by_name(office, session, unit) -> None:
    rules = rules_of(consultations.get(session, office.consultation))
    with pytest.raises(Invalid, match="coding-unknown-unit"):
        normalise({"categories": ["C1"], "unit": unit}, rules)


def test_a_number_that_no_store_can_hold_names_nothing(staff, office, sign_in) -> None:
    sign_in(staff, "admin")
    assert staff.get("/accounts/99999999999999999999999").status_code == 404


def test_deeply_nested_json_is_refused(staff, office, sign_in) -> None:
    sign_in(staff, "moderator")
    page = staff.get("/moderation/thu-2026").get_data(as_text=True)
    headers = {"X-CSRFToken": page.split('data-csrf="')[1].split('"')[0], "Content-Type": "application/json"}
    answer = staff.post("/moderation/thu-2026/codings", data="[" * 60_000, headers=headers)
    assert answer.status_code == 422


def test_a_demonstration_answers_nobody_else(settings, clock) -> None:
    client = create_public_app(dataclasses.replace(settings, env="demo"), clock).test_client()
    assert client.get("/log/vkey", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 403
    assert client.get("/log/vkey", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200


@pytest.mark.parametrize("which", ["public_app", "staff_app"])
def test_log_lines_carry_no_time(which, request) -> None:
    record = logging.LogRecord("portal", logging.ERROR, "", 0, "unexpected %s", ("KeyError",), None)
    lines = [handler.format(record) for handler in request.getfixturevalue(which).logger.handlers]
    assert lines == ["ERROR portal unexpected KeyError"]


