"""The course: every fault in turn on one engine, judged after each, and everything once more at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.powercut import strikes
from tests.powercut.clients import Crowd
from tests.powercut.cluster import Durable
from tests.powercut.disk import Disk
from tests.powercut.site import build


@dataclass(frozen=True)
class Size:
    """How long a course is. ``seconds``: for which a disk is full; ``gone``: and the database's host away, 0 never."""

    cuts: int = 20
    fails: int = 5
    fulls: int = 5
    seconds: float = 4
    gone: float = 10


@dataclass(frozen=True)
class Outcome:
    """Of a whole course. ``again``: comments that were kept before they were sent again; ``cut``: without an answer;
    ``between`` and how many of these were found at the end: see :class:`Crowd`."""

    taken: int
    again: int
    cut: int
    later: int
    between: int
    found: int


@contextmanager
def place(engine: str) -> Iterator[tuple[Path, Disk, Durable | None]]:
    """Folder, disk and database server. Not pytest's folder: PostgreSQL's user must get in."""
    base = Path(tempfile.mkdtemp(prefix="portal-powercut-"))
    base.chmod(0o777)
    disk = Disk(base, 256 if engine == "postgresql" else 96)
    server = Durable(disk.path / "cluster") if engine == "postgresql" else None
    try:
        if server is not None:
            server.start()
        yield base, disk, server
    finally:
        if server is not None:
            server.end()
        disk.remove()
        shutil.rmtree(base, ignore_errors=True)


def run(engine: str, port: int, size: Size, say: Callable[[str], None]) -> Outcome:
    """Everything; raises AssertionError at the first promise that is broken."""
    with place(engine) as (base, disk, server):
        folder = disk.path / "office"
        folder.mkdir()
        site = build(folder, port, server.fresh() if server else "")
        crowd = Crowd(site)
        try:
            for name, strike in _strikes(crowd, base, disk, server, size):
                said = strike()
                leaves = site.judged(list(crowd.taken))
                assert crowd.wrong == [], crowd.wrong[:5]
                say(f"{engine:10} {name:10} {said}; {len(crowd.taken)} acknowledged, {len(leaves)} leaves, all found")
            leaves = site.judged(list(crowd.taken), at_the_end=True)
            site.audited(base / "copy-at-the-end")
        except BaseException:
            lines = site.log_file.read_text(errors="replace").splitlines()
            say("\n".join([one for one in lines if "store away" not in one][-30:]))
            raise
        finally:
            site.kill()
        found = len(set(crowd.between) & set(leaves))
        kept, later = len(crowd.taken), crowd.statuses[503]
        return Outcome(kept, crowd.statuses[200], crowd.cut, later, len(crowd.between), found)


def _strikes(
    crowd: Crowd, base: Path, disk: Disk, server: Durable | None, size: Size
) -> Iterator[tuple[str, Callable[[], str]]]:
    for _ in range(size.fulls):
        yield "disk full", lambda: strikes.disk_full(crowd, disk, server, size.seconds)
    for _ in range(size.fails):
        yield "read-only", lambda: strikes.disk_fails(crowd, disk, server, size.seconds / 4)
    for _ in range(size.cuts):
        yield "power cut", lambda: strikes.power_cut(crowd, disk, server, size.seconds / 4)
    if server is not None and size.gone:
        away = server
        yield "database", lambda: strikes.database_gone(crowd, away, size.gone)
    yield "clock", lambda: strikes.clock_jumps(crowd, base, size.seconds)
    yield "half files", lambda: strikes.half_written(crowd, base / "copy")
