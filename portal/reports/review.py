"""All that a drafter should have seen before a report is approved. Nothing here changes a word or forbids one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.consultations.taxonomy import Taxonomy
from portal.reports.contradictions import Contradiction, contradictions
from portal.reports.edit import Change, changes, lost_findings
from portal.reports.figures import Unsupported, unsupported
from portal.reports.model import Document


@dataclass(frozen=True, slots=True)
class Review:
    """``open`` contradictions wait for a decision, ``kept`` ones were decided; ``lost`` are finding codes."""

    open: tuple[Contradiction, ...]
    kept: tuple[Contradiction, ...]
    figures: tuple[Unsupported, ...]
    lost: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def clear(self) -> bool:
        """Whether nothing waits to be looked at."""
        return not (self.open or self.figures or self.lost)


def review(
    draft: Document, document: Document, publication: Mapping[str, Any], taxonomy: Taxonomy, kept: Collection[str]
) -> Review:
    """``kept`` holds digests (:func:`digest_of`) of the contradictions that the drafter decided to let stand."""
    found = contradictions(document, publication, taxonomy)
    return Review(
        open=tuple(item for item in found if digest_of(item) not in kept),
        kept=tuple(item for item in found if digest_of(item) in kept),
        figures=tuple(unsupported(draft, document, publication)),
        lost=lost_findings(draft, document),
        changes=tuple(changes(draft, document)),
    )


def digest_of(item: Contradiction) -> str:
    """What a decision is about: these words against these findings. Changed words must be decided again."""
    return hashlib.sha256(rfc8785.dumps({"codes": list(item.codes), "sentence": item.sentence.text})).hexdigest()
