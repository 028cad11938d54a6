"""Pictures of an annex: charts and the QR code, as vectors and, where a format wants pixels, as PNG."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import segno
import typst

FONTS = Path(__file__).parent / "fonts"
# 300 points an inch: what office printers resolve.
PPI = 300
PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")"""


@cache
def faces() -> typst.Fonts:
    """The faces that we ship, and no others: a report looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def svg_to_png(svg: str) -> bytes:
    """That picture in pixels, at its size in points."""
    made = typst.compile(PAGE, font_paths=faces(), format="png", ppi=PPI, sys_inputs={"svg": svg})
    assert isinstance(made, bytes)
    return made


def qr_svg(address: str) -> str:
    """A QR code with its quiet zone, error correction M (ISO/IEC 18004)."""
    return segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, omitsize=False)


def qr_png(address: str) -> bytes:
    """The same in pixels, ten a module."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()
