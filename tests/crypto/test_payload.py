"""Payloads: the closed form of a comment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import PayloadError
from portal.crypto.padding import pad
from portal.crypto.payload import TEXT_MAX, Payload, build_payload, parse_payload
from tests.crypto.support import vectors

FOUND = vectors("payload.json")
FIRST = bytes.fromhex(FOUND["accepted"][0]["bytes"])
DOCUMENT = json.loads(FIRST)


@pytest.mark.parametrize("item", FOUND["accepted"], ids=lambda item: item["fields"]["topic"])
def test_vectors(item: dict[str, Any]) -> None:
    fields = {**item["fields"], "reply_key": b64url_decode(item["fields"]["reply_key"])}
    assert build_payload(Payload(**fields)).hex() == item["bytes"]
    assert parse_payload(bytes.fromhex(item["bytes"])) == Payload(**fields)


@pytest.mark.parametrize("change", FOUND["changes"], ids=lambda change: json.dumps(change)[:30])
def test_one_changed_field_makes_it_no_payload(change: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        parse_payload(dump_canonical({**DOCUMENT, **change}))


@pytest.mark.parametrize("name", FOUND["absent"])
def test_every_field_is_needed(name: str) -> None:
    with pytest.raises(PayloadError):
        parse_payload(dump_canonical({key: value for key, value in DOCUMENT.items() if key != name}))


@pytest.mark.parametrize("data", [b"", b"{}", b"null", FIRST + b"\n", FIRST.replace(b'"v":1', b'"v":1.0'), FIRST[:-1]])
def test_other_bytes_are_no_payload(data: bytes) -> None:
    with pytest.raises(PayloadError):
        parse_payload(data)


def test_text_is_counted_in_code_points() -> None:
    payload = replace(parse_payload(FIRST), text="\U0001f600" * 10)
    assert parse_payload(build_payload(payload, limit=10), limit=10) == payload
    for action in (lambda: build_payload(payload, limit=9), lambda: parse_payload(build_payload(payload), limit=9)):
        with pytest.raises(PayloadError):
            action()


def test_text_must_be_nfc() -> None:
    with pytest.raises(PayloadError):
        build_payload(replace(parse_payload(FIRST), text="Vie\u0323\u0302c"))


def test_the_longest_comment_fits_the_envelope() -> None:
    # four bytes a code point is the most that printed text takes
    longest = replace(parse_payload(FIRST), text="\U0001f600" * TEXT_MAX, consultation="x" * 40, unit="u" * 40)
    pad(build_payload(longest))


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_payload_error(data: bytes) -> None:
    with pytest.raises(PayloadError):
        parse_payload(data)


values = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.lists(st.just(1), max_size=1)


@given(st.sampled_from(sorted(DOCUMENT)), values | st.dictionaries(st.text(max_size=2), values, max_size=2))
def test_parsing_and_building_are_inverse(name: str, value: Any) -> None:
    try:
        data = dump_canonical({**DOCUMENT, name: value})
    except ValueError:
        return
    try:
        payload = parse_payload(data)
    except PayloadError:
        return
    assert build_payload(payload) == data
