"""The states of a concern and which may follow which.

``received -> studying -> accepted | explained | declined -> done``. A committee that knows its answer need not study
first. What was answered can be studied again, because what an office promises can turn out otherwise; nothing becomes
unread again.
"""

from __future__ import annotations

ANSWERS = ("accepted", "explained", "declined")
FOLLOWS: dict[str, tuple[str, ...]] = {
    "received": ("studying", *ANSWERS),
    "studying": ANSWERS,
    "accepted": ("done", "studying"),
    "explained": ("done", "studying"),
    "declined": ("done", "studying"),
    "done": ("studying",),
}


def may_become(state: str, following: str) -> bool:
    """Whether a concern in ``state`` may be kept as ``following``; staying as it is always may."""
    return following == state or following in FOLLOWS[state]
