"""A log with ballots as honest people make it, and the hands of those who would cheat.

Attackers hold what they would hold: the portal the log's key, an issuer its own keys, a submitter its ballots. Whatever
they write is signed as far as their keys reach, so that only the rules on ballots can betray it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA384
from sqlalchemy.orm import Session

from portal.audit.export import public_files
from portal.clock import FixedClock
from portal.consultations import service as consultations
from portal.crypto import ballot, receipt
from portal.crypto.blindrsa import SALT_SIZE
from portal.crypto.blindsign import BlindSigner
from portal.crypto.collecting import HeldBallot
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.statements import closing_text, terms_text
from portal.issuing import rounds
from portal.issuing.store import work
from portal.ledger import events
from portal.ledger.log import Log
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from tests.audit.support import Files, find
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    close_issuing,
    collect,
    draw_cards,
    move_to,
    open_with_ballots,
    two_issuers,
)
from tests.support import Office

Entries = list[bytes]
A, B = "thanh-tra", "van-phong"
PEOPLE, EACH, CARDS = 6, 3, 9
"""People on the roster, ballots for everyone, half-cards in each box."""


@dataclass
class BallotCase:
    """An export with ballots; ``held`` and ``drawn`` are ballots and card pairs that nobody has spent yet."""

    files: Files
    log: Log
    pair: IssuerPair
    signers: dict[str, BlindSigner]
    held: list[HeldBallot] = field(default_factory=list)
    drawn: list[dict[str, bytes]] = field(default_factory=list)

    @property
    def boxes(self) -> dict[str, list[bytes]]:
        """The codes of half-cards that lie in each issuer's box still."""
        return {one.name: one.cards for one in self.pair}


def build(
    session: Session,
    log: Log,
    clock: FixedClock,
    office: Office,
    folder: Path,
    static: Path | None = None,
    **settings: Any,
) -> BallotCase:
    """Three people collect (nine ballots), one draws cards (three pairs); five ballots and one pair are spent.

    ``folder``: for the issuers' stores; ``static``: the served files of an export, which is left out without them.
    """
    pair = two_issuers(folder, clock, people=PEOPLE, each=EACH, cards=CARDS)
    row = open_with_ballots(session, log, clock, pair, **settings)
    signers = {one.name: _signer(pair, one) for one in pair}
    held = [one for code in ("CB001", "CB002", "CB003") for one in collect(pair, code)]
    drawn = draw_cards(pair, "CB004")
    close_issuing(session, log, clock, pair)
    move_to(clock, row.opens)
    for make in [*(collected_by(one) for one in held[:5]), card_by(drawn[0])]:
        send(session, log, clock, office, make)
    sequence_groups(session, log, [CONSULTATION])
    files = dict(public_files(session, log, static)) if static else {}
    return BallotCase(files, log, pair, signers, held[5:], drawn[1:])


def _signer(pair: IssuerPair, one: Any) -> BlindSigner:
    """The key that an issuer destroys when it closes, kept by one who would cheat."""
    with work(one.engine) as session:
        sealed = rounds.get(session, pair.consultation).sealed_key
        assert sealed is not None
        return BlindSigner.load(one.atrest.open(rounds.PURPOSE, sealed))


# --- ballots ---

Make = Callable[[bytes], bytes]


def collected_by(one: HeldBallot, consultation: str = CONSULTATION) -> Make:
    """That collected ballot, bound to whatever envelope comes."""
    return lambda digest: ballot.collected(consultation, one.seed, one.signatures, digest).encode()


def card_by(codes: dict[str, bytes]) -> Make:
    """That pair of half-cards, bound to whatever envelope comes."""
    return lambda digest: ballot.card(CONSULTATION, codes, digest).encode()


def minted(*signers: BlindSigner | None) -> HeldBallot:
    """A ballot that nobody collected, signed by those issuers; None stands for one who does not take part."""
    seed = secrets.token_bytes(32)
    nonce = hashlib.sha256(ballot.public_of(seed)).digest()
    scheme = padding.PSS(mgf=padding.MGF1(SHA384()), salt_length=SALT_SIZE)
    return HeldBallot(
        seed,
        tuple(one.private.sign(nonce, scheme, SHA384()) if one else secrets.token_bytes(256) for one in signers),
    )


