"""The processor's time that a comment takes inside the app, as a ratio to the bare route: no server, no second client.

    python benchmarks/submit_cost.py [--engine sqlite|postgresql] [--requests 300] [--rounds 15] [--profile]

Both apps are called in this process, in turns, with the same bodies; the quickest round of each counts, for whatever
else the machine does only adds. ``--profile`` prints where the portal's share goes (cProfile, the functions' own time).
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import create_environ

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.engines import ENGINES, databases  # noqa: E402
from benchmarks.submit import BARE, TARGET, bodies, prepare  # noqa: E402


def drive(app: Flask, path: str, payloads: list[bytes]) -> float:
    """Milliseconds of the processor for each, answers read to their end."""
    base, statuses = f"http://127.0.0.1:{TARGET.port}", list[str]()
    given: list[dict[str, Any]] = [
        create_environ(path, base, method="POST", data=one, content_type="application/json", headers={"Origin": base})
        for one in payloads
    ]
    begun = time.process_time()
    for environ in given:
        answer = app(environ, lambda status, _headers, _fault=None: statuses.append(status))  # type: ignore[arg-type, return-value, func-returns-value]
        b"".join(answer)
        getattr(answer, "close", lambda: None)()
    spent = time.process_time() - begun
    if any(not status.startswith("201") for status in statuses):
        raise SystemExit(f"refused: {set(statuses)}")
    return 1000 * spent / len(payloads)


def run(engine: str, given: argparse.Namespace) -> None:
    """One engine's line."""
    with tempfile.TemporaryDirectory() as name, databases(engine) as (ours, theirs):
        env, envelope = prepare(Path(name), ours)
        place = theirs.replace("+psycopg", "") or str(Path(name) / "bare.sqlite3")
        os.environ.update(env, BARE_DATABASE=place)
        named = (("wsgi", TARGET.path), ("benchmarks.bare", BARE.path))
        apps = [(importlib.import_module(module).app, path) for module, path in named]
        rounds = [[drive(*app, bodies(envelope, given.requests)) for app in apps] for _ in range(given.rounds)]
        portal, bare = map(min, zip(*rounds, strict=True))
        print(f"| {engine} | {portal:.2f} | {bare:.2f} | {portal / bare:.1f} |", flush=True)
        if given.profile:
            payloads, profile = bodies(envelope, 10 * given.requests), cProfile.Profile(time.process_time)
            profile.runcall(drive, *apps[0], payloads)
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=ENGINES, default="postgresql")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    print("| engine | portal ms | bare ms | ratio |\n|---|---|---|---|")
    run(given.engine, given)


if __name__ == "__main__":
    main()
