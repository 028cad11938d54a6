"""A conversation, walked by both sides in browsers of their own: asked, read, answered, read, ended."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from portal.ledger.log import Log
from portal.submissions.sequencing import mail_group, sequence_groups
from portal.web.runtime import unit_of_work
from tests.browser.booth import TEXT, write
from tests.browser.conftest import Watched
from tests.browser.test_pages import AXE, WIDTHS
from tests.support import PASSPHRASE, PASSWORD, Office

pytestmark = pytest.mark.browser

QUESTION = "Hồ sơ thường chờ ở khâu nào? Không nêu tên người."
ANSWER = "Ở khâu trình ký, nhất là cuối tháng."
THANKS = "Cảm ơn, vậy là đủ rõ."
SHOTS = os.environ.get("PORTAL_SHOTS")


@dataclass
class Place:
    """Both apps at one address, as `portal serve` joins them."""

    url: str
    app: Flask
    log: Log
    office: Office

    def night(self) -> None:
        """What waits is let out."""
        with self.app.app_context(), unit_of_work() as session:
            name = self.office.consultation
            sequence_groups(session, self.log, [name, mail_group(name)])


@pytest.fixture
def place(public_app: Flask, staff_app: Flask, office: Office, log: Log) -> Iterator[Place]:
    both = DispatcherMiddleware(public_app.wsgi_app, {"/staff": staff_app.wsgi_app})
    server = make_server("127.0.0.1", 0, both, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Place(f"http://127.0.0.1:{server.server_port}", staff_app, log, office)
    finally:
        server.shutdown()
        thread.join()


def sound(page: Page, name: str) -> None:
    """No fault for axe, nothing too wide; with PORTAL_SHOTS, a picture for somebody to look at."""
    if SHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(SHOTS) / f"talk-{name}-{width}.png", full_page=True)
    result = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in result["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def submit(place: Place, page: Page, *, leave_out: str = "") -> str:
    """A comment; returns the receipt's code."""
    page.goto(f"{place.url}/en/c/{place.office.consultation}")
    write(page)
    if leave_out:
        page.get_by_role("checkbox", name=re.compile(f"^{leave_out}\\b")).uncheck()
    page.click("#send-button")
    expect(page.locator("#receipt-step")).to_be_visible()
    return "".join(page.locator("#receipt-code").inner_text().split())


def read(place: Place, page: Page, code: str) -> None:
    page.goto(f"{place.url}/en/receipt")
    page.fill("#code", code)
    page.click("#read-button")
    expect(page.locator("#mail")).to_be_visible()


def unlock(place: Place, page: Page, who: str) -> None:
    page.goto(f"{place.url}/staff/login")
    page.fill("#email", f"{who}@example.org")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{place.url}/staff/")
    page.goto(f"{place.url}/staff/language/en?next=/staff/moderation/{place.office.consultation}")
    page.goto(f"{place.url}/staff/moderation/{place.office.consultation}")
    page.fill("#passphrase", PASSPHRASE)
    page.click("[data-unlock]")
    expect(page.locator("#desk")).to_be_visible()


def ask(page: Page, text: str) -> None:
    page.fill("#talk-text", text)
    page.click("#talk [data-ask]")
    expect(page.locator("#talk [data-list] li").last).to_contain_text(text)


def asked_of_the_portal(watched: Watched) -> list[str]:
    """What reading made the browser ask for, files aside."""
    return [
        f"{request.method} {request.url.partition('/c/')[2] or request.url.rpartition('/')[2]}"
        for request in watched.sent
        if "/static/" not in request.url and request.resource_type == "fetch"
    ]


def answer_with_advice(page: Page) -> None:
    """The submitter is warned of what could identify, and answers without it."""
    page.fill("#text", f"{ANSWER} Gọi 0912345678.")
    expect(page.locator("#advice")).to_be_visible()
    sound(page, "answering")
    page.fill("#text", ANSWER)
    page.click("#answer-button")
    expect(page.locator("#answer-status")).to_contain_text("The log has signed its promise")
    expect(page.locator("#answers-left")).to_contain_text("2")
    sound(page, "answered")


