"""Signing in: one answer for everything that is wrong, a second step that cannot be skipped, no way out of the site."""

import unicodedata

import pytest

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.web.runtime import unit_of_work
from tests.support import PASSWORD, TODAY
from tests.web.staff.steps import key_of, make_stale, one_time_code, says, send, text_of

WRONG = "The e-mail or the password is not right."
OUTSIDE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5Cevil.example",
    "https:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "\t//evil.example",
    "http://localhost.evil.example/",
    "http://localhost@evil.example/",
]


def credentials(role: str = "admin", **more) -> dict[str, str]:
    return {"email": f"{role}@example.org", "password": PASSWORD, **more}


def signed_in(client) -> bool:
    return client.get("/account/").status_code == 200


def enrol(client) -> tuple[str, str]:
    """Sign in for the first time and set the app up; returns its key and the code that was used for it."""
    send(client, "/login", credentials(), page="/login")
    page = send(client, "/tf-setup", {"setup": "authenticator"}, page="/tf-setup")
    key = key_of(page)
    code = one_time_code(key)
    answer = send(client, "/tf-validate", {"code": code}, page="/tf-setup")
    assert answer.status_code == 302, text_of(answer)
    return key, code


def set_up(client) -> str:
    """The same; returns the key alone."""
    return enrol(client)[0]


def test_setting_the_app_up_leads_on_to_the_recovery_codes(staff, people) -> None:
    set_up(staff)
    key = key_of(send(staff, "/tf-setup", {"setup": "authenticator"}, page="/tf-setup"))
    answer = send(staff, "/tf-validate", {"code": one_time_code(key, 1)}, page="/tf-setup")
    assert (answer.status_code, answer.location) == (302, "/mf-recovery-codes")


def test_the_right_password_signs_in(staff, people) -> None:
    answer = send(staff, "/login", credentials(), page="/login")
    assert (answer.status_code, answer.location) == (302, "/")
    assert signed_in(staff)


def test_wrong_password_unknown_address_and_blocked_account_get_one_answer(staff, staff_app, people) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        accounts.set_active(session, accounts.get_account(session, people["auditor"]), False)
    attempts = (credentials(password="a wrong password"), credentials("nobody"), credentials("auditor"))
    for attempt in attempts:
        answer = send(staff, "/login", attempt, page="/login")
        assert answer.status_code == 200
        assert says(staff, answer, WRONG)
        assert attempt["email"] in text_of(answer), "what was typed stays"
        assert PASSWORD not in text_of(answer)
        assert not signed_in(staff)


def test_an_account_that_has_not_enrolled_cannot_sign_in(staff, staff_app, people) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        accounts.invite(session, email="new@example.org", name="New", roles=["auditor"], forbid_pairs=True, today=TODAY)
    for password in ("", PASSWORD):
        assert send(staff, "/login", credentials("new", password=password), page="/login").status_code == 200
        assert not signed_in(staff)


@pytest.mark.parametrize("target", OUTSIDE)
def test_no_link_leads_out_of_the_site(staff, people, target) -> None:
    for answer in (
        send(staff, "/login", credentials(next=target), page="/login"),
        staff.get("/login", query_string={"next": target}),
        send(staff, "/verify", {"password": PASSWORD, "next": target}, page="/verify"),
    ):
        location = answer.headers.get("Location", "/")
        # A path of this site: one slash, and no backslash that a browser would read as one.
        assert location.startswith("/"), location
        assert location[1:2] not in {"/", "\\"}, location


def test_next_leads_back_to_the_page_that_was_asked_for(staff, people) -> None:
    asked = staff.get("/accounts/")
    assert send(staff, asked.location, credentials(), page=asked.location).location == "/accounts/"


def test_signing_out_is_a_post_and_ends_the_session(admin) -> None:
    assert admin.get("/logout").status_code in {404, 405}
    assert admin.post("/logout").status_code == 422
    assert signed_in(admin)
    answer = send(admin, "/logout")
    assert (answer.status_code, answer.location) == (302, "/login")
    assert not signed_in(admin)


def test_where_it_is_required_a_password_alone_opens_nothing(strict) -> None:
    client = strict.test_client()
    answer = send(client, "/login", credentials(), page="/login")
    assert answer.location == "/tf-setup"
    for path in ("/", "/account/", "/accounts/", "/mf-recovery-codes"):
        assert client.get(path).status_code == 302, path
    assert send(client, "/tf-validate", {"code": "000000"}, page="/login").status_code == 302
    assert not signed_in(client)


def test_setting_up_shows_a_code_to_scan_that_the_policy_allows(strict) -> None:
    client = strict.test_client()
    send(client, "/login", credentials(), page="/login")
    page = send(client, "/tf-setup", {"setup": "authenticator"}, page="/tf-setup")
    text = text_of(page)
    assert '<svg viewBox="0 0' in text
    assert "data:" not in text.replace('data-static="', "")
    assert "style=" not in text
    assert len(key_of(page).replace("-", "")) >= 32
    assert send(client, "/tf-validate", {"code": "12"}, page="/tf-setup").status_code == 200
    assert not signed_in(client)


