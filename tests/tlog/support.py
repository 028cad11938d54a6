"""A small log in memory, and the vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import leaf_hash, node_hash
from portal.tlog.note import Note
from portal.tlog.tiles import TILE_WIDTH, TileTree, encode_bundle, new_tiles

VECTORS = Path(__file__).parents[1] / "vectors" / "tlog"
LOG_KEY = SignerKey("log.example.org/gop-y", bytes(range(32)))
OTHER_KEY = SignerKey("log.example.org/gop-y", bytes(range(1, 33)))


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def entries(count: int) -> list[bytes]:
    return [b'{"n":%d}' % number for number in range(count)]


def reference_root(hashes: Sequence[bytes]) -> bytes:
    """MTH written as RFC 6962 section 2.1 defines it: slow, recursive, and independent of the code under test."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(reference_root(hashes[:split]), reference_root(hashes[split:]))


@dataclass
class MemoryLog:
    """Tiles and entries in dictionaries, and how often a tile was read."""

    entries: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    reads: list[tuple[int, int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, count: int) -> MemoryLog:
        log = cls()
        log.append(entries(count))
        return log

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def tree(self) -> TileTree:
        return TileTree(self.size, self.read_tile)

    def append(self, fresh: list[bytes]) -> None:
        hashes = [leaf_hash(entry) for entry in fresh]
        for tile in new_tiles(self.size, self.size + len(fresh), self.read_tile, hashes):
            self.tiles[tile.level, tile.index] = tile.data
        self.entries += fresh

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        self.reads.append((level, index, width))
        return self.tiles[level, index][: width * 32]

    def read_bundle(self, index: int, width: int) -> bytes:
        start = index * TILE_WIDTH
        return encode_bundle(self.entries[start : start + width])

    def checkpoint(self) -> Note:
        return sign_checkpoint(Checkpoint(LOG_KEY.name, self.size, self.tree.root), LOG_KEY)


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << (bit % 8)
    return bytes(changed)
