"""What a consultation may promise of differentially private lists, and what a year of such promises may cost.

Pure, so that the offline verifier can ask the same. How a list is drawn stands in :mod:`portal.findings.private`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.errors import Conflict, Invalid

HEADCOUNT_OVER = 1000
"""People; noise that hides one of fewer would hide the findings as well."""
LISTS = ("categories", "units")
ROWS_MOST = 5
ROWS = 2
"""In how many rows of the list of concerns a ballot counts, where a consultation does not say; of units in one."""
EPSILON_LEAST, EPSILON_MOST = 50, 2000
"""Thousandths: a weaker promise than the latter is none. It bounds a list, and all lists of a calendar year."""


def allowed(headcount: int, *, with_ballots: bool) -> bool:
    """Whether a consultation may have such lists: large enough, and with so many ballots for each person."""
    return headcount > HEADCOUNT_OVER and with_ballots


def check_promise(promise: dict[str, int], rows: int, headcount: int, *, with_ballots: bool) -> None:
    """Refuse a promise that cannot be kept. ``promise``: thousandths of epsilon for each of :data:`LISTS`, 0 for none;
    ``rows``: in how many rows of the list of concerns a ballot counts."""
    spent = sum(promise.values())
    within = all(value == 0 or EPSILON_LEAST <= value <= EPSILON_MOST for value in promise.values())
    if not within or spent > EPSILON_MOST or not 1 <= rows <= ROWS_MOST:
        raise Invalid("consultation-private-range")
    if spent and not allowed(headcount, with_ballots=with_ballots):
        raise Invalid("consultation-private-few")


@dataclass(frozen=True)
class Budget:
    """What the lists of one calendar year may cost a person who takes part in every consultation.

    ``spent``: what was promised so far, by list and consultation, in thousandths of epsilon: promises add up.
    """

    spent: tuple[tuple[str, int], ...] = ()
    total: int = EPSILON_MOST

    def __post_init__(self) -> None:
        names = [name for name, _ in self.spent]
        if len(set(names)) != len(names):
            raise Conflict("private-given")
        if any(epsilon <= 0 for _, epsilon in self.spent) or self.left < 0:
            raise Conflict("private-budget-spent")

    @property
    def left(self) -> int:
        """Thousandths of epsilon that are not promised."""
        return self.total - sum(epsilon for _, epsilon in self.spent)

    def spend(self, name: str, epsilon: int) -> Budget:
        """The budget after that list; refuses one that costs more than is left, or that was promised before.

        Whoever could have a list twice would average the noise away.
        """
        return replace(self, spent=(*self.spent, (name, epsilon)))
