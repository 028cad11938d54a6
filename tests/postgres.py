"""Debian's PostgreSQL, started on loopback for tests of what only several writers at once can show."""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from functools import cache
from pathlib import Path

import pytest


class Server:
    """A PostgreSQL cluster in a folder of its own. It refuses to run as root, so root hands it to `postgres`."""

    tuning = "-c fsync=off -c max_connections=400"

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert found, "Debian's PostgreSQL server is missing: apt-get install postgresql"
        self.programs, self.folder = found[-1], folder
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def start(self) -> None:
        self.folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "portal", "-A", "trust", "-E", "UTF8", "--no-locale")
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} {self.tuning}"
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def fresh(self) -> str:
        """The address of an empty database."""
        name = f"t{secrets.token_hex(6)}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "portal", name)
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        more = {} if self.user is None else {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        # Output goes to a file: the server that pg_ctl leaves behind would hold a pipe open.
        with (self.folder.parent / "server-output").open("a+b") as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                check=False,
                **more,  # type: ignore[arg-type]
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode(errors="replace")


@cache
def running() -> Server:
    """One server for the whole process; it ends with it."""
    # Not pytest's folder: only root may look into it, and the server is somebody else.
    base = Path(f"/tmp/portal-postgresql-{secrets.token_hex(6)}")
    base.mkdir(mode=0o755)
    made = Server(base / "cluster")
    atexit.register(shutil.rmtree, base)
    made.start()
    atexit.register(made.stop)
    return made


def engine() -> str:
    """The engine that this run of the tests is of: `sqlite`, or `postgresql` (make test-postgresql)."""
    return os.environ.get("PORTAL_TEST_ENGINE", "sqlite")


sqlite_only = pytest.mark.skipif(engine() != "sqlite", reason="it reads what only SQLite tells of itself")


def fresh_database() -> dict[str, str]:
    """What a test's environment names the database by: an empty one on the server, or nothing for SQLite's file."""
    return {"PORTAL_DATABASE_URL": running().fresh()} if engine() == "postgresql" else {}


@pytest.fixture(scope="session")
def postgres() -> Server:
    """Each test takes a fresh database of it."""
    return running()
