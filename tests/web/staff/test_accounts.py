"""Accounts: invited by a code shown once, kept apart by their roles, blocked at once."""

import re

import pytest

from portal.accounts import service as accounts
from portal.accounts.models import ModeratorKey
from portal.ledger import events
from portal.ledger.log import read_leaf
from portal.web.runtime import unit_of_work
from tests.support import PASSWORD
from tests.web.staff.steps import make_stale, refuses, says, send, text_of, token_of

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]{2}")
NEW = {"email": "new@example.org", "name": "Người Mới", "locale": "vi"}


def account(staff_app, email: str = "new@example.org"):
    with staff_app.app_context(), unit_of_work() as session:
        return next((row for row in accounts.list_accounts(session) if row.email == email), None)


def roles_of(staff_app, email: str) -> set[str]:
    with staff_app.app_context(), unit_of_work() as session:
        return accounts.role_names(next(row for row in accounts.list_accounts(session) if row.email == email))


def code_on(answer) -> str:
    return CODE.search(re.sub(r"</?span>", "", text_of(answer)))[0]


def test_an_invitation_shows_a_code_that_enrols(admin, staff_app) -> None:
    answer = send(admin, "/accounts/new", {**NEW, "roles": ["issuer", "auditor"]})
    assert answer.status_code == 200
    data = {"email": NEW["email"], "code": code_on(answer), "password": PASSWORD, "again": PASSWORD}
    assert send(staff_app.test_client(), "/enrol", data, page="/enrol").status_code == 302
    assert roles_of(staff_app, NEW["email"]) == {"issuer", "auditor"}


def test_the_code_is_shown_once_and_is_not_stored(admin, staff_app) -> None:
    code = code_on(send(admin, "/accounts/new", {**NEW, "roles": ["auditor"]}))
    made = account(staff_app)
    for page in ("/accounts/", f"/accounts/{made.id}", "/"):
        assert code not in re.sub(r"</?span>", "", text_of(admin.get(page)))
    with admin.session_transaction() as session:
        assert code not in str(dict(session))
    assert code.encode() not in made.invite_hash


@pytest.mark.parametrize("pair", [("admin", "moderator"), ("issuer", "moderator"), ("committee", "moderator")])
def test_roles_that_must_not_meet_are_refused_and_the_input_stays(admin, staff_app, pair) -> None:
    answer = send(admin, "/accounts/new", {**NEW, "roles": list(pair)})
    assert answer.status_code == 422
    assert refuses(admin, answer, "role-pair-forbidden")
    page = text_of(answer)
    assert 'value="Người Mới"' in page
    assert len(re.findall(r'name="roles"[^>]*checked', page)) == 2
    assert account(staff_app) is None


def test_every_mistake_of_an_invitation_is_said_at_once(admin) -> None:
    answer = send(admin, "/accounts/new", {"name": "", "email": "abc", "roles": ["admin", "moderator"]})
    assert answer.status_code == 422
    assert refuses(admin, answer, "role-pair-forbidden")
    assert "Nhập tên." in text_of(answer)
    assert "Đây không phải là địa chỉ thư điện tử" in text_of(answer)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"roles": []}, "Choose at least one role."),
        ({"email": "not an address"}, "This is not an e-mail address."),
        ({"email": ""}, "Enter an e-mail."),
        ({"name": ""}, "Enter the name."),
        ({"name": "x" * 121}, "At most 120 characters."),
    ],
)
def test_each_mistake_is_named_at_its_field(admin, staff_app, change, sentence) -> None:
    answer = send(admin, "/accounts/new", {**NEW, "roles": ["auditor"], **change})
    assert answer.status_code == 422
    if sentence.startswith("At most"):
        assert "120" in text_of(answer)
    else:
        assert says(admin, answer, sentence)
    assert account(staff_app) is None


def test_an_address_has_one_account(admin) -> None:
    answer = send(admin, "/accounts/new", {**NEW, "email": "Auditor@Example.org", "roles": ["auditor"]})
    assert answer.status_code == 422
    assert refuses(admin, answer, "account-exists")


def test_an_unknown_role_is_refused(admin, staff_app) -> None:
    assert send(admin, "/accounts/new", {**NEW, "roles": ["root"]}).status_code == 422
    assert account(staff_app) is None


