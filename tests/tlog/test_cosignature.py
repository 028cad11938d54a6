"""Cosignatures of both kinds: another implementation's are verified, ours follow its messages, damage is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from portal.tlog.cosignature import (
    Cosigner,
    CosignerKey,
    CosignerSigner,
    MldsaCosigner,
    MldsaCosignerKey,
    MldsaCosignerSigner,
    cosigned_at,
    parse_cosigner_key,
    parse_cosigner_signer,
)
from portal.tlog.cosigned import ed25519_message, mldsa_message
from portal.tlog.errors import InvalidSignature, MalformedCheckpoint, MalformedKey
from portal.tlog.keys import SignerKey, VerifierKey
from portal.tlog.note import Note, Signature, parse_note, sign_note
from tests.tlog.support import LOG_KEY, OTHER_KEY, flipped, vectors

MADE = vectors("witness")["cosignatures"]
SEED = bytes.fromhex(MADE["seed"])
TIME = MADE["time"]
CHECKPOINT = Checkpoint.parse(MADE["text"])
SIGNERS = {"ed25519": CosignerSigner(MADE["name"], SEED), "ml-dsa-44": MldsaCosignerSigner(MADE["name"], SEED)}
KINDS = sorted(SIGNERS)

OURS = Checkpoint(LOG_KEY.name, 7, bytes(range(32)))
SIGNED = sign_checkpoint(OURS, LOG_KEY)


def signature_of(line: str) -> Signature:
    return parse_note(f"x\n\n{line}\n").signatures[0]


@pytest.mark.parametrize("kind", KINDS)
def test_another_implementations_key_and_signature_are_ours(kind: str) -> None:
    # given a key and a cosignature made elsewhere from the same seed
    case, signer = MADE[kind], SIGNERS[kind]
    signature = signature_of(case["line"])
    # then our key has that text, our message those bytes, and the signature verifies
    assert str(signer.verifier) == case["vkey"]
    key = parse_cosigner_key(case["vkey"])
    assert key == signer.verifier
    assert key.verifies(MADE["text"], signature.value)
    assert (signature.key_id, cosigned_at(signature.value)) == (key.key_id, TIME)
    messages = {
        "ed25519": ed25519_message(CHECKPOINT, TIME),
        "ml-dsa-44": mldsa_message(MADE["name"], CHECKPOINT, TIME),
    }
    assert messages[kind].hex() == case["message"]


def test_ed25519_gives_the_very_bytes_of_the_other_implementation() -> None:
    assert SIGNERS["ed25519"].at(TIME).sign(MADE["text"]) == signature_of(MADE["ed25519"]["line"]).value


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(0, 2**63 - 1))
def test_what_a_witness_signs_opens_and_tells_its_time(kind: str, time: int) -> None:
    signer = SIGNERS[kind]
    note = sign_note(SIGNED.text, signer.at(time), existing=SIGNED.signatures)

    opened = open_checkpoint(str(note), LOG_KEY.verifier, [signer.verifier])
    assert opened.note.signed_by(signer.verifier)
    assert cosigned_at(opened.note.verified[1].value) == time


MLDSA_SIGNATURE = SIGNERS["ml-dsa-44"].at(TIME).sign(SIGNED.text)


@given(st.integers(0, len(MLDSA_SIGNATURE) * 8 - 1))
def test_one_flipped_bit_of_an_mldsa_cosignature_fails(bit: int) -> None:
    key = SIGNERS["ml-dsa-44"].verifier
    line = Signature(key.name, key.key_id, flipped(MLDSA_SIGNATURE, bit))

    with pytest.raises(InvalidSignature):
        open_checkpoint(Note(SIGNED.text, (*SIGNED.signatures, line)), LOG_KEY.verifier, [key])


@pytest.mark.parametrize("kind", KINDS)
def test_another_tree_name_or_length_is_not_what_was_signed(kind: str) -> None:
    signer = SIGNERS[kind]
    signature = signer.at(TIME).sign(SIGNED.text)
    key = signer.verifier
    assert key.verifies(SIGNED.text, signature)

    for other in (replace(OURS, size=8), replace(OURS, root=bytes(32)), replace(OURS, origin="other.example/log")):
        assert not key.verifies(str(other), signature)
    for value in (signature[:-1], signature + b"\0", signature[:8], b"", (2**63).to_bytes(8) + signature[8:]):
        assert not key.verifies(SIGNED.text, value)
    assert not key.verifies("no checkpoint\n", signature)


def test_mldsa_binds_the_witness_name_and_ed25519_does_not() -> None:
    # given the same key under two names
    signature = SIGNERS["ml-dsa-44"].at(TIME).sign(SIGNED.text)
    renamed = MldsaCosignerSigner("elsewhere.example/w", SEED).verifier
    # then an ML-DSA-44 cosignature is the one name's alone; that Ed25519's is not is why each witness needs its own key
    assert not renamed.verifies(SIGNED.text, signature)
    ed = SIGNERS["ed25519"].at(TIME).sign(SIGNED.text)
    assert CosignerSigner("elsewhere.example/w", SEED).verifier.verifies(SIGNED.text, ed)


def test_extension_lines_are_cosigned_by_ed25519_only() -> None:
    extended = str(replace(OURS, extensions=("more",)))

    assert SIGNERS["ml-dsa-44"].verifier.verifies(extended, SIGNERS["ml-dsa-44"].at(TIME).sign(SIGNED.text))
    assert not SIGNERS["ed25519"].verifier.verifies(extended, SIGNERS["ed25519"].at(TIME).sign(SIGNED.text))


@pytest.mark.parametrize("kind", KINDS)
@given(st.binary(min_size=32, max_size=32))
def test_keys_are_inverse_pairs(kind: str, seed: bytes) -> None:
    signer = type(SIGNERS[kind])("witness.example/w", seed)

    assert parse_cosigner_signer(signer.reveal()) == signer
    assert parse_cosigner_key(str(signer.verifier)) == signer.verifier
    assert seed.hex() not in repr(signer) and str(seed) not in repr(signer)


def test_keys_of_another_kind_are_refused() -> None:
    ed, mldsa = SIGNERS["ed25519"], SIGNERS["ml-dsa-44"]
    with pytest.raises(MalformedKey):
        CosignerKey.parse(str(mldsa.verifier))
    with pytest.raises(MalformedKey):
        MldsaCosignerKey.parse(str(ed.verifier))
    for text in (str(LOG_KEY.verifier), "", "a+b+c"):
        with pytest.raises(MalformedKey):
            parse_cosigner_key(text)
    for text in (LOG_KEY.reveal(), str(ed.verifier), ed.reveal().replace("PRIVATE", "SECRET")):
        with pytest.raises(MalformedKey):
            parse_cosigner_signer(text)
    with pytest.raises(MalformedKey):  # another key's id
        parse_cosigner_signer(ed.reveal().replace(ed.key_id.hex(), mldsa.key_id.hex()))
    with pytest.raises(MalformedKey):
        SignerKey.parse(ed.reveal())
    with pytest.raises(MalformedKey):
        VerifierKey.parse(str(ed.verifier))


def test_keys_and_times_that_do_not_exist_cannot_be_built() -> None:
    for build in (
        lambda: MldsaCosignerKey("a", bytes(1311)),
        lambda: CosignerKey("a b", bytes(32)),
        lambda: MldsaCosignerKey("é" * 128, bytes(1312)),
        lambda: MldsaCosignerSigner("a", bytes(31)),
        lambda: MldsaCosigner("a", bytes(32), 2**63),
        lambda: Cosigner("a", bytes(32), -1),
    ):
        with pytest.raises(MalformedKey):
            build()


def test_an_origin_that_the_structure_cannot_hold_is_never_cosigned() -> None:
    text = str(replace(OURS, origin="é" * 128))

    with pytest.raises(MalformedCheckpoint):
        SIGNERS["ml-dsa-44"].at(TIME).sign(text)
    assert not SIGNERS["ml-dsa-44"].verifier.verifies(text, MLDSA_SIGNATURE)
    assert mldsa_message("w", replace(OURS, origin="é" * 127), 1)[22:23] == bytes([254])


def test_a_log_may_sign_with_mldsa_itself() -> None:
    signer = MldsaCosignerSigner(LOG_KEY.name, OTHER_KEY.seed)
    note = sign_note(str(OURS), signer.at(1))

    assert open_checkpoint(str(note), signer.verifier).checkpoint == OURS
