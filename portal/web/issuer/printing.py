"""From fresh codes to paper: the sheets' words in the chosen language, and the file that is handed out once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Response
from flask_babel import force_locale, gettext

from portal.crypto.blindrsa import key_id
from portal.issuing.claims import Slip
from portal.issuing.config import IssuerSettings
from portal.issuing.models import Round
from portal.issuing.paper import CardSheet, SlipSheet, cards_pdf, slips_pdf
from portal.issuing.paper.words import CardWords, SlipWords
from portal.web.issuer.shown import collect_page
from portal.web.language import day_in, pick_in
from portal.words import translated


def print_slips(settings: IssuerSettings, row: Round, slips: Sequence[Slip], language: str) -> Response:
    """The slips as a file; :class:`Conflict` (``nothing-to-print``) when there are none."""
    with force_locale(language):
        sheet = SlipSheet(
            issuer=settings.issuer,
            issuer_name=pick_in(language, settings, "name"),
            office_name=settings.office_name,
            title=pick_in(language, row, "title"),
            days=days_of(language, row.collect_from, row.collect_until),
            page=collect_page(settings, row),
            key_id=key_id(row.public_key),
            words=translated(SlipWords(), gettext),
            locale=language,
        )
        return printed(slips_pdf(slips, sheet), f"slips-{settings.issuer}-{row.consultation}.pdf")


def print_cards(settings: IssuerSettings, row: Round, codes: Sequence[bytes], letter: str, language: str) -> Response:
    """The half-cards as a file."""
    with force_locale(language):
        sheet = CardSheet(
            issuer=settings.issuer,
            letter=letter,
            issuer_name=pick_in(language, settings, "name"),
            title=pick_in(language, row, "title"),
            page=f"{settings.portal_origins[0]}/c/{row.consultation}",
            words=translated(CardWords(), gettext),
            locale=language,
        )
        return printed(cards_pdf(codes, sheet), f"cards-{letter}-{settings.issuer}-{row.consultation}.pdf")


def days_of(language: str, first: date, last: date) -> str:
    """The days of collecting as people read them."""
    return f"{day_in(language, first)} – {day_in(language, last)}"


def printed(pdf: bytes, name: str) -> Response:
    """A file to be saved under that name; nothing keeps it here."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
