"""Blind signatures: every vector of RFC 9474, the way there and back, and what is refused."""

import json
from pathlib import Path

import gmpy2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from portal.crypto import blindrsa
from portal.crypto.blindsign import BlindSigner
from portal.crypto.errors import BlindSignatureError, KeyFormatError

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "crypto" / "rfc9474.json").read_text("utf-8"))["vectors"]


@pytest.fixture(scope="module")
def signer() -> BlindSigner:
    return BlindSigner.generate()


def number(text: str) -> int:
    return int(text, 16)


def key_of(vector: dict[str, str]) -> BlindSigner:
    n, e, d, p, q = (number(vector[name]) for name in ("n", "e", "d", "p", "q"))
    public = rsa.RSAPublicNumbers(e, n)
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return BlindSigner(rsa.RSAPrivateNumbers(p, q, d, *crt, public).private_key())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_vector_of_the_rfc(vector: dict[str, str]) -> None:
    # given the vector's key, salt and blinding factor
    signer = key_of(vector)
    public, message = signer.private.public_key(), bytes.fromhex(vector["input_msg"])
    salt, inverse = bytes.fromhex(vector["salt"]), number(vector["inv"])
    factor = pow(inverse, -1, number(vector["n"]))
    # when both halves do their work
    blinded = blindrsa.blind(public, message, salt=salt, factor=factor)
    answer = signer.sign(blinded.message)
    signature = blindrsa.finalize(public, message, answer, blinded.inverse, salt_size=len(salt))
    # then each value is the RFC's
    assert (blinded.message.hex(), blinded.inverse) == (vector["blinded_msg"], inverse)
    assert answer.hex() == vector["blind_sig"]
    assert signature.hex() == vector["sig"]


def test_the_way_there_and_back_and_what_is_sent_is_never_the_same(signer: BlindSigner) -> None:
    public, message = signer.private.public_key(), bytes(32)
    first, second = (blindrsa.blind(public, message) for _ in range(2))
    assert first.message != second.message
    for blinded in (first, second):
        signature = blindrsa.finalize(public, message, signer.sign(blinded.message), blinded.inverse)
        assert blindrsa.verifies(public, message, signature)
        assert not blindrsa.verifies(public, bytes(31) + b"\x01", signature)


def test_an_answer_of_another_key_is_refused(signer: BlindSigner) -> None:
    public = signer.private.public_key()
    blinded = blindrsa.blind(public, bytes(32))
    other = BlindSigner.generate()
    with pytest.raises(BlindSignatureError):
        blindrsa.finalize(public, bytes(32), other.sign(b"\x00" + blinded.message[1:]), blinded.inverse)
    with pytest.raises(BlindSignatureError):
        blindrsa.finalize(public, bytes(32), b"short", blinded.inverse)


@pytest.mark.parametrize("blinded", [b"", bytes(256), b"\xff" * 256, b"\x01" * 255], ids=len)
def test_what_is_no_blinded_message_is_not_signed(signer: BlindSigner, blinded: bytes) -> None:
    with pytest.raises(BlindSignatureError):
        signer.sign(blinded)


def test_a_fault_is_never_answered(signer: BlindSigner, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a processor that errs in one half of the remainder theorem
    honest = gmpy2.powmod_sec
    monkeypatch.setattr("portal.crypto.blindsign.gmpy2.powmod_sec", lambda x, d, p: honest(x, d, p) ^ 1)
    # then nothing leaves that would give a factor of the modulus away
    with pytest.raises(BlindSignatureError):
        signer.sign(blindrsa.blind(signer.private.public_key(), bytes(32)).message)


def test_keys_come_back_and_others_are_refused(signer: BlindSigner) -> None:
    again = BlindSigner.load(signer.dump())
    assert again.public_key == signer.public_key
    assert blindrsa.dump_public(blindrsa.load_public(signer.public_key)) == signer.public_key
    assert "private" not in repr(signer)
    for wrong in (rsa.generate_private_key(3, 2048), rsa.generate_private_key(65537, 1024)):
        with pytest.raises(KeyFormatError):
            blindrsa.load_public(blindrsa.dump_public(wrong.public_key()))
    with pytest.raises(KeyFormatError):
        blindrsa.load_public(signer.public_key + b"\x00")
    with pytest.raises(KeyFormatError):
        BlindSigner.load(b"nothing")


def test_a_key_of_a_kind_that_nobody_knows_is_refused_by_name() -> None:
    # A well-formed SubjectPublicKeyInfo of an unassigned algorithm: neither portal nor auditor may stumble on it.
    algorithm = bytes.fromhex("300a06082b06010401aa5501")
    bits = b"\x03\x82\x01\x01\x00" + bytes(256)
    body = algorithm + bits
    with pytest.raises(KeyFormatError):
        blindrsa.load_public(b"\x30\x82" + len(body).to_bytes(2, "big") + body)
