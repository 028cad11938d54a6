"""What differs between two sentences, word by word, and which sentence of one text is which of another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from portal.reports.model import Sentence

# Under this likeness (difflib's ratio) an edited sentence counts as another one.
LIKENESS = 0.6
WORD = re.compile(r"\w+|\s+|[^\w\s]")

Kind = Literal["same", "out", "in"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters that stand in both texts, were taken out, or were put in."""

    kind: Kind
    text: str


def words_between(before: str, after: str) -> list[Piece]:
    """The pieces that turn ``before`` into ``after``: without the "in" they give the one, without the "out" the other.

    Blanks between two changed words belong to the change, so that a changed phrase reads as one piece.
    """
    old, new = WORD.findall(before), WORD.findall(after)
    stretches: list[tuple[str, ...]] = []
    for kind, left, left_end, right, right_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        out, put = "".join(old[left:left_end]), "".join(new[right:right_end])
        if kind == "equal" and out.strip():
            stretches.append((out,))
        elif stretches and len(stretches[-1]) > 1:
            stretches[-1] = (stretches[-1][0] + out, stretches[-1][1] + put)
        else:
            stretches.append((out, put))
    return [piece for stretch in stretches for piece in _pieces(*stretch) if piece.text]


def _pieces(text: str, put: str | None = None) -> list[Piece]:
    return [Piece("same", text)] if put is None else [Piece("out", text), Piece("in", put)]


def likeness(one: str, other: str) -> float:
    """0 to 1: how much of two texts is the same."""
    return 1.0 if one == other else SequenceMatcher(None, one, other, autojunk=False).ratio()


def partners(old: Sequence[Sentence], new: Sequence[Sentence]) -> list[tuple[Sentence | None, Sentence | None]]:
    """Each sentence of ``new`` with the one of ``old`` that it was: the likest, and for the rest the next in order.

    In the order of ``new``; what is left of ``old`` stands at the end, beside None.
    """
    left = list(old)
    was: dict[int, Sentence] = {}
    for place, sentence in enumerate(new):
        best = max(left, key=lambda item: likeness(item.text, sentence.text), default=None)
        if best is not None and likeness(best.text, sentence.text) >= LIKENESS:
            was[place] = best
            left.remove(best)
    for place in range(len(new)):
        if place not in was and left:
            was[place] = left.pop(0)
    pairs: list[tuple[Sentence | None, Sentence | None]] = [(was.get(place), item) for place, item in enumerate(new)]
    return [*pairs, *((item, None) for item in left)]
