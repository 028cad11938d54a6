"""Accepting a sealed comment. The server sees ciphertext, its hash, and a hash of the receipt's locator: no more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, and_, bindparam, or_, select, union_all
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ballots import redeem
from portal.clock import Clock
from portal.consultations.intake import Intake, intake_of
from portal.consultations.models import Consultation
from portal.crypto.encoding import b64url_encode
from portal.crypto.envelope import EnvelopeError, EnvelopeHeader, parse_envelope
from portal.errors import Conflict, Invalid
from portal.ledger import events, pool
from portal.ledger.log import Log, read_leaf, size
from portal.ledger.models import PoolEntry
from portal.submissions.models import Submission
from portal.submissions.together import KIND, Offer, check_header
from portal.tlog.merkle import leaf_hash

# Core statements made once: this is the one path whose cost every submitter waits for.
LEAF: BindParameter[bytes] = bindparam("leaf_hash")
LOCATOR: BindParameter[bytes] = bindparam("locator_hash")
NAME: BindParameter[str] = bindparam("name")
EARLIER: CompoundSelect[tuple[bytes, bytes]] = union_all(
    select(PoolEntry.leaf_hash, PoolEntry.handle.label("locator_hash")).where(
        or_(PoolEntry.leaf_hash == LEAF, and_(PoolEntry.handle == LOCATOR, PoolEntry.group == NAME))
    ),
    select(Submission.leaf_hash, Submission.locator_hash).where(
        or_(Submission.leaf_hash == LEAF, and_(Submission.locator_hash == LOCATOR, Submission.consultation_id == NAME))
    ),
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
    ballot: bytes | redeem.Verified | None = None,
) -> Acceptance:
    """Take an envelope, or refuse it by name. ``ballot``: its bytes, or what :func:`redeem.verify` made of them.

    Sending the same bytes again is answered as the first time, even after closing, so that a submitter whose
    connection broke can retry and be sure: with its ballot it is one leaf, which spends the ballot once.
    """
    today = clock.today()
    place = row if isinstance(row, Intake) else intake_of(row)
    if len(locator_hash) != hashlib.sha256().digest_size:
        raise Invalid("receipt-malformed")
    leaf = _leaf(place, envelope, ballot)
    entry = pool.Entry(place.id, leaf, leaf_hash(leaf), handle=locator_hash, load=envelope)
    if _came_before(session, entry):
        return _again(session, log, entry)
    if not place.accepts(today):
        raise Conflict("consultation-closed")
    _check_envelope(place, envelope)
    verified = _verified(session, place, ballot, envelope) if ballot is not None else None
    # The row first: whoever brings the same bytes at the same time waits for it, and then is told so; the ballot,
    # asked first, would tell them that it is spent.
    try:
        with session.begin_nested():
            waiting = pool.put(session, entry, kind=KIND, today=today, promise_days=promise_days)
    except IntegrityError:
        if not _came_before(session, entry):
            raise
        return _again(session, log, entry)
    if verified is not None:
        redeem.spend(session, verified)
    return Acceptance(leaf, log.promise(entry.leaf_hash, waiting.due), fresh=True)


def offer(consultation: str, *, envelope: bytes, locator_hash: bytes, ballot: redeem.Verified | None) -> Offer:
    """A comment made ready for :func:`portal.submissions.together.accept_all`; refuses what no consultation takes."""
    if len(locator_hash) != hashlib.sha256().digest_size:
        raise Invalid("receipt-malformed")
    digest = hashlib.sha256(envelope).digest()
    leaf = _encoded(consultation, digest, ballot.data if ballot else None)
    entry = pool.Entry(consultation, leaf, leaf_hash(leaf), handle=locator_hash, load=envelope)
    return Offer(entry, ballot, _header(envelope))


def came_before(
    session: Session,
    place: Intake,
    *,
    envelope: bytes,
    locator_hash: bytes,
    ballot: bytes | redeem.Verified | None,
) -> bool:
    """Whether this very comment was taken already: then nothing that is full or busy by now may refuse its retry."""
    leaf = _leaf(place, envelope, ballot)
    entry = pool.Entry(place.id, leaf, leaf_hash(leaf), handle=locator_hash)
    return any(known == entry.leaf_hash for known, _ in _known(session, entry))


def _leaf(place: Intake, envelope: bytes, ballot: bytes | redeem.Verified | None) -> bytes:
    if place.with_ballots != (ballot is not None):
        raise Invalid("ballot-missing" if place.with_ballots else "ballot-not-needed")
    data = ballot.data if isinstance(ballot, redeem.Verified) else ballot
    return _encoded(place.id, hashlib.sha256(envelope).digest(), data)


def _encoded(consultation: str, digest: bytes, ballot: bytes | None) -> bytes:
    values: dict[str, Any] = {"consultation": consultation, "envelope_sha256": digest.hex()}
    if ballot is None:
        return events.encode("submission", **values)
    try:
        return events.encode("submission", version=2, **values, ballot=b64url_encode(ballot))
    except events.BadLeaf:
        raise Invalid("ballot-malformed") from None


def _verified(session: Session, place: Intake, ballot: bytes | redeem.Verified, envelope: bytes) -> redeem.Verified:
    """What was verified for this very place and envelope is taken as it is; anything else is verified now."""
    digest = hashlib.sha256(envelope).digest()
    if isinstance(ballot, redeem.Verified):
        if (ballot.ballot.consultation, ballot.envelope_sha256) == (place.id, digest):
            return ballot
        ballot = ballot.data
    return redeem.verify(session, place.id, ballot, envelope_sha256=digest)


def _check_envelope(place: Intake, envelope: bytes) -> None:
    check_header(place, _header(envelope))


def _header(envelope: bytes) -> EnvelopeHeader | None:
    """None where the envelope is malformed."""
    try:
        return parse_envelope(envelope).header
    except EnvelopeError:
        return None


def _came_before(session: Session, entry: pool.Entry) -> bool:
    """Whether this leaf was taken already with the same receipt; another leaf or another receipt is a replay."""
    known = _known(session, entry)
    if known and known != [(entry.leaf_hash, entry.handle)]:
        raise Conflict("replay")
    return bool(known)


def _known(session: Session, entry: pool.Entry) -> list[tuple[bytes, bytes | None]]:
    given = {"leaf_hash": entry.leaf_hash, "locator_hash": entry.handle, "name": entry.group}
    return [(row.leaf_hash, row.locator_hash) for row in session.connection().execute(EARLIER, given)]


def _again(session: Session, log: Log, entry: pool.Entry) -> Acceptance:
    waiting = pool.find(session, entry.leaf_hash)
    promise = log.promise(waiting.leaf_hash, waiting.due) if waiting else ""
    return Acceptance(entry.data, promise, fresh=False)


@dataclass(frozen=True)
class ReceiptState:
    """A receipt's answer. ``state``: unknown, waiting or sequenced; the other fields are empty where none applies."""

    state: str
    leaf: bytes = b""
    promise: str = ""
    index: int | None = None
    proof: str = ""


def look_up(session: Session, log: Log, *, locator: bytes) -> ReceiptState:
    """Where the comment of that receipt stands. ``locator``: 32 bytes that only the receipt's holder can derive.

    The same work whatever comes out, so that nobody on the way learns by the time of an answer whether somebody holds
    a receipt: what does not apply is done for a leaf that the locator's hash draws, and thrown away.
    """
    handle = hashlib.sha256(locator).digest()
    waiting = pool.find_by_handle(session, handle)
    found = session.scalar(
        select(Submission).where(Submission.locator_hash == handle).order_by(Submission.leaf_index).limit(1)
    )
    promise = log.promise(waiting.leaf_hash, waiting.due) if waiting else log.promise(handle, date.min)
    leaves = size(session)
    if not leaves:  # nothing was ever opened
        return ReceiptState("unknown")
    index = found.leaf_index if found else int.from_bytes(handle[:8], "big") % leaves
    leaf, proof = read_leaf(session, index), log.proof(session, index)
    if waiting is not None:
        return ReceiptState("waiting", waiting.data, promise)
    return ReceiptState("sequenced", leaf, index=index, proof=proof) if found else ReceiptState("unknown")
