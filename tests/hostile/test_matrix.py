"""Who reaches which view: every route of every app, every role, by GET and by POST.

What is expected is written here by address, and not taken from the apps' own declarations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, request

from portal.accounts import service as accounts
from portal.extensions import db
from portal.web.access import access_of
from portal.web.runtime import unit_of_work
from tests.hostile.routes import Address, addresses
from tests.web.staff.steps import ROLES, token_of

pytestmark = pytest.mark.usefixtures("unbraked")

ANONYMOUS = "anonymous"
EVERYBODY = frozenset({ANONYMOUS, *ROLES})
STAFF = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()

# The longest prefix that fits decides.
WHO: dict[str, frozenset[str]] = {
    "/": STAFF,
    "/static/": EVERYBODY,
    "/enrol": EVERYBODY,
    "/language/": EVERYBODY,
    "/account/": STAFF,
    "/accounts/": frozenset({"admin"}),
    "/audit/": frozenset({"admin", "auditor"}),
    "/ballots/": frozenset({"admin", "issuer"}),
    "/concerns/": frozenset({"committee"}),
    "/consolidation/": frozenset({"committee"}),
    "/consultations/": frozenset({"admin"}),
    "/findings/": frozenset({"committee"}),
    "/keys/": frozenset({"moderator"}),
    "/moderation/": frozenset({"moderator"}),
    "/readers/": frozenset({"admin", "auditor"}),
    "/readership/": frozenset({"admin", "auditor", "committee"}),
    "/reports/": frozenset({"committee"}),
    "/reseal/": frozenset({"moderator"}),
    "/tables/": frozenset({"committee"}),
    "/taxonomy/": frozenset({"admin"}),
    # Flask-Security: the view is reached, and asks for what it needs itself (tests/web/staff/test_sign_in.py).
    "/login": EVERYBODY,
    "/logout": EVERYBODY,
    "/verify": EVERYBODY,
    "/change-password": EVERYBODY,
    "/tf-setup": EVERYBODY,
    "/tf-validate": EVERYBODY,
    "/mf-recovery": EVERYBODY,
    "/mf-recovery-codes": EVERYBODY,
    # Flask-Security registers these, and the portal closes them.
    "/fs-static/": NOBODY,
    "/tf-rescue": NOBODY,
    "/tf-select": NOBODY,
    "/tf-setup/": NOBODY,
}


def expected(path: str) -> frozenset[str]:
    return WHO[max((prefix for prefix in WHO if path.startswith(prefix)), key=len)]


@contextmanager
def recorded(app: Flask) -> Iterator[list[str]]:
    """Views that only note that they were reached: all guards run, and nothing is changed."""
    reached: list[str] = []

    def view(**_values: object) -> tuple[str, int]:
        reached.append(request.endpoint or "")
        return "", 204

    before = dict(app.view_functions)
    app.view_functions.update(dict.fromkeys(before, view))
    try:
        yield reached
    finally:
        app.view_functions.update(before)


def ask(client, one: Address, token: str):
    headers = {"X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded"}
    return client.open(one.path, method=one.method, headers=headers if one.method == "POST" else {})


def test_each_staff_route_is_reached_by_its_roles_and_by_nobody_else(staff_app, people, sign_in) -> None:
    # given a browser of every role, and of nobody, each with a good form token
    clients = {role: staff_app.test_client() for role in sorted(EVERYBODY)}
    tokens = {role: token_of(client) for role, client in clients.items()}
    for role in ROLES:
        sign_in(clients[role], role)
        tokens[role] = token_of(clients[role], "/account/")
    every = addresses(staff_app)
    # when each asks for everything
    with recorded(staff_app) as reached:
        for one in every:
            got, answers = set(), {}
            for role, client in clients.items():
                answers[role] = ask(client, one, tokens[role])
                if reached:
                    assert reached.pop() == one.endpoint
                    got.add(role)
            # then the view is reached by whom it is for, and the others are told what a stranger or a colleague is told
            assert got == expected(one.path), one
            for role in EVERYBODY - got - {ANONYMOUS}:
                assert answers[role].status_code == (403 if expected(one.path) else 404), (one, role)
            if ANONYMOUS not in got and expected(one.path):
                assert answers[ANONYMOUS].status_code == 302, one
                assert answers[ANONYMOUS].location.startswith("/login?next="), one
    assert len(every) > 150


def test_the_declarations_say_the_same(staff_app) -> None:
    for one in addresses(staff_app):
        if one.endpoint.startswith("security."):
            continue
        access, who = access_of(staff_app, one.endpoint), expected(one.path)
        said = {"public": EVERYBODY, "signed-in": STAFF}.get(access.kind, access.roles)
        assert said == who, one


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_script_without_a_session_gets_an_answer_that_it_understands(staff_app, people, accept) -> None:
    client = staff_app.test_client()
    for one in addresses(staff_app, ("GET",)):
        if ANONYMOUS in expected(one.path) or not expected(one.path):
            continue
        answer = client.get(one.path, headers={"Accept": accept})
        assert answer.status_code == (401 if accept == "application/json" else 302), one


def test_posts_without_a_token_reach_no_view(staff_app, people, sign_in) -> None:
    for role in ROLES:
        sign_in(client := staff_app.test_client(), role)
        with recorded(staff_app) as reached:
            for one in addresses(staff_app, ("POST",)):
                answer = client.post(one.path)
                assert not reached, one
                assert answer.status_code in {422, 404, 415}, one


def test_a_blocked_account_reaches_what_a_stranger_reaches(staff_app, people, sign_in) -> None:
    client = staff_app.test_client()
    sign_in(client, "auditor")
    with staff_app.app_context(), unit_of_work() as session:
        accounts.set_active(session, accounts.get_account(session, people["auditor"]), False)
    with recorded(staff_app) as reached:
        for one in addresses(staff_app, ("GET",)):
            client.get(one.path)
            assert bool(reached) == (ANONYMOUS in expected(one.path)), one
            reached.clear()


def test_a_role_that_was_taken_away_opens_nothing_more(staff_app, people, sign_in) -> None:
    client = staff_app.test_client()
    sign_in(client, "auditor")
    assert client.get("/audit/").status_code == 200
    with staff_app.app_context(), unit_of_work() as session:
        account = accounts.get_account(session, people["auditor"])
        accounts.set_roles(session, account, ["issuer"], forbid_pairs=True)
        db.session.remove()
    with recorded(staff_app) as reached:
        for one in addresses(staff_app, ("GET",)):
            client.get(one.path)
            assert bool(reached) == ("issuer" in expected(one.path)), one
            reached.clear()


def test_each_public_route_is_reached_by_everybody_and_a_post_by_its_own_pages_alone(public_app) -> None:
    client = public_app.test_client()
    with recorded(public_app) as reached:
        for one in addresses(public_app):
            own = client.open(one.path, method=one.method, headers={"Sec-Fetch-Site": "same-origin"})
            assert (reached, own.status_code) == ([one.endpoint], 204), one
            reached.clear()
            for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
                client.open(one.path, method=one.method, headers=headers)
                assert bool(reached) == (one.method == "GET"), (one, headers)
                reached.clear()
