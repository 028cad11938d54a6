"""Scanning in Chromium with a camera that shows a film: half-cards one after the other, a printed ballot, a picture."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from portal.clock import FixedClock
from portal.crypto.ballot import CARD, COLLECTED
from portal.crypto.crockford import encode_code
from portal.crypto.encoding import b64url_encode
from portal.ledger.log import Log
from tests.ballots.support import CONSULTATION, NAMES
from tests.browser.booth import Booth, nullifier, send, serving, write
from tests.browser.conftest import FLAGS, Watched
from tests.browser.served import ROOT
from tests.support import Office

pytestmark = pytest.mark.browser

SIZE = (1280, 720)
FRAMES = 12
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DRAW = """
import qrcode from "qrcode-generator";
const code = qrcode(0, process.argv[2]);
code.addData(process.argv[1], process.argv[3]);
code.make();
const count = code.getModuleCount();
const row = (at) => Array.from({ length: count }, (_, column) => (code.isDark(at, column) ? "1" : "0")).join("");
console.log(Array.from({ length: count }, (_, at) => row(at)).join("\\n"));
"""
# The page's own stream, kept so that a test can see whether its camera went dark.
KEEP = """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => (window.lastStream = await ask(wanted));"""


def code_image(text: str, mode: str, correction: str = "M") -> Image.Image:
    """A QR code on a grey table, as a camera of that size sees it."""
    command = ["node", "--input-type=module", "-e", DRAW, text, correction, mode]
    rows = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    plain = Image.new("L", (len(rows) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                plain.putpixel((x + 4, y + 4), 0)
    side = (SIZE[1] - 40) // plain.width * plain.width
    table = Image.new("L", SIZE, 128)
    table.paste(plain.resize((side, side), Image.Resampling.NEAREST), ((SIZE[0] - side) // 2, 20))
    return table


def film(path: Path, pictures: list[Image.Image]) -> Path:
    """A YUV4MPEG2 film (https://wiki.multimedia.cx/index.php/YUV4MPEG2): each picture for a while, over and over."""
    chroma = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    with path.open("wb") as out:
        out.write(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % SIZE)
        for picture in pictures:
            for _ in range(FRAMES):
                out.write(b"FRAME\n" + picture.tobytes() + chroma)
    return path


@contextmanager
def camera(browser: Browser, *flags: str) -> Iterator[Page]:
    """A page in a browser of its own: which film its camera shows is decided when it starts."""
    chromium = shutil.which("chromium")
    own = browser.browser_type.launch(executable_path=chromium, args=[*FLAGS, *flags])
    page = own.new_page(viewport={"width": 375, "height": 800})
    page.add_init_script(KEEP)
    page.set_default_timeout(20_000)
    yield page
    own.close()


@pytest.fixture
def booth(
    public_app: Flask, staff_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path
) -> Iterator[Booth]:
    with serving(public_app, staff_app, log, clock, tmp_path) as made:
        yield made


def card_text(issuer: str, code: bytes) -> str:
    return f"PF1/CARD/{issuer.upper()}/{encode_code(code)}"


def print_text(booth: Booth, number: int = 0) -> str:
    held = booth.held[number]
    return f"PF1/BALLOT/{CONSULTATION}/{b64url_encode(held.seed + b''.join(held.signatures))}"


def assert_dark(page: Page) -> None:
    # A dialog is hidden at once; its listeners hear that it was closed in a task of its own (HTML, "close the dialog").
    ended = "window.lastStream.getTracks().every((track) => track.readyState === 'ended')"
    for _ in range(100):  # not by waiting in the page, whose policy lets nothing be evaluated
        if page.evaluate(ended):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(ended)
    assert page.evaluate("window.lastStream.getTracks().length") == 1
    assert page.evaluate("document.getElementById('scan-video').srcObject") is None


def test_two_half_cards_are_scanned_in_one_go(booth: Booth, browser: Browser, tmp_path: Path) -> None:
    # given a camera before which one half-card is held, then the other
    pictures = [code_image(card_text(name, booth.cards[0][name]), "Alphanumeric") for name in reversed(NAMES)]
    with camera(browser, *CAMERA, f"--use-file-for-fake-video-capture={film(tmp_path / 'film.y4m', pictures)}") as page:
        page.goto(booth.page)
        write(page)
        page.check("#way-cards")
        page.click("#scan-cards")
        # then the scanner closes when both are read, each in its issuer's field, and the camera is off
        expect(page.locator("#scan")).to_be_hidden()
        assert_dark(page)
        for place, name in enumerate(NAMES, 1):
            expect(page.locator(f"#half-{place}")).to_have_value(encode_code(booth.cards[0][name]))
            expect(page.locator(f"#half-{place}-status")).to_contain_text("in order")
        send(page)
    assert len(booth.spent()) == CARD


def test_a_printed_ballot_is_scanned(booth: Booth, browser: Browser, tmp_path: Path) -> None:
    picture = code_image(print_text(booth), "Byte", "L")
    with camera(
        browser, *CAMERA, f"--use-file-for-fake-video-capture={film(tmp_path / 'film.y4m', [picture])}"
    ) as page:
        page.goto(booth.page)
        write(page)
        page.check("#way-print")
        page.click("#scan-print")
        expect(page.locator("#print-status")).to_contain_text("its signatures hold")
        assert_dark(page)
        send(page)
    assert booth.spent() == {nullifier(booth.held[0])}
    assert len(booth.spent()) == COLLECTED


def test_another_code_is_refused_in_words_and_esc_ends_it(booth: Booth, browser: Browser, tmp_path: Path) -> None:
    picture = code_image("HTTPS://EXAMPLE.ORG/", "Alphanumeric")
    with camera(
        browser, *CAMERA, f"--use-file-for-fake-video-capture={film(tmp_path / 'film.y4m', [picture])}"
    ) as page:
        page.goto(booth.page)
        page.check("#way-print")
        page.click("#scan-print")
        expect(page.locator("#scan-status")).to_contain_text("not the code of a printed ballot")
        page.keyboard.press("Escape")
        expect(page.locator("#scan")).to_be_hidden()
        assert_dark(page)


def test_a_camera_that_is_denied_or_missing_leaves_the_picture(
    booth: Booth, browser: Browser, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    with camera(browser, "--use-fake-device-for-media-stream", "--deny-permission-prompts") as page:
        page.goto(booth.page)
        page.check("#way-print")
        page.click("#scan-print")
        expect(page.locator("#scan-status")).to_contain_text("does not let this page use the camera")
    # given no camera at all; when a picture of the ballot is chosen
    code_image(print_text(booth, 1), "Byte", "L").save(tmp_path / "ballot.png")
    code_image("HTTPS://EXAMPLE.ORG/", "Alphanumeric").crop((0, 0, 500, 720)).save(tmp_path / "half.png")
    page = visit().page
    page.goto(booth.page)
    write(page)
    page.check("#way-print")
    page.click("#scan-print")
    expect(page.locator("#scan-status")).to_contain_text("No camera was found")
    page.set_input_files("#scan-file", tmp_path / "half.png")
    expect(page.locator("#scan-status")).to_contain_text("No code can be read")
    page.set_input_files("#scan-file", tmp_path / "ballot.png")
    # then it serves as well
    expect(page.locator("#print-status")).to_contain_text("its signatures hold")
    send(page)
    assert booth.spent() == {nullifier(booth.held[1])}
