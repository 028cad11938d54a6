"""Who may write which coding of a comment, told apart by what the server knows: accounts and slots, never who can open.

With two readers a comment has three slots (:mod:`portal.moderation.deciding`):

- slots 1 and 2 belong each to the reader who took it first, until there is a decision;
- slot 3, the decision, is for somebody who holds neither, where the two codings differ.

Of two moderators, then, neither decides against the other: each sees the other's coding once both are in and may change
their own, and what they come to agree on counts. The same holds where there are three and the submitter left one out,
which nobody here can know: the third can read nothing and so has nothing to decide. What they never agree on counts as
far as both say it, once every reader has said that nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Forbidden, Invalid
from portal.moderation.deciding import DECISION, FIRST, SECOND, agree
from portal.moderation.models import Coding
from portal.moderation.readable import document_of


@dataclass(frozen=True)
class Standing:
    """The current codings of one comment by slot: the rows, and what they say."""

    rows: Mapping[int, Coding]
    codings: Mapping[int, dict[str, Any]]

    def slot_of(self, account_id: int) -> int | None:
        """The slot that the account holds."""
        return next((slot for slot, row in self.rows.items() if row.coder_id == account_id), None)

    def revision(self, slot: int) -> int:
        """The slot's newest revision, 0 for none."""
        return self.rows[slot].revision if slot in self.rows else 0

    @property
    def both(self) -> bool:
        """Whether both readers have coded."""
        return FIRST in self.rows and SECOND in self.rows


def standing_at(session: Session, atrest: AtRest, index: int) -> Standing:
    """What stands of the comment at that leaf."""
    query = select(Coding).where(Coding.submission_leaf == index, Coding.current).order_by(Coding.slot)
    rows = {row.slot: row for row in session.scalars(query)}
    return Standing(rows, {slot: document_of(atrest, row) for slot, row in rows.items()})


def check_slot(standing: Standing, account_id: int, slot: int, readers: int) -> None:
    """Refuse a coding that this account may not write now. No refusal says what another's coding holds."""
    if slot not in ((FIRST,) if readers == 1 else (FIRST, SECOND, DECISION)):
        raise Invalid("coding-slot-unknown")
    if readers == 1:
        return  # one coding, which any reader may correct
    if slot == DECISION:
        _check_decision(standing, account_id)
        return
    if DECISION in standing.rows:
        raise Conflict("coding-decided")
    held, own = standing.rows.get(slot), standing.slot_of(account_id)
    if (held is not None and held.coder_id != account_id) or (slot == SECOND and FIRST not in standing.rows):
        raise Conflict("coding-slot-taken")
    if own is not None and own != slot:
        raise Conflict("coding-own-twice")


def _check_decision(standing: Standing, account_id: int) -> None:
    if not standing.both:
        raise Conflict("decision-too-early")
    if standing.slot_of(account_id) in (FIRST, SECOND):
        raise Forbidden("decision-by-reader")
    held = standing.rows.get(DECISION)
    if held is None and agree(standing.codings[FIRST], standing.codings[SECOND]):
        raise Conflict("decision-not-needed")
    if held is not None and held.coder_id != account_id:
        raise Conflict("coding-slot-taken")
