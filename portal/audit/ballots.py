"""What must hold of ballots: issuers' terms before the opening, their lists after it, and every ballot that was spent.

The rules and their names are those of ``docs/ballots.md``, "What an auditor checks". Everything is recomputed from
leaves, and each ballot is verified against every issuer's key. Memory: the digests of half-cards, which grow with the
people and not with what they write, and those of issuances until a list is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portal.audit.issuers import Document, Issuer, Issuing
from portal.audit.turnout import Turnout
from portal.crypto.ballot import CARD, Ballot, Electorate, parse_ballot
from portal.crypto.blindrsa import load_public
from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import BallotError, KeyFormatError

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]
# Remembers a nullifier (32 bytes); False when it was spent before.
Spend = Callable[[bytes], bool]


class BallotRules:
    """The rules on ballots; :class:`portal.audit.invariants.Invariants` hands it the leaves that concern it."""

    def __init__(self, broken: Broken, spend: Spend) -> None:
        self._broken, self._spend = broken, spend
        self._issuing: dict[str, Issuing] = {}
        self._blind_keys: set[str] = set()
        self._overspent: set[str] = set()

    def _of(self, consultation: str) -> Issuing:
        return self._issuing.setdefault(consultation, Issuing())

    # --- before the opening ---

    def _stated(self, index: int, document: Document) -> Issuer:
        """The issuer whose terms a leaf is a part of; they are complete when the consultation opens."""
        held = self._of(document["consultation"])
        if held.opening is not None:
            self._broken("issuer-leaf-after-opening", index)
            return Issuer()  # what came too late changes nothing that was checked at the opening
        return held.issuers.setdefault(document["issuer"], Issuer())

    def issuer_key(self, index: int, document: Document) -> None:
        """A leaf with an issuer's keys: fresh for each consultation, and no other issuer's."""
        issuer = self._stated(index, document)
        if issuer.key is not None:
            self._broken("issuer-key-twice", index)
            return
        others = self._of(document["consultation"]).issuers.values()
        identity, public_key = document["identity"], document["public_key"]
        # A key that signed for another consultation, too, would let its ballots be spent in this one.
        if public_key in self._blind_keys or any(o.key and o.key["identity"] == identity for o in others):
            self._broken("issuer-key-shared", index)
        self._blind_keys.add(public_key)
        try:
            load_public(b64url_decode(public_key))
        except KeyFormatError:
            self._broken("issuer-key-malformed", index)
            return
        issuer.key, issuer.key_leaf = document, index

    def roster(self, index: int, document: Document) -> None:
        """A leaf with a roster's size and fingerprint."""
        issuer = self._stated(index, document)
        if issuer.roster is not None:
            self._broken("roster-twice", index)
        else:
            issuer.roster = document

    def card(self, index: int, document: Document) -> None:
        """A leaf of a half-card; no half stands in two boxes."""
        issuer = self._stated(index, document)
        digest = bytes.fromhex(document["key_sha256"])
        if any(digest in other.cards for other in self._of(document["consultation"]).issuers.values()):
            self._broken("card-twice", index)
        issuer.cards.add(digest)

    # --- the opening ---

    def opened(self, index: int, opening: Document) -> None:
        """A consultation's opening: what its issuers stated is complete, signed, and agrees."""
        held = self._of(opening["consultation"])
        held.opening, named = opening, opening.get("issuers", [])
        if set(held.issuers) - set(named):
            self._broken("issuer-not-named", index)
        for name in named:
            self._complete(index, held.issuers.setdefault(name, Issuer()), opening)
        if not named:
            return
        issuers = held.named
        if len({(one.roster["size"], one.roster["sha256"]) for one in issuers.values() if one.roster}) > 1:
            self._broken("rosters-differ", index)
        if not opening["collect_from"] <= opening["collect_until"] < opening["opens"]:
            self._broken("consultation-collecting-late", index)
        if all(one.key for one in issuers.values()):
            keys = {name: b64url_decode(one.key["public_key"]) for name, one in issuers.items() if one.key}
            held.electorate = Electorate(
                opening["consultation"], keys, {name: one.cards for name, one in issuers.items()}
            )

    def _complete(self, index: int, issuer: Issuer, opening: Document) -> None:
        if issuer.key is None:
            self._broken("issuer-key-missing", index)
        if issuer.roster is None:
            self._broken("roster-missing", index)
        if issuer.key and issuer.roster and not issuer.signed_terms(opening):
            self._broken("issuer-terms-not-signed", issuer.key_leaf)

    # --- the lists ---

    def issuance(self, index: int, document: Document) -> None:
        """A leaf of one signature; in the order of the digests, so that the order of issuing is not told."""
        issuer = self._issuer(index, document)
        if issuer is None:
            return
        if issuer.closing is not None:
            self._broken("issuance-after-closing", index)
            return
        request = document["request_sha256"]
        if request in issuer.requests:
            self._broken("issuance-twice", index)
        elif request < issuer.last:
            self._broken("issuance-out-of-order", index)
        issuer.requests.add(request)
        issuer.last = request

    def issuance_close(self, index: int, document: Document) -> None:
        """The leaf that ends an issuer's list."""
        issuer = self._issuer(index, document)
        if issuer is None:
            return
        if issuer.closing is not None:
            self._broken("issuance-close-twice", index)
            return
        if not issuer.signed_list(document):
            self._broken("issuance-list-not-signed", index)
        if document["issued"] != len(issuer.requests):
            self._broken("issuance-count-differs", index)
        issuer.issued, issuer.closing = len(issuer.requests), document
        issuer.requests = set()
        opening = self._of(document["consultation"]).opening or {}
        people = issuer.roster["size"] if issuer.roster else 0
        if issuer.issued + document["cards"] > people * opening["each"]:
            self._broken("issued-over-roster", index)
        if document["cards"] > len(issuer.cards):
            self._broken("cards-over-logged", index)

    def _issuer(self, index: int, document: Document) -> Issuer | None:
        found = self._of(document["consultation"]).named.get(document["issuer"])
        if found is None or found.key is None:
            self._broken("issuance-of-unknown-issuer", index)
            return None
        return found

    # --- spending ---

    def submission(self, index: int, document: Document) -> None:
        """A comment with its ballot, or without one where none is needed."""
        held, text = self._of(document["consultation"]), document.get("ballot")
        if not held.named:
            if text is not None:
                self._broken("ballot-in-open-consultation", index)
            return
        if text is None:
            self._broken("submission-without-ballot", index)
            return
        if not held.closed:
            self._broken("ballot-before-issuance-closed", index)
        try:
            ballot = parse_ballot(b64url_decode(text))
        except BallotError:
            self._broken("ballot-malformed", index)
            return
        self._ballot(index, held, ballot, bytes.fromhex(document["envelope_sha256"]))

    def _ballot(self, index: int, held: Issuing, ballot: Ballot, envelope_sha256: bytes) -> None:
        # Without a named issuer's key nothing can be verified; the opening's failure says which is missing.
        fault = held.electorate.fault(ballot, envelope_sha256) if held.electorate else "ballot-not-verifiable"
        if fault:
            self._broken(fault, index)
        fresh = [self._spend(nonce) for nonce in ballot.nonces]  # each is remembered, whatever became of the others
        spent = not all(fresh)
        if spent:
            self._broken("nullifier-twice", index)
        if fault or spent:
            return
        held.redeemed += 1
        held.cards += ballot.kind == CARD
        if held.closed and held.overspent and ballot.consultation not in self._overspent:
            self._overspent.add(ballot.consultation)  # the first ballot too many says it; later ones say the same
            self._broken("redeemed-over-issued", index)

    def turnout(self) -> Iterator[Turnout]:
        """The figures of each consultation with ballots."""
        return (held.turnout() for held in self._issuing.values() if held.named)
