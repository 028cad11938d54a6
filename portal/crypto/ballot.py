"""Ballots: the right to send one comment, bound to its content, tied to nobody.

Two kinds. A *collected* ballot is an Ed25519 key whose hash every issuer has signed blindly (RFC 9474). A *card* ballot
is two printed half-cards, one from each issuer's box: each half's code is the seed of an Ed25519 key, and the hashes of
the keys were logged before anybody drew one. In both the keys sign what they are spent on, so that a ballot which was
seen on its way cannot be moved to other content::

    nonce of a key = SHA-256(public key)                         what issuers sign, what the log lists, the nullifier
    binding        = Ed25519("portal/ballot/v1" 0x00 consultation 0x00 nonces SHA-256(envelope))

    b"PFB1" | kind (1: collected, 2: card) | u8 length | consultation | u8 parts |
        collected: public key (32) | one blind signature (256) for each issuer | binding (64)
        card:      public key (32) | binding (64), for each half

Issuers stand in the order of their names. No Flask, no SQL: an auditor reads this alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.blindrsa import SIGNATURE_SIZE, load_public, verifies
from portal.crypto.crockford import RAW_SIZE
from portal.crypto.errors import BallotError

MAGIC = b"PFB1"
LABEL = b"portal/ballot/v1\x00"
CARD_SALT = b"portal/card/v1"
COLLECTED, CARD = 1, 2
KEY_SIZE = 32
BINDING_SIZE = 64
MAX_ISSUERS = 2
"""Ballots are signed by one or two issuers; more would have to fit what people can carry and type."""


@dataclass(frozen=True)
class Part:
    """One key of a ballot (32 bytes) with its binding (64); ``signatures``: one of 256 bytes for each issuer."""

    key: bytes
    signatures: tuple[bytes, ...] = ()
    binding: bytes = bytes(BINDING_SIZE)

    @property
    def nonce(self) -> bytes:
        """SHA-256 of the key, 32 bytes: it can be spent once."""
        return hashlib.sha256(self.key).digest()


@dataclass(frozen=True)
class Ballot:
    """A ballot as it is handed in. A collected one has one part, a card one for each issuer's half."""

    kind: int
    consultation: str
    parts: tuple[Part, ...]

    @property
    def nonces(self) -> tuple[bytes, ...]:
        """What can be spent once, 32 bytes each."""
        return tuple(part.nonce for part in self.parts)

    def bound_text(self, envelope_sha256: bytes) -> bytes:
        """What each key signs."""
        return LABEL + self.consultation.encode("ascii") + b"\x00" + b"".join(self.nonces) + envelope_sha256

    def encode(self) -> bytes:
        """The bytes that :func:`parse_ballot` reads."""
        name = self.consultation.encode("ascii")
        count = len(self.parts[0].signatures) if self.kind == COLLECTED else len(self.parts)
        body = b"".join(part.key + b"".join(part.signatures) + part.binding for part in self.parts)
        return MAGIC + bytes([self.kind, len(name)]) + name + bytes([count]) + body


def parse_ballot(data: bytes) -> Ballot:
    """The ballot of those bytes, nothing verified; :class:`BallotError` unless each byte is where version 1 puts it."""
    if data[:4] != MAGIC or len(data) < 7 or data[4] not in (COLLECTED, CARD):
        raise BallotError("not a ballot of version 1")
    kind, end = data[4], 6 + data[5]
    try:
        name = data[6:end].decode("ascii")
    except UnicodeDecodeError as error:
        raise BallotError("a consultation's name is ASCII") from error
    count, body = (data[end] if end < len(data) else 0), data[end + 1 :]
    if not 1 <= count <= MAX_ISSUERS or not name:
        raise BallotError("a ballot has a part of each issuer")
    signed = count * SIGNATURE_SIZE if kind == COLLECTED else 0
    size = KEY_SIZE + signed + BINDING_SIZE
    if len(body) != size * (1 if kind == COLLECTED else count):
        raise BallotError("the ballot's length is not that of its kind")
    return Ballot(kind, name, tuple(_part(body[at : at + size]) for at in range(0, len(body), size)))


