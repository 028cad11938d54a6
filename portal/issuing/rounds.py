"""A round of issuing: preparing -> ready (its terms are signed) -> closed (its list is signed, its key destroyed)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.crypto.ballot import card_hash
from portal.crypto.blindsign import BlindSigner
from portal.crypto.crockford import RAW_SIZE
from portal.crypto.statements import (
    EACH_MOST,
    SLUG,
    About,
    Closing,
    Terms,
    read_closing,
    read_terms,
    sign_closing,
    sign_terms,
)
from portal.errors import Conflict, Invalid, NotFound
from portal.issuing.models import Card, Issuance, Person, Round
from portal.issuing.roster import STAFF_CODE, UNIT_CODE, Member, fingerprint, units_of
from portal.tlog.keys import SignerKey

PURPOSE = "issuer-key"
CARDS_MOST = 10_000


@dataclass(frozen=True)
class RoundDraft:
    """A round as entered. ``consultation`` is the portal's short name of it; ``each``: ballots for everyone."""

    consultation: str
    title_vi: str
    collect_from: date
    collect_until: date
    title_en: str = ""
    each: int = 3


@dataclass(frozen=True)
class Figures:
    """How far a round is: people on the roster, people with a claim code, who collected, who took cards, half-cards."""

    people: int
    with_code: int
    collected: int
    took_cards: int
    cards: int


def create(session: Session, atrest: AtRest, draft: RoundDraft) -> Round:
    """Begin a round: its own fresh key is made now and sealed."""
    if not SLUG.fullmatch(draft.consultation):
        raise Invalid("consultation-bad-id")
    if session.get(Round, draft.consultation) is not None:
        raise Conflict("consultation-id-taken")
    signer = BlindSigner.generate()
    row = Round(
        consultation=draft.consultation,
        public_key=signer.public_key,
        sealed_key=atrest.seal(PURPOSE, signer.dump()),
        state="preparing",
    )
    _fill(row, draft)
    session.add(row)
    session.flush()
    return row


def change(session: Session, row: Round, draft: RoundDraft) -> None:
    """Change a round that is not ready yet; its name and key stay."""
    _preparing(row)
    _fill(row, draft)
    session.flush()


def discard(session: Session, row: Round) -> None:
    """Drop a round that is not ready, with its key, roster and cards: nothing of it was signed."""
    _preparing(row)
    for table in (Person, Card):
        session.execute(delete(table).where(table.consultation == row.consultation))
    session.delete(row)
    session.flush()


def _fill(row: Round, draft: RoundDraft) -> None:
    if not 1 <= draft.each <= EACH_MOST:
        raise Invalid("consultation-each-ballots")
    if draft.collect_from > draft.collect_until:
        raise Invalid("consultation-collecting-period")
    if not draft.title_vi:
        raise Invalid("round-without-title")
    row.title_vi, row.title_en, row.each_ballots = draft.title_vi, draft.title_en, draft.each
    row.collect_from, row.collect_until = draft.collect_from, draft.collect_until


def listing(session: Session) -> list[Round]:
    """All rounds, newest first."""
    return list(session.scalars(select(Round).order_by(Round.collect_from.desc(), Round.consultation)))


def get(session: Session, consultation: str) -> Round:
    """That round, or :class:`NotFound`."""
    row = session.get(Round, consultation)
    if row is None:
        raise NotFound("round-unknown")
    return row


def figures(session: Session, row: Round) -> Figures:
    """Counts of the round; once its people are erased, those that were signed."""
    own = Person.consultation == row.consultation
    people, coded, collected = session.execute(
        select(func.count(), func.count(Person.claim_sha256), func.count(Person.request_sha256)).where(own)
    ).one()
    took = session.scalar(select(func.count()).where(own, Person.took_cards)) or 0
    cards = session.scalar(select(func.count()).where(Card.consultation == row.consultation)) or 0
    if not people and row.terms and row.closing:
        return _signed_figures(row.terms, row.closing)
    return Figures(people, coded, collected, took, cards)


def members(session: Session, row: Round) -> list[Member]:
    """The roster, in the order of staff codes."""
    people = session.scalars(select(Person).where(Person.consultation == row.consultation).order_by(Person.staff_code))
    return [Member(one.staff_code, one.name, one.unit_code, one.unit_name, one.email) for one in people]


