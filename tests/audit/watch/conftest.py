"""One served portal for all tests of watching; each test stands between it and the watcher anew."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.cli.assets import DIST, served_files
from portal.clock import FixedClock
from portal.config import SECRET_BYTES, Settings, load_settings
from portal.crypto.atrest import AtRest
from portal.extensions import db
from portal.factory import create_public_app, create_staff_app
from portal.ledger.assets import log_assets
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.audit.watch.support import Between, Served, serving
from tests.ballots.support import open_with_ballots, two_issuers
from tests.postgres import fresh_database
from tests.support import build_office
from tests.web.public.support import publish


def _settings(folder: Path) -> Settings:
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    fixed = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
    return load_settings({**fixed, **made, "PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0", **fresh_database()})


@pytest.fixture(scope="session")
def portal_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("watched")
    settings, clock = _settings(folder), FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    log = Log.from_seed(settings.log_origin, settings.secret.log_key)
    app = create_public_app(settings, clock)
    with app.app_context():
        db.create_all()
    staff = create_staff_app(settings, clock)
    with staff.app_context(), unit_of_work() as session:
        office = build_office(session, log, clock)
    publish(staff, log, clock, AtRest([settings.secret.instance_key]), office)
    pair = two_issuers(folder, clock)
    with staff.app_context(), unit_of_work() as session:
        open_with_ballots(session, log, clock, pair)
        log_assets(session, log, served_files(DIST))
    between = Between(app)

    def write(change) -> None:
        with staff.app_context(), unit_of_work() as session:
            change(session, log)

    with serving(between) as url:
        yield Served(url, log.vkey, clock, between, write)


@pytest.fixture
def served(portal_served: Served) -> Served:
    portal_served.between.meddle = lambda _sent: None
    portal_served.between.asked.clear()
    return portal_served
