"""Whether the time of an answer tells who holds a receipt, or who is on an issuer's roster.

    python benchmarks/timing.py [--comments 2000] [--people 2000] [--rounds 300]

Receipts that are in the log, that wait and that are unknown are asked for in turn; and so are claims with a wrong claim
code, under a staff code that is on the roster and under one that is not. Printed are the ratios of the medians to that
of the unknown and, beside them, that of two halves of the unknown ones' own times: what chance alone makes of it.
"""

from __future__ import annotations

import argparse
import random
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.rows import build, timed  # noqa: E402
from portal.clock import SystemClock  # noqa: E402
from portal.crypto import receipt  # noqa: E402
from portal.crypto.crockford import RAW_SIZE, encode_code  # noqa: E402
from portal.crypto.encoding import b64url_encode  # noqa: E402
from portal.issuer_factory import create_issuer_app  # noqa: E402
from portal.issuing.store import open_store, upgrade_store  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.issuing.support import CONSULTATION, PORTAL, Person, issuer_settings, one_round  # noqa: E402
from tests.rounds import send  # noqa: E402

UNKNOWN, AGAIN = "unknown", "unknown again"


def compare(what: str, asks: Mapping[str, Callable[[], float]], rounds: int) -> None:
    """Ask each in turn, in a new order each time; milliseconds come out, and ratios are printed."""
    times: dict[str, list[float]] = {kind: [] for kind in asks}
    for _ in range(rounds):
        order = list(asks)
        random.SystemRandom().shuffle(order)
        for kind in order:
            times[kind].append(asks[kind]())
    base = statistics.median(times[UNKNOWN])
    for kind in asks:
        if kind != UNKNOWN:
            print(f"{what}: {kind} / {UNKNOWN}: {statistics.median(times[kind]) / base:.3f}", flush=True)


def receipts(folder: Path, comments: int, rounds: int) -> None:
    """Of a log with that many comments."""
    place = build(folder, comments, "")
    with place.staff.app_context(), unit_of_work() as session:
        _, waits = send(session, place.log, place.clock, place.office)
    asks = {kind: partial(place.receipt, raw) for kind, raw in {"in the log": place.raw, "waiting": waits}.items()}
    nobodys = {kind: lambda: place.receipt(receipt.new_receipt()) for kind in (UNKNOWN, AGAIN)}
    compare("receipt", {**asks, **nobodys}, rounds)


def claims(folder: Path, people: int, rounds: int) -> None:
    """Of a roster with that many people."""
    settings = issuer_settings(folder)
    engine, clock = open_store(settings.database_url), SystemClock(ZoneInfo(settings.time_zone))
    upgrade_store(engine)
    key, _ = one_round(engine, settings, clock.today(), people=people)
    client = create_issuer_app(settings, clock).test_client()
    person = Person("CB001", encode_code(secrets.token_bytes(RAW_SIZE)), key)
    body = {"claim_code": person.claim_code, "blinded": [b64url_encode(message) for message in person.sent]}

    def ask(lowest: int) -> float:
        code = f"CB{lowest + secrets.randbelow(people):03}"
        sent = {"json": {"staff_code": code, **body}, "headers": {"Origin": PORTAL}}
        return timed(lambda: client.post(f"/rounds/{CONSULTATION}/claim", **sent), 403)

    nobodys = {kind: partial(ask, people + 1) for kind in (UNKNOWN, AGAIN)}
    compare("claim", {"on the roster": partial(ask, 1), **nobodys}, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=2000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        receipts(Path(name), given.comments, given.rounds)
    with tempfile.TemporaryDirectory() as name:
        claims(Path(name), given.people, given.rounds)


if __name__ == "__main__":
    main()
