"""Envelopes: who opens them, what recusal shows, and that every changed bit is refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import envelope, keys
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CannotOpen, CryptoError, EnvelopeError, KeyFormatError, PaddingError
from portal.crypto.padding import COMMENT_SIZE
from tests.crypto.support import code_of, moderators, vectors

OFFICE = moderators(3)
SEALED = OFFICE.seal(b"noi dung")
MAKERS = ["envelope-python.json", "envelope-js.json"]


@pytest.mark.parametrize("maker", MAKERS)
def test_both_languages_envelopes_open(maker: str) -> None:
    found = vectors(maker)
    for item in found["envelopes"]:
        data = b64url_decode(item["envelope"])
        parsed = envelope.parse_envelope(data)
        assert parsed.header.consultation == found["consultation"]
        assert list(parsed.header.keys) == [moderator["kid"] for moderator in found["moderators"]]
        for moderator in found["moderators"]:
            seed = bytes.fromhex(moderator["seed"])
            if moderator["kid"] in item["recused"]:
                with pytest.raises(CannotOpen):
                    envelope.open_with(seed, data)
            else:
                assert envelope.open_with(seed, data).decode() == found["payload"]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_changed_bit_in_each_field_is_refused_by_name(maker: str) -> None:
    found = vectors(maker)
    data = b64url_decode(found["envelopes"][0]["envelope"])
    seed = bytes.fromhex(found["moderators"][0]["seed"])
    for item in found["damaged"]:
        damaged = bytearray(data)
        damaged[item["at"]] ^= item["xor"]
        with pytest.raises(EnvelopeError) as refused:
            envelope.open_with(seed, bytes(damaged))
        assert code_of(refused.value) == item["error"], item["field"]


def test_every_ticked_moderator_opens_and_nobody_else() -> None:
    for kid in OFFICE.kids:
        assert envelope.open_with(OFFICE.seeds[kid], SEALED) == b"noi dung"
    stranger = moderators(4).seeds[next(kid for kid in moderators(4).kids if kid not in OFFICE.kids)]
    with pytest.raises(CannotOpen):
        envelope.open_with(stranger, SEALED)


def test_recusal_changes_neither_size_nor_structure() -> None:
    # given one envelope for all, and one that leaves a moderator out
    left_out = OFFICE.kids[1]
    recused = OFFICE.seal(b"noi dung", [left_out])
    # then every public part is alike
    one, other = envelope.parse_envelope(SEALED), envelope.parse_envelope(recused)
    assert len(SEALED) == len(recused)
    assert one.head == other.head
    assert {len(wrap) for wrap in (*one.wraps.values(), *other.wraps.values())} == {envelope.WRAP_SIZE}
    # and the wrap of the one left out is as good a ciphertext as any: its ML-KEM part is uniform bytes, not zeros
    assert len(set(other.wraps[left_out])) > 200
    # and only the ticked ones open it
    with pytest.raises(CannotOpen):
        envelope.open_with(OFFICE.seeds[left_out], recused)
    assert envelope.open_with(OFFICE.seeds[OFFICE.kids[0]], recused) == b"noi dung"


def test_a_recused_wrap_is_fresh_each_time() -> None:
    kid = OFFICE.kids[0]
    one, other = (envelope.parse_envelope(OFFICE.seal(b"x", [kid])).wraps[kid] for _ in range(2))
    assert one != other


NEW = moderators(4)
NEW_KID = next(kid for kid in NEW.kids if kid not in OFFICE.kids)


def test_a_later_wrap_opens_for_the_new_key_and_nobody_else() -> None:
    # given an envelope that a reader opens, and a key that it does not name
    content_key = envelope.open_content_key(OFFICE.seeds[OFFICE.kids[0]], SEALED)
    wrap = envelope.wrap_for(content_key, SEALED, NEW.publics[NEW_KID])
    # then the wrap is as long as any, and opens with that key alone
    assert len(wrap) == envelope.WRAP_SIZE
    assert envelope.open_with(NEW.seeds[NEW_KID], SEALED, wrap) == b"noi dung"
    for kid in OFFICE.kids:
        with pytest.raises(CannotOpen):
            envelope.open_with(OFFICE.seeds[kid], SEALED, wrap)
    # and it does not move to another envelope
    with pytest.raises(CannotOpen):
        envelope.open_with(NEW.seeds[NEW_KID], OFFICE.seal(b"noi dung"), wrap)


def test_of_several_later_wraps_the_one_that_opens_counts() -> None:
    content_key = envelope.open_content_key(OFFICE.seeds[OFFICE.kids[0]], SEALED)
    good = envelope.wrap_for(content_key, SEALED, NEW.publics[NEW_KID])
    nobodys = envelope.wrap_for(content_key, SEALED, OFFICE.publics[OFFICE.kids[1]])
    wrong = envelope.wrap_for(bytes(32), SEALED, NEW.publics[NEW_KID])
    for held in (nobodys + good, good + nobodys, wrong + good, nobodys + wrong + good):
        assert envelope.open_with(NEW.seeds[NEW_KID], SEALED, held) == b"noi dung"
    for held in (b"", nobodys, wrong, good[:-1], b"\0" + good):
        with pytest.raises(CannotOpen):
            envelope.open_with(NEW.seeds[NEW_KID], SEALED, held)


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * (COMMENT_SIZE - 4)])
def test_size_tells_nothing_about_the_payload(payload: bytes) -> None:
    sealed = OFFICE.seal(payload)
    assert len(sealed) == len(SEALED)
    assert envelope.open_with(OFFICE.seeds[OFFICE.kids[0]], sealed) == payload


def test_content_and_wraps_of_two_envelopes_do_not_mix() -> None:
    other = OFFICE.seal(b"khac")
    head = len(envelope.parse_envelope(SEALED).head)
    mixed = SEALED[: head + COMMENT_SIZE + 16] + other[head + COMMENT_SIZE + 16 :]
    with pytest.raises(CannotOpen):
        envelope.open_with(OFFICE.seeds[OFFICE.kids[0]], mixed)


def test_a_wrap_does_not_move_to_another_consultation() -> None:
    header = envelope.parse_envelope(SEALED).header
    moved = replace(header, consultation="khac").encode() + SEALED[len(header.encode()) :]
    assert envelope.parse_envelope(moved).header.consultation == "khac"
    with pytest.raises(CannotOpen):
        envelope.open_with(OFFICE.seeds[OFFICE.kids[0]], moved)


@pytest.mark.parametrize("change", [-1, 1, -envelope.WRAP_SIZE, envelope.WRAP_SIZE])
def test_only_the_exact_length_is_an_envelope(change: int) -> None:
    data = SEALED + bytes(change) if change > 0 else SEALED[:change]
    with pytest.raises(EnvelopeError):
        envelope.parse_envelope(data)


def test_every_truncation_is_refused_by_name() -> None:
    for length in range(0, len(SEALED), 97):
        with pytest.raises(EnvelopeError):
            envelope.parse_envelope(SEALED[:length])


def forged(**over: object) -> bytes:
    """An envelope whose header says something else, with a body as long as it should be."""
    keys_named = over.get("keys", list(OFFICE.kids))
    document = {
        "v": 1,
        "type": "comment",
        "consultation": "thu",
        "suite": envelope.SUITE_NAME,
        "size": COMMENT_SIZE,
        "keys": keys_named,
        **over,
    }
    body = dump_canonical({key: value for key, value in document.items() if value != "absent"})
    wraps = len(keys_named) if isinstance(keys_named, list) else 0
    return envelope.MAGIC + len(body).to_bytes(2, "big") + body + bytes(COMMENT_SIZE + 16 + wraps * envelope.WRAP_SIZE)


def test_the_forge_itself_makes_envelopes() -> None:
    assert envelope.parse_envelope(forged()).header.keys == tuple(OFFICE.kids)


@pytest.mark.parametrize(
    "over",
    [
        {"v": 2},
        {"v": True},
        {"type": "message"},
        {"type": "absent"},
        {"suite": "none"},
        {"size": 4096},
        {"size": True},
        {"consultation": 5},
        {"keys": []},
        {"keys": "x"},
        {"keys": [OFFICE.kids[0], OFFICE.kids[0]]},
        {"keys": OFFICE.kids[::-1]},
        {"keys": [OFFICE.kids[0].upper(), *OFFICE.kids[1:]]},
        {"keys": [OFFICE.kids[0][:-1]]},
        {"keys": [7]},
        {"keys": [f"{number:032x}" for number in range(envelope.MAX_KEYS + 1)]},
        {"more": 1},
    ],
)
def test_another_header_is_no_envelope(over: dict[str, object]) -> None:
    with pytest.raises(EnvelopeError):
        envelope.parse_envelope(forged(**over))


def test_a_header_that_is_not_canonical_is_no_envelope() -> None:
    head = envelope.parse_envelope(SEALED).head
    for body in (head[6:].replace(b'"v":1', b'"v": 1'), head[6:].replace(b"{", b'{"\\ud800":1,', 1), b"[" * 60000):
        data = envelope.MAGIC + len(body).to_bytes(2, "big") + body + SEALED[len(head) :]
        with pytest.raises(EnvelopeError):
            envelope.parse_envelope(data)


def test_what_cannot_be_opened_is_not_sealed() -> None:
    with pytest.raises(EnvelopeError):
        envelope.seal(b"x", consultation="thu", recipients={})
    with pytest.raises(EnvelopeError):
        OFFICE.seal(b"x", OFFICE.kids)
    with pytest.raises(EnvelopeError):
        OFFICE.seal(b"x", ["0" * 32])
    with pytest.raises(EnvelopeError):
        envelope.seal(b"x", consultation="thu", recipients={"0" * 32: OFFICE.publics[OFFICE.kids[0]]})
    with pytest.raises(PaddingError):
        OFFICE.seal(b"x" * (COMMENT_SIZE - 3))
    with pytest.raises(EnvelopeError):
        many = moderators(envelope.MAX_KEYS + 1)
        many.seal(b"x")


@pytest.mark.parametrize("public", [b"\xff" * 1216, OFFICE.publics[OFFICE.kids[0]][:1184] + bytes(32)])
def test_bytes_that_are_no_public_key_are_refused(public: bytes) -> None:
    with pytest.raises(KeyFormatError):
        envelope.seal(b"x", consultation="thu", recipients={keys.kid_of(public): public})


def test_the_largest_envelope_fits_the_largest_request() -> None:
    # BODY_MAX of portal.factory is 64 KiB; base64url makes four characters of three bytes, and JSON adds 128 or so
    size = len(forged(keys=[f"{number:032x}" for number in range(envelope.MAX_KEYS)], consultation="x" * 40))
    assert -(-size * 4 // 3) + 256 <= 64 * 1024


@given(st.binary(max_size=400), st.sampled_from([b"", b"PFE1", SEALED[:200]]))
def test_no_bytes_raise_anything_but_an_envelope_error(tail: bytes, start: bytes) -> None:
    with pytest.raises(EnvelopeError):
        envelope.parse_envelope(start + tail)


@given(st.binary(max_size=700))
def test_no_header_raises_anything_but_an_envelope_error(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        envelope.parse_envelope(envelope.MAGIC + len(body).to_bytes(2, "big") + body + SEALED[300:])


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, xor: int) -> None:
    damaged = bytearray(SEALED)
    damaged[at] ^= xor
    opened = 0
    for seed in OFFICE.seeds.values():
        try:
            opened += envelope.open_with(seed, bytes(damaged)) == b"noi dung"
        except CryptoError as error:
            assert isinstance(error, EnvelopeError)
    # a wrap concerns its own moderator alone; magic, header and content concern all of them
    start = len(envelope.parse_envelope(SEALED).head) + COMMENT_SIZE + 16
    assert opened == (len(OFFICE.seeds) - 1 if at >= start else 0)
