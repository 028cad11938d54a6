"""Accepted durable submissions a second, as a ratio to a bare Flask route doing one durable insert.

    python benchmarks/submit.py [--engine sqlite|postgresql] [--requests 1500] [--rounds 3] [--clients 1,4,16,64]

Both apps run under the same gunicorn (2 workers x 8 threads) on the same engine, every commit on the disk, in turns,
and get the same bodies: real envelopes whose content was varied, so that each is unique and well formed. The client is
one asyncio process on the same machine; its cost counts against both. For each number of clients the median round is
printed.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.engines import ENGINES, databases  # noqa: E402
from benchmarks.load import Measured, Target, measure, serving  # noqa: E402
from portal.accounts import service as accounts  # noqa: E402
from portal.cli.context import open_log, system_clock, work  # noqa: E402
from portal.cli.database import upgrade_schema  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.consultations import service as consultations  # noqa: E402
from portal.consultations.taxonomy import default_taxonomy  # noqa: E402
from portal.crypto import keys  # noqa: E402
from portal.crypto.envelope import seal  # noqa: E402
from portal.crypto.payload import Payload, build_payload  # noqa: E402

PORT = 21010
NAME = "benchmark"
TARGET, BARE = Target(PORT, f"/c/{NAME}/submissions"), Target(PORT + 1, "/")


def prepare(folder: Path, database_url: str = "") -> tuple[dict[str, str], bytes]:
    """An instance with one open consultation; returns its environment and one real envelope."""
    values = {name: secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    given = {
        "app": "public",
        "instance": str(folder),
        "open_rate": "0",
        "log_origin": "b.example/log",
        "public_origins": f"http://127.0.0.1:{PORT}",
        "staff_origins": "http://127.0.0.1",
        **({"database_url": database_url} if database_url else {}),
    }
    env = {f"PORTAL_{name.upper()}": value for name, value in {**values, **given}.items()}
    settings = load_settings(env)
    upgrade_schema(settings)
    log, clock, seed = open_log(settings), system_clock(settings), keys.new_seed()
    public_key, today = keys.public_key(seed), clock.today()
    with work(settings) as session:
        about = {"name": "", "roles": ["moderator"], "forbid_pairs": True, "today": today}
        account, _ = accounts.invite(session, email="m@example.org", **about)
        key = accounts.add_key(session, log, account, public_key=public_key, wrapped="{}")
        taxonomy = consultations.save_taxonomy(session, default_taxonomy())
        draft = consultations.ConsultationDraft(
            id=NAME,
            title_vi="Benchmark",
            opens=today,
            closes=today + timedelta(days=2),
            headcount=100,
            notice_vi="-",
            taxonomy_version=taxonomy.version,
            units=[consultations.UnitDraft("P1", "P1", 100)],
        )
        row = consultations.save_draft(session, draft)
        consultations.set_moderators(session, row, [key.kid])
        consultations.open_consultation(session, log, row, today=today)
    payload = build_payload(Payload(NAME, "conduct", "x", public_key))
    return env, seal(payload, consultation=NAME, recipients={key.kid: public_key})


def bodies(envelope: bytes, count: int) -> list[bytes]:
    """That many unique well-formed submissions."""
    start = 6 + int.from_bytes(envelope[4:6], "big")
    made = []
    for _ in range(count):
        unique = envelope[:start] + secrets.token_bytes(32) + envelope[start + 32 :]
        fields = {"envelope": unique, "locator_hash": secrets.token_bytes(32)}
        text = {name: base64.urlsafe_b64encode(value).rstrip(b"=").decode() for name, value in fields.items()}
        made.append(json.dumps(text).encode())
    return made


def line(engine: str, clients: int, ours: list[Measured], bare: list[Measured]) -> str:
    """The median of the rounds."""

    def middle(found: list[Measured], value: Callable[[Measured], float]) -> float:
        return statistics.median(map(value, found))

    rate, base = middle(ours, lambda one: one.rate), middle(bare, lambda one: one.rate)
    p50, p99 = middle(ours, lambda one: one.p50), middle(ours, lambda one: one.p99)
    tail, bare_tail = middle(ours, lambda one: one.p99 / one.p50), middle(bare, lambda one: one.p99 / one.p50)
    figures = f"{rate:.0f} | {base:.0f} | {rate / base:.2f} | {p50:.1f} | {p99:.1f} | {tail:.1f} | {bare_tail:.1f}"
    return f"| {engine} | {clients} | {figures} |"


def run(engine: str, given: argparse.Namespace) -> None:
    """One engine's lines."""
    with tempfile.TemporaryDirectory() as name, databases(engine) as (ours, theirs):
        env, envelope = prepare(Path(name), ours)
        place = theirs.replace("+psycopg", "") or str(Path(name) / "bare.sqlite3")
        with serving("wsgi:app", TARGET.port, env), serving("benchmarks.bare:app", BARE.port, {"BARE_DATABASE": place}):
            for target in (TARGET, BARE):
                measure(target, bodies(envelope, 60), 8)  # every thread has its connection
            for clients in given.clients:
                rounds = []
                for _ in range(given.rounds):
                    payloads = bodies(envelope, given.requests)
                    rounds.append([measure(target, payloads, clients) for target in (TARGET, BARE)])
                print(line(engine, clients, *map(list, zip(*rounds, strict=True))), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=ENGINES, help="one engine only")
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=lambda text: [int(one) for one in text.split(",")], default=[1, 4, 16, 64])
    given = parser.parse_args()
    print("| engine | clients | portal/s | bare/s | ratio | p50 ms | p99 ms | p99/p50 | bare p99/p50 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for engine in [given.engine] if given.engine else ENGINES:
        run(engine, given)


if __name__ == "__main__":
    main()
