"""The faults. Each strikes while a crowd sends, and says in a line what it did; the judging is the caller's."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.powercut.clients import Crowd
from tests.powercut.cluster import Durable
from tests.powercut.disk import Disk
from tests.powercut.site import wait_until

JUMPS = (26, -26, 48, -24, 3, -3, 0)
"""Hours by which the clock is wrong; the consultation is open at all of these moments."""
WRONG_CLOCK = """
import os
from datetime import timedelta
from pathlib import Path
from portal import clock

right = clock.SystemClock.now
clock.SystemClock.now = lambda self: right(self) + timedelta(hours=int(Path(os.environ["WRONG_CLOCK"]).read_text()))
"""
"""Of every Python that the portal starts: its code takes the time from nowhere else (tests/house)."""


def disk_full(crowd: Crowd, disk: Disk, server: Durable | None, seconds: float) -> str:
    """Full for some seconds, then free again; the same processes of the portal go on."""
    ended = False

    def free() -> None:
        nonlocal ended
        disk.free()
        ended = server is not None and server.come_back()

    said = f"full for {_for_a_while(crowd, disk.fill, free, seconds)}"
    return f"{said}; PostgreSQL had ended itself and was started again" if ended else said


def power_cut(crowd: Crowd, disk: Disk, server: Durable | None, seconds: float) -> str:
    """The file system loses what was not synced; the machine starts again."""
    return _disk_dies(crowd, disk, server, disk.cut, seconds) + " after the power was cut"


def disk_fails(crowd: Crowd, disk: Disk, server: Durable | None, seconds: float) -> str:
    """The disk turns read-only under everybody's hands; it is repaired and mounted again."""
    return _disk_dies(crowd, disk, server, disk.fail, seconds) + " while the disk was read-only"


def _disk_dies(crowd: Crowd, disk: Disk, server: Durable | None, strike: Callable[[], None], seconds: float) -> str:
    site = crowd.site
    site.serve()
    with crowd.sending():
        _accepts(crowd)
        with crowd.striking():
            strike()
        refused = _refuses(crowd, seconds)
        site.kill()
        if server is not None:
            server.end()
        disk.unmount()
        disk.mount()
        if server is not None:
            server.go_on()
        site.serve()
        _accepts(crowd)
    crowd.find_all()
    site.kill()
    return f"{refused} requests told to come again"


def database_gone(crowd: Crowd, server: Durable, seconds: float) -> str:
    """The database's host is gone for so long and comes back; the same processes of the portal go on."""
    return f"gone for {_for_a_while(crowd, server.end, server.go_on, seconds)}"


def _for_a_while(crowd: Crowd, strike: Callable[[], None], mend: Callable[[], None], seconds: float) -> str:
    crowd.site.serve()
    with crowd.sending():
        _accepts(crowd)
        strike()
        refused = _refuses(crowd, seconds)
        mend()
        _accepts(crowd)
    crowd.find_all()
    crowd.site.kill()
    return f"{seconds:.0f} s, {refused} requests told to come again"


def clock_jumps(crowd: Crowd, folder: Path, seconds: float) -> str:
    """The machine's clock goes wrong by hours and days, forth and back, under everybody's hands."""
    said = folder / "hours"
    said.write_text("0")
    (folder / "sitecustomize.py").write_text(WRONG_CLOCK)
    crowd.site.serve(PYTHONPATH=str(folder), WRONG_CLOCK=str(said))
    with crowd.sending():
        for hours in JUMPS:
            beside = said.with_suffix(".new")
            beside.write_text(str(hours))
            beside.replace(said)
            _accepts(crowd)
            time.sleep(seconds / len(JUMPS))
    crowd.find_all()
    crowd.site.kill()
    return f"{len(JUMPS)} jumps of up to two days"


def half_written(crowd: Crowd, folder: Path) -> str:
    """Files of the published copy cut short: the verifier names them, and the next export mends them."""
    site = crowd.site
    site.audited(folder)
    files = [folder / "log" / "checkpoint", *sorted((folder / "log" / "tile").rglob("*"))]
    cut = [path for path in files if path.is_file() and path.stat().st_size > 1]
    for path in cut:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        assert not site.verifies(folder), f"{path.name} is half, and nobody noticed"
        site.audited(folder)
    return f"{len(cut)} files cut in half, each noticed and mended"


def _accepts(crowd: Crowd) -> None:
    """Somebody is told that a comment is kept, from now on."""
    before = len(crowd.taken)
    wait_until(lambda: len(crowd.taken) > before, "no comment is taken any more", 90)


def _refuses(crowd: Crowd, seconds: float) -> int:
    """For that long; returns how many were told to come again: at least one, or the fault did not strike."""
    before = crowd.statuses[503]
    time.sleep(seconds)
    wait_until(lambda: crowd.statuses[503] > before, "the fault did not strike", 30)
    return crowd.statuses[503] - before
