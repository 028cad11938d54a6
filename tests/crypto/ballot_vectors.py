"""Make the ballots of tests/vectors/crypto. Run by hand: ``python -m tests.crypto.ballot_vectors``.

``ballot.json`` comes out the same each time. ``collecting-python.json`` draws fresh keys, seeds and blindings;
``node tests/js/make-ballot-vectors.mjs`` then makes the browser's half with the same issuers. The issuers' private keys
stand in the file, so that each language can play the issuer to the other's submitter.
"""

from __future__ import annotations

import hashlib
from typing import Any

from portal.crypto import ballot, collecting
from portal.crypto.blindsign import BlindSigner
from portal.crypto.encoding import b64url_encode
from tests.crypto.make_vectors import FOLDER, seed_of, text_of

CONSULTATION = "phieu-2026"
ISSUERS = ("thanh-tra", "van-phong")
ENVELOPE = hashlib.sha256(b"an envelope").digest()


def ballot_vectors() -> dict[str, Any]:
    """Ballots of both kinds, of one and of two issuers; signatures are stand-ins, for here only the bytes count."""
    seed = seed_of("ballot")
    signatures = [hashlib.shake_256(issuer.encode()).digest(256) for issuer in ISSUERS]
    codes = {issuer: hashlib.sha256(issuer.encode()).digest()[:10] for issuer in ISSUERS}
    made = [
        {
            "seed": seed.hex(),
            "signatures": [one.hex() for one in signatures[:count]],
            "ballot": ballot.collected(CONSULTATION, seed, signatures[:count], ENVELOPE).encode().hex(),
        }
        for count in (1, 2)
    ]
    cards = [
        {
            "codes": {issuer: codes[issuer].hex() for issuer in issuers},
            "ballot": ballot.card(CONSULTATION, {issuer: codes[issuer] for issuer in issuers}, ENVELOPE).encode().hex(),
        }
        for issuers in (ISSUERS[:1], ISSUERS)
    ]
    halves = [
        {
            "issuer": issuer,
            "code": codes[issuer].hex(),
            "seed": ballot.card_seed(codes[issuer], CONSULTATION, issuer).hex(),
            "hash": ballot.card_hash(codes[issuer], CONSULTATION, issuer).hex(),
        }
        for issuer in ISSUERS
    ]
    return {
        "consultation": CONSULTATION,
        "envelope_sha256": ENVELOPE.hex(),
        "keys": [{"seed": item.hex(), "public_key": ballot.public_of(item).hex()} for item in (bytes(32), seed)],
        "collected": made,
        "cards": cards,
        "halves": halves,
    }


def collecting_vectors() -> dict[str, Any]:
    """A whole collection: what was drawn and blinded, what the issuers answered, the file, and a ballot of each."""
    signers = {issuer: BlindSigner.generate() for issuer in ISSUERS}
    begun = collecting.begin(CONSULTATION, {name: signer.public_key for name, signer in signers.items()}, 3)
    answers = {name: [signer.sign(one) for one in begun.messages(name)] for name, signer in signers.items()}
    held = collecting.finish(begun, answers)
    spent = [ballot.collected(CONSULTATION, one.seed, one.signatures, ENVELOPE).encode() for one in held]
    return {
        "consultation": CONSULTATION,
        "envelope_sha256": ENVELOPE.hex(),
        "issuers": {name: _issuer(signer) for name, signer in signers.items()},
        "seeds": [b64url_encode(seed) for seed in begun.seeds],
        "blinded": {
            name: [
                {"message": b64url_encode(one.message), "inverse": b64url_encode(one.inverse.to_bytes(256, "big"))}
                for one in begun.blinded[name]
            ]
            for name in ISSUERS
        },
        "answers": {name: [b64url_encode(one) for one in answers[name]] for name in ISSUERS},
        "file": collecting.write_file(CONSULTATION, held).decode(),
        "ballots": [b64url_encode(one) for one in spent],
    }


def _issuer(signer: BlindSigner) -> dict[str, str]:
    return {"public_key": b64url_encode(signer.public_key), "private_key": b64url_encode(signer.dump())}


FIXED = {"ballot.json": ballot_vectors}
FRESH = {"collecting-python.json": collecting_vectors}

if __name__ == "__main__":
    for file, make in {**FIXED, **FRESH}.items():
        (FOLDER / file).write_text(text_of(make()), "ascii")
