"""Plain comments, read many at a time, and codings: most of a large log, told apart by a few bytes.

What is read here is exactly what :func:`portal.ledger.events.decode` would have taken for a ``submission`` or a
``coding`` leaf of version 1; everything else is left to it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HEX_SIZE = 64
_ONE = re.compile(
    rb'(\{"consultation":"([a-z0-9][a-z0-9-]{1,39})","envelope_sha256":")[0-9a-f]{64}(","type":"submission","v":1\})'
)
_CODING = re.compile(
    rb'\{"commitment":"([0-9a-f]{64})","consultation":"([a-z0-9][a-z0-9-]{1,39})","revision":(0|[1-9][0-9]{0,14}),'
    rb'"submission":(0|[1-9][0-9]{0,14}),"type":"coding","v":1\}'
)


@dataclass(frozen=True)
class PlainRun:
    """Consecutive comments of one consultation; ``envelopes``: their hashes, 32 bytes each."""

    consultation: str
    envelopes: Sequence[bytes]


def plain_run(entries: Sequence[bytes], at: int) -> PlainRun | None:
    """The longest run that begins at ``at``; None when no plain comment stands there."""
    first = _ONE.fullmatch(entries[at])
    if first is None:
        return None
    head, tail = first[1], first[3]
    # Of one length, entries that are joined can be told apart again.
    run = _of_one_length(entries[at:])
    joined = b"".join(run)
    hexes = struct.unpack(f"{len(head)}x{HEX_SIZE}s{len(tail)}x" * len(run), joined)
    raw = _bytes(hexes)
    if raw is None or joined != head + (tail + head).join(hexes) + tail:
        raw = bytes.fromhex(b"".join(hexes[: _common(run, head, tail)]).decode("ascii"))
    return PlainRun(first[2].decode("ascii"), struct.unpack("32s" * (len(raw) // 32), raw))


def _of_one_length(entries: Sequence[bytes]) -> Sequence[bytes]:
    """The entries up to the first that is not as long as the one before."""
    lengths = list(map(len, entries))
    if lengths.count(lengths[0]) == len(lengths):
        return entries
    return entries[: next(nth for nth, length in enumerate(lengths) if length != lengths[0])]


def _bytes(hexes: Sequence[bytes]) -> bytes | None:
    """What they say, if all are lower-case hexadecimal; ``fromhex`` alone also takes blanks and capitals."""
    joined = b"".join(hexes)
    try:
        raw = bytes.fromhex(joined.decode("ascii"))
    except ValueError:
        return None
    return raw if raw.hex().encode() == joined else None


def _common(run: Sequence[bytes], head: bytes, tail: bytes) -> int:
    """How many entries at the beginning are comments of that head and tail; the first one is."""
    for nth, entry in enumerate(run):
        found = _ONE.fullmatch(entry)
        if found is None or (found[1], found[3]) != (head, tail):
            return nth
    return len(run)


def plain_coding(data: bytes) -> dict[str, Any] | None:
    """The document of a coding; None for anything else, and for numbers that no log of ours reaches."""
    found = _CODING.fullmatch(data)
    if found is None:
        return None
    commitment, consultation, revision, submission = found.groups()
    return {
        "commitment": commitment.decode("ascii"),
        "consultation": consultation.decode("ascii"),
        "revision": int(revision),
        "submission": int(submission),
        "type": "coding",
        "v": 1,
    }
