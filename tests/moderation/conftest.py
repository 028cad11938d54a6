"""The consultation of two readers."""

from __future__ import annotations

import pytest

from tests.moderation.two import Pair, open_pair


@pytest.fixture
def pair(office, session, log, clock, atrest) -> Pair:
    """Three moderators, two of whom read each comment; no comment yet."""
    return open_pair(session, log, clock, atrest, office)
