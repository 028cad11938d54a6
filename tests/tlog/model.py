"""RFC 6962 section 2.1 written out as its definitions read: recursive, slow, and sharing no line with the code."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def largest_power_below(count: int) -> int:
    """k: the largest power of two smaller than n."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def head(entries: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return sha256(b"\x01" + head(entries[:k]) + head(entries[k:])).digest()


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if index < k:
        return [*path(index, entries[:k]), head(entries[k:])]
    return [*path(index - k, entries[k:]), head(entries[:k])]


def consistency(old: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return _subproof(old, entries, True)


def _subproof(old: int, entries: Sequence[bytes], whole: bool) -> list[bytes]:
    if old == len(entries):
        return [] if whole else [head(entries)]
    k = largest_power_below(len(entries))
    if old <= k:
        return [*_subproof(old, entries[:k], whole), head(entries[k:])]
    return [*_subproof(old - k, entries[k:], False), head(entries[:k])]


def tile(level: int, index: int, width: int, entries: Sequence[bytes]) -> bytes:
    """The tile of C2SP tlog-tiles: MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]) for each i."""
    span = 256**level
    starts = [(index * 256 + i) * span for i in range(width)]
    assert starts[-1] + span <= len(entries)
    return b"".join(head(entries[start : start + span]) for start in starts)
