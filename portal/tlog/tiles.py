"""Tiles and entry bundles: paths, bytes, and the tree read and grown through them (https://c2sp.org/tlog-tiles).

A tile holds up to 256 consecutive hashes of one *level*: leaf hashes at level 0, and above that the roots of full
tiles of the level below. What stays to the right of the last full tile is a *partial* tile of width 1..255. An
entry bundle holds the entries of one level-0 tile. Storage is reached through a :data:`ReadTile` alone, so a file
tree, a table or a remote log serve alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from portal.tlog import merkle
from portal.tlog.errors import MalformedBundle, MalformedHash, MalformedTile, OutOfTree
from portal.tlog.merkle import HASH_SIZE, MAX_SIZE, Frontier, subtree_hash
from portal.tlog.paths import TILE_HEIGHT, TILE_WIDTH, BundlePath, TilePath

ENTRY_MAX = 0xFFFF

ReadTile = Callable[[int, int, int], bytes]
"""``(level, index, width) -> width * 32 bytes``; ``width`` is 256 for a full tile."""

ReadBundle = Callable[[int, int], bytes]
"""``(index, width) -> bytes`` of an entry bundle of ``width`` entries."""


@dataclass(frozen=True)
class Tile:
    """A tile with its bytes."""

    level: int
    index: int
    width: int
    data: bytes

    @property
    def path(self) -> TilePath:
        """Where it is served."""
        return TilePath(self.level, self.index, self.width)


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    """The bytes of a tile of 1..256 hashes."""
    if not 1 <= len(hashes) <= TILE_WIDTH:
        raise MalformedTile("a tile holds 1..256 hashes")
    if set(map(len, hashes)) != {HASH_SIZE}:
        raise MalformedHash("a hash is not 32 bytes long")
    return b"".join(hashes)


def decode_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of that width."""
    if not 1 <= width <= TILE_WIDTH or len(data) != width * HASH_SIZE:
        raise MalformedTile("the tile's length is not that of its width")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """1..256 entries of at most 65 535 bytes, each after its length as a big-endian uint16."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise MalformedBundle("a bundle holds 1..256 entries")
    if max(map(len, entries)) > ENTRY_MAX:
        raise MalformedBundle("an entry is longer than 65 535 bytes")
    return b"".join([part for entry in entries for part in (len(entry).to_bytes(2), entry)])


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle of that width."""
    entries = []
    at, end = 0, len(data)
    while at + 2 <= end:
        start = at + 2
        at = start + (data[start - 2] << 8 | data[start - 1])
        entries.append(data[start:at])
    if at != end or not 1 <= width <= TILE_WIDTH or len(entries) != width:
        raise MalformedBundle("the bundle does not hold as many whole entries as its width")
    return entries


def width_at(level: int, index: int, size: int) -> int:
    """The width of that tile in a tree of ``size`` leaves; 0 when the tree has no such tile."""
    held = (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH
    return max(0, min(TILE_WIDTH, held))


def tile_paths(size: int, since: int = 0) -> Iterator[TilePath]:
    """The tiles of a tree of ``size`` leaves, level by level, but for those that its first ``since`` leaves have."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        for index, width in _row(level, size, since):
            yield TilePath(level, index, width)
        level += 1


def bundle_paths(size: int, since: int = 0) -> Iterator[BundlePath]:
    """The entry bundles of a tree of ``size`` leaves, but for those that its first ``since`` leaves have."""
    for index, width in _row(0, size, since):
        yield BundlePath(index, width)


def edge_paths(size: int) -> Iterator[TilePath | BundlePath]:
    """The partial tiles of a tree of ``size`` leaves, one a level at most, and its partial bundle."""
    level = 0
    while held := size >> (TILE_HEIGHT * level):
        index, width = divmod(held, TILE_WIDTH)
        if width:
            yield TilePath(level, index, width)
            if level == 0:
                yield BundlePath(index, width)
        level += 1


def _row(level: int, size: int, since: int) -> Iterator[tuple[int, int]]:
    """Index and width of each tile of a level that is wider in the tree of ``size`` than in that of ``since``."""
    known, held = since >> (TILE_HEIGHT * level), size >> (TILE_HEIGHT * level)
    for index in range(known // TILE_WIDTH, -(-held // TILE_WIDTH)):
        width = width_at(level, index, size)
        if width > width_at(level, index, since):
            yield index, width


def new_tiles(old_size: int, new_size: int, read_tile: ReadTile, hashes: Iterable[bytes]) -> list[Tile]:
    """The tiles that appending ``hashes`` (new_size - old_size leaf hashes) creates or widens, level by level.

    Only the partial tiles at the old tree's right edge are read. Of each partial tile only the new width is
    returned: it is the one that the next checkpoint needs. A very long list is better appended in several calls,
    for the tiles of one call are all in memory at once.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise OutOfTree("a tree does not shrink")
    fresh = list(islice(hashes, new_size - old_size + 1))
    if len(fresh) != new_size - old_size:
        raise OutOfTree("as many leaf hashes as the tree grows by")
    tiles: list[Tile] = []
    level = 0
    while fresh:
        index, width = divmod(old_size >> (TILE_HEIGHT * level), TILE_WIDTH)
        held = decode_tile(read_tile(level, index, width), width) if width else []
        row = held + fresh
        fresh = []
        for start in range(0, len(row), TILE_WIDTH):
            part = row[start : start + TILE_WIDTH]
            tiles.append(Tile(level, index, len(part), encode_tile(part)))
            index += 1
            if len(part) == TILE_WIDTH:
                fresh.append(subtree_hash(part))
        level += 1
    return tiles


class TileTree:
    """The tree of ``size`` leaves, read from its tiles: root and proofs at the price of O(log n) tiles.

    A tile is read once in the life of the object. Its bytes are believed: whoever reads a log that is not their own
    checks :meth:`root` against a signed checkpoint and each proof against that root, or the whole log with
    :func:`portal.tlog.replay.replay`.
    """

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        if not 0 <= size <= MAX_SIZE:
            raise OutOfTree("a tree's size lies in 0..2^63-1")
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def leaf(self, index: int) -> bytes:
        """The leaf hash at ``index``."""
        return self.node(0, index)

    def node(self, height: int, index: int) -> bytes:
        """The root over the leaves ``[index << height, (index + 1) << height)``, all of which the tree must hold."""
        if index < 0 or (index + 1) << height > self.size:
            raise OutOfTree("no such complete subtree")
        level, inner = divmod(height, TILE_HEIGHT)
        tile, place = divmod(index << inner, TILE_WIDTH)
        return subtree_hash(self._tile(level, tile)[place : place + (1 << inner)])

    def frontier(self) -> Frontier:
        """The right edge, from which the tree can grow."""
        return Frontier.load(self.size, self.node)

    @cached_property
    def root(self) -> bytes:
        """The tree head."""
        return merkle.root_of(self.size, self.node)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """See :func:`portal.tlog.merkle.prove_inclusion`."""
        return merkle.prove_inclusion(index, self.size, self.node)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """See :func:`portal.tlog.merkle.prove_consistency`."""
        return merkle.prove_consistency(old_size, self.size, self.node)

    def _tile(self, level: int, index: int) -> list[bytes]:
        found = self._tiles.get((level, index))
        if found is None:
            width = width_at(level, index, self.size)
            found = self._tiles[level, index] = decode_tile(self._read_tile(level, index, width), width)
        return found
