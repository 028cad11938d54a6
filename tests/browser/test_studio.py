"""The report studio in a browser: from the profile to a leaf in the log, by two people, with keyboard and pointer."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal
from tests.browser.test_pages import AXE, DONE

pytestmark = pytest.mark.browser

REPORT = f"/staff/reports/{DONE}"
PAGES = ("", "?at=2.0", "/points", "/around", "/preview", "/approve", "/redraft")


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the window."""
    found = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] + (["too wide"] if wide else [])


def open_sentence(page: Page, words: str) -> None:
    """Choose a sentence by some of its words, and wait for its field."""
    page.locator("a.say", has_text=words).first.click()
    expect(page.locator("#words-text")).to_be_focused()


def decide(page: Page, reason: str) -> None:
    """Keep, accept or leave out whatever is still open."""
    while page.locator(".point").count():
        point = page.locator(".point").first
        point.locator("textarea").fill(reason)
        point.locator("form", has=page.locator("textarea")).locator("button").click()
        page.wait_for_load_state()


def enter(portal: Portal, visit: Callable, name: str) -> Page:
    page, person = visit().page, portal.people[name]
    page.goto(f"{portal.url}/staff/login")
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.press("#password", "Enter")
    page.wait_for_url(f"{portal.url}/staff/")
    return page


@pytest.mark.parametrize("width", [1280, 375])
def test_every_page_of_the_studio_is_clean_at_both_widths(portal: Portal, sign_in: Callable, width: int) -> None:
    page = sign_in("committee", width).page
    wrong = {}
    for path in PAGES:
        page.goto(portal.url + REPORT + path)
        page.wait_for_load_state("networkidle")
        if found := faults(page):
            wrong[path] = found
    assert wrong == {}


def test_the_profile_is_shown_in_words_while_it_is_typed(portal: Portal, sign_in: Callable) -> None:
    page = sign_in("committee").page
    page.goto(f"{portal.url}/staff/reports/profile")
    page.fill("#members", "60")
    expect(page.locator("[data-say=members]")).to_have_text("80%")
    expect(page.locator("[data-say=organisation]")).to_contain_text("60/75 là đảng viên (đạt tỷ lệ 80%)")
    page.fill("#members", "76")
    expect(page.locator("#profile-preview")).to_have_class(re.compile("is-stale"))
    # nothing of this was saved
    page.goto(f"{portal.url}/staff/reports/profile")
    assert page.input_value("#members") == "61"


def test_the_keyboard_walks_writes_and_leaves(portal: Portal, sign_in: Callable) -> None:
    page = sign_in("committee").page
    page.goto(portal.url + REPORT)
    first, second = page.locator("a.say").nth(0), page.locator("a.say").nth(1)
    first.focus()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("n")
    expect(page.locator("a.say--open").first).to_be_focused()
    # a sentence opens by Enter, what is typed is kept, and Escape leaves the field
    page.keyboard.press("Enter")
    field = page.locator("#words-text")
    expect(field).to_be_focused()
    before = field.input_value()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Thêm dở dang.")
    state = page.locator("#words-state")
    expect(state).to_have_text(page.locator("#words").get_attribute("data-kept") or "-")
    page.keyboard.press("Escape")
    expect(page.locator("a.say--open").first).to_be_focused()
    assert "Thêm dở dang." not in page.locator("#document").inner_text()
    # it is there again, and can be thrown away
    page.keyboard.press("Enter")
    expect(field).to_have_value(f"{before} Thêm dở dang.")
    page.locator(".writing .button--link").click()
    page.wait_for_load_state()
    page.locator("a.say--open").first.click()
    expect(field).to_have_value(before)


def test_a_code_behind_a_sentence_tells_its_row_on_focus(portal: Portal, sign_in: Callable) -> None:
    page = sign_in("committee").page
    page.goto(portal.url + REPORT)
    mark = page.locator(".mark-ref").first
    tip = mark.locator(".mark-ref__tip")
    expect(tip).to_be_hidden()
    mark.focus()
    expect(tip).to_be_visible()
    expect(tip).to_contain_text(re.compile(r"\d+–\d+|\d+ "))
    told = page.locator("a.say--told").first
    told.hover()
    code = (told.get_attribute("data-refs") or "").split()[0]
    expect(page.locator(f'[data-ref="{code}"]')).to_have_class(re.compile("is-here"))


def test_from_the_draft_to_a_leaf_by_two_people(portal: Portal, visit: Callable) -> None:
    # given a drafter who writes a sentence with a number that nobody published
    drafter = enter(portal, visit, "Ủy viên tổ tiếp thu 1")
    drafter.goto(portal.url + REPORT)
    open_sentence(drafter, "Công tác tham mưu, thẩm định một số nội dung")
    drafter.fill("#words-text", "Công tác tham mưu, thẩm định có việc chất lượng chưa cao, theo 33 phiếu.")
    drafter.keyboard.press("Control+Enter")
    drafter.wait_for_url(re.compile(r"#block-"))
    # then the draft stands beside it, word by word
    open_sentence(drafter, "theo 33 phiếu")
    assert drafter.locator(".writing__draft del").count()
    # when they look at what waits: denials side by side, and the number
    drafter.goto(f"{portal.url}{REPORT}/approve")
    assert drafter.locator("form[action$='/hand-over']").count() == 0
    drafter.goto(f"{portal.url}{REPORT}/points")
    assert drafter.locator(".point", has_text="33").count() == 1
    # one denial is noted beside its finding, the rest is decided with a reason
    drafter.locator(".point").first.locator("form:not(:has(textarea)) button").click()
    drafter.wait_for_load_state()
    decide(drafter, "Theo biên bản họp ngày 20/11/2026.")
    # and hand it over
    drafter.goto(f"{portal.url}{REPORT}/approve")
    drafter.locator("form[action$='/hand-over'] button").click()
    drafter.wait_for_load_state()
    assert drafter.locator("a[href$='/confirm']").count() == 0
    # then another member approves the very bytes
    second = enter(portal, visit, "Ủy viên tổ tiếp thu 2")
    second.goto(f"{portal.url}{REPORT}/approve")
    second.locator("a[href$='/confirm']").click()
    digest = second.locator(".fingerprint").inner_text().replace(" ", "").replace("\n", "")
    second.locator("main form button").click()
    second.wait_for_url(f"{portal.url}{REPORT}/approve")
    assert faults(second) == []
    # and the log says so, and the file carries the digest
    with sqlite3.connect(portal.instance / "portal.sqlite3") as store:
        ((data,),) = store.execute("SELECT data FROM log_leaf WHERE kind = 'report'").fetchall()
    leaf = json.loads(data)
    assert (leaf["document_sha256"], leaf["revision"], leaf["approvals"]) == (digest, 1, 2)
    with second.expect_download() as waiting:
        second.locator("a[href$='/versions/1/report.docx']").click()
    assert digest[:8] in waiting.value.suggested_filename
    second.goto(portal.url + REPORT)
    assert second.locator("a.say").count() == 0
