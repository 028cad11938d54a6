"""A round as a sequence of steps: which is done, which is next, which has to wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.issuing.models import Round
from portal.issuing.rounds import Figures

NAMES = ("roster", "codes", "cards", "terms", "collecting", "closing")


@dataclass(frozen=True)
class Steps:
    """The state of each step: ``done``, ``now``, ``later``, ``optional``, or ``unused`` (cards that were not made)."""

    roster: str
    codes: str
    cards: str
    terms: str
    collecting: str
    closing: str

    @property
    def current(self) -> int:
        """The place (1 to 6) of the step that comes next; 7 when nothing is left to do."""
        places = [place for place, name in enumerate(NAMES, 1) if getattr(self, name) == "now"]
        return places[0] if places else self._waiting()

    def _waiting(self) -> int:
        later = [place for place, name in enumerate(NAMES, 1) if getattr(self, name) == "later"]
        return later[0] if later else len(NAMES) + 1


def steps(row: Round, now: Figures, today: date) -> Steps:
    """The steps of that round on that day."""
    preparing, closed = row.state == "preparing", row.state == "closed"
    over = closed or (row.state == "ready" and today > row.collect_until)
    codes = "done" if now.people and now.with_code + now.took_cards >= now.people else "now"
    cards = "done" if now.cards else "optional" if preparing else "unused"
    return Steps(
        roster="done" if now.people else "now",
        codes=("done" if over else codes) if now.people else "later",
        cards=cards,
        terms="done" if not preparing else "now" if now.people and codes == "done" else "later",
        collecting="done" if over else "now" if not preparing and today >= row.collect_from else "later",
        closing="done" if closed else "now" if over else "later",
    )
