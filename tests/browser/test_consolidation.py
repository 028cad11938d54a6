"""An upper-level office in a browser: keys compared, a ZIP taken, the table, the report; both sizes, axe, keyboard."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.tlog.keys import spoken_fingerprint
from tests.consolidation.offices import document, sender

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("PORTAL_SHOTS", "")
OFFICES = (1, 2, 3, 4)


def look(page, name: str) -> None:
    """The page as a person meets it, at both widths."""
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        assert Axe().run(page).response["violations"] == [], name


def archive() -> bytes:
    """The files of three offices, one of them changed on the way."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in OFFICES:
            data = sender(number).file(document(number, ballots=12 if number == 4 else 60 + 10 * number))
            packed.writestr(f"{sender(number).id}.json", data)
        table = json.loads(sender(1).file(document(5, consultation="quy-hai")))
        table["publication"]["rows"]["categories"] = []
        packed.writestr("bi-sua.json", json.dumps(table, separators=(",", ":"), ensure_ascii=False))
    return out.getvalue()


def add_offices(page, root: str) -> None:
    """Each office's key is added and compared."""
    for number in OFFICES:
        one = sender(number)
        page.goto(f"{root}/offices/new")
        for name, value in (("name", one.name), ("id", one.id), ("vkey", one.vkey)):
            page.fill(f"#{name}", value)
        if number == 1:
            look(page, "office-new")
        page.press("#vkey", "Enter")
        if number == 1:
            page.wait_for_selector("#said")
            look(page, "office")
        page.fill("#said", spoken_fingerprint(one.vkey)[-8:])
        page.press("#said", "Enter")
        page.wait_for_url(f"{root}/offices/")
    look(page, "offices")


def begin(page, root: str) -> None:
    """A consolidation is begun."""
    page.goto(f"{root}/new")
    look(page, "new")
    values = {"title_vi": "Tổng hợp góp ý quý ba", "id": "quy-ba-2026", "opens": "2026-07-01", "closes": "2026-09-30"}
    for name, value in values.items():
        page.fill(f"#{name}", value)
    page.press("#id", "Enter")
    page.wait_for_url(f"{root}/quy-ba-2026")
    look(page, "empty")


def bring(page, here: str, file: Path) -> None:
    """The offices' files come in one archive, and the one that was changed is named."""
    file.write_bytes(archive())
    page.set_input_files("#files", str(file))
    page.locator("form[action$='/files'] button").press("Enter")
    page.wait_for_url(f"{here}/imports/*")
    assert page.locator("table").first.inner_text().count("bi-sua.json") == 1
    look(page, "result")
    page.goto(here)
    look(page, "files")


def report(page, here: str) -> None:
    """The report is drafted, changed by keyboard, and handed over."""
    page.goto(f"{here}/report")
    look(page, "report-start")
    page.locator("main form button").first.click()
    page.wait_for_selector("article.folio")
    page.locator("a.say").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea#text")
    page.fill("textarea#text", "Có 987 lượt góp ý được tổng hợp.")
    look(page, "report-editing")
    page.locator("section.writing button[type=submit]").press("Enter")
    page.wait_for_selector(".say--changed")
    look(page, "report")
    page.goto(f"{here}/report/paper")
    look(page, "paper")
    page.goto(f"{here}/report")
    page.locator("form[action$='hand-over'] button").click()
    page.wait_for_selector("form[action$='send-back']")
    look(page, "handed")
    page.goto(f"{here}/report/approve")
    look(page, "approve")


def test_a_province_adds_up_its_offices(portal, sign_in, tmp_path: Path) -> None:
    page = sign_in("committee", bypass_csp=True).page
    root = f"{portal.url}/staff/consolidation"
    here = f"{root}/quy-ba-2026"
    page.goto(f"{root}/")
    look(page, "index")
    add_offices(page, root)
    begin(page, root)
    bring(page, here, tmp_path / "don-vi.zip")
    # then the table shows ranges, and who published
    page.goto(f"{here}/table")
    page.locator("details summary").first.click()
    look(page, "table")
    report(page, here)
