"""Databases to measure on: SQLite's file, and Debian's PostgreSQL on loopback, both of which mean their commits."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.postgres import Server  # noqa: E402

ENGINES = ("sqlite", "postgresql")


class Durable(Server):
    """The tests' server with its own defaults: a commit waits for the disk."""

    tuning = "-c fsync=on -c synchronous_commit=on -c max_connections=400"


@contextmanager
def databases(engine: str, count: int = 2) -> Iterator[list[str]]:
    """Addresses of so many empty databases of that engine; "" names SQLite's file."""
    if engine == "sqlite":
        yield [""] * count
        return
    # Not the benchmark's own folder: the server is somebody else and must be able to reach its cluster.
    base = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    base.chmod(0o755)
    server = Durable(base / "cluster")
    try:
        server.start()
        try:
            yield [server.fresh() for _ in range(count)]
        finally:
            server.stop()
    finally:
        shutil.rmtree(base)
