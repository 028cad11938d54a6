"""The whole of `portal audit verify` over a large export: its time as a ratio to a plain hashlib loop, and its memory.

    python benchmarks/verify.py [--leaves 1000000] [--coded 0] [--rounds 3]

An export of a consultation with that many comments lies in a folder; ``--coded`` of them have a coding each. The
baseline reads the same entries and hashes each leaf and one 65-byte node a leaf in a loop that keeps nothing; the
median of the rounds is printed. Memory is the peak (``ru_maxrss``) of a process that does nothing else, for this log
and for one of a hundredth of its size: what does not grow between them does not grow with the log.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.audit.source import Directory  # noqa: E402
from portal.audit.verify import Brought, verify  # noqa: E402
from portal.ledger import events  # noqa: E402
from portal.tlog.checkpoint import Checkpoint, sign_checkpoint  # noqa: E402
from portal.tlog.keys import SignerKey  # noqa: E402
from portal.tlog.merkle import leaf_hashes  # noqa: E402
from portal.tlog.paths import BundlePath  # noqa: E402
from portal.tlog.tiles import TILE_WIDTH, TileTree, bundle_paths, decode_bundle, encode_bundle, new_tiles  # noqa: E402

KEY = SignerKey("log.example.org/large", b"\1" * 32)
KID, HASH, NAME = "ab" * 16, "cd" * 32, "gop-y-2026"
TEMPLATE = b'{"consultation":"gop-y-2026","envelope_sha256":"%s","type":"submission","v":1}'


def leaf(number: int, comments: int) -> bytes:
    """The leaf at that index: a key, the opening, comments, then codings."""
    if number == 0:
        return events.encode("key", action="add", kid=KID, alg="X-Wing", public_key_sha256=KID * 2)
    if number == 1:
        where = {"consultation": NAME, "settings_sha256": HASH, "taxonomy_sha256": HASH, "keys": [KID]}
        return events.encode("consultation", action="open", opens="2026-11-01", closes="2026-11-30", **where)
    if number < comments + 2:
        return TEMPLATE % sha256(b"%d" % number).hexdigest().encode()
    return events.encode("coding", consultation=NAME, submission=number - comments, commitment=HASH, revision=1)


def export(folder: Path, comments: int, coded: int) -> None:
    """Write the log, tile by tile."""
    size = comments + coded + 2
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int, width: int) -> bytes:
        return tiles[level, index][: width * 32]

    def write(name: str, data: bytes) -> None:
        path = folder / "log" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    for start in range(0, size, TILE_WIDTH):
        end = min(start + TILE_WIDTH, size)
        entries = [leaf(number, comments) for number in range(start, end)]
        for tile in new_tiles(start, end, read, leaf_hashes(entries)):
            tiles[tile.level, tile.index] = tile.data
            if tile.width == TILE_WIDTH or end == size:
                write(str(tile.path), tile.data)
        write(str(BundlePath(start // TILE_WIDTH, end - start)), encode_bundle(entries))
    tree = TileTree(size, read)
    for level in range(1, 4):
        for (held, index), data in tiles.items():
            if held == level and len(data) < 32 * TILE_WIDTH:
                write(f"tile/{level}/{index:03}.p/{len(data) // 32}", data)
    write("vkey", f"{KEY.verifier}\n".encode())
    write("checkpoint", str(sign_checkpoint(Checkpoint(KEY.name, size, tree.root), KEY)).encode())


def baseline(folder: Path, size: int) -> None:
    """Reads the entries and hashes them in a plain loop."""
    node = b"\x01" + bytes(64)
    for path in bundle_paths(size):
        for entry in decode_bundle((folder / "log" / str(path)).read_bytes(), path.width):
            sha256(b"\x00" + entry).digest()
            sha256(node).digest()


def judge(folder: Path, size: int) -> None:
    """The verifier's own work, which must find nothing wrong."""
    verdict = verify(Directory(folder), Brought(str(KEY.verifier)))
    if not verdict.ok or verdict.size != size:
        raise SystemExit(f"not verified: {verdict.failures}")


def alone(task: str, *options: object) -> str:
    """What a process of its own prints. Linux hands a parent's peak on to its children, so this one stays small."""
    command = [sys.executable, __file__, task, *map(str, options)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seconds(task, folder: Path, size: int) -> float:
    """Elapsed time of one call."""
    start = time.perf_counter()
    task(folder, size)
    return time.perf_counter() - start


def main() -> None:
    """Measure, or do one task of the measurement in this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaves", type=int, default=1_000_000, help="comments in the log")
    parser.add_argument("--coded", type=int, default=0, help="how many of them have a coding")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the median is printed")
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.export:
        export(options.export, options.leaves, options.coded)
    elif options.peak:
        judge(options.peak, options.leaves)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Print the ratio and the two peaks."""
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "small", Path(place) / "large"
        share = max(1, options.leaves // 100), options.coded // 100
        alone("--export", small, "--leaves", share[0], "--coded", share[1])
        alone("--export", large, "--leaves", options.leaves, "--coded", options.coded)
        size = options.leaves + options.coded + 2
        peaks = [
            int(alone("--peak", place, "--leaves", many)) / 1024
            for place, many in ((small, sum(share) + 2), (large, size))
        ]
        pairs = [(seconds(baseline, large, size), seconds(judge, large, size)) for _ in range(options.rounds)]
        ratio = statistics.median(taken / plain for plain, taken in pairs)
        plain, taken = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{size:,} leaves, verified whole: {ratio:.2f} x hashlib loop ({taken:.2f} s to {plain:.2f} s)")
        print(f"peak memory: {peaks[0]:.0f} MiB for {sum(share) + 2:,} leaves, {peaks[1]:.0f} MiB for {size:,}")


if __name__ == "__main__":
    main()
