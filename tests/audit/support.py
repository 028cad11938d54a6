"""An exported instance in memory, and the ways of damaging it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from portal.audit.source import Missing
from portal.audit.verify import Brought, Verdict, verify
from portal.crypto.canonical import dump_canonical
from portal.ledger.log import Log
from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.merkle import leaf_hashes, tree_head
from portal.tlog.note import parse_note
from portal.tlog.paths import TilePath
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree, bundle_paths, decode_bundle, encode_bundle, new_tiles, tile_paths, width_at

Files = dict[str, bytes]


@dataclass
class Memory:
    """A source over a dictionary."""

    files: Files = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        """The bytes, or :class:`Missing`."""
        if name not in self.files:
            raise Missing(name)
        return self.files[name]


def judged(files: Files, vkey: str | None = None, earlier: str | None = None) -> Verdict:
    """The verifier's verdict on these files."""
    return verify(Memory(files), Brought(vkey, earlier))


def names(verdict: Verdict) -> set[str]:
    """Names of the failures."""
    return {failure.name for failure in verdict.failures}


def flip(data: bytes, place: int) -> bytes:
    """One bit of one byte turned."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def entries_of(files: Files) -> list[bytes]:
    """The log's entries."""
    size = int(files["log/checkpoint"].split(b"\n")[1])
    return [entry for path in bundle_paths(size) for entry in decode_bundle(files[f"log/{path}"], path.width)]


def log_files(entries: list[bytes], log: Log) -> Files:
    """A log of these entries, signed with the real key: what a portal that lies could serve."""
    files: Files = {"log/vkey": log.vkey.encode() + b"\n"}
    hashes = leaf_hashes(entries)
    tiles = {(tile.level, tile.index): tile for tile in new_tiles(0, len(entries), _nothing, hashes)}
    files |= {f"log/{tile.path}": tile.data for tile in tiles.values()}
    for path in bundle_paths(len(entries)):
        start = path.index * 256
        files[f"log/{path}"] = encode_bundle(entries[start : start + path.width])
    note = sign_checkpoint(Checkpoint(log.origin, len(entries), tree_head(hashes)), log.signer)
    return {**files, "log/checkpoint": str(note).encode()}


def log_names(size: int) -> set[str]:
    """The names of the log's files at that size."""
    places = [*tile_paths(size), *bundle_paths(size)]
    return {"log/vkey", "log/checkpoint", *(f"log/{place}" for place in places)}


def _nothing(_level: int, _index: int, _width: int) -> bytes:
    raise AssertionError("a new log has no tile to read")


def relogged(files: Files, log: Log, change: Callable[[list[bytes]], Iterable[bytes]]) -> Files:
    """The same export over another history, with proofs to match: only rules and commitments can betray it."""
    entries = list(change(entries_of(files)))
    rest = {name: data for name, data in files.items() if not name.startswith("log/")}
    made = {**rest, **log_files(entries, log)}
    for name in [name for name in made if is_proven(name)]:
        made[name] = _proven(json.loads(made[name]), entries, made, log)
    return made


def is_proven(name: str) -> bool:
    """Whether that file holds a publication, a table or a private list with its proof."""
    return name.startswith(("results/", "tables/"))


def _proven(document: dict[str, Any], entries: list[bytes], files: Files, log: Log) -> bytes:
    leaf = document["leaf"].encode()
    if leaf in entries:
        tree = TileTree(len(entries), lambda level, index, width: _tile(files, level, index, width, len(entries)))
        index = entries.index(leaf)
        proof = LogProof(index, tuple(tree.inclusion_proof(index)), parse_note(files["log/checkpoint"]))
        document |= {"proof": str(proof), "checkpoint": files["log/checkpoint"].decode()}
    return dump_canonical(document)


def _tile(files: Files, level: int, index: int, width: int, size: int) -> bytes:
    return files[f"log/{TilePath(level, index, width_at(level, index, size))}"][: width * 32]


def redone(data: bytes, **values: Any) -> bytes:
    """A leaf with other values."""
    return dump_canonical({**json.loads(data), **values})


def find(entries: list[bytes], kind: str, place: int = 0) -> int:
    """The index of that kind's leaf, counted from 0."""
    return [index for index, data in enumerate(entries) if json.loads(data)["type"] == kind][place]


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
