"""A served demonstration and a watched page: what tests in a browser hold in their hands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Portal:
    """A served demonstration: its address, instance folder, sign-ins (by role, first of each, and by name), offers."""

    url: str
    instance: Path
    people: dict[str, dict[str, str]]
    offers: dict[str, Any] = field(default_factory=dict)

    def run(self, *command: str) -> str:
        """A `portal` command on this instance."""
        env = {**os.environ, "PORTAL_INSTANCE": str(self.instance)}
        done = subprocess.run(
            [sys.executable, "-m", "portal", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass
class Watched:
    """A page, every request it made, and every complaint of the browser (CSP, script errors, failed loads)."""

    page: Page
    sent: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def bodies(self) -> bytes:
        """All that was sent, addresses included."""
        return b"\n".join(request.url.encode() + b" " + (request.post_data_buffer or b"") for request in self.sent)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not start")


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


@contextmanager
def demonstration(folder: Path, said: Path | None = None) -> Iterator[Portal]:
    """What `make demo` starts: portal, issuers and witnesses. ``said``: a file for all that they print."""
    port = free_ports(5)
    made = Portal(f"http://127.0.0.1:{port}", folder, {})
    made.run("demo", "--build-only", "--port", str(port))
    for person in json.loads((folder / "demo-sign-ins.json").read_text("utf-8")):
        made.people.setdefault(person["roles"][0], person)
        made.people[person["name"]] = person
    made.offers = json.loads((folder / "demo-ballots.json").read_text("utf-8"))
    command, env = [sys.executable, "-m", "portal", "demo", "--port", str(port)], {"PORTAL_INSTANCE": str(folder)}
    out = said.open("wb") if said else None
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=out, stderr=out) as process:
        try:
            for place in range(3):
                wait_until_up(f"http://127.0.0.1:{port + place}/static/manifest.json")
            yield made
        finally:
            process.terminate()
