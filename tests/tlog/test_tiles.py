"""Tiles, bundles and their paths: canonical only, exactly what the specification's examples say, and cheap to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.errors import MalformedBundle, MalformedHash, MalformedPath, MalformedTile, OutOfTree
from portal.tlog.merkle import leaf_hashes, tree_head, verify_consistency, verify_inclusion
from portal.tlog.paths import BundlePath, TilePath, parse_path
from portal.tlog.tiles import (
    TileTree,
    decode_bundle,
    decode_tile,
    encode_bundle,
    encode_tile,
    new_tiles,
    tile_paths,
    width_at,
)
from tests.tlog.support import MemoryLog, entries, vectors

C2SP = vectors("c2sp")
SMALL, LARGE = MemoryLog.of(300), MemoryLog.of(70_000)

widths = st.integers(1, 256)


@pytest.mark.parametrize("case", C2SP["paths"])
def test_paths_of_the_specification(case: dict) -> None:
    place = parse_path(case["path"])

    assert str(place) == case["path"]
    assert (getattr(place, "level", None), place.index, place.width) == (case["level"], case["index"], case["width"])


@given(st.integers(0, 63), st.integers(0, (1 << 63) - 1), widths)
def test_paths_are_an_inverse_pair(level: int, index: int, width: int) -> None:
    for place in (TilePath(level, index, width), BundlePath(index, width)):
        assert parse_path(str(place)) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x1/067",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p",
        "tile/0/000.p/1\n",
        "tile/0/00\u0660",
        "tile/8/0/000",
        "tile/data/000",
        "tile/entries/x000/000",
        "tile/0/../000",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
    ],
)
def test_other_spellings_of_a_path_are_refused(text: str) -> None:
    with pytest.raises(MalformedPath):
        parse_path(text)


@given(st.text(alphabet="tilenrs/x.p0123456789", max_size=40))
def test_whatever_is_accepted_is_canonical(text: str) -> None:
    try:
        place = parse_path("tile/" + text)
    except MalformedPath:
        return
    assert str(place) == "tile/" + text


@pytest.mark.parametrize("arguments", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 1 << 63, 1), (0, 0, 0), (0, 0, 257)])
def test_places_that_no_log_has_cannot_be_built(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(MalformedPath):
        TilePath(*arguments)


@pytest.mark.parametrize("case", C2SP["tiles_of"])
def test_the_tiles_of_a_tree_are_those_of_the_specification(case: dict) -> None:
    expected = [
        TilePath(int(level), index, width)
        for level, (full, partial) in case["tiles"].items()
        for index, width in [*((index, 256) for index in range(full)), *([(full, partial)] if partial else [])]
    ]

    assert list(tile_paths(case["size"])) == expected
    built = new_tiles(0, case["size"], LARGE.read_tile, leaf_hashes(entries(case["size"])))
    assert [tile.path for tile in built] == expected


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundles_are_an_inverse_pair(bundle: list[bytes]) -> None:
    data = encode_bundle(bundle)

    assert decode_bundle(data, len(bundle)) == bundle
    for damaged in (data[:-1], data + b"\x00", data + b"\x00\x00"):
        with pytest.raises(MalformedBundle):
            decode_bundle(damaged, len(bundle))


def test_a_bundle_has_bounds() -> None:
    assert decode_bundle(encode_bundle([b"x" * 65_535]), 1) == [b"x" * 65_535]
    for wrong in ([], [b""] * 257, [b"x" * 65_536]):
        with pytest.raises(MalformedBundle):
            encode_bundle(wrong)
    for data, width in [(b"", 0), (b"", 1), (b"\x00\x00" * 257, 257)]:
        with pytest.raises(MalformedBundle):
            decode_bundle(data, width)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=256))
def test_tiles_are_an_inverse_pair(hashes: list[bytes]) -> None:
    assert decode_tile(encode_tile(hashes), len(hashes)) == hashes


def test_a_tile_has_bounds() -> None:
    for data, width in [(b"", 0), (bytes(31), 1), (bytes(64), 1), (bytes(257 * 32), 257)]:
        with pytest.raises(MalformedTile):
            decode_tile(data, width)
    for hashes in ([], [bytes(32)] * 257):
        with pytest.raises(MalformedTile):
            encode_tile(hashes)
    with pytest.raises(MalformedHash):
        encode_tile([bytes(31), bytes(33)])


@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_growing_in_steps_gives_the_tiles_of_growing_at_once(steps: list[int]) -> None:
    log = MemoryLog()
    for step in steps:
        before = log.size
        log.append(entries(before + step)[before:])

    assert log.tiles == MemoryLog.of(sum(steps)).tiles
    assert log.tree.root == tree_head(leaf_hashes(entries(sum(steps))))


@given(st.integers(0, 70_000), st.integers(0, 3000))
def test_an_append_creates_exactly_the_tiles_that_changed(old: int, grown: int) -> None:
    new = min(old + grown, LARGE.size)
    hashes = [LARGE.tree.leaf(index) for index in range(old, new)][: new - old]
    created = [tile.path for tile in new_tiles(old, new, LARGE.read_tile, hashes)]

    assert created == [path for path in tile_paths(new) if path.width != width_at(path.level, path.index, old)]


@given(st.integers(1, 70_000), st.data())
def test_proofs_from_tiles_verify_and_read_few_of_them(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.tuples(st.integers(0, size - 1), st.integers(1, size)))
    tree, older = TileTree(size, LARGE.read_tile), TileTree(old, LARGE.read_tile)
    LARGE.reads.clear()
    proof = tree.inclusion_proof(index)

    # levels 0..2, at each the tile above the leaf and the one at the right edge; every one at its width in this tree
    assert len(LARGE.reads) <= 6
    assert all(width == width_at(level, tile, size) for level, tile, width in LARGE.reads)
    verify_inclusion(index, size, tree.leaf(index), proof, tree.root)
    verify_consistency(old, older.root, size, tree.root, tree.consistency_proof(old))
    assert tree.frontier().root() == tree.root


def test_what_the_tree_does_not_hold_is_refused() -> None:
    for height, index in [(0, 300), (9, 0), (1, 150), (0, -1)]:
        with pytest.raises(OutOfTree):
            SMALL.tree.node(height, index)
    for old, new in [(2, 1), (-1, 3), (0, 4)]:
        with pytest.raises(OutOfTree):
            new_tiles(old, new, SMALL.read_tile, leaf_hashes(entries(3)))
    with pytest.raises(OutOfTree):
        TileTree(-1, SMALL.read_tile)


def test_a_truncated_tile_is_refused_before_it_is_believed() -> None:
    with pytest.raises(MalformedTile):
        TileTree(300, lambda level, index, width: SMALL.read_tile(level, index, width)[:-32]).inclusion_proof(3)
    with pytest.raises(MalformedTile):
        new_tiles(300, 301, lambda level, index, width: b"", leaf_hashes([b"x"]))
