"""The issuers of a consultation: their terms join its draft, and their lists join the log when issuing is over."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ballots.models import BallotCount
from portal.ballots.turnout import turnout
from portal.consultations import service as consultations
from portal.consultations.models import Consultation, ConsultationIssuer
from portal.crypto.ballot import CARD, COLLECTED
from portal.crypto.blindrsa import ALGORITHM
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_encode
from portal.crypto.errors import CryptoError
from portal.crypto.statements import About, Closing, SignedTerms, read_closing, read_terms
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.tlog.keys import VerifierKey

# An issuer's address is an origin: it becomes part of a page's policy, where a blank or a semicolon would say more.
ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
NAME_MOST = 200


def register(session: Session, row: Consultation, statement: bytes) -> ConsultationIssuer:
    """Add an issuer to a draft by its signed terms, or replace that issuer's earlier terms.

    A short name that is there already is only replaced by the same identity: whoever makes terms under somebody else's
    name must not push that issuer out unseen.
    """
    _hold(session, row)
    if row.state != "draft":
        raise Conflict("consultation-frozen")
    if not row.with_ballots:
        raise Conflict("consultation-without-ballots")
    signed = _read(statement)
    if signed.terms.consultation != row.id:
        raise Invalid("issuer-other-consultation")
    _check_about(signed.about)
    _check_fresh(session, row, signed.terms.public_key)
    if any(one.issuer == signed.terms.issuer and one.identity != str(signed.identity) for one in row.issuers):
        raise Conflict("issuer-name-taken")
    forget(session, row, signed.terms.issuer)
    plain = _canonical(statement)
    made = ConsultationIssuer(
        consultation_id=row.id,
        issuer=signed.terms.issuer,
        name_vi=signed.about.name_vi,
        name_en=signed.about.name_en,
        address=signed.about.address,
        identity=str(signed.identity),
        terms=plain.decode(),
        terms_sha256=hashlib.sha256(plain).hexdigest(),
    )
    row.issuers.append(made)
    session.flush()
    return made


def _check_about(about: About) -> None:
    names = (about.name_vi, about.name_en)
    if not about.name_vi.strip() or any(len(name) > NAME_MOST or not name.isprintable() for name in names):
        raise Invalid("issuer-about-malformed")
    if len(about.address) > NAME_MOST or not ORIGIN.fullmatch(about.address):
        raise Invalid("issuer-about-malformed")


def _check_fresh(session: Session, row: Consultation, public_key: bytes) -> None:
    """An issuer's signature does not name the consultation: a key that serves two would let ballots wander."""
    used = ConsultationIssuer.terms.contains(b64url_encode(public_key), autoescape=True)
    query = select(ConsultationIssuer.issuer).where(used, ConsultationIssuer.consultation_id != row.id)
    if session.scalars(query.limit(1)).first() is not None:
        raise Conflict("issuer-key-used-before")


def forget(session: Session, row: Consultation, issuer: str) -> None:
    """Take an issuer off a draft."""
    _hold(session, row)
    if row.state != "draft":
        raise Conflict("consultation-frozen")
    row.issuers[:] = [one for one in row.issuers if one.issuer != issuer]
    session.flush()


def terms_of(one: ConsultationIssuer) -> SignedTerms:
    """What the issuer signed; it was verified when it came, and is verified again."""
    return _read(one.terms.encode())


def faults(row: Consultation, *, wanted: int) -> list[str]:
    """Why the draft's issuers do not fit it yet, as codes of refusals. ``wanted``: how many issuers there must be."""
    signed = [terms_of(one) for one in row.issuers]
    found = []
    if len(signed) != wanted:
        found.append("consultation-needs-issuers")
    keys = {one.identity.public_key for one in signed} | {one.terms.public_key for one in signed}
    if len(keys) != 2 * len(signed) or len({one.about.address.lower() for one in signed}) != len(signed):
        found.append("issuers-not-independent")
    if len({one.about.name_vi.casefold() for one in signed}) != len(signed):
        found.append("issuers-same-name")
    if len({(one.terms.roster_size, one.terms.roster_sha256) for one in signed}) > 1:
        found.append("issuers-rosters-differ")
    period = (row.each_ballots, row.collect_from, row.collect_until)
    if any((one.terms.each, one.terms.collect_from, one.terms.collect_until) != period for one in signed):
        found.append("issuers-terms-differ")
    if len({len(one.terms.cards) for one in signed}) > 1:
        found.append("issuers-cards-differ")
    if len({digest for one in signed for digest in one.terms.cards}) != sum(len(one.terms.cards) for one in signed):
        found.append("issuers-cards-shared")
    return found


