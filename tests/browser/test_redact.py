"""Keeping words back, in a browser: by keyboard, for every reader alike, out of every view; and what of a comment meets
somebody whom its submitter left out: nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.desk_stage import moderators, places, stage, unlock
from tests.browser.served import Portal, Watched
from tests.browser.test_desk import faults, open_row, press, status_is

pytestmark = pytest.mark.browser

MARKER = "cửu vạn"
TEXT = "Việc khó thường để lại, đồng chí cửu vạn ở phòng ba người không ai nhận chủ trì mà cứ chuyển đi chuyển lại."
TEXTS = [
    TEXT,
    TEXT.replace("thường", "luôn"),
    "Ký duyệt mà chưa đọc kỹ.",
]


@pytest.fixture
def desk(portal: Portal, sign_in: Callable[..., Watched]) -> Callable[..., Watched]:
    """Sign in as one of the three moderators and unlock the desk of a consultation."""

    def enter(place: int, cid: str, width: int = 1280) -> Watched:
        person = moderators(portal)[place]
        watched = sign_in(person["name"], width)
        unlock(watched.page, portal, cid, person["passphrase"])
        return watched

    return enter


def choose(page: Page, words: str) -> None:
    """Select those words of the open comment with the mouse."""
    page.evaluate(
        """(words) => {
          const nodes = [...document.querySelector(".comment [data-text]").childNodes];
          const node = nodes.find((one) => one.data?.includes(words));
          const range = document.createRange();
          range.setStart(node, node.data.indexOf(words));
          range.setEnd(node, node.data.indexOf(words) + words.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        words,
    )
    expect(page.locator("#redact [data-chosen]")).to_contain_text(words)


def everything(page: Page) -> str:
    """All that the page holds, shown or not, fields and attributes too."""
    values = "[...document.querySelectorAll('textarea, input')].map((one) => one.value).join('\\n')"
    return page.evaluate(f"document.documentElement.outerHTML + '\\n' + {values}")


def with_rights(portal: Portal) -> list[int]:
    """Places of the moderators: the one who may remove first."""
    names = [one["name"] for one in moderators(portal)]
    people = json.loads((portal.instance / "demo-sign-ins.json").read_text("utf-8"))
    first = next(one["name"] for one in people if "moderator" in one["roles"])
    return sorted(range(3), key=lambda place: names[place] != first)


def choose_by_keyboard(page: Page) -> None:
    """The marker's words, with no mouse."""
    press(page, "m")
    expect(page.locator("#redact-text")).to_be_focused()
    page.locator("#redact-text").evaluate("(area) => area.setSelectionRange(0, 0)")
    press(page, " ".join(["ArrowRight"] * 8))
    expect(page.locator("#redact [data-chosen]")).to_contain_text("cửu")
    press(page, "Shift+ArrowRight")
    expect(page.locator("#redact [data-chosen]")).to_contain_text(MARKER)
    assert faults(page) == []


def is_masked_everywhere(first: Watched, place: int) -> None:
    """Neither page, list nor search has the words, and what was sent does not tell them."""
    page = first.page
    expect(page.locator(".comment .bar--mask")).to_have_count(1)
    expect(page.locator(f"#row-{place}")).to_contain_text("███")
    assert everything(page).count(MARKER) == everything(page).count("luôn để lại, đồng chí " + MARKER) <= 2
    press(page, "Escape /")
    page.keyboard.type('"cuu van"')
    expect(page.locator("[data-queue] [role=option]")).to_have_count(1)
    page.fill("#search", "")
    sent = [request.post_data or "" for request in first.sent if request.url.endswith("/masks")]
    assert len(sent) == 1 and set(json.loads(sent[0])) == {"index", "revision", "sealed"}


def lift(page: Page, place: int) -> None:
    """Another reader sees the bar after an update, and lifts it: they may mask, but not remove."""
    update(page)
    open_row(page, place)
    expect(page.locator(".comment .bar--mask")).to_have_count(1)
    expect(page.locator("button[data-do-remove]")).to_have_count(0)
    page.locator("#redact summary").first.click()
    page.locator("#redact [data-lift]").click()
    expect(page.locator(".comment .bar")).to_have_count(0)
    expect(page.locator(".comment [data-text]")).to_contain_text(MARKER)


def update(page: Page, *before: str) -> None:
    """Ask for what others did, after those keys."""
    press(page, " ".join([*before, "n"]))
    status_is(page, "updated")


def remove(page: Page) -> None:
    """Take the words out for good, after being asked."""
    expect(page.locator(".comment [data-text]")).to_contain_text(MARKER)
    choose(page, MARKER)
    page.click("[data-do-remove]")
    expect(page.locator("#redact-remove")).to_be_visible()
    assert faults(page) == []
    page.click("#redact-remove [value=remove]")
    expect(page.locator(".comment .bar--removal")).to_have_count(1)


def test_masked_and_removed_words_are_in_no_view(portal: Portal, desk: Callable[..., Watched]) -> None:
    # given a comment that two read
    stage(portal, "che-chu", TEXTS, readers=2)
    one, other, newest = with_rights(portal)
    first, second = desk(one, "che-chu"), desk(other, "che-chu")
    page, seen = first.page, second.page
    place = next(n for n in places(portal, "che-chu") if TEXT[:20] in page.locator(f"#row-{n}").inner_text())
    open_row(page, place)
    # when words are masked, they are in no view, until somebody lifts the mask
    choose_by_keyboard(page)
    page.click("[data-do-mask]")
    is_masked_everywhere(first, place)
    lift(seen, place)
    # when they are removed
    update(page, "Escape")
    open_row(page, place)
    remove(page)
    # then nobody can lift it, on this desk, the other, or after unlocking anew
    update(seen)
    for reader in (page, seen):
        open_row(reader, place)
        expect(reader.locator(".comment .bar--removal")).to_have_count(1)
        expect(reader.locator("#redact [data-lift]")).to_have_count(0)
        assert MARKER not in reader.locator("#redact-text").input_value()
    third = desk(newest, "che-chu", 375).page
    open_row(third, place)
    expect(third.locator(".comment .bar--removal")).to_have_count(1)
    assert MARKER not in third.locator(f"#row-{place}").inner_text()
    assert faults(third) == []


def test_a_paraphrase_is_advised_on_and_asked_about_once(portal: Portal, desk: Callable[..., Watched]) -> None:
    stage(portal, "dien-dat", TEXTS, readers=1)
    one = with_rights(portal)[0]
    page = desk(one, "dien-dat").page
    place = next(n for n in places(portal, "dien-dat") if TEXT[:20] in page.locator(f"#row-{n}").inner_text())
    open_row(page, place)
    # given a paraphrase with copied words, spelt otherwise, and a detail
    page.check("input[name=categories][value=C1]")
    page.fill("#paraphrase", "Có ý kiến: KHONG AI nhan chu trì, mà cứ chuyển đi chuyen lai. Phòng có 3 người.")
    expect(page.locator("[data-advice] .advice")).to_have_count(2)
    expect(page.locator(".comment mark.copied")).to_have_text("không ai nhận chủ trì mà cứ chuyển đi chuyển lại")
    expect(page.locator("[data-marked] mark")).to_have_count(2)
    assert faults(page) == []
    # when it is saved, it is asked about; going back keeps what is typed
    page.click("[data-save]")
    expect(page.locator("#advised")).to_be_visible()
    assert faults(page) == []
    page.click("#advised [value='']")
    expect(page.locator("#paraphrase")).to_be_focused()
    expect(page.locator(".queue [aria-current] .tag--open")).to_have_count(0)
    # then it is saved all the same, and that wording is not asked about again
    page.click("[data-save]")
    page.click("#advised [value=save]")
    # (the status may go on to say that nothing is left to do, where the other comments were dealt to somebody else)
    expect(page.locator("span[data-saved]")).to_have_text(re.compile(r"1"))
    open_row(page, place)
    page.check("input[name=categories][value=C2]")
    page.click("[data-save]")
    expect(page.locator("span[data-saved]")).to_have_text(re.compile(r"2"))
    # and withdrawn, it is gone from the coding
    open_row(page, place)
    page.locator("#redact summary").first.click()
    page.click("#redact [data-withdraw]")
    page.click("#redact-withdraw [value=withdraw]")
    expect(page.locator("#redact [data-withdraw]")).to_have_count(0)
    expect(page.locator("#paraphrase")).to_have_value("")


def test_pasted_text_comes_in_clean(portal: Portal, desk: Callable[..., Watched]) -> None:
    stage(portal, "dan-chu", TEXTS[2:], readers=1)
    page = desk(0, "dan-chu").page
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "\\u200b• Một\\u00a0 việc\\r\\n•  Hai\\u202e việc");
          data.setData("text/html", "<b>Một</b><script>1</script>");
          const area = document.getElementById("paraphrase");
          area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#paraphrase")).to_have_value("- Một việc\n- Hai việc")


