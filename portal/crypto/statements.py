"""What an issuer says to the portal and, through the log, to everybody: its terms before, its list after issuing.

A statement is JSON with an Ed25519 signature by the issuer's identity key. What is signed can be rebuilt from the
log's leaves alone, so that a verifier can tell that the portal invented none of it::

    terms:   "portal/issuer-terms/v1"   0x00 canonical(core) 0x00 SHA-256(canonical(about))
    closing: "portal/issuer-closing/v1" 0x00 canonical(core)

Both hold counts and hashes, never a person.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.crypto.blindrsa import load_public
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, StatementError
from portal.tlog.errors import TlogError
from portal.tlog.keys import SignerKey, VerifierKey, ed25519_verifies

TERMS_LABEL = b"portal/issuer-terms/v1\x00"
CLOSING_LABEL = b"portal/issuer-closing/v1\x00"
EACH_MOST = 9
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
HEX = re.compile(r"[0-9a-f]{64}")
NAME_PREFIX = "issuer/"


@dataclass(frozen=True)
class Unit:
    """A unit of the roster and how many people belong to it."""

    code: str
    name_vi: str
    headcount: int


@dataclass(frozen=True)
class Terms:
    """What an issuer will do. ``each``: ballots for everyone; days are inclusive; ``cards``: hex hashes, sorted."""

    consultation: str
    issuer: str
    public_key: bytes
    each: int
    collect_from: date
    collect_until: date
    roster_size: int
    roster_sha256: str
    cards: tuple[str, ...] = ()

    def core(self) -> dict[str, Any]:
        """The part that the log holds."""
        return {
            "consultation": self.consultation,
            "issuer": self.issuer,
            "public_key": b64url_encode(self.public_key),
            "each": self.each,
            "collect_from": self.collect_from.isoformat(),
            "collect_until": self.collect_until.isoformat(),
            "roster_size": self.roster_size,
            "roster_sha256": self.roster_sha256,
            "cards": list(self.cards),
        }


@dataclass(frozen=True)
class About:
    """Who the issuer is: names, the web address that answers claims, and the units of its roster."""

    name_vi: str
    name_en: str
    address: str
    units: tuple[Unit, ...] = ()

    def document(self) -> dict[str, Any]:
        """As canonical JSON takes it."""
        units = [{"code": u.code, "name_vi": u.name_vi, "headcount": u.headcount} for u in self.units]
        return {"name_vi": self.name_vi, "name_en": self.name_en, "address": self.address, "units": units}

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the document."""
        return hashlib.sha256(dump_canonical(self.document())).hexdigest()


@dataclass(frozen=True)
class SignedTerms:
    """Terms that their issuer signed; ``signature``: 64 bytes."""

    terms: Terms
    about: About
    identity: VerifierKey
    signature: bytes


@dataclass(frozen=True)
class Closing:
    """What an issuer did: hashes (hex, sorted) of the blinded messages it signed, and half-cards it handed out."""

    consultation: str
    issuer: str
    issued: tuple[str, ...]
    cards: int
    signature: bytes = b""


def identity_name(issuer: str) -> str:
    """The name of an issuer's identity key."""
    return NAME_PREFIX + issuer


def terms_text(core: Mapping[str, Any], about_sha256: str) -> bytes:
    """What the issuer signs of its terms."""
    return TERMS_LABEL + dump_canonical(core) + b"\x00" + bytes.fromhex(about_sha256)


def closing_text(consultation: str, issuer: str, issued: Sequence[str], cards: int) -> bytes:
    """What the issuer signs of its list."""
    core = {"consultation": consultation, "issuer": issuer, "issued": list(issued), "cards": cards}
    return CLOSING_LABEL + dump_canonical(core)


def sign_terms(terms: Terms, about: About, key: SignerKey) -> bytes:
    """The statement's bytes: what is fetched from an issuer, or carried over as a file."""
    signature = key.sign_bytes(terms_text(terms.core(), about.sha256))
    document = {"v": 1, "type": "issuer-terms", "identity": str(key.verifier), "core": terms.core()}
    return dump_canonical({**document, "about": about.document(), "signature": b64url_encode(signature)})


