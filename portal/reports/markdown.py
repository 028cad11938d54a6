"""A document as Markdown (CommonMark), for people who go on writing elsewhere."""

from __future__ import annotations

import re

from portal.reports.annex import Annex, Listing
from portal.reports.layout import Line, lay_out
from portal.reports.model import Document
from portal.reports.style import Style, load_style

# Signs that CommonMark reads as markup anywhere in a line, and those it reads so at a line's beginning (section 2.4).
ANYWHERE = re.compile(r"([\\`*_\[\]<>&|])")
AT_START = re.compile(r"^(\s*)(?:([-+#=~])|(\d+)([.)]))")
HEADINGS = {"part": "##", "section": "###", "point": "####", "mark": "###"}


def to_markdown(document: Document, style: Style | None = None, annex: Annex | None = None) -> str:
    """Head, title, body, foot and annex; parts of the document are headings of the second level."""
    style = style or load_style(document.style)
    layout = lay_out(document, style)
    top = [*layout.motto, *layout.issuer[:2], layout.number, layout.place]
    signed = [line for line in (layout.authority, layout.post, layout.name) if line is not None]
    parts = [_lines(top), f"# {escape(layout.kind)}", f"**{escape(layout.subject)}**", *map(_block, layout.body)]
    closing = _annex(annex) if annex else []
    return "\n\n".join([*parts, _lines(list(layout.recipients)), _lines(signed), *closing]) + "\n"


def _block(line: Line) -> str:
    words = escape(line.text)
    return f"{HEADINGS[line.kind]} {words}" if line.kind in HEADINGS else words


def _annex(annex: Annex) -> list[str]:
    parts = [f"## {escape(annex.heading)}", f"**{escape(annex.title)}**", escape(annex.basis)]
    for listing in annex.listings:
        parts += [f"### {escape(listing.title)}", _table(listing)]
    return [*parts, *([escape(annex.nothing)] if annex.nothing else []), escape(annex.check)]


def _table(listing: Listing) -> str:
    """A table as GitHub Flavored Markdown has it (section 4.10)."""
    rows = [listing.columns, *((one.code, one.label, one.said) for one in listing.entries)]
    lines = [f"| {' | '.join(map(escape, row))} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(listing.columns) + "|", *lines[1:]])


def _lines(lines: list[str]) -> str:
    """Lines of one paragraph: a backslash at a line's end breaks it (CommonMark section 6.7)."""
    return "\\\n".join(escape(line.rstrip()) for line in lines)


def escape(text: str) -> str:
    """The words as Markdown that says exactly them."""
    quiet = ANYWHERE.sub(r"\\\1", text)
    return AT_START.sub(lambda hit: f"{hit[1]}\\{hit[2]}" if hit[2] else f"{hit[1]}{hit[3]}\\{hit[4]}", quiet)
