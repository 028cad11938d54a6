"""Accepted durable submissions a second, as a ratio to a bare Flask route doing one durable insert.

    python benchmarks/submit.py [--requests 1500] [--rounds 3]

Both apps run under the same gunicorn (2 workers x 4 threads) on SQLite with full synchronisation, in turns, and get the
same bodies: real envelopes whose content was varied, so that each is unique and well formed. The client is one asyncio
process on the same machine; its cost counts against both. For each number of clients the median round is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.accounts import service as accounts  # noqa: E402
from portal.cli.context import open_log, system_clock, work  # noqa: E402
from portal.cli.database import upgrade_schema  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.consultations import service as consultations  # noqa: E402
from portal.consultations.taxonomy import default_taxonomy  # noqa: E402
from portal.crypto import keys  # noqa: E402
from portal.crypto.envelope import seal  # noqa: E402
from portal.crypto.payload import Payload, build_payload  # noqa: E402

PORT = 28101
GUNICORN = ["-m", "gunicorn", "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "error"]


def prepare(folder: Path) -> tuple[dict[str, str], bytes]:
    """An instance with one open consultation; returns its environment and one real envelope."""
    values = {name: secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    given = {
        "app": "public",
        "instance": str(folder),
        "open_rate": "0",
        "log_origin": "b.example/log",
        "public_origins": f"http://127.0.0.1:{PORT}",
        "staff_origins": "http://127.0.0.1",
    }
    env = {f"PORTAL_{name.upper()}": value for name, value in {**values, **given}.items()}
    settings = load_settings(env)
    upgrade_schema(settings)
    log, clock, seed = open_log(settings), system_clock(settings), keys.new_seed()
    public_key, today = keys.public_key(seed), clock.today()
    with work(settings) as session:
        account, _ = accounts.invite(session, email="m@example.org", name="", roles=["moderator"], forbid_pairs=True)
        key = accounts.add_key(session, log, account, public_key=public_key, wrapped="{}")
        taxonomy = consultations.save_taxonomy(session, default_taxonomy())
        draft = consultations.ConsultationDraft(
            id="benchmark",
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
    payload = build_payload(Payload("benchmark", "conduct", "x", public_key))
    return env, seal(payload, consultation="benchmark", recipients={key.kid: public_key})


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


async def client(port: int, path: str, queue: list[bytes], times: list[float]) -> None:
    """Send from the shared queue over one kept connection until it is empty."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Origin: http://127.0.0.1:{port}\r\nContent-Length: "
    )
    while queue:
        body = queue.pop()
        begun = time.perf_counter()
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 201"):
            raise SystemExit(f"refused: {answer[:80]!r}")
        length = next(int(line[15:]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        times.append(time.perf_counter() - begun)
    writer.close()


def measure(port: int, path: str, payloads: list[bytes], clients: int) -> tuple[float, float]:
    """Requests a second, and p99 / p50 of the latencies."""
    queue, times = list(payloads), []

    async def run() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(client(port, path, queue, times) for _ in range(clients)))
        return time.perf_counter() - begun

    seconds = asyncio.run(run())
    times.sort()
    return len(payloads) / seconds, times[int(len(times) * 0.99)] / times[len(times) // 2]


def serve(app: str, port: int, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Gunicorn on a loopback port."""
    command = [sys.executable, *GUNICORN, "--no-control-socket", "--bind", f"127.0.0.1:{port}", app]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env})
    for _ in range(100):
        time.sleep(0.1)
        try:
            asyncio.run(asyncio.open_connection("127.0.0.1", port))
            return process
        except OSError:
            continue
    raise SystemExit("the server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env, envelope = prepare(folder)
        servers = [
            serve("wsgi:app", PORT, env),
            serve("benchmarks.bare:app", 28102, {"BARE_DATABASE": str(folder / "bare.sqlite3")}),
        ]
        try:
            print(f"{'clients':>8} {'portal/s':>10} {'bare/s':>10} {'ratio':>7} {'p99/p50':>8}")
            for clients in (1, 4, 16):
                ours, bare, tails = [], [], []
                for _ in range(given.rounds):
                    payloads = bodies(envelope, given.requests)
                    rate, tail = measure(PORT, "/c/benchmark/submissions", payloads, clients)
                    ours.append(rate)
                    tails.append(tail)
                    bare.append(measure(28102, "/", payloads, clients)[0])
                portal, base = statistics.median(ours), statistics.median(bare)
                tail = statistics.median(tails)
                print(f"{clients:>8} {portal:>10.0f} {base:>10.0f} {portal / base:>7.2f} {tail:>8.1f}")
        finally:
            for server in servers:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
