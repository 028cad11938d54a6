"""Claim codes, and what they are good for: one set of blind signatures for each person, once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.crypto.blindsign import BlindSigner
from portal.crypto.crockford import RAW_SIZE, encode_code, parse_code
from portal.crypto.errors import BlindSignatureError, ReceiptError
from portal.errors import Conflict, Forbidden, Invalid
from portal.issuing.models import Issuance, Person, Round
from portal.issuing.roster import STAFF_CODE
from portal.issuing.rounds import PURPOSE, figures

CLAIM_LABEL = b"portal/claim/v1\x00"


@dataclass(frozen=True)
class Slip:
    """What one person is handed: ``code`` is the claim code as people type it. It is kept nowhere."""

    staff_code: str
    name: str
    unit_name: str
    email: str
    code: str = field(repr=False)


def make_codes(
    session: Session,
    row: Round,
    *,
    only: Collection[str] | None = None,
    missing: bool = False,
    addressed: bool = False,
) -> list[Slip]:
    """Fresh claim codes for everybody who has not collected and took no cards, or for those staff codes ``only``.

    ``missing``: only people who have no code yet; ``addressed``: only people with an e-mail address. Codes that those
    people had before are void. In the order of units and staff codes.
    """
    if row.state == "closed":
        raise Conflict("round-closed")
    query = select(Person).where(
        Person.consultation == row.consultation, Person.request_sha256.is_(None), ~Person.took_cards
    )
    query = query.where(Person.claim_sha256.is_(None)) if missing else query
    query = query.where(Person.email != "") if addressed else query
    slips = []
    for person in session.scalars(query.order_by(Person.unit_code, Person.staff_code)):
        if only is not None and person.staff_code not in only:
            continue
        raw = secrets.token_bytes(RAW_SIZE)
        person.claim_sha256 = _claim_hash(row, raw)
        slips.append(Slip(person.staff_code, person.name, person.unit_name, person.email, encode_code(raw)))
    session.flush()
    return slips


def make_code(session: Session, row: Round, staff_code: str) -> Slip:
    """A fresh code for one person who lost theirs; refuses by name who is unknown, collected or took cards."""
    person = _on_roster(session, row, staff_code)
    if person is None:
        raise Invalid("person-unknown")
    if person.request_sha256 is not None:
        raise Conflict("claim-collected-already")
    if person.took_cards:
        raise Conflict("claim-took-cards")
    return make_codes(session, row, only=[person.staff_code])[0]


@dataclass(frozen=True)
class Asked:
    """A claim as it came: ``messages`` are blinded messages of 256 bytes each. ``repr`` shows no code."""

    staff_code: str
    claim_code: str = field(repr=False)
    messages: tuple[bytes, ...] = field(repr=False)


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
    asked = Asked(staff_code, claim_code, tuple(messages))
    admit(session, row, asked, today=today)
    signatures = sign(atrest, row, asked)
    note(session, row, asked, today=today)
    return signatures


def admit(session: Session, row: Round, asked: Asked, *, today: date) -> Person:
    """Who asks, if they may be answered; changes nothing, so that it needs no write lock."""
    if row.state != "ready" or not row.collect_from <= today <= row.collect_until:
        raise Conflict("claim-window")
    person = _person(session, row, asked)
    if person.took_cards:
        raise Conflict("claim-took-cards")
    if len(asked.messages) != row.each_ballots or len(set(asked.messages)) != len(asked.messages):
        raise Invalid("claim-malformed")
    if person.request_sha256 not in (None, _request_hash(asked)):
        raise Conflict("claim-collected-already")
    return person


def sign(atrest: AtRest, row: Round, asked: Asked) -> list[bytes]:
    """The signatures (256 bytes each), computed without the store: nobody may see them before :func:`note` has run.

    Raises :class:`Conflict` (``claim-window``) once the key is destroyed, :class:`Invalid` for what is no message.
    """
    if row.sealed_key is None:
        raise Conflict("claim-window")
    signer = BlindSigner.load(atrest.open(PURPOSE, row.sealed_key))
    try:
        return [signer.sign(message) for message in asked.messages]
    except BlindSignatureError:
        raise Invalid("claim-malformed") from None


def note(session: Session, row: Round, asked: Asked, *, today: date) -> None:
    """Note what was signed, under the write lock, or refuse: of two requests of one person the first noted wins."""
    person = admit(session, row, asked, today=today)
    if person.request_sha256 is not None:
        return
    digests = sorted(hashlib.sha256(message).digest() for message in asked.messages)
    own = select(Issuance).where(Issuance.consultation == row.consultation, Issuance.message_sha256.in_(digests))
    if session.scalars(own).first() is not None:
        raise Invalid("claim-malformed")  # somebody else's message: one signature would count for two people
    person.request_sha256 = _request_hash(asked)
    session.add_all(Issuance(consultation=row.consultation, message_sha256=digest) for digest in digests)
    session.flush()


def hand_cards(session: Session, row: Round, staff_code: str, *, today: date) -> None:
    """Note that a person draws ``each`` half-cards from this issuer's box, and so will not collect."""
    if row.state != "ready" or not row.collect_from <= today <= row.collect_until:
        raise Conflict("claim-window")
    person = _on_roster(session, row, staff_code)
    if person is None:
        raise Invalid("person-unknown")
    if person.request_sha256 is not None:
        raise Conflict("claim-collected-already")
    if person.took_cards:
        raise Conflict("claim-took-cards")
    now = figures(session, row)
    if (now.took_cards + 1) * row.each_ballots > now.cards:
        raise Conflict("cards-none-left")
    person.took_cards = True
    session.flush()


def _person(session: Session, row: Round, asked: Asked) -> Person:
    try:
        raw = parse_code(asked.claim_code)
    except ReceiptError:
        raise Invalid("claim-code-malformed") from None
    # The hash alone is asked for: to build a person of a row takes time, which would tell who is on the roster.
    own = (Person.consultation == row.consultation, Person.staff_code == _written(asked.staff_code))
    known = session.scalar(select(Person.claim_sha256).where(*own)) or bytes(32)
    offers_it = secrets.compare_digest(known, _claim_hash(row, raw))
    person = _on_roster(session, row, asked.staff_code) if offers_it else None
    if person is None:
        raise Forbidden("claim-unknown")
    return person


def _on_roster(session: Session, row: Round, staff_code: str) -> Person | None:
    return session.get(Person, (row.consultation, _written(staff_code)))


def _written(staff_code: str) -> str:
    """A staff code as rosters write it; nobody's where it is none."""
    code = staff_code.strip().upper()
    return code if STAFF_CODE.fullmatch(code) else ""


def _claim_hash(row: Round, raw: bytes) -> bytes:
    return hashlib.sha256(CLAIM_LABEL + row.consultation.encode() + b"\x00" + raw).digest()


def _request_hash(asked: Asked) -> bytes:
    return hashlib.sha256(b"".join(asked.messages)).digest()
