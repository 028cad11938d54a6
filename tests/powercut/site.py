"""A real office in a folder: its environment, its `portal serve` and tickers, and what an auditor says of it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType

from portal.cli.context import database, open_log, work
from portal.cli.database import upgrade_schema
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import ROOT, SECRET_BYTES, Settings, load_settings
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.ledger import log as ledger
from portal.ledger.log import Log
from tests.submissions.judge import judge
from tests.support import Office, build_office

LIKE_A_MONTH = timedelta(days=30)
DAYS_OPEN_BEFORE = 5


@dataclass
class Site:
    """An open office. ``port``: of its server; ``seen``: checkpoints that a reader was given, never to be unsaid."""

    env: dict[str, str]
    settings: Settings
    log: Log
    office: Office
    port: int
    log_file: Path
    seen: list[str] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def serve(self, workers: int = 3, **extra: str) -> None:
        """Start the server and a quick ticker, and wait until both answer for themselves."""
        self._start("serve", "--port", str(self.port), "--workers", str(workers), **extra)
        self.start_ticker(**extra)
        wait_until(self.answers, "the server did not start")

    def start_ticker(self, **extra: str) -> None:
        """A ticker beside the server's own, which sleeps long."""
        self._start("tick", "--every", "1", **extra)

    def _start(self, *arguments: str, **extra: str) -> None:
        environ = {**os.environ, **self.env, **extra}
        with self.log_file.open("ab") as output:
            command = [sys.executable, "-m", "portal", *arguments]
            made = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
        self.processes.append(made)

    def answers(self) -> bool:
        """Whether the server takes requests."""
        with suppress(OSError, HTTPException):
            return self.ask("GET", "/log/checkpoint")[0] in {200, 503}
        return False

    @property
    def address(self) -> str:
        """Where its server is asked."""
        return "127.0.0.1"

    def ask(
        self, method: str, path: str, body: bytes = b"", head: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, bytes]:
        """Status and body of one request on a connection of its own; ``head``: more of what it says of itself."""
        connection = HTTPConnection(self.address, self.port, timeout=60)
        told = {"Content-Type": "application/json", "Origin": self.env["PORTAL_PUBLIC_ORIGINS"], **head}
        try:
            connection.request(method, path, body or None, told)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def see(self) -> None:
        """Read the newest checkpoint as a visitor does, and hold the office to it ever after."""
        with suppress(OSError, HTTPException):
            status, note = self.ask("GET", "/log/checkpoint")
            if status == 200:
                self.seen.append(note.decode())

    def kill(self) -> None:
        """Everything at once, by kill -9; children whose parent is gone end by themselves and are killed as well."""
        for process in self.processes:
            for pid in [*descendants(process.pid), process.pid]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def judged(self, taken: Iterable[bytes], *, at_the_end: bool = False) -> list[bytes]:
        """Everything that must hold, read from the tables; ``at_the_end`` a month has passed and nothing waits."""
        acknowledged = list(taken)
        if at_the_end:
            run_once(self.settings, self.log, FixedClock(datetime.now(UTC) + LIKE_A_MONTH))
        with database(self.settings):
            try:
                # One moment of the database, whoever writes meanwhile; SQLite's readers have that anyway.
                if db.engine.dialect.name == "postgresql":
                    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                leaves = judge(db.session(), self.log, acknowledged=acknowledged, seen=self.seen)
                self.seen.append(ledger.newest_checkpoint(db.session()))
            finally:
                db.session.rollback()
                db.engine.dispose()
        if at_the_end:
            assert set(acknowledged) <= set(leaves), "acknowledged, and not in the log by the promised day"
        return leaves

    def audited(self, folder: Path) -> None:
        """`portal audit export`, then `portal audit verify`, which asks no database, finds everything in order."""
        done = self._audit("export", str(folder))
        assert done.returncode == 0, done.stdout.decode()[-1500:]
        done = self._audit("verify", str(folder), "--key", self.log.vkey)
        assert done.returncode == 0, done.stdout.decode()[-1500:]

    def verifies(self, folder: Path) -> bool:
        """What `portal audit verify` says of a copy as it lies there."""
        return self._audit("verify", str(folder), "--key", self.log.vkey).returncode == 0

    def _audit(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "portal", "audit", *arguments]
        environ = {**os.environ, **self.env}
        return subprocess.run(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )


def build(folder: Path, port: int, database_url: str = "") -> Site:
    """An instance in ``folder`` whose consultation began some days ago; what it prints lies outside the disk."""
    values = {name: secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    given = {
        "env": "demo", "app": "public", "instance": str(folder), "open_rate": "0", "totp": "optional",
        "log_origin": "log.example.org/gop-y", "public_origins": f"http://127.0.0.1:{port}",
        "staff_origins": "http://127.0.0.1", "mix_when": "minimum", "database_url": database_url,
    }  # fmt: skip
    env = {f"PORTAL_{name.upper()}": value for name, value in {**values, **given}.items() if value}
    settings = load_settings({**env, "PORTAL_APP": "all"})
    upgrade_schema(settings)
    log = open_log(settings)
    clock = FixedClock(datetime.now(UTC) - timedelta(days=DAYS_OPEN_BEFORE))
    with work(settings) as session:
        office = build_office(session, log, clock)
    return Site(env, settings, log, office, port, folder.parent.parent / "site.log")


def descendants(pid: int) -> list[int]:
    """Children and theirs, from the kernel's lists."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def wait_until(holds: object, otherwise: str, seconds: float = 60) -> None:
    """Until the call returns true; many seconds later it is said what did not come about."""
    assert callable(holds)
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)


def lookup_body(locator: bytes) -> bytes:
    """What the receipt page posts."""
    return json.dumps({"locator": b64url_encode(locator)}).encode()