def test_who_was_left_out_meets_nothing_of_the_comment(portal: Portal, desk: Callable[..., Watched]) -> None:
    # Given a comment from which the third moderator was left out, coded, asked about and redacted by the others
    names = [one["name"] for one in moderators(portal)]
    reader, _, out = with_rights(portal)
    stage(portal, "ngoai-le", [TEXT], readers=2, left_out={0: names[out]})
    (place,) = places(portal, "ngoai-le")
    page = desk(reader, "ngoai-le").page
    open_row(page, place)
    choose(page, MARKER)
    page.locator("#redact summary").first.click()
    page.click("[data-do-mask]")
    expect(page.locator(".comment .bar--mask")).to_have_count(1)
    page.check("input[name=categories][value=C2]")
    page.fill("#paraphrase", "Có lúc việc khó chưa ai nhận.")
    page.click("[data-save]")
    status_is(page, "all-coded")
    # When the one who was left out unlocks, updates, searches, filters and looks everywhere
    answers: list[str] = []

    def take(response: Response) -> None:
        if "/staff/" in response.url and "json" in response.headers.get("content-type", ""):
            answers.append(response.text())

    watched = desk(out, "ngoai-le")
    watched.page.on("response", take)
    press(watched.page, "n")
    status_is(watched.page, "updated")
    press(watched.page, "/")
    watched.page.keyboard.type("viec")
    expect(watched.page.locator("#queue [data-none]")).to_be_visible()
    # Then there is no row, count or field of it, and the answers carry sealed bytes only
    expect(watched.page.locator("[data-queue] [role=option]")).to_have_count(0)
    assert watched.page.locator("#queue").inner_text().count("1") == 0
    assert answers, "nothing was asked"
    for answer in answers:
        for word in (MARKER, "Việc", '"P1"', '"C2"', "chưa ai nhận", names[reader]):
            assert word not in answer
        for item in json.loads(answer).get("items", []):
            assert set(item) <= {
                "index", "leaf", "envelope", "wrap", "codings", "redactions", "assigned", "note", "bucket", "message",
                "sha256", "size",
            }  # fmt: skip
            for coding in item.get("codings", []):
                assert set(coding) == {"slot", "revision", "mine", "shared"} and coding["mine"] is False
