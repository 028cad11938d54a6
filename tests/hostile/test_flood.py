"""A few hundred malformed posts against a real server; ten thousand are `make scan` (docs/security-testing.md)."""

from __future__ import annotations

from pathlib import Path

from tests.browser.served import free_port
from tests.hostile.flood import flood


def test_malformed_posts_are_refused_without_a_trace(tmp_path: Path) -> None:
    folder = tmp_path / "disk" / "office"
    folder.mkdir(parents=True)
    done = flood(folder, free_port(), 300, seed=7)
    assert done.wrong == []
    assert "Traceback" not in done.output and "unexpected" not in done.output
    assert sum(done.statuses.values()) == 300
    # and they were understood as what they are, not all of them refused at the door
    assert {400, 404, 413, 422} <= set(done.by_status())
    assert done.files[1] - done.files[0] < 1_000_000
    assert len({kind for kind, _ in done.statuses}) > 12
