"""The finished consultation's moderators at work: two code each comment, a third decides where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.crypto import envelope, rowkey
from portal.crypto.atrest import AtRest
from portal.ledger.log import Log
from portal.moderation import service
from portal.moderation.assignment import assigned
from portal.submissions.models import SealedEnvelope, Submission

DIFFERS_EVERY = 7
REASON = "<p>Hai người đọc cùng một ý nhưng gọi tên khác nhau; lời góp ý nói về việc này rõ hơn.</p>"


@dataclass(frozen=True)
class DemoReaders:
    """The moderators with their seeds, by account id; ``day``: on which they work."""

    session: Session
    log: Log
    atrest: AtRest
    row: Consultation
    seeds: Mapping[int, bytes]
    accounts: Mapping[int, Account]
    day: date

    def code_all(self, codings: Mapping[int, dict[str, Any]]) -> None:
        """By leaf index, the codings that careful moderators come to: the second reader now and then sees another
        category, and whoever read neither decides for the coding."""
        dealt = assigned(self.session, self.row, list(codings))
        for nth, (index, coding) in enumerate(codings.items()):
            first, second = dealt[index]
            other = _otherwise(coding) if nth % DIFFERS_EVERY == 0 else coding
            self._code(first, index, 1, coding)
            self._code(second, index, 2, other)
            if other != coding:
                (third,) = set(self.accounts) - {first, second}
                self._code(third, index, 3, {**coding, "reason": REASON})

    def _code(self, account: int, index: int, slot: int, coding: dict[str, Any]) -> None:
        key = self._row_key(account, index)
        aad = rowkey.coding_aad(slot, 1)
        shared = rowkey.seal_row(key, rfc8785.dumps(coding), rowkey.CODING_SIZE, aad)
        place: dict[str, Any] = {"index": index, "slot": slot, "shared": shared, "day": self.day}
        service.code(self.session, self.log, self.atrest, self.accounts[account], self.row, raw=coding, **place)

    def _row_key(self, account: int, index: int) -> bytes:
        """As that moderator's browser derives it."""
        query = select(SealedEnvelope.data).join(Submission, Submission.leaf_hash == SealedEnvelope.leaf_hash)
        data = self.session.scalars(query.where(Submission.leaf_index == index)).one()
        content_key = envelope.open_content_key(self.seeds[account], data)
        return rowkey.row_key(content_key, envelope.parse_envelope(data).head, "coding")


def _otherwise(coding: dict[str, Any]) -> dict[str, Any]:
    """The same with one category less or another one; unchanged where it names none."""
    if not coding["categories"]:
        return coding
    *kept, last = coding["categories"]
    return {**coding, "categories": kept or ["C6" if last != "C6" else "C5"], "paraphrase": ""}
