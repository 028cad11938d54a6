"""Do the store's own numbers fit together? What came in, waits, stands in the log, was coded and was published.

A verifier from outside cannot see what waits or was dropped before the log; these sums are for auditors and
administrators inside. They hold no comment and nothing of a submitter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.findings import service as findings
from portal.ledger.models import LogLeaf, PoolEntry
from portal.moderation.models import Coding
from portal.submissions.models import SealedEnvelope, Submission


@dataclass(frozen=True)
class Sums:
    """One consultation, in submissions. ``problems`` are stable names of sums that do not fit.

    While it is open ``received``, ``waiting`` and ``envelopes`` are None: whoever watched them would see when somebody
    writes.
    """

    row: Consultation
    received: int | None
    waiting: int | None
    sequenced: int
    envelopes: int | None
    coded: int
    published: bool
    problems: tuple[str, ...]


def reconcile(session: Session, *, today: date) -> list[Sums]:
    """Every consultation that was opened, newest first. ``today`` tells broken promises."""
    published = set(findings.published_ids(session))
    rows = consultations.list_all(session, consultations.PUBLIC_STATES)
    return [_sums(session, row, row.id in published, today) for row in rows]


def log_fits(session: Session) -> bool:
    """Whether the log holds as many submission leaves as the store has submissions with a place in it."""
    leaves = session.scalar(select(func.count()).where(LogLeaf.kind == "submission"))
    return leaves == session.scalar(select(func.count()).where(Submission.leaf_index.is_not(None)))


def _sums(session: Session, row: Consultation, published: bool, today: date) -> Sums:
    own = Submission.consultation_id == row.id
    held = select(func.count()).select_from(Submission).join(SealedEnvelope)
    queries = {
        "received": select(func.count()).where(own),
        "waiting": select(func.count()).where(PoolEntry.group == row.id),
        "overdue": select(func.count()).where(PoolEntry.group == row.id, PoolEntry.due < today),
        "sequenced": select(func.count()).where(own, Submission.leaf_index.is_not(None)),
        "envelopes": held.where(own),
        "coded": select(func.count()).where(Coding.consultation_id == row.id, Coding.current),
    }
    found = {name: session.scalar(query) or 0 for name, query in queries.items()}
    problems = tuple(_problems(row, found, published))
    del found["overdue"]
    shown: dict[str, int | None] = {**found}
    if row.state == "open":
        shown |= {"received": None, "waiting": None, "envelopes": None}
    return Sums(row=row, published=published, problems=problems, **shown)  # type: ignore[arg-type]


def _problems(row: Consultation, found: dict[str, int], published: bool) -> list[str]:
    checks = {
        "received-not-waiting-nor-sequenced": found["received"] == found["waiting"] + found["sequenced"],
        "envelope-missing": found["envelopes"] == (0 if published and not found["envelopes"] else found["received"]),
        "waiting-after-close": row.state == "open" or found["waiting"] == 0,
        "promise-broken": found["overdue"] == 0,
        "coded-more-than-sequenced": found["coded"] <= found["sequenced"],
        "published-with-uncoded": not published or found["coded"] == found["sequenced"],
        "published-state-differs": published == (row.state == "published"),
    }
    return [name for name, holds in checks.items() if not holds]
