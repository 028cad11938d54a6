"""``python -m tests.powercut``: the whole course on both engines, a line a fault, and the figures."""

from __future__ import annotations

import argparse
import sys
import time

from tests.powercut.course import Size, run
from tests.powercut.disk import why_not

PORT = 21100


def say(line: str) -> None:
    """At once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=Size.cuts, help="power cuts on each engine")
    parser.add_argument("--fails", type=int, default=Size.fails, help="disks that turn read-only")
    parser.add_argument("--fulls", type=int, default=Size.fulls, help="disks that fill")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--port", type=int, default=PORT)
    given = parser.parse_args()
    if why := why_not():
        say(f"SKIPPED disk full, disk read-only and power cut: {why}")
        return
    for n, engine in enumerate(given.engine or ["sqlite", "postgresql"]):
        begun = time.monotonic()
        done = run(engine, given.port + n, Size(given.cuts, given.fails, given.fulls), say)
        say(
            f"{engine}: {done.taken} acknowledged, 0 lost, 0 twice; {done.cut} requests got no answer, {done.later} "
            f"were told to come again, {done.again} had been kept before they were sent again; "
            f"{done.between} were acknowledged while a disk was dying, {done.found} of them are found; "
            f"{time.monotonic() - begun:.0f} s"
        )


if __name__ == "__main__":
    main()
