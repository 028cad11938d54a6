"""What a submitter's browser has to load and to do, in Debian's Chromium.

    python benchmarks/browser.py [--comments 15]

Loading: for each page a visit, in bytes as they came over the wire, compressed, by kind; and what a second visit of the
same browser loads: all of it again, for nothing of the public app may be kept by a browser that others use. Sealing:
from the press of the button until the receipt is shown, the portal's answer included, as a ratio to what Python takes
to seal the same comment to the same keys; and how long the page's own thread was held up in one piece meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import serving  # noqa: E402
from benchmarks.submit import NAME, TARGET, prepare  # noqa: E402
from portal.crypto import envelope, keys, payload  # noqa: E402

URL = f"http://127.0.0.1:{TARGET.port}"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]
PAGES = ("/", f"/c/{NAME}", "/receipt", "/results", "/how")
TEXT = "Việc phân công còn chậm, nhiều hồ sơ dồn lại cho một người vào cuối quý. " * 6
PRESS = """() => new Promise((resolve) => {
  let longest = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => { longest = Math.max(longest, one.duration); }))
    .observe({ type: "longtask" });
  const begun = performance.now();
  const shown = document.getElementById("receipt-step");
  new MutationObserver(() => shown.hidden || resolve([performance.now() - begun, longest]))
    .observe(shown, { attributes: true });
  document.getElementById("send-button").click();
})"""


def weigh(context: BrowserContext, path: str) -> Counter[str]:
    """Bytes that one visit loads, by kind."""
    page, found, kinds = context.new_page(), Counter[str](), dict[str, str]()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    cached = set[str]()

    def received(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]
        if event["response"].get("fromDiskCache"):
            cached.add(event["requestId"])

    wire.on("Network.responseReceived", received)
    wire.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))

    def loaded(event: dict[str, Any]) -> None:
        if event["requestId"] not in cached:
            found[kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

    wire.on("Network.loadingFinished", loaded)
    answer = page.goto(URL + path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{path}: {answer.status if answer else 'no answer'}")
    page.close()
    return found


def weights(browser: Browser) -> None:
    """A line for each page."""
    print("| page | first visit KiB | document | scripts | styles | fonts | other | second visit KiB |")
    print("|---|---|---|---|---|---|---|---|")
    for path in PAGES:
        context = browser.new_context()
        first, second = weigh(context, path), weigh(context, path)
        context.close()
        kinds = [first.pop(kind, 0) for kind in ("Document", "Script", "Stylesheet", "Font")]
        parts = [sum(kinds) + sum(first.values()), *kinds, sum(first.values()), sum(second.values())]
        print(f"| {path} | " + " | ".join(f"{part / 1024:.0f}" for part in parts) + " |", flush=True)


def seal(page: Page) -> list[float]:
    """Milliseconds until the receipt is shown, and of the page's longest task."""
    page.goto(f"{URL}/c/{NAME}")
    page.check("input[name=topic][value=conduct]")
    page.fill("#text", TEXT)
    page.wait_for_timeout(400)
    return list(page.evaluate(PRESS))


def python_seals(count: int) -> float:
    """Milliseconds that Python takes for one."""
    public = keys.public_key(keys.new_seed())
    data, times = payload.build_payload(payload.Payload(NAME, "conduct", TEXT, public)), []
    for _ in range(count):
        begun = time.perf_counter()
        envelope.seal(data, consultation=NAME, recipients={keys.kid_of(public): public})
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        env, _ = prepare(Path(name))
        with serving("wsgi:app", TARGET.port, env):
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            weights(browser)
            found = [seal(browser.new_context().new_page()) for _ in range(given.comments)]
            browser.close()
    sealed, held = statistics.median(one for one, _ in found), max(one for _, one in found)
    python = python_seals(given.comments)
    print(f"sealed, sent and receipt shown: {sealed:.0f} ms, {sealed / python:.0f} times Python's sealing")
    print("longest task of the page meanwhile: " + (f"{held:.0f} ms" if held else "under 50 ms"))


if __name__ == "__main__":
    main()
