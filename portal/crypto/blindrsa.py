"""Blind RSA signatures, RSABSSA-SHA384-PSS-Deterministic (RFC 9474): the client's half, and verification.

::

    client                                   issuer
    m = prepare(message)                     (deterministic: m is the message)
    blinded, inverse = blind(key, m)  --->   signature = portal.crypto.blindsign.blind_sign(private, blinded)
    finalize(key, m, signature, inverse)  <---

The issuer sees a uniformly random number, and later cannot tell which of its answers a signature came from (RFC 9474,
section 7.1). That holds even under a maliciously made key because our messages, hashes of fresh public keys, have full
entropy (Lysyanskaya 2022, cited there), and because :func:`load_public` takes no exponent but 65537.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from portal.crypto.errors import BlindSignatureError, KeyFormatError

ALGORITHM = "RSABSSA-SHA384-PSS-Deterministic"
MODULUS_BITS = 2048
SIGNATURE_SIZE = MODULUS_BITS // 8
EXPONENT = 65537
SALT_SIZE = hashlib.sha384().digest_size
_HASH_SIZE = hashlib.sha384().digest_size


@dataclass(frozen=True)
class Blinded:
    """What the client sends (``message``, as long as the modulus), and the secret that unblinds the answer."""

    message: bytes
    inverse: int


def dump_public(key: rsa.RSAPublicKey) -> bytes:
    """DER of the SubjectPublicKeyInfo (RFC 5280, rsaEncryption)."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_public(data: bytes) -> rsa.RSAPublicKey:
    """The key that :func:`dump_public` wrote: 2 048 bits, exponent 65537, nothing else; or :class:`KeyFormatError`."""
    try:
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFormatError("not a public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != MODULUS_BITS:
        raise KeyFormatError("an issuer's key is RSA with 2048 bits")
    if key.public_numbers().e != EXPONENT or dump_public(key) != data:
        raise KeyFormatError("an issuer's key has the exponent 65537 and canonical DER")
    return key


def key_id(data: bytes) -> str:
    """What people compare: SHA-256 of the key's DER in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def blind(key: rsa.RSAPublicKey, message: bytes, *, salt: bytes | None = None, factor: int | None = None) -> Blinded:
    """RFC 9474, section 4.2. ``salt`` and ``factor`` (r) are drawn freshly; they are given by test vectors only."""
    n, e = _numbers(key)
    size = (n.bit_length() + 7) // 8
    encoded = emsa_pss_encode(message, n.bit_length() - 1, secrets.token_bytes(SALT_SIZE) if salt is None else salt)
    m = int.from_bytes(encoded, "big")
    r = secrets.randbelow(n - 1) + 1 if factor is None else factor
    if math.gcd(m, n) != 1 or math.gcd(r, n) != 1:
        raise BlindSignatureError("a number shares a factor with the modulus")
    return Blinded((m * pow(r, e, n) % n).to_bytes(size, "big"), pow(r, -1, n))


def finalize(
    key: rsa.RSAPublicKey, message: bytes, blind_signature: bytes, inverse: int, *, salt_size: int = SALT_SIZE
) -> bytes:
    """RFC 9474, section 4.4: the signature of ``message``; raises :class:`BlindSignatureError` unless it verifies."""
    n, _ = _numbers(key)
    size = (n.bit_length() + 7) // 8
    if len(blind_signature) != size:
        raise BlindSignatureError("the answer is not as long as the modulus")
    signature = (int.from_bytes(blind_signature, "big") * inverse % n).to_bytes(size, "big")
    if not verifies(key, message, signature, salt_size=salt_size):
        raise BlindSignatureError("the issuer's answer does not hold")
    return signature


def verifies(key: rsa.RSAPublicKey, message: bytes, signature: bytes, *, salt_size: int = SALT_SIZE) -> bool:
    """Whether that key signed that message (RSASSA-PSS, RFC 8017, section 8.1.2)."""
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=salt_size)
    try:
        key.verify(signature, message, scheme, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def emsa_pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS with SHA-384 and MGF1 (RFC 8017, section 9.1.1); ``bits``: one less than the modulus has."""
    size = (bits + 7) // 8
    if size < _HASH_SIZE + len(salt) + 2:
        raise BlindSignatureError("the modulus is too short")
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = b"\x01".rjust(size - len(salt) - _HASH_SIZE - 1, b"\x00") + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, size: int) -> bytes:
    """RFC 8017, appendix B.2.1."""
    blocks = (hashlib.sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-size // _HASH_SIZE)))
    return b"".join(blocks)[:size]


def _numbers(key: rsa.RSAPublicKey) -> tuple[int, int]:
    numbers = key.public_numbers()
    return numbers.n, numbers.e
