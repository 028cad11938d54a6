"""Issuers' statements made by hand, so that a test can state what no honest issuer would."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import default_taxonomy
from portal.crypto.blindrsa import dump_public
from portal.crypto.statements import About, Closing, Terms, Unit, identity_name, sign_closing, sign_terms
from portal.tlog.keys import SignerKey

NAME = "phieu-2027"
FROM, UNTIL, OPENS, CLOSES = date(2026, 11, 25), date(2026, 12, 4), date(2026, 12, 7), date(2026, 12, 18)
UNITS = (Unit("P1", "Phòng Tổng hợp", 45), Unit("P2", "Phòng Quản trị", 30))


@cache
def public_key(number: int) -> bytes:
    """The ``number``-th RSA key of this run, DER."""
    return dump_public(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())


def hashes(count: int, salt: str = "") -> tuple[str, ...]:
    """So many SHA-256 hashes in hexadecimal, sorted."""
    return tuple(sorted(hashlib.sha256(f"{salt}{n}".encode()).hexdigest() for n in range(count)))


@dataclass
class HandIssuer:
    """An issuer that signs whatever it is told. ``number`` chooses its RSA key."""

    issuer: str
    number: int
    address: str = ""
    name_vi: str = ""
    signer: SignerKey = field(init=False)

    def __post_init__(self) -> None:
        self.signer = SignerKey(identity_name(self.issuer), secrets.token_bytes(32))
        self.address = self.address or f"https://{self.issuer}.example.vn"
        self.name_vi = self.name_vi or f"Nơi cấp {self.issuer}"

    def terms(self, about: dict[str, object] | None = None, **over: object) -> bytes:
        """Signed terms: 75 people, three ballots each, the days of this module; ``over`` replaces parts."""
        made = Terms(NAME, self.issuer, public_key(self.number), 3, FROM, UNTIL, 75, hashes(1, "roster")[0])
        described = About(self.name_vi, f"Issuer {self.issuer}", self.address, UNITS)
        return sign_terms(
            dataclasses.replace(made, **over), dataclasses.replace(described, **(about or {})), self.signer
        )

    def closing(self, issued: int = 4, cards: int = 0, consultation: str = NAME, issuer: str = "") -> bytes:
        """A signed list of so many issuances."""
        listed = hashes(issued, self.issuer)
        return sign_closing(Closing(consultation, issuer or self.issuer, listed, cards), self.signer)


def hand_pair() -> tuple[HandIssuer, HandIssuer]:
    """Two issuers with keys of their own."""
    return HandIssuer("thanh-tra", 1), HandIssuer("van-phong", 2)


def draft_with_ballots(session, kids: list[str] | None = None, **over: object) -> Consultation:
    """A draft whose days and ballots are those of :meth:`HandIssuer.terms`."""
    taxonomy = consultations.save_taxonomy(session, default_taxonomy())
    values: dict[str, object] = {
        "id": NAME,
        "title_vi": "Góp ý có phiếu",
        "opens": OPENS,
        "closes": CLOSES,
        "headcount": 75,
        "notice_vi": "Không nêu tên.",
        "taxonomy_version": taxonomy.version,
        "ballot_mode": "ballots",
        "each_ballots": 3,
        "collect_from": FROM,
        "collect_until": UNTIL,
        "units": [consultations.UnitDraft("P1", "Phòng Tổng hợp", 45)],
    }
    row = consultations.save_draft(session, consultations.ConsultationDraft(**{**values, **over}))
    if kids:
        consultations.set_moderators(session, row, kids)
    return row
