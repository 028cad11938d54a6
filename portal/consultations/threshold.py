"""Floors of the disclosure rule, and how many ballots a threshold in people takes.

Pure, so that the offline verifier can ask the same.
"""

from __future__ import annotations

LIMITS = {"unit_min_headcount": 10, "unit_margin": 3, "themes_only_under": 20}
"""Least value of each, and the value of consultations that do not say: people, people, ballots."""


def ballots_for(people: int, each: int) -> int:
    """The fewest ballots that cannot come from fewer than ``people`` people who have ``each`` ballots at most.

    ``people - 1`` of them have ``each * (people - 1)`` ballots between them; one more needs another person.
    """
    return each * (people - 1) + 1
