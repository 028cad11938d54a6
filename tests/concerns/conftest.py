"""A published consultation with its concerns, and the committee that answers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from portal.accounts import service as accounts
from portal.accounts.hand import Hand
from portal.accounts.models import Account
from portal.concerns import service
from portal.concerns.models import Concern
from portal.concerns.people import members
from portal.concerns.service import Answer
from tests.rounds import publish
from tests.support import TODAY

DAY = date(2026, 12, 20)


@pytest.fixture
def published(office, session, log, clock, atrest):
    return publish(session, log, clock, atrest, office)


@pytest.fixture
def concern(published, session) -> Concern:
    return service.get(session, published.consultation_id, "C1")


@pytest.fixture
def hand(session, clock) -> Hand:
    return Hand(members(session)[0].id, clock.today())


@pytest.fixture
def answer(session, log, atrest, concern, clock, hand) -> Callable[..., Concern]:
    """Answer the concern as the committee's account, today."""

    def run(**over):
        given = {"state": "accepted", "owner": "Văn phòng", "due": DAY, "text": "<p>Sẽ làm.</p>", "published": True}
        now = Hand(hand.account, clock.today())
        return service.answer(session, log, atrest, concern, Answer(**{**given, **over}), hand=now)

    return run


@pytest.fixture
def colleague(session) -> Callable[[str], Account]:
    """One more of the committee who can sign in, by the name before the @."""

    def make(name: str) -> Account:
        account, _ = accounts.invite(
            session, email=f"{name}@example.org", name=name.title(), roles=["committee"], forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = "set", None
        session.flush()
        return account

    return make
