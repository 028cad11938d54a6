"""The life of a consultation: draft -> open -> closed -> published.

What concerns anonymity is frozen at opening: the settings' digest stands in the log before the first comment can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.frozen import round_leaf
from portal.consultations.models import (
    LEVELS,
    TALK_DAYS,
    TALK_DAYS_MOST,
    Consultation,
    ConsultationModerator,
    TaxonomyVersion,
    Unit,
)
from portal.consultations.taxonomy import (
    Taxonomy,
    check_successor,
    default_taxonomy,
    dump_taxonomy,
    parse_taxonomy,
    taxonomy_sha256,
)
from portal.consultations.threshold import LIMITS
from portal.crypto.attachment import COUNT_MAX
from portal.crypto.statements import EACH_MOST
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger.events import SLUG
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn

PUBLIC_STATES = ("open", "closed", "published")
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


def get(session: Session, consultation_id: str) -> Consultation:
    """The consultation of that name, or :class:`NotFound`."""
    found = session.get(Consultation, consultation_id)
    if found is None:
        raise NotFound("consultation-unknown")
    return found


def get_public(session: Session, consultation_id: str) -> Consultation:
    """The same for the public: a draft does not exist yet."""
    found = get(session, consultation_id)
    if found.state not in PUBLIC_STATES:
        raise NotFound("consultation-unknown")
    return found


def get_with_ballots(session: Session, consultation_id: str) -> Consultation:
    """The same, and only where each comment spends a ballot."""
    found = get_public(session, consultation_id)
    if not found.with_ballots:
        raise NotFound("ballots-none")
    return found


def list_all(session: Session, states: Iterable[str] = ("draft", *PUBLIC_STATES)) -> list[Consultation]:
    """Consultations in those states, newest period first."""
    query = select(Consultation).where(Consultation.state.in_(list(states)))
    return list(session.scalars(query.order_by(Consultation.opens.desc(), Consultation.id)))


def save_draft(session: Session, draft: ConsultationDraft, *, existing: Consultation | None = None) -> Consultation:
    """Write a new draft, or write over one that has not been opened yet."""
    if not SLUG.fullmatch(draft.id):
        raise Invalid("consultation-bad-id")
    if existing is None and session.get(Consultation, draft.id) is not None:
        raise Conflict("consultation-id-taken")
    if existing is not None and existing.state != "draft":
        raise Conflict("consultation-frozen")
    _check_draft(session, draft)
    row = existing or Consultation(id=draft.id)
    for name in ConsultationDraft.__dataclass_fields__:
        if name not in {"units", "id"}:
            setattr(row, name, getattr(draft, name))
    row.units.clear()
    session.add(row)
    session.flush()
    row.units.extend(
        Unit(position=place, **{name: getattr(unit, name) for name in UnitDraft.__dataclass_fields__})
        for place, unit in enumerate(draft.units)
    )
    session.flush()
    return row


def _check_draft(session: Session, draft: ConsultationDraft) -> None:
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
    if session.get(TaxonomyVersion, draft.taxonomy_version) is None:
        raise Invalid("taxonomy-unknown")
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


def set_moderators(session: Session, row: Consultation, kids: Iterable[str]) -> None:
    """Choose the moderator keys of a draft; the caller has checked that they are active."""
    if row.state != "draft":
        raise Conflict("consultation-frozen")
    row.moderators.clear()
    session.flush()
    row.moderators.extend(ConsultationModerator(kid=kid) for kid in sorted(set(kids)))


def open_consultation(
    session: Session, log: Log, row: Consultation, *, today: date, issuer_leaves: Sequence[bytes] = ()
) -> int:
    """Freeze the draft and log it; returns the leaf's index.

    ``issuer_leaves``: what a consultation with ballots logs of its issuers just before (``portal.ballots.opening``).
    """
    take_turn(session, row)
    if row.state != "draft":
        raise Conflict("consultation-not-draft")
    if not row.moderators:
        raise Conflict("consultation-needs-moderators")
    if len(row.moderators) < row.readers:
        raise Conflict("consultation-needs-readers")
    if not row.units:
        raise Conflict("consultation-needs-units")
    if row.closes < today:
        raise Conflict("consultation-period-over")
    if row.with_ballots != bool(issuer_leaves):
        raise Conflict("consultation-needs-issuers")
    first = append(session, log, [*issuer_leaves, round_leaf(row, "open")])
    row.open_leaf = first + len(issuer_leaves)
    row.state = "open"
    return row.open_leaf


def close_consultation(session: Session, log: Log, row: Consultation) -> int:
    """Stop accepting and log it; returns the leaf's index. What still waits in the pool must be drained first."""
    take_turn(session, row)
    if row.state != "open":
        raise Conflict("consultation-not-open")
    row.close_leaf = append(session, log, [round_leaf(row, "close")])
    row.state = "closed"
    return row.close_leaf


def mark_published(row: Consultation) -> None:
    """The findings stand in the log: nothing of this consultation changes any more."""
    if row.state != "closed":
        raise Conflict("consultation-not-closed")
    row.state = "published"


def collecting(row: Consultation, today: date) -> bool:
    """Whether ballots can be collected today."""
    if row.state != "open" or not row.with_ballots or row.collect_from is None or row.collect_until is None:
        return False
    return row.collect_from <= today <= row.collect_until


def accepts(row: Consultation, today: date) -> bool:
    """Whether a comment sent today is taken."""
    return row.state == "open" and row.opens <= today <= row.closes


def ensure_taxonomy(session: Session) -> None:
    """A new instance begins with the default taxonomy."""
    if session.scalar(select(TaxonomyVersion.version).limit(1)) is None:
        save_taxonomy(session, default_taxonomy())


def get_taxonomy(session: Session, version: int) -> Taxonomy:
    """That version, or :class:`NotFound`."""
    row = session.get(TaxonomyVersion, version)
    if row is None:
        raise NotFound("taxonomy-unknown")
    return parse_taxonomy(row.document.encode())


def save_taxonomy(session: Session, taxonomy: Taxonomy) -> TaxonomyVersion:
    """Keep a new version; a version number that stands already may only be kept again unchanged."""
    digest = taxonomy_sha256(taxonomy)
    row = session.get(TaxonomyVersion, taxonomy.version)
    if row is not None:
        if row.sha256 != digest:
            raise Conflict("taxonomy-version-taken")
        return row
    for earlier in list_taxonomies(session):
        check_successor(parse_taxonomy(earlier.document.encode()), taxonomy)
    row = TaxonomyVersion(version=taxonomy.version, document=dump_taxonomy(taxonomy).decode(), sha256=digest)
    session.add(row)
    session.flush()
    return row


def taxonomy_of(row: Consultation) -> Taxonomy:
    """The taxonomy that the consultation pinned."""
    return parse_taxonomy(row.taxonomy.document.encode())


def list_taxonomies(session: Session) -> list[TaxonomyVersion]:
    """All versions, newest first."""
    return list(session.scalars(select(TaxonomyVersion).order_by(TaxonomyVersion.version.desc())))