def test_the_second_step_is_asked_for_each_time_and_a_code_works_once(strict) -> None:
    client = strict.test_client()
    # The very code is sent again: what the app shows by now may be the next one.
    key, used = enrol(client)
    assert signed_in(client)
    send(client, "/logout")
    answer = send(client, "/login", credentials(), page="/login")
    assert answer.location.startswith("/tf-validate")
    assert not signed_in(client)
    again = send(client, "/tf-validate", {"code": used}, page=answer.location)
    assert again.status_code == 200, "the code that set the app up is used"
    assert not signed_in(client)
    assert send(client, "/tf-validate", {"code": one_time_code(key, 1)}, page=answer.location).status_code == 302
    assert signed_in(client)


def test_turning_the_second_step_off_is_refused_where_it_is_required(strict, people) -> None:
    client = strict.test_client()
    set_up(client)
    assert send(client, "/tf-setup", {"setup": "disable"}).status_code == 200
    with strict.app_context(), unit_of_work() as session:
        assert session.get(Account, people["admin"]).tf_primary_method == "authenticator"


def recovery_codes(client) -> list[str]:
    page = text_of(send(client, "/mf-recovery-codes", {"generate_new_codes": "1"}))
    return [part.split("</li>")[0] for part in page.split('<li class="mono">')[1:]]


def test_a_recovery_code_signs_in_once(strict) -> None:
    client = strict.test_client()
    set_up(client)
    codes = recovery_codes(client)
    assert len(set(codes)) == 8
    for code, works in ((codes[0].upper().replace("-", " "), True), (codes[0], False), ("0000-0000-0000", False)):
        send(client, "/logout")
        send(client, "/login", credentials(), page="/login")
        send(client, "/mf-recovery", {"code": code}, page="/mf-recovery")
        assert signed_in(client) is works, code
        if not works:
            send(client, "/mf-recovery", {"code": codes.pop()}, page="/mf-recovery")


def test_recovery_codes_are_shown_once_and_kept_as_digests(strict, people) -> None:
    client = strict.test_client()
    set_up(client)
    codes = recovery_codes(client)
    later = text_of(client.get("/mf-recovery-codes?show_codes=1"))
    assert not [code for code in codes if code in later]
    with strict.app_context(), unit_of_work() as session:
        kept = session.get(Account, people["admin"]).mf_recovery_codes
    assert len(kept) == 8
    assert not set(kept) & set(codes)


def test_new_recovery_codes_need_a_fresh_sign_in(strict) -> None:
    client = strict.test_client()
    set_up(client)
    make_stale(client)
    assert client.get("/mf-recovery-codes").location.startswith("/verify")
    assert send(client, "/mf-recovery-codes", {"generate_new_codes": "1"}).location.startswith("/verify")


def test_confirming_the_password_makes_the_sign_in_fresh(admin) -> None:
    make_stale(admin)
    assert admin.get("/accounts/new").location == "/verify?next=/accounts/new"
    wrong = send(admin, "/verify", {"password": "not this one", "next": "/accounts/new"}, page="/verify")
    assert wrong.status_code == 200
    assert admin.get("/accounts/new").status_code == 302
    right = send(admin, "/verify", {"password": PASSWORD, "next": "/accounts/new"}, page="/verify")
    assert right.location == "/accounts/new"
    assert admin.get("/accounts/new").status_code == 200


def test_changing_the_password_ends_other_sessions(staff_app, people, sign_in) -> None:
    here, there = staff_app.test_client(), staff_app.test_client()
    sign_in(here, "admin")
    sign_in(there, "admin")
    new = "một mật khẩu mới và dài"
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    short = send(here, "/change-password", {**data, "new_password": "ngắn", "new_password_confirm": "ngắn"})
    assert says(here, short, "The password must have %(length)s to 128 characters.", length=12)
    answer = send(here, "/change-password", data, page="/change-password")
    assert answer.location == "/account/"
    assert signed_in(here)
    assert not signed_in(there)
    assert send(there, "/login", credentials(), page="/login").status_code == 200
    assert send(there, "/login", credentials(password=new), page="/login").status_code == 302


def test_a_password_is_the_same_in_every_unicode_form(staff, people) -> None:
    data = credentials(password=unicodedata.normalize("NFD", PASSWORD), email=" ADMIN@Example.org ")
    assert send(staff, "/login", data, page="/login").status_code == 302


def test_a_copied_cookie_opens_nothing_after_signing_out(staff_app, people, sign_in) -> None:
    # given a session whose cookie somebody has copied
    owner, thief = staff_app.test_client(), staff_app.test_client()
    sign_in(owner, "admin")
    name = staff_app.config["SESSION_COOKIE_NAME"]
    thief.set_cookie(name, owner.get_cookie(name).value)
    assert thief.get("/accounts/").status_code == 200
    # when its owner signs out
    send(owner, "/logout", {})
    # then the copy is worthless too
    assert thief.get("/accounts/").status_code == 302
