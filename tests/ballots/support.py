"""Two issuers of one consultation, each with a store of its own, walked through its days by the services.

::

    pair = two_issuers(tmp_path, clock, cards=3)           rosters read, codes and half-cards printed, terms signed
    row = open_with_ballots(session, log, clock, pair)     the portal's half: terms registered, consultation opened
    held = collect(pair, "CB001")                          three ballots, or draw_cards(pair, "CB005"): three card pairs
    close_issuing(session, log, clock, pair)               the clock moves on, lists signed and logged
    move_to(clock, row.opens)                              comments are taken
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import ModeratorKey
from portal.ballots import issuers as portal_issuers
from portal.clock import Clock, FixedClock
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto import ballot, collecting
from portal.crypto.atrest import AtRest
from portal.crypto.collecting import HeldBallot
from portal.crypto.statements import About, read_terms
from portal.issuing import claims, rounds
from portal.issuing.config import IssuerSecrets, IssuerSettings
from portal.issuing.roster import Member
from portal.issuing.store import open_store, upgrade_store, work
from portal.ledger.log import Log
from portal.tlog.keys import SignerKey

CONSULTATION = "phieu-2026"
NAMES = ("thanh-tra", "van-phong")
"""In the order in which ballots carry the issuers' signatures."""


@dataclass
class OneIssuer:
    """An issuer as its own people have it. ``codes``: claim codes by staff code; ``cards``: its box of half-cards."""

    settings: IssuerSettings
    engine: Engine
    codes: dict[str, str] = field(default_factory=dict)
    cards: list[bytes] = field(default_factory=list)
    terms: bytes = b""
    closing: bytes = b""

    @property
    def name(self) -> str:
        """The issuer's short name."""
        return self.settings.issuer

    @property
    def identity(self) -> SignerKey:
        """The key that signs its statements."""
        return self.settings.identity

    @property
    def atrest(self) -> AtRest:
        """Opens its sealed keys."""
        return self.settings.atrest

    @property
    def address(self) -> str:
        """Where browsers reach it."""
        return self.settings.address

    @property
    def public_key(self) -> bytes:
        """DER of the key that signs blindly."""
        return read_terms(self.terms).terms.public_key


@dataclass
class IssuerPair:
    """Both issuers of a consultation, in the order of their names, and their days."""

    issuers: tuple[OneIssuer, ...]
    clock: Clock
    consultation: str
    each: int
    collect_from: date
    collect_until: date

    def __iter__(self) -> Iterator[OneIssuer]:
        return iter(self.issuers)

    @property
    def keys(self) -> dict[str, bytes]:
        """DER by issuer."""
        return {one.name: one.public_key for one in self.issuers}


def roster_of(people: int) -> list[Member]:
    """CB001, CB002, ... in two units."""
    return [Member(f"CB{n:03}", f"Người {n}", f"P{1 + n % 2}", f"Phòng số {1 + n % 2}") for n in range(1, people + 1)]


def two_issuers(
    tmp_path: Path,
    clock: Clock,
    *,
    people: int = 5,
    each: int = 3,
    cards: int = 0,
    consultation: str = CONSULTATION,
    addresses: tuple[str, str] = ("http://127.0.0.1:8011", "http://127.0.0.1:8012"),
) -> IssuerPair:
    """Both issuers ready to issue: today and the six days that follow. ``cards``: half-cards for each issuer's box."""
    today = clock.today()
    pair = IssuerPair((), clock, consultation, each, today, today + timedelta(days=6))
    pair.issuers = tuple(
        _issuer(tmp_path, pair, name, address, roster_of(people), cards)
        for name, address in zip(NAMES, addresses, strict=True)
    )
    return pair


def _issuer(tmp_path: Path, pair: IssuerPair, name: str, address: str, roster: list[Member], cards: int) -> OneIssuer:
    settings = issuer_settings(tmp_path / f"issuer-{name}", name, address)
    made = OneIssuer(settings, open_store(settings.database_url))
    upgrade_store(made.engine)
    draft = rounds.RoundDraft(
        pair.consultation, "Góp ý có phiếu", pair.collect_from, pair.collect_until, each=pair.each
    )
    about = About(settings.name_vi, settings.name_en, address)
    with work(made.engine) as session:
        row = rounds.create(session, made.atrest, draft)
        rounds.import_roster(session, row, roster)
        made.cards = rounds.make_cards(session, row, name, cards) if cards else []
        made.codes = {slip.staff_code: slip.code for slip in claims.make_codes(session, row)}
        made.terms = rounds.make_ready(session, row, made.identity, name, about)
    return made


