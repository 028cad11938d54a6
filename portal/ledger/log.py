"""Appending to the log and reading from it: tiles, checkpoints, proofs, promises.

Every append happens under one lock (PostgreSQL: an advisory lock of the transaction; SQLite: the write lock that
``unit_of_work`` takes at its start), so that no index is used twice and no two checkpoints contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import delete, exists, func, insert, select, text
from sqlalchemy.orm import Session

from portal.errors import Conflict, NotFound
from portal.ledger import events
from portal.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile, LogWitness
from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import EMPTY_ROOT, leaf_hashes
from portal.tlog.note import Note, parse_note
from portal.tlog.policy import Policy, PolicyLog
from portal.tlog.promise import Promise, sign_promise
from portal.tlog.proof import LogProof
from portal.tlog.tiles import HASH_SIZE, TILE_WIDTH, TileTree, encode_bundle, new_tiles, width_at

ADVISORY_LOCK = 0x706F7274616C

# Made once: whoever sends a comment waits for it.
IS_ROLLED_BACK = exists().where(
    LogWitness.size > func.coalesce(select(func.max(LogCheckpoint.size)).scalar_subquery(), 0)
)
ROLLED_BACK = select(IS_ROLLED_BACK)


@dataclass(frozen=True)
class Log:
    """The log's name, its signing key, and the policy that says which witnesses are to cosign its checkpoints."""

    origin: str
    signer: SignerKey
    policy: Policy

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Log:
        """The log named ``origin`` with the Ed25519 key of a 32-byte seed, and no witness."""
        signer = SignerKey(origin, seed)
        return cls(origin, signer, Policy(log_lines=(PolicyLog(signer.verifier),)))

    def empty_note(self) -> Note:
        """The checkpoint of the log before its first leaf, which is published nowhere."""
        return sign_checkpoint(Checkpoint(self.origin, 0, EMPTY_ROOT), self.signer)

    @property
    def vkey(self) -> str:
        """The verifier key that auditors and browsers pin (C2SP signed-note)."""
        return str(self.signer.verifier)

    def promise(self, digest: bytes, due: date) -> str:
        """A signed note that the leaf of that hash will stand in the log by the end of that day."""
        return str(sign_promise(Promise(self.origin, digest, due), self.signer))

    def proof(self, session: Session, index: int, note: Note | None = None) -> str:
        """A C2SP tlog-proof of the leaf at ``index`` against that checkpoint of the log, with its cosignatures.

        By default the newest, which is read once: the log may grow meanwhile, and the path must lead to this root.
        """
        note = note or newest_note(session)
        tree = tree_of(session, note)
        return str(LogProof(index, tuple(tree.inclusion_proof(index)), self._of_policy(note)))

    def _of_policy(self, note: Note) -> Note:
        """Without the lines of witnesses that have left the policy: a receipt's answer has room for the others only."""
        keys = [self.signer, *(witness.key for witness in self.policy.witnesses)]
        kept = {(key.name, key.key_id) for key in keys}
        return Note(note.text, tuple(line for line in note.signatures if (line.name, line.key_id) in kept))


def size(session: Session) -> int:
    """How many leaves the newest checkpoint covers."""
    return session.scalar(select(func.max(LogCheckpoint.size))) or 0


