"""Collecting ballots: what the submitter's side does between an issuer's terms and a ballot that can be spent.

The browser's half is ``static/src/lib/collecting.js``; ballot files of either open in both (``tests/vectors/crypto``).
A half-finished collection keeps its seeds and blinded messages, so that the same question is asked again after a broken
connection, and an issuer never has to sign a second set.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.crypto.ballot import KEY_SIZE, Part, public_of
from portal.crypto.blindrsa import SIGNATURE_SIZE, Blinded, blind, finalize, load_public
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import BallotError, CryptoError
from portal.crypto.statements import EACH_MOST, SLUG


@dataclass(frozen=True)
class Collection:
    """Ballots under way: a seed (32 bytes) for each, and for each issuer what was blinded, in the same order."""

    consultation: str
    keys: Mapping[str, bytes]
    seeds: tuple[bytes, ...]
    blinded: Mapping[str, tuple[Blinded, ...]]

    def messages(self, issuer: str) -> list[bytes]:
        """What that issuer is asked to sign."""
        return [item.message for item in self.blinded[issuer]]


@dataclass(frozen=True)
class HeldBallot:
    """A ballot that can be spent: its seed, and the issuers' signatures in the order of their names."""

    seed: bytes
    signatures: tuple[bytes, ...]


def begin(consultation: str, keys: Mapping[str, bytes], each: int) -> Collection:
    """Draw fresh ballots and blind each for every issuer; ``keys``: DER by issuer."""
    seeds = tuple(secrets.token_bytes(KEY_SIZE) for _ in range(each))
    nonces = [Part(public_of(seed)).nonce for seed in seeds]
    loaded = {issuer: load_public(key) for issuer, key in keys.items()}
    blinded = {issuer: tuple(blind(key, nonce) for nonce in nonces) for issuer, key in loaded.items()}
    return Collection(consultation, dict(keys), seeds, blinded)


def request_sha256(messages: Sequence[bytes]) -> list[str]:
    """What the log shows of an issuance: the digest of each blinded message, in hexadecimal."""
    return [hashlib.sha256(message).hexdigest() for message in messages]


def finish(collection: Collection, answers: Mapping[str, Sequence[bytes]]) -> tuple[HeldBallot, ...]:
    """The ballots, each signature verified; ``answers``: every issuer's, in the order of the messages."""
    columns = []
    for issuer in sorted(collection.keys):
        key, given = load_public(collection.keys[issuer]), answers[issuer]
        if len(given) != len(collection.seeds):
            raise BallotError("an issuer answers each message")
        columns.append(
            [
                finalize(key, Part(public_of(seed)).nonce, answer, item.inverse)
                for seed, answer, item in zip(collection.seeds, given, collection.blinded[issuer], strict=True)
            ]
        )
    rows = zip(*columns, strict=True)
    return tuple(HeldBallot(seed, tuple(row)) for seed, row in zip(collection.seeds, rows, strict=True))


def write_file(consultation: str, ballots: Sequence[HeldBallot]) -> bytes:
    """A ballot file: JSON, to be kept as secret as the ballots are."""
    held = [
        {"seed": b64url_encode(item.seed), "signatures": [b64url_encode(one) for one in item.signatures]}
        for item in ballots
    ]
    document = {"v": 1, "type": "ballots", "consultation": consultation, "ballots": held}
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def read_file(data: bytes) -> tuple[str, tuple[HeldBallot, ...]]:
    """The consultation and the ballots of a file; :class:`BallotError` when it is none. Signatures are not checked."""
    try:
        document: Any = json.loads(data)
        if (document["v"], document["type"]) != (1, "ballots") or not SLUG.fullmatch(document["consultation"]):
            raise BallotError("not a ballot file")
        ballots = tuple(_held(item) for item in document["ballots"])
    except (CryptoError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BallotError("not a ballot file") from error
    if not 1 <= len(ballots) <= EACH_MOST:
        raise BallotError("not a ballot file")
    return document["consultation"], ballots


def _held(item: Any) -> HeldBallot:
    held = HeldBallot(b64url_decode(item["seed"]), tuple(b64url_decode(one) for one in item["signatures"]))
    if len(held.seed) != KEY_SIZE or not held.signatures or any(len(s) != SIGNATURE_SIZE for s in held.signatures):
        raise BallotError("not a ballot")
    return held
