"""Writing with a ballot in a browser: from IndexedDB, a file, a printed code before the camera, and half-cards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.clock import FixedClock
from portal.consultations import service as consultations
from portal.crypto import collecting
from portal.crypto.ballot import CARD, COLLECTED, parse_ballot
from portal.crypto.collecting import HeldBallot
from portal.crypto.crockford import encode_code
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.ledger.log import Log
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.ballots.support import CONSULTATION, NAMES
from tests.browser.booth import TEXT, Booth, nullifier, send, serving, write
from tests.browser.conftest import Watched
from tests.browser.test_pages import AXE, WIDTHS
from tests.support import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def booth(
    public_app: Flask, staff_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path
) -> Iterator[Booth]:
    with serving(public_app, staff_app, log, clock, tmp_path) as made:
        yield made


def put_into_browser(page: Page, ballots: tuple[HeldBallot, ...], state: str = "held") -> None:
    """What collecting would have left in IndexedDB (static/src/public/ballot-box.js)."""
    plain = [{"seed": list(one.seed), "signatures": [list(part) for part in one.signatures]} for one in ballots]
    page.evaluate(
        """async ([consultation, ballots, state]) => {
          const request = indexedDB.open("portal-ballots", 1);
          request.onupgradeneeded = () => request.result.createObjectStore("ballots", { keyPath: "consultation" });
          await new Promise((resolve) => (request.onsuccess = resolve));
          const bytes = (list) => Uint8Array.from(list);
          const ballotOf = (one) => ({ seed: bytes(one.seed), signatures: one.signatures.map(bytes) });
          const writing = request.result.transaction("ballots", "readwrite");
          writing.objectStore("ballots").put({ consultation, state, ballots: ballots.map(ballotOf) });
          await new Promise((resolve) => (writing.oncomplete = resolve));
          request.result.close();
        }""",
        [CONSULTATION, plain, state],
    )


def go_on(page: Page) -> None:
    """Past the receipt, to the last page."""
    code = "".join(page.locator("#receipt-code").inner_text().split())
    page.fill("#saved-code", code.replace("-", "")[-6:])
    page.locator("#saved button[type=submit]").click()
    expect(page.locator("#thanks")).to_be_visible()


def posted(watched: Watched) -> list[dict[str, Any]]:
    return [json.loads(r.post_data or "{}") for r in watched.sent if r.url.endswith("/submissions")]


def assert_no_secret_left(watched: Watched, *secrets: bytes | str) -> None:
    sent = watched.bodies()
    for secret in secrets:
        forms = [secret.encode()] if isinstance(secret, str) else [secret, b64url_encode(secret).encode()]
        assert not [form for form in forms if form in sent]


def test_ballots_of_this_browser_are_used_one_after_another(booth: Booth, visit: Callable[..., Watched]) -> None:
    # given a browser that collected three ballots
    watched = visit()
    page = watched.page
    page.goto(booth.page)
    put_into_browser(page, booth.held)
    for number, left in ((0, "2"), (1, "1")):
        page.goto(booth.page)
        write(page)
        # when its holder writes, the page says how large the crowd is, and that it is small
        expect(page.locator("#box-status")).to_contain_text(str(3 - number))
        expect(page.locator("#crowd")).to_contain_text("3 ballots, collected by at least 1 people")
        expect(page.locator("#few")).to_be_visible()
        send(page)
        expect(page.locator("#promise-verdict")).to_contain_text("The log has signed its promise")
        # then that ballot went with the comment, and this browser forgot it
        ballot = parse_ballot(b64url_decode(posted(watched)[-1]["ballot"]))
        assert (ballot.kind, ballot.nonces) == (COLLECTED, (nullifier(booth.held[number]),))
        go_on(page)
        expect(page.locator("#ballot-left")).to_contain_text(left)
    assert booth.spent() == {nullifier(one) for one in booth.held[:2]}
    assert_no_secret_left(watched, TEXT, *(one.seed for one in booth.held))


def databases(page: Page) -> list[str]:
    return page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)")


def test_a_visit_leaves_no_database_and_the_last_ballot_takes_it_along(
    booth: Booth, visit: Callable[..., Watched]
) -> None:
    # given somebody who only looks at both pages
    page = visit().page
    for address in (booth.page, f"{booth.page}/collect"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert databases(page) == []
    # when one who holds a single ballot spends it
    put_into_browser(page, booth.held[:1])
    page.goto(booth.page)
    write(page)
    assert databases(page) == ["portal-ballots"]
    send(page)
    go_on(page)
    # then nothing on this computer says that there was one
    assert databases(page) == []


def test_what_was_half_collected_is_told_once_and_goes(booth: Booth, visit: Callable[..., Watched]) -> None:
    # given a browser in which collecting stopped half-way; the lists are closed, so it can never be finished
    page = visit().page
    page.goto(booth.page)
    expect(page.locator("#comment")).to_be_visible()
    put_into_browser(page, booth.held[:1], "collecting")
    # when its holder comes to write
    page.goto(booth.page)
    # then the page says so, and keeps no trace of it
    expect(page.locator("#box-half")).to_be_visible()
    expect(page.locator("#choice-box")).to_be_hidden()
    assert databases(page) == []


def test_a_file_with_a_used_ballot_offers_the_next_and_is_saved_anew(
    booth: Booth, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    # given a file whose first ballot was used elsewhere
    file = tmp_path / "phieu.json"
    file.write_bytes(collecting.write_file(CONSULTATION, booth.held))
    first = visit()
    first.page.goto(booth.page)
    write(first.page)
    first.page.check("#way-file")
    first.page.set_input_files("#ballot-file", file)
    expect(first.page.locator("#file-number")).to_be_visible()
    send(first.page)
    # when somebody takes the old file and the same ballot again
    watched = visit()
    page = watched.page
    watched.page.goto(booth.page)
    write(page, "Việc khó thường bị để lại.")
    page.check("#way-file")
    page.set_input_files("#ballot-file", file)
    expect(page.locator("#file-number")).to_have_value("0")
    page.click("#send-button")
    # then it is refused, the text stays, and the next ballot is chosen
    expect(page.locator("#problem-list")).to_contain_text("This ballot has been used already")
    expect(page.locator("#text")).to_have_value("Việc khó thường bị để lại.")
    expect(page.locator("#file-number")).to_have_value("1")
    send(page)
    # and what is sent with it is another envelope: nothing but time joins the two
    tries = posted(watched)
    assert len({one["envelope"] for one in tries}) == len({one["locator_hash"] for one in tries}) == 2
    go_on(page)
    with page.expect_download() as waiting:
        page.click("#rest-file")
    _, rest = collecting.read_file(Path(waiting.value.path()).read_bytes())
    assert rest == booth.held[2:]
    watched.complaints[:] = [line for line in watched.complaints if "409" not in line]
    assert booth.spent() == {nullifier(one) for one in booth.held[:2]}


def test_half_cards_are_checked_before_anything_is_sent(booth: Booth, visit: Callable[..., Watched]) -> None:
    watched = visit(width=375)
    page = watched.page
    page.goto(booth.page)
    write(page)
    page.check("#way-cards")
    codes = [encode_code(booth.cards[0][name]) for name in NAMES]
    # when a symbol is wrong, the check symbols tell at once
    wrong = ("2" if codes[0][0] != "2" else "3") + codes[0][1:]
    page.locator("#half-1").fill(wrong)
    expect(page.locator("#half-1-error")).to_contain_text("One or more characters are wrong")
    # when a half is none that was printed
    page.locator("#half-1").fill(encode_code(bytes(10)))
    expect(page.locator("#half-1-error")).to_contain_text("No issuer printed this half")
    # when both are of one issuer
    other = encode_code(booth.cards[1][NAMES[0]])
    page.locator("#half-1").fill(codes[0])
    page.locator("#half-2").fill(other)
    page.click("#send-button")
    expect(page.locator("#half-2-error")).to_contain_text(f"Both halves are from Issuer {NAMES[0]}")
    assert posted(watched) == []
    # then halves in each other's fields are simply put right
    page.locator("#half-1").fill(codes[1].lower().replace("-", " "))
    page.locator("#half-2").fill(codes[0])
    expect(page.locator("#half-1-status")).to_contain_text("in order")
    send(page)
    ballot = parse_ballot(b64url_decode(posted(watched)[-1]["ballot"]))
    assert (ballot.kind, booth.spent()) == (CARD, set(ballot.nonces))
    assert_no_secret_left(watched, TEXT, *codes, *(booth.cards[0][name] for name in NAMES))


def test_a_broken_connection_is_mended_by_the_same_bytes(booth: Booth, visit: Callable[..., Watched]) -> None:
    # given a portal that takes the comment, and an answer that never arrives
    watched = visit()
    page = watched.page
    page.goto(booth.page)
    put_into_browser(page, booth.held)
    page.goto(booth.page)
    write(page)

    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/submissions", swallow)
    page.click("#send-button")
    expect(page.locator("#problem")).to_contain_text("It is not certain whether it arrived")
    assert booth.spent() == {nullifier(booth.held[0])}
    # when it is sent again, unchanged
    page.unroute("**/submissions")
    send(page)
    # then the very same bytes went, and it is one comment with one ballot
    bodies = posted(watched)
    assert len(bodies) == 2 and bodies[0] == bodies[1]
    assert booth.spent() == {nullifier(booth.held[0])}
    watched.complaints[:] = [line for line in watched.complaints if "ERR_FAILED" not in line]


def test_without_lists_or_a_ballot_nothing_is_sent(booth: Booth, visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    page.goto(booth.page)
    write(page)
    # when no ballot is chosen
    page.click("#send-button")
    expect(page.locator("#ballot-error")).to_contain_text("Choose a ballot")
    # when an issuer's list is missing, the page says so before one writes
    with booth.app.app_context(), unit_of_work() as session:
        row = consultations.get(session, CONSULTATION)
        row.issuers[0].closing = row.issuers[0].issued = row.issuers[0].cards = None
    page.goto(booth.page)
    expect(page.locator("#problem-list")).to_contain_text("do not stand in the log yet")
    expect(page.locator("#comment")).to_be_hidden()
    assert posted(watched) == []


def test_a_foreign_or_damaged_file_is_told_at_once(booth: Booth, visit: Callable[..., Watched], tmp_path: Path) -> None:
    watched = visit()
    page = watched.page
    page.goto(booth.page)
    page.check("#way-file")
    forged = tuple(HeldBallot(one.seed, (one.signatures[1], one.signatures[0])) for one in booth.held)
    for name, data, words in (
        ("other.json", collecting.write_file("khac-2026", booth.held), "for another consultation"),
        ("forged.json", collecting.write_file(CONSULTATION, forged), "signatures on this ballot do not hold"),
        ("no.json", b"{}", "not a ballot file"),
    ):
        (tmp_path / name).write_bytes(data)
        page.set_input_files("#ballot-file", tmp_path / name)
        expect(page.locator("#ballot-file-error")).to_contain_text(words)
        expect(page.locator("#file-number")).to_be_hidden()


def test_the_receipt_of_a_comment_with_a_ballot_is_proven(
    booth: Booth, visit: Callable[..., Watched], log: Log, clock: FixedClock
) -> None:
    watched = visit()
    page = watched.page
    page.goto(booth.page)
    put_into_browser(page, booth.held)
    page.goto(booth.page)
    write(page)
    send(page)
    code = "".join(page.locator("#receipt-code").inner_text().split())
    clock.advance(days=1)
    with booth.app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [CONSULTATION])
    go_on(page)
    page.goto(f"{booth.url}/en/receipt")
    page.fill("#code", code)
    page.click("#check-button")
    expect(page.locator("#verdict-title")).to_have_text("Your comment stands in the log")


@pytest.mark.parametrize("width", WIDTHS)
def test_every_way_to_a_ballot_is_sound(
    booth: Booth, visit: Callable[..., Watched], tmp_path: Path, width: int
) -> None:
    # given a browser with ballots, so that every way is there
    (tmp_path / "phieu.json").write_bytes(collecting.write_file(CONSULTATION, booth.held))
    page = visit(width).page
    page.goto(booth.page)
    put_into_browser(page, booth.held)
    page.goto(booth.page)
    expect(page.locator("#way-box")).to_be_checked()
    for way in ("box", "file", "print", "cards"):
        page.check(f"#way-{way}")
        expect(page.locator(f"#panel-{way}")).to_be_visible()
        if way == "file":
            page.set_input_files("#ballot-file", tmp_path / "phieu.json")
            expect(page.locator("#file-number")).to_be_visible()
        # then axe finds no fault in any of them, and nothing is wider than the window
        result = page.evaluate(AXE + "; axe.run(document, {resultTypes: ['violations']})")
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in result["violations"]] == []
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_the_page_stays_light_and_does_not_fetch_the_scanner(booth: Booth, visit: Callable[..., Watched]) -> None:
    watched = visit()
    session = watched.page.context.new_cdp_session(watched.page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    watched.page.goto(booth.page)
    expect(watched.page.locator("#comment")).to_be_visible()
    watched.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) <= 100_000
    assert not [request.url for request in watched.sent if "scan" in request.url]
