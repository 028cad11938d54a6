"""How long a report takes to leave the house, each kind of file, and to be verified again.

    python benchmarks/report.py [--rounds 5]

The report is an office's: every category published, its annex with tables, charts and a QR code, and its proofs. The
first file of a process is counted apart: it reads fonts and style tables, which later ones find read. Beside the median
stands the ratio to packing the same DOCX's parts once more with ``zipfile``, which knows no words: what a machine needs
anyhow.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.audit.report_file import verify_report  # noqa: E402
from portal.reports.outputs import WRITERS, write  # noqa: E402
from tests.reports.editions import LOG, dated, edition, published  # noqa: E402
from tests.reports.support import TAXONOMY, report  # noqa: E402

FOUND = {item.code: "20-29" if at % 2 else "50+" for at, item in enumerate(TAXONOMY.categories)}


def timed(task: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def repacked(data: bytes) -> bytes:
    """The same parts, packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name), compresslevel=9)
    return out.getvalue()


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    made = edition(dated(report(FOUND)), published(FOUND))
    first = {kind: timed(lambda kind=kind: write(made, kind)) for kind in WRITERS}
    files = {kind: write(made, kind) for kind in WRITERS}
    base = statistics.median(timed(lambda: repacked(files["docx"])) for _ in range(rounds))
    print(f"baseline: packing {len(files['docx']) // 1024} KiB of DOCX again {base * 1000:.1f} ms")
    for kind in WRITERS:
        again = statistics.median(timed(lambda kind=kind: write(made, kind)) for _ in range(rounds))
        size = f"{len(files[kind]) / 1024:.0f} KiB"
        print(f"{kind:5} {size:>8}  first {first[kind]:.3f} s, then {again:.3f} s = {again / base:.1f}x the baseline")
    print(f"all kinds, one after another, from a cold start: {sum(first.values()):.2f} s (to reach: <= 2 s)")
    for kind in ("docx", "pdf", "html"):
        taken = statistics.median(
            timed(lambda kind=kind: verify_report(files[kind], LOG.vkey, None)) for _ in range(rounds)
        )
        print(f"verify-report, {kind}: {taken:.3f} s")


if __name__ == "__main__":
    main()
