"""Two hosts of the portal, one of the database, and a cable that is cut: in short."""

from __future__ import annotations

import pytest

from tests.powercut import network


def test_a_host_that_is_cut_off_says_so_loses_nothing_and_holds_nobody_up() -> None:
    if why := network.why_not():
        pytest.skip(f"no network can be made here: {why}")
    assert "none twice" in network.attempt(seconds=1)
