"""What the log says of issuers: leaves gathered in one pass, and the texts that they signed, put together again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from portal.audit.turnout import IssuerFigures, Turnout
from portal.crypto.ballot import Electorate
from portal.crypto.blindrsa import key_id
from portal.crypto.encoding import b64url_decode
from portal.crypto.statements import closing_text, identity_name, terms_text
from portal.tlog.keys import VerifierKey, ed25519_verifies

Document = dict[str, Any]


@dataclass
class Issuer:
    """What the log says of one issuer of one consultation. ``key_leaf``: where its key stands."""

    key: Document | None = None
    key_leaf: int = -1
    roster: Document | None = None
    cards: set[bytes] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)
    last: str = ""
    issued: int = 0
    closing: Document | None = None

    @property
    def drawn(self) -> int:
        """Half-cards that were handed out, by its list."""
        return int(self.closing["cards"]) if self.closing else 0

    @property
    def identity(self) -> bytes:
        """The Ed25519 key (32 bytes) that signs its statements; nothing when no leaf names it."""
        return b64url_decode(self.key["identity"]) if self.key else b""

    def signed_terms(self, opening: Document) -> bool:
        """Whether the terms that the leaves give are those that the identity signed."""
        if self.key is None or self.roster is None:
            return False
        core = {
            "consultation": self.key["consultation"],
            "issuer": self.key["issuer"],
            "public_key": self.key["public_key"],
            "each": opening["each"],
            "collect_from": opening["collect_from"],
            "collect_until": opening["collect_until"],
            "roster_size": self.roster["size"],
            "roster_sha256": self.roster["sha256"],
            "cards": sorted(digest.hex() for digest in self.cards),
        }
        text = terms_text(core, self.key["about_sha256"])
        return ed25519_verifies(self.identity, text, b64url_decode(self.key["signature"]))

    def signed_list(self, closing: Document) -> bool:
        """Whether the issuances that stand in the log are the list that the identity signed."""
        text = closing_text(closing["consultation"], closing["issuer"], sorted(self.requests), closing["cards"])
        return ed25519_verifies(self.identity, text, b64url_decode(closing["signature"]))

    def figures(self, name: str) -> IssuerFigures:
        """What a verdict shows of it."""
        return IssuerFigures(
            issuer=name,
            identity=str(VerifierKey(identity_name(name), self.identity)) if self.key else "",
            fingerprint=hashlib.sha256(self.identity).hexdigest() if self.key else "",
            key_id=key_id(b64url_decode(self.key["public_key"])) if self.key else "",
            people=self.roster["size"] if self.roster else None,
            issued=self.issued if self.closing else None,
            cards=self.drawn if self.closing else None,
        )


@dataclass
class Issuing:
    """What one pass has learned of a consultation's ballots. ``redeemed``, ``cards``: sound ballots of either kind."""

    issuers: dict[str, Issuer] = field(default_factory=dict)
    opening: Document | None = None
    electorate: Electorate | None = None
    redeemed: int = 0
    cards: int = 0

    @property
    def named(self) -> dict[str, Issuer]:
        """The issuers that the consultation's opening names."""
        return {name: self.issuers[name] for name in (self.opening or {}).get("issuers", [])}

    @property
    def closed(self) -> bool:
        """Whether every list is complete."""
        return all(issuer.closing for issuer in self.named.values())

    @property
    def issued(self) -> int:
        """Ballots collected, by the shortest list: each issuer has signed each of them."""
        return min(issuer.issued for issuer in self.named.values())

    @property
    def drawn(self) -> int:
        """Pairs of half-cards drawn, by the issuer who counts fewest."""
        return min(issuer.drawn for issuer in self.named.values())

    @property
    def overspent(self) -> bool:
        """Whether more ballots were spent than the lists account for, of either kind."""
        return self.redeemed - self.cards > self.issued or self.cards > self.drawn

    def turnout(self) -> Turnout:
        """The figures, once it was opened."""
        sizes = [one.roster["size"] for one in self.named.values() if one.roster]
        opening = self.opening or {}
        return Turnout(
            consultation=opening["consultation"],
            people=min(sizes, default=0),
            each=opening["each"],
            ballots=self.issued if self.closed else None,
            cards=self.drawn if self.closed else None,
            redeemed=self.redeemed,
            redeemed_cards=self.cards,
            issuers=tuple(one.figures(name) for name, one in self.named.items()),
        )
