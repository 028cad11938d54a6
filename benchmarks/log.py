"""Building and verifying a large log, each as a ratio to a plain hashlib loop over the same leaves in the same run.

    python benchmarks/log.py [--leaves 1000000] [--rounds 3]

The baseline hashes each leaf and one 65-byte node a leaf, in a loop that keeps nothing: what no tree of that size
can do without. A round runs the baseline right before each task, so that both see the same machine; the median ratio
is printed. Set PYTHONPATH to the project's folder when the package is not installed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from hashlib import sha256

from portal.tlog.merkle import Frontier, leaf_hashes
from portal.tlog.replay import replay
from portal.tlog.tiles import TILE_WIDTH, TileTree, encode_bundle, new_tiles

BATCH = 1 << 16  # leaves that one append takes, as when a pool is drained


def make_leaves(count: int) -> list[bytes]:
    """Leaves as a consultation gives them: the canonical JSON of a submission, each with a hash of its own."""
    template = b'{"consultation":"gop-y-2026","envelope_sha256":"%s","type":"submission","v":1}'
    return [template % sha256(b"%d" % number).hexdigest().encode() for number in range(count)]


def baseline(leaves: list[bytes]) -> None:
    """The plain loop."""
    node = b"\x01" + bytes(64)
    for leaf in leaves:
        sha256(b"\x00" + leaf).digest()
        sha256(node).digest()


class Log:
    """Tiles and bundles in memory, so that no disk is measured."""

    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.bundles: dict[int, bytes] = {}

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[level, index][: width * 32]

    def read_bundle(self, index: int, width: int) -> bytes:
        return self.bundles[index]

    def append(self, leaves: list[bytes]) -> None:
        """One append of whole bundles, or the last one."""
        new_size = self.size + len(leaves)
        for tile in new_tiles(self.size, new_size, self.read_tile, leaf_hashes(leaves)):
            self.tiles[tile.level, tile.index] = tile.data
        for start in range(0, len(leaves), TILE_WIDTH):
            self.bundles[(self.size + start) // TILE_WIDTH] = encode_bundle(leaves[start : start + TILE_WIDTH])
        self.size = new_size


def root_of(leaves: list[bytes]) -> bytes:
    """The streaming root: the memory it takes does not grow with the log."""
    frontier = Frontier()
    for start in range(0, len(leaves), BATCH):
        frontier.extend(leaf_hashes(leaves[start : start + BATCH]))
    return frontier.root()


def build(leaves: list[bytes]) -> Log:
    """The whole log by appends of one batch each."""
    log = Log()
    for start in range(0, len(leaves), BATCH):
        log.append(leaves[start : start + BATCH])
    return log


def verify(log: Log, root: bytes) -> int:
    """An auditor's reading: every entry, every tile, the root; returns the entries seen."""
    return sum(len(part.entries) for part in replay(log.size, root, log.read_bundle, log.read_tile))


def seconds(task: Callable[[], object]) -> float:
    """Elapsed time of one call."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main() -> None:
    """Print a line for each task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaves", type=int, default=1_000_000, help="leaves of the log")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of which the median is printed")
    options = parser.parse_args()
    leaves = make_leaves(options.leaves)
    log = build(leaves)
    root = TileTree(log.size, log.read_tile).root
    assert root == root_of(leaves)
    assert verify(log, root) == len(leaves)
    tasks: dict[str, Callable[[], object]] = {
        "root from entries, streaming": lambda: root_of(leaves),
        "tiles and bundles built": lambda: build(leaves),
        "log verified (entries, tiles, root)": lambda: verify(log, root),
    }
    print(f"{len(leaves):,} leaves of {len(leaves[0]) if leaves else 0} bytes, median of {options.rounds}")
    for name, task in tasks.items():
        pairs = [(seconds(lambda: baseline(leaves)), seconds(task)) for _ in range(options.rounds)]
        ratio = statistics.median(taken / plain for plain, taken in pairs)
        plain, taken = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:<38}{ratio:6.2f} x hashlib loop   ({taken:.2f} s to {plain:.2f} s)")


if __name__ == "__main__":
    main()
