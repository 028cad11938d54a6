"""Fixtures: a fresh instance, its two apps, and a small office with real keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.clock import FixedClock
from portal.config import SECRET_BYTES, Settings, load_settings
from portal.crypto.atrest import AtRest
from portal.extensions import db
from portal.factory import create_public_app, create_staff_app
from portal.ledger.log import Log
from portal.models import ALL
from portal.web.runtime import unit_of_work
from tests.postgres import fresh_database, postgres  # noqa: F401 (a fixture of all)
from tests.support import ORIGIN, PASSWORD, Office, build_office

# How long an example takes says something of the machine's other work, and nothing of the property.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    return load_settings(
        {
            "PORTAL_ENV": "test",
            "PORTAL_INSTANCE": str(tmp_path),
            "PORTAL_LOG_ORIGIN": "log.example.org/gop-y",
            "PORTAL_TOTP": "optional",
            "PORTAL_OPEN_RATE": "0",
            **made,
            **fresh_database(),
        }
    )


@pytest.fixture
def log(settings: Settings) -> Log:
    return Log.from_seed(settings.log_origin, settings.secret.log_key)


@pytest.fixture
def atrest(settings: Settings) -> AtRest:
    return AtRest([settings.secret.instance_key])


@pytest.fixture
def public_app(settings: Settings, clock: FixedClock) -> Flask:
    app = create_public_app(settings, clock)
    with app.app_context():
        assert ALL
        db.create_all()
    return app


@pytest.fixture
def staff_app(public_app: Flask, settings: Settings, clock: FixedClock) -> Flask:
    return create_staff_app(settings, clock)


@pytest.fixture
def session(public_app: Flask, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A writing session. It holds the write lock, so an office that the test asks for as well is built before it."""
    if "office" in request.fixturenames:
        request.getfixturevalue("office")
    with public_app.app_context(), unit_of_work() as session:
        yield session


@pytest.fixture
def public(public_app: Flask) -> FlaskClient:
    client = public_app.test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    return client


@pytest.fixture
def staff(staff_app: Flask) -> FlaskClient:
    return staff_app.test_client()


@pytest.fixture
def office(staff_app: Flask, log: Log, clock: FixedClock) -> Office:
    """Committed, so that both apps see it."""
    with staff_app.app_context(), unit_of_work() as session:
        return build_office(session, log, clock)


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, str], None]:
    """Sign a test client in as the account of that role."""

    def enter(client: FlaskClient, role: str) -> None:
        page = client.get("/login").get_data(as_text=True)
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        answer = client.post("/login", data={"email": f"{role}@example.org", "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]

    return enter
