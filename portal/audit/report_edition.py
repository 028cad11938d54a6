"""A report as it leaves the house: its text with the findings it stands on, and their proofs from the log."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.audit.export import findings_file
from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.reports.edition import Approval, Edition
from portal.reports.model import Document


def edition_of(
    session: Session, log: Log, row: Consultation, document: Document, *, leaf: int | None, address: str
) -> Edition:
    """The edition of ``document``; ``leaf`` is the index of its ``report`` leaf, None while it is a draft.

    ``address``: of the published results, for readers. Both proofs are against one checkpoint.

    :raises portal.errors.NotFound: when nothing was published.
    """
    note = ledger.newest_note(session)
    approval = None
    if leaf is not None:
        approval = Approval(ledger.read_leaf(session, leaf).decode(), log.proof(session, leaf, note))
    findings = findings_file(session, log, row.id, note)
    return Edition(document, taxonomy_of(row), findings, approval, address)
