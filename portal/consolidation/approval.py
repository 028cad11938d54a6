"""Two people approve the very same text on the very same table; then a ``report`` leaf (version 3) says so.

As for an office's own report (:mod:`portal.reports.approval`): neither the one who handed over nor the one who changed
the text last may approve, and a correction is a new version.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.consolidation.desk import PURPOSE, Desk
from portal.consolidation.edition import ConsolidatedEdition
from portal.consolidation.figures import Figures, parse_figures
from portal.consolidation.models import ApprovedConsolidation, ConsolidatedFile, Consolidation
from portal.consolidation.service import figures_of, files, taxonomies
from portal.consultations.service import get_taxonomy
from portal.consultations.taxonomy import taxonomy_sha256
from portal.crypto.atrest import AtRest
from portal.crypto.canonical import dump_canonical
from portal.errors import Conflict, Forbidden, NotFound
from portal.findings.publication import parse_publication
from portal.ledger import events
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.ledger.turns import take_turn
from portal.reports.approval import PEOPLE
from portal.reports.edition import Approval
from portal.reports.findings_file import parse_findings_json
from portal.reports.model import Document, parse_document


@dataclass(frozen=True)
class Version:
    """An approved version with its text and table."""

    row: ApprovedConsolidation
    document: Document
    figures: Figures


def hand_over(session: Session, held: Desk, *, hand: Hand, seen: str) -> None:
    """Put text and table before a second person; ``seen`` is the digest of the text on the screen.

    :raises Conflict: when the text changed meanwhile, was drafted from another table, or is in other hands.
    """
    row = held.row
    take_turn(session, row)
    if row.state != "draft":
        raise Conflict("report-approved" if row.state == "approved" else "report-handed")
    if held.digest != seen:
        raise Conflict("report-changed")
    if held.behind:
        raise Conflict("consolidation-behind")
    row.state, row.handed_by, row.handed_sha256 = "handed", hand.account, held.digest
    row.handed_figures = row.drafted_figures
    session.flush()


def may_approve(row: Consolidation, account: int) -> bool:
    """Whether that account is the second person."""
    return row.state == "handed" and account not in {row.handed_by, row.edited_by}


def approve(session: Session, log: Log, atrest: AtRest, row: Consolidation, *, hand: Hand, seen: str) -> int:
    """Freeze the version and log both digests; returns the leaf's index.

    :raises Conflict: unless text and table are those that were handed over, and the text was on the screen.
    :raises Forbidden: for the one who handed it over, or who edited it last.
    """
    take_turn(session, row)
    if row.state != "handed" or row.document_sealed is None or row.handed_by is None:
        raise Conflict("report-approved" if row.state == "approved" else "report-not-handed")
    if not may_approve(row, hand.account):
        raise Forbidden("report-same-person")
    figures = figures_of(session, row)
    digest = sha256(atrest.open(PURPOSE, row.document_sealed)).hexdigest()
    if not digest == row.handed_sha256 == seen or figures.digest != row.handed_figures:
        raise Conflict("report-changed")
    leaf = events.encode(
        "report",
        version=3,
        consolidation=row.id,
        document_sha256=digest,
        figures_sha256=figures.digest,
        revision=row.version,
        approvals=PEOPLE,
    )
    row.report_leaf, row.state = ledger.append(session, log, [leaf]), "approved"
    kept = {"document_sealed": row.document_sealed, "figures": figures.to_bytes(), "report_leaf": row.report_leaf}
    people = {"handed_by": row.handed_by, "approved_by": hand.account, "approved_on": hand.day}
    session.add(ApprovedConsolidation(consolidation_id=row.id, version=row.version, **kept, **people))
    session.flush()
    return row.report_leaf


def send_back(session: Session, row: Consolidation, *, seen: str) -> None:
    """Give the text back to be worked on; :class:`Conflict` unless this text waits for a second person."""
    take_turn(session, row)
    if row.state != "handed":
        raise Conflict("report-not-handed")
    if row.handed_sha256 != seen:
        raise Conflict("report-changed")
    row.state, row.handed_by, row.handed_sha256, row.handed_figures = "draft", None, None, None
    session.flush()


def correct(session: Session, row: Consolidation) -> None:
    """Begin the next version with the words of the approved one, which stays as it is; files may be added again."""
    take_turn(session, row)
    if row.state != "approved":
        raise Conflict("report-not-approved")
    row.state, row.version, row.edited_by = "draft", row.version + 1, None
    row.handed_by, row.handed_sha256, row.handed_figures = None, None, None
    session.flush()


def approved(session: Session, row: Consolidation) -> list[ApprovedConsolidation]:
    """The approved versions, the newest first."""
    query = select(ApprovedConsolidation).where(ApprovedConsolidation.consolidation_id == row.id)
    return list(session.scalars(query.order_by(ApprovedConsolidation.version.desc())))


def read_version(session: Session, atrest: AtRest, row: Consolidation, version: int) -> Version:
    """An approved version, or :class:`NotFound`."""
    kept = session.get(ApprovedConsolidation, (row.id, version))
    if kept is None:
        raise NotFound("report-unknown")
    return Version(kept, parse_document(atrest.open(PURPOSE, kept.document_sealed)), parse_figures(kept.figures))


def edition_of(
    session: Session,
    log: Log,
    row: Consolidation,
    document: Document,
    figures: Figures,
    *,
    leaf: int | None,
    address: str,
) -> ConsolidatedEdition:
    """What every file of that text carries; ``leaf`` is the index of its ``report`` leaf, None while it is a draft."""
    approval = None
    if leaf is not None:
        approval = Approval(ledger.read_leaf(session, leaf).decode(), log.proof(session, leaf))
    taxonomy = get_taxonomy(session, row.taxonomy_version)
    taken = {(one.office_id, one.consultation): one for one in files(session, row)}
    sources = [taken[(line.office, line.consultation)] for line in figures.sources]
    known, own = taxonomies(session), taxonomy_sha256(taxonomy)
    others = sorted({_taxonomy_of(one) for one in sources} - {own})
    return ConsolidatedEdition(
        document=document,
        taxonomy=taxonomy,
        taxonomies=tuple(known[digest] for digest in others),
        figures=figures,
        sources=tuple(one.data for one in sources),
        approval=approval,
        address=address,
    )


def _taxonomy_of(file: ConsolidatedFile) -> str:
    return parse_publication(dump_canonical(parse_findings_json(file.data).publication)).taxonomy_sha256
