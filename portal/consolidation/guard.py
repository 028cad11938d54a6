"""Does the consolidated table say more than the offices' own tables do? Then somebody could subtract.

Whoever has a consolidated row and the rows of all offices but one knows that office's figure within
``[L - sum of the others' highs, H - sum of the others' lows]``. The row is harmless exactly when, for every office,
this adds nothing to what the office has published itself: then every table of ballots that agrees with the offices'
publications agrees with the consolidated row, too, and nothing can be proven of anybody that could not be proven
before. Offices' ballots are independent of each other, so that intervals are exact here and no solver is needed; that
the integer-programming attacker of :mod:`portal.findings.attack` says the same is shown by
``tests/consolidation/test_guard.py``, with tables made from exact counts as canaries.

Sets that lie in several offices are safe as well: let S be such a set, and nobody able to prove ``1 <= |S| < k`` of
its part in any single office (``portal.findings.disclosure``). If each part can be empty, S can be empty; else one part
has a least size above zero, so that it can reach k, and S with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.consolidation.sums import Joined, Line, Part, Rows, parts_of
from portal.findings.rule import Band


@dataclass(frozen=True)
class Learned:
    """An office's figure that a consolidated row narrows: what was published of it, and what can be proven now."""

    office: str
    code: str
    published: Band
    proven: Band


def learned(joined: Sequence[Joined], rows: Rows) -> list[Learned]:
    """What the table would give away beside the offices' own publications; nothing may be."""
    found = []
    for table in ("categories", "themes"):
        for line in getattr(rows, table):
            found += list(narrowed(line, list(parts_of(line.code, table, joined))))
    return found


def narrowed(line: Line, parts: Sequence[Part]) -> Iterator[Learned]:
    """The parts of which the row says more than they do."""
    lows = sum(part.band.low for part in parts)
    highs = sum(part.band.high or 0 for part in parts)
    endless = sum(part.band.high is None for part in parts)
    for part in parts:
        others_low = lows - part.band.low
        # The least that is left for this one: known only where none of the others is without an upper end.
        bounded = endless == (part.band.high is None)
        least = line.low - (highs - (part.band.high or 0)) if bounded else 0
        most = None if line.high is None else line.high - others_low
        proven = Band(max(part.band.low, least), _least(part.band.high, most))
        if proven != part.band:
            yield Learned(part.office, line.code, part.band, proven)


def _least(one: int | None, other: int | None) -> int | None:
    return min((end for end in (one, other) if end is not None), default=None)
