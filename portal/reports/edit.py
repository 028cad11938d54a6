"""A drafter's edits, tracked against the draft: sentences keep their findings as long as they can be recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from portal.reports.errors import BadDocument
from portal.reports.model import Block, Document, Heading, Paragraph, Sentence
from portal.reports.sentences import split_sentences

# Under this likeness (difflib's ratio) an edited sentence counts as another one.
LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class Change:
    """What stands differently: ``before`` None was added, ``after`` None was struck out."""

    before: Sentence | None
    after: Sentence | None


def revise(document: Document, texts: Mapping[int, str]) -> Document:
    """The document with new words for some blocks, by their place; other blocks stay as they are.

    A line break begins a new paragraph; empty words take a paragraph out. A sentence that was not touched keeps its
    runs and findings; an edited one keeps its findings while it resembles what it was; a new one has none.

    :raises BadDocument: for a place that is not in the document, an empty heading, characters that a document
        cannot hold, or a body that no longer ends with a full stop.
    """
    if not set(texts) <= set(range(len(document.blocks))):
        raise BadDocument(where="place")
    blocks: list[Block] = []
    for place, block in enumerate(document.blocks):
        blocks.extend([block] if place not in texts else _revised(block, texts[place]))
    return replace(document, blocks=tuple(blocks))


def _revised(block: Block, text: str) -> list[Block]:
    normal = unicodedata.normalize("NFC", text)
    lines = [" ".join(line.split()) for line in normal.splitlines()]
    if isinstance(block, Heading):
        return [replace(block, text=" ".join(line for line in lines if line))]
    if [line for line in lines if line] == [block.text]:
        return [block]
    known = list(block.sentences)
    paragraphs: list[Block] = []
    for line in filter(None, lines):
        sentences = tuple(_recognised(words, known) for words in split_sentences(line))
        paragraphs.append(Paragraph(sentences, block.number if not paragraphs else None))
    return paragraphs


def _recognised(words: str, known: list[Sentence]) -> Sentence:
    """The sentence of the old block that ``words`` are, or were; each old sentence is used up once."""
    best = max(known, key=lambda sentence: _likeness(sentence.text, words), default=None)
    if best is None or _likeness(best.text, words) < LIKENESS:
        return Sentence.plain(words)
    known.remove(best)
    return best if best.text == words else Sentence.plain(words, *best.finding_refs)


def _likeness(one: str, other: str) -> float:
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def changes(draft: Document, document: Document) -> list[Change]:
    """What the drafter changed, sentence by sentence, in the order of the text (headings aside)."""
    before, after = _sentences(draft), _sentences(document)
    matcher = SequenceMatcher(None, [item.text for item in before], [item.text for item in after], autojunk=False)
    found: list[Change] = []
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        old: list[Sentence | None] = [*before[left:left_end]]
        new: list[Sentence | None] = [*after[right:right_end]]
        width = max(len(old), len(new))
        pairs = zip(old + [None] * (width - len(old)), new + [None] * (width - len(new)), strict=True)
        found.extend(Change(*pair) for pair in pairs)
    return found


def lost_findings(draft: Document, document: Document) -> tuple[str, ...]:
    """Findings that the draft's difficulties rest on and no sentence of the document's difficulties does any more.

    Not an error: the drafter may decide so. But it must be seen before a report is approved.
    """

    def told(one: Document) -> list[str]:
        return [ref for block in one.problem_section() for sentence in block.sentences for ref in sentence.finding_refs]

    kept = set(told(document))
    return tuple(dict.fromkeys(ref for ref in told(draft) if ref not in kept))


def _sentences(document: Document) -> list[Sentence]:
    return [sentence for block in document.blocks if isinstance(block, Paragraph) for sentence in block.sentences]
