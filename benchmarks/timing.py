"""Whether the time of an answer tells who holds a receipt, who is on a roster, or what became of a ballot or a ticket.

    python benchmarks/timing.py [--comments 2000] [--people 2000] [--rounds 300] [--no-strokes]

Receipts that are in the log, that wait and that are unknown are asked for in turn; and so are claims with a wrong claim
code, under a staff code that is on the roster and under one that is not, and claims that are good; and comments whose
ballot, and answers whose ticket, is good, spent, nobody's, or sent once more. Printed are the ratios of the medians to
that of the unknown (of the good one) and, beside them, that of the same asked twice: what chance alone makes of it.
``--no-strokes``: what the work itself would tell (:mod:`portal.web.strokes`).
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
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ballots import EACH, Bench  # noqa: E402
from benchmarks.rows import build, timed  # noqa: E402
from portal.clock import SystemClock  # noqa: E402
from portal.consultations import service as consultations  # noqa: E402
from portal.crypto import receipt  # noqa: E402
from portal.crypto.collecting import HeldBallot  # noqa: E402
from portal.crypto.crockford import RAW_SIZE, encode_code  # noqa: E402
from portal.crypto.encoding import b64url_encode  # noqa: E402
from portal.issuer_factory import create_issuer_app  # noqa: E402
from portal.issuing.store import open_store, upgrade_store  # noqa: E402
from portal.submissions import mailbox  # noqa: E402
from portal.web import strokes  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.ballots.support import bound  # noqa: E402
from tests.issuing.support import CONSULTATION, PORTAL, Person, issuer_settings, one_round  # noqa: E402
from tests.rounds import send  # noqa: E402
from tests.submissions.mail_support import Talk  # noqa: E402
from tests.support import ORIGIN  # noqa: E402

UNKNOWN, AGAIN = "unknown", "unknown again"
GOOD = "good"


def compare(what: str, asks: Mapping[str, Callable[[], float]], rounds: int, base: str = UNKNOWN) -> None:
    """Ask each in turn, in a new order each time; milliseconds come out, and ratios to ``base`` are printed."""
    times: dict[str, list[float]] = {kind: [] for kind in asks}
    for _ in range(rounds):
        order = list(asks)
        random.SystemRandom().shuffle(order)
        for kind in order:
            times[kind].append(asks[kind]())
    least = statistics.median(times[base])
    for kind in asks:
        if kind != base:
            print(f"{what}: {kind} / {base}: {statistics.median(times[kind]) / least:.3f}", flush=True)


def posted(client: FlaskClient, url: str, made: Callable[[], Mapping[str, object]], status: int) -> float:
    """Milliseconds of posting what is made before, from the portal's own page; the answer must have that status."""
    given: dict[str, Any] = {"json": made(), "headers": {"Origin": ORIGIN}}
    return timed(lambda: client.post(url, **given), status)


def receipts(folder: Path, comments: int, rounds: int) -> None:
    """Of a log with that many comments."""
    place = build(folder, comments, "")
    with place.staff.app_context(), unit_of_work() as session:
        _, waits = send(session, place.log, place.clock, place.office)
    asks = {kind: partial(place.receipt, raw) for kind, raw in {"in the log": place.raw, "waiting": waits}.items()}
    nobodys = {kind: lambda: place.receipt(receipt.new_receipt()) for kind in (UNKNOWN, AGAIN)}
    compare("receipt", {**asks, **nobodys}, rounds)


