"""Collecting: both languages finish what the other began, and what an issuer answers is never taken unverified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal.crypto import ballot, collecting
from portal.crypto.ballot import Electorate, parse_ballot
from portal.crypto.blindrsa import Blinded
from portal.crypto.blindsign import BlindSigner
from portal.crypto.collecting import Collection, begin, finish, read_file, request_sha256, write_file
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import BallotError, BlindSignatureError, KeyFormatError
from tests.crypto.ballot_vectors import CONSULTATION, ENVELOPE
from tests.crypto.support import vectors

MAKERS = ("python", "js")
FILE = vectors("collecting-python.json")["file"]


def restored(found: dict[str, Any]) -> tuple[Collection, dict[str, list[bytes]]]:
    """A vector's collection as this code keeps it, and the issuers' answers."""
    blinded = {
        issuer: tuple(
            Blinded(b64url_decode(one["message"]), int.from_bytes(b64url_decode(one["inverse"]), "big"))
            for one in items
        )
        for issuer, items in found["blinded"].items()
    }
    keys = {issuer: b64url_decode(one["public_key"]) for issuer, one in found["issuers"].items()}
    answers = {issuer: [b64url_decode(one) for one in items] for issuer, items in found["answers"].items()}
    return Collection(found["consultation"], keys, tuple(map(b64url_decode, found["seeds"])), blinded), answers


@pytest.mark.parametrize("maker", MAKERS)
def test_what_either_language_began_is_finished_here(maker: str) -> None:
    # given a collection and the issuers' answers
    found = vectors(f"collecting-{maker}.json")
    begun, answers = restored(found)
    # when it is finished
    held = finish(begun, answers)
    # then file and ballots are the maker's, and every ballot holds
    assert write_file(begun.consultation, held).decode() == found["file"]
    assert read_file(found["file"].encode()) == (begun.consultation, held)
    electorate = Electorate(begun.consultation, begun.keys, {})
    for one, text in zip(held, found["ballots"], strict=True):
        data = b64url_decode(text)
        assert ballot.collected(begun.consultation, one.seed, one.signatures, ENVELOPE).encode() == data
        assert electorate.fault(parse_ballot(data), ENVELOPE) == ""


@pytest.mark.parametrize("maker", MAKERS)
def test_the_issuer_signs_what_the_browser_blinded(maker: str) -> None:
    found = vectors(f"collecting-{maker}.json")
    begun, answers = restored(found)
    for issuer, one in found["issuers"].items():
        signer = BlindSigner.load(b64url_decode(one["private_key"]))
        assert [signer.sign(message) for message in begun.messages(issuer)] == answers[issuer]


def test_a_printed_ballot_holds_seed_and_signatures() -> None:
    found = vectors("collecting-js.json")
    _, held = read_file(found["file"].encode())
    expected = [f"PF1/BALLOT/{CONSULTATION}/{b64url_encode(one.seed + b''.join(one.signatures))}" for one in held]
    assert found["printed"] == expected


def test_nothing_that_is_drawn_comes_twice() -> None:
    keys = restored(vectors("collecting-python.json"))[0].keys
    one, other = begin("thu", keys, 2), begin("thu", keys, 2)
    messages = [message for made in (one, other) for issuer in keys for message in made.messages(issuer)]
    assert len(set(messages)) == 8
    assert len({*one.seeds, *other.seeds}) == 4
    assert len(set(request_sha256(messages))) == 8


@pytest.mark.parametrize("change", ["other key", "order", "one changed", "too short"])
def test_answers_that_do_not_hold_give_no_ballot(change: str) -> None:
    begun, answers = restored(vectors("collecting-js.json"))
    first, second = sorted(answers)
    spoilt = {
        "other key": answers[second],
        "order": answers[first][::-1],
        "one changed": [answers[first][0], answers[first][1], bytes(255) + b"\x01"],
        "too short": [one[1:] for one in answers[first]],
    }[change]
    with pytest.raises(BlindSignatureError):
        finish(begun, {**answers, first: spoilt})


@pytest.mark.parametrize("kept", [0, 2])
def test_an_issuer_answers_every_message(kept: int) -> None:
    begun, answers = restored(vectors("collecting-js.json"))
    first = min(answers)
    with pytest.raises(BallotError):
        finish(begun, {**answers, first: answers[first][:kept]})


def test_a_key_that_is_none_is_not_blinded_for() -> None:
    with pytest.raises(KeyFormatError):
        begin("thu", {"a": b"\x30\x00"}, 1)


def broken(change: dict[str, Any]) -> bytes:
    return json.dumps({**json.loads(FILE), **change}).encode()


BALLOT = json.loads(FILE)["ballots"][0]
BROKEN = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff",
    b"[" * 100_000,
    broken({"v": 2}),
    broken({"type": "ballot"}),
    broken({"consultation": "X"}),
    broken({"consultation": 7}),
    broken({"ballots": []}),
    broken({"ballots": [BALLOT] * 10}),
    broken({"ballots": [None]}),
    broken({"ballots": [{**BALLOT, "seed": "AA"}]}),
    broken({"ballots": [{**BALLOT, "seed": 5}]}),
    broken({"ballots": [{**BALLOT, "signatures": []}]}),
    broken({"ballots": [{**BALLOT, "signatures": ["AAAA"]}]}),
    broken({"ballots": [{"seed": BALLOT["seed"]}]}),
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_ballot_file_is_refused(data: bytes) -> None:
    with pytest.raises(BallotError):
        read_file(data)


def test_a_file_is_read_back() -> None:
    consultation, held = read_file(FILE.encode())
    assert write_file(consultation, held).decode() == FILE
    assert collecting.HeldBallot(held[0].seed, held[0].signatures) == held[0]
