"""A new draft under an edited text: three texts laid side by side, so that nothing is written over unseen.

``before`` is the draft that was edited, ``mine`` the edited text, ``now`` the new draft. What only one of the two
changed is taken from it; what both changed asks for a choice (the method of diff3: S. Khanna, K. Kunal, B. C. Pierce,
"A Formal Investigation of Diff3", 2007). The unit is a sentence; headings and the beginnings of paragraphs are units
of their own, so that a text with its paragraphs can be put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from portal.reports.model import Block, Document, Heading, Paragraph, Sentence


@dataclass(frozen=True, slots=True)
class Begin:
    """Here begins a paragraph."""

    number: int | None


Unit = Heading | Begin | Sentence

# What stands outside the body, by the part and field of the document that holds it; "" is the document itself.
FIELDS = (
    ("", "style"), ("head", "parent"), ("head", "issuer"), ("head", "symbol"), ("head", "place"), ("head", "number"),
    ("head", "issued"), ("title", "kind"), ("title", "subject"), ("recipients", "items"), ("signature", "authority"),
    ("signature", "post"), ("signature", "name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the three texts; ``field`` names what stands outside the body, empty within it.

    ``changed``: "" nobody or both alike, "mine", "now", or "both" differently.
    """

    before: tuple[Any, ...]
    mine: tuple[Any, ...]
    now: tuple[Any, ...]
    field: tuple[str, str] | None = None

    @property
    def changed(self) -> str:
        """Who changed it."""
        old, own, new = _keys(self.before), _keys(self.mine), _keys(self.now)
        if own == new:
            return ""
        if own == old:
            return "now"
        return "mine" if new == old else "both"

    def side(self, choice: str) -> tuple[Any, ...]:
        """The units of that side; unless chosen, what one hand changed wins, and where both did, "mine"."""
        # Words that nobody changed may rest on other findings now.
        untouched = self.before == self.mine and not self.changed
        return self.now if choice == "now" or untouched or (not choice and self.changed == "now") else self.mine


def merge(before: Document, mine: Document, now: Document) -> tuple[Part, ...]:
    """The three texts in parts, in order: the body first, then what stands around it."""
    body = _regions(_units(before), _units(mine), _units(now))
    around = (
        Part((field_of(before, name),), (field_of(mine, name),), (field_of(now, name),), field=name) for name in FIELDS
    )
    return (*body, *around)


def resolve(parts: Sequence[Part], choices: Mapping[int, str], mine: Document) -> Document:
    """The document that follows; ``choices`` says "mine" or "now" by a part's place.

    :raises BadDocument: when the sides do not make a document together.
    """
    chosen = [(part, part.side(choices.get(place, ""))) for place, part in enumerate(parts)]
    document = mine
    for part, side in chosen:
        if part.field is not None:
            document = with_field(document, part.field, side[0])
    return replace(document, blocks=_blocks(unit for part, side in chosen if part.field is None for unit in side))


def _units(document: Document) -> list[Unit]:
    found: list[Unit] = []
    for block in document.blocks:
        found += [block] if isinstance(block, Heading) else [Begin(block.number), *block.sentences]
    return found


def _blocks(units: Iterator[Unit] | Any) -> tuple[Block, ...]:
    """Put the units together: a sentence without a beginning goes on with the paragraph before it."""
    blocks: list[Heading | tuple[int | None, list[Sentence]]] = []
    for unit in units:
        if isinstance(unit, Heading):
            blocks.append(unit)
        elif isinstance(unit, Begin):
            blocks.append((unit.number, []))
        elif not blocks or isinstance(blocks[-1], Heading):
            blocks.append((None, [unit]))
        else:
            blocks[-1][1].append(unit)
    return tuple(
        block if isinstance(block, Heading) else Paragraph(tuple(block[1]), block[0])
        for block in blocks
        if isinstance(block, Heading) or block[1]
    )


def _key(unit: Any) -> Any:
    """What makes two units the same: a sentence's words, whatever it rests on."""
    return unit.text if isinstance(unit, Sentence) else unit


def _keys(units: Sequence[Any]) -> list[Any]:
    return [_key(unit) for unit in units]


def _regions(before: list[Unit], mine: list[Unit], now: list[Unit]) -> Iterator[Part]:
    """Parts between the units that all three texts have, and those units."""
    in_mine, in_now = _places(before, mine), _places(before, now)
    at, own, new = 0, 0, 0
    for place in sorted(in_mine.keys() & in_now.keys()):
        ends = in_mine[place], in_now[place]
        if (at, own, new) != (place, *ends):
            yield Part(tuple(before[at:place]), tuple(mine[own : ends[0]]), tuple(now[new : ends[1]]))
        yield Part((before[place],), (mine[ends[0]],), (now[ends[1]],))
        at, own, new = place + 1, ends[0] + 1, ends[1] + 1
    if (at, own, new) != (len(before), len(mine), len(now)):
        yield Part(tuple(before[at:]), tuple(mine[own:]), tuple(now[new:]))


def _places(before: list[Unit], other: list[Unit]) -> dict[int, int]:
    """Where each unit of ``before`` stands in ``other``, for those that do, in the same order."""
    matcher = SequenceMatcher(None, _keys(before), _keys(other), autojunk=False)
    return {block.a + step: block.b + step for block in matcher.get_matching_blocks() for step in range(block.size)}


def field_of(document: Document, name: tuple[str, str]) -> Any:
    """What stands in that one of :data:`FIELDS`."""
    part, field = name
    return getattr(getattr(document, part) if part else document, field)


def with_field(document: Document, name: tuple[str, str], value: Any) -> Document:
    """The document with that one of :data:`FIELDS` changed.

    :raises BadDocument: for words that it cannot hold.
    """
    part, field = name
    put: Callable[..., Document] = replace
    return put(document, **({field: value} if not part else {part: replace(getattr(document, part), **{field: value})}))
