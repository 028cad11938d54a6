"""A staff session ends by idleness and by age; a copy of its cookie as well."""

from __future__ import annotations

import dataclasses

import pytest

from portal.config import ConfigError, load_settings
from portal.factory import create_staff_app
from tests.support import PASSWORD
from tests.web.staff.steps import says, send

IDLE, MOST = 60, 12
"""Minutes and hours: the defaults."""


def signed_in(client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_session_that_is_used_goes_on(admin, clock) -> None:
    for _ in range(5):
        clock.advance(minutes=IDLE - 1)
        assert signed_in(admin)


def test_one_that_is_not_used_ends_and_says_so(admin, clock) -> None:
    admin.get("/language/en")
    clock.advance(minutes=IDLE)
    answer = admin.get("/account/")
    assert answer.status_code == 302 and "/login" in answer.location
    page = admin.get("/login")
    assert says(admin, page, "Your session has ended. Sign in again.")
    # and nothing brings it back
    clock.advance(minutes=-IDLE)
    assert not signed_in(admin)


def test_no_use_makes_it_longer_than_the_longest_day(admin, clock) -> None:
    for _ in range(MOST * 2 - 1):
        clock.advance(minutes=30)
        assert signed_in(admin)
    clock.advance(minutes=30)
    assert not signed_in(admin)


def test_a_copied_cookie_ends_with_the_rest(admin, staff_app, clock) -> None:
    # given a thief who keeps a copy alive
    thief = staff_app.test_client()
    cookie = admin.get_cookie("portal_staff")
    thief.set_cookie("portal_staff", cookie.value)
    for _ in range(MOST - 1):
        clock.advance(minutes=IDLE - 1)
        assert signed_in(thief)
    clock.advance(minutes=IDLE)
    assert not signed_in(thief)
    # and the first copy, put back, is too old as well
    thief.set_cookie("portal_staff", cookie.value)
    assert not signed_in(thief)


def test_pictures_and_scripts_are_no_use(admin, clock) -> None:
    clock.advance(minutes=IDLE - 1)
    admin.get("/static/manifest.json")
    clock.advance(minutes=1)
    assert not signed_in(admin)


def test_a_session_of_before_the_rule_is_over(admin) -> None:
    with admin.session_transaction() as kept:
        del kept["since"]
    assert not signed_in(admin)


def test_the_settings_are_obeyed(settings, people, clock) -> None:
    app = create_staff_app(dataclasses.replace(settings, session_minutes=5, session_hours=1), clock)
    client = app.test_client()
    send(client, "/login", {"email": "admin@example.org", "password": PASSWORD}, page="/login")
    for _ in range(14):
        clock.advance(minutes=4)
        assert signed_in(client)
    clock.advance(minutes=4)
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SESSION_MINUTES", "0"), ("SESSION_HOURS", "169"), ("SESSION_MINUTES", "721"), ("ENROL_DAYS", "0")],
)
def test_limits_that_are_none_stop_the_start(tmp_path, name, value) -> None:
    with pytest.raises(ConfigError, match=f"PORTAL_{name.split('_', maxsplit=1)[0]}"):
        load_settings({"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(tmp_path), f"PORTAL_{name}": value})
