"""Proof files: written, read and checked offline; every damage is refused by name."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tlog.checkpoint import Checkpoint
from portal.tlog.cosignature import Cosigner
from portal.tlog.errors import InclusionError, MalformedProof, TlogError, TooFewCosignatures, UnverifiedNote
from portal.tlog.merkle import leaf_hash
from portal.tlog.note import parse_note, sign_note
from portal.tlog.proof import LogProof, verify_proof
from tests.tlog.support import LOG_KEY, OTHER_KEY, MemoryLog, flipped, vectors

C2SP = vectors("c2sp")
KEY = LOG_KEY.verifier
LOG = MemoryLog.of(300)
NOTE = LOG.checkpoint()
LEAF = leaf_hash(LOG.entries[123])
PROOF = LogProof(123, tuple(LOG.tree.inclusion_proof(123)), NOTE, extra=b"extra")
TEXT = str(PROOF)
WITNESSES = [Cosigner(f"witness.example/{number}", bytes([number] * 32), time=1) for number in range(3)]


def test_the_example_of_the_specification_parses() -> None:
    case = C2SP["proof"]
    signature = str(parse_note(C2SP["checkpoint"]["note"]).signatures[0])  # the example elides its own
    raw = f"{case['head']}{signature}\n"
    proof = LogProof.parse(raw)

    assert (proof.index, len(proof.path), proof.extra) == (case["index"], case["hashes"], b64decode(case["extra"]))
    checkpoint = Checkpoint.parse(proof.checkpoint.text)
    assert (checkpoint.origin, checkpoint.size) == (case["origin"], case["size"])
    assert str(proof) == raw


@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=80),
)
def test_proofs_are_an_inverse_pair(index: int, path: list[bytes], extra: bytes) -> None:
    proof = LogProof(index, tuple(path), NOTE, extra)

    assert LogProof.parse(str(proof)) == LogProof.parse(str(proof).encode()) == proof


@given(st.integers(0, 299))
def test_every_leaf_is_proven_from_the_file_alone(index: int) -> None:
    text = str(LogProof(index, tuple(LOG.tree.inclusion_proof(index)), NOTE))
    opened = verify_proof(text, leaf_hash(LOG.entries[index]), KEY)

    assert opened.checkpoint.root == LOG.tree.root


def test_the_only_leaf_of_a_log_has_an_empty_path() -> None:
    log = MemoryLog.of(1)
    text = str(LogProof(0, (), log.checkpoint()))

    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example.org/gop-y\n1\n")
    assert verify_proof(text, leaf_hash(log.entries[0]), KEY).checkpoint.size == 1


@given(st.integers(0, len(TEXT.encode()) * 8 - 1))
def test_one_flipped_bit_fails_except_in_the_extra_data_that_nobody_signs(bit: int) -> None:
    damaged = flipped(TEXT.encode(), bit)
    start = TEXT.index("extra ") + len("extra ")
    try:
        verify_proof(damaged, LEAF, KEY)
    except TlogError:
        return
    assert start <= bit // 8 < TEXT.index("\n", start)


def test_another_leaf_or_another_log_is_refused() -> None:
    with pytest.raises(InclusionError):
        verify_proof(TEXT, leaf_hash(LOG.entries[124]), KEY)
    with pytest.raises(UnverifiedNote):
        verify_proof(TEXT, LEAF, OTHER_KEY.verifier)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("c2sp.org/", " c2sp.org/"),
        ("extra ZXh0cmE=\n", "extra \n"),
        ("extra ZXh0cmE=\n", "extra\n"),
        ("extra ZXh0cmE=\n", "extra ZXh0cmE\n"),
        ("extra ZXh0cmE=\n", "extra ZXh0cmF=\n"),
        ("extra ZXh0cmE=\n", "extra ZXh0cmE=\nextra ZXh0cmE=\n"),
        ("index 123\n", ""),
        ("index 123\n", "index 0123\n"),
        ("index 123\n", "index -1\n"),
        ("index 123\n", "index  123\n"),
        ("index 123\n", "index 9223372036854775807\n"),
        ("index 123\n", "index 123\n\n"),
        ("index 123\n", "index 123\nAAAA\n"),
        ("index 123\n", "index 123\r\n"),
        ("index 123\n", "index 123\n" + f"{'A' * 43}=\n" * 64),
        ("\u2014 ", "- "),
        ("\n\nlog.", "\nlog."),
    ],
)
def test_other_texts_are_no_proof(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(MalformedProof):
        LogProof.parse(TEXT.replace(old, new))


def test_bytes_that_are_no_text_are_no_proof() -> None:
    with pytest.raises(MalformedProof):
        LogProof.parse(TEXT.encode() + b"\xff")


def test_a_note_that_is_no_checkpoint_makes_no_proof() -> None:
    with pytest.raises(MalformedProof):
        LogProof(0, (), sign_note("some text\n", LOG_KEY))


def test_a_quorum_of_witnesses_can_be_demanded() -> None:
    note = sign_note(NOTE.text, *WITNESSES[:2], existing=NOTE.signatures)
    proof = LogProof(123, PROOF.path, note)
    trusted = [witness.verifier for witness in WITNESSES]

    assert len(verify_proof(str(proof), LEAF, KEY, trusted, quorum=2).note.verified) == 3
    with pytest.raises(TooFewCosignatures):
        verify_proof(proof, LEAF, KEY, trusted, quorum=3)
    with pytest.raises(TooFewCosignatures):
        verify_proof(PROOF, LEAF, KEY, quorum=1)


def test_proofs_that_no_log_gives_cannot_be_built() -> None:
    for index, path in [(-1, ()), (2**63 - 1, ()), (0, (bytes(31),)), (0, (bytes(32),) * 64)]:
        with pytest.raises(MalformedProof):
            LogProof(index, path, NOTE)