def claims(folder: Path, people: int, rounds: int) -> None:
    """Of a roster with that many people, or as many as are to collect."""
    settings = issuer_settings(folder)
    engine, clock = open_store(settings.database_url), SystemClock(ZoneInfo(settings.time_zone))
    upgrade_store(engine)
    key, codes = one_round(engine, settings, clock.today(), people=max(people, rounds))
    client = create_issuer_app(settings, clock).test_client()
    fresh = iter(codes.items())

    def ask(staff_code: str, claim_code: str, status: int) -> float:
        sent = Person(staff_code, claim_code, key).sent
        body = {"staff_code": staff_code, "claim_code": claim_code, "blinded": [b64url_encode(one) for one in sent]}
        given = {"json": body, "headers": {"Origin": PORTAL}}
        return timed(lambda: client.post(f"/rounds/{CONSULTATION}/claim", **given), status)

    def wrong(lowest: int) -> float:
        return ask(f"CB{lowest + secrets.randbelow(people):03}", encode_code(secrets.token_bytes(RAW_SIZE)), 403)

    nobodys = {kind: partial(wrong, len(codes) + 1) for kind in (UNKNOWN, AGAIN)}
    asks = {"on the roster": partial(wrong, 1), GOOD: lambda: ask(*next(fresh), 200), **nobodys}
    compare("claim", asks, rounds)


def ballots(folder: Path, rounds: int) -> None:
    """Of comments whose ballot is good (two of them each round), spent, forged, and of one that was taken already."""
    bench = Bench(folder, -(-2 * rounds // EACH) + 1)
    bench.collect()
    bench.open()
    fresh = iter(bench.held[1:])

    def body(held: HeldBallot) -> dict[str, str]:
        envelope, raw = bench.office.seal()
        data = bound(bench.pair, held, sha256(envelope).digest())
        sent = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw), "ballot": data}
        return {name: b64url_encode(value) for name, value in sent.items()}

    spent = bench.held[0]
    forged = HeldBallot(spent.seed, (*spent.signatures[:-1], secrets.token_bytes(len(spent.signatures[-1]))))
    first = body(spent)
    ask = partial(posted, bench.app.test_client(), f"/c/{bench.pair.consultation}/submissions")
    ask(lambda: first, 201)
    asks = {
        **dict.fromkeys((GOOD, f"{GOOD} again"), partial(ask, lambda: body(next(fresh)), 201)),
        "spent": partial(ask, lambda: body(spent), 409),
        "forged": partial(ask, lambda: body(forged), 422),
        "sent once more": partial(ask, lambda: first, 200),
    }
    compare("ballot", asks, rounds, GOOD)


def answers(folder: Path, rounds: int) -> None:
    """Of answers whose ticket is good (two of them each round), spent or nobody's, and of one that is repeated."""
    place = build(folder, 1, "")
    talk, tickets = Talk.of(place.office), list[bytes]()
    with place.staff.app_context(), unit_of_work() as session:
        row = consultations.get(session, place.office.consultation)
        while len(tickets) < 2 * rounds + 1:
            talk.number = 0  # no conversation is meant to be this long
            question, hashes = talk.ask()
            mailbox.ask(session, place.log, place.clock, row, posted=question, tickets=hashes, promise_days=2)
            tickets += talk.tickets
    spent, fresh = tickets[0], iter(tickets[1:])

    def body(ticket: bytes) -> dict[str, object]:
        talk.number = 0
        said = talk.answer()
        return {"message": b64url_encode(said.data), "bucket": said.bucket, "ticket": b64url_encode(ticket)}

    first = body(spent)
    ask = partial(posted, place.public.test_client(), f"/c/{place.office.consultation}/mail")
    ask(lambda: first, 201)
    asks = {
        **dict.fromkeys((GOOD, f"{GOOD} again"), partial(ask, lambda: body(next(fresh)), 201)),
        "spent": partial(ask, lambda: body(spent), 409),
        "nobody's": partial(ask, lambda: body(secrets.token_bytes(32)), 409),
        "sent once more": partial(ask, lambda: first, 200),
    }
    compare("answer", asks, rounds, GOOD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=2000)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--no-strokes", action="store_true", help="answer as soon as the work is done")
    given = parser.parse_args()
    if given.no_strokes:
        strokes.sleep = lambda _seconds: None
    with tempfile.TemporaryDirectory() as name:
        receipts(Path(name), given.comments, given.rounds)
    with tempfile.TemporaryDirectory() as name:
        claims(Path(name), given.people, given.rounds)
    with tempfile.TemporaryDirectory() as name:
        ballots(Path(name), given.rounds)
    with tempfile.TemporaryDirectory() as name:
        answers(Path(name), given.rounds)


if __name__ == "__main__":
    main()
