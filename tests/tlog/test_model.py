"""Trees, proofs and tiles against the definitions written out (:mod:`tests.tlog.model`), for any growth."""

from __future__ import annotations

import os
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.tlog.errors import ConsistencyError, InclusionError
from portal.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from portal.tlog.paths import TilePath
from portal.tlog.tiles import bundle_paths, decode_bundle, edge_paths, tile_paths
from tests.tlog import model
from tests.tlog.support import MemoryLog

EXAMPLES = int(os.environ.get("PORTAL_EXAMPLES", "60"))

few = settings(max_examples=EXAMPLES, deadline=None)
contents = st.lists(st.binary(max_size=6), min_size=1, max_size=90)
growth = st.lists(st.integers(1, 300), min_size=1, max_size=5)


def log_of(entries: list[bytes]) -> MemoryLog:
    log = MemoryLog()
    log.append(entries)
    return log


@few
@given(contents)
def test_roots_are_the_definitions(entries: list[bytes]) -> None:
    assert log_of(entries).tree.root == model.head(entries)


@few
@given(contents, st.data())
def test_inclusion_proofs_are_the_definitions_and_prove_one_place(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    tree, proof = log_of(entries).tree, model.path(index, entries)
    assert tree.inclusion_proof(index) == proof
    verify_inclusion(index, len(entries), leaf_hash(entries[index]), proof, tree.root)
    # and they prove it of no other entry
    with pytest.raises(InclusionError):
        verify_inclusion(index, len(entries), leaf_hash(entries[index] + b"x"), proof, tree.root)


@few
@given(contents, st.data())
def test_consistency_proofs_are_the_definitions(entries: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(entries)))
    tree, proof = log_of(entries).tree, model.consistency(old, entries)
    assert tree.consistency_proof(old) == proof
    verify_consistency(old, model.head(entries[:old]), len(entries), tree.root, proof)
    # and they hold for no history that changed one entry
    forged = [*entries[: old - 1], entries[old - 1] + b"x"]
    with pytest.raises(ConsistencyError):
        verify_consistency(old, model.head(forged), len(entries), tree.root, proof)


@settings(max_examples=max(5, EXAMPLES // 4), deadline=None)
@given(growth)
def test_any_growth_gives_the_tiles_of_the_specification(steps: list[int]) -> None:
    log, sizes = MemoryLog(), list(accumulate(steps))
    for start, end in pairwise([0, *sizes]):
        log.append([b"%d" % number for number in range(start, end)])
    for place in tile_paths(log.size):
        tile = log.read_tile(place.level, place.index, place.width)
        assert tile == model.tile(place.level, place.index, place.width, log.entries)
    held = [(log.read_bundle(place.index, place.width), place.width) for place in bundle_paths(log.size)]
    assert [entry for bundle in held for entry in decode_bundle(*bundle)] == log.entries
    # and a mirror that followed each step holds every tile that the last tree needs
    written = {path for old, new in pairwise([0, *sizes]) for path in (*tile_paths(new, old), *bundle_paths(new, old))}
    assert {*tile_paths(log.size), *bundle_paths(log.size)} <= written


@few
@given(st.integers(0, 2**40), st.integers(0, 70_000))
def test_what_a_larger_tree_has_more(old: int, grown: int) -> None:
    new = old + grown
    fresh = list(tile_paths(new, old))
    # each is a tile of the new tree that the old one has narrower or not at all; the tiles at its edge are among them
    assert len(set(fresh)) == len(fresh)
    for path in fresh:
        assert path.width == min(256, (new >> 8 * path.level) - 256 * path.index)
        assert (old >> 8 * path.level) < 256 * path.index + path.width
    edges = [path for path in edge_paths(new) if isinstance(path, TilePath)]
    assert set(edges) - set(edge_paths(old)) <= set(fresh)
    assert [path.width for path in edges] == [width for level in range(8) if (width := (new >> 8 * level) % 256)]
