"""How long an upper-level office needs for its offices' files, and for the files of its report.

    python benchmarks/consolidate.py [--rounds 5]

The offices are invented, their publications made by the real publisher. Beside each time stands its ratio to what no
check can do without: one Ed25519 verification for each file. All are taken in one run, so that a busy machine slows
both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.audit.report_file import verify_report  # noqa: E402
from portal.consolidation.checking import check  # noqa: E402
from portal.consolidation.edition import annex_of  # noqa: E402
from portal.consolidation.guard import learned  # noqa: E402
from portal.consolidation.sums import Joined, JoinRule, consolidate  # noqa: E402
from portal.reports.findings_file import parse_findings_json  # noqa: E402
from portal.reports.outputs import WRITERS  # noqa: E402
from portal.tlog.note import parse_note  # noqa: E402
from tests.consolidation.editions import LOG, edition  # noqa: E402
from tests.consolidation.offices import NEWER, TAXONOMY, province, scope  # noqa: E402

FEW, MANY = 5, 50


def median(task: Callable[[], object], rounds: int) -> float:
    """Seconds."""

    def timed() -> float:
        start = time.perf_counter()
        task()
        return time.perf_counter() - start

    return statistics.median(timed() for _ in range(rounds))


def offices(many: int, rounds: int) -> float:
    """Print a line for so many offices; returns the seconds for each file."""
    given = list(province(many))
    known = scope(*(one for one, _ in given), taxonomy=NEWER, taxonomies=(TAXONOMY, NEWER))
    found = [check("f", data, known) for _, data in given]
    assert not any(one.why for one in found)
    joined = [
        Joined(one.office, one.publication, known.taxonomies[one.publication.taxonomy_sha256])
        for one in found
        if one.publication
    ]
    notes = [(one.signer.verifier, parse_note(parse_findings_json(data).checkpoint)) for one, data in given]
    bare = median(lambda: [key.verifies(note.text, note.signatures[0].value) for key, note in notes], rounds)
    checked = median(lambda: [check("f", data, known) for _, data in given], rounds)
    added = median(lambda: learned(joined, consolidate(joined, JoinRule())), rounds)
    print(f"{many:3} offices: checked {checked * 1000:7.1f} ms ({checked / bare:5.1f} x the signatures alone), "
          f"added and guarded {added * 1000:6.1f} ms")  # fmt: skip
    return (checked + added) / many


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    few, many = offices(FEW, rounds), offices(MANY, rounds)
    print(f"each file among {MANY} costs {many / few:.2f} x each among {FEW}")
    made = edition(*(12, 25, 40, 60, 140) * (MANY // 5))
    for kind, (_, writer) in WRITERS.items():
        written = writer(made.document, annex_of(made))
        data = written.encode() if isinstance(written, str) else written
        spent = median(lambda writer=writer: writer(made.document, annex_of(made)), 2)
        print(f"{kind:5} {len(data) // 1024:5} KiB {spent * 1000:8.1f} ms", end="")
        if kind in {"docx", "pdf", "html", "json"}:
            verified = median(lambda data=data: verify_report(data, str(LOG.signer.verifier), None), 2)
            print(f", verified in {verified * 1000:8.1f} ms", end="")
        print()


if __name__ == "__main__":
    main()
