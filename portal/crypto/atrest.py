"""Sealing what the server can read, under instance keys that are kept outside the database.

Format: version byte 1, key id (4 bytes of SHA-256 of the key), nonce (12), AES-256-GCM with the purpose as associated
data. A list of keys allows rotation: the first one seals, all of them open.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.crypto.errors import AtRestError

LABEL = b"portal/at-rest/v1\x00"
VERSION = b"\x01"


class AtRest:
    """Seals and opens bytes for a purpose (such as ``coding``); keys are 32 bytes each."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise AtRestError("at least one key of 32 bytes is needed")
        self._ciphers = {hashlib.sha256(LABEL + key).digest()[:4]: AESGCM(key) for key in keys}
        self._first = hashlib.sha256(LABEL + keys[0]).digest()[:4]

    def __repr__(self) -> str:
        return f"AtRest({len(self._ciphers)} keys)"

    def seal(self, purpose: str, plaintext: bytes) -> bytes:
        """The sealed bytes: 33 longer than the plaintext."""
        nonce, head = secrets.token_bytes(12), VERSION + self._first
        return head + nonce + self._ciphers[self._first].encrypt(nonce, plaintext, self._aad(head, purpose))

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The plaintext; raises :class:`AtRestError` for another key, another purpose or an altered byte."""
        head, nonce = sealed[:5], sealed[5:17]
        cipher = self._ciphers.get(head[1:])
        if head[:1] != VERSION or cipher is None or len(sealed) < 33:
            raise AtRestError("not sealed by this instance")
        try:
            return cipher.decrypt(nonce, sealed[17:], self._aad(head, purpose))
        except InvalidTag as error:
            raise AtRestError("altered, or sealed for another purpose") from error

    @staticmethod
    def _aad(head: bytes, purpose: str) -> bytes:
        return LABEL + head + purpose.encode()
