"""What must hold of codings: between their leaves, and between their leaves and what an auditor is given to open them.

With one reader a comment has one coding (leaf version 1). With two (version 2) it has three slots, by the rule in
:mod:`portal.moderation.deciding`, which is computed again here: what was counted follows from the codings alone.

An opening is ``{"submission", "salt", "coding"}``; with two readers ``slot`` and ``coder`` as well. ``coder`` is a tag
that differs between the coders of one comment and tells nothing else: neither who it is, nor whether the coders of two
comments are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.audit.rounds import TWO_READERS, Document, Round
from portal.audit.scratch import Scratch
from portal.crypto.commitment import commit
from portal.moderation.deciding import DECISION, FIRST, SECOND, decide, settled

OPENING = frozenset({"submission", "salt", "coding"})
OPENING_OF_TWO = OPENING | {"slot", "coder"}
SLOTS_SINCE = 3
"""The version of openings files from which on codings may have slots."""

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]


class CodingRules:
    """The rules on the leaves."""

    def __init__(self, broken: Broken, scratch: Scratch) -> None:
        self._broken, self._scratch = broken, scratch

    def coding(self, index: int, document: Document, current: Round) -> None:
        """A coding of a comment of that consultation, while it is not published."""
        place, slot = document["submission"], document.get("slot", FIRST)
        if place not in current.submissions:
            self._broken("coding-of-no-submission", index)
            return
        if current.coding_version not in (0, document["v"]):
            self._broken("coding-versions-mixed", index)
        current.coding_version = document["v"]
        if document["v"] == TWO_READERS:
            self._slot(index, slot, self._scratch.slots(place))
        before = self._scratch.code(place, slot, document["revision"], bytes.fromhex(document["commitment"]))
        if document["revision"] != before + 1:
            self._broken("coding-revision-out-of-order", index)
        if not before:
            current.slots += 1
            current.coded += slot == FIRST
            current.paired += slot == SECOND

    def _slot(self, index: int, slot: int, held: set[int]) -> None:
        """A decision needs the codings that it decides, and ends them."""
        if slot == SECOND and FIRST not in held:
            self._broken("coding-slot-out-of-order", index)
        if slot == DECISION and not held >= {FIRST, SECOND}:
            self._broken("decision-without-codings", index)
        if slot != DECISION and DECISION in held:
            self._broken("coding-after-decision", index)


def is_opening(item: Any, version: int) -> bool:
    """Whether ``item`` has the shape of a coding's opening in a file of that version."""
    if set(item) == OPENING:
        return True
    return version >= SLOTS_SINCE and set(item) == OPENING_OF_TWO and type(item["slot"]) is int


def counted_codings(name: str, current: Round, opening: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """What counts for each coded comment, and the names of what does not follow from the log."""
    readers = opening["settings"].get("readers", 1)
    failures: list[str] = []
    comments: dict[int, dict[int, Mapping[str, Any]]] = {}
    last, ordered = (-1, 0), True
    for item in opening["codings"]:
        place, slot = item["submission"], item.get("slot", FIRST)
        document = {key: value for key, value in item.items() if key != "salt"} | {"consultation": name}
        if commit(bytes.fromhex(item["salt"]), document).hex() != current.commitment(place, slot):
            failures.append("coding-commitment-does-not-open")
        if ("slot" in item) != (readers == TWO_READERS):
            failures.append("coding-slots-not-of-settings")
        ordered, last = ordered and (place, slot) > last, (place, slot)
        comments.setdefault(place, {})[slot] = item
    if not ordered:
        failures.append("coding-opening-out-of-order")
    opened = len(opening["codings"])
    if opened != current.slots:
        failures.append("coding-opening-missing" if opened < current.slots else "coding-opening-surplus")
    for found in comments.values():
        failures += _comment(found, readers, current.unheard)
    counted = (found for found in comments.values() if FIRST in found)
    return [decide({slot: item["coding"] for slot, item in found.items()}) for found in counted], failures


def _comment(found: Mapping[int, Mapping[str, Any]], readers: int, unheard: bool) -> list[str]:
    """Names of what is wrong between the codings of one comment; ``unheard``: some reader had not given their word."""
    coders = [item.get("coder") for item in found.values()]
    codings = {slot: item["coding"] for slot, item in found.items()}
    checks = {
        "coder-in-two-slots": len(set(coders)) == len(coders),
        "decision-reason-out-of-place": all(
            bool(one.get("reason")) == (slot == DECISION) for slot, one in codings.items()
        ),
        "finding-with-unsettled-comment": settled(codings, readers) or not unheard,
    }
    return [name for name, holds in checks.items() if not holds]
