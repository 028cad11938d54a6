"""An issuer of its own for tests: settings, a store, and people who blind their messages as a browser does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.crypto import blindrsa
from portal.crypto.statements import About
from portal.issuing import claims, rounds
from portal.issuing.config import SECRET_BYTES, IssuerSettings, load_issuer_settings
from portal.issuing.models import Round
from portal.issuing.roster import Member
from portal.issuing.store import work

CONSULTATION = "phieu-2026"
PORTAL = "https://gop-y.example.vn"


def issuer_settings(folder: Path, **over: str) -> IssuerSettings:
    """Settings of a test issuer with fresh secrets; ``over``: PORTAL_ISSUER_* without the prefix, in lower case."""
    values = {
        "env": "test",
        "instance": str(folder),
        "issuer": "van-phong",
        "name_vi": "Văn phòng",
        "name_en": "Registrar",
        "office_name": "Văn phòng thử",
        "address": "http://localhost",
        "portal_origins": f"{PORTAL},http://abc.onion",
        "claim_rate": "0",
        **over,
    }
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    return load_issuer_settings({f"PORTAL_ISSUER_{name.upper()}": value for name, value in values.items()} | made)


def roster_of(people: int) -> list[Member]:
    """CB001, CB002, ... in two units; every third has no address."""
    return [
        Member(f"CB{n:03}", f"Người {n}", f"P{1 + n % 2}", f"Phòng {1 + n % 2}", f"cb{n}@example.org" if n % 3 else "")
        for n in range(1, people + 1)
    ]


def begin(
    session: Session, settings: IssuerSettings, today: date, *, people: int = 5, cards: int = 0, each: int = 3
) -> tuple[Round, dict[str, str]]:
    """A round being prepared that collects today and the six days that follow, and its claim codes by staff code."""
    draft = rounds.RoundDraft(CONSULTATION, "Góp ý có phiếu", today, today + timedelta(days=6), each=each)
    row = rounds.create(session, settings.atrest, draft)
    rounds.import_roster(session, row, roster_of(people))
    if cards:
        rounds.make_cards(session, row, settings.issuer, cards)
    return row, {slip.staff_code: slip.code for slip in claims.make_codes(session, row)}


def make_ready(session: Session, settings: IssuerSettings, row: Round) -> bytes:
    """Sign the terms."""
    about = About(settings.name_vi, settings.name_en, settings.address)
    return rounds.make_ready(session, row, settings.identity, settings.issuer, about)


@dataclass
class Person:
    """Somebody with a slip: blinds fresh messages for an issuer's key, and checks what comes back."""

    staff_code: str
    claim_code: str
    key: bytes
    each: int = 3
    messages: list[bytes] = field(default_factory=list)
    blinded: list[blindrsa.Blinded] = field(default_factory=list)

    def __post_init__(self) -> None:
        public = blindrsa.load_public(self.key)
        self.messages = [secrets.token_bytes(32) for _ in range(self.each)]
        self.blinded = [blindrsa.blind(public, message) for message in self.messages]

    @property
    def sent(self) -> tuple[bytes, ...]:
        """What the issuer sees."""
        return tuple(one.message for one in self.blinded)

    @property
    def asked(self) -> claims.Asked:
        """The claim as the service takes it."""
        return claims.Asked(self.staff_code, self.claim_code, self.sent)

    def holds(self, signatures: list[bytes]) -> bool:
        """Whether each answer unblinds to a signature of its message."""
        public = blindrsa.load_public(self.key)
        found = [
            blindrsa.finalize(public, message, signature, one.inverse)
            for message, one, signature in zip(self.messages, self.blinded, signatures, strict=True)
        ]
        return all(blindrsa.verifies(public, m, s) for m, s in zip(self.messages, found, strict=True))


def one_round(engine: Engine, settings: IssuerSettings, today: date, **more: int) -> tuple[bytes, dict[str, str]]:
    """A committed round whose terms are signed: its public key (DER) and claim codes by staff code."""
    with work(engine) as session:
        row, codes = begin(session, settings, today, **more)
        make_ready(session, settings, row)
        return row.public_key, codes
