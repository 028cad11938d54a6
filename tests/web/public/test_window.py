"""The window takes what is in order before Flask, says the same as Flask would, and passes everything else on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from portal.clock import FixedClock
from portal.config import Settings
from portal.extensions import db
from portal.factory import create_public_app
from portal.web import access
from portal.web.public import submissions, window
from portal.web.public.blueprint import public as blueprint
from tests.rounds import stored
from tests.support import ORIGIN, Office
from tests.web.public.support import body_of, post


class Counted:
    """What came to Flask, and how often a comment was judged."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.flask = self.judged = 0
        group = app.extensions[submissions.GROUP]
        dispatch, run = app.full_dispatch_request, group.run

        def dispatched(*given: Any) -> Any:
            self.flask += 1
            return dispatch(*given)

        def judged(offered: Any) -> Any:
            self.judged += 1
            return run(offered)

        monkeypatch.setattr(app, "full_dispatch_request", dispatched)
        monkeypatch.setattr(group, "run", judged)


@pytest.fixture
def counted(public_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(public_app, monkeypatch)


def kept(app: Flask) -> int:
    with app.app_context():
        return stored(db.session())[0]


def through_flask(client: FlaskClient, office: Office, body: dict[str, str]) -> TestResponse:
    """The same request with a mark that the window leaves to Flask: it reads no body whose end it is not told."""
    return client.post(
        f"/c/{office.consultation}/submissions", json=body, environ_overrides={"HTTP_TRANSFER_ENCODING": "x"}
    )


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_comment_in_order_never_reaches_flask(public, public_app, office, counted, language) -> None:
    body = body_of(*office.seal())
    first, again = (post(public, office, body, language=language) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (counted.flask, counted.judged, kept(public_app)) == (0, 2, 1)


def test_the_answer_is_the_one_that_flask_gives(public, office, counted) -> None:
    ours, theirs = post(public, office, body_of(*office.seal())), through_flask(public, office, body_of(*office.seal()))
    assert counted.flask == 1
    assert ours.status == theirs.status
    assert set(ours.get_json()) == set(theirs.get_json()) == {"leaf", "promise"}
    # headers, but for the length of a signature's base64, which is the same
    assert sorted(ours.headers) == sorted(theirs.headers)
    assert "Content-Security-Policy" in ours.headers and ours.headers["Cache-Control"] == "no-store"
    # and each can repeat what the other took
    body = body_of(*office.seal())
    assert post(public, office, body).get_json() == through_flask(public, office, body).get_json()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"envelope": "AAAA"}, 422, "envelope-malformed"),
        ({"envelope": "AB"}, 422, "envelope-malformed"),
        ({"locator_hash": "AAAA"}, 422, "receipt-malformed"),
        ({"more": "x"}, 422, "body-malformed"),
    ],
)
def test_what_is_refused_is_judged_once_and_said_in_words(public, public_app, office, counted, change, status, code):
    answer = post(public, office, {**body_of(*office.seal()), **change}, language="/en")
    assert (answer.status_code, answer.get_json()["error"]) == (status, code)
    assert answer.get_json()["message"].isascii()
    assert (counted.flask, kept(public_app)) == (1, 0)
    assert counted.judged <= 1


def test_a_replay_and_an_unknown_consultation_are_judged_once(public, public_app, office, counted) -> None:
    envelope, raw = office.seal()
    assert post(public, office, body_of(envelope, raw)).status_code == 201
    answer = post(public, office, body_of(office.seal()[0], raw))
    assert (answer.status_code, answer.get_json()["error"]) == (409, "replay")
    assert (counted.flask, counted.judged) == (1, 2)
    answer = public.post("/c/khong-co/submissions", json=body_of(*office.seal()))
    assert (answer.status_code, answer.get_json()["error"]) == (404, "consultation-unknown")
    assert (counted.judged, kept(public_app)) == (3, 1)


def test_a_full_bucket_costs_one_token_and_is_said(public_app, public, office, settings: Settings, clock) -> None:
    app = create_public_app(replace(settings, open_rate=2), clock)
    client = app.test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    answers = [post(client, office, body_of(*office.seal())) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].get_json()["error"] == "busy"


def test_a_fault_is_told_as_flask_tells_it(public, public_app, office, monkeypatch) -> None:
    def away(*_given: object) -> None:
        raise OperationalError("", {}, Exception("no such host"))

    monkeypatch.setattr(public_app.extensions[submissions.GROUP], "work", away)
    answer = post(public, office, body_of(*office.seal()))
    assert (answer.status_code, answer.get_json()["error"]) == (503, "store-away")


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
        ({"HTTP_SEC_FETCH_SITE": "none"}, 403),
        ({"HTTP_ORIGIN": "https://elsewhere.example"}, 403),
        ({"HTTP_ORIGIN": ""}, 403),
        ({"HTTP_ORIGIN": "null"}, 403),
        ({"REQUEST_METHOD": "PUT"}, 405),
        ({"REQUEST_METHOD": "GET"}, 405),
        ({"PATH_INFO": "/c/thu-2026/submissions/"}, 404),
        ({"PATH_INFO": "/en/en/c/thu-2026/submissions"}, 404),
        ({"PATH_INFO": "/c/../c/thu-2026/submissions"}, 404),
        ({"CONTENT_LENGTH": "65537"}, 413),
        ({"CONTENT_LENGTH": "\xb2"}, 422),
        ({"CONTENT_LENGTH": "-1"}, 422),
        ({"CONTENT_LENGTH": "10"}, 422),
    ],
    ids=str,
)
def test_what_is_not_in_order_is_flasks(public, public_app, office, counted, environ, status) -> None:
    builder = EnvironBuilder(
        f"/c/{office.consultation}/submissions", method="POST", json=body_of(*office.seal()), headers={"Origin": ORIGIN}
    )
    # not through a client, which would correct some of these
    _, line, _ = run_wsgi_app(public_app, {**builder.get_environ(), **environ}, buffered=True)
    assert (int(line.split()[0]), counted.flask, kept(public_app)) == (status, 1, 0)


def test_a_demonstration_answers_this_machine_alone(public_app, office, settings: Settings, clock: FixedClock) -> None:
    client = create_public_app(replace(settings, env="demo"), clock).test_client()
    path = f"/c/{office.consultation}/submissions"
    for address, status in (("127.0.0.1", 201), ("192.0.2.7", 403)):
        given = {"REMOTE_ADDR": address, "HTTP_ORIGIN": ORIGIN}
        assert client.post(path, json=body_of(*office.seal()), environ_base=given).status_code == status
    assert kept(public_app) == 1


def test_it_stands_before_a_public_view_or_not_at_all(settings: Settings) -> None:
    app = Flask("guarded")
    app.config["MAX_CONTENT_LENGTH"] = 1
    access.register(app, blueprint, access.for_roles("admin"), name="public")
    access.register(app, blueprint, access.PUBLIC, name="public_en", prefix="/en")
    with pytest.raises(RuntimeError, match="not public"):
        window.install(app, settings)
