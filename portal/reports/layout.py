"""A document put into the lines of its style, head to foot, in reading order: what every output says, and says once.

``docx``, ``pdf`` and ``html`` set the same :class:`Layout` in their own ways, so that no output can say other words,
or the same words in another order; ``portal audit verify-report`` compares a file with :func:`reading_order`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.reports import dates
from portal.reports.model import Block, Document, Heading, Paragraph, Run
from portal.reports.style import Style


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the body; ``kind`` is "paragraph" or a heading's level, a label stands in its first run."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words, without their look."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a whole document. ``issuer``: parent organ, issuer, and the sign under it where the style has one.

    ``separator`` is "" where the style has none; ``recipients`` begins with its heading.
    """

    issuer: tuple[str, ...]
    motto: tuple[str, ...]
    number: str
    place: str
    kind: str
    subject: str
    separator: str
    body: tuple[Line, ...]
    recipients: tuple[str, ...]
    authority: str | None
    post: str
    name: str


def lay_out(document: Document, style: Style) -> Layout:
    """The lines of ``document`` in the words and signs of ``style``."""
    head, signature = document.head, document.signature
    mark = (style.head.issuer_mark,) if style.head.issuer_mark else ()
    on_behalf = f"{style.signature.authority_abbreviation} {signature.authority}" if signature.authority else None
    last = len(document.blocks) - 1
    return Layout(
        issuer=(head.parent, head.issuer, *mark),
        motto=style.head.motto,
        number=style.head.number(head.number, head.symbol),
        place=dates.place_line(head.place, head.issued),
        kind=document.title.kind,
        subject=document.title.subject,
        separator=style.title.separator,
        body=tuple(_line(block, style, last=place == last) for place, block in enumerate(document.blocks)),
        recipients=(style.recipients.heading, *style.recipients.lines(document.recipients.items)),
        authority=on_behalf,
        post=signature.post,
        name=signature.name,
    )


def reading_order(layout: Layout) -> Iterator[str]:
    """Every line, in the order in which a reader of any output meets it."""
    yield from (*layout.issuer, *layout.motto, layout.number, layout.place, layout.kind, layout.subject)
    if layout.separator:
        yield layout.separator
    yield from (line.text for line in layout.body)
    yield from layout.recipients
    yield from (line for line in (layout.authority, layout.post, layout.name) if line is not None)


def _line(block: Block, style: Style, *, last: bool) -> Line:
    """A heading or a paragraph with its label; the last one closes the text with the style's sign."""
    label = style.numbering.label
    if isinstance(block, Heading):
        return Line(block.level, (Run(label(block.level, block.number) + block.text),))
    runs = list(spaced(block))
    if block.number is not None:
        runs.insert(0, Run(label("section", block.number), bold=style.numbering.section_bold))
    if last:
        runs[-1] = Run(runs[-1].text.removesuffix(".") + style.body.end, runs[-1].bold, runs[-1].italic)
    return Line("paragraph", tuple(runs))


def spaced(paragraph: Paragraph) -> list[Run]:
    """The runs of all its sentences, with a space between sentences and neighbours of one look joined."""
    joined: list[Run] = []
    for sentence in paragraph.sentences:
        for at, run in enumerate(sentence.runs):
            text = f" {run.text}" if joined and at == 0 else run.text
            if joined and (joined[-1].bold, joined[-1].italic) == (run.bold, run.italic):
                joined[-1] = Run(joined[-1].text + text, run.bold, run.italic)
            else:
                joined.append(Run(text, run.bold, run.italic))
    return joined
