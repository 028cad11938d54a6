"""What slips and cards say. Translate with :func:`portal.words.translated` before printing."""

from __future__ import annotations

from dataclasses import dataclass

from portal.words import N_


@dataclass(frozen=True)
class SlipWords:
    """The words of a claim slip. ``kind`` and ``key`` hold one placeholder; the others hold none."""

    kind: str = N_("Claim slip of %(issuer)s")
    personal: str = N_("Only for the person named here. If it was open when you got it, ask for a new one.")
    from_issuer: str = N_("Issued by")
    staff_code: str = N_("Staff code")
    claim_code: str = N_("Claim code")
    secret: str = N_("Show it to nobody: whoever has it can collect your ballots.")
    days: str = N_("Collect your ballots on")
    page: str = N_("at this address")
    enter: str = N_(
        "Scan the square or type both codes. Each issuer hands you a slip of its own: you need all of them."
    )
    key: str = N_("This issuer's key: %(key)s. The page must show the same; if it does not, stop and say so.")
    honest: str = N_(
        "Collect within these days; write later, and from another network. "
        "The issuer can see that you collected, never what you write."
    )
    fold_back: str = N_("fold back")
    fold_in: str = N_("fold in")


@dataclass(frozen=True)
class CardWords:
    """The words of a half-card, the same on every one of them."""

    take: str = N_("Take one A and one B, any of them: together they make a ballot.")
    half: str = N_("Half-card")
