"""From the codings of one comment to what counts: a rule that an auditor computes again from the openings.

With one reader the reader's coding counts. With two readers, slots 1 and 2 hold their codings and slot 3 a decision:

1. a decision counts, whatever the two said;
2. where the two agree, what they agree on counts (:func:`combined`);
3. where they differ and nobody decided, what both named counts, and nothing that one alone named (:func:`common`);
4. where only one could read the comment, that coding counts.

Cases 3 and 4 count only in findings that were published after every reader had said in the log that nothing is left to
do (:mod:`portal.moderation.readings`). So no reader can settle a difference alone, and a comment from which a submitter
left somebody out is not lost.

**What agreement means.** Two codings agree when they name the same categories, the same unit and the same flags: that
is all that findings count. Severity orders the work, remedies suggest, the level follows from the unit, and two people
never write the same paraphrase; none of them changes a published figure, so a difference in them is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Coding = Mapping[str, Any]
Slots = Mapping[int, Coding]

FIRST, SECOND, DECISION = SLOTS = (1, 2, 3)
DECIDED_BY = ("categories", "unit", "flags")


def agree(one: Coding, other: Coding) -> bool:
    """Whether two codings say the same of everything that is counted."""
    return all(one[key] == other[key] for key in DECIDED_BY)


def settled(codings: Slots, readers: int) -> bool:
    """Whether the comment needs nobody any more (rules 1 and 2). ``codings``: the current ones by slot."""
    if readers == 1:
        return FIRST in codings
    both = FIRST in codings and SECOND in codings
    return DECISION in codings or (both and agree(codings[FIRST], codings[SECOND]))


def decide(codings: Slots) -> dict[str, Any]:
    """What counts for a comment, by the rules above. ``codings``: the current ones by slot, slot 1 at least."""
    if DECISION in codings:
        return {key: value for key, value in codings[DECISION].items() if key != "reason"}
    first, second = codings[FIRST], codings.get(SECOND)
    if second is None:
        return dict(first)
    return combined(first, second) if agree(first, second) else common(first, second)


def combined(one: Coding, other: Coding) -> dict[str, Any]:
    """Two codings that agree: the graver severity, the remedies of both, the first paraphrase that was written."""
    return {
        **one,
        "severity": _graver(one, other),
        "level": _same(one, other, "level"),
        "remedies": sorted({*one["remedies"], *other["remedies"]}),
        "paraphrase": one["paraphrase"] or other["paraphrase"],
    }


def common(one: Coding, other: Coding) -> dict[str, Any]:
    """What two codings that differ both say; no paraphrase, because it might tell what only one of them saw."""
    said = {
        "v": one["v"],
        "categories": _both(one, other, "categories"),
        "severity": _graver(one, other),
        "level": _same(one, other, "level"),
        "unit": _same(one, other, "unit"),
        "remedies": _both(one, other, "remedies"),
        "flags": _both(one, other, "flags"),
        "paraphrase": "",
    }
    if not said["categories"] and not said["flags"] and said["unit"] is None:
        said["flags"] = ["no_publishable"]
    return said


def _both(one: Coding, other: Coding, key: str) -> list[str]:
    return sorted(set(one[key]) & set(other[key]))


def _same(one: Coding, other: Coding, key: str) -> Any:
    return one[key] if one[key] == other[key] else None


def _graver(one: Coding, other: Coding) -> int | None:
    return max((coding["severity"] for coding in (one, other) if coding["severity"] is not None), default=None)
