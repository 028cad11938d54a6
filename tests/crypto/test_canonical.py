"""Canonical JSON, base64url and padding: one form for each value, and every other form refused."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, NotCanonical, PaddingError
from portal.crypto.padding import COMMENT_SIZE, pad, unpad
from tests.crypto.make_vectors import FIXED, FOLDER, text_of
from tests.crypto.support import vectors

CANONICAL, PADDING = vectors("canonical.json"), vectors("padding.json")

texts = st.text(max_size=12).map(lambda text: unicodedata.normalize("NFC", text))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
documents = st.dictionaries(texts, values, max_size=4)


@pytest.mark.parametrize("name", sorted(FIXED))
def test_checked_in_vectors_are_what_the_code_makes(name: str) -> None:
    assert (FOLDER / name).read_text("ascii") == text_of(FIXED[name]())


@pytest.mark.parametrize("item", CANONICAL["documents"], ids=lambda item: item["bytes"][:20])
def test_vectors(item: dict[str, Any]) -> None:
    assert dump_canonical(item["document"]).hex() == item["bytes"]
    assert parse_canonical(bytes.fromhex(item["bytes"])) == item["document"]


@pytest.mark.parametrize("data", CANONICAL["refused"])
def test_other_bytes_are_refused(data: str) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(bytes.fromhex(data))


@given(documents)
def test_round_trip(document: dict[str, Any]) -> None:
    assert parse_canonical(dump_canonical(document)) == document


@given(st.binary(max_size=80) | documents.map(lambda item: repr(item).encode(errors="replace")))
def test_no_bytes_raise_anything_but_not_canonical(data: bytes) -> None:
    try:
        document = parse_canonical(data)
    except NotCanonical:
        return
    assert dump_canonical(document) == data


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), 2**53, "e\u0302", "\ud800", b"x", {1: 2}, {"\ud800": 1}, {"e\u0302": 1}]
)
def test_what_has_no_canonical_form_is_not_written(value: Any) -> None:
    with pytest.raises(NotCanonical):
        dump_canonical({"a": value, "b": 1})


def test_depth_is_bounded_in_both_directions() -> None:
    deep: Any = 1
    for _ in range(15):
        deep = [deep]
    assert parse_canonical(dump_canonical({"a": deep}))
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(NotCanonical):
        dump_canonical({"a": deep})


@given(st.binary(max_size=40))
def test_base64url_round_trip(data: bytes) -> None:
    assert b64url_decode(b64url_encode(data)) == data


@pytest.mark.parametrize("text", ["A", "AB==", "AB", "A A", "AA\n", "A+", "A/", "ĐĐ", "AAA=", "=", "A\x00"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(CryptoError):
        b64url_decode(text)


@given(st.text(max_size=12))
def test_base64url_takes_only_what_it_writes(text: str) -> None:
    try:
        data = b64url_decode(text)
    except CryptoError:
        return
    assert b64url_encode(data) == text


@pytest.mark.parametrize("item", PADDING["padded"], ids=lambda item: item["padded"])
def test_padding_vectors(item: dict[str, Any]) -> None:
    payload = bytes.fromhex(item["payload"])
    assert pad(payload, item["size"]).hex() == item["padded"]
    assert unpad(bytes.fromhex(item["padded"])) == payload


def test_the_fullest_comment() -> None:
    item = PADDING["comment"]
    payload = (item["repeat"] * item["times"]).encode()
    assert len(payload) == COMMENT_SIZE - 4
    assert hashlib.sha256(pad(payload)).hexdigest() == item["sha256"]
    with pytest.raises(PaddingError):
        pad(payload + b"x")


@pytest.mark.parametrize("data", PADDING["refused"])
def test_other_padding_is_refused(data: str) -> None:
    with pytest.raises(PaddingError):
        unpad(bytes.fromhex(data))


@given(st.binary(max_size=40))
def test_unpad_takes_only_what_pad_writes(data: bytes) -> None:
    try:
        payload = unpad(data)
    except PaddingError:
        return
    assert pad(payload, len(data)) == data