def import_roster(session: Session, row: Round, roster: Sequence[Member]) -> None:
    """Replace the roster as a whole; claim codes made for an earlier one are void."""
    _preparing(row)
    codes = [one.staff_code for one in roster]
    if not codes or len(set(codes)) != len(codes) or not all(map(STAFF_CODE.fullmatch, codes)):
        raise Invalid("roster-malformed")
    if not all(UNIT_CODE.fullmatch(one.unit_code) and one.name and one.unit_name for one in roster):
        raise Invalid("roster-malformed")
    session.execute(delete(Person).where(Person.consultation == row.consultation))
    session.add_all(
        Person(
            consultation=row.consultation,
            staff_code=one.staff_code,
            name=one.name,
            unit_code=one.unit_code,
            unit_name=one.unit_name,
            email=one.email,
        )
        for one in roster
    )
    session.flush()


def make_cards(session: Session, row: Round, issuer: str, count: int) -> list[bytes]:
    """Fresh half-cards, ``count`` of them, in random order: their codes (10 bytes each), which are kept nowhere.

    Cards made before are void. Printed for everybody who may want them: ``each`` for a person.
    """
    _preparing(row)
    if not 0 <= count <= CARDS_MOST or count % row.each_ballots:
        raise Invalid("cards-count")
    codes = [secrets.token_bytes(RAW_SIZE) for _ in range(count)]
    session.execute(delete(Card).where(Card.consultation == row.consultation))
    hashes = sorted(card_hash(code, row.consultation, issuer) for code in codes)
    session.add_all(Card(consultation=row.consultation, key_sha256=digest) for digest in hashes)
    session.flush()
    return codes


def make_ready(session: Session, row: Round, identity: SignerKey, issuer: str, about: About) -> bytes:
    """Sign the terms: from now on roster, cards and days stand. Returns the statement for the portal.

    ``about.units`` is taken from the roster.
    """
    _preparing(row)
    roster = members(session, row)
    if not roster:
        raise Conflict("round-needs-roster")
    own = select(Card.key_sha256).where(Card.consultation == row.consultation).order_by(Card.key_sha256)
    terms = Terms(
        consultation=row.consultation,
        issuer=issuer,
        public_key=row.public_key,
        each=row.each_ballots,
        collect_from=row.collect_from,
        collect_until=row.collect_until,
        roster_size=len(roster),
        roster_sha256=fingerprint(row.consultation, roster),
        cards=tuple(digest.hex() for digest in session.scalars(own)),
    )
    described = About(about.name_vi, about.name_en, about.address, units_of(roster))
    statement = sign_terms(terms, described, identity)
    row.terms, row.state = statement.decode(), "ready"
    session.flush()
    return statement


def reopen(session: Session, row: Round) -> None:
    """Back to preparing, as long as nobody has collected: the portal must then be given the new terms."""
    if row.state != "ready":
        raise Conflict("round-not-ready")
    now = figures(session, row)
    if now.collected or now.took_cards:
        raise Conflict("round-collecting-began")
    row.terms, row.state = None, "preparing"
    session.flush()


def close(session: Session, row: Round, identity: SignerKey, issuer: str, *, today: date) -> bytes:
    """After the last day: sign the list and destroy the key. Doing it again returns the same statement."""
    if row.closing is not None:
        return row.closing.encode()
    if row.state != "ready":
        raise Conflict("round-not-ready")
    if today <= row.collect_until:
        raise Conflict("round-still-collecting")
    own = select(Issuance.message_sha256).where(Issuance.consultation == row.consultation)
    issued = tuple(sorted(digest.hex() for digest in session.scalars(own)))
    cards = figures(session, row).took_cards * row.each_ballots
    statement = sign_closing(Closing(row.consultation, issuer, issued, cards), identity)
    row.sealed_key, row.closing, row.state = None, statement.decode(), "closed"
    session.flush()
    return statement


def forget_people(session: Session, row: Round) -> None:
    """Erase the people of a closed round. What is told of it from then on stands in what was signed."""
    if row.state != "closed":
        raise Conflict("round-not-closed")
    session.execute(delete(Person).where(Person.consultation == row.consultation))
    session.flush()


def _signed_figures(terms: str, closing: str) -> Figures:
    """Nothing says any more who had a claim code; everybody on the roster had a right to one."""
    signed = read_terms(terms.encode())
    closed, each = read_closing(closing.encode(), signed.identity), signed.terms.each
    people = signed.terms.roster_size
    return Figures(people, people, len(closed.issued) // each, closed.cards // each, len(signed.terms.cards))


def _preparing(row: Round) -> None:
    if row.state != "preparing":
        raise Conflict("round-frozen")
