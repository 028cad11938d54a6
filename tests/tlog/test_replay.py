"""Reading a whole log again finds every single changed byte, and names what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.errors import MalformedBundle, RootMismatch, TileMismatch
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.replay import replay
from tests.tlog.support import MemoryLog, entries, flipped

LOG = MemoryLog.of(1000)
LEVELS = MemoryLog.of(65_536 + 300)


@given(st.integers(0, 1100))
def test_an_honest_log_is_read_whole_and_in_order(size: int) -> None:
    log = MemoryLog.of(size)
    read = list(replay(size, log.tree.root, log.read_bundle, log.read_tile))

    assert [entry for part in read for entry in part.entries] == entries(size)
    assert [part.start for part in read] == list(range(0, size, 256))


def test_every_tile_of_every_level_is_read_at_its_width() -> None:
    root = LEVELS.tree.root
    LEVELS.reads.clear()
    for _ in replay(LEVELS.size, root, LEVELS.read_bundle, LEVELS.read_tile):
        pass

    expected = {(0, index, 256) for index in range(257)} | {(0, 257, 44), (1, 0, 256), (1, 1, 1), (2, 0, 1)}
    assert set(LEVELS.reads) == expected
    assert len(LEVELS.reads) == len(expected)


def test_the_empty_log_has_the_empty_root() -> None:
    assert list(replay(0, EMPTY_ROOT, LOG.read_bundle, LOG.read_tile)) == []
    with pytest.raises(RootMismatch):
        list(replay(0, bytes(32), LOG.read_bundle, LOG.read_tile))


@given(st.sampled_from(sorted(LOG.tiles)), st.integers(0))
def test_one_flipped_bit_in_any_tile_is_found(place: tuple[int, int], bit: int) -> None:
    def read_tile(level: int, index: int, width: int) -> bytes:
        data = LOG.read_tile(level, index, width)
        return flipped(data, bit) if (level, index) == place else data

    with pytest.raises(TileMismatch):
        list(replay(LOG.size, LOG.tree.root, LOG.read_bundle, read_tile))


@given(st.integers(0, 3), st.integers(0))
def test_one_flipped_bit_in_any_bundle_is_found(bundle: int, bit: int) -> None:
    def read_bundle(index: int, width: int) -> bytes:
        data = LOG.read_bundle(index, width)
        return flipped(data, bit) if index == bundle else data

    with pytest.raises((TileMismatch, MalformedBundle)):
        list(replay(LOG.size, LOG.tree.root, read_bundle, LOG.read_tile))


def test_entries_and_tiles_that_agree_with_each_other_and_not_with_the_checkpoint() -> None:
    with pytest.raises(RootMismatch):
        list(replay(LOG.size, MemoryLog.of(999).tree.root, LOG.read_bundle, LOG.read_tile))
