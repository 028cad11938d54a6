"""What must hold of an instance whatever happened to it: read from its tables, and as an auditor reads it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ballots.models import Nullifier
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.ledger.models import LogCheckpoint, LogLeaf, PoolEntry
from portal.submissions.models import Submission
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.merkle import Frontier, leaf_hash, leaf_hashes
from portal.tlog.replay import replay
from tests.rounds import stored

# Leaves of which a second one with the same bytes would say that something happened twice.
ONCE = {"consultation", "key", "issuer-key", "roster", "card", "issuance", "issuance-close", "submission", "asset",
        "coding", "reading", "finding", "report", "erasure"}  # fmt: skip


def check_history(session: Session, log: Log, leaves: list[bytes], seen: Iterable[str] = ()) -> list[Checkpoint]:
    """Every checkpoint ever signed is the tree of so many first leaves; those that readers saw are among them."""
    notes = list(session.scalars(select(LogCheckpoint.note).order_by(LogCheckpoint.size)))
    points = [open_checkpoint(note, log.signer.verifier).checkpoint for note in notes]
    assert set(seen) <= set(notes)
    tree, hashes = Frontier(), leaf_hashes(leaves)
    for point in points:
        assert tree.size < point.size
        tree.extend(hashes[tree.size : point.size])
        assert (tree.size, tree.root()) == (point.size, point.root)
    return points


def check_leaves(session: Session) -> list[bytes]:
    """One leaf for each index, and none that says twice what is said once."""
    rows = session.execute(select(LogLeaf.index, LogLeaf.data, LogLeaf.leaf_hash).order_by(LogLeaf.index)).all()
    leaves = [row.data for row in rows]
    assert [row.index for row in rows] == list(range(len(rows)))
    assert leaf_hashes(leaves) == [row.leaf_hash for row in rows]
    twice = [data for data, count in Counter(leaves).items() if count > 1 and json.loads(data)["type"] in ONCE]
    assert twice == []
    return leaves


def check_tiles(session: Session, newest: Checkpoint, leaves: list[bytes]) -> None:
    """What an auditor reads through bundles and tiles under the newest checkpoint."""
    parts = replay(
        newest.size,
        newest.root,
        lambda index, width: ledger.read_bundle(session, index, width),
        lambda level, index, width: ledger.read_tile(session, level, index, width),
    )
    assert [entry for part in parts for entry in part.entries] == leaves


def check_comments(session: Session, leaves: list[bytes], acknowledged: Iterable[bytes]) -> None:
    """Each comment is whole and stands in the pool or in the log, once; each ballot is spent on one."""
    pooled = set(session.scalars(select(PoolEntry.leaf_hash).where(PoolEntry.load.is_not(None))))
    places = {leaf_hash(data): index for index, data in enumerate(leaves) if json.loads(data)["type"] == "submission"}
    rows = session.execute(select(Submission.leaf_hash, Submission.leaf_index))
    assert {row.leaf_hash: row.leaf_index for row in rows} == places
    assert not pooled & places.keys()
    assert {leaf_hash(data) for data in acknowledged} <= pooled | places.keys()


def check_ballots(session: Session, comments: int) -> None:
    """As many nullifiers as comments with a ballot: none was burnt without its comment."""
    spent = session.scalar(select(func.count()).select_from(Nullifier))
    assert (spent, *stored(session)[:2]) == (comments, comments, comments)


def judge(session: Session, log: Log, *, acknowledged: Iterable[bytes] = (), seen: Iterable[str] = ()) -> list[bytes]:
    """All of it but the ballots; returns the leaves."""
    leaves = check_leaves(session)
    points = check_history(session, log, leaves, seen)
    check_tiles(session, points[-1], leaves)
    check_comments(session, leaves, acknowledged)
    return leaves
