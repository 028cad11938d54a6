"""A PDF with the drawing that slips and cards share: Vietnamese text that fits, codes in cells, QR codes, cut lines."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import segno
from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
FAMILY = "be-vietnam-pro"
POINT = 25.4 / 72
LEAD = 1.36  # room for stacked diacritics
INK, SOFT, LINE = 20, 95, 130  # greys
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # of every sheet: when it was printed is nobody's business


class Setting(NamedTuple):
    """A text and the room it has; most of them recur on every slip, so that each is fitted once."""

    text: str
    width: float
    size: float
    least: float
    bold: bool
    lines: int


class Canvas:
    """A4 sheets; lengths in millimetres, sizes of type in points."""

    def __init__(self, locale: str) -> None:
        self.pdf = pdf = FPDF(format="A4")
        pdf.set_creation_date(MADE)
        pdf.set_producer("")
        pdf.set_lang(locale)
        pdf.set_auto_page_break(False)
        pdf.c_margin = 0
        pdf.add_font(FAMILY, "", FONTS / "be-vietnam-pro-400.ttf")
        pdf.add_font(FAMILY, "B", FONTS / "be-vietnam-pro-600.ttf")
        faces: list[Any] = [pdf.fonts[FAMILY], pdf.fonts[FAMILY + "B"]]
        self._known = set(faces[0].cmap) & set(faces[1].cmap)
        self._fitted: dict[Setting, tuple[float, list[str]]] = {}

    def page(self) -> None:
        """A fresh sheet."""
        self.pdf.add_page()

    def bytes(self) -> bytes:
        """The whole document."""
        return bytes(self.pdf.output())

    def text(
        self,
        place: tuple[float, float],
        width: float,
        text: str,
        size: float,
        *,
        least: float = 5.5,
        bold: bool = False,
        grey: int = INK,
        lines: int = 1,
    ) -> float:
        """Set ``text`` from ``place`` (left, top) into room for ``lines`` lines of ``size``; returns the bottom.

        The type shrinks to ``least`` until all of it fits; what does not fit even then ends with an ellipsis.
        """
        size, rows = self._fit(Setting(self.legible(text), width, size, least, bold, lines))
        left, top = place
        self.pdf.set_font(FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(grey)
        step = size * POINT * LEAD
        for number, row in enumerate(rows):
            self.pdf.text(left, top + step * number + 0.78 * step, row)
        return top + step * len(rows)

    def _fit(self, wish: Setting) -> tuple[float, list[str]]:
        if wish not in self._fitted:
            size = wish.size
            while len(rows := self._rows(wish, size)) > (room := int(wish.lines * wish.size / size)):
                if size == wish.least:
                    rows = [*rows[: room - 1], rows[room - 1][:-1] + "…"]
                    break
                size = max(wish.least, size - 0.5)
            self._fitted[wish] = size, rows
        return self._fitted[wish]

    def _rows(self, wish: Setting, size: float) -> list[str]:
        self.pdf.set_font(FAMILY, "B" if wish.bold else "", size)
        rows: Any = self.pdf.multi_cell(wish.width, 1, wish.text, align="L", dry_run=True, output="LINES")
        return list(rows)

    def legible(self, text: str) -> str:
        """NFC, and what the font has not as its base letter or a question mark: a gap would go unseen.

        (fpdf2 would also log the letter.)
        """
        composed = unicodedata.normalize("NFC", text)
        return "".join(self._letter(symbol) for symbol in composed)

    def _letter(self, symbol: str) -> str:
        base = unicodedata.normalize("NFKD", symbol)[:1]
        return next((one for one in (symbol, base) if ord(one) in self._known), "?")

    def cells(self, place: tuple[float, float], text: str, size: float, pitch: float) -> None:
        """Set ``text`` in cells ``pitch`` wide, as a typewriter would: symbols that people copy stand apart."""
        left, top = place
        self.pdf.set_font(FAMILY, "B", size)
        self.pdf.set_text_color(INK)
        for number, symbol in enumerate(text):
            inset = (pitch - self.pdf.get_string_width(symbol)) / 2
            self.pdf.text(left + pitch * number + inset, top + 0.78 * size * POINT * LEAD, symbol)

    def qr(self, place: tuple[float, float], side: float, content: str) -> None:
        """A QR code of ``content`` (ISO/IEC 18004, alphanumeric) ``side`` wide; keep four modules free around it."""
        code = segno.make_qr(content, mode="alphanumeric", error="m", boost_error=False)
        rows = [bytes(row) for row in code.matrix]
        module = side / len(rows)
        self.pdf.set_fill_color(0)
        for number, row in enumerate(rows):
            column = 0
            while (start := row.find(1, column)) >= 0:
                end = row.find(0, start)
                column = end if end >= 0 else len(row)
                # A hair higher than a module, so that rows meet without a seam.
                box = (place[0] + start * module, place[1] + number * module)
                self.pdf.rect(*box, (column - start) * module, module * 1.02, style="F")

    def cuts(self, place: tuple[float, float], cell: tuple[float, float], columns: int, rows: int) -> None:
        """Dashed lines around cells (width, height) from ``place`` on: where to cut, each line drawn once."""
        (left, top), (width, height) = place, cell
        self.pdf.set_draw_color(LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.set_dash_pattern(dash=2, gap=1.6)
        for row in range(rows + 1):
            self.pdf.line(left, top + row * height, left + columns * width, top + row * height)
        for column in range(columns + 1):
            self.pdf.line(left + column * width, top, left + column * width, top + rows * height)
        self.pdf.set_dash_pattern()

    def fold(self, left: float, top: float, height: float) -> None:
        """A dotted vertical line: where to fold."""
        self.pdf.set_draw_color(LINE)
        self.pdf.set_line_width(0.25)
        self.pdf.set_dash_pattern(dash=0.3, gap=1.1)
        self.pdf.line(left, top, left, top + height)
        self.pdf.set_dash_pattern()
