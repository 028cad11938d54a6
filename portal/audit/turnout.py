"""How many people, ballots and comments there are, as the log alone tells: what an auditor holds against paper.

The office knows how many people it has; the issuers' identity keys stand on a notice board. Neither can be recomputed,
so a verdict shows both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class IssuerFigures:
    """One issuer. ``identity``: its verifier key's text; ``fingerprint``: SHA-256 of the same key in hexadecimal.

    ``key_id``: SHA-256 of the key that signs blindly; claim slips show its beginning. Texts are empty when the log has
    no such leaf; ``people`` (on its roster), ``issued`` (signatures) and ``cards`` (half-cards drawn) are None until a
    leaf says them.
    """

    issuer: str
    identity: str
    fingerprint: str
    key_id: str
    people: int | None
    issued: int | None
    cards: int | None


@dataclass(frozen=True)
class Turnout:
    """One consultation. ``ballots`` and ``cards``: those that every issuer counts; None until all lists are closed.

    ``redeemed``: sound ballots that were spent, ``redeemed_cards`` of them made of cards.
    """

    consultation: str
    people: int
    each: int
    ballots: int | None
    cards: int | None
    redeemed: int
    redeemed_cards: int
    issuers: tuple[IssuerFigures, ...]

    @property
    def most(self) -> int:
        """How many ballots there may be at all: everyone's share."""
        return self.people * self.each

    def as_document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "most": self.most, "issuers": [asdict(one) for one in self.issuers]}


def questions(turnouts: Sequence[Turnout], over: set[str]) -> Iterator[str]:
    """What breaks no rule and should still be asked about. ``over``: consultations that take no comments any more."""
    seen: dict[str, tuple[str, str]] = {}
    for turnout in turnouts:
        name = turnout.consultation
        if len(turnout.issuers) == 1:
            yield f"{name}: one issuer alone made the ballots and could have made more; ask why"
        for one in turnout.issuers:
            if one.issued is None and name in over:
                yield f"{name}: {one.issuer} never handed in its list; ask why"
            earlier, identity = seen.setdefault(one.issuer, (name, one.identity))
            if one.identity != identity:
                yield f"{name}: {one.issuer} signs with another key than in {earlier}; ask why"
                seen[one.issuer] = (name, one.identity)
