"""Whether two readers who do not know of each other say the same: Krippendorff's alpha.

K. Krippendorff, *Content Analysis*, chapter 12: alpha = 1 - D_observed / D_expected, for nominal data. Each category is
a value of its own, named or not. Compared are the two codings as they stood when the second came, before either reader
could see the other's; what they came to agree on later does not flatter the figure. The comments are those that two
people read; their alpha is computed by NLTK (``nltk.metrics.agreement``), which is imported only here and only then.

A moderator whom a submitter left out sees these figures as well, and must not learn from them what a comment says that
is closed to them. So they move in batches of :data:`BATCH` comments (the log has no clock, and days would be finer).
A category has a figure only when at least ``k`` of the comments were given it and at least ``k`` were not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.crypto.padding import rounded
from portal.moderation.deciding import Coding
from portal.moderation.models import AgreementBatch, Progress

PURPOSE = "agreement"
BATCH = 20
NEWEST_BATCHES = 100
WEAK_UNDER, GOOD_FROM = 0.667, 0.8


@dataclass(frozen=True)
class Tally:
    """Questions that two people answered for themselves, a category of a comment each: ``both`` or ``one`` said yes."""

    asked: int
    both: int
    one: int

    @property
    def neither(self) -> int:
        """Questions to which both said no."""
        return self.asked - self.both - self.one

    @property
    def alpha(self) -> float | None:
        """The figure, at most 1; None where it is not defined, because everybody always said the same."""
        if not self.one and (not self.both or not self.neither):
            return None
        from nltk.metrics.agreement import AnnotationTask  # noqa: PLC0415 - two seconds to load, for one page

        pairs = [(True, True)] * self.both + [(True, False)] * self.one + [(False, False)] * self.neither
        said = ((coder, nth, pair[coder]) for nth, pair in enumerate(pairs) for coder in (0, 1))
        return float(AnnotationTask(data=list(said)).alpha())


@dataclass(frozen=True)
class Figure:
    """What is shown of a tally. ``name``: ``few`` (too few comments to show it), ``same`` (not defined), ``weak``,
    ``fair`` or ``good``; ``alpha``: rounded to two digits, where there is one."""

    code: str
    name: str
    alpha: float | None = None


@dataclass(frozen=True)
class Agreement:
    """Figures over the newest whole batches. ``comments``: that they rest on; ``overall``: all categories together;
    ``batches``: the same batch by batch, the oldest first."""

    comments: int
    overall: Figure
    categories: tuple[Figure, ...]
    batches: tuple[Figure, ...]


def note_pair(session: Session, atrest: AtRest, progress: Progress, one: Coding, other: Coding) -> None:
    """Count the newest of ``progress.paired`` comments that have two codings in its batch."""
    place = (progress.consultation_id, (progress.paired - 1) // BATCH)
    batch = session.get(AgreementBatch, place, populate_existing=True)
    sums = _open(atrest, batch.sealed) if batch else {}
    for code in {*one["categories"], *other["categories"]}:
        both = code in one["categories"] and code in other["categories"]
        held = sums.get(code, [0, 0])
        sums[code] = [held[0] + both, held[1] + (not both)]
    if batch is None:
        batch = AgreementBatch(consultation_id=place[0], number=place[1], pairs=0)
        session.add(batch)
    batch.pairs += 1
    batch.sealed = atrest.seal(PURPOSE, rounded(rfc8785.dumps(sums)))


def measure(session: Session, atrest: AtRest, row: Consultation, *, codes: Sequence[str] | None = None) -> Agreement:
    """The figures of a consultation with two readers, by category of the taxonomy, or of ``codes`` alone."""
    query = (
        select(AgreementBatch.sealed)
        .where(AgreementBatch.consultation_id == row.id, AgreementBatch.pairs == BATCH)
        .order_by(AgreementBatch.number.desc())
        .limit(NEWEST_BATCHES)
    )
    batches = [_open(atrest, sealed) for sealed in session.scalars(query)][::-1]
    questions = [item.code for item in taxonomy_of(row).categories]
    asked = questions if codes is None else codes
    return Agreement(
        BATCH * len(batches),
        _figure("", _tally(questions, batches)) if batches else Figure("", "few"),
        tuple(_category(code, _tally([code], batches), row.threshold) for code in asked),
        tuple(_figure(str(nth), _tally(questions, [batch])) for nth, batch in enumerate(batches, start=1)),
    )


def _tally(codes: Sequence[str], batches: Sequence[Mapping[str, list[int]]]) -> Tally:
    """Those categories as one: each of them is, for each comment, a question that two people answered."""
    found = [batch.get(code, [0, 0]) for batch in batches for code in codes]
    return Tally(BATCH * len(found), sum(both for both, _ in found), sum(one for _, one in found))


def _category(code: str, tally: Tally, k: int) -> Figure:
    enough = tally.both + tally.one >= k and tally.one + tally.neither >= k
    return _figure(code, tally) if enough else Figure(code, "few")


def _figure(code: str, tally: Tally) -> Figure:
    alpha = tally.alpha
    if alpha is None:
        return Figure(code, "same")
    name = "weak" if alpha < WEAK_UNDER else "fair" if alpha < GOOD_FROM else "good"
    return Figure(code, name, round(alpha, 2))


def _open(atrest: AtRest, sealed: bytes) -> dict[str, list[int]]:
    return dict(json.loads(atrest.open(PURPOSE, sealed)))
