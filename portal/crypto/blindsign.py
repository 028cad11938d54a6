"""The issuer's half of RFC 9474: making keys, and the private operation on numbers that a stranger chose.

``cryptography`` offers no raw private operation, so it is done here with GMP's constant-time exponentiation
(``mpz_powm_sec`` through gmpy2), by the Chinese remainder theorem, and

- blinded once more by the issuer, so that no time depends on the number that was sent (Kocher 1996);
- checked by the public exponent before anything is answered (RFC 9474, section 4.3): a fault in one half of the
  remainder theorem would otherwise give the key away (Boneh, DeMillo and Lipton 1997).
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import gmpy2
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from portal.crypto.blindrsa import EXPONENT, MODULUS_BITS, dump_public, load_public
from portal.crypto.errors import BlindSignatureError, KeyFormatError


@dataclass(frozen=True)
class BlindSigner:
    """An issuer's private key, ready to sign. ``repr`` shows none of it."""

    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> BlindSigner:
        """A fresh key of 2 048 bits."""
        return cls(rsa.generate_private_key(EXPONENT, MODULUS_BITS))

    @classmethod
    def load(cls, data: bytes) -> BlindSigner:
        """The key that :meth:`dump` wrote; refuses any other kind.

        Its primes are not tested again (50 ms each time): the bytes come from authenticated storage, and :meth:`sign`
        answers nothing that the public exponent does not confirm.
        """
        try:
            key = load_der_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)
        except ValueError as error:
            raise KeyFormatError("not a private key") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise KeyFormatError("an issuer's key is an RSA key")
        load_public(dump_public(key.public_key()))
        return cls(key)

    def dump(self) -> bytes:
        """PKCS #8 in DER, in the clear: to be sealed before it is stored."""
        return self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_key(self) -> bytes:
        """DER of the public half."""
        return dump_public(self.private.public_key())

    @cached_property
    def _crt(self) -> tuple[Any, ...]:
        numbers = self.private.private_numbers()
        n, e = numbers.public_numbers.n, numbers.public_numbers.e
        return tuple(map(gmpy2.mpz, (n, e, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)))

    def sign(self, blinded: bytes) -> bytes:
        """BlindSign (RFC 9474, section 4.3): as many bytes as the modulus; :class:`BlindSignatureError` otherwise."""
        n, e, *_ = self._crt
        size = (n.bit_length() + 7) // 8
        message = gmpy2.mpz(int.from_bytes(blinded, "big"))
        if len(blinded) != size or not 0 < message < n or math.gcd(int(message), int(n)) != 1:
            raise BlindSignatureError("not a blinded message for this key")
        factor = gmpy2.mpz(secrets.randbelow(int(n) - 2) + 2)
        signed = self._power(message * gmpy2.powmod(factor, e, n) % n)
        signature = signed * gmpy2.invert(factor, n) % n
        if gmpy2.powmod(signature, e, n) != message:
            raise BlindSignatureError("signing failure")
        return int(signature).to_bytes(size, "big")

    def _power(self, value: Any) -> Any:
        """``value`` to the private exponent (RFC 8017, section 5.1.2, the second form)."""
        _, _, p, q, d_p, d_q, q_inverse = self._crt
        first, second = gmpy2.powmod_sec(value % p, d_p, p), gmpy2.powmod_sec(value % q, d_q, q)
        return second + q * ((first - second) * q_inverse % p)