def newest_checkpoint(session: Session) -> str:
    """The newest checkpoint, witnesses' signature lines after the log's; :class:`NotFound` while the log is empty."""
    newest = select(LogCheckpoint.size, LogCheckpoint.note).order_by(LogCheckpoint.size.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    if found is None:
        raise NotFound("log-empty")
    return found.note + cosignature_lines(session, found.size)


def cosignature_lines(session: Session, tree_size: int) -> str:
    """The signature lines of witnesses on the checkpoint of that size, in the order of their names."""
    own = select(LogCosignature.line).where(LogCosignature.size == tree_size)
    lines = session.scalars(own.order_by(LogCosignature.name, LogCosignature.key_id))
    return "".join(f"{line}\n" for line in lines)


def checkpoint_sizes(session: Session, after: int, until: int) -> list[int]:
    """The sizes of the checkpoints in ``after + 1 .. until``, ascending."""
    between = (LogCheckpoint.size > after) & (LogCheckpoint.size <= until)
    return list(session.scalars(select(LogCheckpoint.size).where(between).order_by(LogCheckpoint.size)))


def newest_note(session: Session) -> Note:
    """The newest checkpoint, parsed."""
    return parse_note(newest_checkpoint(session))


def append(session: Session, log: Log, entries: Sequence[bytes]) -> int:
    """Append leaves (one at least) and sign a checkpoint over them; returns the index of the first.

    Raises ``log-rolled-back`` when a witness knows more of this log than the log itself: whatever were appended then
    would contradict a checkpoint that was signed and cosigned before.
    """
    if not entries:
        raise ValueError("an append of nothing would sign a second checkpoint of one size")
    lock(session)
    old = size(session)  # after the lock: before it, another host's append might not be seen
    if rolled_back(session):
        raise Conflict("log-rolled-back")
    new = old + len(entries)
    hashes = leaf_hashes(entries)
    rows = [
        {"index": old + offset, "kind": events.decode(data)["type"], "data": data, "leaf_hash": digest}
        for offset, (data, digest) in enumerate(zip(entries, hashes, strict=True))
    ]
    session.execute(insert(LogLeaf), rows)
    for tile in new_tiles(old, new, lambda level, index, width: read_tile(session, level, index, width), hashes):
        place = (LogTile.level == tile.level) & (LogTile.index == tile.index)
        session.execute(delete(LogTile).where(place))
        values = {"level": tile.level, "index": tile.index, "width": tile.width, "data": tile.data}
        session.execute(insert(LogTile).values(values))
    root = open_tree(session, new).root
    note = sign_checkpoint(Checkpoint(log.origin, new, root), log.signer)
    session.execute(insert(LogCheckpoint).values(size=new, note=str(note)))
    return old


def rolled_back(session: Session) -> bool:
    """Whether a witness knows a larger tree of this log than the log itself has: it runs on an old copy of its data.

    Then nothing may be appended, and nothing promised.
    """
    return bool(session.connection().execute(ROLLED_BACK).scalar())


def lock(session: Session) -> None:
    """Hold the log until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def read_tile(session: Session, level: int, index: int, width: int) -> bytes:
    """The first ``width`` hashes of a tile, 32 bytes each; :class:`NotFound` when the log has not so many."""
    data = session.scalar(select(LogTile.data).where(LogTile.level == level, LogTile.index == index))
    if data is None or len(data) < width * HASH_SIZE:
        raise NotFound("log-tile-unknown")
    return data[: width * HASH_SIZE]


def read_bundle(session: Session, index: int, width: int) -> bytes:
    """The entry bundle at ``index`` with ``width`` entries (C2SP tlog-tiles)."""
    start = index * TILE_WIDTH
    if width_at(0, index, size(session)) < width:
        raise NotFound("log-tile-unknown")
    return encode_bundle(read_entries(session, start, start + width))


def read_entries(session: Session, start: int, end: int) -> list[bytes]:
    """Leaf data of the half-open range ``start..end``."""
    query = select(LogLeaf.data).where(LogLeaf.index >= start, LogLeaf.index < end).order_by(LogLeaf.index)
    return list(session.scalars(query))


def read_leaf(session: Session, index: int) -> bytes:
    """One leaf's data, or :class:`NotFound`."""
    data = session.scalar(select(LogLeaf.data).where(LogLeaf.index == index))
    if data is None:
        raise NotFound("log-leaf-unknown")
    return cast(bytes, data)


def open_tree(session: Session, tree_size: int | None = None) -> TileTree:
    """The tree of that size (the newest checkpoint's by default), read from the stored tiles."""
    held = size(session) if tree_size is None else tree_size
    return TileTree(held, lambda level, index, width: read_tile(session, level, index, width))


def tree_of(session: Session, note: Note) -> TileTree:
    """The tree that a checkpoint of this log states."""
    return open_tree(session, Checkpoint.parse(note.text).size)


def kinds(session: Session) -> dict[str, int]:
    """How many leaves of each type the log holds."""
    rows = session.execute(select(LogLeaf.kind, func.count()).group_by(LogLeaf.kind).order_by(LogLeaf.kind))
    return {kind: count for kind, count in rows}  # noqa: C416 (rows are no plain tuples)
