"""The whole way once, in a browser, with the content security policy on: from a comment to the report."""

from __future__ import annotations

import base64
import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from portal.clock import SystemClock
from portal.crypto import envelope, keys, payload, receipt
from tests.browser.conftest import Portal, Watched

pytestmark = pytest.mark.browser

CID = "di-het-duong"
SECRET = "Văn bản để quá hạn nhiều ngày mà chưa ai chịu đứng ra ký nhận."
OTHERS = 5
RECUSED = "Kiểm duyệt viên 3"


def create_consultation(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/staff/consultations/new")
    page.fill("[name=id]", CID)
    page.fill("[name=title_vi]", "Góp ý đi hết đường")
    page.fill("[name=title_en]", "The whole way")
    today = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")).today()
    page.fill("[name=opens]", today.isoformat())
    page.fill("[name=closes]", (today + timedelta(days=9)).isoformat())
    page.check("[name=ballot_mode][value=open]")
    page.fill("[name=headcount]", "75")
    for name, value in (("code", "P1"), ("name_vi", "Phòng Một"), ("name_en", "Room One"), ("headcount", "20")):
        page.fill(f"[name=units-0-{name}]", value)
    for box in page.locator("input[name=kids]").all():
        box.check()
    page.fill("[name=mix_minimum]", "3")
    page.locator("button[name=do][value=save]").last.click()
    page.wait_for_url(f"**/consultations/{CID}")
    page.goto(f"{portal.url}/staff/consultations/{CID}/open")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/consultations/{CID}")


def submit_comment(page: Page, portal: Portal) -> str:
    """Write, leave out one moderator, send, save the receipt; returns the code."""
    page.goto(f"{portal.url}/c/{CID}")
    expect(page.locator("#comment")).to_be_visible()
    page.check("input[name=topic][value=conduct]")
    page.select_option("#subject", value="P1")
    page.fill("#text", SECRET + " Gọi 0912345678.")
    expect(page.locator("#advice")).to_be_visible()
    page.fill("#text", SECRET)
    expect(page.locator("#advice")).to_be_hidden()
    page.locator("#recipient-list li").filter(has_text=RECUSED).locator("input").uncheck()
    page.click("#send-button")
    expect(page.locator("#receipt-step")).to_be_visible()
    code = "".join(page.locator("#receipt-code").inner_text().split())
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{2}", code)
    assert SECRET not in page.locator("main").inner_text()
    page.fill("#saved-code", "WRONG0")
    page.locator("#saved button[type=submit]").click()
    expect(page.locator("#saved-error")).to_be_visible()
    page.fill("#saved-code", code.replace("-", "")[-6:].lower())
    page.locator("#saved button[type=submit]").click()
    expect(page.locator("#thanks")).to_be_visible()
    return code


def send_by_script(portal: Portal, text: str) -> None:
    """Another submitter: the same envelope, made by the Python half."""
    sealing = json.load(urllib.request.urlopen(f"{portal.url}/c/{CID}/sealing.json"))
    public = {k["kid"]: base64.urlsafe_b64decode(k["public_key"] + "==") for k in sealing["keys"]}
    raw = receipt.new_receipt()
    reply_key = keys.public_key(receipt.reply_seed(raw))
    data = payload.build_payload(payload.Payload(CID, "conduct", text, reply_key))
    sealed = envelope.seal(data, consultation=CID, recipients=public)
    body = {"envelope": sealed, "locator_hash": receipt.locator_hash(raw)}
    encoded = {name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in body.items()}
    request = urllib.request.Request(
        f"{portal.url}/c/{CID}/submissions",
        json.dumps(encoded).encode(),
        {"Content-Type": "application/json", "Origin": portal.url},
    )
    assert urllib.request.urlopen(request).status == 201


def check_receipt(page: Page, portal: Portal, code: str, title: str) -> None:
    """The browser derives, asks, and verifies; ``title`` is the verdict's element of the page's words."""
    page.goto(f"{portal.url}/receipt")
    wanted = page.locator("#words").get_attribute(f"data-{title}-title")
    page.fill("#code", code.lower().replace("-", " "))
    page.click("#check-button")
    expect(page.locator("#verdict-title")).to_have_text(wanted or "-")


def unlock(page: Page, portal: Portal, passphrase: str, rows: int) -> None:
    page.goto(f"{portal.url}/staff/moderation/{CID}")
    page.fill("#passphrase", passphrase)
    page.click("[data-unlock]")
    expect(page.locator("#desk")).to_be_visible()
    expect(page.locator("[data-queue] [role=option]")).to_have_count(rows)


def categorise_all(page: Page, rows: int) -> str:
    """Give every comment the same category, whoever it was dealt to; returns all texts that were read."""
    read = []
    page.locator("[data-queue] [role=option]").first.click()
    current = page.locator("[data-queue] [aria-current]")
    for place in range(1, rows + 1):  # saving opens the next one of the list
        expect(current).to_have_attribute("aria-posinset", str(place))
        number = current.get_attribute("data-index")
        read.append(page.locator("#desk").inner_text())
        page.check("input[name=categories][value=C6]")
        page.fill("#paraphrase", "Có việc giải quyết còn chậm so với thời hạn.")
        page.click("[data-save]")
        expect(page.locator(f"#row-{number} .tag--open")).to_be_visible()
    return "\n".join(read)


def close_and_publish(admin: Page, committee: Page, portal: Portal) -> None:
    admin.goto(f"{portal.url}/staff/consultations/{CID}/close")
    admin.locator("main form button[type=submit]").click()
    admin.wait_for_url(f"**/consultations/{CID}")
    committee.goto(f"{portal.url}/staff/findings/{CID}/publish")
    committee.locator("main form button[type=submit]").click()
    committee.wait_for_url(f"**/findings/{CID}")


def download_report(page: Page, portal: Portal) -> str:
    """Start the report, take the DOCX; returns its text."""
    page.goto(f"{portal.url}/staff/reports/{CID}")
    page.locator("main form[action$='/start'] button").click()
    page.locator("#document").wait_for()
    page.goto(f"{portal.url}/staff/reports/{CID}/approve")
    with page.expect_download() as waiting:
        page.locator("a[href*='docx']").first.click()
    data = Path(waiting.value.path()).read_bytes()
    document = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", document)


def assert_nothing_leaked(portal: Portal, code: str, watched: tuple[Watched, ...]) -> None:
    """Neither the requests of all browsers nor the database hold the words, the receipt code or a passphrase."""
    words = [SECRET.encode(), json.dumps(SECRET).strip('"').encode(), base64.b64encode(SECRET.encode())[:-4]]
    words.append(portal.people["moderator"]["passphrase"].encode())
    for one in watched:
        assert not [word for word in words if word in one.bodies()]
    stored = b"".join(path.read_bytes() for path in portal.instance.glob("portal.sqlite3*"))
    assert SECRET.encode() not in stored and code.encode() not in stored


def test_from_a_sealed_comment_to_the_report(portal: Portal, visit: Callable, sign_in: Callable) -> None:
    # given a consultation that an administrator sets up and opens
    admin: Watched = sign_in("admin")
    create_consultation(admin.page, portal)

    # when a civil servant writes, and others do too
    citizen: Watched = visit()
    code = submit_comment(citizen.page, portal)
    check_receipt(citizen.page, portal, code, "waiting")
    for place in range(OTHERS):
        send_by_script(portal, f"Ý kiến thử số {place}: việc còn chậm.")
    portal.run("tick")

    # then the browser proves the receipt against the log, and no cookie was ever set
    check_receipt(citizen.page, portal, code, "sequenced")
    assert citizen.page.context.cookies() == []

    # when a moderator decrypts and categorises in the browser
    moderator: Watched = sign_in("moderator")
    unlock(moderator.page, portal, portal.people["moderator"]["passphrase"], OTHERS + 1)
    assert SECRET in categorise_all(moderator.page, OTHERS + 1)

    # then one who was left out sees neither the comment nor its row
    left_out: Watched = sign_in(RECUSED)
    unlock(left_out.page, portal, portal.people[RECUSED]["passphrase"], OTHERS)

    # when it is closed and the committee publishes
    committee: Watched = sign_in("committee")
    close_and_publish(admin.page, committee.page, portal)

    # then the public sees a range, the report tells it, and the auditor finds everything in order
    citizen.page.goto(f"{portal.url}/results/{CID}")
    assert "5–9" in citizen.page.locator("main").inner_text()
    text = download_report(committee.page, portal)
    assert "BÁO CÁO" in text and "Khó khăn, vướng mắc" in text and "ĐẢNG CỘNG SẢN VIỆT NAM" in text
    assert "Everything that was checked holds" in portal.run("audit", "verify", portal.url)

    # and the comment's words never left a browser, nor did anybody's passphrase
    assert_nothing_leaked(portal, code, (citizen, moderator, left_out, committee, admin))
