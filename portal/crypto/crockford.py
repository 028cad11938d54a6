"""Codes that people copy by hand: 80 bits as 16 Crockford base32 symbols and two check symbols.

The check is the value modulo 1021, a prime: every single wrong symbol and every swap of two neighbours changes it,
because neither d * 32^i nor d * 31 * 32^i is a multiple of 1021 for 0 < d < 32.
"""

from __future__ import annotations

from portal.crypto.errors import ReceiptError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RAW_SIZE = 10
MODULUS = 1021
_FOLD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u00a0": "", "\t": "", "\n": ""})


def encode_code(raw: bytes) -> str:
    """Ten bytes as ``XXXX-XXXX-XXXX-XXXX-CC``."""
    if len(raw) != RAW_SIZE:
        raise ReceiptError("a code holds ten bytes")
    value = int.from_bytes(raw, "big")
    text = _symbols(value, 16) + _symbols(value % MODULUS, 2)
    return "-".join((text[0:4], text[4:8], text[8:12], text[12:16], text[16:18]))


def parse_code(text: str) -> bytes:
    """The ten bytes of a code in any case, with or without hyphens and spaces; O, I and L are read as 0, 1 and 1."""
    folded = text.upper().translate(_FOLD)
    if len(folded) != 18 or any(symbol not in ALPHABET for symbol in folded):
        raise ReceiptError("a code has 18 letters and digits")
    value, check = _value(folded[:16]), _value(folded[16:])
    if value % MODULUS != check:
        raise ReceiptError("the check symbols do not fit: a symbol was copied wrongly")
    return value.to_bytes(RAW_SIZE, "big")


def _symbols(value: int, count: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(count)))


def _value(symbols: str) -> int:
    value = 0
    for symbol in symbols:
        value = value << 5 | ALPHABET.index(symbol)
    return value
