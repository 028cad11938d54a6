"""Keys of signed notes and their texts (https://c2sp.org/signed-note, "Verifier keys")."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature as BadEd25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.tlog.encoding import CONTROL, decode_base64, encode_base64, is_unicode
from portal.tlog.errors import MalformedKey

ED25519 = 0x01
KEY_ID_SIZE = 4

_HEX_ID = re.compile(r"[0-9a-f]{8}")
_SIGNER_PREFIX = "PRIVATE+KEY+"


def key_id(name: str, signature_type: int, public_key: bytes) -> bytes:
    """SHA-256(name || 0x0A || signature type || public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([signature_type]) + public_key).digest()[:KEY_ID_SIZE]


@dataclass(frozen=True)
class VerifierKey:
    """An Ed25519 verifier key. ``public_key``: 32 bytes. Text: ``<name>+<hex id>+<base64(0x01 || public key)>``."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != 32:
            raise MalformedKey("an Ed25519 public key is 32 bytes long")

    @cached_property
    def key_id(self) -> bytes:
        """4 bytes."""
        return key_id(self.name, ED25519, self.public_key)

    def verifies(self, text: str, signature: bytes) -> bool:
        """RFC 8032 verification over the UTF-8 of ``text``."""
        return ed25519_verifies(self.public_key, text.encode(), signature)

    def __str__(self) -> str:
        return format_vkey(self.name, ED25519, self.public_key)

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key of that text; raises :class:`MalformedKey` for anything but ``str()`` of a key."""
        name, signature_type, public_key = parse_vkey(text)
        if signature_type != ED25519:
            raise MalformedKey("not a key for Ed25519 note signatures")
        return cls(name, public_key)


@dataclass(frozen=True)
class SignerKey:
    """An Ed25519 signer key. ``seed``: 32 secret bytes (RFC 8032's private key).

    Text, as Go's ``sumdb/note`` writes it: ``PRIVATE+KEY+<name>+<hex id>+<base64(0x01 || seed)>``.
    """

    name: str
    seed: bytes = field(repr=False)  # representations end in logs

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != 32:
            raise MalformedKey("an Ed25519 seed is 32 bytes long")

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """The id of the public half, 4 bytes."""
        return self.verifier.key_id

    def sign(self, text: str) -> bytes:
        """64 bytes."""
        return self.sign_bytes(text.encode())

    def sign_bytes(self, message: bytes) -> bytes:
        """RFC 8032 over what is no note; ``message`` begins with a label of its own, as no note's text does."""
        return self._private.sign(message)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)  # expanded once, so that a signature costs only itself

    def reveal(self) -> str:
        """The secret text of the key, for a file that nobody else can read."""
        return format_signer_key(self.name, ED25519, self.key_id, self.seed)

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """The key that :meth:`reveal` wrote; raises :class:`MalformedKey` for anything else."""
        name, hex_id, signature_type, seed = parse_signer_key(text)
        if signature_type != ED25519:
            raise MalformedKey("not a key for Ed25519 note signatures")
        key = cls(name, seed)
        if key.key_id.hex() != hex_id:
            raise MalformedKey("the id is not that of the name and the key")
        return key


def spoken_fingerprint(vkey: str) -> str:
    """The first 128 bits of the SHA-256 of a verifier key's line, in hexadecimal: what two people compare by telephone.

    Ours, no part of the specification: a key id has 32 bits, which somebody can search for.
    """
    return sha256(vkey.encode()).hexdigest()[:32]


def format_vkey(name: str, signature_type: int, public_key: bytes) -> str:
    """The text of a verifier key of any signature type."""
    hex_id = key_id(name, signature_type, public_key).hex()
    return f"{name}+{hex_id}+{encode_base64(bytes([signature_type]) + public_key)}"


def parse_vkey(text: str) -> tuple[str, int, bytes]:
    """Name, signature type and public key; refuses an id that is not theirs."""
    name, hex_id, signature_type, public_key = _split_key(text)
    check_name(name)
    if key_id(name, signature_type, public_key).hex() != hex_id:
        raise MalformedKey("the id is not that of the name and the key")
    return name, signature_type, public_key


def format_signer_key(name: str, signature_type: int, public_id: bytes, seed: bytes) -> str:
    """The secret text of a signer key of any signature type; ``public_id`` is the id of its public half."""
    return f"{_SIGNER_PREFIX}{name}+{public_id.hex()}+{encode_base64(bytes([signature_type]) + seed)}"


def parse_signer_key(text: str) -> tuple[str, str, int, bytes]:
    """Name, id in hexadecimal, signature type and seed. Only who derives the public half can check the id."""
    if not text.startswith(_SIGNER_PREFIX):
        raise MalformedKey("not a signer key")
    return _split_key(text.removeprefix(_SIGNER_PREFIX))


def ed25519_verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032; a public key that is no point of the curve verifies nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (BadEd25519, ValueError):
        return False
    return True


def check_name(name: str) -> None:
    """A key's name is not empty and has neither a Unicode space nor a plus."""
    if not is_name(name):
        raise MalformedKey("a key's name is not empty and has neither spaces nor a plus")


def is_name(name: str) -> bool:
    """Whether that can be a key's name."""
    if not name or "+" in name or CONTROL.search(name) or not is_unicode(name):
        return False
    return not any(character.isspace() for character in name)


def _split_key(text: str) -> tuple[str, str, int, bytes]:
    # base64 has pluses of its own; a name has none, so the first two separate.
    name, _, rest = text.partition("+")
    hex_id, _, encoded = rest.partition("+")
    material = decode_base64(encoded, MalformedKey)
    if not _HEX_ID.fullmatch(hex_id) or len(material) < 2:
        raise MalformedKey("a key is <name>+<8 hexadecimal digits>+<base64 of type and key>")
    return name, hex_id, material[0], material[1:]
