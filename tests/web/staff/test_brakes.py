"""Guessing is slow for everybody, and nobody can lock somebody else's own browser out."""

import pytest

from portal.clock import FixedClock
from portal.errors import TooMany
from portal.web.staff.brakes import KEYS_MAX, KeyedBuckets
from tests.support import PASSWORD
from tests.web.staff.steps import one_time_code, refuses, send
from tests.web.staff.test_sign_in import credentials, set_up, signed_in


@pytest.fixture
def buckets(clock: FixedClock) -> KeyedBuckets:
    return KeyedBuckets(3, 60, clock)


def test_a_bucket_empties_and_refills_with_time(buckets, clock) -> None:
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(TooMany) as refusal:
        buckets.take("a")
    assert refusal.value.detail == {"minutes": 1}
    clock.advance(seconds=59)
    with pytest.raises(TooMany):
        buckets.take("a")
    clock.advance(seconds=2)
    buckets.take("a")


def test_buckets_do_not_touch_each_other(buckets) -> None:
    for _ in range(3):
        buckets.take("a")
    buckets.take("b")


def test_a_bucket_never_holds_more_than_its_capacity(buckets, clock) -> None:
    clock.advance(days=2)
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(TooMany):
        buckets.take("a")


def test_memory_is_bounded_and_the_empty_buckets_are_what_is_kept(buckets, clock) -> None:
    for _ in range(3):
        buckets.take("victim")
    for number in range(KEYS_MAX + 50):
        clock.advance(seconds=0.001)
        buckets.take(f"other {number}")
    assert len(buckets._levels) <= KEYS_MAX


def test_no_address_is_kept(buckets) -> None:
    buckets.take("account somebody@example.org")
    assert "somebody" not in repr(buckets._levels)


def try_password(client, role: str = "admin", password: str = ""):
    """An attempt; an empty password counts as one and spares the test the hashing."""
    return send(client, "/login", credentials(role, password=password), page="/login")


def test_ten_wrong_passwords_close_an_account_for_a_while(staff_app, people, clock) -> None:
    stranger = staff_app.test_client()
    for _ in range(10):
        assert try_password(stranger).status_code == 200
    answer = try_password(stranger, password=PASSWORD)
    assert answer.status_code == 429
    assert refuses(stranger, answer, "too-many-attempts", minutes=1)
    assert try_password(staff_app.test_client(), password=PASSWORD).status_code == 429, "another browser too"
    assert try_password(stranger, "auditor", PASSWORD).status_code == 302, "other accounts are free"
    clock.advance(seconds=61)
    assert try_password(staff_app.test_client(), password=PASSWORD).status_code == 302


def test_the_owners_own_browser_is_not_locked_out(staff_app, people, sign_in) -> None:
    own = staff_app.test_client()
    sign_in(own, "admin")
    send(own, "/logout")
    stranger = staff_app.test_client()
    for _ in range(11):
        last = try_password(stranger)
    assert last.status_code == 429
    assert try_password(own, password=PASSWORD).status_code == 302


def test_a_known_browser_is_known_for_its_account_only_and_bounded_too(staff_app, people, sign_in) -> None:
    own = staff_app.test_client()
    sign_in(own, "admin")
    send(own, "/logout")
    for _ in range(10):
        try_password(own)
    assert try_password(own, password=PASSWORD).status_code == 429
    stranger = staff_app.test_client()
    for _ in range(10):
        try_password(stranger, "auditor")
    assert try_password(own, "auditor", PASSWORD).status_code == 429


def test_the_device_cookie_is_for_the_server_alone_and_says_nothing(staff_app, people) -> None:
    client = staff_app.test_client()
    answer = try_password(client, password=PASSWORD)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("portal_device="))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "example.org" not in cookie
    client.set_cookie("portal_device", "forged.value")
    assert client.get("/login").status_code in {200, 302}
    wrong = staff_app.test_client()
    assert not [c for c in try_password(wrong).headers.getlist("Set-Cookie") if c.startswith("portal_device=")]


def test_everybody_together_is_bounded(staff_app, people) -> None:
    client = staff_app.test_client()
    codes = [try_password(client, f"guess{number}").status_code for number in range(61)]
    assert codes == [200] * 60 + [429]


def test_one_time_codes_cannot_be_guessed_in_a_row(strict, clock) -> None:
    client = strict.test_client()
    key = set_up(client)
    send(client, "/logout")
    send(client, "/login", credentials(), page="/login")
    # One attempt went into setting the app up.
    codes = [send(client, "/tf-validate", {"code": "000000"}, page="/tf-validate").status_code for _ in range(6)]
    assert codes == [200] * 4 + [429] * 2
    assert send(client, "/tf-validate", {"code": one_time_code(key, 1)}, page="/tf-validate").status_code == 429
    assert send(client, "/mf-recovery", {"code": "0000-0000-0000"}, page="/mf-recovery").status_code == 429
    clock.advance(minutes=5, seconds=1)
    assert send(client, "/tf-validate", {"code": one_time_code(key, 1)}, page="/tf-validate").status_code == 302
    assert signed_in(client)


def test_a_taken_session_cannot_guess_the_password(admin) -> None:
    codes = [
        send(admin, "/verify", {"password": "", "next": ""}, page="/verify").status_code for _ in range(11)
    ]
    assert codes == [200] * 10 + [429]


def test_enrolment_codes_cannot_be_guessed_in_a_row(staff, people) -> None:
    data = {"email": "new@example.org", "code": "AAAA", "password": "", "again": ""}
    codes = [send(staff, "/enrol", data, page="/enrol").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
