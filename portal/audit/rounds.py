"""What one pass over the log has learned of a consultation."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from portal.audit.scratch import Scratch

Document = dict[str, Any]

TWO_READERS = 2
"""The version of a ``coding`` leaf in a consultation whose comments two people read."""


class Places:
    """Leaf indexes in growing order, kept as ranges: comments come in batches, so that a large log has few."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._count = 0

    def add(self, start: int, count: int = 1) -> None:
        """The indexes ``start .. start + count``, after all that were added before."""
        self._count += count
        if self._ends and self._ends[-1] == start:
            self._ends[-1] += count
        else:
            self._starts.append(start)
            self._ends.append(start + count)

    def __contains__(self, place: int) -> bool:
        nth = bisect_right(self._starts, place) - 1
        return nth >= 0 and place < self._ends[nth]

    def __len__(self) -> int:
        return self._count


@dataclass
class Round:
    """One consultation.

    ``coded``: comments that have a coding, ``paired``: that have two; ``slots``: their codings, older revisions left
    out; ``unheard``: published although a reader had not said that nothing is left; ``answers``: newest commitment by
    concern; ``lines``: each reader's key ids, by the first one that its owner had (:mod:`portal.audit.readers`).
    """

    opening: Document
    scratch: Scratch
    state: str = "open"
    closed_at: int = -1
    submissions: Places = field(default_factory=Places)
    messages: Places = field(default_factory=Places)
    coding_version: int = 0
    coded: int = 0
    paired: int = 0
    slots: int = 0
    unheard: bool = False
    finding: Document | None = None
    finding_leaf: int = -1
    report: Document | None = None
    answers: dict[int, list[str]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    lines: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = {kid: kid for kid in self.opening["keys"]}

    @property
    def revision(self) -> int:
        """The newest report's revision, 0 while there is none; leaves of version 1 know only the first."""
        return int(self.report.get("revision", 1)) if self.report else 0

    @property
    def settings_sha256(self) -> str:
        """Digest of the frozen settings."""
        return str(self.opening["settings_sha256"])

    @property
    def taxonomy_sha256(self) -> str:
        """Digest of the pinned taxonomy."""
        return str(self.opening["taxonomy_sha256"])

    @property
    def period(self) -> dict[str, str]:
        """First and last day."""
        return {"opens": self.opening["opens"], "closes": self.opening["closes"]}

    @property
    def uncoded(self) -> int:
        """Submissions that have no coding: an auditor asks why, when findings were published without them."""
        return len(self.submissions) - self.coded

    def lets_erase(self, place: int) -> bool:
        """Whether what stands at ``place`` is one of its own and may go: comments once they were counted, messages of
        conversations, which nobody counts, once nothing more is submitted."""
        return (place in self.submissions and self.finding is not None) or (
            place in self.messages and self.state != "open"
        )

    @property
    def half_read(self) -> int:
        """Comments that one of two readers has coded; none where there is one reader."""
        return self.coded - self.paired if self.coding_version == TWO_READERS else 0

    def commitment(self, place: int, slot: int) -> str:
        """The newest commitment (hexadecimal) in that slot of the comment at ``place``; "" when there is none."""
        found = self.scratch.coding(place, slot) if place in self.submissions else None
        return found[1].hex() if found else ""
