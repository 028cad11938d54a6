"""Figures in a report that nothing published stands behind, shown to the drafter before anything leaves the house.

Beside a finding only the ends of its published band may be said in figures; elsewhere a figure is known when the
machine's draft had it (it comes from the office's profile). A number spelled out counts as well where it counts
people or comments ("ba ý kiến"). It can show one too many; it never judges and never changes a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.reports.model import Document, Paragraph, Sentence
from portal.reports.rows import Published, read_rows

FIGURE = re.compile(r"\d+(?:[.,/]\d+)*%?")
NUMBER_WORD = "(?:một|hai|ba|bốn|tư|lăm|năm|sáu|bảy|tám|chín|mươi|mười|mốt|vài)"
COUNTED = "(?:lượt|ý kiến|góp ý|phiếu|người|đồng chí|cán bộ|trường hợp)"
SPELLED = re.compile(rf"(?<!\w){NUMBER_WORD}(?: {NUMBER_WORD})*(?= {COUNTED}(?!\w))")


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Figures of a sentence that nothing stands behind; ``block`` and ``position`` say where it stands."""

    sentence: Sentence
    figures: tuple[str, ...]
    block: int
    position: int


def unsupported(draft: Document, document: Document, publication: Mapping[str, Any]) -> list[Unsupported]:
    """The sentences of ``document`` with figures that come neither from a published band nor from ``draft``."""
    rows = read_rows(publication)
    problems = {id(paragraph) for paragraph in document.problem_section()}
    known = _known(draft)
    found = []
    for place, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph):
            continue
        for position, sentence in enumerate(block.sentences):
            told = id(block) in problems or bool(sentence.finding_refs)
            allowed = _ends(rows, sentence.finding_refs) if told else known
            said = [*FIGURE.findall(sentence.text), *(_spelled(sentence.text) if told else ())]
            if figures := tuple(dict.fromkeys(figure for figure in said if figure not in allowed)):
                found.append(Unsupported(sentence, figures, place, position))
    return found


def _spelled(text: str) -> list[str]:
    return [hit[0] for hit in SPELLED.finditer(text.casefold())]


def _known(draft: Document) -> set[str]:
    """Figures of the draft outside what rests on findings."""
    texts = [
        sentence.text
        for block in draft.blocks
        if isinstance(block, Paragraph)
        for sentence in block.sentences
        if not sentence.finding_refs
    ]
    return {figure for text in texts for figure in FIGURE.findall(text)}


def _ends(rows: Published, refs: Iterable[str]) -> set[str]:
    """The ends of those rows' bands, in figures."""
    bands = {row.code: row.band for row in (*rows.categories, *rows.themes)}
    bands |= {f"unit:{row.code}": row.band for row in rows.units}
    shown = [bands[ref] for ref in refs if ref in bands]
    return {str(end) for band in shown for end in (band.low, band.high) if end is not None}
