"""Row keys: the vectors, who derives them, and that nothing but the same row opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import envelope, rowkey
from portal.crypto.errors import CannotOpen, PaddingError, RowKeyError
from tests.crypto.support import moderators, vectors

FOUND = vectors("rowkey.json")
OFFICE = moderators(3)


def test_the_vectors_keys_and_rows() -> None:
    content_key, head = bytes.fromhex(FOUND["content_key"]), bytes.fromhex(FOUND["head"])
    keys = {label: rowkey.row_key(content_key, head, label).hex() for label in rowkey.LABELS}
    assert keys == FOUND["keys"]
    assert len(set(keys.values())) == len(rowkey.LABELS)
    for row in FOUND["rows"]:
        sealed, aad = bytes.fromhex(row["sealed"]), bytes.fromhex(row["aad"])
        assert rowkey.open_row(bytes.fromhex(keys["coding"]), sealed, aad).hex() == row["plaintext"]
        assert len(sealed) == rowkey.sealed_size(row["size"])
        for label in rowkey.LABELS - {"coding"}:
            with pytest.raises(CannotOpen):
                rowkey.open_row(bytes.fromhex(keys[label]), sealed, aad)
    place = FOUND["coding_aad"]
    assert rowkey.coding_aad(place["slot"], place["revision"]).hex() == place["aad"]


@pytest.mark.parametrize("label", FOUND["refused_labels"])
def test_no_other_use_has_a_key(label: str) -> None:
    with pytest.raises(RowKeyError):
        rowkey.row_key(bytes(32), b"head", label)


def test_a_key_of_another_size_is_no_content_key() -> None:
    with pytest.raises(RowKeyError):
        rowkey.row_key(bytes(31), b"head", "coding")


def test_every_ticked_moderator_has_the_row_key_and_the_one_left_out_has_none() -> None:
    kept, other, left_out = OFFICE.kids
    sealed = OFFICE.seal(b"noi dung", recused=[left_out])
    head = envelope.parse_envelope(sealed).head
    keys = {
        rowkey.row_key(envelope.open_content_key(OFFICE.seeds[kid], sealed), head, "coding") for kid in (kept, other)
    }
    assert len(keys) == 1
    assert envelope.open_with_content_key(envelope.open_content_key(OFFICE.seeds[kept], sealed), sealed) == b"noi dung"
    with pytest.raises(CannotOpen):
        envelope.open_content_key(OFFICE.seeds[left_out], sealed)


def test_another_comments_content_key_opens_neither_content_nor_row() -> None:
    one, other = OFFICE.seal(b"mot"), OFFICE.seal(b"hai")
    seed = OFFICE.seeds[OFFICE.kids[0]]
    with pytest.raises(CannotOpen):
        envelope.open_with_content_key(envelope.open_content_key(seed, one), other)
    keys = {rowkey.row_key(envelope.open_content_key(seed, item), b"head", "coding") for item in (one, other)}
    assert len(keys) == 2


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_rows_of_one_size_look_alike_and_open_again(plaintext: bytes, aad: bytes) -> None:
    key = rowkey.row_key(bytes(32), b"head", "redaction")
    sealed = rowkey.seal_row(key, plaintext, 64, aad)
    assert len(sealed) == rowkey.sealed_size(64)
    assert sealed != rowkey.seal_row(key, plaintext, 64, aad)
    assert rowkey.open_row(key, sealed, aad) == plaintext


@given(st.integers(0, rowkey.sealed_size(16) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, xor: int) -> None:
    key = rowkey.row_key(bytes(32), b"head", "coding")
    damaged = bytearray(rowkey.seal_row(key, b"abc", 16, b"aad"))
    damaged[at] ^= xor
    with pytest.raises(CannotOpen):
        rowkey.open_row(key, bytes(damaged), b"aad")


def test_another_slot_or_revision_does_not_open_and_too_long_a_text_is_not_sealed() -> None:
    key = rowkey.row_key(bytes(32), b"head", "coding")
    sealed = rowkey.seal_row(key, b"abc", 16, rowkey.coding_aad(1, 1))
    for aad in (rowkey.coding_aad(2, 1), rowkey.coding_aad(1, 2)):
        with pytest.raises(CannotOpen):
            rowkey.open_row(key, sealed, aad)
    with pytest.raises(CannotOpen):
        rowkey.open_row(key, sealed[:10], rowkey.coding_aad(1, 1))
    with pytest.raises(PaddingError):
        rowkey.seal_row(key, bytes(13), 16, b"")
