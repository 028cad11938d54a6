"""Claim slips: one cut-out for each person, in three panels that fold so that the name is outside and the code inside.

::

    | A: for whom | B: the codes | C: what to do |
                  ^ fold back    ^ fold in (first)

C is folded over B, print on print; then A is folded back behind them. Nobody sees the code without opening it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.errors import Conflict
from portal.issuing.claims import Slip
from portal.issuing.paper.canvas import SOFT, Canvas
from portal.issuing.paper.words import SlipWords

LEFT, TOP = 10.0, 12.0
PANEL, HEIGHT, PER_PAGE = 190 / 3, 69.0, 4
PAD = 3.5
TEXT = PANEL - 2 * PAD
KEY_DIGITS = 16


@dataclass(frozen=True)
class SlipSheet:
    """What all slips of a round share.

    ``issuer``: short name; ``days``: the days of collecting as people read them; ``page``: address of the portal's
    collect page; ``key_id``: hexadecimal id of the issuer's key (``portal.crypto.blindrsa.key_id``).
    """

    issuer: str
    issuer_name: str
    office_name: str
    title: str
    days: str
    page: str
    key_id: str
    words: SlipWords = field(default_factory=SlipWords)
    locale: str = "vi"


def slip_content(slip: Slip, sheet: SlipSheet) -> str:
    """What a slip's QR code holds (docs/ballots.md, "Interfaces")."""
    parts = ("PF1", "CLAIM", sheet.issuer, slip.staff_code, slip.code, sheet.key_id)
    return "/".join(parts).upper()


def grouped_key(key_id: str) -> str:
    """The first 16 hexadecimal digits of a key's id in groups of four, as the collect page shows them."""
    return " ".join(key_id[start : start + 4] for start in range(0, KEY_DIGITS, 4))


def slips_pdf(slips: Sequence[Slip], sheet: SlipSheet) -> bytes:
    """A4 sheets with four slips each. Every unit begins a sheet of its own, to be handed over as one pile.

    Raises :class:`Conflict` (``nothing-to-print``) without slips.
    """
    if not slips:
        raise Conflict("nothing-to-print")
    units: dict[str, list[Slip]] = {}
    for slip in slips:
        units.setdefault(slip.unit_name, []).append(slip)
    canvas = Canvas(sheet.locale)
    for unit, people in units.items():
        for start in range(0, len(people), PER_PAGE):
            canvas.page()
            canvas.text((LEFT, 5.5), 190, unit, 8, grey=SOFT)
            here = people[start : start + PER_PAGE]
            canvas.cuts((LEFT, TOP), (3 * PANEL, HEIGHT), 1, len(here))
            for number, slip in enumerate(here):
                _slip(canvas, TOP + number * HEIGHT, slip, sheet)
    return canvas.bytes()


def _slip(canvas: Canvas, top: float, slip: Slip, sheet: SlipSheet) -> None:
    for number, hint in ((1, sheet.words.fold_back), (2, sheet.words.fold_in)):
        canvas.fold(LEFT + number * PANEL, top, HEIGHT)
        canvas.text((LEFT + number * PANEL + 1, top + 0.4), 30, hint, 5, grey=SOFT)
    _outside(canvas, (LEFT + PAD, top), slip, sheet)
    _codes(canvas, (LEFT + PANEL + PAD, top), slip, sheet)
    _advice(canvas, (LEFT + 2 * PANEL + PAD, top), sheet)


def _outside(canvas: Canvas, place: tuple[float, float], slip: Slip, sheet: SlipSheet) -> None:
    left, top = place
    below = canvas.text((left, top + 4), TEXT, sheet.office_name, 8, grey=SOFT, lines=2)
    below = canvas.text((left, below), TEXT, sheet.words.kind % {"issuer": sheet.issuer_name}, 8, bold=True, lines=2)
    canvas.text((left, below + 1), TEXT, sheet.title, 8.5, lines=2)
    below = canvas.text((left, top + 29), TEXT, slip.name, 14, bold=True, lines=2)
    canvas.text((left, below + 1), TEXT, slip.unit_name, 10, lines=2)
    canvas.text((left, top + HEIGHT - 11), TEXT, sheet.words.personal, 7, grey=SOFT, lines=3)


def _codes(canvas: Canvas, place: tuple[float, float], slip: Slip, sheet: SlipSheet) -> None:
    left, top = place
    below = canvas.text((left, top + 4), TEXT, sheet.words.from_issuer, 6.5, grey=SOFT)
    canvas.text((left, below), TEXT, sheet.issuer_name, 9, bold=True, lines=2)
    qr_side = 24.0
    beside = TEXT - qr_side - 4
    canvas.qr((left + beside + 4, top + 18.5), qr_side, slip_content(slip, sheet))
    below = canvas.text((left, top + 17.5), beside, sheet.words.staff_code, 6.5, grey=SOFT)
    below = canvas.text((left, below), beside, slip.staff_code, 12, bold=True, lines=2)
    canvas.text((left, below + 1.5), beside, sheet.words.secret, 6.5, lines=5)
    below = canvas.text((left, top + 44), TEXT, sheet.words.claim_code, 6.5, grey=SOFT)
    # Two rows, broken after a hyphen: the type is as large as the panel allows.
    canvas.cells((left, below), slip.code[:10], 13.5, TEXT / 12)
    canvas.cells((left, below + 8), slip.code[10:], 13.5, TEXT / 12)


def _advice(canvas: Canvas, place: tuple[float, float], sheet: SlipSheet) -> None:
    left, top = place
    words = sheet.words
    below = canvas.text((left, top + 4), TEXT, words.days, 6.5, grey=SOFT)
    below = canvas.text((left, below), TEXT, sheet.days, 9.5, bold=True, lines=2)
    below = canvas.text((left, below + 1), TEXT, words.page, 6.5, grey=SOFT)
    below = canvas.text((left, below), TEXT, sheet.page, 8.5, bold=True, lines=2)
    below = canvas.text((left, below + 1.5), TEXT, words.enter, 7, lines=3)
    key = words.key % {"key": grouped_key(sheet.key_id)}
    below = canvas.text((left, below + 1.5), TEXT, key, 7, lines=3)
    canvas.text((left, below + 1.5), TEXT, words.honest, 7, lines=4)
