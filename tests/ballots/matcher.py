"""Whoever wants to know who wrote what, and holds everything: both issuers, the portal, all their files.

A :class:`Trace` is what the attacker has of a person (from the issuers: more than they store, namely all that crossed
the wire) or of a comment (from the portal and the log). Each matcher scores every pair; the best person for each
comment is its guess. Guessing blindly hits one of them on average, however many there are.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import rsa

from portal.crypto.ballot import Ballot
from portal.crypto.blindrsa import load_public

WINDOW = 8
"""Bytes in a row that two traces do not share by chance."""


@dataclass(frozen=True)
class Claimed:
    """A person at the issuers: ``order`` of coming; by issuer, the blinded messages and the answers."""

    staff_code: str
    order: int
    messages: Mapping[str, Sequence[bytes]]
    answers: Mapping[str, Sequence[bytes]]
    stored: bytes = b""


@dataclass(frozen=True)
class Written:
    """A comment at the portal: its ballot, all bytes stored with it, and where it stands in each order there is."""

    ballot: Ballot
    stored: bytes
    places: Mapping[str, int] = field(default_factory=dict)


Score = Callable[[Claimed, Written], float]


def best_hits(people: Sequence[Claimed], comments: Sequence[Written], truth: Sequence[str], score: Score) -> int:
    """How many comments the matcher gives to the right person; ties are broken by lot."""
    draw = random.Random(1)
    hits = 0
    for comment, author in zip(comments, truth, strict=True):
        ranked = max(people, key=lambda person: (score(person, comment), draw.random()))
        hits += ranked.staff_code == author
    return hits


def shared_bytes() -> Score:
    """Windows of bytes that stand in both traces, also as hashes and in the usual encodings."""
    known: dict[int, set[bytes]] = {}

    def windows(data: bytes) -> set[bytes]:
        return {data[at : at + WINDOW] for at in range(len(data) - WINDOW + 1)}

    def of_person(person: Claimed) -> set[bytes]:
        values = [value for kind in (person.messages, person.answers) for given in kind.values() for value in given]
        values += [hashlib.sha256(value).digest() for value in values] + [person.stored]
        encoded = [base64.urlsafe_b64encode(value) for value in values] + [value.hex().encode() for value in values]
        return set().union(*map(windows, values + encoded))

    def score(person: Claimed, comment: Written) -> float:
        mine = known.setdefault(id(person), of_person(person))
        other = known.setdefault(id(comment), windows(comment.stored))
        return len(mine & other)

    return score


def algebra(keys: Mapping[str, bytes]) -> Score:
    """Whether a ballot's signature raised to the public exponent is what somebody asked to have signed."""
    loaded = {issuer: load_public(key).public_numbers() for issuer, key in keys.items()}

    def opened(numbers: rsa.RSAPublicNumbers, signature: bytes) -> int:
        return pow(int.from_bytes(signature, "big"), numbers.e, numbers.n)

    cache: dict[int, dict[str, int]] = {}

    def score(person: Claimed, comment: Written) -> float:
        signatures = dict(zip(sorted(loaded), comment.ballot.parts[0].signatures, strict=True))
        found = cache.setdefault(
            id(comment), {issuer: opened(loaded[issuer], value) for issuer, value in signatures.items()}
        )
        asked = {issuer: {int.from_bytes(m, "big") for m in person.messages[issuer]} for issuer in loaded}
        return sum(found[issuer] in asked[issuer] for issuer in loaded)

    return score


def order(name: str) -> Score:
    """Who came early wrote early, if the store or the log kept any order of arrival."""
    return lambda person, comment: -abs(person.order - comment.places[name])
