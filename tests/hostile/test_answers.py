"""What every answer of every route carries: headers against framing, sniffing and caching; cookies; targets."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus
from itertools import product
from urllib.parse import urlsplit

import pytest

from portal.factory import create_public_app, create_staff_app
from portal.web.headers import COMMON, IMMUTABLE
from tests.hostile.routes import addresses
from tests.support import PASSWORD
from tests.web.staff.steps import ROLES, token_of

HOME = "https://gop-y.example.org"
FRAMED = {"files.viewer"}
"""The one page that may stand in a frame, of its own origin alone (it is sandboxed)."""
OUTSIDE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "/login/../..//evil.example",
    " https://evil.example",
    "http://localhost@evil.example/",
    "/staff\r\nSet-Cookie: a=b",
)
HOSTS = ("evil.example", "localhost:99999", "a b", "localhost/..", "[::1", "x" * 3000, "é")
EXTRA = ("/no/such/page", "/%00", "/..%2f..%2fetc/passwd", "/static/../../wsgi.py", "/static/%2e%2e/%2e%2e/wsgi.py")
LOOSE = {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"}


def check(answer, endpoint: str = "") -> None:
    """The headers that every answer has, whatever it says."""
    for name, value in COMMON.items():
        wanted = "SAMEORIGIN" if endpoint in FRAMED and name == "X-Frame-Options" else value
        assert answer.headers.getlist(name) == [wanted], name
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert directives["default-src"] == directives["base-uri"] == ["'none'"]
    assert directives["frame-ancestors"] == (["'self'"] if endpoint in FRAMED else ["'none'"])
    assert not LOOSE & set(policy.replace(";", " ").split())
    assert answer.headers["Permissions-Policy"].replace("(self)", "()").count("=()") == 13
    assert answer.headers["Cache-Control"] in {"no-store", IMMUTABLE}
    if answer.headers["Cache-Control"] == IMMUTABLE:
        assert answer.status_code == HTTPStatus.OK and endpoint in {"static", "public.log_tile", "public_en.log_tile"}
    assert answer.status_code < 500
    assert not {"Server", "X-Powered-By", "ETag"} & set(answer.headers.keys())
    assert endpoint == "static" or "Last-Modified" not in answer.headers
    assert b"Traceback" not in answer.get_data()


def test_every_public_answer(public_app, office) -> None:
    client = public_app.test_client()
    for one in addresses(public_app):
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.open(one.path, method=one.method, headers=headers)
            check(answer, one.endpoint)
            assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", ""), one
    for path in EXTRA:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "PROPFIND"):
            check(client.open(path, method=method))


@pytest.mark.parametrize("role", ["", *ROLES])
def test_every_staff_answer(staff_app, office, sign_in, role) -> None:
    client = staff_app.test_client()
    if role:
        sign_in(client, role)
    token = token_of(client, "/account/" if role else "/login")
    for one in addresses(staff_app, ("GET", "POST")):
        if one.endpoint == "security.logout":
            continue
        answer = client.open(one.path, method=one.method, headers={"X-CSRFToken": token})
        check(answer, one.endpoint if answer.status_code == HTTPStatus.OK else "")
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Domain" not in cookie, one
        if answer.location:
            assert not urlsplit(answer.location).netloc, one
    for path in EXTRA:
        check(client.get(path))


def test_every_issuers_answer(issuer_app, desk) -> None:
    stranger = issuer_app.test_client()
    for client in (stranger, desk.client):
        for one in addresses(issuer_app):
            if one.path == "/desk/lock":
                continue
            check(client.open(one.path, method=one.method), one.endpoint)
    for one in addresses(issuer_app):
        if one.path.startswith("/desk/") and not one.endpoint.startswith(("door.", "language.")):
            answer = stranger.open(one.path, method=one.method)
            assert (answer.status_code, answer.location) in {(302, "/desk/unlock"), (422, None), (403, None)}, one


def test_no_route_leads_outside(staff_app, people, sign_in) -> None:
    # given the routes that answer by sending elsewhere, to a stranger or to an administrator
    stranger, inside = staff_app.test_client(), staff_app.test_client()
    sign_in(inside, "admin")
    for client in (stranger, inside):
        sending = [one for one in addresses(staff_app, ("GET",)) if client.get(one.path).location]
        assert {"language.switch"} <= {one.endpoint for one in sending}
        # when an address elsewhere is slipped in
        for one, target in product(sending, OUTSIDE):
            answer = client.get(one.path, query_string={"next": target, "url": target, "return": target})
            # then they lead where they led
            location = answer.headers.get("Location", "/")
            assert not urlsplit(location).netloc and not location.startswith(("//", "/\\", "\\")), (one, location)
            assert "evil.example" not in location, (one, location)
            assert "Set-Cookie: a=b" not in str(answer.headers)


def test_signing_in_leads_nowhere_outside(staff_app, people, unbraked) -> None:
    for target in OUTSIDE:
        client = staff_app.test_client()
        given = {"email": "admin@example.org", "password": PASSWORD, "csrf_token": token_of(client), "next": target}
        location = client.post("/login", query_string={"next": target}, data=given).location
        assert location and not urlsplit(location).netloc and "evil.example" not in location


@pytest.fixture
def known(settings, clock, people):
    """Both apps as they know their own addresses, which production asks for."""
    named = dataclasses.replace(settings, public_origins=(HOME,), staff_origins=(HOME,))
    return [create_public_app(named, clock), create_staff_app(named, clock)]


@pytest.mark.parametrize("which", [0, 1], ids=["public", "staff"])
def test_a_forged_host_changes_no_link_and_breaks_nothing(known, which) -> None:
    client = known[which].test_client()
    for host, one in product(HOSTS, addresses(known[which], ("GET",))):
        answer = client.get(one.path, headers={"Host": host})
        check(answer, one.endpoint if answer.status_code == HTTPStatus.OK else "")
        assert "evil.example" not in answer.headers.get("Location", ""), one
        assert b"evil.example" not in answer.get_data(), one
