"""Memory of a worker and time of a cold start, against a bare Flask route under the same gunicorn.

    python benchmarks/footprint.py [--requests 2000] [--starts 5]

Memory is a worker's proportional share (PSS: what it has for itself, and its part of what it shares with the others),
after the start and again after so many comments have been taken. A cold start is from the process's beginning to its
first answer, the fastest of several, for whatever else the machine does only makes it longer.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load import measure, serving  # noqa: E402
from benchmarks.submit import BARE, TARGET, bodies, prepare  # noqa: E402


def memory(process: subprocess.Popen[bytes]) -> float:
    """MiB of a worker, on average."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return statistics.mean(map(share, children))


def share(pid: str) -> float:
    """MiB, proportional (Linux, Documentation/filesystems/proc.rst: smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def start(app: str, port: int, env: dict[str, str], path: str) -> float:
    """Seconds to the first answer."""
    begun = time.perf_counter()
    with serving(app, port, env):
        urlopen(f"http://127.0.0.1:{port}{path}").read()
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--starts", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        env, envelope = prepare(Path(name))
        bare = {"BARE_DATABASE": str(Path(name) / "bare.sqlite3")}
        with serving("wsgi:app", TARGET.port, env) as ours, serving("benchmarks.bare:app", BARE.port, bare) as theirs:
            for target in (TARGET, BARE):
                measure(target, bodies(envelope, 50), 8)
            before = memory(ours), memory(theirs)
            for target in (TARGET, BARE):
                measure(target, bodies(envelope, given.requests), 8)
            after = memory(ours), memory(theirs)
        print(f"worker, after its start: {before[0]:.0f} MiB, {before[0] / before[1]:.1f} times the bare one's")
        print(
            f"worker, after {given.requests} comments: {after[0]:.0f} MiB, {after[0] / before[0]:.2f} times its start"
        )
        colds = [
            min(start(app, port, more, path) for _ in range(given.starts))
            for app, port, more, path in (
                ("wsgi:app", TARGET.port, env, "/log/checkpoint"),
                ("benchmarks.bare:app", BARE.port, bare, "/ping"),
            )
        ]
        print(f"cold start: {colds[0]:.2f} s, {colds[0] / colds[1]:.1f} times the bare one's")


if __name__ == "__main__":
    main()
