"""What a cosigner signs (https://c2sp.org/tlog-cosignature): the messages of both kinds of cosignature, as bytes."""

from __future__ import annotations

from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import MalformedCheckpoint

MAX_TIME = (1 << 63) - 1
TIME_SIZE = 8
MAX_VECTOR = 255
"""Bytes that an ``opaque<1..2^8-1>`` holds at most."""

_LABEL = b"subtree/v1\n\0"


def cosigned_at(signature: bytes) -> int:
    """The POSIX seconds in a cosignature (without the key id)."""
    return int.from_bytes(signature[:TIME_SIZE])


def ed25519_message(checkpoint: Checkpoint, time: int) -> bytes:
    """What an Ed25519 cosigner signs (tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {time}\n{checkpoint}".encode()


def mldsa_message(cosigner: str, checkpoint: Checkpoint, time: int) -> bytes:
    """What an ML-DSA-44 cosigner signs (tlog-cosignature, "ML-DSA-44 signed message"): ``cosigned_message``, start 0.

    Raises :class:`MalformedCheckpoint` for an origin of more than 255 bytes, which the structure cannot hold.
    """
    origin = checkpoint.origin.encode()
    if len(origin) > MAX_VECTOR:
        raise MalformedCheckpoint("an origin of more than 255 bytes cannot be cosigned with ML-DSA-44")
    names = b"".join((_vector(cosigner.encode()), time.to_bytes(8), _vector(origin)))
    return b"".join((_LABEL, names, (0).to_bytes(8), checkpoint.size.to_bytes(8), checkpoint.root))


def _vector(value: bytes) -> bytes:
    return len(value).to_bytes(1) + value
