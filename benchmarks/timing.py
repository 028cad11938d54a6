"""Whether the time of an answer tells who holds a receipt: known, waiting and unknown ones are asked for in turn.

    python benchmarks/timing.py [--comments 2000] [--rounds 300]

Printed are the ratios of the medians to that of unknown receipts and, beside them, that of two halves of the unknown
ones' own times: what chance alone makes of it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.rows import build  # noqa: E402
from portal.crypto import receipt  # noqa: E402
from portal.web.runtime import unit_of_work  # noqa: E402
from tests.rounds import send  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = build(Path(name), given.comments, "")
        with place.staff.app_context(), unit_of_work() as session:
            _, waits = send(session, place.log, place.clock, place.office)
        raws = {"in the log": place.raw, "waiting": waits, "unknown": b"", "unknown again": b""}
        times: dict[str, list[float]] = {kind: [] for kind in raws}
        for _ in range(given.rounds):
            order = list(raws)
            random.SystemRandom().shuffle(order)
            for kind in order:
                times[kind].append(place.receipt(raws[kind] or receipt.new_receipt()))
    base = statistics.median(times["unknown"])
    for kind in ("in the log", "waiting", "unknown again"):
        print(f"{kind} / unknown: {statistics.median(times[kind]) / base:.3f}")


if __name__ == "__main__":
    main()
