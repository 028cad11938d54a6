"""A drafter's edits, tracked against the draft: sentences keep their findings as long as they can be recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from portal.reports.compare import LIKENESS, likeness, partners
from portal.reports.errors import BadDocument
from portal.reports.model import Block, Document, Heading, Paragraph, Sentence
from portal.reports.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Change:
    """What stands differently: ``before`` None was added, ``after`` None was struck out."""

    before: Sentence | None
    after: Sentence | None

    @property
    def same(self) -> bool:
        """Whether the words are the same."""
        return self.before is not None and self.after is not None and self.before.text == self.after.text


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


def rewrite(document: Document, place: int, position: int, text: str, refs: Collection[str]) -> Document:
    """The document with new words for one sentence of a paragraph, which then rests on ``refs``.

    Several sentences may take its place: the likest rests on ``refs``. A line break begins a new paragraph; empty
    words take the sentence out.

    :raises BadDocument: as :func:`revise`, or for a place without a sentence.
    """
    block = document.blocks[place] if 0 <= place < len(document.blocks) else None
    if not isinstance(block, Paragraph) or not 0 <= position < len(block.sentences):
        raise BadDocument(where="place")
    before, old, after = block.sentences[:position], block.sentences[position], block.sentences[position + 1 :]
    lines = [split_sentences(" ".join(line.split())) for line in unicodedata.normalize("NFC", text).splitlines()]
    chief = max((words for line in lines for words in line), key=lambda words: likeness(old.text, words), default=None)
    fresh = [[_resting(old, words, refs if words == chief else ()) for words in line] for line in lines if line] or [[]]
    fresh[0] = [*before, *fresh[0]]
    fresh[-1] = [*fresh[-1], *after]
    paragraphs = [Paragraph(tuple(line), None if at else block.number) for at, line in enumerate(fresh) if line]
    return replace(document, blocks=(*document.blocks[:place], *paragraphs, *document.blocks[place + 1 :]))


def _resting(old: Sentence, words: str, refs: Collection[str]) -> Sentence:
    if (words, tuple(refs)) == (old.text, old.finding_refs):
        return old
    return Sentence.plain(words, *refs)


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
    best = max(known, key=lambda sentence: likeness(sentence.text, words), default=None)
    if best is None or likeness(best.text, words) < LIKENESS:
        return Sentence.plain(words)
    known.remove(best)
    return best if best.text == words else Sentence.plain(words, *best.finding_refs)


def changes(draft: Document, document: Document) -> list[Change]:
    """What the drafter changed, sentence by sentence, in the order of the text (headings aside)."""
    return [change for change in lineage(draft, document) if not change.same]


def lineage(draft: Document, document: Document) -> list[Change]:
    """Every sentence of either text beside the one of the other that it is, or was."""
    before, after = _sentences(draft), _sentences(document)
    matcher = SequenceMatcher(None, [item.text for item in before], [item.text for item in after], autojunk=False)
    found: list[Change] = []
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind == "equal":
            found.extend(map(Change, before[left:left_end], after[right:right_end]))
            continue
        found.extend(Change(*pair) for pair in partners(before[left:left_end], after[right:right_end]))
    return found


def put_back(draft: Document, document: Document, struck: str) -> Document:
    """The document with a sentence of the draft (by its words) that stands nowhere any more, where the draft had it.

    It joins the neighbours that it had in its paragraph; when none of them stands, it is a paragraph of its own behind
    what stood before it, under the same heading.

    :raises BadDocument: for words that the draft does not have, or that were not taken out.
    """
    now = {id(change.before): change.after for change in lineage(draft, document)}
    last, headings = None, 0
    for block in draft.blocks:
        if isinstance(block, Heading):
            headings += 1
            continue
        kept = [now.get(id(sentence)) for sentence in block.sentences]
        for at, sentence in enumerate(block.sentences):
            if sentence.text == struck and kept[at] is None:
                before, after = _first(reversed(kept[:at])), _first(kept[at + 1 :])
                if before or after:
                    return _beside(document, sentence, before, after)
                return _behind(document, Paragraph((sentence,), block.number), last, headings)
        if (latest := _first(reversed(kept))) is not None:
            last, headings = latest, 0
    raise BadDocument(where="place")


def _first(items: Iterable[Sentence | None]) -> Sentence | None:
    return next((item for item in items if item is not None), None)


def _holder(document: Document, sentence: Sentence) -> tuple[int, Paragraph, int]:
    """The place of the paragraph that holds that very sentence, the paragraph, and the sentence's place in it."""
    return next(
        (place, block, at)
        for place, block in enumerate(document.blocks)
        if isinstance(block, Paragraph)
        for at, one in enumerate(block.sentences)
        if one is sentence
    )


def _beside(document: Document, sentence: Sentence, before: Sentence | None, after: Sentence | None) -> Document:
    place, block, at = _holder(document, before or after)  # type: ignore[arg-type]  # one of them stands
    at += before is not None
    told = replace(block, sentences=(*block.sentences[:at], sentence, *block.sentences[at:]))
    return replace(document, blocks=(*document.blocks[:place], told, *document.blocks[place + 1 :]))


def _behind(document: Document, paragraph: Paragraph, last: Sentence | None, headings: int) -> Document:
    """Behind the paragraph of ``last`` (None: at the beginning) and that many headings, as far as they follow."""
    place = _holder(document, last)[0] + 1 if last else 0
    while headings and place < len(document.blocks) and isinstance(document.blocks[place], Heading):
        place, headings = place + 1, headings - 1
    return replace(document, blocks=(*document.blocks[:place], paragraph, *document.blocks[place:]))


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
