"""Charts of published bands as SVG: one pure function, the same picture for PDF, HTML and DOCX.

A bar is solid up to the least count of its band and hatched from there to the most, so that it reads in black and
white; an open band's hatching ends in an arrow. Nothing is drawn but bands, codes and labels. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from portal.reports.annex import Entry, Listing
from portal.reports.metrics import text_width

WIDTH = 467.0  # 165 mm between the margins of an A4 page
LABELS = 215.0
VALUES = 84.0
ROW, HEAD, FOOT = 27.0, 22.0, 20.0
SIZE, SMALL = 11.0, 9.5
FACES = "Liberation Serif, Tinos, Times New Roman, serif"
INK, PALE = "#1a1a1a", "#8a8a8a"
STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts to points: ``step`` between marks, ``top`` the count at the right end."""

    step: int
    top: int

    def x(self, count: int) -> float:
        """Where ``count`` stands."""
        return LABELS + (WIDTH - LABELS - VALUES) * min(count, self.top) / self.top


def chart_svg(listing: Listing, legend: tuple[str, str], name: str = "chart") -> str:
    """The chart of that list. ``legend``: words for the solid and the hatched part; ``name``: unique in a page."""
    return ET.tostring(_chart(listing, legend, name), encoding="unicode")


def chart_words(listing: Listing, legend: tuple[str, str]) -> list[str]:
    """What the chart says, text by text in the order in which it is drawn."""
    return [node.text or "" for node in _chart(listing, legend, "chart").iter("text")]


def _chart(listing: Listing, legend: tuple[str, str], name: str) -> ET.Element:
    scale = _scale([entry.band.high or entry.band.low for entry in listing.entries])
    height = HEAD + ROW * len(listing.entries) + FOOT
    root = ET.Element("svg", {"xmlns": SVG, "viewBox": f"0 0 {WIDTH:g} {height:g}", "font-family": FACES})
    root.attrib |= {"width": f"{WIDTH:g}pt", "height": f"{height:g}pt"}
    pattern = ET.SubElement(ET.SubElement(root, "defs"), "pattern", {"id": f"{name}-most", "width": "4", "height": "4"})
    pattern.attrib |= {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
    ET.SubElement(pattern, "rect", {"width": "4", "height": "4", "fill": "#ffffff"})
    ET.SubElement(pattern, "rect", {"width": "1.3", "height": "4", "fill": INK})
    _legend(root, legend, name)
    for place, entry in enumerate(listing.entries):
        _row(root, entry, HEAD + ROW * place, scale, name)
    _axis(root, scale, height)
    return root


def _scale(ends: Sequence[int]) -> Scale:
    """From nothing to a little beyond the largest end, in at most six steps."""
    step = next((step for step in STEPS if max(ends) < step * 6), STEPS[-1])
    return Scale(step, step * (max(ends) // step + 1))


def _legend(root: ET.Element, legend: tuple[str, str], name: str) -> None:
    at = LABELS
    for words, fill in zip(legend, (INK, f"url(#{name}-most)"), strict=True):
        _bar(root, at, 3, 18, fill, height=10)
        _text(root, words, at + 23, 12, SMALL)
        at += 23 + text_width(words, SMALL) + 18


def _row(root: ET.Element, entry: Entry, top: float, scale: Scale, name: str) -> None:
    lines = _wrapped(f"{entry.code}. {entry.label}", LABELS - 10)
    first = top + ROW / 2 + 4 - (len(lines) - 1) * 6
    for place, line in enumerate(lines):
        _text(root, line, 0, first + 12 * place, SIZE)
    start, least, most = scale.x(0), scale.x(entry.band.low), scale.x(entry.band.high or scale.top)
    _bar(root, start, top + 7, least - start, INK)
    _bar(root, least, top + 7, most - least, f"url(#{name}-most)")
    if entry.band.high is None:
        points = f"{most:g},{top + 4:g} {most + 8:g},{top + 14:g} {most:g},{top + 24:g}"
        ET.SubElement(root, "polygon", {"points": points, "fill": INK})
    _text(root, entry.said, most + 12, top + ROW / 2 + 4, SIZE)


def _axis(root: ET.Element, scale: Scale, height: float) -> None:
    bottom = height - FOOT + 2
    line = {"stroke": PALE, "stroke-width": "0.75"}
    ET.SubElement(root, "path", {"d": f"M{scale.x(0):g} {bottom:g}H{scale.x(scale.top):g}", "fill": "none", **line})
    for count in range(0, scale.top + 1, scale.step):
        ET.SubElement(root, "path", {"d": f"M{scale.x(count):g} {bottom:g}v4", "fill": "none", **line})
        _text(root, str(count), scale.x(count), bottom + 15, SMALL, anchor="middle")


def _wrapped(text: str, room: float) -> list[str]:
    """Two lines at most; a longer label ends in an ellipsis, for the table beside the chart has it whole."""
    words, lines = text.split(), list[str]()
    while words and len(lines) < 2:
        taken = _fitting(words, room)
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    if words:
        kept = lines[-1].split()
        while len(kept) > 1 and text_width(f"{' '.join(kept)}…", SIZE) > room:
            kept.pop()
        lines[-1] = f"{' '.join(kept)}…"
    return lines


def _fitting(words: Sequence[str], room: float) -> int:
    """How many of the words one line holds, one at least."""
    taken = 1
    while taken < len(words) and text_width(" ".join(words[: taken + 1]), SIZE) <= room:
        taken += 1
    return taken


def _bar(root: ET.Element, x: float, y: float, width: float, fill: str, *, height: float = 14) -> None:
    box = {"x": f"{x:.4g}", "y": f"{y:g}", "width": f"{width:.4g}", "height": f"{height:g}"}
    ET.SubElement(root, "rect", {**box, "fill": fill, "stroke": INK, "stroke-width": "0.75"})


def _text(root: ET.Element, words: str, x: float, y: float, size: float, *, anchor: str = "start") -> None:
    place = {"x": f"{x:.4g}", "y": f"{y:g}", "font-size": f"{size:g}", "fill": INK, "text-anchor": anchor}
    ET.SubElement(root, "text", place).text = words
