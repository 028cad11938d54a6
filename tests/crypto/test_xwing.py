"""The X-Wing draft's own vectors: keys are what the rest of the world derives from a seed."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from portal.crypto import keys
from tests.crypto.support import vectors

VECTORS = vectors("xwing.json")["vectors"]
LABEL = b"\\.//^\\"


@pytest.mark.parametrize("item", VECTORS, ids=lambda item: item["seed"][:8])
def test_public_key_of_a_seed(item: dict[str, str]) -> None:
    assert keys.public_key(bytes.fromhex(item["seed"])).hex() == item["public_key"]


@pytest.mark.parametrize("item", VECTORS, ids=lambda item: item["seed"][:8])
def test_shared_secret_of_a_ciphertext(item: dict[str, str]) -> None:
    # The combiner of the draft's section 5.3, over the two private keys that our seed expands to.
    mlkem, x25519 = keys._expand(bytes.fromhex(item["seed"]))
    ciphertext = bytes.fromhex(item["ciphertext"])
    share = ciphertext[1088:]
    parts = mlkem.decapsulate(ciphertext[:1088]), x25519.exchange(X25519PublicKey.from_public_bytes(share)), share
    secret = hashlib.sha3_256(b"".join(parts) + x25519.public_key().public_bytes_raw() + LABEL).digest()
    assert secret.hex() == item["shared_secret"]
