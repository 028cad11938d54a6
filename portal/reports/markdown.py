"""A document as Markdown (CommonMark), for people who go on writing elsewhere."""

from __future__ import annotations

import re

from portal.reports import dates
from portal.reports.model import Block, Document, Heading
from portal.reports.style import Style, load_style
from portal.reports.text import block_text

# Signs that CommonMark reads as markup anywhere in a line, and those it reads so at a line's beginning (section 2.4).
ANYWHERE = re.compile(r"([\\`*_\[\]<>&])")
AT_START = re.compile(r"^(\s*)(?:([-+#=~|])|(\d+)([.)]))")
HEADINGS = {"part": "##", "section": "###", "point": "####", "mark": "###"}


def to_markdown(document: Document, style: Style | None = None) -> str:
    """Head, title, body and foot; parts of the document are headings of the second level."""
    style = style or load_style(document.style)
    head, title, signature = document.head, document.title, document.signature
    number = style.head.number(head.number, head.symbol)
    top = [*style.head.motto, head.parent, head.issuer, number, dates.place_line(head.place, head.issued)]
    body = [_block(block, style) for block in document.blocks]
    body[-1] = body[-1].removesuffix(".") + escape(style.body.end)
    on_behalf = [f"{style.signature.authority_abbreviation} {signature.authority}"] if signature.authority else []
    recipients = [style.recipients.heading, *style.recipients.lines(document.recipients.items)]
    signed = [*on_behalf, signature.post, signature.name]
    parts = [_lines(top), f"# {escape(title.kind)}", f"**{escape(title.subject)}**", *body]
    return "\n\n".join([*parts, _lines(recipients), _lines(signed)]) + "\n"


def _block(block: Block, style: Style) -> str:
    words = escape(block_text(block, style))
    return f"{HEADINGS[block.level]} {words}" if isinstance(block, Heading) else words


def _lines(lines: list[str]) -> str:
    """Lines of one paragraph: a backslash at a line's end breaks it (CommonMark section 6.7)."""
    return "\\\n".join(escape(line.rstrip()) for line in lines)


def escape(text: str) -> str:
    """The words as Markdown that says exactly them."""
    quiet = ANYWHERE.sub(r"\\\1", text)
    return AT_START.sub(lambda hit: f"{hit[1]}\\{hit[2]}" if hit[2] else f"{hit[1]}{hit[3]}\\{hit[4]}", quiet)
