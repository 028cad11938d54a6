"""Collecting and spending ballots in a browser, against the portal and both issuers of the demonstration."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from portal.crypto.ballot import Part, public_of
from portal.crypto.collecting import HeldBallot, read_file
from portal.crypto.crockford import encode_code
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from tests.browser.conftest import Portal, Watched

pytestmark = pytest.mark.browser

TEXT = "Việc gấp chen ngang nhiều lần, kế hoạch tuần khó giữ."


def write(page: Page, portal: Portal) -> None:
    """Everything but the ballot."""
    page.goto(f"{portal.url}/c/{portal.offers['writing']}")
    expect(page.locator("#comment")).to_be_visible()
    page.check("input[name=topic][value=difficulty]")
    page.fill("#text", TEXT)


def finish(page: Page) -> None:
    """Sent; the receipt is typed back."""
    expect(page.locator("#receipt-step")).to_be_visible()
    code = "".join(page.locator("#receipt-code").inner_text().split())
    page.fill("#saved-code", code.replace("-", "")[-6:])
    page.locator("#saved button[type=submit]").click()
    expect(page.locator("#thanks")).to_be_visible()


def seeds_of(portal: Portal) -> list[bytes]:
    _, held = read_file((portal.instance / "demo-ballot-file.json").read_bytes())
    return [ballot.seed for ballot in held]


def sent_bytes(watched: Watched) -> bytes:
    """All that was sent, as it was and with every base64url value of a JSON body opened: where a secret could hide."""
    found = [watched.bodies()]
    for request in watched.sent:
        if request.method == "POST" and (request.post_data or "").startswith("{"):
            values = json.loads(request.post_data or "{}").values()
            texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
            found += [opened(text) for text in texts]
    return b"\n".join(found)


def opened(text: str) -> bytes:
    try:
        return b64url_decode(text)
    except CryptoError:
        return b""


def unsent(watched: Watched, secret: bytes) -> bool:
    """Whether no usual spelling of the secret has left the page."""
    sent = sent_bytes(watched)
    return not any(form in sent for form in (secret, secret.hex().encode(), b64url_encode(secret).encode()))


def saved_ballots(page: Page, folder: Path) -> tuple[str, tuple[HeldBallot, ...]]:
    """What the page offers as a file."""
    with page.expect_download() as download:
        page.click("#save-file")
    path = folder / "ballots.json"
    download.value.save_as(path)
    return read_file(path.read_bytes())


def claims(watched: Watched) -> list[Request]:
    return [request for request in watched.sent if request.url.endswith("/claim") and request.method == "POST"]


def enter(page: Page, portal: Portal, codes: dict[str, str]) -> None:
    page.fill("#staff", portal.offers["staff_code"].lower())
    for issuer, code in codes.items():
        page.fill(f"[data-issuer={issuer}] [data-role=code]", code)
    page.click("#claim-button")


def test_collecting_stops_half_way_resumes_and_is_kept(
    portal: Portal, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    # given somebody of the roster whose second slip is an old one: well formed, but not good any more
    watched, codes = visit(), portal.offers["claim"]
    page = watched.page
    page.goto(f"{portal.url}/c/{portal.offers['collecting']}/collect")
    expect(page.locator("#claim")).to_be_visible()
    first, second = sorted(codes)
    # when the first issuer signs and the second refuses
    enter(page, portal, {first: codes[first].lower().replace("-", " "), second: encode_code(secrets.token_bytes(10))})
    error = page.locator(f"[data-issuer={second}] [data-role=error]")
    expect(error).to_be_visible()
    asked = [json.loads(request.post_data or "{}")["blinded"] for request in claims(watched)]
    # then after a reload only the second is asked, for the very same covered ballots
    page.reload()
    expect(page.locator("#resuming")).to_be_visible()
    before = len(claims(watched))
    enter(page, portal, {second: codes[second]})
    expect(page.locator("#held")).to_be_visible()
    again = [json.loads(request.post_data or "{}") for request in claims(watched)[before:]]
    assert len(again) == 1
    assert again[0]["blinded"] == asked[1] and asked[0] != asked[1]
    assert set(again[0]) == {"staff_code", "claim_code", "blinded"}
    # and the ballots are in the file, three of them, with secrets that were never sent anywhere
    consultation, held = saved_ballots(page, tmp_path)
    assert (consultation, len(held)) == (portal.offers["collecting"], 3)
    secrets_of = [(one.seed, Part(public_of(one.seed)).nonce, one.signatures[0]) for one in held]
    assert all(unsent(watched, secret) for three in secrets_of for secret in three)
    # and the portal never saw a code
    to_portal = [request for request in watched.sent if request.url.startswith(portal.url)]
    assert not [one for one in to_portal if any(code in (one.post_data or "") for code in codes.values())]
    # and a second visit shows them, without asking anybody
    page.reload()
    expect(page.locator("#held")).to_be_visible()
    watched.complaints[:] = [line for line in watched.complaints if "403" not in line]


def test_a_ballot_of_the_file_sends_a_comment_once(portal: Portal, visit: Callable[..., Watched]) -> None:
    # given the ballot file of somebody who collected earlier
    watched = visit()
    page, file = watched.page, portal.instance / "demo-ballot-file.json"
    write(page, portal)
    page.check("#way-file")
    page.set_input_files("#ballot-file", file)
    expect(page.locator("#file-number")).to_be_visible()
    expect(page.locator("#crowd")).to_contain_text(re.compile(r"\d"))
    # when it is sent
    page.click("#send-button")
    finish(page)
    # then neither the text nor the ballot's secret has left the page
    assert unsent(watched, TEXT.encode())
    assert all(unsent(watched, seed) for seed in seeds_of(portal))
    # (while what must be sent is found by the same search)
    assert not all(unsent(watched, public_of(seed)) for seed in seeds_of(portal))
    posted = json.loads(next(r for r in watched.sent if r.method == "POST").post_data or "{}")
    assert set(posted) == {"envelope", "locator_hash", "ballot"}
    # and the same ballot is refused a second time, with the text still there, and the next one takes its place
    write(page, portal)
    page.check("#way-file")
    page.set_input_files("#ballot-file", file)
    page.select_option("#file-number", "0")
    page.click("#send-button")
    expect(page.locator("#problem")).to_be_visible()
    assert page.input_value("#text") == TEXT
    page.select_option("#file-number", "1")
    page.click("#send-button")
    finish(page)
    watched.complaints[:] = [line for line in watched.complaints if "409" not in line]


@pytest.mark.parametrize("width", [1280, 375])
def test_two_half_cards_send_a_comment_in_whatever_order(
    portal: Portal, visit: Callable[..., Watched], width: int
) -> None:
    # given a pair of half-cards, typed into each other's fields, in small letters
    watched = visit(width)
    page, pair = watched.page, portal.offers["cards"][0 if width == 1280 else 1]
    write(page, portal)
    page.check("#way-cards")
    (first, one), (second, other) = sorted(pair.items())
    page.fill(f"[data-issuer={first}]", other.lower())
    page.fill(f"[data-issuer={second}]", one.replace("-", " "))
    # when it is sent
    page.click("#send-button")
    finish(page)
    # then no code has left the page
    sent = watched.bodies()
    assert not [code for code in pair.values() if code.encode() in sent or code.replace("-", "").encode() in sent]


def test_a_moderator_reads_what_was_sent_with_ballots(portal: Portal, sign_in: Callable[..., Watched]) -> None:
    # given the comments of the demonstration's consultation, every one of them sent with a ballot
    watched, moderator = sign_in("moderator"), portal.people["moderator"]
    page = watched.page
    page.goto(f"{portal.url}/staff/moderation/{portal.offers['writing']}")
    # when the moderator unlocks them
    page.fill("#passphrase", moderator["passphrase"])
    page.click("[data-unlock]")
    # then all of them open, and agree with the log
    expect(page.locator("#desk")).to_be_visible()
    expect(page.locator("[data-queue] [aria-setsize='13']").first).to_be_visible()
    page.locator("[data-queue] [role=option]").first.click()
    expect(page.locator(".comment__text")).not_to_be_empty()
    assert "13" in page.locator("#desk").inner_text()
