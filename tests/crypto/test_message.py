"""Messages: who opens them, one size both ways, and a parser that takes nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import buckets, keys, message
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CannotOpen, CryptoError, MessageError
from portal.crypto.message import Message
from portal.crypto.rowkey import seal_row
from tests.crypto.make_vectors import CONSULTATION, seed_of
from tests.crypto.message_vectors import KEY, SEED, fields_of, message_vectors, messages
from tests.crypto.support import code_of, vectors

MAKERS = ["message-python.json", "message-js.json"]
REPLY_KEY = keys.public_key(SEED)
RANDOM = {"messages", "damaged"}  # what holds fresh randomness, or places in it


def sealed(item: Message) -> bytes:
    return message.seal(item, consultation=CONSULTATION, reply_key=REPLY_KEY).data


def refused_as(error: CryptoError) -> str:
    """Either language may say of another's wrap that it does not open, or that what came out is none."""
    return "cannot-open" if isinstance(error, CannotOpen) else code_of(error)


def test_the_vectors_are_those_of_this_code() -> None:
    found, made = vectors("message-python.json"), message_vectors()
    assert {name: value for name, value in found.items() if name not in RANDOM} == {
        name: value for name, value in made.items() if name not in RANDOM
    }
    assert [item["bytes"] for item in found["messages"]] == [item["bytes"] for item in made["messages"]]


@pytest.mark.parametrize("maker", MAKERS)
def test_both_languages_messages_open_by_either_wrap(maker: str) -> None:
    found = vectors(maker)
    for item, expected in zip(found["messages"], messages(), strict=True):
        data = b64url_decode(item["sealed"])
        opened, tickets = message.open_with_reply_seed(SEED, data)
        assert opened == message.open_with_row(KEY, data) == expected
        assert [ticket.hex() for ticket in tickets] == item["tickets"]
        assert {name: item[name] for name in fields_of(expected)} == fields_of(expected)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_changed_bit_in_each_field_is_refused_by_name(maker: str) -> None:
    found = vectors(maker)
    data = b64url_decode(found["messages"][0]["sealed"])
    ways = {
        "by_reply": lambda damaged: message.open_with_reply_seed(SEED, damaged)[0],
        "by_row": lambda damaged: message.open_with_row(KEY, damaged),
    }
    for item in found["damaged"]:
        damaged = bytearray(data)
        damaged[item["at"]] ^= item["xor"]
        for way, act in ways.items():
            if item[way] is None:  # the other recipient's wrap: none of this one's business
                assert act(bytes(damaged)) == messages()[0]
                continue
            with pytest.raises(CryptoError) as refused:
                act(bytes(damaged))
            assert refused_as(refused.value) == item[way], (item["field"], way)


def test_one_size_and_one_header_in_both_directions() -> None:
    # given the shortest and the longest, asked and answered, open and closing
    made = [sealed(item) for item in messages()]
    # then nothing outside tells them apart
    heads = {message.parse_sealed(data).head for data in made}
    assert {len(data) for data in made} == {message.message_size(CONSULTATION)}
    assert len(heads) == 1


def test_nobody_opens_without_the_receipt_or_the_row() -> None:
    data = sealed(messages()[0])
    with pytest.raises(CannotOpen):
        message.open_with_reply_seed(seed_of("somebody else"), data)
    with pytest.raises(CannotOpen):
        message.open_with_row(seed_of("another comment's key"), data)


@pytest.mark.parametrize("row_key", [seed_of("side door"), KEY], ids=["another row key", "another message key"])
def test_the_submitter_refuses_what_the_named_readers_cannot_read(row_key: bytes) -> None:
    # given a moderator who gives the readers something else than the submitter
    data = sealed(messages()[0])
    parsed = message.parse_sealed(data)
    forged = data[: -len(parsed.row_wrap)] + seal_row(row_key, bytes(32), message.ROW_SIZE, parsed.head)
    # when the submitter opens it
    with pytest.raises(CannotOpen):
        message.open_with_reply_seed(SEED, forged)


def test_readers_refuse_what_would_be_answered_under_another_key() -> None:
    # given a message in the row's wrap that carries another conversation key inside
    stray = replace(messages()[0], key=seed_of("side door"))
    made = message.seal(stray, consultation=CONSULTATION, reply_key=REPLY_KEY).data
    parsed = message.parse_sealed(made)
    with pytest.raises(CannotOpen):
        message.open_with_row(KEY, made)
    assert message.open_with_row(stray.key, made) == stray
    assert parsed.consultation == CONSULTATION


def test_a_part_of_a_message_or_more_than_one_is_none() -> None:
    data = sealed(messages()[0])
    for wrong in (b"", data[:5], data[:-1], data + b"\0"):
        with pytest.raises(MessageError):
            message.parse_sealed(wrong)


def test_changed_documents_are_refused() -> None:
    found = vectors("message-python.json")
    document = json.loads(bytes.fromhex(found["messages"][0]["bytes"]))
    for change in found["changes"]:
        with pytest.raises(MessageError):
            message.parse_message(dump_canonical({**document, **change}))
    for name in document:
        with pytest.raises(MessageError):
            message.parse_message(dump_canonical({key: value for key, value in document.items() if key != name}))


@given(st.binary(max_size=200))
def test_noise_is_refused_by_name(noise: bytes) -> None:
    with pytest.raises(MessageError):
        message.parse_message(noise)
    with pytest.raises(MessageError):
        message.parse_sealed(message.MAGIC + noise)


@given(
    st.sampled_from(message.SENDERS),
    st.integers(-2, message.NUMBER_MAX + 2),
    st.text(max_size=40),
    st.sampled_from([*message.KINDS, "open"]),
)
def test_what_is_built_is_parsed_back_and_nothing_else_is_built(sender: str, number: int, text: str, kind: str) -> None:
    item = Message(sender, number, text, KEY, kind=kind)
    try:
        data = message.build_message(item)
    except MessageError:
        return
    assert message.parse_message(data) == item


@given(st.binary(min_size=1, max_size=1), st.integers(0, 10**6))
def test_a_flipped_byte_of_a_document_never_opens_as_it_was(flip: bytes, at: int) -> None:
    data = bytearray(message.build_message(messages()[0]))
    data[at % len(data)] ^= flip[0] or 1
    try:
        assert message.build_message(message.parse_message(bytes(data))) == bytes(data)
    except MessageError:
        return


def test_buckets_lie_in_each_other() -> None:
    deep = buckets.bucket_of(REPLY_KEY, buckets.DEPTH_MOST)
    chain = list(buckets.above(deep))
    assert chain == [buckets.bucket_of(REPLY_KEY, depth) for depth in range(buckets.DEPTH_MOST, -1, -1)]
    assert [buckets.depth_of(one) for one in chain] == list(range(buckets.DEPTH_MOST, -1, -1))


@given(st.integers(0, 10**8))
def test_a_bucket_holds_64_comments_in_the_mean_at_least(comments: int) -> None:
    depth = buckets.depth_for(comments)
    assert depth == 0 or comments >> depth >= buckets.BOXES_LEAST
    assert depth == buckets.DEPTH_MOST or comments >> depth < 2 * buckets.BOXES_LEAST
