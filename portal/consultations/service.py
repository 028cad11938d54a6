"""The life of a consultation: draft -> open -> closed -> published.

What concerns anonymity is frozen at opening: the settings' digest stands in the log before the first comment can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.drafts import ConsultationDraft, UnitDraft, check_draft
from portal.consultations.frozen import round_leaf
from portal.consultations.models import Consultation, ConsultationModerator, TaxonomyVersion, Unit
from portal.consultations.private_lists import Budget
from portal.consultations.taxonomy import (
    Taxonomy,
    check_successor,
    default_taxonomy,
    dump_taxonomy,
    parse_taxonomy,
    taxonomy_sha256,
)
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger.events import SLUG
from portal.ledger.log import Log, append, lock
from portal.ledger.turns import take_turn

PUBLIC_STATES = ("open", "closed", "published")


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
    check_draft(draft)
    if session.get(TaxonomyVersion, draft.taxonomy_version) is None:
        raise Invalid("taxonomy-unknown")
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
    _spend(session, row)
    first = append(session, log, [*issuer_leaves, round_leaf(row, "open")])
    row.open_leaf = first + len(issuer_leaves)
    row.state = "open"
    return row.open_leaf


def _spend(session: Session, row: Consultation) -> None:
    """Refuse private lists that the year's other consultations leave nothing for."""
    if not row.private_lists:
        return
    lock(session)  # another that opens at the same time would not see this one
    budget = private_budget(session, row.opens.year)
    for listed, epsilon in row.private_lists.items():
        budget = budget.spend(f"{listed} {row.id}", epsilon)


def private_budget(session: Session, year: int) -> Budget:
    """What the private lists of the consultations that begin in that year cost so far; drafts promise nothing."""
    rows = [row for row in list_all(session, PUBLIC_STATES) if row.opens.year == year]
    return Budget(tuple((f"{listed} {row.id}", cost) for row in rows for listed, cost in row.private_lists.items()))


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
