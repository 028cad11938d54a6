"""The report of a published consultation: drafted once from published rows, edited, approved, logged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Invalid, NotFound
from portal.findings.models import Publication
from portal.findings.service import document_of
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.reports.draft import draft_report
from portal.reports.edit import revise
from portal.reports.model import Document, dump_document, parse_document
from portal.reports.models import OfficeProfileRow, Report
from portal.reports.phrases import load_phrases
from portal.reports.profile import OfficeProfile, dump_profile, parse_profile
from portal.reports.style import NAMES as STYLES

PURPOSE = "report"


@dataclass(frozen=True)
class Drafted:
    """A report's row with its two texts: the machine's draft and the drafter's."""

    row: Report
    draft: Document
    document: Document

    @property
    def version(self) -> str:
        """A digest of the drafter's text (hex), so that an edit can say what it was made on."""
        return hashlib.sha256(dump_document(self.document)).hexdigest()

    @property
    def kept(self) -> frozenset[str]:
        """Digests of the contradictions that the drafter decided to let stand."""
        return frozenset(json.loads(self.row.kept))


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
    report = Report(
        consultation_id=row.id, style=document.style, draft_sealed=sealed, document_sealed=sealed, kept="[]"
    )
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


def listing(session: Session) -> dict[str, Report]:
    """Reports by consultation."""
    return {row.consultation_id: row for row in session.scalars(select(Report))}


def read(session: Session, atrest: AtRest, consultation_id: str) -> Drafted:
    """The report with its texts, or :class:`NotFound`."""
    return _open(atrest, get(session, consultation_id))


def approved_text(session: Session, atrest: AtRest, consultation_id: str) -> str | None:
    """The approved report's document as JSON, whose digest its leaf holds; None while none is approved."""
    row = session.scalar(select(Report).where(Report.consultation_id == consultation_id, Report.state == "approved"))
    return atrest.open(PURPOSE, row.document_sealed).decode() if row else None


def _open(atrest: AtRest, row: Report) -> Drafted:
    draft = parse_document(atrest.open(PURPOSE, row.draft_sealed))
    return Drafted(row, draft, parse_document(atrest.open(PURPOSE, row.document_sealed)))


def save(session: Session, atrest: AtRest, row: Report, document: Document) -> None:
    """Keep the drafter's text beside the machine's draft."""
    if row.state != "draft":
        raise Conflict("report-approved")
    row.document_sealed = atrest.seal(PURPOSE, dump_document(document))
    session.flush()


def edit_block(session: Session, atrest: AtRest, held: Drafted, *, place: int, text: str, seen: str) -> None:
    """New words for one block of the drafter's text; ``seen`` is the version they were written on."""
    _check_seen(held, seen)
    save(session, atrest, held.row, revise(held.document, {place: text}))


def set_head(
    session: Session, atrest: AtRest, held: Drafted, *, style: str, number: int | None, issued: date | None
) -> None:
    """The style table, and the number and day that a report gets when it is signed."""
    if style not in STYLES:
        raise Invalid("report-malformed")
    head = replace(held.document.head, number=number, issued=issued)
    save(session, atrest, held.row, replace(held.document, style=style, head=head))
    held.row.style = style


def keep_contradiction(session: Session, held: Drafted, digest: str) -> None:
    """Let a contradiction stand, knowingly; ``digest`` as :func:`portal.reports.review.digest_of` gives it."""
    if held.row.state != "draft":
        raise Conflict("report-approved")
    held.row.kept = json.dumps(sorted(held.kept | {digest}))
    session.flush()


def _check_seen(held: Drafted, seen: str) -> None:
    if held.version != seen:
        raise Conflict("report-changed")


def approve(
    session: Session, log: Log, atrest: AtRest, row: Report, publication: Publication, *, seen: str = ""
) -> int:
    """Freeze the report and log the digest of its document model; returns the leaf's index.

    ``seen`` is the version that was approved: a text that changed meanwhile is not.
    """
    take_turn(session, row)
    if seen:
        _check_seen(_open(atrest, row), seen)
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
