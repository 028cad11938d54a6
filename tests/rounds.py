"""One consultation walked through the services, for tests that begin where a part of it is over."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.clock import Clock
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto import receipt
from portal.crypto.atrest import AtRest
from portal.findings import service as findings
from portal.findings import tables_service as tables
from portal.findings.models import FindingTable, Publication
from portal.findings.tables_deciding import settle, weigh
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.moderation import service as moderation
from portal.reports import approval, decisions
from portal.reports import service as reports
from portal.reports.notes import Hand, digest_of_words
from portal.reports.profile import demo_profile
from portal.reports.review import Review, review
from portal.submissions.models import SealedEnvelope, Submission
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


def stored(session: Session) -> tuple[int, int, int]:
    """How many comments there are, how many of their envelopes, and how many of them wait."""
    waiting, loads = session.execute(select(func.count(PoolEntry.handle), func.count(PoolEntry.load))).one()
    tables = (Submission, SealedEnvelope)
    placed, envelopes = (session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    return placed + waiting, envelopes + loads, waiting


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


def tabulate(session: Session, log: Log, atrest: AtRest, kind: str, subject: str, *, today: date) -> FindingTable:
    """A table asked for and decided."""
    asked = tables.ask(session, kind, subject, today=today)
    weighed = weigh(session, atrest, asked.id, today=today)
    assert weighed is not None and settle(session, log, atrest, weighed)
    return asked


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


def look_at(session: Session, held: reports.Drafted, publication: Publication) -> Review:
    """The points of a report as they stand."""
    row = consultations.get(session, held.row.consultation_id)
    document, taxonomy = findings.document_of(publication), consultations.taxonomy_of(row)
    return review(held.draft, held.document, document, taxonomy, held.notes.decisions)


def decide_all(
    session: Session, atrest: AtRest, held: reports.Drafted, publication: Publication, hand: Hand
) -> reports.Drafted:
    """Every open point decided with a reason."""
    row = consultations.get(session, held.row.consultation_id)
    choices = {"contradiction": "keep", "figure": "accept", "lost": "leave-out"}
    for point in look_at(session, held, publication).open:
        said = {"choice": choices[point.kind], "reason": "Theo biên bản họp."}
        held = decisions.decide(session, atrest, held, point, hand, taxonomy=consultations.taxonomy_of(row), **said)
    return held


def report(session: Session, log: Log, clock: Clock, atrest: AtRest, publication: Publication) -> reports.Drafted:
    """A report from its draft to its approval by two people; begun again, it is a correction."""
    reports.save_profile(session, demo_profile())
    drafter, second = (Hand(account.id, clock.today()) for account in session.scalars(select(Account).limit(2)))
    held = reports.start(session, atrest, consultations.get(session, publication.consultation_id), publication)
    if held.row.state == "approved":
        approval.correct(session, atrest, held.row, hand=drafter, reason="Sửa lỗi chính tả.")
        spot = reports.Spot(2, 0, digest_of_words(held.document.blocks[2].sentences[0].text))
        reports.edit(session, atrest, held, spot, text="Văn phòng là cơ quan tham mưu.", refs=(), hand=drafter)
    held = decide_all(session, atrest, reports.read(session, atrest, held.row.consultation_id), publication, drafter)
    approval.hand_over(session, held, look_at(session, held, publication), hand=drafter, seen=held.digest)
    approval.approve(session, log, atrest, held.row, publication, hand=second, seen=held.digest)
    return held
