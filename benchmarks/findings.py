"""Findings at a million codings against a thousand, and what the gate of tables costs and gives.

    python benchmarks/findings.py pages [--small 1000] [--large 1000000] [--rounds 15]
    python benchmarks/findings.py gate [--seeds 6]

``pages``: the committee's pages of one consultation, before and after it is published, as medians and as the ratio of
the two sizes; then publishing itself, which counts every coding once. Codings are sealed as the portal seals them;
comments' leaves and envelopes, which findings never read, are left out of the database.

``gate``: simulated offices, the real publisher and the real gate: how many tables have a cell by thresholds alone, how
many of these the gate gives, solves a decision, solves a second.
"""

from __future__ import annotations

import argparse
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import rfc8785

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.clock import FixedClock  # noqa: E402
from portal.config import SECRET_BYTES, load_settings  # noqa: E402
from portal.consultations import service as consultations  # noqa: E402
from portal.crypto.atrest import AtRest  # noqa: E402
from portal.crypto.padding import rounded  # noqa: E402
from portal.extensions import db  # noqa: E402
from portal.factory import create_staff_app  # noqa: E402
from portal.findings import attack_solver, service  # noqa: E402
from portal.findings.gate import decide  # noqa: E402
from portal.findings.tables_figures import count, shown  # noqa: E402
from portal.ledger.log import Log  # noqa: E402
from portal.models import ALL  # noqa: E402
from portal.moderation.models import Progress  # noqa: E402
from portal.moderation.readable import PURPOSE  # noqa: E402
from portal.submissions.models import SequencedCount  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.findings.attackers import draw, office  # noqa: E402
from tests.support import PASSWORD, build_office  # noqa: E402

FIRST_LEAF = 1000
"""Where the comments' leaves would begin."""
UNITS = {"P1", "P2", "P3", "P4"}


class Portal:
    """A staff app with one closed consultation of so many coded comments."""

    def __init__(self, folder: Path, comments: int) -> None:
        made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
        about = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
        self.settings = load_settings({**about, "PORTAL_TOTP": "optional", "PORTAL_OPEN_RATE": "0", **made})
        self.clock = FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
        self.log = Log.from_seed(self.settings.log_origin, self.settings.secret.log_key)
        self.atrest = AtRest([self.settings.secret.instance_key])
        self.app = create_staff_app(self.settings, self.clock)
        with self.app.app_context():
            assert ALL
            db.create_all()
            with unit_of_work() as session:
                made_office = build_office(session, self.log, self.clock)
                self.name = made_office.consultation
                row = consultations.get(session, self.name)
                consultations.close_consultation(session, self.log, row)
                session.add(Progress(consultation_id=self.name, coded=comments, paired=0, settled=comments))
                session.add(SequencedCount(consultation_id=self.name, comments=comments))
            self._fill(comments)

    def _fill(self, comments: int) -> None:
        # A connection of its own, whose large cache goes with it; the leaves are left out, so no foreign key holds.
        connection = sqlite3.connect(str(db.engine.url.database))
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -1000000")
        blank = bytes(32)
        connection.executemany(
            "INSERT INTO submission (leaf_hash, consultation_id, envelope_sha256, locator_hash, leaf_index) "
            "VALUES (?, ?, ?, ?, ?)",
            ((n.to_bytes(32, "big"), self.name, blank, n.to_bytes(32, "big"), FIRST_LEAF + n) for n in range(comments)),
        )
        connection.executemany(
            "INSERT INTO coding (consultation_id, submission_leaf, coder_id, slot, revision, current, sealed, "
            "commitment, coding_leaf) VALUES (?, ?, 1, 1, 1, 1, ?, ?, ?)",
            self._codings(comments),
        )
        connection.commit()
        connection.close()

    def _codings(self, comments: int) -> Iterator[tuple[str, int, bytes, bytes, int]]:
        kinds = draw(1000, seed=1)
        for n in range(comments):
            coding = {**kinds[n % len(kinds)], "v": 1, "remedies": [], "paraphrase": f"<p>Còn chậm ({n % 40}).</p>"}
            coding["unit"] = coding["unit"] if coding["unit"] in UNITS else None
            document = {"coding": coding, "consultation": self.name, "submission": FIRST_LEAF + n, "salt": "00" * 32}
            sealed = self.atrest.seal(PURPOSE, rounded(rfc8785.dumps(document)))
            yield self.name, FIRST_LEAF + n, sealed, bytes(32), FIRST_LEAF + comments + n

    def client(self):
        """The committee, signed in."""
        client = self.app.test_client()
        token = client.get("/login").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
        client.post("/login", data={"email": "committee@example.org", "password": PASSWORD, "csrf_token": token})
        return client

    def publish(self) -> float:
        """Seconds of publishing."""
        start = time.perf_counter()
        with self.app.app_context(), unit_of_work() as session:
            service.publish(session, self.log, self.atrest, consultations.get(session, self.name))
        return time.perf_counter() - start


