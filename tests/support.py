"""A small office with real keys, for tests that need a whole one."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.accounts import security
from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.clock import Clock
from portal.consultations import service as consultations
from portal.consultations.taxonomy import default_taxonomy
from portal.crypto import envelope, keys, keywrap, payload, receipt
from portal.ledger.log import Log

PASSWORD = "mật khẩu thử nghiệm 2026"
PASSPHRASE = "thu nghiem sau tu ngau nhien"
ORIGIN = "http://localhost"
TODAY = date(2026, 11, 23)
"""The day of the fixture ``clock``."""


@dataclass
class Office:
    """A consultation in state open, accounts of each role, and the moderators' seeds."""

    consultation: str = "thu-2026"
    kids: list[str] = field(default_factory=list)
    seeds: dict[str, bytes] = field(default_factory=dict)
    public_keys: dict[str, bytes] = field(default_factory=dict)

    def seal(
        self, text: str = "Việc khó thường bị để lại.", recused: Collection[str] = (), **over: object
    ) -> tuple[bytes, bytes]:
        """An envelope and the raw receipt (10 bytes) of a comment, closed to the keys ``recused``."""
        raw = secrets.token_bytes(10)
        fields = {"topic": "conduct", "level": "office", "unit": None, "text": text, **over}
        reply_key = keys.public_key(receipt.reply_seed(raw))
        data = payload.build_payload(payload.Payload(self.consultation, reply_key=reply_key, **fields))
        recipients = {kid: self.public_keys[kid] for kid in self.kids}
        return envelope.seal(data, consultation=self.consultation, recipients=recipients, recused=recused), raw


def build_office(session: Session, log: Log, clock: Clock) -> Office:
    """Accounts of every role, two moderators with keys, and one open consultation; the caller commits."""
    made, password = Office(), security.hashed(PASSWORD)
    for role in ("admin", "issuer", "committee", "auditor", "moderator", "moderator2"):
        account, _ = accounts.invite(
            session,
            email=f"{role}@example.org",
            name=role.title(),
            roles=[role.rstrip("2")],
            forbid_pairs=True,
            today=clock.today(),
        )
        account.password, account.invite_hash = password, None
        if role.startswith("moderator"):
            _give_key(session, log, account, made)
    taxonomy = consultations.save_taxonomy(session, default_taxonomy())
    row = consultations.save_draft(session, draft(made.consultation, taxonomy.version, clock.today()))
    consultations.set_moderators(session, row, made.kids)
    consultations.open_consultation(session, log, row, today=clock.today())
    return made


def _give_key(session: Session, log: Log, account: Account, made: Office) -> None:
    seed = secrets.token_bytes(32)
    public_key = keys.public_key(seed)
    wrapped = keywrap.wrap(seed, PASSPHRASE, kid=keys.kid_of(public_key), memory_kib=8192, time_cost=1)
    key = accounts.add_key(session, log, account, public_key=public_key, wrapped=wrapped)
    made.kids = sorted([*made.kids, key.kid])
    made.seeds[key.kid], made.public_keys[key.kid] = seed, public_key


def draft(name: str, taxonomy: int, today: date) -> consultations.ConsultationDraft:
    """A consultation of two weeks from today, with four units of twelve people."""
    units = [consultations.UnitDraft(f"P{n}", f"Phòng số {n}", 12, name_en=f"Room {n}") for n in range(1, 5)]
    return consultations.ConsultationDraft(
        id=name,
        title_vi="Góp ý thử",
        title_en="Trial",
        opens=today,
        closes=today + timedelta(days=14),
        headcount=75,
        notice_vi="Đây là kênh góp ý theo quy chế dân chủ của cơ quan.",
        taxonomy_version=taxonomy,
        mix_minimum=3,
        units=units,
    )
