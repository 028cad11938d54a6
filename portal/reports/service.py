"""The report of a published consultation: drafted once from published rows, edited, approved, logged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, NotFound
from portal.findings.models import Publication
from portal.findings.service import document_of
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.reports.draft import draft_report
from portal.reports.model import Document, dump_document, parse_document
from portal.reports.models import OfficeProfileRow, Report
from portal.reports.phrases import load_phrases
from portal.reports.profile import OfficeProfile, dump_profile, parse_profile

PURPOSE = "report"


@dataclass(frozen=True)
class Drafted:
    """A report's row with its two texts: the machine's draft and the drafter's."""

    row: Report
    draft: Document
    document: Document


def profile(session: Session) -> OfficeProfile | None:
    """The office's profile, if it was filled in."""
    row = session.get(OfficeProfileRow, 1)
    return parse_profile(row.document.encode()) if row else None


def save_profile(session: Session, value: OfficeProfile) -> None:
    """Keep the office's profile."""
    row = session.get(OfficeProfileRow, 1) or OfficeProfileRow(id=1)
    row.document = dump_profile(value).decode()
    session.add(row)
    session.flush()


def start(session: Session, atrest: AtRest, row: Consultation, publication: Publication) -> Drafted:
    """The report, drafted from published rows when it does not exist yet."""
    existing = session.get(Report, row.id)
    if existing is not None:
        return _open(atrest, existing)
    office = profile(session)
    if office is None:
        raise Conflict("profile-missing")
    document = draft_report(office, document_of(publication), taxonomy_of(row), load_phrases())
    sealed = atrest.seal(PURPOSE, dump_document(document))
    report = Report(consultation_id=row.id, draft_sealed=sealed, document_sealed=sealed)
    session.add(report)
    session.flush()
    return Drafted(report, document, document)


def redraft(session: Session, atrest: AtRest, row: Consultation, publication: Publication) -> Drafted:
    """Throw the edits away and draft anew, for instance after the profile was corrected."""
    existing = get(session, row.id)
    if existing.state != "draft":
        raise Conflict("report-approved")
    session.delete(existing)
    session.flush()
    return start(session, atrest, row, publication)


def get(session: Session, consultation_id: str) -> Report:
    """The report's row, or :class:`NotFound`."""
    found = session.get(Report, consultation_id)
    if found is None:
        raise NotFound("report-unknown")
    return found


def _open(atrest: AtRest, row: Report) -> Drafted:
    draft = parse_document(atrest.open(PURPOSE, row.draft_sealed))
    return Drafted(row, draft, parse_document(atrest.open(PURPOSE, row.document_sealed)))


def save(session: Session, atrest: AtRest, row: Report, document: Document) -> None:
    """Keep the drafter's text beside the machine's draft."""
    if row.state != "draft":
        raise Conflict("report-approved")
    row.document_sealed = atrest.seal(PURPOSE, dump_document(document))
    session.flush()


def approve(session: Session, log: Log, atrest: AtRest, row: Report, publication: Publication) -> int:
    """Freeze the report and log the digest of its document model; returns the leaf's index."""
    if row.state != "draft":
        raise Conflict("report-approved")
    document = atrest.open(PURPOSE, row.document_sealed)
    leaf = events.encode(
        "report",
        consultation=row.consultation_id,
        document_sha256=hashlib.sha256(document).hexdigest(),
        publication_sha256=hashlib.sha256(publication.document).hexdigest(),
    )
    row.report_leaf = append(session, log, [leaf])
    row.state = "approved"
    return row.report_leaf
