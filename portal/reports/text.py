"""A document as plain text, for previews and for reading in a terminal."""

from __future__ import annotations

from portal.reports import dates
from portal.reports.model import Block, Document, Heading
from portal.reports.style import Style, load_style


def to_text(document: Document, style: Style | None = None) -> str:
    """Head, title, body and foot, one line a paragraph, an empty line between paragraphs of the body."""
    style = style or load_style(document.style)
    body = [block_text(block, style) for block in document.blocks]
    body[-1] = body[-1].removesuffix(".") + style.body.end
    return "\n\n".join(("\n".join(_head(document, style)), *body, "\n".join(_foot(document, style)))) + "\n"


def block_text(block: Block, style: Style) -> str:
    """A heading or paragraph with its label."""
    if isinstance(block, Heading):
        return style.numbering.label(block.level, block.number) + block.text
    return (style.numbering.label("section", block.number) if block.number is not None else "") + block.text


def _head(document: Document, style: Style) -> list[str]:
    head, title = document.head, document.title
    lines = [
        *style.head.motto,
        head.parent,
        head.issuer,
        style.head.number(head.number, head.symbol),
        dates.place_line(head.place, head.issued),
        "",
        title.kind,
        title.subject,
    ]
    return [*lines, style.title.separator] if style.title.separator else lines


def _foot(document: Document, style: Style) -> list[str]:
    signature = document.signature
    lines = [style.recipients.heading, *style.recipients.lines(document.recipients.items), ""]
    if signature.authority is not None:
        lines.append(f"{style.signature.authority_abbreviation} {signature.authority}")
    return [*lines, signature.post, signature.name]
