"""People of every role, and an issuer's app, as the tests of the pages have them."""

import pytest

from portal.web.bucket import GlobalBucket
from portal.web.staff import brakes
from tests.web.issuer.conftest import desk, engine, issuer, issuer_app, locked, passphrase, stranger
from tests.web.staff.conftest import people, strict

__all__ = ["desk", "engine", "issuer", "issuer_app", "locked", "passphrase", "people", "stranger", "strict"]


@pytest.fixture
def unbraked(staff_app, clock) -> None:
    """Attempts are not counted: the same few browsers ask for everything (the brakes have tests of their own)."""
    many = brakes.KeyedBuckets(10**6, 1, clock)
    staff_app.extensions[brakes.KEY] = brakes.Brakes(GlobalBucket(0, clock), many, many)
