"""Runs of plain comments, read many at a time: most of a large log is one leaf type, told apart by a few bytes.

What is read here is exactly what :func:`portal.ledger.events.decode` would have taken for a ``submission`` leaf of
version 1; everything else is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ONE = re.compile(
    rb'(\{"consultation":"([a-z0-9][a-z0-9-]{1,39})","envelope_sha256":")[0-9a-f]{64}(","type":"submission","v":1\})'
)


@dataclass(frozen=True)
class PlainRun:
    """Consecutive comments of one consultation; ``envelopes``: their hashes, 32 bytes each."""

    consultation: str
    envelopes: list[bytes]


def plain_run(entries: Sequence[bytes], at: int) -> PlainRun | None:
    """The longest run that begins at ``at``; None when no plain comment stands there."""
    first = _ONE.fullmatch(entries[at])
    if first is None:
        return None
    head, tail, length = first[1], first[3], len(entries[at])
    end = at + 1
    # Lengths first: an entry that held two leaves and a newline could not be told from two entries once joined.
    while end < len(entries) and len(entries[end]) == length:
        end += 1
    joined = b"\n".join(entries[at:end]) + b"\n"
    pattern = re.compile(rb"(?:" + re.escape(head) + rb"[0-9a-f]{64}" + re.escape(tail) + rb"\n)+")
    found = pattern.match(joined)
    count = len(found[0]) // (length + 1) if found else 1
    start = len(head)
    hexes = b"".join([entry[start : start + 64] for entry in entries[at : at + count]])
    raw = bytes.fromhex(hexes.decode("ascii"))
    return PlainRun(first[2].decode("ascii"), [raw[place : place + 32] for place in range(0, len(raw), 32)])
