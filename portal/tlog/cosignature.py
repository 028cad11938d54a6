"""Cosignatures by witnesses (https://c2sp.org/tlog-cosignature): "this tree extends all that I saw before".

Two kinds, told apart by the signature type in the key's text:

* Ed25519 (0x04): over two lines, ``cosignature/v1`` and ``time <POSIX seconds>``, and the checkpoint's text.
* ML-DSA-44 (0x06): over a ``cosigned_message`` that names the cosigner and the tree. It leaves out the checkpoint's
  extension lines, so that it says nothing about them.

The signature is the time as a big-endian uint64 and then 64 or 2420 bytes. The time is a witness's, and tells nothing
of a submitter. A witness keeps a :class:`CosignerSigner` or a :class:`MldsaCosignerSigner` and signs by
``key.at(time)``::

    note = sign_note(checkpoint.text, key.at(now), existing=checkpoint.signatures)
    open_checkpoint(note, log_key, [parse_cosigner_key(vkey)]).note.signed_by(...)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from cryptography.exceptions import InvalidSignature as BadSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosigned import MAX_TIME, MAX_VECTOR, TIME_SIZE, cosigned_at, ed25519_message, mldsa_message
from portal.tlog.errors import MalformedKey, TlogError
from portal.tlog.keys import (
    check_name,
    ed25519_verifies,
    format_signer_key,
    format_vkey,
    key_id,
    parse_signer_key,
    parse_vkey,
)

__all__ = [
    "AnyCosignerKey",
    "AnyCosignerSigner",
    "Cosigner",
    "CosignerKey",
    "CosignerSigner",
    "MldsaCosigner",
    "MldsaCosignerKey",
    "MldsaCosignerSigner",
    "cosigned_at",
    "parse_cosigner_key",
    "parse_cosigner_signer",
]

COSIGNATURE = 0x04
MLDSA_COSIGNATURE = 0x06


@dataclass(frozen=True)
class _Key(ABC):
    """What both kinds of verifier key share: a name, a public key of a fixed size, and their text."""

    name: str
    public_key: bytes

    signature_type: ClassVar[int]
    key_size: ClassVar[int]
    signature_size: ClassVar[int]

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public_key) != self.key_size:
            raise MalformedKey(f"a public key of this kind is {self.key_size} bytes long")

    @cached_property
    def key_id(self) -> bytes:
        """4 bytes; another id than the same key has for another signature type."""
        return key_id(self.name, self.signature_type, self.public_key)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the witness cosigned the checkpoint of that text."""
        checkpoint = _checkpoint(text)
        time = cosigned_at(signature)
        if checkpoint is None or len(signature) != TIME_SIZE + self.signature_size or time > MAX_TIME:
            return False
        return self._verifies(checkpoint, time, signature[TIME_SIZE:])

    @abstractmethod
    def _verifies(self, checkpoint: Checkpoint, time: int, signature: bytes) -> bool:
        """Whether this key made the signature (without its time) over that tree at that time."""

    def __str__(self) -> str:
        return format_vkey(self.name, self.signature_type, self.public_key)


@dataclass(frozen=True)
class CosignerKey(_Key):
    """A witness's Ed25519 verifier key: a :class:`portal.tlog.note.Verifier` of checkpoints. 32 bytes."""

    signature_type = COSIGNATURE
    key_size = 32
    signature_size = 64

    def _verifies(self, checkpoint: Checkpoint, time: int, signature: bytes) -> bool:
        return ed25519_verifies(self.public_key, ed25519_message(checkpoint, time), signature)

    @classmethod
    def parse(cls, text: str) -> CosignerKey:
        """The key of that text; raises :class:`MalformedKey` for anything but ``str()`` of a key."""
        name, signature_type, public_key = parse_vkey(text)
        if signature_type != COSIGNATURE:
            raise MalformedKey("not a key for Ed25519 cosignatures")
        return cls(name, public_key)


@dataclass(frozen=True)
class MldsaCosignerKey(_Key):
    """A witness's ML-DSA-44 verifier key: a :class:`portal.tlog.note.Verifier` of checkpoints. 1312 bytes.

    A log may sign its own checkpoints with such a key, too (tlog-checkpoint, "Signatures").
    """

    signature_type = MLDSA_COSIGNATURE
    key_size = 1312
    signature_size = 2420

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.name.encode()) > MAX_VECTOR:
            raise MalformedKey("the name of an ML-DSA-44 cosigner has at most 255 bytes")

    def _verifies(self, checkpoint: Checkpoint, time: int, signature: bytes) -> bool:
        try:
            message = mldsa_message(self.name, checkpoint, time)
            MLDSA44PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (BadSignature, ValueError):
            return False
        return True

    @classmethod
    def parse(cls, text: str) -> MldsaCosignerKey:
        """The key of that text; raises :class:`MalformedKey` for anything but ``str()`` of a key."""
        name, signature_type, public_key = parse_vkey(text)
        if signature_type != MLDSA_COSIGNATURE:
            raise MalformedKey("not a key for ML-DSA-44 cosignatures")
        return cls(name, public_key)


