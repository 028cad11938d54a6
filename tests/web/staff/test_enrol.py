"""Enrolment: a code that works once, for one address, and an answer that does not say which of the two was wrong."""

import pytest

from portal.accounts import service as accounts
from portal.web.runtime import unit_of_work
from tests.support import TODAY
from tests.web.staff.steps import refuses, says, send, text_of

OWN = "mật khẩu của người mới"


@pytest.fixture
def invited(staff_app, people) -> dict[str, str]:
    """What the new person types."""
    with staff_app.app_context(), unit_of_work() as session:
        _, code = accounts.invite(
            session, email="new@example.org", name="New", roles=["auditor"], forbid_pairs=True, today=TODAY
        )
    return {"email": "new@example.org", "code": code, "password": OWN, "again": OWN}


def enrol(client, data: dict[str, str]):
    return send(client, "/enrol", data, page="/enrol")


def sign_in(client, email: str = "new@example.org", password: str = OWN):
    return send(client, "/login", {"email": email, "password": password}, page="/login")


def test_the_code_lets_its_owner_choose_a_password(staff, invited) -> None:
    assert enrol(staff, invited).location == "/login"
    assert says(staff, staff.get("/login"), "Your password is set. Sign in with it now.")
    assert sign_in(staff).status_code == 302


def test_the_code_works_once(staff, invited) -> None:
    enrol(staff, invited)
    other = {**invited, "password": "ein ganz anderes Passwort", "again": "ein ganz anderes Passwort"}
    assert enrol(staff, other).status_code == 422
    assert sign_in(staff, password=other["password"]).status_code == 200
    assert sign_in(staff).status_code == 302


def test_the_code_works_for_seven_days_and_no_longer(staff, invited, clock) -> None:
    clock.advance(days=8)
    assert enrol(staff, invited).status_code == 422
    clock.advance(days=-1)
    assert enrol(staff, invited).status_code == 302


def test_a_code_of_tomorrow_does_not_work_today(staff, invited, clock) -> None:
    """A clock that was put back keeps no code alive."""
    clock.advance(days=-1)
    assert enrol(staff, invited).status_code == 422


def test_the_code_may_be_typed_carelessly(staff, invited) -> None:
    sloppy = {**invited, "code": invited["code"].lower().replace("-", " "), "email": " New@Example.org"}
    assert enrol(staff, sloppy).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "admin@example.org"},
        {"email": "nobody@example.org"},
        {"code": "AAAA-AAAA-AAAA-AAAA-AA"},
        {"code": "0000-0000-0000-0000-00"},
    ],
)
def test_wrong_address_and_wrong_code_get_the_same_answer(staff, invited, wrong) -> None:
    answer = enrol(staff, {**invited, **wrong})
    assert answer.status_code == 422
    assert refuses(staff, answer, "invite-wrong")
    assert sign_in(staff).status_code == 200


def test_a_blocked_account_cannot_enrol(staff, staff_app, invited) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        account = next(row for row in accounts.list_accounts(session) if row.email == "new@example.org")
        accounts.set_active(session, account, False)
    assert enrol(staff, invited).status_code == 422


@pytest.mark.parametrize("wrong", [{"password": "elf zeichen", "again": "elf zeichen"}, {"again": "another one"}])
def test_a_bad_password_leaves_the_code_unspent_and_the_input_in_place(staff, invited, wrong) -> None:
    answer = enrol(staff, {**invited, **wrong})
    assert answer.status_code == 422
    assert 'value="new@example.org"' in text_of(answer)
    assert f'value="{invited["code"]}"' in text_of(answer)
    assert OWN not in text_of(answer), "passwords are not sent back"
    assert enrol(staff, invited).status_code == 302


def test_length_counts_letters_and_no_composition_is_asked_for(staff, invited) -> None:
    twelve = "đđđđđđđđđđđđ"
    assert enrol(staff, {**invited, "password": twelve, "again": twelve}).status_code == 302
