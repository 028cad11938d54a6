"""Debian's chromium against a real `portal serve` of a demonstration instance."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]


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
    for _ in range(150):
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


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """What `make demo` starts: the portal and both issuers."""
    folder, port = tmp_path_factory.mktemp("browser"), free_ports(3)
    made = Portal(f"http://127.0.0.1:{port}", folder, {})
    made.run("demo", "--build-only", "--port", str(port))
    for person in json.loads((folder / "demo-sign-ins.json").read_text("utf-8")):
        made.people.setdefault(person["roles"][0], person)
        made.people[person["name"]] = person
    made.offers = json.loads((folder / "demo-ballots.json").read_text("utf-8"))
    command = [sys.executable, "-m", "portal", "demo", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PORTAL_INSTANCE": str(folder)}) as process:
        try:
            for place in range(3):
                wait_until_up(f"http://127.0.0.1:{port + place}/static/manifest.json")
            yield made
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is missing: run `make debian`"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open a fresh profile; complaints of the browser fail the test at its end."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_page(width: int = 1280, **options: object) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True, **options)
        watched = Watched(context.new_page())
        watched.page.set_default_timeout(20_000)
        watched.page.on("request", lambda request: watched.sent.append(request))  # noqa: PLW0108 (Playwright marks it)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on(
            "console", lambda line: watched.complaints.append(line.text) if line.type in {"error", "warning"} else None
        )
        opened.append((context, watched))
        return watched

    yield open_page
    for context, watched in opened:
        context.close()
        assert watched.complaints == []


@pytest.fixture
def sign_in(portal: Portal, visit: Callable[..., Watched]) -> Callable[..., Watched]:
    """A fresh profile, signed in to the staff app as the first account of that role."""

    def enter(role: str, width: int = 1280, **options: object) -> Watched:
        watched, person = visit(width, **options), portal.people[role]
        watched.page.goto(f"{portal.url}/staff/login")
        watched.page.fill("#email", person["email"])
        watched.page.fill("#password", person["password"])
        watched.page.press("#password", "Enter")
        watched.page.wait_for_url(f"{portal.url}/staff/")
        return watched

    return enter