def issuer_settings(folder: Path, name: str, address: str, origin: str = "http://127.0.0.1:8010") -> IssuerSettings:
    """Settings with fresh secrets, as ``create_issuer_app`` takes them; ``origin``: the portal's."""
    folder.mkdir(exist_ok=True)
    return IssuerSettings(
        env="test",
        instance=folder,
        issuer=name,
        name_vi=f"Nơi cấp phiếu {name}",
        name_en=f"Issuer {name}",
        address=address,
        portal_origins=(origin,),
        secrets=IssuerSecrets(*(secrets.token_bytes(32) for _ in range(3))),
    )


def open_with_ballots(session: Session, log: Log, clock: Clock, pair: IssuerPair, **over: Any) -> Consultation:
    """The portal's consultation with those issuers, opened today, sealed to every moderator of the office.

    Needs an office with moderators (the fixture ``office``); comments are taken for two weeks from two days after the
    last day of collecting.
    """
    opens = pair.collect_until + timedelta(days=2)
    settings: dict[str, Any] = {"headcount": 75, **over}
    draft = consultations.ConsultationDraft(
        id=pair.consultation,
        title_vi="Góp ý có phiếu",
        title_en="With ballots",
        opens=opens,
        closes=opens + timedelta(days=14),
        notice_vi="Đây là kênh góp ý theo quy chế dân chủ của cơ quan.",
        taxonomy_version=consultations.list_taxonomies(session)[0].version,
        mix_minimum=3,
        ballot_mode="ballots",
        each_ballots=pair.each,
        collect_from=pair.collect_from,
        collect_until=pair.collect_until,
        units=[consultations.UnitDraft(f"P{n}", f"Phòng số {n}", 12, name_en=f"Room {n}") for n in range(1, 5)],
        **settings,
    )
    row = consultations.save_draft(session, draft)
    active = select(ModeratorKey.kid).where(ModeratorKey.state == "active")
    consultations.set_moderators(session, row, session.scalars(active))
    for one in pair:
        portal_issuers.register(session, row, one.terms)
    portal_issuers.open_consultation(session, log, row, today=clock.today(), wanted=len(pair.issuers))
    return row


def claim(pair: IssuerPair, one: OneIssuer, staff_code: str, messages: list[bytes]) -> list[bytes]:
    """One issuer's answer to a person of its roster."""
    with work(one.engine) as session:
        row = rounds.get(session, pair.consultation)
        return claims.claim(
            session,
            one.atrest,
            row,
            staff_code=staff_code,
            claim_code=one.codes[staff_code],
            messages=messages,
            today=pair.clock.today(),
        )


def collect(pair: IssuerPair, staff_code: str) -> tuple[HeldBallot, ...]:
    """All ballots of a person, collected from both issuers."""
    begun = collecting.begin(pair.consultation, pair.keys, pair.each)
    answers = {one.name: claim(pair, one, staff_code, begun.messages(one.name)) for one in pair}
    return collecting.finish(begun, answers)


def draw_cards(pair: IssuerPair, staff_code: str) -> list[dict[str, bytes]]:
    """A person draws half-cards from both boxes instead: as many pairs as ballots, codes (10 bytes) by issuer."""
    for one in pair:
        with work(one.engine) as session:
            claims.hand_cards(session, rounds.get(session, pair.consultation), staff_code, today=pair.clock.today())
    return [{one.name: one.cards.pop() for one in pair} for _ in range(pair.each)]


def bound(pair: IssuerPair, held: HeldBallot, envelope_sha256: bytes) -> bytes:
    """A collected ballot as it is handed in with that envelope."""
    return ballot.collected(pair.consultation, held.seed, held.signatures, envelope_sha256).encode()


def close_issuing(session: Session, log: Log, clock: FixedClock, pair: IssuerPair) -> None:
    """The day after the last one: both issuers sign their lists and destroy their keys; the portal logs the lists."""
    move_to(clock, pair.collect_until + timedelta(days=1))
    row = consultations.get(session, pair.consultation)
    for one in pair:
        sign_closing(pair, one)
        portal_issuers.take_closing(session, log, row, one.closing, today=clock.today())


def sign_closing(pair: IssuerPair, one: OneIssuer) -> bytes:
    """One issuer's list, signed; the portal has not seen it yet."""
    with work(one.engine) as session:
        found = rounds.get(session, pair.consultation)
        one.closing = rounds.close(session, found, one.identity, one.name, today=pair.clock.today())
    return one.closing


def move_to(clock: FixedClock, day: date) -> None:
    """Move the clock forward to that day."""
    if day > clock.today():
        clock.advance(days=(day - clock.today()).days)
