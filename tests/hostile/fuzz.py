"""``python -m tests.hostile.fuzz``: every parser under coverage-guided fuzzing (atheris, libFuzzer).

A parser may refuse by its own errors and by nothing else; whatever else it raises ends the run with status 1 and
leaves the bytes that did it in ``build/``. The stored vectors are what the fuzzer begins with.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64decode
from binascii import unhexlify
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
MOST = 16_384
"""Bytes of an input."""


def strings(value: Any) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def seed(folder: Path, files: tuple[str, ...]) -> None:
    """Every string of the vectors as it is, and what it says in hexadecimal or base64url."""
    n = 0
    for name in files:
        for text in strings(json.loads((VECTORS / name).read_text("utf-8"))):
            forms = [text.encode()]
            for decode in (unhexlify, lambda text: urlsafe_b64decode(text + "=" * (-len(text) % 4))):
                with suppress(ValueError):
                    forms.append(decode(text))
            for form in forms:
                (folder / str(n)).write_bytes(form)
                n += 1


def fuzz(name: str, seconds: int) -> None:
    """This process becomes the fuzzer of one parser, and ends with it."""
    import atheris  # noqa: PLC0415  (an extra: `make scan`)

    with atheris.instrument_imports(include=["portal"]):  # which have not been imported until now
        from tests.hostile.parsers import TARGETS  # noqa: PLC0415
    target = TARGETS[name]

    def once(data: bytes) -> None:
        with suppress(*target.refusals):
            target.run(data)

    with tempfile.TemporaryDirectory() as corpus:
        seed(Path(corpus), target.seeds)
        limits = [f"-max_total_time={seconds}", f"-max_len={MOST}", "-timeout=20"]
        limits += [f"-artifact_prefix={ROOT / 'build'}/fuzz-"]
        atheris.Setup([sys.argv[0], corpus, "-print_final_stats=1", *limits], once)
        atheris.Fuzz()


def main() -> int:
    """Each parser in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each parser")
    parser.add_argument("--only", help="one parser, in this process")
    given = parser.parse_args()
    if given.only:
        fuzz(given.only, given.seconds)
        return 0
    from tests.hostile.parsers import TARGETS  # noqa: PLC0415

    bad = 0
    for name in TARGETS:
        command = [sys.executable, "-m", "tests.hostile.fuzz", "--only", name, "--seconds", str(given.seconds)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        stats = dict(re.findall(r"^stat::(\w+):\s+(\d+)$", done.stderr, re.MULTILINE))
        runs, new = stats.get("number_of_executed_units", "0"), stats.get("new_units_added", "0")
        good = done.returncode == 0 and "number_of_executed_units" in stats
        sys.stdout.write(f"{name:16} {runs} inputs, {new} took new branches{'' if good else ': BROKEN'}\n")
        sys.stdout.flush()
        if not good:
            bad += 1
            sys.stdout.write(done.stderr[-3000:])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