def send(session: Session, log: Log, clock: FixedClock, office: Office, make: Make | None) -> None:
    """A comment accepted by the portal."""
    sealed, raw = replace(office, consultation=CONSULTATION).seal()
    spent = make(hashlib.sha256(sealed).digest()) if make else None
    row = consultations.get(session, CONSULTATION)
    hashed = receipt.locator_hash(raw)
    accept(session, log, clock, row, envelope=sealed, locator_hash=hashed, promise_days=2, ballot=spent)


def comment(make: Make, consultation: str = CONSULTATION) -> bytes:
    """The leaf of a new comment with its ballot."""
    digest = secrets.token_bytes(32)
    return with_ballot(digest, make(digest), consultation)


def with_ballot(digest: bytes, spent: bytes, consultation: str = CONSULTATION) -> bytes:
    """The leaf of a comment with that envelope and those bytes for a ballot."""
    where: dict[str, Any] = {"consultation": consultation, "envelope_sha256": digest.hex()}
    return events.encode("submission", version=2, **where, ballot=b64url_encode(spent))


# --- leaves ---


def documents(entries: Entries, kind: str, issuer: str = "", consultation: str = CONSULTATION) -> list[dict[str, Any]]:
    """The leaves of a kind, of one issuer where named."""
    found = (json.loads(data) for data in entries)
    return [
        one
        for one in found
        if one["type"] == kind and one.get("consultation") == consultation and issuer in ("", one.get("issuer"))
    ]


def place(entries: Entries, kind: str, issuer: str = "", nth: int = 0) -> int:
    """The index of that leaf in the consultation with ballots."""
    return entries.index(dump(documents(entries, kind, issuer)[nth]))


def dump(document: dict[str, Any]) -> bytes:
    """A document as a leaf."""
    values = {key: value for key, value in document.items() if key not in {"type", "v"}}
    return events.encode(document["type"], version=document["v"], **values)


def changed(entries: Entries, kind: str, issuer: str = "", nth: int = 0, **values: Any) -> Entries:
    """The history with one leaf rewritten."""
    at = place(entries, kind, issuer, nth)
    return [*entries[:at], dump({**json.loads(entries[at]), **values}), *entries[at + 1 :]]


def without(entries: Entries, kind: str, issuer: str = "", nth: int = 0) -> Entries:
    """The history with one leaf left out."""
    at = place(entries, kind, issuer, nth)
    return [*entries[:at], *entries[at + 1 :]]


def inserted(entries: Entries, at: int, more: Iterable[bytes]) -> Entries:
    """The history with leaves put before ``at``."""
    return [*entries[:at], *more, *entries[at:]]


def resigned(case: BallotCase, entries: Entries, issuer: str, consultation: str = CONSULTATION) -> Entries:
    """The history with that issuer's terms signed anew, as they stand in the leaves now."""
    (key,), (roster,) = (documents(entries, kind, issuer, consultation) for kind in ("issuer-key", "roster"))
    opening = documents(entries, "consultation", "", consultation)[0]
    cards = sorted(card["key_sha256"] for card in documents(entries, "card", issuer, consultation))
    core = {
        **{name: key[name] for name in ("consultation", "issuer", "public_key")},
        **{name: opening[name] for name in ("each", "collect_from", "collect_until")},
        **{"roster_size": roster["size"], "roster_sha256": roster["sha256"], "cards": cards},
    }
    signature = _sign(case, issuer, terms_text(core, key["about_sha256"]))
    at = entries.index(dump(key))
    return [*entries[:at], dump({**key, "signature": signature}), *entries[at + 1 :]]


def reclosed(case: BallotCase, entries: Entries, issuer: str, **values: Any) -> Entries:
    """The history with that issuer's list signed anew, as it stands in the leaves now."""
    issued = [one["request_sha256"] for one in documents(entries, "issuance", issuer)]
    cards = values.get("cards", documents(entries, "issuance-close", issuer)[0]["cards"])
    signature = _sign(case, issuer, closing_text(CONSULTATION, issuer, sorted(issued), cards))
    return changed(entries, "issuance-close", issuer, issued=len(issued), cards=cards, signature=signature)


def _sign(case: BallotCase, issuer: str, text: bytes) -> str:
    (identity,) = (one.identity for one in case.pair if one.name == issuer)
    return b64url_encode(identity.sign_bytes(text))


def spent_ballots(entries: Entries) -> list[tuple[int, bytes]]:
    """Places and bytes of the ballots in the log."""
    first = find(entries, "submission")
    leaves = [(at, json.loads(data)) for at, data in enumerate(entries) if at >= first]
    return [(at, b64url_decode(leaf["ballot"])) for at, leaf in leaves if "ballot" in leaf]
