"""One consultation walked through the services, for tests that begin where a part of it is over."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.clock import Clock
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto import receipt
from portal.crypto.atrest import AtRest
from portal.findings import service as findings
from portal.findings.models import Publication
from portal.ledger.log import Log
from portal.moderation import service as moderation
from portal.submissions.models import Submission
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import Acceptance, accept
from tests.support import Office

# 24 comments: D1 and C1 above 10, C2 above 5, C9 under the threshold, C12 praise; P1 named often enough, P2 not.
CODINGS: tuple[dict[str, Any], ...] = (
    *({"categories": ["C1", "D1"], "unit": "P1", "paraphrase": f"<p>Chưa rõ chủ trì ({n}).</p>"} for n in range(8)),
    *({"categories": ["C1"], "paraphrase": f"<p>Có hồ sơ để lâu ({n}).</p>"} for n in range(4)),
    *({"categories": ["C2", "D1"], "paraphrase": "<p>Có lúc chuyển qua lại giữa các phòng.</p>"} for _ in range(6)),
    *({"categories": ["C12"]} for _ in range(5)),
    {"categories": ["C9"], "unit": "P2", "paraphrase": "<p>Một mình.</p>"},
)


def send(session: Session, log: Log, clock: Clock, office: Office, **payload: Any) -> tuple[Acceptance, bytes]:
    """A comment, sealed and accepted; returns the answer and the raw receipt."""
    sealed, raw = office.seal(**payload)
    row = consultations.get(session, office.consultation)
    hashed = receipt.locator_hash(raw)
    return accept(session, log, clock, row, envelope=sealed, locator_hash=hashed, promise_days=2), raw


def moderator(session: Session, name: str = "moderator") -> Account:
    return session.scalars(select(Account).where(Account.email == f"{name}@example.org")).one()


def places(session: Session) -> list[int]:
    """The leaves of the comments, in the log's order."""
    query = select(Submission.leaf_index).where(Submission.leaf_index.is_not(None)).order_by(Submission.leaf_index)
    return [int(index or 0) for index in session.scalars(query)]


def code_all(session: Session, log: Log, atrest: AtRest, row: Consultation, codings: Iterable[dict[str, Any]]) -> None:
    """A coding for each comment, in the log's order."""
    account = moderator(session)
    for index, raw in zip(places(session), codings, strict=True):
        moderation.code(session, log, atrest, account, row, index=index, raw=raw)


def close(session: Session, log: Log, clock: Clock, office: Office, *, comments: int = len(CODINGS)) -> Consultation:
    """Comments sent, shuffled in, and the consultation closed."""
    for _ in itertools.repeat(None, comments):
        send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    row = consultations.get(session, office.consultation)
    consultations.close_consultation(session, log, row)
    return row


def publish(
    session: Session,
    log: Log,
    clock: Clock,
    atrest: AtRest,
    office: Office,
    codings: Sequence[dict[str, Any]] = CODINGS,
) -> Publication:
    """The whole way up to a publication with its concerns."""
    row = close(session, log, clock, office, comments=len(codings))
    code_all(session, log, atrest, row, codings)
    publication = findings.publish(session, log, atrest, row)
    concerns.ensure(session, publication, today=clock.today(), answer_days=30)
    return publication
