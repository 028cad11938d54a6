"""Erasing conversations: when their last day is past, or with the comments. The leaves stay, each with an erasure."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.submissions.mailbox import last_day
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.sequencing import mail_group, sequence_groups


def over_by(session: Session, today: date) -> list[str]:
    """The consultations that take no comments any more, whose conversations are over and still hold something."""
    held = (MailMessage.data.is_not(None), MailMessage), (AnswerTicket.hash.is_not(None), AnswerTicket)
    some = [select(model).where(model.consultation_id == Consultation.id, there).exists() for there, model in held]
    rows = session.scalars(select(Consultation).where(Consultation.state.in_(("closed", "published")), or_(*some)))
    return sorted(row.id for row in rows if last_day(row) < today)


def erase_mail(session: Session, log: Log, row: Consultation) -> int:
    """Delete the consultation's messages and unspent tickets; returns how many leaves were appended.

    What still waits is logged first, as was promised. Doing it again erases nothing.
    """
    take_turn(session, row)  # two who erase at once: the second finds nothing left
    appended = sequence_groups(session, log, [mail_group(row.id)])
    own = MailMessage.consultation_id == row.id
    places = session.scalars(select(MailMessage.leaf_index).where(own, MailMessage.data.is_not(None)))
    leaves = [events.encode("erasure", leaf=place) for place in sorted(place for place in places if place is not None)]
    if leaves:
        append(session, log, leaves)
    session.execute(update(MailMessage).where(own).values(data=None, bucket=1))
    session.execute(delete(AnswerTicket).where(AnswerTicket.consultation_id == row.id))
    return appended + len(leaves)
