"""How large the crowd is in which a comment hides: how many ballots there are, and how many were used.

Every figure can be counted in the public log by anybody. Comments that still wait to be shuffled in are no part of it:
a figure that moved with each comment would say when one came.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.consultations.models import Consultation


@dataclass(frozen=True)
class Turnout:
    """``ballots`` collected in browsers and pairs of ``cards`` drawn, as every issuer counts; ``used``: of both."""

    ballots: int
    cards: int
    used: int

    @property
    def left(self) -> int:
        """Ballots of either kind that are still in somebody's hands: the crowd of the next comment, at least."""
        return max(self.ballots + self.cards - self.used, 0)


def turnout(row: Consultation, *, used: int) -> Turnout | None:
    """The figures, or None until every issuer's list is logged. ``used``: comments that stand in the log.

    Where the issuers count differently, the smaller number holds: a ballot needs all of them.
    """
    issued = [one.issued for one in row.issuers if one.issued is not None]
    cards = [one.cards for one in row.issuers if one.cards is not None]
    if not row.issuers or not len(row.issuers) == len(issued) == len(cards):
        return None
    return Turnout(min(issued), min(cards), used)
