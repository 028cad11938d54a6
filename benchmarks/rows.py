"""What a portal answers when its log holds a thousand, a hundred thousand and a million comments.

    python benchmarks/rows.py [--sizes 1000,100000,1000000] [--rounds 21] [--engine sqlite|postgresql]

For each size an instance with one open consultation whose comments really stand in the log, with their tiles and
proofs. Envelopes, of which a page of the queue shows fifty, are stored at the first, middle and last two hundred
places, for a million of them would only fill the disk. Every answer is asked in turn at all sizes; printed are medians
in milliseconds and each size's ratio to the smallest.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.engines import ENGINES, databases  # noqa: E402
from portal.clock import FixedClock  # noqa: E402
from portal.config import SECRET_BYTES, Settings, load_settings  # noqa: E402
from portal.crypto import receipt  # noqa: E402
from portal.crypto.encoding import b64url_encode  # noqa: E402
from portal.extensions import db  # noqa: E402
from portal.factory import create_public_app, create_staff_app  # noqa: E402
from portal.ledger import events  # noqa: E402
from portal.ledger.log import Log, append  # noqa: E402
from portal.models import ALL  # noqa: E402
from portal.submissions.models import SealedEnvelope, SequencedCount, Submission  # noqa: E402
from portal.submissions.sequencing import sequence_groups  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.rounds import send  # noqa: E402
from tests.support import ORIGIN, PASSWORD, Office, build_office  # noqa: E402

CHUNK = 20_000
WINDOW = 200
BATCH = 25
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@dataclass
class Place:
    """An instance of so many comments. ``raw``: the receipt of one in the middle; ``first``: the first one's leaf."""

    size: int
    office: Office
    log: Log
    clock: FixedClock
    public: Flask
    staff: Flask
    raw: bytes
    first: int

    def receipt(self, raw: bytes) -> float:
        """Milliseconds of looking a receipt up, with the proof of its place."""
        body = {"locator": b64url_encode(receipt.locator(raw))}
        return timed(lambda: self.public.test_client().post("/receipt/lookup", json=body, headers={"Origin": ORIGIN}))

    def page(self, client: Any, after: int) -> float:
        """Milliseconds of a page of the moderators' queue."""
        return timed(lambda: client.get(f"/moderation/{self.office.consultation}/envelopes?after={after}&limit=50"))

    def get(self, path: str) -> float:
        """Milliseconds of a public address."""
        return timed(lambda: self.public.test_client().get(path))

    def batch(self) -> float:
        """Milliseconds in which a batch of waiting comments gets its places."""
        with self.staff.app_context():
            for _ in range(BATCH):
                with unit_of_work() as session:
                    send(session, self.log, self.clock, self.office)
            start = time.perf_counter()
            with unit_of_work() as session:
                assert sequence_groups(session, self.log, [self.office.consultation]) == BATCH
            return 1000 * (time.perf_counter() - start)

    def moderator(self) -> Any:
        """Signed in."""
        client = self.staff.test_client()
        token = client.get("/login").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
        client.post("/login", data={"email": "moderator@example.org", "password": PASSWORD, "csrf_token": token})
        return client


def timed(ask: Callable[[], Any], status: int = 200) -> float:
    """Milliseconds of an answer, which must have that status."""
    start = time.perf_counter()
    answer = ask()
    assert answer.status_code == status, answer.status
    return 1000 * (time.perf_counter() - start)


def settings_in(folder: Path, url: str) -> Settings:
    """Of an instance with new secrets."""
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    about = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
    more = {"PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0", "PORTAL_DATABASE_URL": url}
    return load_settings({**made, **about, **{name: value for name, value in more.items() if value}})