def open_consultation(session: Session, log: Log, row: Consultation, *, today: date, wanted: int) -> int:
    """Open a consultation of either kind; with ballots, what its issuers stated is logged just before."""
    _hold(session, row)
    if not row.with_ballots:
        if row.state == "draft":
            row.issuers.clear()  # of a time when the draft was to have ballots
        return consultations.open_consultation(session, log, row, today=today)
    if row.state == "draft" and (wrong := faults(row, wanted=wanted)):
        raise Conflict(wrong[0])
    if row.collect_until is not None and row.collect_until < today:
        raise Conflict("consultation-collecting-over")
    leaves = [leaf for one in row.issuers for leaf in opening_leaves(terms_of(one))]
    opened = consultations.open_consultation(session, log, row, today=today, issuer_leaves=leaves)
    place = opened - len(leaves)
    for one in row.issuers:
        one.key_leaf = place
        place += 2 + len(terms_of(one).terms.cards)
    return opened


def opening_leaves(signed: SignedTerms) -> Iterator[bytes]:
    """An issuer's key, its roster's size and fingerprint, and each half-card, in this order."""
    terms = signed.terms
    where: dict[str, Any] = {"consultation": terms.consultation, "issuer": terms.issuer}
    yield events.encode(
        "issuer-key",
        **where,
        alg=ALGORITHM,
        public_key=b64url_encode(terms.public_key),
        identity=b64url_encode(signed.identity.public_key),
        about_sha256=signed.about.sha256,
        signature=b64url_encode(signed.signature),
    )
    yield events.encode("roster", **where, size=terms.roster_size, sha256=terms.roster_sha256)
    for digest in terms.cards:
        yield events.encode("card", **where, key_sha256=digest)


def take_closing(session: Session, log: Log, row: Consultation, statement: bytes, *, today: date) -> Closing:
    """Log an issuer's list: a leaf for each issuance, in the order of the hashes, and one that ends the list.

    Refused before the last day of collecting has passed: a list that grew afterwards would count for less.
    The same list again changes nothing; another one is refused.
    """
    _hold(session, row)
    if row.state != "open" or not row.with_ballots:
        raise Conflict("consultation-not-open")
    if row.collect_until is None or today <= row.collect_until:
        raise Conflict("consultation-still-collecting")
    one, closing = _closing(row, statement)
    plain = _canonical(statement)
    if one.closing is not None:
        if one.closing.encode() != plain:
            raise Conflict("issuer-closed-already")
        return closing
    terms = terms_of(one).terms
    if len(closing.issued) + closing.cards > terms.roster_size * terms.each or closing.cards > len(terms.cards):
        raise Invalid("issuer-issued-too-many")
    where: dict[str, Any] = {"consultation": row.id, "issuer": one.issuer}
    leaves = [events.encode("issuance", **where, request_sha256=digest) for digest in closing.issued]
    signature = b64url_encode(closing.signature)
    end = events.encode("issuance-close", **where, issued=len(closing.issued), cards=closing.cards, signature=signature)
    append(session, log, [*leaves, end])
    one.closing, one.issued, one.cards = plain.decode(), len(closing.issued), closing.cards
    session.flush()
    _count_what_there_is(session, row)
    return closing


def _count_what_there_is(session: Session, row: Consultation) -> None:
    """With the last list it is known how many ballots of each kind can be spent: as many as every issuer lists."""
    counts = turnout(row, used=0)
    if counts is not None:
        most = {COLLECTED: counts.ballots, CARD: counts.cards}
        session.add_all(BallotCount(consultation_id=row.id, kind=kind, most=count) for kind, count in most.items())
        session.flush()


def _closing(row: Consultation, statement: bytes) -> tuple[ConsultationIssuer, Closing]:
    """The closing and whose it is, found by whose signature holds."""
    for one in row.issuers:
        try:
            closing = read_closing(statement, VerifierKey.parse(one.identity))
        except CryptoError:
            continue
        if (closing.consultation, closing.issuer) == (row.id, one.issuer):
            return one, closing
    raise Invalid("issuer-statement-malformed")


def awaiting_closing(session: Session, today: date) -> list[ConsultationIssuer]:
    """The issuers whose lists are due and have not come."""
    query = (
        select(ConsultationIssuer)
        .join(Consultation)
        .where(Consultation.state == "open", Consultation.ballot_mode == "ballots")
        .where(Consultation.collect_until < today, ConsultationIssuer.closing.is_(None))
    )
    return list(session.scalars(query.order_by(ConsultationIssuer.consultation_id, ConsultationIssuer.issuer)))


def get_issuer(row: Consultation, issuer: str) -> ConsultationIssuer:
    """That issuer of the consultation, or :class:`NotFound`."""
    for one in row.issuers:
        if one.issuer == issuer:
            return one
    raise NotFound("issuer-unknown")


def _read(statement: bytes) -> SignedTerms:
    try:
        return read_terms(statement)
    except CryptoError:
        raise Invalid("issuer-statement-malformed") from None


def _canonical(statement: bytes) -> bytes:
    """The bytes that the issuer wrote, whatever an editor or a mail made of blanks, line ends and encoding."""
    try:
        return dump_canonical(json.loads(statement))
    except CryptoError:
        raise Invalid("issuer-statement-malformed") from None


def _hold(session: Session, row: Consultation) -> None:
    """Read the consultation again and hold it until the transaction ends, so that two who act at once take turns."""
    session.flush()
    session.refresh(row, with_for_update=True)
