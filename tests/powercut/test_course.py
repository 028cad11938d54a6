"""The course in short, on the embedded engine: full and read-only disks, a power cut, a wrong clock, half files."""

from __future__ import annotations

import pytest

from tests.browser.served import free_port
from tests.powercut.course import Size, run
from tests.powercut.disk import why_not


def test_nothing_that_was_acknowledged_is_lost_and_nothing_is_there_twice() -> None:
    if why := why_not():
        pytest.skip(f"no disk can be made here: {why}")
    said: list[str] = []
    done = run("sqlite", free_port(), Size(cuts=1, fails=1, fulls=1, seconds=2), said.append)
    assert len(said) == 5
    assert done.taken > 0
    assert done.later > 0, "every fault was told to somebody"