def read_terms(data: bytes) -> SignedTerms:
    """The terms of those bytes, their signature verified; :class:`StatementError` otherwise.

    The signature shows that the holder of ``identity`` said so; whose key that is, people compare by its fingerprint.
    """
    try:
        document = _document(data, "issuer-terms", {"identity", "core", "about", "signature"})
        identity = VerifierKey.parse(document["identity"])
        terms, about = _terms(document["core"]), _about(document["about"])
        signature = b64url_decode(document["signature"])
        said = terms_text(terms.core(), about.sha256)  # half a surrogate pair has no canonical bytes
    except (TlogError, CryptoError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StatementError("not an issuer's terms") from error
    if identity.name != identity_name(terms.issuer):
        raise StatementError("signed under another issuer's name")
    if not ed25519_verifies(identity.public_key, said, signature):
        raise StatementError("the issuer did not sign this")
    return SignedTerms(terms, about, identity, signature)


def sign_closing(closing: Closing, key: SignerKey) -> bytes:
    """The statement's bytes."""
    issued = sorted(closing.issued)
    text = closing_text(closing.consultation, closing.issuer, issued, closing.cards)
    core = {"consultation": closing.consultation, "issuer": closing.issuer, "issued": issued, "cards": closing.cards}
    signature = b64url_encode(key.sign_bytes(text))
    return dump_canonical({"v": 1, "type": "issuer-closing", "core": core, "signature": signature})


def read_closing(data: bytes, identity: VerifierKey) -> Closing:
    """The list of those bytes, signed by that issuer; :class:`StatementError` otherwise."""
    try:
        document = _document(data, "issuer-closing", {"core", "signature"})
        core, signature = document["core"], b64url_decode(document["signature"])
        issued = tuple(core["issued"])
        closing = Closing(_slug(core["consultation"]), _slug(core["issuer"]), issued, core["cards"], signature)
    except (CryptoError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StatementError("not an issuer's closing list") from error
    hashes = all(isinstance(item, str) and HEX.fullmatch(item) for item in issued)
    shaped = set(core) == {"consultation", "issuer", "issued", "cards"} and _natural(closing.cards)
    if not hashes or not shaped or list(issued) != sorted(set(issued)):
        raise StatementError("not an issuer's closing list")
    text = closing_text(closing.consultation, closing.issuer, issued, closing.cards)
    if identity.name != identity_name(closing.issuer) or not ed25519_verifies(identity.public_key, text, signature):
        raise StatementError("the issuer did not sign this")
    return closing


def _document(data: bytes, kind: str, keys: set[str]) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise StatementError("not JSON") from error
    if set(document) != {"v", "type", *keys} or document["v"] != 1 or document["type"] != kind:
        raise StatementError("another kind of statement")
    return dict(document)


def _terms(core: Any) -> Terms:
    terms = Terms(
        consultation=_slug(core["consultation"]),
        issuer=_slug(core["issuer"]),
        public_key=b64url_decode(core["public_key"]),
        each=core["each"],
        collect_from=date.fromisoformat(core["collect_from"]),
        collect_until=date.fromisoformat(core["collect_until"]),
        roster_size=core["roster_size"],
        roster_sha256=core["roster_sha256"],
        cards=tuple(core["cards"]),
    )
    load_public(terms.public_key)
    hashes = [terms.roster_sha256, *terms.cards]
    if not all(isinstance(item, str) and HEX.fullmatch(item) for item in hashes):
        raise StatementError("a hash has 64 hexadecimal digits")
    if list(terms.cards) != sorted(set(terms.cards)) or terms.core() != core:
        raise StatementError("not the canonical terms")
    if not _natural(terms.each) or not 1 <= terms.each <= EACH_MOST or not _natural(terms.roster_size):
        raise StatementError("everyone gets 1 to 9 ballots")
    if terms.roster_size < 1 or terms.collect_from > terms.collect_until:
        raise StatementError("nobody could collect anything")
    return terms


def _about(document: Any) -> About:
    units = tuple(Unit(str(u["code"]), str(u["name_vi"]), u["headcount"]) for u in document["units"])
    about = About(str(document["name_vi"]), str(document["name_en"]), str(document["address"]), units)
    if about.document() != document or not all(_natural(unit.headcount) for unit in units):
        raise StatementError("not the canonical description")
    return about


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not SLUG.fullmatch(value):
        raise StatementError("not a short name")
    return value


def _natural(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53
