"""Reading a whole log again, as an auditor does: every entry is hashed, every tile compared, the root recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hmac import compare_digest

from portal.tlog.errors import RootMismatch, TileMismatch
from portal.tlog.merkle import Frontier, leaf_hashes, subtree_hash
from portal.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    ReadBundle,
    ReadTile,
    bundle_paths,
    decode_bundle,
    encode_tile,
)


@dataclass(frozen=True)
class Replayed:
    """One bundle of the log: its entries in order, and the index of the first."""

    start: int
    entries: list[bytes]


def replay(size: int, root: bytes, read_bundle: ReadBundle, read_tile: ReadTile) -> Iterator[Replayed]:
    """Yield the entries of the log of ``size`` leaves, bundle by bundle, in flat memory; run it to its end.

    Each bundle was compared with its level-0 tile before it is yielded, tiles of higher levels are compared as they
    fill, and after the last bundle the root is compared with ``root``, the signed checkpoint's. Only then is
    anything proven. Raises :class:`TileMismatch`, :class:`RootMismatch`, and the refusals of malformed bundles.
    """
    frontier, upper = Frontier(), _UpperTiles(read_tile)
    for path in bundle_paths(size):
        entries = decode_bundle(read_bundle(path.index, path.width), path.width)
        hashes = leaf_hashes(entries)
        _compare(0, path.index, hashes, read_tile)
        if path.width == TILE_WIDTH:
            subtree = subtree_hash(hashes)
            frontier.append_subtree(TILE_HEIGHT, subtree)
            upper.append(path.index, subtree)
        else:
            frontier.extend(hashes)
        yield Replayed(path.index * TILE_WIDTH, entries)
    upper.finish(size)
    if not compare_digest(frontier.root(), root):
        raise RootMismatch("the entries give another root than the one that was signed")


class _UpperTiles:
    """The unfinished tile of each level above 0: no more than 255 hashes a level."""

    def __init__(self, read_tile: ReadTile) -> None:
        self._read_tile = read_tile
        self._rows: list[list[bytes]] = []

    def append(self, index: int, subtree: bytes) -> None:
        """Take the root of the full level-0 tile ``index``."""
        for level, row in enumerate(self._rows, start=1):
            row.append(subtree)
            if len(row) < TILE_WIDTH:
                return
            index //= TILE_WIDTH
            _compare(level, index, row, self._read_tile)
            subtree = subtree_hash(row)
            row.clear()
        self._rows.append([subtree])

    def finish(self, size: int) -> None:
        """Compare the partial tiles at the right edge."""
        for level, row in enumerate(self._rows, start=1):
            if row:
                _compare(level, (size >> (TILE_HEIGHT * level)) // TILE_WIDTH, row, self._read_tile)


def _compare(level: int, index: int, hashes: list[bytes], read_tile: ReadTile) -> None:
    if read_tile(level, index, len(hashes)) != encode_tile(hashes):
        raise TileMismatch(f"tile {index} of level {level} does not hold the hashes of the log's entries")