def read_and_end(page: Page) -> None:
    """The moderator finds the answer, thanks for it and ends the conversation."""
    page.click("#talk [data-look]")
    expect(page.locator("#talk [data-list] li")).to_have_count(2)
    expect(page.locator("#talk [data-list] li").last).to_contain_text(ANSWER)
    sound(page, "read")
    page.fill("#talk-text", THANKS)
    page.click("#talk [data-end]")
    page.click("#talk-end button[value=end]")
    expect(page.locator("#talk [data-form]")).to_be_hidden()
    expect(page.locator("#queue")).to_contain_text("Conversation ended")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_whole_conversation(place: Place, visit: Callable[..., Watched], width: int) -> None:
    # given a comment that one moderator cannot read
    author = visit(width)
    code = submit(place, author.page, leave_out="Moderator2")
    place.night()
    # when the other asks back
    moderator = visit(width)
    unlock(place, moderator.page, "moderator")
    expect(moderator.page.locator("#talk [data-form]")).to_be_visible()
    ask(moderator.page, QUESTION)
    sound(moderator.page, "asked")
    # then nobody reads it before the day has ended
    read(place, author.page, code)
    expect(author.page.locator("#mail-list li")).to_have_count(0)
    sound(author.page, "none")
    place.night()
    # and the submitter reads it elsewhere, with the code alone
    elsewhere = visit(width)
    read(place, elsewhere.page, code)
    expect(elsewhere.page.locator("#mail-list li")).to_have_text([re.compile(re.escape(QUESTION))])
    assert asked_of_the_portal(elsewhere) == [f"GET {place.office.consultation}/mail/1"]
    answer_with_advice(elsewhere.page)
    place.night()
    # then the moderator finds the answer, reads it, and ends the conversation
    read_and_end(moderator.page)
    place.night()
    # and the submitter sees all of it and can answer no more
    read(place, elsewhere.page, code)
    expect(elsewhere.page.locator("#mail-list li")).to_have_count(3)
    expect(elsewhere.page.locator("#mail-closed")).to_be_visible()
    expect(elsewhere.page.locator("#answer-form")).to_be_hidden()
    sound(elsewhere.page, "closed")
    # and nothing that was said ever left a browser in the clear, nor did the code
    sent = author.bodies() + moderator.bodies() + elsewhere.bodies()
    assert not [text for text in (TEXT, QUESTION, ANSWER, THANKS, code) if text.encode() in sent]


def test_who_was_left_out_sees_nothing_of_it(place: Place, visit: Callable[..., Watched]) -> None:
    # given a conversation that both sides have written in
    submit(place, visit().page, leave_out="Moderator2")
    place.night()
    reader = visit()
    unlock(place, reader.page, "moderator")
    ask(reader.page, QUESTION)
    place.night()
    # when the moderator who was left out opens the desk
    left_out = visit()
    unlock(place, left_out.page, "moderator2")
    # then there is no row of it
    expect(left_out.page.locator("[data-queue] [role=option]")).to_have_count(0)
    # and both were sent the same bytes
    url = f"{place.url}/staff/moderation/{place.office.consultation}/mail?after=-1&limit=20"
    answers = [side.page.request.get(url) for side in (reader, left_out)]
    assert answers[0].body() == answers[1].body()
    assert len(answers[0].json()["items"]) == 1
    # which the left-out one's worker cannot open, whatever the page asks of it
    assert QUESTION not in left_out.page.content()


def test_new_messages_are_marked_only_where_the_reader_wants_to_be_remembered(
    place: Place, visit: Callable[..., Watched]
) -> None:
    code = submit(place, visit().page)
    place.night()
    moderator, reader = visit(), visit()
    unlock(place, moderator.page, "moderator")
    ask(moderator.page, QUESTION)
    place.night()
    # given a reader who was never asked to be remembered: the browser keeps nothing
    read(place, reader.page, code)
    assert reader.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    expect(reader.page.locator("#mail-list [data-sign]")).to_be_hidden()
    # when they want it
    reader.page.click("#mail summary")
    reader.page.check("#remember")
    ask(moderator.page, "Còn xảy ra không?")
    place.night()
    read(place, reader.page, code)
    # then only what came since is new
    shown = reader.page.locator("#mail-list li")
    expect(shown.nth(0).locator("[data-sign]")).to_be_hidden()
    expect(shown.nth(1).locator("[data-sign]")).to_have_text("New")
    # and giving it up leaves nothing
    reader.page.click("#mail summary")
    reader.page.uncheck("#remember")
    assert reader.page.evaluate("localStorage.length") == 0


def test_three_answers_to_a_question_and_a_text_that_stays(place: Place, visit: Callable[..., Watched]) -> None:
    code = submit(place, visit().page)
    place.night()
    moderator, reader, second = visit(), visit(), visit()
    unlock(place, moderator.page, "moderator")
    ask(moderator.page, QUESTION)
    place.night()
    # given two devices that both read the question
    for device in (reader, second):
        read(place, device.page, code)
    for number in range(3):
        reader.page.fill("#text", f"{ANSWER} ({number})")
        reader.page.click("#answer-button")
        expect(reader.page.locator("#mail-list li")).to_have_count(number + 2)
    expect(reader.page.locator("#answer-form")).to_be_hidden()
    expect(reader.page.locator("#answer-wait")).to_be_visible()
    # when the second one answers too, which knows nothing of the others
    second.page.fill("#text", ANSWER)
    tried = iter(range(3, 0, -1))
    with second.page.expect_console_message(lambda line: "409" in line.text and next(tried) == 1):
        second.page.click("#answer-button")
    # then it is refused in words, and the text stays
    expect(second.page.locator("#text-error")).to_contain_text("as often as it allows")
    assert second.page.input_value("#text") == ANSWER
    second.complaints[:] = [line for line in second.complaints if "409" not in line]


def test_a_code_that_nobody_has_asks_the_same_and_finds_nothing(place: Place, visit: Callable[..., Watched]) -> None:
    reader = visit()
    read(place, reader.page, "0000-0000-0000-0000-00")
    expect(reader.page.locator("#mail-title")).to_have_text("No messages for this code")
    assert asked_of_the_portal(reader) == [f"GET {place.office.consultation}/mail/1"]
