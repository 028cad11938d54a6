"""Attachments: the sealed file's form, and the second version of the payload that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import attachment
from portal.crypto.canonical import dump_canonical
from portal.crypto.errors import AttachmentError, CannotOpen, CryptoError, PayloadError
from portal.crypto.padding import pad
from portal.crypto.payload import TEXT_MAX, AttachedFile, Attachments, build_payload, parse_payload
from tests.crypto.support import code_of, vectors

FOUND = vectors("attachment.json")
SECRET, CID = bytes.fromhex(FOUND["secret"]), FOUND["consultation"]
WHOLE = bytes.fromhex(FOUND["payload"]["bytes"])
KEY = attachment.attachment_key(SECRET, FOUND["place"])
SEALED = attachment.seal_attachment(bytes.fromhex(FOUND["data"]), key=KEY, consultation=CID)


def test_the_vector_is_sealed_and_opened() -> None:
    expected = {"length": len(SEALED), "sha256": hashlib.sha256(SEALED).hexdigest()}
    head = attachment.parse_attachment(SEALED).head
    assert FOUND["sealed"] == {**expected, "head": head.hex()}
    assert attachment.open_attachment(SEALED, key=KEY, consultation=CID) == bytes.fromhex(FOUND["data"])


def test_each_place_has_its_own_key() -> None:
    keys = [attachment.attachment_key(SECRET, place) for place in range(attachment.COUNT_MAX)]
    assert [key.hex() for key in keys] == FOUND["keys"] and len(set(keys)) == len(keys)
    for secret, place in ((SECRET, -1), (SECRET, attachment.COUNT_MAX), (SECRET[1:], 0), (b"", 0)):
        with pytest.raises(AttachmentError):
            attachment.attachment_key(secret, place)


@pytest.mark.parametrize("item", FOUND["damaged"], ids=lambda item: item["field"])
def test_one_changed_bit_is_noticed(item: dict[str, Any]) -> None:
    damaged = bytearray(SEALED)
    damaged[item["at"]] ^= 1
    with pytest.raises(CryptoError) as caught:
        attachment.open_attachment(bytes(damaged), key=KEY, consultation=CID)
    assert code_of(caught.value) == item["error"]


@pytest.mark.parametrize("item", FOUND["buckets"], ids=lambda item: str(item["length"]))
def test_a_length_is_told_by_its_bucket_only(item: dict[str, int]) -> None:
    assert attachment.bucket_of(item["length"]) == item["size"]


def test_what_no_bucket_holds_is_refused() -> None:
    for length in (0, attachment.FILE_MAX + 1):
        with pytest.raises(AttachmentError):
            attachment.bucket_of(length)


def test_another_key_another_consultation_and_other_lengths_open_nothing() -> None:
    for key, cid in ((bytes(32), CID), (KEY, CID + "x")):
        with pytest.raises(CannotOpen):
            attachment.open_attachment(SEALED, key=key, consultation=cid)
    for data in (b"", SEALED[:5], SEALED[:-1], SEALED + b"\0", SEALED[:40]):
        with pytest.raises(AttachmentError):
            attachment.open_attachment(data, key=KEY, consultation=CID)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_an_attachment_error(data: bytes) -> None:
    with pytest.raises(AttachmentError):
        attachment.parse_attachment(attachment.MAGIC + data)


def test_the_second_version_names_the_files() -> None:
    found = parse_payload(WHOLE)
    assert found.attachments is not None and found.attachments.secret == SECRET
    named = [{"sha256": file.sha256.hex(), "type": file.type} for file in found.attachments.files]
    assert named == FOUND["payload"]["files"]
    assert build_payload(found) == WHOLE


def test_a_comment_without_files_stays_in_the_first_version() -> None:
    plain = build_payload(replace(parse_payload(WHOLE), attachments=None))
    assert json.loads(plain)["v"] == 1 and parse_payload(plain).attachments is None


@pytest.mark.parametrize("change", FOUND["payload"]["changes"], ids=lambda change: json.dumps(change)[:40])
def test_attachments_of_another_form_make_it_no_payload(change: Any) -> None:
    with pytest.raises(PayloadError):
        parse_payload(dump_canonical({**json.loads(WHOLE), "attachments": change}))


@pytest.mark.parametrize("version", [1, 3, True, "2", None])
def test_attachments_belong_to_the_second_version(version: Any) -> None:
    with pytest.raises(PayloadError):
        parse_payload(dump_canonical({**json.loads(WHOLE), "v": version}))


def test_the_longest_comment_with_three_files_fits_the_one_size() -> None:
    files = tuple(AttachedFile(hashlib.sha256(bytes([n])).digest(), "jpeg") for n in range(attachment.COUNT_MAX))
    longest = replace(
        parse_payload(WHOLE),
        text="\U0001f600" * TEXT_MAX,
        consultation="x" * 40,
        unit="u" * 16,
        ratings={},
        topic="difficulty",
        level="office",
        attachments=Attachments(SECRET, files),
    )
    pad(build_payload(longest))
