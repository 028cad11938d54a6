"""A published consultation with its report on the desk, and two members of the committee."""

from __future__ import annotations

import pytest

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.reports import service
from portal.reports.notes import Hand
from portal.reports.profile import demo_profile
from tests.rounds import look_at, publish


@pytest.fixture
def hands(office, session, clock) -> tuple[Hand, Hand]:
    made = []
    for name in ("one", "two"):
        account, _ = accounts.invite(
            session,
            email=f"{name}@example.org",
            name=name.title(),
            roles=["committee"],
            forbid_pairs=True,
            today=clock.today(),
        )
        made.append(Hand(account.id, clock.today()))
    return made[0], made[1]


@pytest.fixture
def drafter(hands) -> Hand:
    return hands[0]


@pytest.fixture
def second(hands) -> Hand:
    return hands[1]


@pytest.fixture
def published(office, session, log, clock, atrest):
    service.save_profile(session, demo_profile())
    return publish(session, log, clock, atrest, office)


@pytest.fixture
def row(published, session):
    return consultations.get(session, published.consultation_id)


@pytest.fixture
def held(session, atrest, row, published, drafter):
    return service.start(session, atrest, row, published, drafter)


@pytest.fixture
def read(session, atrest, row):
    """The report as it is stored now."""
    return lambda: service.read(session, atrest, row.id)


@pytest.fixture
def look(session, read, published):
    """Its points as they stand now."""
    return lambda: look_at(session, read(), published)
