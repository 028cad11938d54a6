"""Words that somebody is still writing: kept on the server for them alone, sealed at rest, until saved or thrown away.

They change nothing in the report. ``seen`` is the digest of the words they are to replace.
"""

from __future__ import annotations

import re

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Invalid
from portal.reports.models import Report, ReportScratch

PURPOSE = "report-scratch"
MOST = 12_000
AT_ONCE = 50
DIGEST = re.compile(r"[0-9a-f]{64}")


def keep(session: Session, atrest: AtRest, row: Report, account: int, *, seen: str, text: str) -> None:
    """Keep the words, instead of what was kept for the same place.

    :raises Conflict: for an approved report.
    :raises Invalid: for words that are too long, a digest that is none, or too many places at once.
    """
    if row.state == "approved":
        raise Conflict("report-approved")
    if not DIGEST.fullmatch(seen) or len(text) > MOST:
        raise Invalid("report-malformed")
    kept = session.get(ReportScratch, (row.consultation_id, account, seen))
    if kept is None:
        if len(held(session, atrest, row.consultation_id, account)) >= AT_ONCE:
            raise Invalid("report-scratch-full")
        kept = ReportScratch(consultation_id=row.consultation_id, account_id=account, seen=seen)
    kept.sealed = atrest.seal(PURPOSE, text.encode())
    session.add(kept)
    session.flush()


def held(session: Session, atrest: AtRest, consultation_id: str, account: int) -> dict[str, str]:
    """What is kept for that account, by the digest of the words it would replace."""
    query = select(ReportScratch).where(
        ReportScratch.consultation_id == consultation_id, ReportScratch.account_id == account
    )
    return {row.seen: atrest.open(PURPOSE, row.sealed).decode() for row in session.scalars(query)}


def drop(session: Session, consultation_id: str, account: int, seen: str) -> None:
    """Forget what was kept for that place."""
    session.execute(
        delete(ReportScratch).where(
            ReportScratch.consultation_id == consultation_id,
            ReportScratch.account_id == account,
            ReportScratch.seen == seen,
        )
    )
