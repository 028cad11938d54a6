"""A drafter's edits, tracked against the draft: sentences keep their findings as long as they can be recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
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

    It follows what stood before it in the draft: in the same paragraph, or as one of its own behind another.

    :raises BadDocument: for words that the draft does not have, or that were not taken out.
    """
    pairs = {id(change.before): change.after for change in lineage(draft, document)}
    previous: Sentence | None = None
    joined = False
    for block in draft.blocks:
        for sentence in block.sentences if isinstance(block, Paragraph) else ():
            if sentence.text == struck and pairs.get(id(sentence)) is None:
                return _inserted(document, sentence, previous, joined=joined)
            kept = pairs.get(id(sentence))
            previous, joined = (kept, True) if kept is not None else (previous, joined)
        joined = False
    raise BadDocument(where="place")


def _inserted(document: Document, sentence: Sentence, after: Sentence | None, *, joined: bool) -> Document:
    blocks: list[Block] = []
    for block in document.blocks:
        at = next((n for n, one in enumerate(getattr(block, "sentences", ())) if one is after), None)
        if at is None or not isinstance(block, Paragraph):
            blocks.append(block)
        elif joined:
            told = (*block.sentences[: at + 1], sentence, *block.sentences[at + 1 :])
            blocks.append(replace(block, sentences=told))
        else:
            blocks += [block, Paragraph((sentence,))]
    return replace(document, blocks=tuple(blocks if after is not None else [Paragraph((sentence,)), *blocks]))


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
