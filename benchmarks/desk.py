"""The moderators' desk with many comments, in Debian's Chromium: how long the page's thread is ever held up.

    python benchmarks/desk.py [--comments 1000]

A demonstration is made in a temporary folder; a consultation of 50 comments and one of so many are sealed by Python and
unlocked in the browser. Printed, for either: the longest task of the page's thread while comments open and while one
works (stepping, searching, filtering, scrolling, picking all, planning a change of all), as the browser's observer of
long tasks sees it (from 50 ms, by the clock), and in processor time by its tracing, which other programs of a busy
machine do not lengthen. Then what opening takes for each comment, as a ratio to Python's opening of one, and the
longest task with many comments as a ratio to that with 50, for machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.crypto import envelope, keys, payload, receipt  # noqa: E402
from tests.browser import desk_stage  # noqa: E402
from tests.browser.served import Portal, free_ports, wait_until_up  # noqa: E402

FEW = 50
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]
WATCH = """(() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ type: "longtask", buffered: true });
})()"""
TAKE = "() => { const seen = longest; longest = 0; return seen; }"


@contextmanager
def served(folder: Path) -> Iterator[Portal]:
    """A demonstration, served."""
    port = free_ports(5)
    made = Portal(f"http://127.0.0.1:{port}", folder, {})
    made.run("demo", "--build-only", "--port", str(port))
    command = [sys.executable, "-m", "portal", "demo", "--port", str(port)]
    env = {**os.environ, "PORTAL_INSTANCE": str(folder)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as process:
        wait_until_up(f"{made.url}/static/manifest.json")
        yield made
        process.terminate()


def sign_in(browser: Browser, portal: Portal) -> Page:
    """A page on which the first moderator is signed in, watched from its first line."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(300_000)
    page.add_init_script(WATCH)
    person = desk_stage.moderators(portal)[0]
    page.goto(f"{portal.url}/staff/login")
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.press("#password", "Enter")
    page.wait_for_url(f"{portal.url}/staff/")
    return page


def work(page: Page) -> None:
    """What a moderator does, fast."""
    for key in "jjjjjjjjjjkkkkk":
        page.keyboard.press(key)
    page.keyboard.press("/")
    page.keyboard.type("hồ sơ phòng", delay=60)
    page.wait_for_timeout(400)
    page.fill("#search", "")
    for state in ("todo", "one", ""):
        page.select_option("#filter-state", state)
    page.locator("[data-queue]").focus()
    for key in ("End", "Home", "PageDown", "PageDown", "Control+a", "b"):
        page.keyboard.press(key)
    page.locator("#bulk summary").first.click()
    page.check("#bulk-add-C6")
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def measure(page: Page, portal: Portal, cid: str, count: int) -> dict[str, float]:
    """{"each": milliseconds a comment, "opening" and "working": the longest task in milliseconds of processor time}."""
    person = desk_stage.moderators(portal)[0]
    page.goto(f"{portal.url}/staff/moderation/{cid}")
    page.fill("#passphrase", person["passphrase"])
    seen: dict[str, float] = {}
    with traced(page, seen, "opening", count):
        page.click("[data-unlock]")
        page.locator("[data-opening-text]").filter(has_text="%").wait_for()
        begun = time.perf_counter()
        page.locator("#desk").wait_for(state="visible")
        seen["each"] = (time.perf_counter() - begun) * 1000 / count
    with traced(page, seen, "working", count):
        work(page)
    return seen


@contextmanager
def traced(page: Page, seen: dict[str, float], name: str, count: int) -> Iterator[None]:
    """Trace the browser meanwhile, and keep and print the page's longest task."""
    browser = page.context.browser
    assert browser is not None
    page.evaluate(TAKE)
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    yield
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [one for one in events if one.get("ph") == "X" and (one["pid"], one["tid"]) in mains]
    seen[name] = max((one.get("tdur", 0) for one in tasks), default=0) / 1000
    observed = page.evaluate(TAKE)
    by_clock = f"{observed:.0f} ms" if observed else "under 50 ms"
    print(f"{count:>6} comments, {name}: longest task {by_clock} by the clock, {seen[name]:.0f} ms of processor time")


def python_opens() -> float:
    """Milliseconds that Python takes to open one comment that is sealed to three keys."""
    seeds = [keys.new_seed() for _ in range(3)]
    public = {keys.kid_of(keys.public_key(seed)): keys.public_key(seed) for seed in seeds}
    reply = keys.public_key(receipt.reply_seed(receipt.new_receipt()))
    data = payload.build_payload(payload.Payload("thu-2026", "conduct", "Việc khó bị để lại.", reply))
    sealed = [envelope.seal(data, consultation="thu-2026", recipients=public) for _ in range(100)]
    begun = time.perf_counter()
    for one in sealed:
        envelope.open_with(seeds[0], one)
    return (time.perf_counter() - begun) * 1000 / len(sealed)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=1000)
    many = parser.parse_args().comments
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as portal, sync_playwright() as playwright:
        for count in (FEW, many):
            texts = [
                f"Ý kiến số {place}: hồ sơ chuyển qua lại giữa các phòng, lần {place % 97}." for place in range(count)
            ]
            desk_stage.stage(portal, f"ban-lam-viec-{count}", texts)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = sign_in(browser, portal)
        seen = {count: measure(page, portal, f"ban-lam-viec-{count}", count) for count in (FEW, many)}
        browser.close()
    ours, theirs = seen[many]["each"], python_opens()
    print(f"opening: {ours:.1f} ms a comment, {ours / theirs:.1f} x Python's {theirs:.2f} ms")
    for name in ("opening", "working"):
        print(f"{name}: longest task with {many} comments {seen[many][name] / seen[FEW][name]:.1f} x that with {FEW}")


if __name__ == "__main__":
    main()
