"""The demonstration's issuers: stores of their own, a roster of invented people, and real blind signatures."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.cli.demo_data import DemoOffice
from portal.cli.init import write_private
from portal.cli.issuer import make_secrets
from portal.config import DEMO_MARK
from portal.consultations.models import Consultation
from portal.crypto import ballot as ballots
from portal.crypto import collecting
from portal.crypto.crockford import encode_code
from portal.crypto.statements import About
from portal.issuing import claims, rounds
from portal.issuing.config import IssuerSettings, load_issuer_settings
from portal.issuing.desk_lock import DeskLock, new_passphrase
from portal.issuing.roster import Member
from portal.issuing.store import open_store, upgrade_store, work

DESK_NOTE = "demo-desk-passphrase"
LEADERS = ("LDVP", "Lãnh đạo Văn phòng")


@dataclass
class Purse:
    """What the demonstration's people collected for one consultation and have not spent."""

    consultation: str
    held: list[collecting.HeldBallot] = field(default_factory=list)
    cards: list[Mapping[str, bytes]] = field(default_factory=list)

    def take(self, envelope: bytes, *, card: bool) -> bytes:
        """A ballot bound to that envelope: of cards where there are some and ``card`` asks for one."""
        digest = hashlib.sha256(envelope).digest()
        if card and self.cards:
            return ballots.card(self.consultation, self.cards.pop(), digest).encode()
        held = self.held.pop(secrets.randbelow(len(self.held)))
        return ballots.collected(self.consultation, held.seed, held.signatures, digest).encode()


@dataclass(frozen=True)
class Desk:
    """One issuer at work: its settings and its store."""

    settings: IssuerSettings
    engine: Engine

    @property
    def slug(self) -> str:
        """Its short name."""
        return self.settings.issuer

    def round(self, session: Session, row: Consultation) -> rounds.Round:
        """Its round of that consultation."""
        return rounds.get(session, row.id)


@dataclass
class DemoIssuers:
    """All issuers of the demonstration; they meet nowhere but in the hands of those who collect."""

    desks: Sequence[Desk]
    codes: dict[str, dict[str, list[bytes]]] = field(default_factory=dict)
    slips: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def terms(self, row: Consultation, roster: Sequence[Member], *, cards: int) -> list[bytes]:
        """Begin a round at each desk, make codes and half-cards, and sign the terms."""
        return [self._begin(desk, row, roster, cards) for desk in self.desks]

    def _begin(self, desk: Desk, row: Consultation, roster: Sequence[Member], cards: int) -> bytes:
        assert row.collect_from and row.collect_until
        days = (row.collect_from, row.collect_until)
        draft = rounds.RoundDraft(row.id, row.title_vi, *days, title_en=row.title_en, each=row.each_ballots)
        own = desk.settings
        with work(desk.engine) as session:
            made = rounds.create(session, own.atrest, draft)
            rounds.import_roster(session, made, roster)
            slips = claims.make_codes(session, made)
            codes = rounds.make_cards(session, made, desk.slug, cards)
            about = About(own.name_vi, own.name_en, own.address)
            statement = rounds.make_ready(session, made, own.identity, desk.slug, about)
        self.codes.setdefault(row.id, {})[desk.slug] = codes
        self.slips.setdefault(row.id, {})[desk.slug] = {slip.staff_code: slip.code for slip in slips}
        return statement

    def collect(self, row: Consultation, staff_codes: Sequence[str], *, today: date) -> list[collecting.HeldBallot]:
        """Those people collect, as their browsers would; returns all their ballots."""
        with_keys = {}
        for desk in self.desks:
            with work(desk.engine) as session:
                with_keys[desk.slug] = desk.round(session, row).public_key
        return [held for code in staff_codes for held in self._collect_one(row, code, with_keys, today)]

    def _collect_one(
        self, row: Consultation, staff_code: str, keys: Mapping[str, bytes], today: date
    ) -> tuple[collecting.HeldBallot, ...]:
        begun = collecting.begin(row.id, keys, row.each_ballots)
        answers = {}
        for desk in self.desks:
            with work(desk.engine) as session:
                answers[desk.slug] = claims.claim(
                    session,
                    desk.settings.atrest,
                    desk.round(session, row),
                    staff_code=staff_code,
                    claim_code=self.slips[row.id][desk.slug][staff_code],
                    messages=begun.messages(desk.slug),
                    today=today,
                )
        return collecting.finish(begun, answers)

    def draw(self, row: Consultation, staff_codes: Sequence[str], *, today: date) -> list[Mapping[str, bytes]]:
        """Those people draw half-cards from each box; returns the pairs that they made."""
        for desk in self.desks:
            with work(desk.engine) as session:
                for staff_code in staff_codes:
                    claims.hand_cards(session, desk.round(session, row), staff_code, today=today)
        boxes = {slug: list(codes) for slug, codes in self.codes[row.id].items()}
        for codes in boxes.values():
            secrets.SystemRandom().shuffle(codes)
        drawn = len(staff_codes) * row.each_ballots
        return [{slug: codes.pop() for slug, codes in boxes.items()} for _ in range(drawn)]

    def closings(self, row: Consultation) -> list[bytes]:
        """Each desk's signed list, on the day after the last one; the keys are gone afterwards."""
        assert row.collect_until
        today, found = row.collect_until + timedelta(days=1), []
        for desk in self.desks:
            with work(desk.engine) as session:
                made = desk.round(session, row)
                found.append(rounds.close(session, made, desk.settings.identity, desk.slug, today=today))
        return found


def demo_roster(office: DemoOffice) -> list[Member]:
    """Everybody of the office, under numbers: the demonstration names nobody."""
    units = [LEADERS] * office.leaders
    units += [(unit.code, unit.name_vi) for unit in office.units for _ in range(unit.headcount)]
    return [Member(f"VP{n:03}", f"Cán bộ số {n:02}", code, name) for n, (code, name) in enumerate(units, start=1)]


def folder_of(instance: Path, slug: str) -> Path:
    """Where an issuer of the demonstration lives."""
    return instance / f"issuer-{slug}"


def prepare_desks(instance: Path, office: DemoOffice, *, port: int) -> list[Desk]:
    """A folder, secrets, settings and a store for each issuer; what stands is kept. ``port``: the portal's."""
    desks = []
    for place, issuer in enumerate(office.issuers, start=1):
        folder = folder_of(instance, issuer.slug)
        (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "secrets" / DEMO_MARK).touch(mode=0o600)
        make_secrets(folder)
        if not (folder / DESK_NOTE).exists():
            passphrase = new_passphrase()
            DeskLock(folder).change(passphrase)
            write_private(folder / DESK_NOTE, passphrase + "\n")
        values = {
            "env": "demo",
            "issuer": issuer.slug,
            "name_vi": issuer.name_vi,
            "name_en": issuer.name_en,
            "office_name": office.name_vi,
            "address": f"http://127.0.0.1:{port + place}",
            "portal_origins": [f"http://127.0.0.1:{port}"],
        }
        if not (folder / "issuer.toml").exists():
            lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
            write_private(folder / "issuer.toml", "# Made by `portal demo`.\n" + "\n".join(lines) + "\n")
        settings = load_issuer_settings({"PORTAL_ISSUER_INSTANCE": str(folder)})
        engine = open_store(settings.database_url)
        upgrade_store(engine)
        desks.append(Desk(settings, engine))
    return desks


def half_cards(pair: Mapping[str, bytes]) -> dict[str, str]:
    """A pair of half-cards as their holders type them."""
    return {slug: encode_code(code) for slug, code in sorted(pair.items())}
