"""What hangs on a moderator's key: said before it is revoked, replaced or lost, or its owner's account is blocked.

Counted by consultation. Who can open a single comment is what the portal must not know: where others hold keys as
well, a submitter may still have left them out, so that comment opens with this key alone. The words say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.models import Account, ModeratorKey
from portal.accounts.service import active_keys, set_active
from portal.consultations.models import Consultation
from portal.errors import Conflict
from portal.moderation.readership import Reader, read_by, readers_of
from portal.moderation.recusal import remaining
from portal.moderation.reseal import Job, comments, passed_on, progress


@dataclass(frozen=True)
class Stake:
    """A consultation that the key reads. ``comments``: sealed to it; ``others``: other people who can read
    it, with a key of the opening or a later one to which some reader has sealed all comments; ``left``: comments not
    yet sealed to the owner's next key, None where there is no such key; ``of_opening``: the key is one of the opening,
    to which new comments are sealed."""

    row: Consultation
    comments: int
    others: int
    left: int | None
    of_opening: bool

    @property
    def alone(self) -> bool:
        """Whether nobody else has a key, and what this one opens has not passed to another."""
        return self.others == 0 and (self.left is None or self.left > 0)

    @property
    def goes_on(self) -> bool:
        """Whether comments still come, which are sealed to the keys of the opening only."""
        return self.row.state == "open" and self.of_opening

    @property
    def matters(self) -> bool:
        """Whether there is anything to open, now or later."""
        return self.goes_on or self.comments > 0


def stakes(session: Session, key: ModeratorKey) -> list[Stake]:
    """What hangs on that key, newest consultation first; nothing when it is revoked already."""
    if key.state != "active":
        return []
    found = (_stake(session, key, row) for row in read_by(session, [key.kid]))
    return [stake for stake in found if stake.matters]


def _stake(session: Session, key: ModeratorKey, row: Consultation) -> Stake:
    readers, able = [one for one in readers_of(session, row) if one.active], set(remaining(session, row))
    theirs = [one for one in readers if one.key.account_id in able - {key.account_id}]
    total = comments(session, row)
    others = {one.key.account_id for one in theirs if one.leaf is None or passed_on(session, row, one.kid) >= total}
    left = [progress(session, Job(row, one, key.kid, own=True)).left for one in readers if one.replaces == key.kid]
    of_opening = any(one.kid == key.kid and one.leaf is None for one in readers)
    held = total if of_opening else passed_on(session, row, key.kid)
    return Stake(row, held, len(others), min(left, default=None), of_opening)


def last_reader_of(session: Session, account: Account) -> list[Consultation]:
    """The consultations of which nobody else has an active key: without this account nobody reads them."""
    keys = active_keys(session, account_id=account.id)
    rows = {stake.row.id: stake.row for key in keys for stake in stakes(session, key) if stake.others == 0}
    return list(rows.values())


def block_account(session: Session, account: Account, *, understood: bool) -> None:
    """Keep the account from signing in. Where it is the last reader of a consultation, only who said so may do it."""
    if not understood and last_reader_of(session, account):
        raise Conflict("account-last-reader")
    set_active(session, account, False)


def replaced_by(session: Session, key: ModeratorKey) -> list[Reader]:
    """The later keys of the same owner that replace this one, by the log's order and each once."""
    found: dict[str, Reader] = {}
    for row in read_by(session, [key.kid]):
        found |= {one.kid: one for one in readers_of(session, row) if one.replaces == key.kid}
    return sorted(found.values(), key=lambda one: one.leaf or 0)
