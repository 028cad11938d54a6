"""Envelope v1: one comment, sealed to every moderator of its consultation.

::

    b"PFE1" | u16be header length | header | content (size + 16 bytes) | one wrap of 1 168 bytes per key

The header is canonical JSON ``{"v", "type", "consultation", "suite", "size", "keys"}``, keys sorted. The content is
AES-256-GCM of the padded payload under a fresh content key; because that key is used exactly once, the nonce is twelve
zero bytes. Each wrap is HPKE (RFC 9180) base mode with KEM X-Wing (0x647a), HKDF-SHA256, AES-256-GCM.

Recusal: every key of the consultation has a wrap, always, in the same order. That of a moderator whom the submitter
left out is sealed to a throwaway key, so that neither size nor structure tells who was.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from portal.crypto.canonical import dump_canonical
from portal.crypto.errors import CannotOpen, CryptoError, EnvelopeError, KeyFormatError
from portal.crypto.keys import kid_of, load_private, load_public, new_seed, public_key
from portal.crypto.padding import COMMENT_SIZE, pad, unpad

MAGIC = b"PFE1"
SUITE_NAME = "X-Wing/HKDF-SHA256/AES-256-GCM"
INFO_LABEL = b"portal/envelope/v1\x00"
WRAP_SIZE = 1120 + 32 + 16
TAG_SIZE = 16
NONCE = bytes(12)
MAX_KEYS = 32
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HEADER_KEYS = {"v", "type", "consultation", "suite", "size", "keys"}


@dataclass(frozen=True)
class EnvelopeHeader:
    """What everyone may read: the consultation, the padded size in bytes, and the key ids, sorted."""

    consultation: str
    keys: tuple[str, ...]
    size: int = COMMENT_SIZE

    def encode(self) -> bytes:
        """Magic, length and canonical JSON: the associated data of the content."""
        body = dump_canonical(
            {
                "v": 1,
                "type": "comment",
                "consultation": self.consultation,
                "suite": SUITE_NAME,
                "size": self.size,
                "keys": list(self.keys),
            }
        )
        return MAGIC + len(body).to_bytes(2, "big") + body


@dataclass(frozen=True)
class ParsedEnvelope:
    """An envelope's parts, none of them opened. ``head``: the associated data; ``wraps``: by key id."""

    header: EnvelopeHeader
    head: bytes
    content: bytes
    wraps: dict[str, bytes]


def seal(payload: bytes, *, consultation: str, recipients: Mapping[str, bytes], recused: Collection[str] = ()) -> bytes:
    """An envelope of ``payload`` for those public keys (by key id), the recused ones excepted.

    Raises :class:`EnvelopeError` when nobody could read it, :class:`portal.crypto.errors.PaddingError` when the payload
    does not fit.
    """
    if not recipients or set(recipients) <= set(recused) or not set(recused) <= set(recipients):
        raise EnvelopeError("somebody must be able to read it")
    if any(kid_of(key) != kid for kid, key in recipients.items()):
        raise EnvelopeError("a key id is not that of its key")
    header = EnvelopeHeader(consultation, tuple(sorted(recipients)))
    head, content_key = header.encode(), secrets.token_bytes(32)
    _parse_header(head)  # what opening would refuse is not sealed either
    content = AESGCM(content_key).encrypt(NONCE, pad(payload, header.size), head)
    wraps = []
    for kid in header.keys:
        key = public_key(new_seed()) if kid in recused else recipients[kid]
        wraps.append(_seal_wrap(content_key, key, _info(header, head, kid)))
    return head + content + b"".join(wraps)


def parse_envelope(data: bytes) -> ParsedEnvelope:
    """The parts; raises :class:`EnvelopeError` unless every byte is where version 1 puts it."""
    if data[:4] != MAGIC or len(data) < 6:
        raise EnvelopeError("not an envelope of version 1")
    end = 6 + int.from_bytes(data[4:6], "big")
    head = data[:end]
    header = _parse_header(head)
    start = end + header.size + TAG_SIZE
    if len(data) != start + WRAP_SIZE * len(header.keys):
        raise EnvelopeError("the envelope's length is not that of its header")
    wraps = {kid: data[start + n * WRAP_SIZE : start + (n + 1) * WRAP_SIZE] for n, kid in enumerate(header.keys)}
    return ParsedEnvelope(header, head, data[end:start], wraps)


