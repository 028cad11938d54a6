"""Debian's chromium against what `make demo` starts: the portal and both issuers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.served import Portal, Watched, demonstration

__all__ = ["Portal", "Watched"]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """What `make demo` starts: the portal, both issuers and both witnesses."""
    with demonstration(tmp_path_factory.mktemp("browser")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is missing: run `make debian`"
    expect.set_options(timeout=20_000)  # how fast a machine is that runs two of these is no matter of these tests
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Open a fresh profile; complaints of the browser fail the test at its end."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_page(width: int = 1280, **options: object) -> Watched:
        # Without motion, so that no colour is judged halfway to another.
        settings = {"accept_downloads": True, "reduced_motion": "reduce", **options}
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
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
