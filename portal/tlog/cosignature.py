"""Cosignatures by witnesses, Ed25519 (https://c2sp.org/tlog-cosignature): "this tree extends all that I saw before".

The signed message is the checkpoint's text after two lines, ``cosignature/v1`` and ``time <POSIX seconds>``; the
signature is that time as a big-endian uint64 and 64 bytes of Ed25519. The time is a witness's, and tells nothing of
a submitter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import MalformedKey, TlogError
from portal.tlog.keys import check_name, ed25519_verifies, format_vkey, key_id, parse_vkey

COSIGNATURE = 0x04
MAX_TIME = (1 << 63) - 1

_TIME_SIZE = 8
_SIGNATURE_SIZE = 64


@dataclass(frozen=True)
class CosignerKey:
    """A witness's verifier key: a :class:`portal.tlog.note.Verifier` of checkpoints. ``public_key``: 32 bytes."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != 32:
            raise MalformedKey("an Ed25519 public key is 32 bytes long")

    @cached_property
    def key_id(self) -> bytes:
        """4 bytes; another id than the same key has for note signatures."""
        return key_id(self.name, COSIGNATURE, self.public_key)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the witness cosigned the checkpoint of that text."""
        if len(signature) != _TIME_SIZE + _SIGNATURE_SIZE or not _is_checkpoint(text):
            return False
        time = cosigned_at(signature)
        return time <= MAX_TIME and ed25519_verifies(self.public_key, _message(text, time), signature[_TIME_SIZE:])

    def __str__(self) -> str:
        return format_vkey(self.name, COSIGNATURE, self.public_key)

    @classmethod
    def parse(cls, text: str) -> CosignerKey:
        """The key of that text; raises :class:`MalformedKey` for anything but ``str()`` of a key."""
        name, signature_type, public_key = parse_vkey(text)
        if signature_type != COSIGNATURE:
            raise MalformedKey("not a key for Ed25519 cosignatures")
        return cls(name, public_key)


@dataclass(frozen=True)
class Cosigner:
    """A witness's signer key at one moment: a :class:`portal.tlog.note.Signer`. ``seed``: 32 secret bytes.

    Only a witness that has checked the consistency of the checkpoint with all those it cosigned before may sign.
    """

    name: str
    seed: bytes = field(repr=False)
    time: int

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise MalformedKey("an Ed25519 seed is 32 bytes long")
        if not 0 <= self.time <= MAX_TIME:
            raise MalformedKey("a time lies in 0..2^63-1 seconds")

    @property
    def verifier(self) -> CosignerKey:
        """The public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return CosignerKey(self.name, private.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """The id of the public half, 4 bytes."""
        return self.verifier.key_id

    def sign(self, text: str) -> bytes:
        """72 bytes over the checkpoint of that text."""
        Checkpoint.parse(text)  # a witness vouches for checkpoints and for nothing else
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_message(text, self.time))
        return self.time.to_bytes(_TIME_SIZE) + signature


def cosigned_at(signature: bytes) -> int:
    """The POSIX seconds in a cosignature (without the key id)."""
    return int.from_bytes(signature[:_TIME_SIZE])


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _is_checkpoint(text: str) -> bool:
    try:
        Checkpoint.parse(text)
    except TlogError:
        return False
    return True
