"""Half-cards: ten to an A4 sheet, alike in everything but the code.

They are shuffled here once more, so that no order of making survives on paper, and carry no number.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.crypto.crockford import encode_code
from portal.errors import Conflict
from portal.issuing.paper.canvas import SOFT, Canvas
from portal.issuing.paper.words import CardWords

COLUMNS, ROWS = 2, 5
WIDTH, HEIGHT = 91.0, 55.0
LEFT, TOP = (210 - COLUMNS * WIDTH) / 2, (297 - ROWS * HEIGHT) / 2
PAD, QR = 4.5, 25.0


@dataclass(frozen=True)
class CardSheet:
    """What all half-cards of a round share.

    ``issuer``: short name; ``letter``: A for the first issuer of the consultation, B for the second; ``page``: address
    of the page that takes cards.
    """

    issuer: str
    letter: str
    issuer_name: str
    title: str
    page: str
    words: CardWords = field(default_factory=CardWords)
    locale: str = "vi"


def card_content(code: bytes, sheet: CardSheet) -> str:
    """What a half-card's QR code holds (docs/ballots.md, "Interfaces")."""
    return f"PF1/CARD/{sheet.issuer.upper()}/{encode_code(code)}"


def cards_pdf(codes: Sequence[bytes], sheet: CardSheet) -> bytes:
    """A4 sheets with ten half-cards each, in random order; ``codes``: ten bytes each.

    Raises :class:`Conflict` (``nothing-to-print``) without codes.
    """
    if not codes:
        raise Conflict("nothing-to-print")
    shuffled = list(codes)
    secrets.SystemRandom().shuffle(shuffled)
    canvas = Canvas(sheet.locale)
    for number, code in enumerate(shuffled):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            canvas.page()
            rows = -(-min(COLUMNS * ROWS, len(shuffled) - number) // COLUMNS)
            canvas.cuts((LEFT, TOP), (WIDTH, HEIGHT), COLUMNS, rows)
        row, column = divmod(place, COLUMNS)
        _card(canvas, LEFT + column * WIDTH, TOP + row * HEIGHT, code, sheet)
    return canvas.bytes()


def _card(canvas: Canvas, left: float, top: float, code: bytes, sheet: CardSheet) -> None:
    inner, beside = left + PAD, WIDTH - 2 * PAD - QR - 5
    canvas.text((inner, top + 2), 20, sheet.letter, 34, bold=True)
    below = canvas.text((inner + 13, top + 5), beside - 13, sheet.words.half, 6.5, grey=SOFT)
    canvas.text((inner + 13, below), beside - 13, sheet.issuer_name, 8.5, bold=True, lines=2)
    canvas.text((inner, top + 19), beside, sheet.title, 7.5, lines=3)
    canvas.qr((left + WIDTH - PAD - QR, top + 5), QR, card_content(code, sheet))
    canvas.cells((inner, top + 34.5), encode_code(code), 10.5, (WIDTH - 2 * PAD) / 22)
    below = canvas.text((inner, top + 42), WIDTH - 2 * PAD, sheet.words.take, 7.5)
    canvas.text((inner, below), WIDTH - 2 * PAD, sheet.page, 7, grey=SOFT, lines=2)
