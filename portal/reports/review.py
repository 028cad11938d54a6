"""All that must be decided before a report is approved. Nothing here changes a word or forbids one.

A point is a sentence that published findings deny, a figure that nothing stands behind, or a finding that is no longer
told. Each has a digest of what it is about, so that a decision holds for these words and no others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.consultations.taxonomy import Taxonomy
from portal.reports.contradictions import Contradiction, contradictions
from portal.reports.edit import Change, changes, lost_findings
from portal.reports.figures import Unsupported, unsupported
from portal.reports.model import Document, Sentence
from portal.reports.notes import Decision


@dataclass(frozen=True, slots=True)
class Point:
    """Something to decide. ``about``: published codes, or the one figure; ``sentence`` None: a finding left untold."""

    kind: str
    about: tuple[str, ...]
    sentence: Sentence | None
    block: int
    position: int

    @property
    def words(self) -> str:
        """The sentence, empty when there is none."""
        return self.sentence.text if self.sentence else ""

    @property
    def digest(self) -> str:
        """What a decision is about (hex). Changed words must be decided again."""
        about = {"kind": self.kind, "about": list(self.about), "sentence": self.words}
        return hashlib.sha256(rfc8785.dumps(about)).hexdigest()


@dataclass(frozen=True, slots=True)
class Review:
    """``open`` points wait for a decision; ``decided`` ones have one; ``changes`` are against the draft."""

    open: tuple[Point, ...]
    decided: tuple[tuple[Point, Decision], ...]
    changes: tuple[Change, ...]

    @property
    def clear(self) -> bool:
        """Whether nothing waits to be decided."""
        return not self.open

    def of(self, kind: str) -> tuple[Point, ...]:
        """The open points of one kind."""
        return tuple(point for point in self.open if point.kind == kind)

    def find(self, digest: str) -> Point | None:
        """The point of that digest, open or decided."""
        points = (*self.open, *(point for point, _ in self.decided))
        return next((point for point in points if point.digest == digest), None)


def review(
    draft: Document,
    document: Document,
    publication: Mapping[str, Any],
    taxonomy: Taxonomy,
    decisions: Iterable[Decision] = (),
) -> Review:
    """The points of ``document``, those with a decision that still holds apart."""
    held = {(item.kind, item.digest): item for item in decisions}
    waiting, decided = [], []
    for point in points_of(draft, document, publication, taxonomy):
        decision = held.get((point.kind, point.digest))
        if decision is None or (decision.choice == "note" and not noted(document, point)):
            waiting.append(point)
        else:
            decided.append((point, decision))
    return Review(tuple(waiting), tuple(decided), tuple(changes(draft, document)))


def points_of(draft: Document, document: Document, publication: Mapping[str, Any], taxonomy: Taxonomy) -> list[Point]:
    """Every point, decided or not: contradictions and figures in text order, then findings no longer told."""
    return [
        *map(_denial, contradictions(document, publication, taxonomy)),
        *(point for item in unsupported(draft, document, publication) for point in _figures(item)),
        *(Point("lost", (code,), None, -1, -1) for code in lost_findings(draft, document)),
    ]


def _denial(item: Contradiction) -> Point:
    return Point("contradiction", item.codes, item.sentence, item.block, item.position)


def _figures(item: Unsupported) -> list[Point]:
    return [Point("figure", (figure,), item.sentence, item.block, item.position) for figure in item.figures]


def noted(document: Document, point: Point) -> bool:
    """Whether the sentence right after the point's one says the findings, so that the reader hears both."""
    sentences = getattr(document.blocks[point.block], "sentences", ())
    after = sentences[point.position + 1 : point.position + 2]
    return any(set(point.about) <= set(sentence.finding_refs) for sentence in after)
