"""Collecting three ballots from two issuers in Debian's Chromium: from the press of the button to ballots held.

    python benchmarks/collect.py [--people 12]

The portal and both issuers run in one process beside the browser, on the same machine; each person gets a fresh
profile. Printed: the median and the fastest, in milliseconds, and the median as a ratio to what the six blind
signatures alone cost an issuer's key in the same run, for machines differ.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.clock import FixedClock  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.crypto import blindrsa  # noqa: E402
from portal.crypto.blindsign import BlindSigner  # noqa: E402
from portal.extensions import db  # noqa: E402
from portal.factory import create_public_app, create_staff_app  # noqa: E402
from portal.issuer_factory import create_issuer_app  # noqa: E402
from portal.ledger.log import Log  # noqa: E402
from portal.models import ALL  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.ballots.support import IssuerPair, open_with_ballots, two_issuers  # noqa: E402
from tests.support import build_office  # noqa: E402

PORT = 28201
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync"]
PRESS = """() => new Promise((resolve) => {
  const begun = performance.now();
  const held = document.getElementById("held");
  new MutationObserver(() => held.hidden || resolve(performance.now() - begun)).observe(held, { attributes: true });
  document.getElementById("claim-button").click();
})"""


@contextmanager
def served(folder: Path, people: int) -> Iterator[IssuerPair]:
    """The portal and both issuers, collecting."""
    clock = FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    origin = f"http://127.0.0.1:{PORT}"
    values = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    given = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "b.example/log"}
    settings = load_settings({**given, **values, "PORTAL_TOTP": "optional", "PORTAL_PUBLIC_ORIGINS": origin})
    log = Log.from_seed(settings.log_origin, settings.secret.log_key)
    app, staff = create_public_app(settings, clock), create_staff_app(settings, clock)
    with app.app_context():
        assert ALL
        db.create_all()
    with staff.app_context(), unit_of_work() as session:
        build_office(session, log, clock)
    addresses = (f"http://127.0.0.1:{PORT + 1}", f"http://127.0.0.1:{PORT + 2}")
    pair = two_issuers(folder, clock, people=people, addresses=addresses)
    with app.app_context(), unit_of_work() as session:
        open_with_ballots(session, log, clock, pair)
    apps = [app]
    apps += [create_issuer_app(replace(one.settings, portal_origins=(origin,), claim_rate=0), clock) for one in pair]
    servers = [make_server("127.0.0.1", PORT + place, one, threaded=True) for place, one in enumerate(apps)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield pair
    for server in servers:
        server.shutdown()


def collect(browser: Browser, pair: IssuerPair, staff_code: str) -> float:
    """Milliseconds that one person waits."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{PORT}/c/{pair.consultation}/collect")
    page.wait_for_selector("#claim:not([hidden])")
    page.fill("#staff", staff_code)
    for one in pair:
        page.fill(f"[data-issuer={one.name}] [data-role=code]", one.codes[staff_code])
    page.wait_for_timeout(1500)  # whoever types eighteen symbols twice takes longer; ballots are drawn meanwhile
    waited = float(page.evaluate(PRESS))
    context.close()
    return waited


def six_signatures() -> float:
    """Milliseconds of the bare private operations."""
    signer = BlindSigner.generate()
    messages = [blindrsa.blind(signer.private.public_key(), secrets.token_bytes(32)).message for _ in range(6)]
    begun = time.perf_counter()
    for message in messages:
        signer.sign(message)
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=12)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), people) as pair, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        waits = [collect(browser, pair, f"CB{number:03}") for number in range(1, people + 1)]
        browser.close()
    base, median = statistics.median(six_signatures() for _ in range(5)), statistics.median(waits)
    ratio = f"{median / base:.1f} x six bare signatures ({base:.0f} ms)"
    print(f"median {median:.0f} ms, fastest {min(waits):.0f} ms, {ratio}")


if __name__ == "__main__":
    main()
