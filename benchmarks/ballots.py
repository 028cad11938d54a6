"""Issuing and redeeming ballots a second, as ratios to the raw RSA operations that each contains.

    python benchmarks/ballots.py [--people 60] [--rounds 3]

Issuing: an issuer's whole answer to a person (three blinded messages: claim code checked, key opened, signed, noted in
SQLite with full synchronisation) against the bare private operation on the same messages. Redeeming: a comment with its
ballot accepted by the service (two issuers' signatures, binding, nullifier, envelope, one durable commit) against the
same comment in a consultation without ballots, and against two bare RSA verifications. Medians of the rounds; one
process, one thread.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.clock import FixedClock  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.consultations import service as consultations  # noqa: E402
from portal.crypto import blindrsa, collecting, receipt  # noqa: E402
from portal.crypto.ballot import Part, public_of  # noqa: E402
from portal.crypto.blindsign import BlindSigner  # noqa: E402
from portal.extensions import db  # noqa: E402
from portal.factory import create_public_app, create_staff_app  # noqa: E402
from portal.ledger.log import Log  # noqa: E402
from portal.models import ALL  # noqa: E402
from portal.submissions.service import accept  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.ballots.support import bound, claim, close_issuing, move_to, open_with_ballots, two_issuers  # noqa: E402
from tests.support import build_office  # noqa: E402

EACH = 3


def rate(work: Callable[[], object], count: int) -> float:
    """How many a second when ``work`` does ``count`` of them."""
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


class Bench:
    """One instance with an office, two issuers, and people who have not collected yet."""

    def __init__(self, folder: Path, people: int) -> None:
        values = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
        given = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "b.example/log"}
        self.settings = load_settings({**given, **values, "PORTAL_TOTP": "optional"})
        self.clock = FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
        self.log = Log.from_seed(self.settings.log_origin, self.settings.secret.log_key)
        self.app = create_public_app(self.settings, self.clock)
        staff = create_staff_app(self.settings, self.clock)
        with self.app.app_context():
            assert ALL
            db.create_all()
        with staff.app_context(), unit_of_work() as session:
            self.office = build_office(session, self.log, self.clock)
        self.pair = two_issuers(folder, self.clock, people=people, each=EACH)
        with self.app.app_context(), unit_of_work() as session:
            self.opens = open_with_ballots(session, self.log, self.clock, self.pair).opens

    def collect(self) -> tuple[float, float]:
        """People served a second by one issuer, and by its bare key; ballots are kept for redeeming."""
        begun = [collecting.begin(self.pair.consultation, self.pair.keys, EACH) for _ in range(self.people)]
        codes = [f"CB{n:03}" for n in range(1, self.people + 1)]
        first, second = self.pair.issuers
        answers: list[dict[str, list[bytes]]] = [{} for _ in begun]

        def serve() -> None:
            for code, one, got in zip(codes, begun, answers, strict=True):
                got[first.name] = claim(self.pair, first, code, one.messages(first.name))

        issuing = rate(serve, self.people)
        for code, one, got in zip(codes, begun, answers, strict=True):
            got[second.name] = claim(self.pair, second, code, one.messages(second.name))
        self.held = [item for one, got in zip(begun, answers, strict=True) for item in collecting.finish(one, got)]
        signer = BlindSigner.generate()
        key = signer.private.public_key()
        bare = [[blindrsa.blind(key, secrets.token_bytes(32)).message for _ in range(EACH)] for _ in codes]
        raw = rate(lambda: [signer.sign(message) for three in bare for message in three], self.people)
        return issuing, raw

    @property
    def people(self) -> int:
        """On the roster."""
        return len(self.pair.issuers[0].codes)

    def close(self) -> None:
        """The issuers close their lists."""
        with self.app.app_context(), unit_of_work() as session:
            close_issuing(session, self.log, self.clock, self.pair)

    def open(self) -> None:
        """Ballots are taken from now on."""
        if self.clock.today() <= self.pair.collect_until:
            self.close()
        move_to(self.clock, self.opens)
        self.office.consultation = self.pair.consultation

    def redeem(self) -> tuple[float, float, float]:
        """Comments a second with a ballot, without one, and pairs of bare verifications."""
        self.close()
        plain = [self.office.seal() for _ in self.held]
        without = rate(lambda: [self._send(self.office.consultation, item, None) for item in plain], len(plain))
        self.open()
        sealed = [self.office.seal() for _ in self.held]
        bindings = [
            bound(self.pair, held, sha256(envelope).digest())
            for held, (envelope, _) in zip(self.held, sealed, strict=True)
        ]
        pairs = list(zip(sealed, bindings, strict=True))
        with_ballot = rate(lambda: [self._send(self.pair.consultation, item, one) for item, one in pairs], len(pairs))
        keys = [blindrsa.load_public(self.pair.keys[name]) for name in sorted(self.pair.keys)]
        nonces = [Part(public_of(held.seed)).nonce for held in self.held]

        def verify() -> None:
            for held, nonce in zip(self.held, nonces, strict=True):
                for key, signature in zip(keys, held.signatures, strict=True):
                    assert blindrsa.verifies(key, nonce, signature)

        return with_ballot, without, rate(verify, len(self.held))

    def _send(self, consultation: str, sealed: tuple[bytes, bytes], ballot: bytes | None) -> None:
        envelope, raw = sealed
        with self.app.app_context(), unit_of_work() as session:
            row = consultations.get(session, consultation)
            hashed = receipt.locator_hash(raw)
            accept(
                session, self.log, self.clock, row,
                envelope=envelope, locator_hash=hashed, promise_days=2, ballot=ballot,
            )  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), options.people)
            rows.append((*bench.collect(), *bench.redeem()))
    issuing, raw, redeeming, without, verifying = (statistics.median(column) for column in zip(*rows, strict=True))
    print("| work | a second | baseline | a second | ratio |\n|---|---|---|---|---|")
    table = [
        ("an issuer serves a person", issuing, "three bare private operations", raw),
        ("comment with ballot", redeeming, "comment without", without),
        ("comment with ballot", redeeming, "two bare verifications", verifying),
    ]
    for work, done, baseline, base in table:
        print(f"| {work} | {done:,.0f} | {baseline} | {base:,.0f} | {done / base:.3f} |")


if __name__ == "__main__":
    main()
