"""Checkpoints, promises and cosignatures: three texts that cannot be taken for one another."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from portal.tlog.cosignature import Cosigner, CosignerKey, cosigned_at
from portal.tlog.errors import (
    InvalidSignature,
    MalformedCheckpoint,
    MalformedKey,
    MalformedPromise,
    UnverifiedNote,
    WrongOrigin,
)
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.note import Signature, parse_note, sign_note
from portal.tlog.promise import Promise, open_promise, sign_promise
from tests.tlog.support import LOG_KEY, OTHER_KEY, flipped, vectors

C2SP = vectors("c2sp")
KEY = LOG_KEY.verifier
ROOT = b64encode(bytes(range(32))).decode()
CHECKPOINT = Checkpoint(LOG_KEY.name, 7, bytes(range(32)))
PROMISE = Promise(LOG_KEY.name, bytes(range(32)), date(2026, 11, 30))
WITNESS = Cosigner("witness.example/w", bytes(range(2, 34)), time=1_679_315_147)

hashes = st.binary(min_size=32, max_size=32)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda s: not s.endswith("/promise"))


def test_the_example_of_the_specification_parses() -> None:
    case = C2SP["checkpoint"]
    note = parse_note(case["note"])
    checkpoint = Checkpoint.parse(note.text)

    assert (checkpoint.origin, checkpoint.size) == (case["origin"], case["size"])
    assert b64encode(checkpoint.root).decode() == case["root"]
    assert str(checkpoint) == note.text


@given(lines, st.integers(1, 2**63 - 1), hashes, st.lists(lines, max_size=2))
def test_checkpoints_are_an_inverse_pair(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))

    assert Checkpoint.parse(str(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "o\n7\n",
        f"o\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"o\n\n{ROOT}\n",
        f"o\n07\n{ROOT}\n",
        f"o\n+7\n{ROOT}\n",
        f"o\n-7\n{ROOT}\n",
        f"o\n7 \n{ROOT}\n",
        f"o\n\u0667\n{ROOT}\n",
        f"o\n9223372036854775808\n{ROOT}\n",
        f"o\n7\n{ROOT[:-1]}\n",
        f"o\n7\n{ROOT[:-2]}9=\n",
        f"o\n7\n{ROOT[:-4]}\n",
        f"o\n7\n {ROOT}\n",
        f"o\n7\n{ROOT}\n\n",
        f"o\n7\n{ROOT}\nx\n\ny\n",
        f"o\r\n7\n{ROOT}\n",
        f"o/promise\n7\n{ROOT}\n",
        f"o\n0\n{ROOT}\n",
    ],
)
def test_other_texts_are_no_checkpoint(text: str) -> None:
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.parse(text)


def test_hashes_of_another_length_are_refused() -> None:
    with pytest.raises(MalformedCheckpoint):
        Checkpoint("o", 7, bytes(31))
    with pytest.raises(MalformedPromise):
        Promise("o", bytes(33), date(2026, 11, 30))


def test_the_empty_log_has_a_checkpoint() -> None:
    empty = Checkpoint(LOG_KEY.name, 0, EMPTY_ROOT)

    assert open_checkpoint(str(sign_checkpoint(empty, LOG_KEY)), KEY).checkpoint == empty


def test_a_checkpoint_opens_for_its_own_log_only() -> None:
    note = str(sign_checkpoint(CHECKPOINT, LOG_KEY))
    assert open_checkpoint(note, KEY).checkpoint == CHECKPOINT

    with pytest.raises(UnverifiedNote):
        open_checkpoint(note, OTHER_KEY.verifier)
    stranger = SignerKey("elsewhere.example/log", LOG_KEY.seed)
    with pytest.raises(WrongOrigin):
        sign_checkpoint(CHECKPOINT, stranger)
    with pytest.raises(WrongOrigin):
        open_checkpoint(sign_note(str(CHECKPOINT), stranger), stranger.verifier)


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    note = sign_note(str(CHECKPOINT), WITNESS)

    with pytest.raises(UnverifiedNote):
        open_checkpoint(note, KEY, [WITNESS.verifier])


@given(lines.map(lambda s: s.strip() or "o"), hashes, st.dates())
def test_promises_are_an_inverse_pair(origin: str, leaf: bytes, latest: date) -> None:
    if origin.endswith("/promise"):
        return
    promise = Promise(origin, leaf, latest)

    assert Promise.parse(str(promise)) == promise


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n{ROOT}\n2026-11-30\n",
        f"/promise\n{ROOT}\n2026-11-30\n",
        f"o/promise/promise\n{ROOT}\n2026-11-30\n",
        f"o/promise\n{ROOT}\n2026-11-30",
        f"o/promise\n{ROOT}\n2026-11-30\nx\n",
        f"o/promise\n{ROOT}\n2026-11-31\n",
        f"o/promise\n{ROOT}\n20261130\n",
        f"o/promise\n{ROOT}\n2026-W48-1\n",
        f"o/promise\n{ROOT}\n2026-11-30T00\n",
        f"o/promise\n{ROOT[:-4]}\n2026-11-30\n",
        f"o/promise\n7\n{ROOT}\n",
    ],
)
def test_other_texts_are_no_promise(text: str) -> None:
    with pytest.raises(MalformedPromise):
        Promise.parse(text)


def test_a_promise_opens_for_its_own_log_only() -> None:
    note = str(sign_promise(PROMISE, LOG_KEY))
    assert open_promise(note, KEY) == PROMISE

    with pytest.raises(UnverifiedNote):
        open_promise(note, OTHER_KEY.verifier)
    stranger = SignerKey("elsewhere.example/log", LOG_KEY.seed)
    with pytest.raises(WrongOrigin):
        sign_promise(PROMISE, stranger)
    with pytest.raises(WrongOrigin):
        open_promise(sign_note(str(PROMISE), stranger), stranger.verifier)


def test_neither_a_promise_nor_a_checkpoint_can_be_read_as_the_other() -> None:
    with pytest.raises(MalformedCheckpoint):
        open_checkpoint(sign_promise(PROMISE, LOG_KEY), KEY)
    with pytest.raises(MalformedPromise):
        open_promise(sign_checkpoint(CHECKPOINT, LOG_KEY), KEY)


def test_the_cosignature_of_the_specification_parses() -> None:
    case = C2SP["cosigned"]
    signature = parse_note(case["note"]).signatures[1]

    assert (signature.name, cosigned_at(signature.value), len(signature.value)) == (case["name"], case["time"], 72)


def test_a_cosigned_checkpoint_opens_and_says_who_cosigned() -> None:
    signed = sign_checkpoint(CHECKPOINT, LOG_KEY)
    note = sign_note(signed.text, WITNESS, existing=signed.signatures)

    opened = open_checkpoint(str(note), KEY, [WITNESS.verifier])
    assert opened.note.signed_by(WITNESS.verifier)
    assert cosigned_at(opened.note.verified[1].value) == WITNESS.time
    assert open_checkpoint(note, KEY).note.unknown == note.signatures[1:]


@given(st.integers(0, 72 * 8 - 1))
def test_one_flipped_bit_of_a_cosignature_fails(bit: int) -> None:
    signed = sign_checkpoint(CHECKPOINT, LOG_KEY)
    good = sign_note(signed.text, WITNESS).signatures[0]
    damaged = Signature(good.name, good.key_id, flipped(good.value, bit))

    with pytest.raises(InvalidSignature):
        open_checkpoint(replace(signed, signatures=(*signed.signatures, damaged)), KEY, [WITNESS.verifier])


def test_a_witness_signs_checkpoints_and_nothing_else() -> None:
    with pytest.raises(MalformedCheckpoint):
        sign_note(str(PROMISE), WITNESS)
    signature = Ed25519PrivateKey.from_private_bytes(WITNESS.seed).sign(f"cosignature/v1\ntime 1\n{PROMISE}".encode())
    assert not WITNESS.verifier.verifies(str(PROMISE), (1).to_bytes(8) + signature)
    assert not WITNESS.verifier.verifies(str(CHECKPOINT), bytes(71))


def test_cosigner_keys_are_an_inverse_pair_apart_from_note_keys() -> None:
    key = WITNESS.verifier

    assert CosignerKey.parse(str(key)) == key
    assert key.key_id != SignerKey(WITNESS.name, WITNESS.seed).key_id
    with pytest.raises(MalformedKey):
        CosignerKey.parse(str(KEY))
    with pytest.raises(MalformedKey):
        CosignerKey("a", bytes(31))
    for seed, time in [(bytes(31), 0), (bytes(32), -1), (bytes(32), 2**63)]:
        with pytest.raises(MalformedKey):
            Cosigner("a", seed, time)
