"""Two people approve the very same bytes; then a ``report`` leaf says so, and that version never changes.

The drafter hands over, another member of the committee approves or sends back. Neither the one who handed over nor the
one who edited last may approve: both have seen their own words only. A correction is a new version with its reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.findings.models import Publication
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.reports.model import Document, parse_document
from portal.reports.models import ApprovedReport, Report
from portal.reports.notes import REASON_LEAST, REASON_MOST, Hand, Notes, dump_notes, parse_notes
from portal.reports.review import Review
from portal.reports.service import NOTES_PURPOSE, PURPOSE, Drafted, get, note_act, opened

PEOPLE = 2


@dataclass(frozen=True)
class Version:
    """An approved version with its text and notes."""

    row: ApprovedReport
    document: Document
    notes: Notes
    digest: str


def checked(reason: str) -> str:
    """A reason in one paragraph, or a refusal when it says nothing or too much."""
    words = " ".join(reason.split())
    if not REASON_LEAST <= len(words) <= REASON_MOST:
        raise Invalid("report-reason", least=REASON_LEAST, most=REASON_MOST)
    return words


def hand_over(session: Session, held: Drafted, found: Review, *, hand: Hand, seen: str) -> None:
    """Put the text before a second person; ``seen`` is the digest of what was on the screen.

    ``held`` comes from :func:`portal.reports.service.hold`, as for whatever changes a report.

    :raises Conflict: when points wait for a decision, the text changed meanwhile, or it is not in anybody's hands.
    """
    if held.row.state != "draft":
        raise Conflict("report-approved" if held.row.state == "approved" else "report-handed")
    if not found.clear:
        raise Conflict("report-points-open")
    if held.digest != seen:
        raise Conflict("report-changed")
    held.row.state, held.row.handed_by, held.row.handed_sha256 = "handed", hand.account, held.digest
    note_act(session, held.row, "handed", hand, held.digest)


def may_approve(row: Report, account: int) -> bool:
    """Whether that account is the second person: it neither handed the text over nor edited it last."""
    return row.state == "handed" and account not in {row.handed_by, row.edited_by}


def approve(
    session: Session, log: Log, atrest: AtRest, row: Report, publication: Publication, *, hand: Hand, seen: str
) -> int:
    """Freeze the version and log the digest of its document; returns the leaf's index.

    :raises Conflict: unless the text is handed over, and is the one that was handed over and was on the screen.
    :raises Forbidden: for the one who handed it over, or who edited it last.
    """
    take_turn(session, row)
    if row.state != "handed":
        raise Conflict("report-approved" if row.state == "approved" else "report-not-handed")
    if not may_approve(row, hand.account):
        raise Forbidden("report-same-person")
    document = atrest.open(PURPOSE, row.document_sealed)
    digest = hashlib.sha256(document).hexdigest()
    if not digest == row.handed_sha256 == seen:
        raise Conflict("report-changed")
    leaf = events.encode(
        "report",
        version=2,
        consultation=row.consultation_id,
        document_sha256=digest,
        publication_sha256=hashlib.sha256(publication.document).hexdigest(),
        revision=row.version,
        approvals=PEOPLE,
    )
    row.report_leaf = append(session, log, [leaf])
    row.state = "approved"
    session.add(_frozen(row, hand))
    note_act(session, row, "approved", hand, digest)
    return row.report_leaf


def _frozen(row: Report, hand: Hand) -> ApprovedReport:
    return ApprovedReport(
        consultation_id=row.consultation_id,
        version=row.version,
        document_sealed=row.document_sealed,
        notes_sealed=row.notes_sealed,
        handed_by=row.handed_by,
        approved_by=hand.account,
        approved_on=hand.day,
        report_leaf=row.report_leaf,
    )


def send_back(session: Session, atrest: AtRest, held: Drafted, *, hand: Hand, note: str, seen: str) -> None:
    """Give the text back to be worked on, with a note; whoever handed it over may take it back without one.

    :raises Conflict: unless this text waits for a second person.
    """
    if held.row.state != "handed":
        raise Conflict("report-not-handed")
    if held.digest != seen:
        raise Conflict("report-changed")
    own = held.row.handed_by == hand.account
    words = "" if own else checked(note)
    notes = replace(held.notes, returned=words)
    held.row.notes_sealed = atrest.seal(NOTES_PURPOSE, dump_notes(notes))
    held.row.state, held.row.handed_by, held.row.handed_sha256 = "draft", None, None
    note_act(session, held.row, "taken-back" if own else "sent-back", hand, held.digest)


def correct(session: Session, atrest: AtRest, row: Report, *, hand: Hand, reason: str) -> None:
    """Begin the next version with the words of the approved one, which stays as it is.

    :raises Conflict: while the present version is still worked on.
    """
    take_turn(session, row)
    if row.state != "approved":
        raise Conflict("report-not-approved")
    notes = replace(opened(atrest, row).notes, returned="", reason=checked(reason))
    row.state, row.version, row.handed_by, row.handed_sha256 = "draft", row.version + 1, None, None
    row.notes_sealed, row.edited_by = atrest.seal(NOTES_PURPOSE, dump_notes(notes)), None
    note_act(session, row, "corrected", hand)


def approved(session: Session, consultation_id: str) -> list[ApprovedReport]:
    """The approved versions, the newest first."""
    query = select(ApprovedReport).where(ApprovedReport.consultation_id == consultation_id)
    return list(session.scalars(query.order_by(ApprovedReport.version.desc())))


def read_version(session: Session, atrest: AtRest, consultation_id: str, version: int) -> Version:
    """An approved version, or :class:`NotFound`."""
    row = session.get(ApprovedReport, (get(session, consultation_id).consultation_id, version))
    if row is None:
        raise NotFound("report-unknown")
    data = atrest.open(PURPOSE, row.document_sealed)
    notes = parse_notes(atrest.open(NOTES_PURPOSE, row.notes_sealed)) if row.notes_sealed else Notes()
    return Version(row, parse_document(data), notes, hashlib.sha256(data).hexdigest())
