"""Moderators' keys in a browser: a passkey beside the words, key files, a next key, and readers who come later."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_stage import stage, unlock
from tests.browser.key_stage import PASSPHRASE, Person, people, sent_nowhere
from tests.browser.served import Portal, Watched
from tests.browser.test_desk import faults, settle

pytestmark = pytest.mark.browser

TEXTS = ["Việc khó thường bị để lại.", "Hồ sơ chuyển qua lại mà không chốt.", "Kiểm điểm còn nể nang."]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "hasPrf": True,
    "automaticPresenceSimulation": True,
}
# What a page learns of the PRF, kept for the test: the portal's own scripts do nothing of the kind.
LISTEN = """
  window.outputs = [];
  const told = PublicKeyCredential.prototype.getClientExtensionResults;
  PublicKeyCredential.prototype.getClientExtensionResults = function () {
    const results = told.call(this);
    const first = results.prf?.results?.first;
    if (first) window.outputs.push(btoa(String.fromCharCode(...new Uint8Array(first))));
    return results;
  };
"""


@pytest.fixture
def named(portal: Portal) -> Iterator[Portal]:
    """The same portal by a name: WebAuthn knows no addresses of numbers."""
    yield Portal(portal.url.replace("127.0.0.1", "localhost"), portal.instance, portal.people, portal.offers)


def enter(visit: Callable[..., Watched], portal: Portal, name: str, width: int = 1280) -> Watched:
    """Signed in as that person, in a fresh profile."""
    watched, person = visit(width), portal.people[name]
    watched.page.goto(f"{portal.url}/staff/login")
    watched.page.fill("#email", person["email"])
    watched.page.fill("#password", person["password"])
    watched.page.press("#password", "Enter")
    watched.page.wait_for_url(f"{portal.url}/staff/")
    return watched


def with_authenticator(watched: Watched) -> None:
    devtools = watched.page.context.new_cdp_session(watched.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    watched.page.add_init_script(LISTEN)


def rows(page: Page) -> list[str]:
    """The texts on the unlocked desk."""
    expect(page.locator("#desk")).to_be_visible(timeout=120_000)
    return sorted(page.locator("[data-queue] .queue__text").all_inner_texts())


def six_words(root: object) -> str:
    return " ".join(root.locator("[data-passphrase] li").all_inner_texts())


def make_next_key(page: Page, portal: Portal, kid: str) -> tuple[str, str]:
    """Through the page that replaces a key; returns the new words and the new key id."""
    page.goto(f"{portal.url}/staff/keys/{kid}/replace")
    page.click("[data-start]")
    expect(page.locator("#make [data-passphrase] li")).to_have_count(6)
    words = six_words(page.locator("#make"))
    page.click("#make [data-written]")
    page.fill("#make-repeat", "khong phai sau tu nay dau")
    page.press("#make-repeat", "Enter")
    expect(page.locator("#make [data-repeat-problem]")).to_be_visible()
    page.fill("#make-repeat", words)
    page.press("#make-repeat", "Enter")
    page.check("#declined", timeout=60_000)
    page.click("[data-register]")
    expect(page.locator("#make [data-step=done]")).to_be_visible()
    return words, re.sub(r"\s", "", page.locator("[data-fingerprint]").inner_text())


def pass_on(page: Page, portal: Portal, cid: str, kid: str, words: str) -> None:
    """Through the page that seals comments again, until nothing is left."""
    page.goto(f"{portal.url}/staff/reseal/{cid}/{kid}")
    assert faults(page) == []
    page.fill("#passphrase", words)
    page.click("[data-go]")
    expect(page.locator("#reseal [data-step=done]")).to_be_visible(timeout=120_000)


def test_a_passkey_unlocks_beside_the_words(named: Portal, visit: Callable[..., Watched]) -> None:
    with people(named, "Thoa Một") as (person,):
        stage(named, "thu-passkey", TEXTS, readers=1)
        # given a moderator whose device has a passkey
        watched = enter(visit, named, person.name)
        page = watched.page
        with_authenticator(watched)
        page.goto(f"{named.url}/staff/keys/{person.kid}")
        # when she enrols it with wrong words, then the device is not even asked
        page.fill("#enrol-words", "sai sai sai sai sai sai")
        page.click("#passkeys [data-go]")
        expect(page.locator("#passkeys [data-error]")).to_be_visible()
        assert page.evaluate("window.outputs") == []
        # with the right ones, it is there
        page.fill("#enrol-words", PASSPHRASE)
        page.click("#passkeys [data-go]")
        expect(page.locator("[data-remove]")).to_have_count(1, timeout=60_000)
        # then the desk opens by it, locks, and opens again
        page.goto(f"{named.url}/staff/moderation/thu-passkey")
        for _ in range(2):
            page.click("[data-passkey]")
            assert rows(page) == sorted(TEXTS)
            page.click("[data-lock]")
            expect(page.locator("#unlock")).to_be_visible()
        outputs = {base64.b64decode(one) for one in page.evaluate("window.outputs")}
        assert [len(one) for one in outputs] == [32]
        # and by the words as before
        page.fill("#passphrase", PASSPHRASE)
        page.click("[data-unlock]")
        assert rows(page) == sorted(TEXTS)
        # when it is removed, the words are what is left
        page.goto(f"{named.url}/staff/keys/{person.kid}")
        page.click("[data-remove]")
        expect(page.locator("[data-remove]")).to_have_count(0)
        page.goto(f"{named.url}/staff/moderation/thu-passkey")
        expect(page.locator("[data-passkey]")).to_have_count(0)
        page.fill("#passphrase", PASSPHRASE)
        page.click("[data-unlock]")
        assert rows(page) == sorted(TEXTS)
        # and neither the passkey's output nor the seed was ever sent
        assert all(sent_nowhere(watched, one) for one in (*outputs, person.seed))
        assert not sent_nowhere(watched, b"/staff/keys/")


def test_a_key_file_and_new_words(named: Portal, visit: Callable[..., Watched], tmp_path: Path) -> None:
    with people(named, "Thoa Hai", "Thoa Ba") as (person, other):
        # given a key file, downloaded
        page = enter(visit, named, person.name).page
        page.goto(f"{named.url}/staff/keys/{person.kid}")
        with page.expect_download() as taken:
            page.click("#file [data-download]")
        file = tmp_path / taken.value.suggested_filename
        taken.value.save_as(file)
        # when she changes the words
        page.fill("#old-words", PASSPHRASE)
        page.press("#old-words", "Enter")
        expect(page.locator("#phrase [data-passphrase] li")).to_have_count(6, timeout=60_000)
        words = six_words(page.locator("#phrase"))
        page.click("#phrase [data-written]")
        page.fill("#change-repeat", words)
        page.press("#change-repeat", "Enter")
        expect(page.locator("#phrase [data-step=done]")).to_be_visible(timeout=60_000)
        # then on a new device the file opens with the old words, and not with the new ones
        watched = enter(visit, named, person.name, 375)
        page = watched.page
        page.goto(f"{named.url}/staff/keys/{person.kid}")
        page.set_input_files("#try-file", file)
        page.fill("#try-words", words)
        page.click("#file [data-go]")
        expect(page.locator("#file [data-error]")).to_be_visible(timeout=60_000)
        page.fill("#try-words", PASSPHRASE)
        page.click("#file [data-go]")
        expect(page.locator("[data-fits]")).to_be_visible(timeout=60_000)
        # and put back, the portal's copy opens with the old words again
        page.click("[data-restore]")
        expect(page.locator("#file [data-status]")).not_to_be_empty()
        stage(named, "thu-tep-khoa", TEXTS, readers=1)
        unlock(page, named, "thu-tep-khoa", PASSPHRASE)
        assert sent_nowhere(watched, person.seed)
        # and another person's file is refused for this key
        page.goto(f"{named.url}/staff/keys/{person.kid}")
        strange = tmp_path / "strange.json"
        strange.write_text(file.read_text("utf-8").replace(person.kid, other.kid), "utf-8")
        page.set_input_files("#try-file", strange)
        page.fill("#try-words", PASSPHRASE)
        page.click("#file [data-go]")
        expect(page.locator("#file [data-error-text]")).to_have_text(
            page.locator("#words").get_attribute("data-error-file-other") or "-"
        )


def test_a_next_key_opens_what_the_old_one_opened(named: Portal, visit: Callable[..., Watched]) -> None:
    with people(named, "Thoa Bốn", "Thoa Năm") as (person, colleague):
        # given a moderator who was left out of one comment
        stage(named, "thu-thay-khoa", TEXTS, readers=1, left_out={0: person.name})
        watched = enter(visit, named, person.name)
        page = watched.page
        # when she makes a next key and passes the comments on to it
        words, kid = make_next_key(page, named, person.kid)
        page.goto(f"{named.url}/staff/keys/")
        assert faults(page) == []
        pass_on(page, named, "thu-thay-khoa", kid, PASSPHRASE)
        # then her colleague cannot do it for her
        other = enter(visit, named, colleague.name).page
        other.goto(f"{named.url}/staff/keys/")
        expect(other.locator(f"a[href*='{kid}']")).to_have_count(0)
        # when she revokes the old key, having read what is lost
        page.goto(f"{named.url}/staff/keys/{person.kid}/revoke")
        page.check("#understood")
        page.click("main form button[type=submit]")
        page.wait_for_url(f"{named.url}/staff/keys/")
        # then the new words open the same comments, and no more
        unlock(page, named, "thu-thay-khoa", words)
        assert rows(page) == sorted(TEXTS[1:])
        assert sent_nowhere(watched, person.seed)
        assert sent_nowhere(watched, words.encode())


def test_a_newcomer_reads_what_is_passed_on(named: Portal, visit: Callable[..., Watched]) -> None:
    # given a consultation in whose second comment one reader was left out, and a moderator who comes later
    with people(named, "Thoa Sáu", "Thoa Bảy") as (reader, other):
        stage(named, "thu-nguoi-moi", TEXTS, readers=1, left_out={1: reader.name})
        with people(named, "Thoa Tám") as (newcomer,):
            propose_and_confirm(visit, named, "thu-nguoi-moi", newcomer)
            # when the reader passes on
            watched = enter(visit, named, reader.name)
            page = watched.page
            page.goto(f"{named.url}/staff/reseal/thu-nguoi-moi/{newcomer.kid}")
            page.fill("#passphrase", PASSPHRASE)
            page.click("[data-go]")
            expect(page.locator("#reseal [data-error]")).to_be_visible()  # the fingerprint has not been compared
            page.check("#agreed")
            page.click("[data-go]")
            expect(page.locator("#reseal [data-step=done]")).to_be_visible(timeout=120_000)
            assert sent_nowhere(watched, reader.seed)
            posts = [one for one in watched.sent if one.method == "POST" and one.url.endswith("/rows")]
            posted = [one.post_data_json["wraps"] for one in posts]
            assert [len(chunk) for chunk in posted] == [len(TEXTS)]
            assert len({len(item["wrap"]) for item in posted[0]}) == 1
            # then the newcomer reads all but the comment of which the reader was left out
            page = enter(visit, named, newcomer.name).page
            unlock(page, named, "thu-nguoi-moi", PASSPHRASE)
            assert rows(page) == sorted([TEXTS[0], TEXTS[2]])
            # and that one, too, when somebody who could read it has passed on
            page = enter(visit, named, other.name, 375).page
            page.goto(f"{named.url}/staff/reseal/thu-nguoi-moi/{newcomer.kid}")
            page.check("#agreed")
            pass_on_here(page)
            page = enter(visit, named, newcomer.name).page
            unlock(page, named, "thu-nguoi-moi", PASSPHRASE)
            assert rows(page) == sorted(TEXTS)


def pass_on_here(page: Page) -> None:
    assert faults(page) == []
    page.fill("#passphrase", PASSPHRASE)
    page.click("[data-go]")
    expect(page.locator("#reseal [data-step=done]")).to_be_visible(timeout=120_000)


def propose_and_confirm(visit: Callable[..., Watched], portal: Portal, cid: str, newcomer: Person) -> None:
    """Two people, each in a browser of their own."""
    page = enter(visit, portal, "admin").page
    page.goto(f"{portal.url}/staff/readers/")
    assert faults(page) == []
    page.select_option(f"#kid-{cid}", value=newcomer.kid)
    page.locator(f"form[action$='/readers/{cid}'] button").click()
    page.wait_for_url(f"{portal.url}/staff/readers/")
    page = enter(visit, portal, "auditor").page
    page.goto(f"{portal.url}/staff/readers/{cid}/{newcomer.kid}")
    assert faults(page) == []
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_url(f"{portal.url}/staff/readers/")
    expect(page.locator("main")).to_contain_text(newcomer.name)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_pages_of_a_key_have_no_fault(named: Portal, visit: Callable[..., Watched], width: int) -> None:
    with people(named, f"Thoa {width}") as (person,):
        stage(named, f"thu-trang-{width}", TEXTS, readers=1)
        page = enter(visit, named, person.name, width).page
        for path in ("", f"{person.kid}", f"{person.kid}/replace", f"{person.kid}/revoke"):
            page.goto(f"{named.url}/staff/keys/{path}")
            settle(page)
            assert faults(page) == [], path
