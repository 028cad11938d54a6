"""Keys, wrapped keys, commitments, and sealing at rest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import keys, keywrap
from portal.crypto.atrest import AtRest
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.crypto.errors import AtRestError, CryptoError, KeyFormatError, KeyWrapError
from tests.crypto.support import seed_of, vectors

SEED = seed_of("keys")
KID = keys.kid_of(keys.public_key(SEED))
QUICK: dict[str, int] = {"memory_kib": 8192, "time_cost": 1}


def test_a_seed_gives_one_public_key() -> None:
    public = keys.public_key(SEED)
    assert len(public) == keys.PUBLIC_KEY_SIZE
    assert public == keys.public_key(SEED)
    assert hashlib.sha256(public).hexdigest().startswith(KID)
    assert len(KID) == 32
    assert keys.new_seed() != keys.new_seed()


def test_expansion_is_the_drafts() -> None:
    # the first test vector of draft-connolly-cfrg-xwing-kem, appendix C: the start of the public key
    seed = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    start = "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5b19cfc3d"
    assert keys.public_key(seed).hex().startswith(start)


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 33, b"x" * 1216])
def test_other_sizes_are_no_seeds(data: bytes) -> None:
    for use in (keys.public_key, keys.load_private):
        with pytest.raises(KeyFormatError):
            use(data)


@pytest.mark.parametrize("data", [b"", b"x" * 1215, b"x" * 1217, b"\xff" * 1216])
def test_other_bytes_are_no_public_keys(data: bytes) -> None:
    with pytest.raises(KeyFormatError):
        keys.load_public(data)


@pytest.mark.parametrize("maker", ["keywrap-python.json", "keywrap-js.json"])
def test_both_languages_wrapped_keys_open(maker: str) -> None:
    found = vectors(maker)
    for item in found["wrapped"]:
        assert keywrap.unwrap(item["text"], item["passphrase"], kid=found["kid"]).hex() == found["seed"]
        assert str(keywrap.parse_wrapped(item["text"])) == item["text"]


def test_default_cost_is_the_documented_one() -> None:
    wrapped = keywrap.parse_wrapped(vectors("keywrap-python.json")["wrapped"][0]["text"])
    assert (wrapped.m, wrapped.t, wrapped.p) == (65536, 3, 1)
    assert (keywrap.MEMORY_KIB, keywrap.TIME_COST, keywrap.LANES) == (65536, 3, 1)


def test_wrapping_is_fresh_and_bound_to_key_and_passphrase() -> None:
    one, other = (keywrap.wrap(SEED, "sau tu", kid=KID, **QUICK) for _ in range(2))
    assert one != other
    assert keywrap.unwrap(one, "sau tu", kid=KID) == SEED
    for passphrase, kid in (("sau tư", KID), ("sau  tu", KID), ("sau tu", "0" * 32)):
        with pytest.raises(KeyWrapError):
            keywrap.unwrap(one, passphrase, kid=kid)


def test_composed_and_decomposed_passphrases_are_one() -> None:
    text = keywrap.wrap(SEED, "ti\u1ebfng Vi\u1ec7t", kid=KID, **QUICK)
    assert keywrap.unwrap(text, "tie\u0302\u0301ng Vie\u0323\u0302t", kid=KID) == SEED


def test_an_empty_passphrase_and_another_size_of_seed_are_refused() -> None:
    with pytest.raises(KeyWrapError):
        keywrap.wrap(SEED, "", kid=KID, **QUICK)
    with pytest.raises(KeyWrapError):
        keywrap.wrap(SEED + b"x", "sau tu", kid=KID, **QUICK)


WRAPPED: dict[str, Any] = json.loads(keywrap.wrap(SEED, "sau tu", kid=KID, **QUICK))


@pytest.mark.parametrize("field", ["salt", "nonce", "ct"])
def test_a_changed_byte_does_not_unwrap(field: str) -> None:
    text = WRAPPED[field]
    changed = ("B" if text[0] == "A" else "A") + text[1:]
    with pytest.raises(KeyWrapError):
        keywrap.unwrap(dump_canonical({**WRAPPED, field: changed}).decode(), "sau tu", kid=KID)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"v": True}, {"kdf": "scrypt"}, {"m": 8191}, {"m": 2**21}, {"m": "65536"}, {"m": True}, {"t": 0},
        {"t": 17}, {"p": 0}, {"p": 5}, {"salt": ""}, {"salt": 5}, {"nonce": "AA"}, {"ct": WRAPPED["ct"] + "AA"},
        {"ct": WRAPPED["ct"] + "="}, {"seed": "x"}, {"prf": "x"},
    ],
    ids=range(18),
)  # fmt: skip
def test_another_form_is_no_wrapped_key(change: dict[str, Any]) -> None:
    with pytest.raises(KeyWrapError):
        keywrap.parse_wrapped(dump_canonical({**WRAPPED, **change}).decode())


@given(st.text(max_size=40) | st.sampled_from(["{}", "[]", '{"v":1}', "\ud800"]))
def test_no_text_raises_anything_but_a_wrap_error(text: str) -> None:
    with pytest.raises(KeyWrapError):
        keywrap.parse_wrapped(text)


PASSKEYS = ["passkey-python.json", "passkey-js.json"]


@pytest.mark.parametrize("maker", PASSKEYS)
def test_both_languages_passkeys_open(maker: str) -> None:
    found = vectors(maker)
    assert keywrap.unwrap(found["text"], found["passphrase"], kid=found["kid"]).hex() == found["seed"]
    for item in found["passkeys"]:
        prf, credential = bytes.fromhex(item["prf"]), bytes.fromhex(item["id"])
        assert (
            keywrap.unwrap_with_prf(found["text"], prf, kid=found["kid"], credential=credential).hex() == found["seed"]
        )
    assert str(keywrap.parse_document(found["text"])) == found["text"]


@pytest.mark.parametrize("maker", PASSKEYS)
def test_a_passkeys_output_opens_its_own_wrap_of_its_own_key_only(maker: str) -> None:
    found = vectors(maker)
    (prf, credential), (_, other) = [(bytes.fromhex(i["prf"]), bytes.fromhex(i["id"])) for i in found["passkeys"]]
    for given_prf, kid, one in ((prf, found["kid"], other), (prf, "0" * 32, credential), (prf[:-1], KID, credential)):
        with pytest.raises(KeyWrapError):
            keywrap.unwrap_with_prf(found["text"], given_prf, kid=kid, credential=one)
    with pytest.raises(KeyWrapError):
        keywrap.unwrap_with_prf(found["text"], prf, kid=found["kid"], credential=bytes(16))


@pytest.mark.parametrize("text", vectors(PASSKEYS[0])["refused"])
def test_another_form_is_no_document_of_version_2(text: str) -> None:
    with pytest.raises(KeyWrapError):
        keywrap.parse_document(text)


def test_without_passkeys_the_document_is_of_version_1() -> None:
    text = json.dumps(WRAPPED, separators=(",", ":"), sort_keys=True)
    document = keywrap.parse_document(text)
    assert (str(document), document.passkeys) == (text, ())
    assert str(keywrap.WrappedDocument(keywrap.parse_wrapped(text))) == text


@given(
    st.text(max_size=40) | st.sampled_from(["{}", "[]", '{"v":2}', '{"passkeys":5,"passphrase":{},"v":2}', "\ud800"])
)
def test_no_text_raises_anything_but_a_wrap_error_from_a_document(text: str) -> None:
    with pytest.raises(KeyWrapError):
        keywrap.parse_document(text)


def test_commitments_bind_salt_and_document() -> None:
    salt = bytes(range(32))
    expected = hashlib.sha256(b"portal/commitment/v1\x00" + salt + b'{"a":1,"b":"\xc4\x91"}').digest()
    assert commit(salt, {"b": "đ", "a": 1}) == expected
    assert commit(salt, {"b": "đ", "a": 2}) != expected
    assert commit(bytes(32), {"b": "đ", "a": 1}) != expected
    with pytest.raises(CryptoError):
        commit(b"short", {})


OLD, NEW = bytes(32), bytes(range(32))


@given(st.binary(max_size=60), st.sampled_from(["coding", "answer", "đề mục", ""]))
def test_at_rest_round_trip(plaintext: bytes, purpose: str) -> None:
    store = AtRest([NEW])
    sealed = store.seal(purpose, plaintext)
    assert store.open(purpose, sealed) == plaintext
    assert len(sealed) == len(plaintext) + 33
    assert plaintext == b"" or len(plaintext) < 4 or plaintext not in sealed


def test_rotation_opens_old_and_seals_new() -> None:
    old, rotated, new = AtRest([OLD]), AtRest([NEW, OLD]), AtRest([NEW])
    assert rotated.open("coding", old.seal("coding", b"x")) == b"x"
    assert new.open("coding", rotated.seal("coding", b"x")) == b"x"
    with pytest.raises(AtRestError):
        new.open("coding", old.seal("coding", b"x"))


def test_another_purpose_and_any_changed_byte_are_refused() -> None:
    store = AtRest([NEW, OLD])
    sealed = store.seal("coding", b"x")
    with pytest.raises(AtRestError):
        store.open("answer", sealed)
    for at in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(AtRestError):
            store.open("coding", bytes(damaged))
    for length in range(len(sealed)):
        with pytest.raises(AtRestError):
            store.open("coding", sealed[:length])


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_an_at_rest_error(data: bytes) -> None:
    with pytest.raises(AtRestError):
        AtRest([NEW]).open("coding", data)


@pytest.mark.parametrize("given_keys", [[], [b"short"], [NEW, b"x" * 33]])
def test_keys_are_32_bytes(given_keys: list[bytes]) -> None:
    with pytest.raises(AtRestError):
        AtRest(given_keys)


def test_nothing_secret_shows() -> None:
    assert NEW.hex() not in repr(AtRest([NEW]))
