"""Receipt codes: what is derived from them, how they may be typed, and that slips of the pen are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import crockford, keys, receipt
from portal.crypto.errors import ReceiptError
from tests.crypto.support import vectors

FOUND = vectors("codes.json")


@pytest.mark.parametrize("item", FOUND["receipts"], ids=lambda item: item["code"])
def test_vectors(item: dict[str, str]) -> None:
    raw = receipt.parse_receipt(item["code"])
    assert raw.hex() == item["raw"]
    assert receipt.format_receipt(raw) == item["code"]
    assert receipt.locator(raw).hex() == item["locator"]
    assert receipt.locator_hash(raw).hex() == item["locator_hash"]
    assert receipt.reply_seed(raw).hex() == item["reply_seed"]
    assert keys.kid_of(keys.public_key(receipt.reply_seed(raw))) == item["reply_kid"]


@pytest.mark.parametrize("code", FOUND["typed"]["codes"])
def test_ways_of_typing(code: str) -> None:
    assert crockford.parse_code(code).hex() == FOUND["typed"]["raw"]


@pytest.mark.parametrize("item", FOUND["refused"], ids=lambda item: item["code"])
def test_refused(item: dict[str, str]) -> None:
    with pytest.raises(ReceiptError):
        crockford.parse_code(item["code"])


def symbols_of(raw: bytes) -> list[str]:
    return list(crockford.encode_code(raw).replace("-", ""))


def accepted(symbols: list[str]) -> bool:
    try:
        crockford.parse_code("".join(symbols))
    except ReceiptError:
        return False
    return True


@given(st.binary(min_size=10, max_size=10))
def test_round_trip(raw: bytes) -> None:
    assert crockford.parse_code(crockford.encode_code(raw)) == raw


@given(st.binary(min_size=10, max_size=10))
def test_every_wrong_symbol_and_every_swap_of_neighbours_is_found(raw: bytes) -> None:
    symbols = symbols_of(raw)
    for at, right in enumerate(symbols):
        for wrong in crockford.ALPHABET.replace(right, ""):
            assert not accepted([*symbols[:at], wrong, *symbols[at + 1 :]])
    for at in range(len(symbols) - 1):
        if symbols[at] != symbols[at + 1]:
            assert not accepted([*symbols[:at], symbols[at + 1], symbols[at], *symbols[at + 2 :]])


def test_the_reason_why_every_single_slip_is_found() -> None:
    # Symbols weigh 32**place in the value; the check compares values modulo 1021. Exhaustive over all differences.
    for place in range(16):
        weight = pow(32, place, crockford.MODULUS)
        assert all(weight * step % crockford.MODULUS for step in range(1, 32))
        assert all(weight * 31 * step % crockford.MODULUS for step in range(1, 32))
    # a swap across the border between value and check: 33 * difference; inside the check: 31 * difference
    assert all(33 * step % crockford.MODULUS and 31 * step % crockford.MODULUS for step in range(1, 32))
    assert crockford.MODULUS < 32**2


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_a_receipt_error(text: str) -> None:
    try:
        raw = crockford.parse_code(text)
    except ReceiptError:
        return
    assert len(raw) == crockford.RAW_SIZE


def test_receipts_are_fresh_and_labels_are_apart() -> None:
    one, other = receipt.new_receipt(), receipt.new_receipt()
    assert one != other
    assert len({receipt.locator(one), receipt.reply_seed(one), receipt.locator(other), receipt.locator_hash(one)}) == 4


@pytest.mark.parametrize("raw", [b"", b"x" * 9, b"x" * 11])
def test_other_sizes_are_no_receipts(raw: bytes) -> None:
    for derive in (receipt.locator, receipt.reply_seed, crockford.encode_code):
        with pytest.raises(ReceiptError):
            derive(raw)
