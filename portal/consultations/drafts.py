"""A consultation as it is entered, and what none may be set to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.consultations.models import LEVELS, TALK_DAYS, TALK_DAYS_MOST
from portal.consultations.private_lists import ROWS, check_promise
from portal.consultations.threshold import LIMITS
from portal.crypto.attachment import COUNT_MAX
from portal.crypto.statements import EACH_MOST
from portal.errors import Invalid

BALLOT_MODES = ("open", "ballots")
READERS = (1, 2)


@dataclass(frozen=True)
class UnitDraft:
    """A unit as entered: code, names, level of :data:`LEVELS`, headcount in persons."""

    code: str
    name_vi: str
    headcount: int
    level: str = "unit"
    name_en: str = ""


@dataclass(frozen=True)
class ConsultationDraft:
    """A consultation as entered. Units of ``k``, ``mix_minimum``: submissions; of ``max_chars``: code points.

    ``readers``: how many moderators code each comment, independently: 1 or 2. ``attachments``: files that a comment may
    have, 0 to 3. ``talk_days``: days after the last one on which people can still write to each other about comments, 0
    for no conversations at all.

    ``count_people``: whether ``k`` and ``k_paraphrase`` are meant in people, who may have several ballots each.
    ``unit_min_headcount``, ``unit_margin`` (people) and ``themes_only_under`` (submissions): further limits of what is
    published (:class:`portal.findings.rule.Rule`).

    ``private_categories``, ``private_units``: what a differentially private list of concerns and one of units may cost,
    in thousandths of epsilon, 0 for no such list; ``private_rows``: in how many rows of the former a ballot counts.

    With ``ballot_mode`` "ballots" everyone on the roster gets ``each_ballots``, collected on the days from
    ``collect_from`` to ``collect_until``, which end before the first comment can come.
    """

    id: str
    title_vi: str
    opens: date
    closes: date
    headcount: int
    notice_vi: str
    taxonomy_version: int
    title_en: str = ""
    intro_vi: str = ""
    intro_en: str = ""
    notice_en: str = ""
    k: int = 5
    k_paraphrase: int = 10
    count_people: bool = False
    unit_min_headcount: int = LIMITS["unit_min_headcount"]
    unit_margin: int = LIMITS["unit_margin"]
    themes_only_under: int = LIMITS["themes_only_under"]
    private_categories: int = 0
    private_units: int = 0
    private_rows: int = ROWS
    mix_minimum: int = 10
    max_chars: int = 1000
    talk_days: int = TALK_DAYS
    readers: int = 1
    attachments: int = 0
    ballot_mode: str = "open"
    each_ballots: int = 3
    collect_from: date | None = None
    collect_until: date | None = None
    units: Sequence[UnitDraft] = field(default_factory=tuple)


def check_draft(draft: ConsultationDraft) -> None:
    """Refuse what no consultation may be set to, with the code of the first such setting."""
    if draft.opens > draft.closes:
        raise Invalid("consultation-period")
    if draft.k < 5 or draft.k_paraphrase < max(10, draft.k):
        raise Invalid("consultation-threshold")
    if any(getattr(draft, name) < least for name, least in LIMITS.items()):
        raise Invalid("consultation-limits")
    if not 0 <= draft.attachments <= COUNT_MAX:
        raise Invalid("consultation-attachments")
    if not 0 <= draft.talk_days <= TALK_DAYS_MOST:
        raise Invalid("consultation-talk-days")
    if draft.readers not in READERS:
        raise Invalid("consultation-readers")
    _check_collecting(draft)
    promise = {"categories": draft.private_categories, "units": draft.private_units}
    with_ballots = draft.ballot_mode == "ballots"
    check_promise(promise, draft.private_rows, draft.headcount, with_ballots=with_ballots)
    codes = [unit.code for unit in draft.units]
    if len(set(codes)) != len(codes):
        raise Invalid("units-duplicate")
    if any(unit.headcount < 1 or unit.level not in LEVELS for unit in draft.units):
        raise Invalid("units-malformed")


def _check_collecting(draft: ConsultationDraft) -> None:
    if draft.ballot_mode not in BALLOT_MODES:
        raise Invalid("consultation-ballot-mode")
    if draft.ballot_mode == "open":
        if draft.count_people:
            raise Invalid("consultation-count-people")
        return
    if not 1 <= draft.each_ballots <= EACH_MOST:
        raise Invalid("consultation-each-ballots")
    if draft.collect_from is None or draft.collect_until is None or draft.collect_from > draft.collect_until:
        raise Invalid("consultation-collecting-period")
    if draft.collect_until >= draft.opens:
        raise Invalid("consultation-collecting-late")
