"""Readers' words that nothing is left to do: what allows publishing past comments that no key opens.

Anyone may send an envelope that nobody can open; it must not block findings for ever. But nobody alone, least of all
those whom comments concern, may declare comments unreadable: each reader whose key is active has to say so, and the
log keeps it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.errors import Conflict
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.moderation.models import Reading
from portal.moderation.readership import lines_of, readers_of
from portal.moderation.service import require_key


def declare_done(session: Session, log: Log, account: Account, row: Consultation) -> Reading:
    """The account's word for its key of this consultation; saying it again changes nothing."""
    kid = require_key(session, account, row)
    if row.state != "closed":
        raise Conflict("consultation-not-closed")
    said = session.get(Reading, (row.id, kid))
    if said is None:
        leaf = append(session, log, [events.encode("reading", consultation=row.id, kid=kid)])
        said = Reading(consultation_id=row.id, kid=kid, reading_leaf=leaf)
        session.add(said)
        session.flush()
    return said


def has_declared(session: Session, account: Account, row: Consultation) -> bool:
    """Whether the account has given its word."""
    return session.get(Reading, (row.id, require_key(session, account, row))) is not None


def silent_readers(session: Session, row: Consultation) -> int:
    """How many of the consultation's readers have an active key and have not given their word, with whichever key."""
    readers = readers_of(session, row)
    lines = lines_of(readers)
    asked = {lines[one.kid] for one in readers if one.active}
    said = session.scalars(select(Reading.kid).where(Reading.consultation_id == row.id))
    return len(asked - {lines[kid] for kid in said})
