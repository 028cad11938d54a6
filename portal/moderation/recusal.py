"""Standing back from a whole consultation, by a moderator's own word.

It is not in the log: it is the moderator's own affair. Its reason is sealed at rest. What the office is shown is only
how many people are left who can read; below two, one person alone would say what the comments mean.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.service import role_names
from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Forbidden, Invalid
from portal.moderation.models import Recusal
from portal.moderation.readership import readers_of, reading_kid

PURPOSE = "recusal"
READERS_LEAST = 2
REASON_MAX = 500


def is_recused(session: Session, account: Account, row: Consultation) -> bool:
    """Whether the account stands back from the consultation."""
    return session.get(Recusal, (row.id, account.id)) is not None


def recuse(session: Session, atrest: AtRest, account: Account, row: Consultation, *, reason: str) -> Recusal:
    """Stand back for good: from now on nothing of the consultation is served to the account."""
    if reading_kid(session, account, row) is None:
        raise Forbidden("not-a-reader")
    if is_recused(session, account, row):
        raise Conflict("reader-recused-already")
    if len(reason) > REASON_MAX:
        raise Invalid("recusal-reason-long", limit=REASON_MAX)
    padded = reason.strip().encode().ljust(4 * REASON_MAX)
    made = Recusal(consultation_id=row.id, account_id=account.id, reason_sealed=atrest.seal(PURPOSE, padded))
    session.add(made)
    session.flush()
    return made


def remaining(session: Session, row: Consultation) -> list[int]:
    """The accounts that can still read: with the role and an active key, not recused; by account id."""
    recused = set(session.scalars(select(Recusal.account_id).where(Recusal.consultation_id == row.id)))
    keys = [reader.key for reader in readers_of(session, row) if reader.active]
    able = {key.account_id for key in keys if key.account.active and "moderator" in role_names(key.account)}
    return sorted(able - recused)
