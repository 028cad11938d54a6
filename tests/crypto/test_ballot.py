"""Ballots: their bytes, what binds them, and by which name each fault is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.crypto import ballot, collecting
from portal.crypto.ballot import Ballot, Electorate, parse_ballot
from portal.crypto.blindsign import BlindSigner
from portal.crypto.errors import BallotError
from tests.crypto.ballot_vectors import CONSULTATION, ENVELOPE, FIXED, ISSUERS
from tests.crypto.make_vectors import FOLDER, text_of
from tests.crypto.support import vectors

VECTORS = vectors("ballot.json")
OTHER = hashlib.sha256(b"another envelope").digest()
CODES = {half["issuer"]: bytes.fromhex(half["code"]) for half in VECTORS["halves"]}


@pytest.fixture(scope="module")
def signers() -> dict[str, BlindSigner]:
    return {issuer: BlindSigner.generate() for issuer in ISSUERS}


@pytest.fixture(scope="module")
def electorate(signers: dict[str, BlindSigner]) -> Electorate:
    cards = {issuer: frozenset({ballot.card_hash(code, CONSULTATION, issuer)}) for issuer, code in CODES.items()}
    return Electorate(CONSULTATION, {name: signer.public_key for name, signer in signers.items()}, cards)


@pytest.fixture(scope="module")
def held(signers: dict[str, BlindSigner], electorate: Electorate) -> collecting.HeldBallot:
    begun = collecting.begin(CONSULTATION, electorate.keys, 1)
    answers = {name: [signer.sign(one) for one in begun.messages(name)] for name, signer in signers.items()}
    return collecting.finish(begun, answers)[0]


def spent(held: collecting.HeldBallot, envelope: bytes = ENVELOPE, consultation: str = CONSULTATION) -> Ballot:
    return ballot.collected(consultation, held.seed, held.signatures, envelope)


def test_vectors_are_what_this_code_makes() -> None:
    for name, make in FIXED.items():
        assert (FOLDER / name).read_text("ascii") == text_of(make())


@pytest.mark.parametrize("kind", ["collected", "cards"])
def test_bytes_are_read_back_as_they_were_written(kind: str) -> None:
    for item in VECTORS[kind]:
        data = bytes.fromhex(item["ballot"])
        parsed = parse_ballot(data)
        assert parsed.encode() == data
        assert parsed.consultation == VECTORS["consultation"]


def changed(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize("kind", ["collected", "cards"])
def test_what_is_no_ballot_of_version_1_is_refused(kind: str) -> None:
    # given a ballot of two issuers
    data = bytes.fromhex(VECTORS[kind][1]["ballot"])
    count = 6 + len(CONSULTATION)
    strangers = [
        b"",
        data[:6],
        data[:-1],
        data + b"\x00",
        changed(data, 3, ord("2")),
        changed(data, 4, 0),
        changed(data, 4, 3),
        changed(data, 5, 0),
        changed(data, 5, 255),
        changed(data, 6, 0xC4),
        changed(data, count, 0),
        changed(data, count, 1),
        changed(data, count, 3),
        b"PFB1\x01\x00" + data[count:],
    ]
    # then nothing but it is read
    for stranger in strangers:
        with pytest.raises(BallotError):
            parse_ballot(stranger)


@given(st.binary(max_size=900))
def test_arbitrary_bytes_are_refused_or_read_exactly(data: bytes) -> None:
    for attempt in (data, b"PFB1\x01" + data, b"PFB1\x02" + data):
        try:
            parsed = parse_ballot(attempt)
        except BallotError:
            continue
        assert parsed.encode() == attempt


def test_good_ballots_of_both_kinds_hold(electorate: Electorate, held: collecting.HeldBallot) -> None:
    assert electorate.fault(parse_ballot(spent(held).encode()), ENVELOPE) == ""
    assert electorate.fault(parse_ballot(ballot.card(CONSULTATION, CODES, ENVELOPE).encode()), ENVELOPE) == ""


def test_a_ballot_is_bound_to_its_content(electorate: Electorate, held: collecting.HeldBallot) -> None:
    for made in (spent(held), ballot.card(CONSULTATION, CODES, ENVELOPE)):
        assert electorate.fault(made, OTHER) == "ballot-moved"
    # and the halves of one card ballot cannot be spent with others: each signs both
    lone = ballot.card(CONSULTATION, {ISSUERS[0]: CODES[ISSUERS[0]]}, ENVELOPE).parts[0]
    both = ballot.card(CONSULTATION, CODES, ENVELOPE)
    assert electorate.fault(replace(both, parts=(lone, both.parts[1])), ENVELOPE) == "ballot-moved"


def test_a_ballot_of_another_consultation_is_refused(electorate: Electorate, held: collecting.HeldBallot) -> None:
    assert electorate.fault(spent(held, consultation="other"), ENVELOPE) == "ballot-other-consultation"
    # given a half-card whose code was drawn in another consultation: its key is another one here
    other = ballot.card("other", CODES, ENVELOPE)
    assert electorate.fault(replace(other, consultation=CONSULTATION), ENVELOPE) == "ballot-forged"


def test_signatures_of_one_issuer_do_not_do(electorate: Electorate, held: collecting.HeldBallot) -> None:
    first, second = held.signatures
    for signatures in ((first,), (first, first), (first, bytes(256)), (bytes(256), second)):
        made = ballot.collected(CONSULTATION, held.seed, signatures, ENVELOPE)
        assert electorate.fault(made, ENVELOPE) == "ballot-of-one-issuer"
    code = CODES[ISSUERS[0]]
    for codes in ({ISSUERS[0]: code}, {ISSUERS[0]: code, ISSUERS[1]: bytes(10)}):
        assert electorate.fault(ballot.card(CONSULTATION, codes, ENVELOPE), ENVELOPE) == "ballot-of-one-issuer"


def test_what_no_issuer_signed_is_forged(electorate: Electorate, held: collecting.HeldBallot) -> None:
    for signatures in (held.signatures[::-1], (bytes(256), bytes(256)), (b"\xff" * 256,)):
        made = ballot.collected(CONSULTATION, held.seed, signatures, ENVELOPE)
        assert electorate.fault(made, ENVELOPE) == "ballot-forged"
    # the same signatures under another key
    assert electorate.fault(ballot.collected(CONSULTATION, bytes(32), held.signatures, ENVELOPE), ENVELOPE) == (
        "ballot-forged"
    )
    swapped = {ISSUERS[0]: CODES[ISSUERS[1]], ISSUERS[1]: CODES[ISSUERS[0]]}
    assert electorate.fault(ballot.card(CONSULTATION, swapped, ENVELOPE), ENVELOPE) == "ballot-forged"


def test_more_parts_than_issuers_are_forged(held: collecting.HeldBallot, electorate: Electorate) -> None:
    one = Electorate(
        CONSULTATION, {ISSUERS[0]: electorate.keys[ISSUERS[0]]}, {ISSUERS[0]: electorate.cards[ISSUERS[0]]}
    )
    assert one.fault(spent(held), ENVELOPE) == "ballot-forged"
    assert one.fault(ballot.card(CONSULTATION, CODES, ENVELOPE), ENVELOPE) == "ballot-forged"
    assert one.fault(spent(replace(held, signatures=held.signatures[:1])), ENVELOPE) == ""


def test_bytes_that_are_no_point_are_no_key(electorate: Electorate, held: collecting.HeldBallot) -> None:
    made = spent(held)
    part = made.parts[0]
    for binding in (bytes(64), b"\xff" * 64, part.binding[::-1]):
        bad = replace(made, parts=(replace(part, binding=binding),))
        assert electorate.fault(bad, ENVELOPE) == "ballot-moved"


def test_a_half_needs_ten_bytes() -> None:
    for size in (0, 9, 11):
        with pytest.raises(BallotError):
            ballot.card_seed(bytes(size), CONSULTATION, ISSUERS[0])
