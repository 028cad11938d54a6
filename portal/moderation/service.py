"""Readers, the codings that come back from their browsers, and what follows from them. Plaintext never comes here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.service import active_keys
from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.padding import rounded
from portal.crypto.rowkey import CODING_SIZE, sealed_size
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.moderation.assignment import check_not_handed
from portal.moderation.codings import CodingRules, normalise
from portal.moderation.deciding import DECISION, FIRST
from portal.moderation.models import Coding, Progress
from portal.moderation.progress import coder_tag, count_coding, take_progress
from portal.moderation.readable import PURPOSE
from portal.moderation.readership import read_by, reading_kid
from portal.moderation.recusal import is_recused
from portal.moderation.slots import check_slot, standing_at
from portal.submissions.models import Submission
from portal.submissions.sequencing import count_sequenced

SHARED_SIZE = sealed_size(CODING_SIZE)


@dataclass(frozen=True)
class QueueState:
    """Comments in the log; of them ``coded`` by somebody, ``read`` by as many as the consultation wants, and
    ``settled``: that need nobody any more."""

    total: int
    coded: int
    read: int
    settled: int

    @property
    def complete(self) -> bool:
        """Whether every comment is settled."""
        return self.total > 0 and self.settled >= self.total

    @property
    def percent(self) -> int:
        """Comments that were read, per hundred, rounded down. Who can see the log can count as much."""
        return 100 * self.read // self.total if self.total else 0


def require_key(session: Session, account: Account, row: Consultation) -> str:
    """The key id with which the account reads this consultation; refuses an account that holds none of its keys."""
    kid = reading_kid(session, account, row)
    if kid is None:
        raise Forbidden("not-a-reader")
    return kid


def require_reader(session: Session, account: Account, row: Consultation) -> str:
    """The same, and refuses one that stands back from the consultation: nothing of it is served to that account."""
    kid = require_key(session, account, row)
    if is_recused(session, account, row):
        raise Forbidden("reader-recused")
    return kid


def readable(session: Session, account: Account) -> list[Consultation]:
    """The consultations that one of the account's active keys can read, newest period first."""
    return read_by(session, [key.kid for key in active_keys(session, account_id=account.id)])


def rules_of(row: Consultation) -> CodingRules:
    """What codings of this consultation may name."""
    return CodingRules(taxonomy=taxonomy_of(row), units={unit.code: unit.level for unit in row.units})


def state(session: Session, row: Consultation) -> QueueState:
    """How far moderation is."""
    total, found = count_sequenced(session, row.id), session.get(Progress, row.id)
    if found is None:
        return QueueState(total, 0, 0, 0)
    return QueueState(total, found.coded, found.coded if row.readers == 1 else found.paired, found.settled)


def code(
    session: Session,
    log: Log,
    atrest: AtRest,
    account: Account,
    row: Consultation,
    *,
    index: int,
    raw: Any,
    slot: int = FIRST,
    seen: int | None = None,
    shared: bytes | None = None,
    day: date | None = None,
) -> Coding:
    """Keep a coding of the comment at that leaf in that slot, as a new revision, and commit to it in the log.

    ``seen`` is the slot's revision that the moderator had before them (0 for none): where another one has been saved
    since, the coding is refused rather than written over it. ``shared``: the same coding, sealed in the browser to
    those who can read the comment. ``day``: today, for the moderator's own history.
    """
    _admit(session, account, row, index)
    if shared is not None and len(shared) != SHARED_SIZE:
        raise Invalid("coding-shared-size")
    coding = normalise(raw, rules_of(row), decision=slot == DECISION)
    before = standing_at(session, atrest, index)
    check_slot(before, account.id, slot, row.readers)
    if seen not in (None, before.revision(slot)):
        raise Conflict("coding-changed")
    progress = take_progress(session, atrest, row)
    kept = Coding(coder_id=account.id, slot=slot, revision=before.revision(slot) + 1, shared=shared, day=day)
    document = {"coding": coding, "consultation": row.id, "submission": index}
    if row.readers == 2:
        document |= {"slot": slot, "coder": coder_tag(atrest, progress, account, index)}
    keep(session, log, atrest, kept, document)
    after = {**before.codings, slot: coding}
    count_coding(session, atrest, progress, row.readers, before=before.codings, after=after)
    return kept


def _admit(session: Session, account: Account, row: Consultation, index: int) -> None:
    """Refuse whoever may not code that comment now; of two who code at the same moment the second waits here, and then
    sees what the first has kept."""
    require_reader(session, account, row)
    take_turn(session, row)
    if row.state not in {"open", "closed"}:
        raise Conflict("consultation-frozen")
    require_comment(session, row, index)
    check_not_handed(session, account, index)


def require_comment(session: Session, row: Consultation, index: int) -> None:
    """Refuse a leaf at which no comment of that consultation stands."""
    own = (Submission.consultation_id == row.id) & (Submission.leaf_index == index)
    if session.scalar(select(Submission.leaf_index).where(own)) is None:
        raise NotFound("comment-unknown")


def keep(session: Session, log: Log, atrest: AtRest, kept: Coding, document: dict[str, Any]) -> None:
    """Commit to the document in the log and keep it as its slot's newest revision."""
    salt = secrets.token_bytes(32)
    place = {name: document[name] for name in ("consultation", "submission", "slot") if name in document}
    kept.consultation_id, kept.submission_leaf, kept.current = place["consultation"], place["submission"], True
    kept.sealed = atrest.seal(PURPOSE, rounded(rfc8785.dumps({**document, "salt": salt.hex()})))
    kept.commitment = commit(salt, document)
    leaf = events.encode(
        "coding",
        version=2 if "slot" in place else 1,
        **place,
        commitment=kept.commitment.hex(),
        revision=kept.revision,
    )
    own = (Coding.submission_leaf == kept.submission_leaf) & (Coding.slot == kept.slot)
    session.execute(update(Coding).where(own, Coding.current).values(current=False))
    kept.coding_leaf = append(session, log, [leaf])
    session.add(kept)
    session.flush()