AnyCosignerKey = CosignerKey | MldsaCosignerKey


def parse_cosigner_key(text: str) -> AnyCosignerKey:
    """The witness's key of that text, of either kind; raises :class:`MalformedKey`."""
    if parse_vkey(text)[1] == MLDSA_COSIGNATURE:
        return MldsaCosignerKey.parse(text)
    return CosignerKey.parse(text)


@dataclass(frozen=True)
class _Signer(ABC):
    """What both kinds of secret key share: a name and 32 secret bytes (RFC 8032's private key; FIPS 204's xi).

    Only a witness that has checked the consistency of the checkpoint with all those it cosigned before may sign.
    """

    name: str
    seed: bytes = field(repr=False)  # representations end in logs

    signature_type: ClassVar[int]

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != 32:
            raise MalformedKey("a seed is 32 bytes long")

    @property
    def key_id(self) -> bytes:
        """The id of the public half, 4 bytes."""
        return self.verifier.key_id

    @property
    @abstractmethod
    def verifier(self) -> AnyCosignerKey:
        """The public half."""

    @abstractmethod
    def at(self, time: int) -> Cosigner | MldsaCosigner:
        """The note signer of that moment (POSIX seconds)."""

    def reveal(self) -> str:
        """The secret text of the key, ``PRIVATE+KEY+...``, for a file that nobody else can read."""
        return format_signer_key(self.verifier.name, self.signature_type, self.key_id, self.seed)


@dataclass(frozen=True)
class CosignerSigner(_Signer):
    """A witness's Ed25519 key."""

    signature_type = COSIGNATURE

    @cached_property
    def verifier(self) -> CosignerKey:
        """The public half."""
        return CosignerKey(self.name, self._private.public_key().public_bytes_raw())

    def at(self, time: int) -> Cosigner:
        """The note signer of that moment (POSIX seconds)."""
        return Cosigner(self.name, self.seed, time)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True)
class MldsaCosignerSigner(_Signer):
    """A witness's ML-DSA-44 key."""

    signature_type = MLDSA_COSIGNATURE

    @cached_property
    def verifier(self) -> MldsaCosignerKey:
        """The public half."""
        return MldsaCosignerKey(self.name, self._private.public_key().public_bytes_raw())

    def at(self, time: int) -> MldsaCosigner:
        """The note signer of that moment (POSIX seconds)."""
        return MldsaCosigner(self.name, self.seed, time)

    @cached_property
    def _private(self) -> MLDSA44PrivateKey:
        return MLDSA44PrivateKey.from_seed_bytes(self.seed)


AnyCosignerSigner = CosignerSigner | MldsaCosignerSigner


def parse_cosigner_signer(text: str) -> AnyCosignerSigner:
    """The secret key that ``reveal()`` wrote, of either kind; raises :class:`MalformedKey` for anything else."""
    name, hex_id, signature_type, seed = parse_signer_key(text)
    kinds: dict[int, type[AnyCosignerSigner]] = {COSIGNATURE: CosignerSigner, MLDSA_COSIGNATURE: MldsaCosignerSigner}
    if signature_type not in kinds:
        raise MalformedKey("not a key for cosignatures")
    key = kinds[signature_type](name, seed)
    if key.key_id.hex() != hex_id:
        raise MalformedKey("the id is not that of the name and the key")
    return key


@dataclass(frozen=True)
class Cosigner(CosignerSigner):
    """A witness's Ed25519 key at one moment: a :class:`portal.tlog.note.Signer`. ``time``: POSIX seconds."""

    time: int

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_time(self.time)

    def sign(self, text: str) -> bytes:
        """72 bytes over the checkpoint of that text; a witness vouches for checkpoints and for nothing else."""
        message = ed25519_message(Checkpoint.parse(text), self.time)
        return self.time.to_bytes(TIME_SIZE) + self._private.sign(message)


@dataclass(frozen=True)
class MldsaCosigner(MldsaCosignerSigner):
    """A witness's ML-DSA-44 key at one moment: a :class:`portal.tlog.note.Signer`. ``time``: POSIX seconds.

    Signing is randomised (FIPS 204's default): two signatures over the same message differ.
    """

    time: int

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_time(self.time)

    def sign(self, text: str) -> bytes:
        """2428 bytes over the tree in the checkpoint of that text."""
        message = mldsa_message(self.name, Checkpoint.parse(text), self.time)
        return self.time.to_bytes(TIME_SIZE) + self._private.sign(message)


def _check_time(time: int) -> None:
    if not 0 <= time <= MAX_TIME:
        raise MalformedKey("a time lies in 0..2^63-1 seconds")


def _checkpoint(text: str) -> Checkpoint | None:
    try:
        return Checkpoint.parse(text)
    except TlogError:
        return None
