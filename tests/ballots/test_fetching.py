"""Asking an issuer's address: what comes is bounded in size and time, and every failure is one refusal."""

from __future__ import annotations

import socket
import time

import pytest

from portal.ballots import fetching
from portal.errors import PortalError
from tests.ballots.web_issuer import web_issuer

TERMS = "/rounds/phieu-2027/terms.json"


@pytest.fixture
def issuer():
    with web_issuer() as served:
        yield served


def refusal(address: str) -> PortalError:
    with pytest.raises(PortalError) as caught:
        fetching.fetch_terms(address, "phieu-2027")
    return caught.value


def test_both_statements_come_from_their_own_paths(issuer) -> None:
    issuer.answers = {TERMS: b"terms", "/rounds/phieu-2027/closing.json": b"closing"}
    assert fetching.fetch_terms(issuer.address, "phieu-2027") == b"terms"
    assert fetching.fetch_closing(issuer.address, "phieu-2027") == b"closing"
    assert issuer.asked == [TERMS, "/rounds/phieu-2027/closing.json"]


def test_what_is_not_there_and_nobody_at_home_are_the_same_refusal(issuer) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
        closed = f"http://127.0.0.1:{held.getsockname()[1]}"
        found = [refusal(address) for address in (issuer.address, closed)]
    # then neither code nor text nor detail tells them apart, or names the address
    code = "issuer-unreachable"
    assert {(one.code, str(one), tuple(one.detail)) for one in found} == {(code, code, ())}


def test_no_redirect_is_followed(issuer) -> None:
    def redirect(handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    issuer.answers = {TERMS: redirect, "/elsewhere": b"terms"}
    assert refusal(issuer.address).code == "issuer-unreachable"
    assert issuer.asked == [TERMS]


def test_as_much_as_allowed_comes_and_one_byte_more_does_not(issuer, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "LIMIT", 1000)
    issuer.answers = {TERMS: b"x" * 1000}
    assert len(fetching.fetch_terms(issuer.address, "phieu-2027")) == 1000
    issuer.answers = {TERMS: b"x" * 1001}
    assert refusal(issuer.address).code == "issuer-unreachable"


def test_a_server_that_drips_is_hung_up_on(issuer, monkeypatch) -> None:
    # given a server that sends a byte every now and then, without an end
    monkeypatch.setattr(fetching, "TIMEOUT", 0.5)
    ended = []

    def drip(handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            ended.append(True)

    issuer.answers = {TERMS: drip}
    # then the refusal comes at the time limit
    began = time.monotonic()
    assert refusal(issuer.address).code == "issuer-unreachable"
    assert time.monotonic() - began < 3
    # and the connection is over
    for _ in range(100):
        if ended:
            break
        time.sleep(0.05)
    assert ended


def test_an_answer_that_is_no_http_is_refused(issuer) -> None:
    issuer.answers = {TERMS: lambda handler: handler.wfile.write(b"\x00\x01 nonsense\r\n\r\n")}
    assert refusal(issuer.address).code == "issuer-unreachable"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "phieu.example.vn",
        "ftp://phieu.example.vn",
        "file:///etc/passwd",
        "https://phieu.example.vn/path",
        "https://user@phieu.example.vn",
        "https://phieu.example.vn:99999",
        "https://phieu.example.vn:port",
        "https://phieu.example.vn\r\nHost: other",
        "https://[::1",
        "http://:80",
    ],
)
def test_only_origins_of_the_web_are_asked(address) -> None:
    assert refusal(address).code == "issuer-address-malformed"
