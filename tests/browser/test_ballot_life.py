"""A ballot's whole life in a browser, over six days: two desks, the portal's draft, collecting, the lists, a comment.

Days pass by Debian's faketime: the servers are stopped and started again with their clocks moved on.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from portal.clock import SystemClock
from tests.browser.served import ROOT, Portal, Watched, free_ports, wait_until_up

pytestmark = pytest.mark.browser

CID = "tu-dau-den-cuoi"
ROSTER = (
    "Mã cán bộ;Họ và tên;Mã phòng;Phòng\n"
    "CB01;Người thứ nhất;P1;Phòng Một\nCB02;Người thứ hai;P1;Phòng Một\nCB03;Người thứ ba;P2;Phòng Hai\n"
)
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]{2}")
TEXT = "Sát hạn mới có văn bản đôn đốc, cơ sở làm không kịp."


def today() -> date:
    return SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")).today()


@contextmanager
def served(made: Portal, port: int, *, days: int) -> Iterator[None]:
    """`portal demo`, that many days from now."""
    clock = ["faketime", "-f", f"+{days}d"] if days else []
    command = [*clock, sys.executable, "-m", "portal", "demo", "--port", str(port)]
    env = {**os.environ, "PORTAL_INSTANCE": str(made.instance)}
    with subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) as process:
        try:
            for place in range(3):
                wait_until_up(f"http://127.0.0.1:{port + place}/static/manifest.json")
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=40)


def wait_for_lists(made: Portal) -> None:
    """Until the ticker has fetched both issuers' lists."""
    for _ in range(60):
        with urllib.request.urlopen(f"{made.url}/c/{CID}/ballots.json") as answer:
            if json.load(answer)["turnout"]:
                return
        time.sleep(1)
    raise AssertionError("the issuers' lists did not come")


def tick(made: Portal, *, days: int) -> None:
    """One round of the ticker: the comment is shuffled in."""
    command = ["faketime", "-f", f"+{days}d", sys.executable, "-m", "portal", "tick"]
    env = {**os.environ, "PORTAL_INSTANCE": str(made.instance)}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)


def press(page: Page) -> None:
    """The first button of the page's main form."""
    page.locator("main form button[type=submit]").first.click()


def issue(page: Page, desk: str, passphrase: str, folder: Path) -> str:
    """A registrar's work at one desk: round, roster, slips, terms. Returns the claim code of CB02's slip."""
    page.goto(f"{desk}/desk/")
    page.fill("[name=passphrase]", passphrase)
    press(page)
    page.goto(f"{desk}/desk/rounds/new")
    page.fill("[name=consultation]", CID)
    page.fill("[name=title_vi]", "Từ đầu đến cuối")
    page.fill("[name=collect_from]", today().isoformat())
    page.fill("[name=collect_until]", (today() + timedelta(days=2)).isoformat())
    press(page)
    page.wait_for_url(f"**/desk/rounds/{CID}")
    page.goto(f"{desk}/desk/rounds/{CID}/roster/")
    roster = folder / "danh-sach.csv"
    roster.write_text(ROSTER, "utf-8-sig")
    page.set_input_files("[name=roster]", roster)
    press(page)
    expect(page.locator("main")).to_contain_text("Phòng Hai")
    press(page)
    page.wait_for_url(f"**/desk/rounds/{CID}**")
    page.goto(f"{desk}/desk/rounds/{CID}/codes/")
    with page.expect_download() as download:
        press(page)
    slips = folder / "slips.pdf"
    download.value.save_as(slips)
    shown = subprocess.run(["pdftotext", "-raw", str(slips), "-"], capture_output=True, text=True, check=True).stdout
    # Codes are printed widely spaced; slips come in the order of units and staff codes.
    codes = CODE.findall("".join(shown.split()))
    assert len(codes) == 3, shown
    page.goto(f"{desk}/desk/rounds/{CID}")
    page.locator("#terms a.button").first.click()
    press(page)
    expect(page.locator("#terms")).to_contain_text("terms.json")
    return codes[1]


