"""The moderators' desk in a browser: by keyboard alone, two readers and a decision, many at once, search, locking."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_stage import moderators, places, stage, unlock
from tests.browser.served import ROOT, Portal, Watched

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
COPIED = "Văn bản đến để trên bàn cả tuần không ai xử lý, hỏi thì bảo chờ lãnh đạo cho ý kiến rồi mới làm tiếp được."
TEXTS = [
    "Uỷ ban nhắc ba lần mà việc khó vẫn không ai nhận chủ trì.",
    "Hồ sơ chuyển qua lại giữa các phòng mà không chốt.",
    COPIED,
    COPIED.replace("cả tuần", "nhiều ngày"),
    "Kiểm điểm còn nể nang.",
    "Ký duyệt mà chưa đọc kỹ.",
]
LEFT_OUT = 4  # the text from which the third moderator was left out


def settle(page: Page) -> None:
    """Wait until nothing is loading and the frame has been drawn."""
    page.wait_for_load_state("networkidle")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def faults(page: Page) -> list[str]:
    result = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
    found = [f"axe {v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page is wider than the window")
    return found


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def nobody_works(page: Page) -> None:
    """The worker with seed and keys has ended; the browser tells a moment later."""
    for _ in range(100):
        if not page.workers:
            return
        page.wait_for_timeout(50)
    raise AssertionError("a worker goes on")


def open_row(page: Page, index: int) -> None:
    page.locator(f"#row-{index} .queue__text").click()
    expect(page.locator("#comment-title")).to_contain_text(str(index))


def status_is(page: Page, word: str) -> None:
    expect(page.locator("#status")).to_contain_text(page.locator("#words").get_attribute(f"data-{word}") or "-")


def code(page: Page, index: int, *categories: str) -> None:
    """Give that comment those categories and save."""
    open_row(page, index)
    for category in categories:
        page.check(f"input[name=categories][value={category}]")
    page.click("[data-save]")
    expect(page.locator("#status")).to_have_text(re.compile(r"\d"))


@pytest.fixture
def desk(portal: Portal, sign_in: Callable[..., Watched]) -> Callable[..., Watched]:
    """Sign in as one of the three moderators and unlock the desk of a consultation."""

    def enter(place: int, cid: str, width: int = 1280, **more: Callable[[Page], None]) -> Watched:
        person = moderators(portal)[place]
        watched = sign_in(person["name"], width)
        unlock(watched.page, portal, cid, person["passphrase"], **more)
        return watched

    return enter


def test_by_keyboard_alone(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given an unlocked desk with nothing but a keyboard
    stage(portal, "ban-phim", TEXTS, readers=1)
    page = desk(0, "ban-phim").page
    assert faults(page) == []
    # when one searches without accents, moves into the list and opens what was found
    press(page, "/")
    page.keyboard.type("uy ban nhac")
    expect(page.locator("[data-queue] [role=option]")).to_have_count(1)
    expect(page.locator("[data-queue] mark")).to_have_text(["Uỷ", "ban", "nhắc"])
    press(page, "Escape g Enter")
    expect(page.locator("[data-text] mark")).to_have_text(["Uỷ", "ban", "nhắc"])
    # then a suggestion is said to be one and ticks nothing by itself; its key does
    expect(page.locator("#suggestions button").first).to_have_attribute("value", "C1")
    expect(page.locator("input[name=categories]:checked")).to_have_count(0)
    press(page, "1 v ArrowDown p")
    page.keyboard.type("Có lúc việc khó chưa rõ người chủ trì.")
    press(page, "Escape s")
    expect(page.locator("#status")).to_have_text(re.compile(r"1"))
    expect(page.locator("[data-queue] [aria-current] .tag--open")).to_be_visible()
    # and the help shows each key, and switches one off
    press(page, "?")
    expect(page.locator("#help")).to_be_visible()
    assert faults(page) == []
    page.locator("#key-search").focus()
    press(page, "Space Escape /")
    expect(page.locator("#search")).not_to_be_focused()
    # and every fault that axe knows is absent from what was opened on the way
    press(page, "f")
    expect(page.locator("#filter-category")).to_be_focused()
    assert faults(page) == []


def test_two_readers_a_disagreement_and_a_decision(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given two readers for each comment, and a submitter who left the third moderator out of one
    stage(portal, "hai-nguoi", TEXTS, readers=2, left_out={LEFT_OUT: moderators(portal)[2]["name"]})
    first, second, third = (desk(place, "hai-nguoi") for place in range(3))
    place = places(portal, "hai-nguoi")[0]
    if third.page.locator(f"#row-{place}").count() == 0:  # the one from which the third was left out
        place += 1
    # then whoever was left out has one row less, and no total tells of it
    expect(first.page.locator("[data-queue] [aria-setsize='6']").first).to_be_visible()
    expect(third.page.locator("[data-queue] [aria-setsize='5']").first).to_be_visible()
    assert "6" not in third.page.locator("#queue").inner_text().replace(str(place), "").split("\n")[0]
    # when the first has coded, the second sees no coding
    code(first.page, place, "C1", "C6")
    press(second.page, "n")
    status_is(second.page, "updated")
    open_row(second.page, place)
    expect(second.page.locator("#compare")).to_be_hidden()
    expect(second.page.locator("[data-note-independent]")).to_be_visible()
    assert "C6" not in second.page.locator("[data-queue]").inner_text()
    # until the second's own is saved: then both stand beside each other and the differences are marked
    code(second.page, place, "C1", "C2")
    open_row(second.page, place)
    expect(second.page.locator("#compare mark").first).to_contain_text("C2")
    assert faults(second.page) == []
    # and the third, who coded neither, finds it to be decided, begins with one side, and must say why
    press(third.page, "n")
    status_is(third.page, "updated")
    third.page.select_option("#filter-state", "decide")
    open_row(third.page, place)
    assert faults(third.page) == []
    press(third.page, "[")
    expect(third.page.locator("input[name=categories][value=C6]")).to_be_checked()
    press(third.page, "s")
    expect(third.page.locator("[data-form-error]")).to_be_visible()
    third.page.fill("#reason", "Việc chậm là điều cả hai mô tả.")
    third.page.click("[data-save]")
    expect(third.page.locator("#status")).to_have_text(re.compile(r"1"))
    # then both readers see that it is decided, and cannot write over it
    press(first.page, "n")
    status_is(first.page, "updated")
    open_row(first.page, place)
    expect(first.page.locator("[data-verdict-decided]")).to_be_visible()
    expect(first.page.locator("[data-reason-given]")).to_contain_text("Việc chậm là điều cả hai mô tả.")
    expect(first.page.locator("[data-closed]")).to_be_visible()
    # and not a word of codings or texts stood in what a moderator was served or sent, but the codings sent themselves
    assert b"L\xc3\xbd do" not in second.bodies() and TEXTS[0].encode() not in first.bodies()


def test_many_at_once_undo_and_history(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given two near-duplicates, seen as such, of which one is coded
    stage(portal, "nhieu-cung-luc", TEXTS, readers=1)
    page = desk(0, "nhieu-cung-luc").page
    page.fill("#search", '"chờ lãnh đạo"')
    expect(page.locator("[data-queue] [role=option]")).to_have_count(2)
    page.locator("[data-queue] [role=option]").first.click()
    page.locator("#desk [data-similar]").click()
    page.fill("#search", "")
    expect(page.locator("[data-queue] [role=option]")).to_have_count(2)
    page.check("input[name=categories][value=C4]")
    page.click("[data-save]")
    expect(page.locator("#status")).to_have_text(re.compile(r"1"))
    # when both are picked and get a category, with a preview of what changes
    page.locator("[data-queue]").focus()
    press(page, "Control+a b")
    page.locator("#bulk summary").first.click()
    page.check("#bulk-add-C6")
    expect(page.locator("[data-preview-list] li")).to_have_count(2)
    assert faults(page) == []
    page.click("[data-apply]")
    # then both have it, and undo puts back what was there as a new revision
    expect(page.locator("[data-undo]")).to_be_visible()
    page.locator("[data-queue] [role=option]").first.click()
    expect(page.locator("input[name=categories][value=C6]")).to_be_checked()
    press(page, "z")
    expect(page.locator("[data-undo]")).to_be_hidden()
    expect(page.locator("#bulk")).to_be_hidden()
    for row in page.locator("[data-queue] [role=option]").all():
        row.click()
        expect(page.locator("input[name=categories][value=C6]")).not_to_be_checked()
        page.locator("#history summary").click() if not page.locator("#history[open]").count() else None
        expect(page.locator("[data-revisions] > li").first).to_contain_text("C6")


def test_locking_wipes_and_gives_unsaved_work_back(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given a comment that is half coded, and everything of it on the page
    stage(portal, "khoa-lai", TEXTS, readers=1)
    watched = desk(0, "khoa-lai")
    page = watched.page
    page.fill("#search", "nể nang")
    expect(page.locator("[data-queue] [role=option]")).to_have_count(1)
    page.locator("[data-queue] [role=option]").click()
    page.check("input[name=categories][value=C11]")
    page.fill("#paraphrase", "Việc kiểm điểm có lúc chưa thẳng thắn.")
    page.wait_for_timeout(1500)  # a pause in typing is what seals the draft
    assert page.evaluate("() => !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    # when the desk locks
    press(page, "Escape l")
    expect(page.locator("#desk")).to_be_hidden()
    # then no word of comments or codings is left in the page, in any storage, or within a worker's reach
    html = page.content()
    assert not [text for text in [*TEXTS, "thẳng thắn", "nể nang"] if text in html]
    assert page.locator("#search").input_value() == page.locator("#paraphrase").input_value() == ""
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    nobody_works(page)
    # and the draft comes back with the passphrase, from the sealed copy in the tab's memory
    page.fill("#passphrase", moderators(portal)[0]["passphrase"])
    page.click("[data-unlock]")
    expect(page.locator("#desk [data-draft]")).to_be_visible()
    expect(page.locator("#paraphrase")).to_have_value("Việc kiểm điểm có lúc chưa thẳng thắn.")
    expect(page.locator("input[name=categories][value=C11]")).to_be_checked()
    assert b"th\xe1\xba\xb3ng" not in watched.bodies()


def test_on_a_telephone(portal: Portal, desk: Callable[..., Watched], tmp_path: Path) -> None:
    # given the desk at 375 px
    stage(portal, "dien-thoai", TEXTS, readers=2)
    page = desk(1, "dien-thoai", 375).page
    # when a comment is opened, picked, and the dialogs are opened
    page.locator("[data-queue] [role=option]").nth(1).locator(".queue__text").click()
    page.locator("[data-queue] [role=option]").nth(1).locator("[data-pick]").click()
    expect(page.locator("[data-bulk]")).to_be_visible()
    assert faults(page) == []
    page.click("[data-change]")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.click("[data-help]")
    # then nothing is wider than the window and axe finds no fault
    assert faults(page) == []


def test_a_thousand_comments(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given a thousand comments, and a moderator who cancels while they open and then lets them
    stage(portal, "nghin", [f"Ý kiến thử số {place}: {TEXTS[place % len(TEXTS)]}" for place in range(1000)], readers=2)
    page = desk(0, "nghin", before=cancel_once).page
    # then all are in the list, of which the page holds what is in view
    expect(page.locator("[data-queue] [aria-setsize='1000']").first).to_be_visible()
    assert page.locator("[data-queue] [role=option]").count() < 60
    # and progress was told on the way, from the worker, page by page
    told = page.evaluate("window.told")
    assert len(told) > 10 and told == sorted(told) and told[-1] == 1000
    assert len(page.workers) == 1
    # when one goes to the end of the list and searches
    page.locator("[data-queue]").focus()
    press(page, "End")
    expect(page.locator("[data-queue] [aria-posinset='1000'].is-active")).to_be_visible()
    assert page.locator("[data-queue] [role=option]").count() < 60
    page.fill("#search", '"thu so 77"')
    # then one is found, and the rest is a key away
    expect(page.locator("[data-queue] [role=option]")).to_have_count(1)
    press(page, "Enter Escape l")
    expect(page.locator("#desk")).to_be_hidden()
    nobody_works(page)


def cancel_once(page: Page) -> None:
    """Press cancel while comments open, and watch how far the bar gets from then on."""
    page.click("[data-unlock]")
    expect(page.locator("[data-opening-text]")).to_contain_text("%")
    page.click("[data-cancel]")
    expect(page.locator("#passphrase")).to_be_visible()
    nobody_works(page)
    page.evaluate(
        """() => {
          window.told = [];
          const bar = document.querySelector("#unlock progress");
          new MutationObserver(() => bar.value && told.push(bar.value)).observe(bar, { attributes: true });
        }"""
    )
