"""The tree against RFC 6962's own vectors, against its definition written out, and under every damage."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.errors import ConsistencyError, InclusionError, MalformedHash, OutOfTree
from portal.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    leaf_hashes,
    node_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
    subtree_hash,
    tree_head,
    verify_consistency,
    verify_inclusion,
)
from tests.tlog.support import entries, flipped, reference_root, vectors

RFC = vectors("rfc6962")
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in RFC["leaves"]]
ROOTS = [EMPTY_ROOT, *map(bytes.fromhex, RFC["roots"])]
HASHES = leaf_hashes(entries(600))

sizes = st.integers(1, len(HASHES))


def reader(hashes: list[bytes]) -> Callable[[int, int], bytes]:
    return lambda height, index: subtree_hash(hashes[index << height : (index + 1) << height])


def test_roots_of_the_reference_tree() -> None:
    assert bytes.fromhex(RFC["empty_root"]) == tree_head([]) == EMPTY_ROOT
    assert [tree_head(LEAVES[:size]) for size in range(9)] == ROOTS


@pytest.mark.parametrize("case", RFC["inclusion"])
def test_inclusion_proofs_of_the_reference_tree(case: dict) -> None:
    proof = [bytes.fromhex(part) for part in case["proof"]]
    index, size = case["index"], case["size"]

    assert prove_inclusion(index, size, reader(LEAVES)) == proof
    verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.parametrize("case", RFC["consistency"])
def test_consistency_proofs_of_the_reference_tree(case: dict) -> None:
    proof = [bytes.fromhex(part) for part in case["proof"]]
    old, size = case["old"], case["size"]

    assert prove_consistency(old, size, reader(LEAVES)) == proof
    verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)


def test_symbolic_proofs_of_rfc_6962_section_2_1_3() -> None:
    symbolic = RFC["symbolic"]
    names = {name: leaf_hash(name.encode()) for name in symbolic["nodes"].values()}
    names["l"] = node_hash(names["i"], names["j"])

    def read(height: int, index: int) -> bytes:
        return names[symbolic["nodes"][f"{height}/{index}"]]

    for index, letters in symbolic["inclusion"].items():
        assert prove_inclusion(int(index), 7, read) == [names[letter] for letter in letters]
    for old, letters in symbolic["consistency"].items():
        assert prove_consistency(int(old), 7, read) == [names[letter] for letter in letters]


@given(sizes)
def test_the_root_is_what_the_rfc_defines(size: int) -> None:
    hashes = HASHES[:size]

    assert tree_head(hashes) == reference_root(hashes) == root_of(size, reader(hashes))


@given(st.lists(st.integers(0, 300), max_size=4))
def test_a_frontier_grows_by_any_steps_and_survives_storage(steps: list[int]) -> None:
    frontier = Frontier()
    for step in steps:
        frontier.extend(HASHES[frontier.size : frontier.size + step])  # the last step may find fewer left
        frontier = Frontier(frontier.size, frontier.peaks)

    assert frontier.root() == tree_head(HASHES[: frontier.size])
    assert frontier.peaks == Frontier.load(frontier.size, reader(HASHES)).peaks


def test_every_size_has_its_root_while_leaves_are_appended_one_by_one() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(HASHES[:70], start=1):
        frontier.append(leaf)
        assert (frontier.size, frontier.root()) == (size, reference_root(HASHES[:size]))


@given(sizes, st.data())
def test_inclusion_proofs_verify_and_one_flipped_bit_fails(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = tree_head(HASHES[:size])
    proof = prove_inclusion(index, size, reader(HASHES))
    verify_inclusion(index, size, HASHES[index], proof, root)

    whole = b"".join([HASHES[index], root, *proof])
    damaged = flipped(whole, data.draw(st.integers(0, len(whole) * 8 - 1)))
    leaf, other_root, *path = [damaged[at : at + 32] for at in range(0, len(damaged), 32)]
    with pytest.raises(InclusionError):
        verify_inclusion(index, size, leaf, path, other_root)


@given(sizes, st.data())
def test_an_inclusion_proof_serves_one_index_only(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.tuples(st.integers(0, size - 1), st.integers(-1, size + 1)))
    proof = prove_inclusion(index, size, reader(HASHES))
    if other != index:
        with pytest.raises(InclusionError):
            verify_inclusion(other, size, HASHES[index], proof, tree_head(HASHES[:size]))


@given(sizes, st.data())
def test_consistency_proofs_verify_and_one_flipped_bit_fails(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    old_root, root = tree_head(HASHES[:old]), tree_head(HASHES[:size])
    proof = prove_consistency(old, size, reader(HASHES))
    verify_consistency(old, old_root, size, root, proof)

    whole = b"".join([old_root, root, *proof])
    damaged = flipped(whole, data.draw(st.integers(0, len(whole) * 8 - 1)))
    first, second, *path = [damaged[at : at + 32] for at in range(0, len(damaged), 32)]
    with pytest.raises(ConsistencyError):
        verify_consistency(old, first, size, second, path)


@given(sizes, st.data())
def test_proofs_of_another_length_are_refused(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.tuples(st.integers(0, size - 1), st.integers(1, size)))
    root, old_root = tree_head(HASHES[:size]), tree_head(HASHES[:old])
    path = prove_inclusion(index, size, reader(HASHES))
    steps = prove_consistency(old, size, reader(HASHES))

    with pytest.raises(InclusionError):
        verify_inclusion(index, size, HASHES[index], [*path, root], root)
    with pytest.raises(ConsistencyError):
        verify_consistency(old, old_root, size, root, [*steps, root])
    if path:
        with pytest.raises(InclusionError):
            verify_inclusion(index, size, HASHES[index], path[:-1], root)
    if steps:
        with pytest.raises(ConsistencyError):
            verify_consistency(old, old_root, size, root, steps[:-1])


@given(st.integers(2, len(HASHES)))
def test_a_root_is_neither_its_own_leaf_nor_its_own_past(size: int) -> None:
    root = tree_head(HASHES[:size])

    with pytest.raises(InclusionError, match="too short"):
        verify_inclusion(0, size, root, [], root)
    with pytest.raises(ConsistencyError, match="too short"):
        verify_consistency(1, root, size, root, [])
    with pytest.raises(ConsistencyError, match="too short"):
        verify_consistency(size - 1, root, size, root, [] if (size - 1).bit_count() == 1 else [root])


def test_a_fork_is_not_a_prefix() -> None:
    forked = [*HASHES[:50], HASHES[0], *HASHES[51:80]]
    proof = prove_consistency(60, 80, reader(HASHES))

    with pytest.raises(ConsistencyError):
        verify_consistency(60, tree_head(forked[:60]), 80, tree_head(HASHES[:80]), proof)


def test_the_empty_tree_is_a_prefix_of_every_tree() -> None:
    root = tree_head(HASHES[:5])

    verify_consistency(0, EMPTY_ROOT, 5, root, prove_consistency(0, 5, reader(HASHES)))
    with pytest.raises(ConsistencyError):
        verify_consistency(0, root, 5, root, [])


def test_a_node_is_no_leaf() -> None:
    pair = HASHES[0] + HASHES[1]

    assert leaf_hash(pair) != node_hash(HASHES[0], HASHES[1])


@pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 4), (0, 1 << 63)])
def test_sizes_outside_the_tree_are_refused(old: int, new: int) -> None:
    with pytest.raises(OutOfTree):
        prove_consistency(old, new, reader(HASHES))
    with pytest.raises(ConsistencyError):
        verify_consistency(old, HASHES[0], new, HASHES[1], [])


def test_misuse_is_refused_by_name() -> None:
    frontier = Frontier()
    frontier.append(HASHES[0])

    with pytest.raises(OutOfTree):
        frontier.append_subtree(1, HASHES[1])
    with pytest.raises(OutOfTree):
        Frontier(3, [HASHES[0]])
    with pytest.raises(OutOfTree):
        subtree_hash(HASHES[:3])
    with pytest.raises(OutOfTree):
        prove_inclusion(4, 4, reader(HASHES))
    with pytest.raises(MalformedHash):
        frontier.append(b"short")
    with pytest.raises(MalformedHash):
        frontier.extend([HASHES[1], b"short"])
    with pytest.raises(InclusionError):
        verify_inclusion(0, 1, b"short", [], b"short")