def open_with(seed: bytes, data: bytes, wrap: bytes | None = None) -> bytes:
    """The payload's bytes, by a moderator's seed; raises :class:`CannotOpen` when it was not sealed to that key."""
    return open_with_content_key(open_content_key(seed, data, wrap), data)


def open_content_key(seed: bytes, data: bytes, wrap: bytes | None = None) -> bytes:
    """The 32-byte content key, by a moderator's seed; raises :class:`CannotOpen` when it was not sealed to that key.

    ``wrap``: what readers made later for that key (:func:`wrap_for`), one or several wraps one after the other.
    """
    parsed = parse_envelope(data)
    kid = kid_of(public_key(seed))
    held = parsed.wraps.get(kid, b"") if wrap is None else wrap
    private, info = load_private(seed), _info(parsed.header, parsed.head, kid)
    for start in range(0, len(held), WRAP_SIZE):
        try:
            content_key = _SUITE.decrypt(held[start : start + WRAP_SIZE], private, info=info)
            open_with_content_key(content_key, data)
        except (InvalidTag, ValueError, CannotOpen):
            continue  # where several readers made one, another may open it
        return content_key
    raise CannotOpen("not sealed to this key, or altered")


def wrap_for(content_key: bytes, data: bytes, public: bytes) -> bytes:
    """A wrap (1 168 bytes) of an opened envelope's content key for one more key, which its header need not name."""
    parsed = parse_envelope(data)
    return _seal_wrap(content_key, public, _info(parsed.header, parsed.head, kid_of(public)))


def open_with_content_key(content_key: bytes, data: bytes) -> bytes:
    """The payload's bytes, by the content key; raises :class:`CannotOpen` for another key or an altered content."""
    parsed = parse_envelope(data)
    try:
        padded = AESGCM(content_key).decrypt(NONCE, parsed.content, parsed.head)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("this key does not open it, or it was altered") from error
    return unpad(padded)


def _seal_wrap(content_key: bytes, key: bytes, info: bytes) -> bytes:
    try:
        return _SUITE.encrypt(content_key, load_public(key), info=info)
    except KeyFormatError:
        raise
    except ValueError as error:  # an X25519 point of low order: every shared secret would be zero
        raise KeyFormatError("not an X-Wing public key") from error


@lru_cache(maxsize=64)  # every comment of a consultation has the same
def _parse_header(head: bytes) -> EnvelopeHeader:
    try:
        document = json.loads(head[6:].decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise EnvelopeError("the header is not JSON") from error
    if not isinstance(document, dict) or set(document) != _HEADER_KEYS or not isinstance(document["consultation"], str):
        raise EnvelopeError("the header has other keys")
    keys = document["keys"]
    if not isinstance(keys, list) or not all(_is_kid(kid) for kid in keys) or len(keys) > MAX_KEYS:
        raise EnvelopeError("the header names no keys")
    header = EnvelopeHeader(document["consultation"], tuple(keys))
    try:  # byte for byte what version 1 writes of these values: canonical, of this suite and size
        same = bool(keys) and keys == sorted(set(keys)) and header.encode() == head
    except CryptoError as error:
        raise EnvelopeError("the header is not canonical") from error
    if not same:
        raise EnvelopeError("the header is not that of version 1")
    return header


def _is_kid(value: object) -> bool:
    return isinstance(value, str) and len(value) == 32 and set(value) <= set("0123456789abcdef")


def _info(header: EnvelopeHeader, head: bytes, kid: str) -> bytes:
    digest = hashlib.sha256(head).digest()
    return INFO_LABEL + header.consultation.encode() + b"\x00" + digest + kid.encode("ascii")
