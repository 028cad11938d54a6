"""The queue of sealed comments and the codings that come back. Plaintext never comes here."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.service import active_keys, role_names
from portal.consultations.models import Consultation, ConsultationModerator
from portal.consultations.service import PUBLIC_STATES, taxonomy_of
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.errors import Conflict, Forbidden, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.models import LogLeaf
from portal.moderation.codings import CodingRules, normalise
from portal.moderation.models import Coding, Progress
from portal.submissions.models import SealedEnvelope, Submission

PURPOSE = "coding"
PAGE_MAX = 200


@dataclass(frozen=True)
class QueueItem:
    """A sealed comment, its place in the log, the leaf that stands there, and the current coding if there is one."""

    index: int
    leaf: bytes
    envelope: bytes
    coding: dict[str, Any] | None
    revision: int


@dataclass(frozen=True)
class QueueState:
    """Comments in the log and comments coded."""

    total: int
    coded: int

    @property
    def complete(self) -> bool:
        """Whether every comment has a coding."""
        return self.total > 0 and self.coded >= self.total


def require_reader(session: Session, account: Account, row: Consultation) -> str:
    """The key id with which the account reads this consultation; refuses an account that holds none of its keys."""
    if "moderator" not in role_names(account):
        raise Forbidden("not-a-reader")
    chosen = {moderator.kid for moderator in row.moderators}
    for key in active_keys(session, account_id=account.id):
        if key.kid in chosen:
            return key.kid
    raise Forbidden("not-a-reader")


def readable(session: Session, account: Account) -> list[Consultation]:
    """The consultations that one of the account's active keys can read, newest period first."""
    kids = [key.kid for key in active_keys(session, account_id=account.id)]
    chosen = select(ConsultationModerator.consultation_id).where(ConsultationModerator.kid.in_(kids))
    query = select(Consultation).where(Consultation.id.in_(chosen), Consultation.state.in_(PUBLIC_STATES))
    return list(session.scalars(query.order_by(Consultation.opens.desc(), Consultation.id)))


def rules_of(row: Consultation) -> CodingRules:
    """What codings of this consultation may name."""
    return CodingRules(taxonomy=taxonomy_of(row), units={unit.code: unit.level for unit in row.units})


def page(session: Session, atrest: AtRest, row: Consultation, *, after: int, limit: int) -> list[QueueItem]:
    """The next comments after that leaf, in the log's order: an index seek, whatever the row's number."""
    query = (
        select(Submission.leaf_index, LogLeaf.data, SealedEnvelope.data, Coding.sealed, Coding.revision)
        .join(SealedEnvelope, SealedEnvelope.leaf_hash == Submission.leaf_hash)
        .join(LogLeaf, LogLeaf.index == Submission.leaf_index)
        .outerjoin(Coding, (Coding.submission_leaf == Submission.leaf_index) & Coding.current)
        .where(Submission.consultation_id == row.id, Submission.leaf_index > after)
        .order_by(Submission.leaf_index)
        .limit(max(1, min(limit, PAGE_MAX)))
    )
    return [
        QueueItem(index, leaf, data, _open(atrest, sealed)["coding"] if sealed else None, revision or 0)
        for index, leaf, data, sealed, revision in session.execute(query)
        if index is not None
    ]


def state(session: Session, row: Consultation) -> QueueState:
    """How far moderation is."""
    total = session.scalar(
        select(func.count()).where(Submission.consultation_id == row.id, Submission.leaf_index.is_not(None))
    )
    progress = session.get(Progress, row.id)
    return QueueState(total or 0, progress.coded if progress else 0)


def code(
    session: Session,
    log: Log,
    atrest: AtRest,
    account: Account,
    row: Consultation,
    *,
    index: int,
    raw: Any,
    seen: int | None = None,
) -> Coding:
    """Keep a coding of the comment at that leaf, as a new revision, and commit to it in the log.

    ``seen`` is the revision that the moderator had before them (0 for none): where another one has been saved since,
    the coding is refused rather than written over it.
    """
    require_reader(session, account, row)
    if row.state not in {"open", "closed"}:
        raise Conflict("consultation-frozen")
    if session.scalar(select(Submission.leaf_index).where(_at(row, index))) is None:
        raise NotFound("comment-unknown")
    coding = normalise(raw, rules_of(row))
    previous = session.scalar(select(func.max(Coding.revision)).where(Coding.submission_leaf == index)) or 0
    if seen is not None and seen != previous:
        raise Conflict("coding-changed")
    session.execute(update(Coding).where(Coding.submission_leaf == index, Coding.current).values(current=False))
    document = {"coding": coding, "consultation": row.id, "submission": index}
    kept = _keep(session, log, atrest, account, document, revision=previous + 1)
    if previous == 0:
        _count_coded(session, row)
    return kept


def _keep(
    session: Session, log: Log, atrest: AtRest, account: Account, document: dict[str, Any], *, revision: int
) -> Coding:
    salt = secrets.token_bytes(32)
    commitment = commit(salt, document)
    place = {"consultation": document["consultation"], "submission": document["submission"]}
    leaf = events.encode("coding", **place, commitment=commitment.hex(), revision=revision)
    coding = Coding(
        consultation_id=document["consultation"],
        submission_leaf=document["submission"],
        coder_id=account.id,
        revision=revision,
        current=True,
        sealed=atrest.seal(PURPOSE, rfc8785.dumps({**document, "salt": salt.hex()})),
        commitment=commitment,
        coding_leaf=append(session, log, [leaf]),
    )
    session.add(coding)
    session.flush()
    return coding


def document_of(atrest: AtRest, coding: Coding) -> dict[str, Any]:
    """What the coding says, as it was kept: {"v", "categories", "severity", ...}."""
    return dict(_open(atrest, coding.sealed)["coding"])


def _at(row: Consultation, index: int) -> Any:
    return (Submission.consultation_id == row.id) & (Submission.leaf_index == index)


def _count_coded(session: Session, row: Consultation) -> None:
    changed = session.connection().execute(
        update(Progress.__table__)  # type: ignore[arg-type]
        .where(Progress.consultation_id == row.id)
        .values(coded=Progress.coded + 1)
    )
    if not changed.rowcount:
        session.execute(insert(Progress).values(consultation_id=row.id, coded=1))


def _open(atrest: AtRest, sealed: bytes) -> dict[str, Any]:
    return dict(json.loads(atrest.open(PURPOSE, sealed)))


def current_codings(session: Session, atrest: AtRest, row: Consultation) -> Iterator[dict[str, Any]]:
    """The opened current codings, each {"coding", "consultation", "submission", "salt"}, in the log's order."""
    query = (
        select(Coding.sealed)
        .where(Coding.consultation_id == row.id, Coding.current)
        .order_by(Coding.submission_leaf)
        .execution_options(yield_per=1000)
    )
    for sealed in session.scalars(query):
        yield _open(atrest, sealed)
