"""The log's store: what is appended can be proven, tile by tile, and every checkpoint stays."""

import itertools

import pytest

from portal.errors import NotFound
from portal.ledger import events
from portal.ledger import log as ledger
from portal.ledger.events import BadLeaf
from portal.ledger.models import LogCheckpoint
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash, verify_consistency
from portal.tlog.promise import open_promise
from portal.tlog.proof import verify_proof
from portal.tlog.replay import replay


def leaves(count: int, start: int = 0) -> list[bytes]:
    return [events.encode("erasure", leaf=number) for number in range(start, start + count)]


def replayed(session, log) -> list[bytes]:
    """All entries, read as an auditor reads them."""
    checkpoint = open_checkpoint(ledger.newest_checkpoint(session), VerifierKey.parse(log.vkey)).checkpoint
    parts = replay(
        checkpoint.size,
        checkpoint.root,
        lambda index, width: ledger.read_bundle(session, index, width),
        lambda level, index, width: ledger.read_tile(session, level, index, width),
    )
    return [data for part in parts for data in part.entries]


def test_an_empty_log_has_neither_checkpoint_nor_tile(session) -> None:
    assert ledger.size(session) == 0
    for read in (
        lambda: ledger.newest_checkpoint(session),
        lambda: ledger.read_tile(session, 0, 0, 1),
        lambda: ledger.read_bundle(session, 0, 1),
        lambda: ledger.read_leaf(session, 0),
    ):
        with pytest.raises(NotFound):
            read()


def test_what_was_appended_in_many_calls_replays_under_the_signed_root(session, log) -> None:
    # given appends whose ends fall on, before and behind the ends of tiles
    given = leaves(700)
    starts = [0, 1, 2, 255, 256, 257, 511, 513]
    firsts = [
        ledger.append(session, log, given[start:end]) for start, end in zip(starts, [*starts[1:], 700], strict=True)
    ]
    # then each call answers with the index of its first leaf, and an auditor reads the same entries
    assert firsts == starts
    assert replayed(session, log) == given


def test_a_proof_holds_for_its_leaf_and_for_no_other(session, log) -> None:
    given = leaves(300)
    ledger.append(session, log, given)
    key = VerifierKey.parse(log.vkey)
    for index in (0, 255, 256, 299):
        proof = log.proof(session, index)
        verify_proof(proof, leaf_hash(given[index]), key)
        with pytest.raises(ValueError, match=r"."):
            verify_proof(proof, leaf_hash(given[index - 1]), key)


def test_every_checkpoint_is_kept_and_each_is_consistent_with_the_next(session, log) -> None:
    for _ in range(4):
        ledger.append(session, log, leaves(3))
    key = VerifierKey.parse(log.vkey)
    notes = session.query(LogCheckpoint).order_by(LogCheckpoint.size).all()
    points = [open_checkpoint(note.note, key).checkpoint for note in notes]
    assert [point.size for point in points] == [3, 6, 9, 12]
    for old, new in itertools.pairwise(points):
        proof = ledger.open_tree(session, new.size).consistency_proof(old.size)
        verify_consistency(old.size, old.root, new.size, new.root, proof)
    assert ledger.open_tree(session).root == points[-1].root


def test_a_tile_is_read_at_any_width_that_the_log_has_reached(session, log) -> None:
    ledger.append(session, log, leaves(5))
    whole = ledger.read_tile(session, 0, 0, 5)
    assert ledger.read_tile(session, 0, 0, 3) == whole[:96]
    with pytest.raises(NotFound):
        ledger.read_tile(session, 0, 0, 6)
    with pytest.raises(NotFound):
        ledger.read_bundle(session, 0, 6)


def test_a_malformed_leaf_is_refused_and_the_log_stays_as_it_was(session, log) -> None:
    ledger.append(session, log, leaves(2))
    before = ledger.newest_checkpoint(session)
    for bad in (b"{}", b'{"leaf": 1,"type":"erasure","v":1}', b"text"):
        with pytest.raises(BadLeaf):
            ledger.append(session, log, [*leaves(1), bad])
    assert ledger.size(session) == 2
    assert ledger.newest_checkpoint(session) == before


def test_kinds_are_counted(session, log) -> None:
    ledger.append(session, log, [*leaves(2), events.encode("asset", name="a.js", sha256="0" * 64, size=1)])
    assert ledger.kinds(session) == {"asset": 1, "erasure": 2}


def test_a_promise_names_the_leaf_and_a_day(log, clock) -> None:
    (leaf,) = leaves(1)
    promise = open_promise(log.promise(leaf_hash(leaf), clock.today()), VerifierKey.parse(log.vkey))
    assert (promise.leaf, promise.latest) == (leaf_hash(leaf), clock.today())
