"""Erasing sealed comments once the report is signed. The leaves stay: the log says that something was here."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.errors import Conflict
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.submissions import attachments
from portal.submissions.mailbox_erasure import erase_mail
from portal.submissions.models import ResealedWrap, SealedEnvelope, Submission


def erase_comments(session: Session, log: Log, row: Consultation) -> int:
    """Delete the consultation's envelopes and files, and log an erasure for each comment; returns how many comments.

    Only after publication: before it, erasing would lose what nobody has counted. Doing it again erases nothing.
    """
    take_turn(session, row)  # two who erase at once: the second finds nothing left
    if row.state != "published":
        raise Conflict("consultation-not-published")
    erase_mail(session, log, row)
    own = Submission.consultation_id == row.id
    held = select(Submission.leaf_hash, Submission.leaf_index).join(SealedEnvelope).where(own)
    found = session.execute(held.order_by(Submission.leaf_index)).all()
    if not found:
        return 0
    append(session, log, [events.encode("erasure", leaf=item.leaf_index) for item in found])
    erased = select(held.subquery().c.leaf_hash)
    session.execute(delete(ResealedWrap).where(ResealedWrap.leaf_hash.in_(erased)))
    attachments.erase(session, row.id)
    session.execute(delete(SealedEnvelope).where(SealedEnvelope.leaf_hash.in_(erased)))
    return len(found)
