"""The committee in a browser: an answer by keyboard, the board without scripts, the chair hearing what is late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.served import ROOT, Portal, Watched, free_port, wait_until_up

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
DONE = "tinh-than-trach-nhiem"
WORDS = "Quy chế đã sửa xong."
CHAIR = "tiep-thu-2@example.org"


def faults(page: Page) -> list[str]:
    page.wait_for_load_state("networkidle")
    result = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
    found = [f"axe {v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the window")
    return found


def tab_to(page: Page, selector: str) -> None:
    """Go on with the tabulator until that element has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


@contextmanager
def served_later(portal: Portal, days: int) -> Iterator[str]:
    """The same instance served once more with its clock that many days ahead; returns its address."""
    port = free_port()
    command = ["faketime", "-f", f"+{days}d", sys.executable, "-m", "portal", "serve", "--port", str(port)]
    env = {**os.environ, "PORTAL_INSTANCE": str(portal.instance), "PORTAL_ESCALATE_TO": CHAIR}
    with subprocess.Popen([*command, "--no-ticker"], cwd=ROOT, env=env, start_new_session=True) as process:
        try:
            wait_until_up(f"http://127.0.0.1:{port}/static/manifest.json")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=40)


def enter(page: Page, address: str, person: dict[str, str]) -> None:
    page.goto(f"{address}/staff/login")
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/staff/")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_note_and_an_answer_by_keyboard_alone(
    portal: Portal, sign_in: Callable[..., Watched], visit: Callable[..., Watched], width: int
) -> None:
    # given a member of the committee who goes from the overview to the concerns to one of them
    page = sign_in("committee", width).page
    tab_to(page, f"a[href='/staff/concerns/{DONE}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/concerns/{DONE}")
    assert faults(page) == []
    code = "C8" if width == 1280 else "C11"
    tab_to(page, f"a[href='/staff/concerns/{DONE}/{code}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{code}")
    # when it is accepted, with a note and words, and published
    tab_to(page, "[name=state]")
    for _ in range(8):
        if page.locator("[name=state]:checked").get_attribute("value") == "accepted":
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, "#text")
    page.keyboard.type(WORDS)
    tab_to(page, "#note")
    page.keyboard.type("Đã hỏi Phòng Tổng hợp.")
    tab_to(page, "#published")
    page.keyboard.press("Space")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".success")).to_be_visible()
    expect(page.locator("section[aria-labelledby=history]")).to_contain_text("Đã hỏi Phòng Tổng hợp.")
    assert faults(page) == []
    # then the board has the words and not the note, in a browser that runs no script and is given no cookie
    board = visit(width, java_script_enabled=False).page
    board.goto(f"{portal.url}/board/{DONE}?state=accepted")
    expect(board.locator("main")).to_contain_text(WORDS)
    expect(board.locator("main")).not_to_contain_text("Đã hỏi Phòng Tổng hợp")
    assert board.context.cookies() == []


@pytest.mark.parametrize("width", [1280, 375])
def test_the_board_is_filtered_by_keyboard_and_printed_without_what_only_screens_need(
    portal: Portal, visit: Callable[..., Watched], width: int
) -> None:
    page = visit(width).page
    page.goto(f"{portal.url}/board/{DONE}")
    assert faults(page) == []
    everything = page.locator("main ol > li").count()
    tab_to(page, "nav a[href$='state=overdue']")
    page.keyboard.press("Enter")
    page.wait_for_url("**state=overdue")
    assert faults(page) == []
    assert 0 < page.locator("main ol > li").count() < everything
    page.emulate_media(media="print")
    expect(page.locator("main nav")).to_be_hidden()
    expect(page.locator("main details").first).to_be_hidden()
    expect(page.locator("main ol > li").first).to_be_visible()


def test_every_state_stands_in_the_demonstration_one_is_late(portal: Portal, visit: Callable[..., Watched]) -> None:
    page = visit().page
    for state in ("received", "studying", "accepted", "explained", "declined", "done", "overdue"):
        page.goto(f"{portal.url}/board/{DONE}?state={state}")
        assert page.locator("main .entry__title").count() > 0, state


def test_the_calendar_is_downloaded(portal: Portal, sign_in: Callable[..., Watched]) -> None:
    page = sign_in("committee").page
    page.goto(f"{portal.url}/staff/concerns/")
    with page.expect_download() as download:
        page.locator("a[download]").click()
    events = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert len(events) > 0
    assert all(DONE in event["uid"] for event in events)


@pytest.mark.parametrize("width", [1280, 375])
def test_weeks_later_the_chair_hears_what_is_late_and_so_does_the_public(
    portal: Portal, visit: Callable[..., Watched], width: int
) -> None:
    # given the portal with its clock sixty days ahead, when every promise of the demonstration is broken
    people = {person["email"]: person for person in portal.people.values()}
    with served_later(portal, 60) as later:
        page = visit(width).page
        page.goto(f"{later}/board/{DONE}?state=overdue")
        late = page.locator("main .entry__title").count()
        assert late > 1
        text = page.locator("main").inner_text()
        assert not [person["name"] for person in people.values() if person["name"] in text]
        # then the chair's overview and navigation say all of them, its own and others'
        enter(page, later, people[CHAIR])
        expect(page.locator(".rooms .badge")).to_contain_text(str(late))
        assert faults(page) == []
        # and another member hears of what nobody follows and of its own, not of what the chair follows
        other = visit(width).page
        enter(other, later, people["tiep-thu-1@example.org"])
        assert 0 < int(other.locator(".rooms .badge").inner_text().split()[0]) < late
