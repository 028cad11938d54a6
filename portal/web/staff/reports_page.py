"""A report as the studio shows it: the document in its order, each sentence with its findings and its change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.reports import dates
from portal.reports.edit import changes
from portal.reports.model import Block, Document, Heading, Sentence
from portal.reports.review import Review, digest_of
from portal.reports.style import load_style
from portal.web.public.shown import Findings, Labelled


@dataclass(frozen=True)
class Said:
    """A sentence, the published rows it rests on, and what stood there before it was changed ("": it is new)."""

    text: str
    marks: tuple[Labelled, ...]
    before: str | None
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A block of the document: ``level`` is a heading's, empty for a paragraph; ``text`` is what can be edited."""

    place: int
    level: str
    label: str
    text: str
    sentences: tuple[Said, ...]

    @property
    def told(self) -> bool:
        """Whether a finding stands behind any of its sentences."""
        return any(said.marks for said in self.sentences)


@dataclass(frozen=True)
class Clash:
    """A sentence of the office and the published rows that it denies."""

    text: str
    rows: tuple[Labelled, ...]
    place: int
    digest: str


@dataclass(frozen=True)
class Frame:
    """Head and foot as the style words them: lines of the motto, number, place and day, recipients, signature."""

    motto: tuple[str, ...]
    number: str
    place: str
    recipients: tuple[str, ...]
    signature: tuple[str, ...]


def frame(document: Document) -> Frame:
    """The lines around the body of the document."""
    style, head, signature = load_style(document.style), document.head, document.signature
    on_behalf = [f"{style.signature.authority_abbreviation} {signature.authority}"] if signature.authority else []
    return Frame(
        motto=style.head.motto,
        number=style.head.number(head.number, head.symbol),
        place=dates.place_line(head.place, head.issued),
        recipients=(style.recipients.heading, *style.recipients.lines(document.recipients.items)),
        signature=(*on_behalf, signature.post),
    )


def by_ref(findings: Findings) -> dict[str, Labelled]:
    """Published rows by what a sentence calls them: a code, or "unit:" and a unit's code."""
    rows = (*findings.categories, *findings.praise, *findings.themes)
    return {row.code: row for row in rows} | {f"unit:{row.code}": row for row in findings.units}


def blocks(draft: Document, document: Document, review: Review, rows: Mapping[str, Labelled]) -> list[Shown]:
    """The document's blocks, in order."""
    label = load_style(document.style).numbering.label
    # The changed sentences are the document's own objects, so their identity finds them among equal ones.
    before = {id(change.after): change.before for change in changes(draft, document) if change.after is not None}
    flagged = {(item.block, item.position): item.figures for item in review.figures}

    def said(sentence: Sentence, place: int, position: int) -> Said:
        old = before.get(id(sentence))
        changed = (old.text if old else "") if id(sentence) in before else None
        return Said(sentence.text, _rows(sentence.finding_refs, rows), changed, flagged.get((place, position), ()))

    def shown(place: int, block: Block) -> Shown:
        if isinstance(block, Heading):
            return Shown(place, block.level, label(block.level, block.number), block.text, ())
        number = label("section", block.number) if block.number is not None else ""
        sentences = tuple(said(one, place, position) for position, one in enumerate(block.sentences))
        return Shown(place, "", number, block.text, sentences)

    return [shown(place, block) for place, block in enumerate(document.blocks)]


def struck_out(review: Review) -> list[str]:
    """Sentences of the draft that no longer stand anywhere."""
    return [change.before.text for change in review.changes if change.before is not None and change.after is None]


def clashes(review: Review, rows: Mapping[str, Labelled]) -> list[Clash]:
    """The contradictions that wait for a decision."""
    return [Clash(item.sentence.text, _rows(item.codes, rows), item.block, digest_of(item)) for item in review.open]


def lost(review: Review, rows: Mapping[str, Labelled]) -> list[Labelled]:
    """Published rows that the difficulties tell no more."""
    return list(_rows(review.lost, rows))


def _rows(refs: Iterable[str], rows: Mapping[str, Labelled]) -> tuple[Labelled, ...]:
    return tuple(rows[ref] for ref in refs if ref in rows)
