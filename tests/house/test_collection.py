"""The same tests stand under the same names in every process: CI runs one a core, and each must collect alike."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_names_follow_from_no_time_and_no_order_of_a_set(request) -> None:
    # given what this process collected
    here = [item.nodeid for item in request.session.items]
    files = list(dict.fromkeys(name.split("::")[0] for name in here))
    # when another collects the same files on another day, with sets in another order
    done = subprocess.run(
        ["faketime", "2027-03-01 10:00:00", sys.executable, "-m", "pytest", "--collect-only", "-q", "-p",
         "no:cacheprovider", *(files if len(files) < 100 else ["tests"])],
        cwd=ROOT, capture_output=True, text=True, env={**_bare(), "PYTHONHASHSEED": "7"}, check=False,
    )  # fmt: skip
    there = [line for line in done.stdout.splitlines() if "::" in line]
    # then each of ours stands there under its name, in its order
    assert done.returncode == 0, done.stdout[-2000:]
    kept = set(here)
    assert [name for name in there if name in kept] == here


def _bare() -> dict[str, str]:
    """The environment without what pytest and its plugins tell their own processes."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
