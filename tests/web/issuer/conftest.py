"""An issuer's app with a store of its own, and a desk that somebody has unlocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from portal.clock import FixedClock
from portal.issuer_factory import create_issuer_app
from portal.issuing.config import IssuerSettings
from portal.issuing.desk_lock import DeskLock, new_passphrase
from portal.issuing.store import open_store, upgrade_store
from tests.issuing.support import issuer_settings


@dataclass
class Desk:
    """A browser at the desk: posts carry the token of the page that was read last."""

    client: FlaskClient
    passphrase: str

    def get(self, path: str) -> str:
        """The page's text; it must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def token(self, path: str = "/desk/unlock") -> str:
        """The token of a form on that page."""
        page = self.client.get(path, follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, path
        return found[1]

    def post(self, path: str, page: str = "", **values: Any) -> TestResponse:
        """Send a form that stands on ``page`` (by default at ``path``)."""
        return self.client.post(path, data={"csrf_token": self.token(page or path), **values})

    def unlock(self) -> TestResponse:
        """Enter the passphrase."""
        return self.post("/desk/unlock", passphrase=self.passphrase)


@pytest.fixture
def issuer(tmp_path: Path) -> IssuerSettings:
    return issuer_settings(tmp_path)


@pytest.fixture
def engine(issuer: IssuerSettings) -> Iterator[Engine]:
    made = open_store(issuer.database_url)
    upgrade_store(made)
    yield made
    made.dispose()


@pytest.fixture
def today(clock: FixedClock) -> date:
    return clock.today()


@pytest.fixture
def passphrase(issuer: IssuerSettings) -> str:
    (issuer.instance / "secrets").mkdir(mode=0o700)
    made = new_passphrase()
    DeskLock(issuer.instance).change(made)
    return made


@pytest.fixture
def issuer_app(issuer: IssuerSettings, engine: Engine, clock: FixedClock, passphrase: str) -> Flask:
    return create_issuer_app(issuer, clock)


@pytest.fixture
def stranger(issuer_app: Flask) -> FlaskClient:
    return issuer_app.test_client()


@pytest.fixture
def locked(issuer_app: Flask, passphrase: str) -> Desk:
    client = issuer_app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return Desk(client, passphrase)


@pytest.fixture
def desk(locked: Desk) -> Desk:
    assert locked.unlock().status_code == 302
    return locked