def _part(data: bytes) -> Part:
    inside = data[KEY_SIZE:-BINDING_SIZE]
    signatures = tuple(inside[at : at + SIGNATURE_SIZE] for at in range(0, len(inside), SIGNATURE_SIZE))
    return Part(data[:KEY_SIZE], signatures, data[-BINDING_SIZE:])


def public_of(seed: bytes) -> bytes:
    """The public key (32 bytes) of a ballot's secret seed (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def collected(consultation: str, seed: bytes, signatures: Sequence[bytes], envelope_sha256: bytes) -> Ballot:
    """A collected ballot bound to an envelope; ``signatures`` in the order of the issuers' names."""
    ballot = Ballot(COLLECTED, consultation, (Part(public_of(seed), tuple(signatures)),))
    return _bind(ballot, (seed,), envelope_sha256)


def card(consultation: str, codes: Mapping[str, bytes], envelope_sha256: bytes) -> Ballot:
    """A card ballot bound to an envelope; ``codes``: the half's code (10 bytes) by issuer."""
    seeds = tuple(card_seed(codes[issuer], consultation, issuer) for issuer in sorted(codes))
    ballot = Ballot(CARD, consultation, tuple(Part(public_of(seed)) for seed in seeds))
    return _bind(ballot, seeds, envelope_sha256)


def card_seed(code: bytes, consultation: str, issuer: str) -> bytes:
    """The Ed25519 seed of a half-card's code: HKDF-SHA256 (RFC 5869), bound to consultation and issuer."""
    if len(code) != RAW_SIZE:
        raise BallotError("a half-card's code holds ten bytes")
    info = consultation.encode("ascii") + b"\x00" + issuer.encode("ascii")
    return HKDF(algorithm=SHA256(), length=32, salt=CARD_SALT, info=info).derive(code)


def card_hash(code: bytes, consultation: str, issuer: str) -> bytes:
    """What the log lists of a half-card before anybody draws it: SHA-256 of its public key."""
    return hashlib.sha256(public_of(card_seed(code, consultation, issuer))).digest()


def _bind(ballot: Ballot, seeds: Sequence[bytes], envelope_sha256: bytes) -> Ballot:
    text = ballot.bound_text(envelope_sha256)
    bound = [
        replace(part, binding=Ed25519PrivateKey.from_private_bytes(seed).sign(text))
        for part, seed in zip(ballot.parts, seeds, strict=True)
    ]
    return replace(ballot, parts=tuple(bound))


@dataclass(frozen=True)
class Electorate:
    """What a consultation's ballots are checked against, as the log shows it.

    ``keys``: each issuer's public key (DER); ``cards``: each issuer's hashes of half-cards (32 bytes each).
    """

    consultation: str
    keys: Mapping[str, bytes]
    cards: Mapping[str, AbstractSet[bytes]]

    def fault(self, ballot: Ballot, envelope_sha256: bytes) -> str:
        """The name of what is wrong with a ballot, or an empty text.

        ``ballot-other-consultation``, ``ballot-forged`` (no issuer made it), ``ballot-of-one-issuer`` (not all did), or
        ``ballot-moved`` (made for other content). Whether it was spent before is not known here.
        """
        if ballot.consultation != self.consultation:
            return "ballot-other-consultation"
        good = self._card(ballot) if ballot.kind == CARD else self._signed(ballot)
        if len(good) != len(self.keys) or not all(good):
            return "ballot-of-one-issuer" if any(good) and len(good) <= len(self.keys) else "ballot-forged"
        text = ballot.bound_text(envelope_sha256)
        return "" if all(_signs(part, text) for part in ballot.parts) else "ballot-moved"

    def _signed(self, ballot: Ballot) -> list[bool]:
        part = ballot.parts[0]
        pairs = zip_longest(sorted(self.keys), part.signatures)
        return [
            issuer is not None and verifies(_loaded(self.keys[issuer]), part.nonce, signature)
            for issuer, signature in pairs
            if signature is not None
        ]

    def _card(self, ballot: Ballot) -> list[bool]:
        pairs = zip_longest(sorted(self.keys), ballot.nonces)
        return [nonce in self.cards.get(issuer or "", frozenset()) for issuer, nonce in pairs if nonce is not None]


_loaded = lru_cache(maxsize=64)(load_public)


def _signs(part: Part, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(part.key).verify(part.binding, text)
    except (InvalidSignature, ValueError):
        return False
    return True
