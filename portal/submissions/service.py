"""Accepting a sealed comment. The server sees ciphertext, its hash, and a hash of the receipt's locator: no more."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
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
from portal.ledger.log import Log, read_leaf
from portal.submissions.models import Submission
from portal.submissions.together import INSERT, INSERT_ENVELOPE, Offer, check_header
from portal.tlog.merkle import leaf_hash

# Core statements made once: this is the one path whose cost every submitter waits for.
EARLIER = select(Submission.locator_hash).where(Submission.leaf_hash == bindparam("leaf_hash"))


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
    digest = hashlib.sha256(envelope).digest()
    leaf = _leaf(place, digest, ballot.data if isinstance(ballot, redeem.Verified) else ballot)
    place_hash = leaf_hash(leaf)
    pool.hold(session, place_hash)
    if _came_before(session, place_hash, locator_hash):
        return _again(session, log, place_hash, leaf)
    if not place.accepts(today):
        raise Conflict("consultation-closed")
    _check_envelope(place, envelope)
    if ballot is not None:
        redeem.spend(session, _verified(session, place, ballot, digest))
    hashes = {"envelope_sha256": digest, "locator_hash": locator_hash, "leaf_hash": place_hash}
    _store(session, place.id, envelope, hashes)
    waiting = pool.put(session, group=place.id, kind="submission", data=leaf, today=today, promise_days=promise_days)
    return Acceptance(leaf, log.promise(waiting.leaf_hash, waiting.due), fresh=True)


def offer(
    consultation: str, *, envelope: bytes, locator_hash: bytes, ballot: redeem.Verified | None
) -> Offer:
    """A comment made ready for :func:`portal.submissions.together.accept_all`; refuses what no consultation takes."""
    if len(locator_hash) != hashlib.sha256().digest_size:
        raise Invalid("receipt-malformed")
    digest = hashlib.sha256(envelope).digest()
    leaf = _encoded(consultation, digest, ballot.data if ballot else None)
    return Offer(consultation, envelope, locator_hash, ballot, leaf, leaf_hash(leaf), digest, _header(envelope))


def came_before(session: Session, place: Intake, *, envelope: bytes, ballot: bytes | redeem.Verified | None) -> bool:
    """Whether this very comment was taken already: then nothing that is full or busy by now may refuse its retry."""
    data = ballot.data if isinstance(ballot, redeem.Verified) else ballot
    digest = leaf_hash(_leaf(place, hashlib.sha256(envelope).digest(), data))
    return session.connection().execute(EARLIER, {"leaf_hash": digest}).scalar() is not None


def _leaf(place: Intake, digest: bytes, ballot: bytes | None) -> bytes:
    if place.with_ballots != (ballot is not None):
        raise Invalid("ballot-missing" if place.with_ballots else "ballot-not-needed")
    return _encoded(place.id, digest, ballot)


def _encoded(consultation: str, digest: bytes, ballot: bytes | None) -> bytes:
    values: dict[str, Any] = {"consultation": consultation, "envelope_sha256": digest.hex()}
    if ballot is None:
        return events.encode("submission", **values)
    try:
        return events.encode("submission", version=2, **values, ballot=b64url_encode(ballot))
    except events.BadLeaf:
        raise Invalid("ballot-malformed") from None


def _verified(session: Session, place: Intake, ballot: bytes | redeem.Verified, digest: bytes) -> redeem.Verified:
    """What was verified for this very place and envelope is taken as it is; anything else is verified now."""
    if isinstance(ballot, redeem.Verified):
        if (ballot.ballot.consultation, ballot.envelope_sha256) == (place.id, digest):
            return ballot
        ballot = ballot.data
    return redeem.verify(session, place.id, ballot, envelope_sha256=digest)


def _store(session: Session, consultation_id: str, envelope: bytes, hashes: dict[str, bytes]) -> None:
    connection = session.connection()
    try:
        connection.execute(INSERT, {"consultation_id": consultation_id, **hashes})
    except IntegrityError:
        raise Conflict("replay") from None
    connection.execute(INSERT_ENVELOPE, {"leaf_hash": hashes["leaf_hash"], "data": envelope})


def _check_envelope(place: Intake, envelope: bytes) -> None:
    check_header(place, _header(envelope))


def _header(envelope: bytes) -> EnvelopeHeader | None:
    """None where the envelope is malformed."""
    try:
        return parse_envelope(envelope).header
    except EnvelopeError:
        return None


def _came_before(session: Session, place_hash: bytes, locator_hash: bytes) -> bool:
    """Whether this leaf was taken already with the same receipt; with another one it is a replay."""
    known = session.connection().execute(EARLIER, {"leaf_hash": place_hash}).scalar()
    if known is not None and not secrets.compare_digest(known, locator_hash):
        raise Conflict("replay")
    return known is not None


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
    if found.leaf_index is not None:
        leaf = read_leaf(session, found.leaf_index)
        return ReceiptState("sequenced", leaf, index=found.leaf_index, proof=log.proof(session, found.leaf_index))
    waiting = pool.find(session, found.leaf_hash)
    if waiting is None:
        return ReceiptState("waiting")
    return ReceiptState("waiting", waiting.data, log.promise(waiting.leaf_hash, waiting.due))
