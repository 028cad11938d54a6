"""Checking and spending a ballot, in the transaction that stores the comment: both happen, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Integer, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ballots.models import BallotCount, Nullifier
from portal.consultations.models import ConsultationIssuer
from portal.crypto.ballot import Ballot, Electorate, parse_ballot
from portal.crypto.errors import BallotError
from portal.crypto.statements import read_terms
from portal.direct import Prepared, Transaction
from portal.errors import Conflict, Invalid

INSERT = insert(cast(Table, Nullifier.__table__))
INSERT_MANY = Prepared(INSERT)
COUNT = (
    update(cast(Table, BallotCount.__table__))
    .where(BallotCount.consultation_id == bindparam("name"), BallotCount.kind == bindparam("of_kind"))
    .where(BallotCount.spent < BallotCount.most)
    .values(spent=BallotCount.spent + 1)
)
COUNT_MANY = Prepared(
    update(cast(Table, BallotCount.__table__))
    .where(BallotCount.consultation_id == bindparam("name"), BallotCount.kind == bindparam("of_kind"))
    .where(BallotCount.spent + bindparam("many", type_=Integer) <= BallotCount.most)
    .values(spent=BallotCount.spent + bindparam("many", type_=Integer))
)
SPENT = select(Nullifier.value).where(Nullifier.value.in_(bindparam("nonces", expanding=True))).limit(1)
ISSUERS = select(ConsultationIssuer.issuer, ConsultationIssuer.terms_sha256, ConsultationIssuer.issued).where(
    ConsultationIssuer.consultation_id == bindparam("name")
)
TERMS = select(ConsultationIssuer.terms).where(ConsultationIssuer.consultation_id == bindparam("name"))
KNOWN_MOST = 64
# Terms are frozen at opening and named by their digests, so what was read once stays right.
_KNOWN: dict[tuple[str, tuple[tuple[str, str], ...]], Electorate] = {}
FAULTS = {
    "ballot-other-consultation": Conflict,
    "ballot-forged": Invalid,
    "ballot-of-one-issuer": Invalid,
    "ballot-moved": Invalid,
}


@dataclass(frozen=True)
class Verified:
    """A ballot that holds for its consultation and that envelope (SHA-256, 32 bytes). It may be spent already.

    Terms never change after opening and a list that is closed stays closed, so what was verified stays right.
    """

    data: bytes
    ballot: Ballot
    envelope_sha256: bytes


def verify(session: Session, consultation: str, data: bytes, *, envelope_sha256: bytes) -> Verified:
    """Check the ballot against every issuer, or refuse it by name. Needs no write lock, so what is forged costs none.

    ``ballots-not-ready`` while an issuer's list is missing: the log must show how many ballots there are before one is
    spent.
    """
    try:
        ballot = parse_ballot(data)
    except BallotError:
        raise Invalid("ballot-malformed") from None
    fault = electorate(session, consultation).fault(ballot, envelope_sha256)
    if fault:
        raise FAULTS[fault](fault)
    return Verified(data, ballot, envelope_sha256)


def spend(session: Session, verified: Verified) -> None:
    """Use the ballot up. Whoever comes second gets ``ballot-spent``, however close the race: nullifiers are unique.

    ``ballots-used-up`` when as many were spent as the issuer with the shorter list has listed: its list, or somebody's
    extra half-card, is wrong, and taking one more would spoil the log that shows it.
    """
    ballot, connection = verified.ballot, session.connection()
    counted = connection.execute(COUNT, {"name": ballot.consultation, "of_kind": ballot.kind})
    if counted.rowcount != 1:
        known = connection.execute(SPENT, {"nonces": list(ballot.nonces)}).first()
        raise Conflict("ballots-used-up" if known is None else "ballot-spent")
    rows = [{"value": nonce, "consultation_id": ballot.consultation} for nonce in sorted(ballot.nonces)]
    try:
        connection.execute(INSERT, rows)
    except IntegrityError:
        raise Conflict("ballot-spent") from None


def spend_all(transaction: Transaction, ballots: Sequence[Verified]) -> None:
    """Use several ballots up at once. Where there are more of a kind than were issued, the transaction ends
    :class:`~portal.direct.Unwritten`; where one was spent, with ``IntegrityError``: each must then be asked alone."""
    kinds = Counter((one.ballot.consultation, one.ballot.kind) for one in ballots)
    counts = [{"name": name, "of_kind": kind, "many": many} for (name, kind), many in sorted(kinds.items())]
    transaction.write(COUNT_MANY, counts)
    nonces = sorted((nonce, one.ballot.consultation) for one in ballots for nonce in one.ballot.nonces)
    transaction.write(INSERT_MANY, [{"value": nonce, "consultation_id": name} for nonce, name in nonces])


def electorate(session: Session, consultation: str) -> Electorate:
    """What that consultation's ballots are checked against."""
    rows = session.connection().execute(ISSUERS, {"name": consultation}).all()
    if not rows or any(row.issued is None for row in rows):
        raise Conflict("ballots-not-ready")
    digests = tuple(sorted((str(row.issuer), str(row.terms_sha256)) for row in rows))
    known = _KNOWN.get((consultation, digests))
    if known is None:
        texts = session.connection().execute(TERMS, {"name": consultation}).scalars()
        known = _electorate(consultation, tuple(texts))
        if len(_KNOWN) >= KNOWN_MOST:
            _KNOWN.clear()
        _KNOWN[consultation, digests] = known
    return known


def _electorate(consultation: str, texts: tuple[str, ...]) -> Electorate:
    signed = [read_terms(text.encode()).terms for text in texts]
    return Electorate(
        consultation,
        {terms.issuer: terms.public_key for terms in signed},
        {terms.issuer: frozenset(map(bytes.fromhex, terms.cards)) for terms in signed},
    )