def test_roles_are_changed_and_forbidden_pairs_refused(admin, staff_app, people) -> None:
    page = f"/accounts/{people['auditor']}"
    assert send(admin, f"{page}/roles", {"roles": ["auditor", "issuer"]}).location == page
    assert roles_of(staff_app, "auditor@example.org") == {"auditor", "issuer"}
    answer = send(admin, f"{page}/roles", {"roles": ["committee", "moderator"]})
    assert answer.status_code == 422
    assert refuses(admin, answer, "role-pair-forbidden")
    assert roles_of(staff_app, "auditor@example.org") == {"auditor", "issuer"}


def test_the_last_administrator_stays_one(admin, staff_app, people) -> None:
    answer = send(admin, f"/accounts/{people['admin']}/roles", {"roles": ["auditor"]})
    assert refuses(admin, answer, "account-last-admin")
    assert roles_of(staff_app, "admin@example.org") == {"admin"}


def test_one_cannot_block_oneself_or_end_ones_own_password(admin, people) -> None:
    for action in ("block", "renew"):
        answer = send(admin, f"/accounts/{people['admin']}/{action}")
        assert answer.status_code == 409
        assert refuses(admin, answer, "account-own")


def test_blocking_ends_sessions_at_once_and_unblocking_lets_in_again(admin, staff_app, people, sign_in) -> None:
    other = staff_app.test_client()
    sign_in(other, "auditor")
    send(admin, f"/accounts/{people['auditor']}/block")
    assert other.get("/account/").status_code == 302
    send(admin, f"/accounts/{people['auditor']}/unblock")
    assert other.get("/account/").status_code == 302, "the old session stays ended"
    sign_in(other, "auditor")
    assert other.get("/account/").status_code == 200


def test_a_new_enrolment_code_ends_the_old_password_and_its_sessions(admin, staff_app, people, sign_in) -> None:
    other = staff_app.test_client()
    sign_in(other, "auditor")
    code = code_on(send(admin, f"/accounts/{people['auditor']}/renew"))
    assert other.get("/account/").status_code == 302
    data = {"email": "auditor@example.org", "password": PASSWORD}
    assert send(other, "/login", data, page="/login").status_code == 200
    again = {**data, "code": code, "again": PASSWORD}
    assert send(other, "/enrol", again, page="/enrol").status_code == 302
    assert send(other, "/login", data, page="/login").status_code == 302


def test_what_changes_accounts_needs_a_fresh_sign_in(admin, people) -> None:
    make_stale(admin)
    page = f"/accounts/{people['auditor']}"
    assert admin.get(page).location == f"/verify?next={page}"
    for action in ("roles", "block", "unblock", "renew"):
        answer = send(admin, f"{page}/{action}", {"roles": ["auditor"]})
        assert answer.status_code == 403, action
        assert refuses(admin, answer, "not-fresh")


def test_an_account_that_does_not_exist_is_not_found(admin) -> None:
    assert admin.get("/accounts/999").status_code == 404
    assert send(admin, "/accounts/999/block").status_code == 404


def test_revoking_a_key_is_confirmed_and_logged(staff, staff_app, office, sign_in) -> None:
    sign_in(staff, "admin")
    kid = office.kids[0]
    confirm = staff.get(f"/accounts/keys/{kid}/revoke")
    assert "Góp ý thử" in text_of(confirm), "the consultation that uses it is named"
    token = token_of(staff, f"/accounts/keys/{kid}/revoke")
    assert staff.post(f"/accounts/keys/{kid}/revoke", data={"csrf_token": token}).status_code == 302
    with staff_app.app_context(), unit_of_work() as session:
        key = session.get(ModeratorKey, kid)
        leaf = events.decode(read_leaf(session, key.revoke_leaf))
    assert (key.state, leaf["type"], leaf["action"], leaf["kid"]) == ("revoked", "key", "revoke", kid)
    assert refuses(staff, send(staff, f"/accounts/keys/{kid}/revoke"), "key-revoked-already")
    assert staff.get(f"/accounts/keys/{'0' * 32}/revoke").status_code == 404


def test_a_moderator_with_a_key_keeps_the_role_until_it_is_revoked(staff, staff_app, office, sign_in) -> None:
    sign_in(staff, "admin")
    moderator = account(staff_app, "moderator@example.org")
    answer = send(staff, f"/accounts/{moderator.id}/roles", {"roles": ["auditor"]})
    assert refuses(staff, answer, "account-holds-key")