def build(folder: Path, size: int, url: str) -> Place:
    """Fill an instance; told on standard error, for it takes a while."""
    settings, clock, begun = settings_in(folder, url), FixedClock(NOW), time.perf_counter()
    log = Log.from_seed(settings.log_origin, settings.secret.log_key)
    staff = create_staff_app(settings, clock)
    with staff.app_context():
        assert ALL
        db.create_all()
        with unit_of_work() as session:
            office = build_office(session, log, clock)
        raw, first = receipt.new_receipt(), fill(office, log, size)
        with unit_of_work() as session:
            middle = session.query(Submission).filter(Submission.leaf_index == first + size // 2).one()
            middle.locator_hash = receipt.locator_hash(raw)
    print(f"{size} comments in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    public = create_public_app(replace(settings, app="public"), clock)
    return Place(size, office, log, clock, public, staff, raw, first)


def fill(office: Office, log: Log, size: int) -> int:
    """Comments into the log and their table; returns the first one's leaf."""
    envelope, _ = office.seal()
    first = -1
    for done in range(0, size, CHUNK):
        digests = [secrets.token_bytes(32) for _ in range(min(CHUNK, size - done))]
        leaves = [
            events.encode("submission", consultation=office.consultation, envelope_sha256=digest.hex())
            for digest in digests
        ]
        with unit_of_work() as session:
            at = append(session, log, leaves)
            first = at if first < 0 else first
            rows = [
                {
                    "leaf_hash": sha256(b"\x00" + leaf).digest(), "consultation_id": office.consultation,
                    "envelope_sha256": digest, "locator_hash": secrets.token_bytes(32), "leaf_index": at + n,
                }
                for n, (leaf, digest) in enumerate(zip(leaves, digests, strict=True))
            ]  # fmt: skip
            session.execute(insert(Submission), rows)
            shown = [row["leaf_hash"] for n, row in enumerate(rows) if is_shown(done + n, size)]
            if shown:
                session.execute(insert(SealedEnvelope), [{"leaf_hash": one, "data": envelope} for one in shown])
    with unit_of_work() as session:
        session.add(SequencedCount(consultation_id=office.consultation, comments=size))
    return first


def is_shown(place: int, size: int) -> bool:
    """Whether that comment's envelope is stored."""
    return any(0 <= place - begin < WINDOW for begin in (0, size // 2, size - WINDOW))


def asked(place: Place) -> dict[str, Callable[[], float]]:
    """Everything that is asked of an instance."""
    client = place.moderator()
    last = place.first + place.size - 60
    return {
        "queue, first page": lambda: place.page(client, place.first - 1),
        "queue, page in the middle": lambda: place.page(client, place.first + place.size // 2),
        "queue, last page": lambda: place.page(client, last),
        "receipt found, with its proof": lambda: place.receipt(place.raw),
        "receipt unknown": lambda: place.receipt(receipt.new_receipt()),
        "checkpoint": lambda: place.get("/log/checkpoint"),
        "a full tile": lambda: place.get("/log/tile/0/000"),
        "a bundle of 256 entries": lambda: place.get("/log/tile/entries/000"),
        "home page": lambda: place.get("/"),
        f"a batch of {BATCH} gets its places": place.batch,
    }


def main() -> None:
    """All sizes of the chosen engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=lambda text: [int(one) for one in text.split(",")], default=[1000, 100_000, 1_000_000]
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(given.engine, len(given.sizes)) as urls:
        places = []
        for size, url in zip(given.sizes, urls, strict=True):
            folder = Path(name) / str(size)
            folder.mkdir()
            places.append(build(folder, size, url))
        works = [asked(place) for place in places]
        print("| answer | " + " | ".join(f"{size} ms" for size in given.sizes) + " | ratios |")
        print("|---" * (len(places) + 2) + "|")
        for what in works[0]:
            times: list[list[float]] = [[] for _ in works]
            for _ in range(given.rounds):
                for work, kept in zip(works, times, strict=True):
                    kept.append(work[what]())
            middle = [statistics.median(one) for one in times]
            ratios = ", ".join(f"{one / middle[0]:.2f}" for one in middle[1:])
            print(f"| {what} | " + " | ".join(f"{one:.1f}" for one in middle) + f" | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
