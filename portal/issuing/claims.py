"""Claim codes, and what they are good for: one set of blind signatures for each person, once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.crypto.blindsign import BlindSigner
from portal.crypto.crockford import RAW_SIZE, encode_code, parse_code
from portal.crypto.errors import BlindSignatureError, ReceiptError
from portal.errors import Conflict, Forbidden, Invalid
from portal.issuing.models import Issuance, Person, Round
from portal.issuing.rounds import PURPOSE

CLAIM_LABEL = b"portal/claim/v1\x00"


@dataclass(frozen=True)
class Slip:
    """What one person is handed: ``code`` is the claim code as people type it. It is kept nowhere."""

    staff_code: str
    name: str
    unit_name: str
    email: str
    code: str


def make_codes(session: Session, row: Round, *, only: Collection[str] | None = None) -> list[Slip]:
    """Fresh claim codes for everybody who has not collected and took no cards, or for those staff codes ``only``.

    Codes that those people had before are void. In the order of units and staff codes.
    """
    if row.state == "closed":
        raise Conflict("round-closed")
    people = session.scalars(
        select(Person)
        .where(Person.consultation == row.consultation, Person.request_sha256.is_(None), ~Person.took_cards)
        .order_by(Person.unit_code, Person.staff_code)
    )
    slips = []
    for person in people:
        if only is not None and person.staff_code not in only:
            continue
        raw = secrets.token_bytes(RAW_SIZE)
        person.claim_sha256 = _claim_hash(row, raw)
        slips.append(Slip(person.staff_code, person.name, person.unit_name, person.email, encode_code(raw)))
    session.flush()
    return slips


def claim(
    session: Session,
    atrest: AtRest,
    row: Round,
    *,
    staff_code: str,
    claim_code: str,
    messages: Sequence[bytes],
    today: date,
) -> list[bytes]:
    """Sign a person's blinded messages (256 bytes each), or refuse by name.

    The same messages may be asked again, as after a broken connection, and are answered as before; other ones never.
    A claim code has 80 random bits, so guesses need no counting, and nobody can lock a colleague out by guessing.
    """
    if row.state != "ready" or not row.collect_from <= today <= row.collect_until or row.sealed_key is None:
        raise Conflict("claim-window")
    person = _person(session, row, staff_code, claim_code)
    if person.took_cards:
        raise Conflict("claim-took-cards")
    if len(messages) != row.each_ballots or len(set(messages)) != len(messages):
        raise Invalid("claim-malformed")
    request = hashlib.sha256(b"".join(messages)).digest()
    if person.request_sha256 not in (None, request):
        raise Conflict("claim-collected-already")
    signer = BlindSigner.load(atrest.open(PURPOSE, row.sealed_key))
    try:
        signatures = [signer.sign(message) for message in messages]
    except BlindSignatureError:
        raise Invalid("claim-malformed") from None
    if person.request_sha256 is None:
        person.request_sha256 = request
        _note(session, row, messages)
    return signatures


def hand_cards(session: Session, row: Round, staff_code: str, *, today: date) -> None:
    """Note that a person draws ``each`` half-cards from this issuer's box, and so will not collect."""
    if row.state != "ready" or not row.collect_from <= today <= row.collect_until:
        raise Conflict("claim-window")
    person = session.get(Person, (row.consultation, staff_code.strip().upper()))
    if person is None:
        raise Invalid("person-unknown")
    if person.request_sha256 is not None:
        raise Conflict("claim-collected-already")
    if person.took_cards:
        raise Conflict("claim-took-cards")
    person.took_cards = True
    session.flush()


def _note(session: Session, row: Round, messages: Sequence[bytes]) -> None:
    digests = sorted(hashlib.sha256(message).digest() for message in messages)
    session.add_all(Issuance(consultation=row.consultation, message_sha256=digest) for digest in digests)
    session.flush()


def _person(session: Session, row: Round, staff_code: str, claim_code: str) -> Person:
    try:
        raw = parse_code(claim_code)
    except ReceiptError:
        raise Invalid("claim-code-malformed") from None
    person = session.get(Person, (row.consultation, staff_code.strip().upper()))
    known = person.claim_sha256 if person is not None and person.claim_sha256 else bytes(32)
    if person is None or not secrets.compare_digest(known, _claim_hash(row, raw)):
        raise Forbidden("claim-unknown")
    return person


def _claim_hash(row: Round, raw: bytes) -> bytes:
    return hashlib.sha256(CLAIM_LABEL + row.consultation.encode() + b"\x00" + raw).digest()
