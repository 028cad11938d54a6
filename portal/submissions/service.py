"""Accepting a sealed comment. The server sees ciphertext, its hash, and a hash of the receipt's locator: no more."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.consultations.intake import Intake, intake_of
from portal.consultations.models import Consultation
from portal.crypto.envelope import EnvelopeError, parse_envelope
from portal.errors import Conflict, Invalid
from portal.ledger import events, pool
from portal.ledger.log import Log
from portal.submissions.models import SealedEnvelope, Submission
from portal.tlog.merkle import leaf_hash

# Core statements made once: this is the one path whose cost every submitter waits for.
INSERT = insert(cast(Table, Submission.__table__))
INSERT_ENVELOPE = insert(cast(Table, SealedEnvelope.__table__))
EARLIER = select(Submission.locator_hash, Submission.leaf_hash).where(
    Submission.envelope_sha256 == bindparam("digest")
)


@dataclass(frozen=True)
class Acceptance:
    """What the submitter gets back: the leaf that will stand in the log, and the log's signed promise of it."""

    leaf: bytes
    promise: str
    fresh: bool


def accept(
    session: Session,
    log: Log,
    clock: Clock,
    row: Consultation | Intake,
    *,
    envelope: bytes,
    locator_hash: bytes,
    promise_days: int,
) -> Acceptance:
    """Take an envelope, or refuse it by name.

    Sending the same bytes again is answered as the first time, so a submitter whose connection broke can retry.
    """
    today = clock.today()
    place = row if isinstance(row, Intake) else intake_of(row)
    if not place.accepts(today):
        raise Conflict("consultation-closed")
    if len(locator_hash) != hashlib.sha256().digest_size:
        raise Invalid("receipt-malformed")
    _check_envelope(place, envelope)
    digest = hashlib.sha256(envelope).digest()
    leaf = events.encode("submission", consultation=place.id, envelope_sha256=digest.hex())
    known = _earlier(session, digest, locator_hash)
    if known is not None:
        return _again(session, log, known, leaf)
    waiting = pool.put(session, group=place.id, kind="submission", data=leaf, today=today, promise_days=promise_days)
    hashes = {"envelope_sha256": digest, "locator_hash": locator_hash, "leaf_hash": waiting.leaf_hash}
    _store(session, place.id, envelope, hashes)
    return Acceptance(leaf, log.promise(waiting.leaf_hash, waiting.due), fresh=True)


def _store(session: Session, consultation_id: str, envelope: bytes, hashes: dict[str, bytes]) -> None:
    key = secrets.token_bytes(16)
    connection = session.connection()
    try:
        connection.execute(INSERT, {"id": key, "consultation_id": consultation_id, **hashes})
    except IntegrityError:
        raise Conflict("replay") from None
    connection.execute(INSERT_ENVELOPE, {"submission_id": key, "data": envelope})


def _check_envelope(place: Intake, envelope: bytes) -> None:
    try:
        parsed = parse_envelope(envelope)
    except EnvelopeError:
        raise Invalid("envelope-malformed") from None
    if parsed.header.consultation != place.id:
        raise Conflict("envelope-other-consultation")
    if parsed.header.keys != place.kids:
        raise Conflict("envelope-unknown-key")


def _earlier(session: Session, digest: bytes, locator_hash: bytes) -> bytes | None:
    """The leaf hash of the same envelope, sent before with the same receipt."""
    found = session.connection().execute(EARLIER, {"digest": digest}).one_or_none()
    if found is None:
        return None
    if not secrets.compare_digest(found.locator_hash, locator_hash):
        raise Conflict("replay")
    return cast(bytes, found.leaf_hash)


def _again(session: Session, log: Log, digest: bytes, leaf: bytes) -> Acceptance:
    waiting = pool.find(session, digest)
    promise = log.promise(waiting.leaf_hash, waiting.due) if waiting else ""
    return Acceptance(leaf, promise, fresh=False)


@dataclass(frozen=True)
class ReceiptState:
    """A receipt's answer. ``state``: unknown, waiting or sequenced; the other fields are empty where none applies."""

    state: str
    leaf: bytes = b""
    promise: str = ""
    index: int | None = None
    proof: str = ""


def look_up(session: Session, log: Log, *, locator: bytes) -> ReceiptState:
    """Where the comment of that receipt stands. ``locator``: 32 bytes that only the receipt's holder can derive."""
    found = session.scalar(select(Submission).where(Submission.locator_hash == hashlib.sha256(locator).digest()))
    if found is None:
        return ReceiptState("unknown")
    leaf = events.encode(
        "submission", consultation=found.consultation_id, envelope_sha256=found.envelope_sha256.hex()
    )
    if found.leaf_index is None:
        waiting = pool.find(session, leaf_hash(leaf))
        return ReceiptState("waiting", leaf, log.promise(waiting.leaf_hash, waiting.due) if waiting else "")
    return ReceiptState("sequenced", leaf, index=found.leaf_index, proof=log.proof(session, found.leaf_index))
