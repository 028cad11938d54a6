"""An issuer's store, and a session that writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.clock import FixedClock
from portal.issuing.config import IssuerSettings
from portal.issuing.store import open_store, upgrade_store, work
from tests.issuing.support import issuer_settings


@pytest.fixture
def issuer(tmp_path: Path) -> IssuerSettings:
    return issuer_settings(tmp_path)


@pytest.fixture
def engine(issuer: IssuerSettings) -> Engine:
    made = open_store(issuer.database_url)
    upgrade_store(made)
    return made


@pytest.fixture
def store(engine: Engine) -> Iterator[Session]:
    """A session of the issuer's store that holds its write lock and commits at the end."""
    with work(engine) as session:
        yield session


@pytest.fixture
def today(clock: FixedClock) -> date:
    return clock.today()
