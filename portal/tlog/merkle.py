"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1) over SHA-256.

A hash is 32 bytes. A *node* ``(height, index)`` is the root of the complete subtree over the leaves ``[index <<
height, (index + 1) << height)``; height 0 holds the leaf hashes. A :data:`NodeReader` returns a node's hash,
wherever it is kept; generating a proof reads O(log n) nodes and verifying one reads none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest
from itertools import islice

from portal.tlog.errors import ConsistencyError, InclusionError, MalformedHash, OutOfTree

HASH_SIZE = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_ROOT = sha256(b"").digest()

# Sizes stay below 2^63, as in other implementations of C2SP logs; a proof is never longer than the tree is high.
MAX_HEIGHT = 63
MAX_SIZE = (1 << MAX_HEIGHT) - 1

# Hashes folded at once by `Frontier.extend`: a power of two, small enough to stay in the processor's cache.
BATCH_HEIGHT = 8
BATCH = 1 << BATCH_HEIGHT

NodeReader = Callable[[int, int], bytes]
"""``(height, index) -> 32 bytes``."""

Range = tuple[int, int]
"""Leaves ``[start, end)`` of a subtree in the sense of RFC 6962: complete, or cut short at the tree's right edge."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return sha256(LEAF_PREFIX + data).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """:func:`leaf_hash` of each entry, without a call for each."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(NODE_PREFIX + left + right).digest()


