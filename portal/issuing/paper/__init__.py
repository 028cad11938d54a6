"""Slips and half-cards on paper: A4 sheets as PDF, to be cut.

::

    words = translated(SlipWords(), gettext)
    pdf = slips_pdf(make_codes(session, row), SlipSheet(issuer="van-phong", ..., words=words))

A sheet holds secrets: hand the bytes over and keep no copy. Nothing in it says when or by whom it was made.
"""

from __future__ import annotations

from portal.issuing.paper.cards import CardSheet, cards_pdf
from portal.issuing.paper.slips import SlipSheet, slips_pdf
from portal.issuing.paper.words import CardWords, SlipWords

__all__ = ["CardSheet", "CardWords", "SlipSheet", "SlipWords", "cards_pdf", "slips_pdf"]
