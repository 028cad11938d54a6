"""The log's newest ``asset`` leaves, read from its end and proven, without reading the whole of it each time.

Entries are read bundle by bundle from the newest backwards, until the leaf of the list of built files is found (which
binds every other file by its digest), every name has its leaf, or the part begins that an earlier watch has read.
Each bundle's entries are held against the tile above them, and the tile against the signed root: an inclusion proof of
one leaf of a tile is computed from all the others, so it authenticates the whole tile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from portal.ledger.events import BadLeaf, decode
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import TileMismatch, TlogError
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from portal.tlog.paths import TILE_WIDTH, BundlePath, TilePath
from portal.tlog.policy import LogKey, Policy
from portal.tlog.tiles import TileTree, decode_bundle, width_at

MARK = b'"type":"asset"'
"""What every canonical ``asset`` leaf holds: looked for before anything is parsed."""

Read = Callable[[str], bytes | None]
"""Bytes by path below ``/log/``, or ``None`` when nothing is there."""


class NoQuorum(TlogError):
    """Too few witnesses of the policy cosigned the checkpoint."""


class LogIncomplete(TlogError):
    """The log does not serve a tile or an entry bundle that its checkpoint covers."""


class StateMalformed(ValueError):
    """The file that an earlier watch left is not one, or is of another log."""


@dataclass(frozen=True)
class Trust:
    """What the auditor brings: the log's key, a policy of witnesses, or both; else the portal's own key is believed."""

    key: LogKey | None = None
    policy: Policy | None = None


@dataclass(frozen=True)
class AssetLeaf:
    """An ``asset`` leaf: where it stands, SHA-256 in hex, size in bytes."""

    index: int
    sha256: str
    size: int


@dataclass
class Known:
    """What a watch knows of a log after reading it up to ``checkpoint`` (a note): the newest leaf of each name."""

    checkpoint: str = ""
    vkey: str = ""
    size: int = 0
    root: bytes = b""
    assets: dict[str, AssetLeaf] = field(default_factory=dict)

    def dump(self) -> str:
        """The text of a state file."""
        assets = {name: vars(leaf) for name, leaf in sorted(self.assets.items())}
        state = {"v": 1, "checkpoint": self.checkpoint, "vkey": self.vkey, "size": self.size, "root": self.root.hex()}
        return json.dumps({**state, "assets": assets}, indent=2) + "\n"

    @classmethod
    def load(cls, text: str) -> Known:
        """What :meth:`dump` wrote; raises :class:`StateMalformed`."""
        try:
            state: dict[str, Any] = json.loads(text)
            if state.pop("v") != 1:
                raise StateMalformed("a state of another version")
            assets = {str(name): AssetLeaf(**leaf) for name, leaf in state.pop("assets").items()}
            return cls(**{**state, "root": bytes.fromhex(state["root"])}, assets=assets)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise StateMalformed("not a state that a watch left") from error


def open_trusted(note: bytes, trust: Trust, offered: str) -> tuple[Checkpoint, str]:
    """The checkpoint and the key it verifies with. ``offered``: the portal's own key, for want of a better one.

    Raises :class:`NoQuorum` and the refusals of :mod:`portal.tlog`.
    """
    key = trust.key
    if key is None and (trust.policy is None or not trust.policy.log_lines):
        key = VerifierKey.parse(offered)
    standing = (trust.policy or Policy()).check(note, key)
    if not standing.holds:
        raise NoQuorum("too few witnesses cosigned the checkpoint")
    named = key or next(log for log in trust.policy.logs if log.name == standing.checkpoint.origin)  # type: ignore[union-attr]
    return standing.checkpoint, str(named)


class LogReader:
    """A served log as of one verified checkpoint."""

    def __init__(self, checkpoint: Checkpoint, read: Read) -> None:
        self.checkpoint, self._read = checkpoint, read
        self.tree = TileTree(checkpoint.size, self._tile)

    def continues(self, size: int, root: bytes) -> bool:
        """Whether the tree of that size and root is a prefix of this one."""
        now = self.checkpoint
        try:
            verify_consistency(size, root, now.size, now.root, self.tree.consistency_proof(size))
        except TlogError:
            return False
        return True

    def proves(self, index: int, leaf: bytes) -> bool:
        """Whether that leaf stands at that index."""
        try:
            proof = self.tree.inclusion_proof(index)
            verify_inclusion(index, self.checkpoint.size, leaf_hash(leaf), proof, self.checkpoint.root)
        except TlogError:
            return False
        return True

    def newest_assets(self, names: Collection[str], binding: str, since: int = 0) -> dict[str, AssetLeaf]:
        """The newest leaf of each name that an ``asset`` leaf has, from the end back to leaf ``since``.

        Stops early, with the bundle in which the leaf of ``binding`` stood or every one of ``names`` was found.
        """
        found: dict[str, AssetLeaf] = {}
        last = -(-self.checkpoint.size // TILE_WIDTH) - 1
        for bundle in range(last, since // TILE_WIDTH - 1, -1):
            entries = self._entries(bundle)
            for place in reversed(range(len(entries))):
                index = bundle * TILE_WIDTH + place
                if index >= since and MARK in entries[place]:
                    self._note(found, index, entries[place])
            if binding in found or set(names) <= set(found):
                break
        return found

    @staticmethod
    def _note(found: dict[str, AssetLeaf], index: int, data: bytes) -> None:
        try:
            leaf = decode(data)
        except BadLeaf:
            return  # `portal audit verify` names it
        if leaf["type"] == "asset":
            found.setdefault(leaf["name"], AssetLeaf(index, leaf["sha256"], leaf["size"]))

    def _entries(self, bundle: int) -> list[bytes]:
        """The bundle's entries, every one of them proven."""
        width = width_at(0, bundle, self.checkpoint.size)
        entries = decode_bundle(self._bytes(BundlePath(bundle, width), BundlePath(bundle)), width)
        first = bundle * TILE_WIDTH
        if [leaf_hash(entry) for entry in entries] != [self.tree.leaf(first + place) for place in range(width)]:
            raise TileMismatch("the entries are not those of the tile")
        if not self.proves(first, entries[0]):
            raise TileMismatch("the tile is not one of the signed tree")
        return entries

    def _tile(self, level: int, index: int, width: int) -> bytes:
        return self._bytes(TilePath(level, index, width), TilePath(level, index))[: width * 32]

    def _bytes(self, path: TilePath | BundlePath, full: TilePath | BundlePath) -> bytes:
        """The tile or bundle, or the full one that has taken a partial one's place (tlog-tiles, "Partial Tiles")."""
        data = self._read(str(path))
        if data is None and path != full:
            data = self._read(str(full))
        if data is None:
            raise LogIncomplete(str(path))
        return data