def subtree_hash(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^k hashes of one height (the root of a full tile, for 256)."""
    if len(hashes) & (len(hashes) - 1) or not hashes:
        raise OutOfTree("a complete subtree has 2^k hashes")
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


def tree_head(hashes: Iterable[bytes]) -> bytes:
    """MTH over leaf hashes (RFC 6962 section 2.1); the root of no leaves is SHA-256 of nothing."""
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: all that appending needs, in at most 63 hashes.

    ``peaks`` are the roots of the maximal complete subtrees from left to right, one for each one-bit of ``size``.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self._size = _checked_size(size)
        self._peaks = [_checked_hash(peak) for peak in peaks]
        if len(self._peaks) != size.bit_count():
            raise OutOfTree("a frontier has one peak for each one-bit of its size")

    @classmethod
    def load(cls, size: int, read_node: NodeReader) -> Frontier:
        """The frontier of the tree of that size, from its stored nodes."""
        return cls(size, [read_node(height, index) for height, index in _nodes_of((0, _checked_size(size)))])

    @property
    def size(self) -> int:
        """How many leaves were appended."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The hashes to store, so that ``Frontier(size, peaks)`` goes on from here."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.append_subtree(0, _checked_hash(leaf))

    def append_subtree(self, height: int, root: bytes) -> None:
        """Add 2^height leaves at once by the root over them; the size must be a multiple of 2^height."""
        place = self._size >> height
        if place << height != self._size:
            raise OutOfTree("the subtree does not begin where the tree ends")
        while place & 1:
            root = node_hash(self._peaks.pop(), root)
            place >>= 1
        self._peaks.append(root)
        self._size += 1 << height

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order, holding no more than 256 of them at a time."""
        remaining = iter(leaves)
        while batch := list(islice(remaining, BATCH - self._size % BATCH)):
            if set(map(len, batch)) != {HASH_SIZE}:
                raise MalformedHash("a hash is not 32 bytes long")
            if len(batch) == BATCH:
                self.append_subtree(BATCH_HEIGHT, subtree_hash(batch))
            else:
                for leaf in batch:
                    self.append_subtree(0, leaf)

    def root(self) -> bytes:
        """The tree head at the present size."""
        return _fold_peaks(self._peaks) if self._peaks else EMPTY_ROOT


def root_of(size: int, read_node: NodeReader) -> bytes:
    """The tree head at ``size``, from stored nodes."""
    return Frontier.load(size, read_node).root()


def prove_inclusion(index: int, size: int, read_node: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1: from the leaf's sibling up to the root's child."""
    if not 0 <= index < _checked_size(size):
        raise OutOfTree("no such leaf in that tree")
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [_range_hash(span, read_node) for span in reversed(path)]


def prove_consistency(old_size: int, size: int, read_node: NodeReader) -> list[bytes]:
    """PROOF(old_size, D[size]) of RFC 6962 section 2.1.2; empty when the old tree is empty or is the tree itself."""
    if not 0 <= old_size <= _checked_size(size):
        raise OutOfTree("the old tree is larger than the tree")
    if old_size in (0, size):
        return []
    path: list[Range] = []
    start, end = 0, size
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:  # otherwise the verifier holds this hash already: it is the old root
        path.append((start, end))
    return [_range_hash(span, read_node) for span in reversed(path)]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 section 2.1.3.2; raises :class:`InclusionError`. ``leaf`` is a leaf hash."""
    if not 0 <= index < size <= MAX_SIZE:
        raise InclusionError("no such leaf in that tree")
    _check_lengths(InclusionError, leaf, root, *proof)
    position, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise InclusionError("the proof is too long")
        if position & 1 or position == last:
            current = node_hash(sibling, current)
            position, last = _skip_left_edge(position, last)
        else:
            current = node_hash(current, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise InclusionError("the proof is too short")
    if not compare_digest(current, root):
        raise InclusionError("the proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 section 2.1.4.2; raises :class:`ConsistencyError`.

    An empty old tree is a prefix of every tree; like an equal size, it takes an empty proof.
    """
    if not 0 <= old_size <= size <= MAX_SIZE:
        raise ConsistencyError("the old tree is larger than the tree")
    _check_lengths(ConsistencyError, old_root, root, *proof)
    if old_size in (0, size):
        expected = root if old_size else EMPTY_ROOT
        if proof or not compare_digest(old_root, expected):
            raise ConsistencyError("the old root is another one")
        return
    # The old root stands for itself when it is a node of the larger tree; otherwise the proof begins with such a node.
    hashes = iter(proof if old_size & (old_size - 1) else [old_root, *proof])
    old_current = current = next(hashes, old_root)
    position, last = _skip_ones(old_size - 1, size - 1)
    for sibling in hashes:
        if last == 0:
            raise ConsistencyError("the proof is too long")
        if position & 1 or position == last:
            old_current, current = node_hash(sibling, old_current), node_hash(sibling, current)
            position, last = _skip_left_edge(position, last)
        else:
            current = node_hash(current, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ConsistencyError("the proof is too short")
    if not (compare_digest(old_current, old_root) and compare_digest(current, root)):
        raise ConsistencyError("the proof leads to other roots")


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (RFC 6962's k)."""
    return 1 << ((count - 1).bit_length() - 1)


def _skip_ones(position: int, last: int) -> tuple[int, int]:
    while position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _skip_left_edge(position: int, last: int) -> tuple[int, int]:
    """After a left sibling: climb over the heights at which the right edge has no sibling of its own."""
    while not position & 1 and position:
        position, last = position >> 1, last >> 1
    return position, last


def _nodes_of(span: Range) -> Iterator[tuple[int, int]]:
    """The maximal complete subtrees of a range, left to right, as (height, index)."""
    start, end = span
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def _range_hash(span: Range, read_node: NodeReader) -> bytes:
    return _fold_peaks([read_node(height, index) for height, index in _nodes_of(span)])


def _fold_peaks(peaks: Sequence[bytes]) -> bytes:
    current = peaks[-1]
    for peak in reversed(peaks[:-1]):
        current = node_hash(peak, current)
    return current


def _check_lengths(error: type[InclusionError | ConsistencyError], *hashes: bytes) -> None:
    if any(len(value) != HASH_SIZE for value in hashes):
        raise error("a hash is not 32 bytes long")


def _checked_hash(value: bytes) -> bytes:
    if len(value) != HASH_SIZE:
        raise MalformedHash("a hash is not 32 bytes long")
    return value


def _checked_size(size: int) -> int:
    if not 0 <= size <= MAX_SIZE:
        raise OutOfTree("a tree's size lies in 0..2^63-1")
    return size