def prepare(page: Page, made: Portal, desks: list[str]) -> None:
    """The administrator's work: a draft with ballots, both issuers' terms fetched, opened."""
    page.goto(f"{made.url}/staff/consultations/new")
    page.fill("[name=id]", CID)
    page.fill("[name=title_vi]", "Từ đầu đến cuối")
    page.check("[name=ballot_mode][value=ballots]")
    days = {"collect_from": 0, "collect_until": 2, "opens": 4, "closes": 12}
    for name, after in days.items():
        page.fill(f"[name={name}]", (today() + timedelta(days=after)).isoformat())
    page.fill("[name=headcount]", "3")
    for name, value in (("code", "P1"), ("name_vi", "Phòng Một"), ("headcount", "2")):
        page.fill(f"[name=units-0-{name}]", value)
    for box in page.locator("input[name=kids]").all():
        box.check()
    page.fill("[name=mix_minimum]", "1")
    page.locator("button[name=do][value=save]").last.click()
    page.wait_for_url(f"**/consultations/{CID}")
    for desk in desks:
        page.goto(f"{made.url}/staff/ballots/{CID}")
        page.fill("input[name=address]", desk)
        page.locator(f"form[action$='{CID}/terms/fetch'] button[type=submit]").last.click()
        page.wait_for_load_state()
    page.goto(f"{made.url}/staff/consultations/{CID}/open")
    press(page)
    page.wait_for_url(f"**/consultations/{CID}")


def collect(page: Page, made: Portal, codes: dict[str, str]) -> None:
    page.goto(f"{made.url}/c/{CID}/collect")
    expect(page.locator("#claim")).to_be_visible()
    page.fill("#staff", "cb02")
    for issuer, code in codes.items():
        page.fill(f"[data-issuer={issuer}] [data-role=code]", code)
    page.click("#claim-button")
    expect(page.locator("#held")).to_be_visible()


def write(page: Page, made: Portal) -> str:
    """A comment with a ballot of this browser; returns the receipt's code."""
    page.goto(f"{made.url}/c/{CID}")
    expect(page.locator("#comment")).to_be_visible()
    page.check("input[name=topic][value=difficulty]")
    page.fill("#text", TEXT)
    expect(page.locator("#way-box")).to_be_checked()
    expect(page.locator("#few")).to_be_visible()
    page.click("#send-button")
    expect(page.locator("#receipt-step")).to_be_visible()
    code = "".join(page.locator("#receipt-code").inner_text().split())
    page.fill("#saved-code", code.replace("-", "")[-6:])
    page.locator("#saved button[type=submit]").click()
    expect(page.locator("#thanks")).to_be_visible()
    return code


def test_a_ballots_whole_life(visit: Callable[..., Watched], tmp_path: Path) -> None:
    assert shutil.which("faketime"), "Debian's faketime is missing: run `make debian`"
    port = free_ports(5)
    made = Portal(f"http://127.0.0.1:{port}", tmp_path / "instance", {})
    made.instance.mkdir()
    made.run("demo", "--build-only", "--port", str(port))
    people = {p["roles"][0]: p for p in json.loads((made.instance / "demo-sign-ins.json").read_text("utf-8"))}
    desks = {"van-phong": f"http://127.0.0.1:{port + 1}", "thanh-tra": f"http://127.0.0.1:{port + 2}"}
    voter = visit()
    with served(made, port, days=0):
        # given two desks that print slips and sign their terms, and a portal that opens with them
        codes = {}
        for name, desk in desks.items():
            phrase = (made.instance / f"issuer-{name}" / "demo-desk-passphrase").read_text("utf-8").strip()
            codes[name] = issue(visit().page, desk, phrase, tmp_path)
        admin = visit().page
        admin.goto(f"{made.url}/staff/login")
        admin.fill("#email", people["admin"]["email"])
        admin.fill("#password", people["admin"]["password"])
        admin.press("#password", "Enter")
        admin.wait_for_url(f"{made.url}/staff/")
        prepare(admin, made, list(desks.values()))
        # when somebody of the roster collects
        collect(voter.page, made, codes)
    # and five days later, when the issuers have closed and the ticker has fetched their lists, writes
    with served(made, port, days=5):
        wait_for_lists(made)
        write(voter.page, made)
        tick(made, days=5)
        # then anybody can check all of it from outside
        verdict = json.loads(made.run("audit", "verify", made.url, "--json"))
    assert verdict["failures"] == []
    ours = next(item for item in verdict["ballots"] if item["consultation"] == CID)
    assert (ours["people"], ours["ballots"], ours["redeemed"]) == (3, 3, 1)
    assert TEXT.encode() not in voter.bodies()
