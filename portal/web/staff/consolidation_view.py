"""What the pages of a consolidation show beside their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.consolidation.desk import Desk
from portal.consolidation.sums import Joined
from portal.reports.model import Heading
from portal.reports.notes import digest_of_words
from portal.reports.service import words_in, words_of
from portal.reports.style import load_style


@dataclass(frozen=True)
class Shown:
    """A sentence or a heading on the desk: where it stands, the digest of its words, and whether the draft has it."""

    place: int
    position: int
    text: str
    seen: str
    drafted: bool


@dataclass(frozen=True)
class Block:
    """A heading's level, or "" for a paragraph; its number as it is printed ("I- ", "1. ", or ""); its sentences."""

    level: str
    label: str
    said: tuple[Shown, ...]


def blocks(held: Desk) -> list[Block]:
    """The text in its order."""
    drafted, found = words_of(held.draft), []
    label = load_style(held.document.style).numbering.label
    for place, block in enumerate(held.document.blocks):
        said = tuple(
            Shown(place, position, text, digest_of_words(text), text in drafted)
            for position, text in enumerate(words_in(block))
        )
        if isinstance(block, Heading):
            found.append(Block(block.level, label(block.level, block.number), said))
        else:
            found.append(Block("", label("section", block.number) if block.number else "", said))
    return found


def at(found: Sequence[Block], place: int | None, position: int | None) -> Shown | None:
    """The sentence at a place, if there is one."""
    every = (one for block in found for one in block.said)
    return next((one for one in every if (one.place, one.position) == (place, position)), None)


def published_by(joined: Sequence[Joined]) -> dict[str, list[str]]:
    """Code -> the offices that published a row of it, by id."""
    found: dict[str, set[str]] = {}
    for one in joined:
        for row in (*one.publication.rows.categories, *one.publication.rows.themes):
            found.setdefault(row.code, set()).add(one.office)
    return {code: sorted(offices) for code, offices in found.items()}
