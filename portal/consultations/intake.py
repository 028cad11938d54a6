"""What accepting a comment needs to know of its consultation, in one statement and without loading its objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, String, bindparam, exists, select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation, ConsultationModerator
from portal.consultations.service import PUBLIC_STATES
from portal.direct import Prepared
from portal.errors import NotFound

STATEMENT = (
    select(
        Consultation.state,
        Consultation.opens,
        Consultation.closes,
        Consultation.ballot_mode,
        Consultation.attachments,
        ConsultationModerator.kid,
    )
    .join(ConsultationModerator, ConsultationModerator.consultation_id == Consultation.id)
    .where(Consultation.id == bindparam("name"))
    .order_by(ConsultationModerator.kid)
)
# PostgreSQL: whoever closes waits until this transaction ends, and the other way round. SQLite has one writer.
HELD = STATEMENT.with_for_update(read=True, of=Consultation)
HOLD = Prepared(select(Consultation.id).where(Consultation.id == bindparam("name")).with_for_update(read=True))
# The same as :meth:`Intake.accepts`, for the statement that stores a comment.
ACCEPTS = exists().where(
    Consultation.id == bindparam("group", type_=String),
    Consultation.state == "open",
    bindparam("day", type_=Date).between(Consultation.opens, Consultation.closes),
)


@dataclass(frozen=True)
class Intake:
    """A consultation as a comment meets it. ``kids``: the moderators' key ids, sorted; never empty once it opened.

    ``attachments``: how many files a comment may have. Once it is open only ``state`` changes: the rest is what the log
    shows of the opening (``portal.consultations.frozen``).
    """

    id: str
    state: str
    opens: date
    closes: date
    ballot_mode: str
    kids: tuple[str, ...]
    attachments: int = 0

    @property
    def with_ballots(self) -> bool:
        """Whether each comment spends a ballot."""
        return self.ballot_mode == "ballots"

    def accepts(self, today: date) -> bool:
        """Whether a comment sent today is taken."""
        return self.state == "open" and self.opens <= today <= self.closes


def intake(session: Session, consultation_id: str, *, hold: bool = False) -> Intake:
    """The consultation of that name; :class:`NotFound` for the public's eyes: a draft does not exist yet.

    ``hold``: it must stay as it is until the transaction ends.
    """
    rows = session.connection().execute(HELD if hold else STATEMENT, {"name": consultation_id}).all()
    if not rows or rows[0].state not in PUBLIC_STATES:
        raise NotFound("consultation-unknown")
    first = rows[0]
    kids = tuple(row.kid for row in rows)
    return Intake(consultation_id, first.state, first.opens, first.closes, first.ballot_mode, kids, first.attachments)


def intake_of(row: Consultation) -> Intake:
    """The same of a consultation that is loaded already."""
    kids = tuple(moderator.kid for moderator in row.moderators)
    return Intake(row.id, row.state, row.opens, row.closes, row.ballot_mode, kids, row.attachments)
