"""Who may open which page, and how the staff app stands under its mount."""

from dataclasses import replace

import pytest
from werkzeug.test import Client

from portal.accounts.models import Account
from portal.extensions import db
from portal.factory import create_wsgi
from tests.support import PASSWORD
from tests.web.staff.steps import ROLES, refuses, send, token_of

EVERYBODY = set(ROLES)
PAGES = {
    "/": EVERYBODY,
    "/account/": EVERYBODY,
    "/change-password": EVERYBODY,
    "/accounts/": {"admin"},
    "/accounts/new": {"admin"},
    "/accounts/1": {"admin"},
    "/consultations/": {"admin"},
    "/consultations/new": {"admin"},
    "/consultations/thu-2026": {"admin"},
    "/consultations/thu-2026/close": {"admin"},
    "/taxonomy/": {"admin"},
    "/taxonomy/1": {"admin"},
    "/taxonomy/1/edit": {"admin"},
    "/moderation/": {"moderator"},
    "/keys/": {"moderator"},
    "/findings/": {"committee"},
    "/concerns/": {"committee"},
    "/reports/": {"committee"},
    "/audit/": {"auditor", "admin"},
}
POSTS = {
    "/accounts/1/roles": {"admin"},
    "/accounts/1/block": {"admin"},
    "/accounts/1/renew": {"admin"},
    "/consultations/thu-2026/open": {"admin"},
    "/consultations/thu-2026/close": {"admin"},
    "/taxonomy/default": {"admin"},
}


@pytest.fixture
def clients(staff_app, office, sign_in):
    made = {role: staff_app.test_client() for role in ROLES}
    for role, client in made.items():
        sign_in(client, role)
    return made


def test_each_page_opens_for_its_roles_and_for_nobody_else(clients, staff_app) -> None:
    stranger = staff_app.test_client()
    for path, allowed in PAGES.items():
        seen = {role for role, client in clients.items() if client.get(path).status_code == 200}
        refused = {role for role, client in clients.items() if client.get(path).status_code == 403}
        assert (path, seen, refused) == (path, allowed, EVERYBODY - allowed)
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/login?next=")


def test_posts_are_refused_to_other_roles_with_a_good_token(clients) -> None:
    for path, allowed in POSTS.items():
        for role in EVERYBODY - allowed:
            assert send(clients[role], path).status_code == 403, (path, role)


def test_posts_without_a_token_change_nothing_and_say_why(clients) -> None:
    for path in POSTS:
        answer = clients["admin"].post(path)
        assert answer.status_code == 422
        assert refuses(clients["admin"], answer, "form-expired")


def test_navigation_shows_the_rooms_of_the_role_only(clients) -> None:
    page = clients["moderator"].get("/").get_data(as_text=True)
    assert 'href="/moderation/"' in page
    assert 'href="/accounts/"' not in page
    assert 'href="/accounts/"' in clients["admin"].get("/").get_data(as_text=True)


def test_what_flask_security_offers_besides_is_closed(staff, people) -> None:
    for path in ("/tf-rescue", "/tf-select", "/tf-setup/abc", "/fs-static/js/webauthn.js", "/register", "/reset"):
        assert staff.get(path).status_code in {404, 405}, path
    assert send(staff, "/tf-setup/abc", page="/login").status_code == 404
    assert send(staff, "/tf-rescue", {"help_setup": "help"}, page="/login").status_code == 404


def test_signing_in_by_json_is_refused(staff, people) -> None:
    headers = {"X-CSRFToken": token_of(staff)}
    answer = staff.post("/login", json={"email": "admin@example.org", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 415


def test_a_token_in_a_header_is_no_session(staff_app, people) -> None:
    with staff_app.test_request_context():
        token = db.session.get(Account, people["admin"]).get_auth_token()
    answer = staff_app.test_client().get("/accounts/", headers={"Authentication-Token": token})
    assert answer.status_code == 302


@pytest.fixture
def mounted(settings, people):
    return Client(create_wsgi(settings))


def test_under_the_mount_every_redirect_stays_there(mounted) -> None:
    first = mounted.get("/staff/accounts/")
    assert first.location == "/staff/login?next=/staff/accounts/"
    page = mounted.get(first.location).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    data = {"email": "admin@example.org", "password": PASSWORD, "csrf_token": token, "next": "/staff/accounts/"}
    answer = mounted.post("/staff/login", data=data)
    assert answer.location == "/staff/accounts/"
    data["next"] = ""
    assert mounted.get("/staff/login").location == "/staff/"


def test_the_session_cookie_belongs_to_the_staff_app_alone(mounted) -> None:
    cookie = mounted.get("/staff/login").headers["Set-Cookie"]
    assert "Path=/staff" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Set-Cookie" not in mounted.get("/").headers


def test_where_only_the_staff_app_is_served_the_rest_is_shut_in_too(settings, people) -> None:
    alone = Client(create_wsgi(replace(settings, app="staff")))
    for path, status in (("/", 404), ("/staff/login", 200), ("/staff/none", 404)):
        answer = alone.get(path)
        assert answer.status_code == status
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert (answer.headers["X-Frame-Options"], answer.headers["Cache-Control"]) == ("DENY", "no-store")
