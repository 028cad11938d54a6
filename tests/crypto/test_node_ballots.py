"""Live round trips of ballots with fresh keys between portal/crypto and the browser's code, run by Node."""

from __future__ import annotations

import secrets

from portal.crypto import ballot, collecting
from portal.crypto.ballot import Electorate, parse_ballot
from portal.crypto.blindrsa import Blinded
from portal.crypto.blindsign import BlindSigner
from tests.crypto.ballot_vectors import CONSULTATION, ISSUERS
from tests.crypto.test_node import node, pytestmark

__all__ = ["pytestmark"]
ENVELOPE = secrets.token_bytes(32)


def office() -> tuple[dict[str, BlindSigner], dict[str, bytes]]:
    """Fresh issuers and their public keys."""
    signers = {issuer: BlindSigner.generate() for issuer in ISSUERS}
    return signers, {issuer: signer.public_key for issuer, signer in signers.items()}


def hexed(table: dict[str, bytes]) -> dict[str, str]:
    return {name: value.hex() for name, value in table.items()}


def test_begun_in_the_browser_signed_and_spent_in_python() -> None:
    # given messages that the browser blinded
    signers, keys = office()
    [begun] = node({"do": "begin", "consultation": CONSULTATION, "keys": hexed(keys), "each": 2})
    blinded = {
        issuer: tuple(Blinded(bytes.fromhex(message), int(inverse, 16)) for message, inverse in items)
        for issuer, items in begun["ok"]["blinded"].items()
    }
    seeds = tuple(map(bytes.fromhex, begun["ok"]["seeds"]))
    collection = collecting.Collection(CONSULTATION, keys, seeds, blinded)
    # when Python's issuers sign them
    answers = {name: [signer.sign(one) for one in collection.messages(name)] for name, signer in signers.items()}
    held = collecting.finish(collection, answers)
    # then the browser's ballots are Python's, and hold
    made = node(
        *(
            {
                "do": "collected",
                "consultation": CONSULTATION,
                "seed": one.seed.hex(),
                "signatures": [signature.hex() for signature in one.signatures],
                "envelope": ENVELOPE.hex(),
            }
            for one in held
        )
    )
    electorate = Electorate(CONSULTATION, keys, {})
    for one, answer in zip(held, made, strict=True):
        data = bytes.fromhex(answer["ok"])
        assert data == ballot.collected(CONSULTATION, one.seed, one.signatures, ENVELOPE).encode()
        assert electorate.fault(parse_ballot(data), ENVELOPE) == ""


def test_begun_in_python_finished_in_the_browser() -> None:
    signers, keys = office()
    begun = collecting.begin(CONSULTATION, keys, 2)
    answers = {name: [signer.sign(one) for one in begun.messages(name)] for name, signer in signers.items()}
    command = {
        "do": "finish",
        "consultation": CONSULTATION,
        "keys": hexed(keys),
        "seeds": [seed.hex() for seed in begun.seeds],
        "blinded": {
            name: [[one.message.hex(), one.inverse.to_bytes(256, "big").hex()] for one in items]
            for name, items in begun.blinded.items()
        },
    }
    swapped = dict(zip(ISSUERS, [answers[name] for name in reversed(ISSUERS)], strict=True))
    good, bad = (
        {**command, "answers": {name: [one.hex() for one in items] for name, items in given.items()}}
        for given in (answers, swapped)
    )
    expected = collecting.write_file(CONSULTATION, collecting.finish(begun, answers)).decode()
    assert node(good, bad) == [{"ok": expected}, {"refused": "blind-signature-error"}]


def test_half_cards_agree() -> None:
    codes = {issuer: secrets.token_bytes(10) for issuer in ISSUERS}
    whole = {"do": "card", "consultation": CONSULTATION, "codes": hexed(codes), "envelope": ENVELOPE.hex()}
    halves = [
        {"do": "half", "consultation": CONSULTATION, "issuer": issuer, "code": code.hex()}
        for issuer, code in codes.items()
    ]
    hashes = [ballot.card_hash(code, CONSULTATION, issuer) for issuer, code in codes.items()]
    made, *listed = node(whole, *halves)
    assert [answer["ok"] for answer in listed] == [digest.hex() for digest in hashes]
    cards = {issuer: frozenset({digest}) for issuer, digest in zip(codes, hashes, strict=True)}
    electorate = Electorate(CONSULTATION, dict.fromkeys(ISSUERS, b""), cards)
    assert electorate.fault(parse_ballot(bytes.fromhex(made["ok"])), ENVELOPE) == ""
