"""The README's screenshots, from a fresh demonstration office: ``make screenshots``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.served import Portal, demonstration  # noqa: E402

OUT = ROOT / "docs" / "screens"
SIZE = {"width": 1200, "height": 800}
COMMENT = "Việc liên quan nhiều phòng thường chậm vì chưa rõ ai chủ trì."


def sign_in(page: Page, url: str, person: dict[str, str]) -> None:
    """Through the sign-in page."""
    page.goto(f"{url}/staff/login")
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.press("#password", "Enter")
    page.wait_for_url(f"{url}/staff/")


def submit(page: Page, url: str, _people: dict[str, dict[str, str]]) -> None:
    """A comment being written."""
    page.goto(f"{url}/c/le-loi-phoi-hop")
    page.locator("#comment").wait_for()
    page.check("input[name=topic][value=difficulty]")
    page.fill("#text", COMMENT)
    page.locator("#write").scroll_into_view_if_needed()


def collect(page: Page, url: str, _people: dict[str, dict[str, str]]) -> None:
    """Ballots about to be collected."""
    page.goto(f"{url}/c/chuan-bi-nam-moi/collect")
    page.locator("#claim").wait_for()
    page.fill("#staff", "VP075")
    page.locator("#who").scroll_into_view_if_needed()


def moderation(page: Page, url: str, people: dict[str, dict[str, str]]) -> None:
    """The unlocked workbench."""
    sign_in(page, url, people["moderator"])
    page.goto(f"{url}/staff/moderation/tinh-than-trach-nhiem")
    page.fill("#passphrase", people["moderator"]["passphrase"])
    page.click("[data-unlock]")
    page.locator("#desk").wait_for()
    page.locator("[data-queue] [role=option]").nth(2).click()


def report(page: Page, url: str, people: dict[str, dict[str, str]]) -> None:
    """The report being written."""
    sign_in(page, url, people["committee"])
    page.goto(f"{url}/staff/reports/tinh-than-trach-nhiem")


SCENES: dict[str, Callable[[Page, str, dict[str, dict[str, str]]], object]] = {
    "home": lambda page, url, _people: page.goto(url),
    "collect": collect,
    "submit": submit,
    "moderation": moderation,
    "results": lambda page, url, _people: page.goto(f"{url}/results/tinh-than-trach-nhiem"),
    "report": report,
}


def shoot(browser: Browser, portal: Portal) -> None:
    """One picture a scene, each in a fresh profile."""
    for name, scene in SCENES.items():
        context = browser.new_context(viewport=SIZE, locale="vi-VN")
        page = context.new_page()
        scene(page, portal.url, portal.people)
        page.wait_for_timeout(600)
        page.screenshot(path=OUT / f"{name}.png")
        context.close()


def main() -> None:
    """Build, serve, photograph, stop."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as portal, sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        shoot(started.chromium.launch(executable_path=shutil.which("chromium"), args=flags), portal)


if __name__ == "__main__":
    main()