def timed(client, path: str) -> float:
    """Milliseconds of one answer."""
    start = time.perf_counter()
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)
    return 1000 * (time.perf_counter() - start)


def pages(small: int, large: int, rounds: int) -> None:
    """The same pages of both sizes, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        both = []
        for comments in (small, large):
            place = Path(folder) / str(comments)
            place.mkdir()
            both.append(Portal(place, comments))
        _compare(both, ["/findings/", f"/findings/{both[0].name}/publish"], rounds)
        seconds = [one.publish() for one in both]
        print(f"publishing: {seconds[0]:.2f} s and {seconds[1]:.1f} s, {large / seconds[1]:.0f} codings a second")
        _compare(both, ["/findings/", f"/findings/{both[0].name}", "/tables/"], rounds)


def _compare(both: list[Portal], paths: list[str], rounds: int) -> None:
    clients = [one.client() for one in both]
    for path in paths:
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for client, kept in zip(clients, times, strict=True):
                kept.append(timed(client, path))
        few, many = (statistics.median(kept) for kept in times)
        print(f"{path}: {few:.1f} ms and {many:.1f} ms, ratio {many / few:.2f}", flush=True)


def gate(seeds: int) -> None:
    """Decisions over simulated offices."""
    print("table      ballots  with cells  given  s/decision  solves/decision  solves/s")
    for kind, quarters, sizes in (
        ("units", 1, (20, 35, 60, 500, 20_000)),
        ("levels", 1, (20, 35, 60, 500)),
        ("severity", 1, (35, 60, 500)),
        ("year", 4, (12, 20, 35, 60)),
        ("trend", 4, (20, 35, 60)),
    ):
        for size in sizes:
            print(f"{kind:9}  {size:7}  {_decisions(kind, size, quarters, seeds)}", flush=True)


def _decisions(kind: str, size: int, quarters: int, seeds: int) -> str:
    wanted = given = solves = 0
    spent = solving = 0.0
    least = attack_solver.Solver.least

    def watched(self, *args, **more):
        nonlocal solves, solving
        start = time.perf_counter()
        found = least(self, *args, **more)
        solves, solving = solves + 1, solving + time.perf_counter() - start
        return found

    attack_solver.Solver.least = watched  # type: ignore[method-assign]
    try:
        for seed in range(seeds):
            rounds = office(size, 100 + seed, quarters)
            known = {one.name: one.known for one in rounds}
            counts = count(kind, list(known.values()), {one.name: one.cross for one in rounds})
            start = time.perf_counter()
            answer = decide(kind, list(known), counts, known, [])
            spent += time.perf_counter() - start
            wanted += bool(shown(kind, list(known.values()), counts))
            given += bool(answer.cells)
    finally:
        attack_solver.Solver.least = least  # type: ignore[method-assign]
    each = f"{spent / seeds:10.2f}  {solves / seeds:15.1f}  {solves / solving:8.0f}"
    return f"{wanted:5} of {seeds}  {given:5}  {each}"


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pages", "gate"))
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    if options.what == "pages":
        pages(options.small, options.large, options.rounds)
    else:
        gate(options.seeds)


if __name__ == "__main__":
    main()
