"""Consolidations: making one, taking files, its table, and the report on its desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consolidation import offices
from portal.consolidation.figures import Figures, SourceLine
from portal.consolidation.guard import learned
from portal.consolidation.models import (
    ConsolidatedFile,
    Consolidation,
    ConsolidationImport,
    ConsolidationTaxonomy,
)
from portal.consolidation.sums import Joined, JoinRule, consolidate
from portal.consultations.service import get_taxonomy, list_taxonomies
from portal.consultations.taxonomy import Taxonomy, parse_taxonomy, taxonomy_sha256
from portal.crypto.canonical import dump_canonical
from portal.errors import Conflict, Invalid, NotFound
from portal.findings.publication import SLUG, parse_publication
from portal.reports.findings_file import parse_findings_json


@dataclass(frozen=True)
class ConsolidationDraft:
    """What is filled in to begin a consolidation. The period holds every consultation whole that is to be taken."""

    id: str
    title_vi: str
    title_en: str
    opens: date
    closes: date
    k: int
    taxonomy_version: int


def listing(session: Session) -> list[Consolidation]:
    """All of them, the latest period first."""
    return list(session.scalars(select(Consolidation).order_by(Consolidation.closes.desc(), Consolidation.id)))


def get(session: Session, consolidation_id: str) -> Consolidation:
    """That consolidation, or :class:`NotFound`."""
    found = session.get(Consolidation, consolidation_id)
    if found is None:
        raise NotFound("consolidation-unknown")
    return found


def create(session: Session, draft: ConsolidationDraft) -> Consolidation:
    """Begin a consolidation; :class:`Invalid` for what cannot be, :class:`Conflict` for a name that is taken."""
    if not SLUG.fullmatch(draft.id) or not draft.title_vi.strip() or draft.opens > draft.closes or draft.k < JoinRule.k:
        raise Invalid("consolidation-malformed")
    get_taxonomy(session, draft.taxonomy_version)
    if session.get(Consolidation, draft.id) is not None:
        raise Conflict("consolidation-known")
    row = Consolidation(**vars(draft), offices_least=JoinRule.offices_least, state="draft", version=1)
    session.add(row)
    session.flush()
    return row


def taxonomies(session: Session) -> dict[str, Taxonomy]:
    """Every taxonomy that is known here, by SHA-256 (hex)."""
    others = session.scalars(select(ConsolidationTaxonomy))
    return own_taxonomies(session) | {one.sha256: parse_taxonomy(one.document.encode()) for one in others}


def own_taxonomies(session: Session) -> dict[str, Taxonomy]:
    """Those of this office itself."""
    return {one.sha256: parse_taxonomy(one.document.encode()) for one in list_taxonomies(session)}


def files(session: Session, row: Consolidation) -> list[ConsolidatedFile]:
    """What was taken, by office and consultation."""
    query = select(ConsolidatedFile).where(ConsolidatedFile.consolidation_id == row.id)
    return list(session.scalars(query.order_by(ConsolidatedFile.office_id, ConsolidatedFile.consultation)))


def imports(session: Session, row: Consolidation) -> list[ConsolidationImport]:
    """What was uploaded, the latest first."""
    query = select(ConsolidationImport).where(ConsolidationImport.consolidation_id == row.id)
    return list(session.scalars(query.order_by(ConsolidationImport.id.desc())))


def imported(session: Session, row: Consolidation, number: int) -> ConsolidationImport:
    """That upload, or :class:`NotFound`."""
    found = session.get(ConsolidationImport, number)
    if found is None or found.consolidation_id != row.id:
        raise NotFound("consolidation-unknown")
    return found


def joined(session: Session, row: Consolidation) -> list[Joined]:
    """The publications that were taken, each with the taxonomy that it was counted by."""
    known, found = taxonomies(session), []
    for one in files(session, row):
        publication = parse_publication(dump_canonical(parse_findings_json(one.data).publication))
        found.append(Joined(one.office_id, publication, known[publication.taxonomy_sha256]))
    return found


def figures_of(session: Session, row: Consolidation) -> Figures:
    """The consolidated table as it stands.

    :raises Conflict: when it would give away more than the offices' own tables; see ``guard``.
    """
    parts, rule = joined(session, row), JoinRule(row.k, row.offices_least)
    rows = consolidate(parts, rule)
    if learned(parts, rows):
        raise Conflict("consolidation-tells-more")
    taxonomy = get_taxonomy(session, row.taxonomy_version)
    names = {office.id: office.name for office in offices.listing(session)}
    return Figures(
        consolidation=row.id,
        title_vi=row.title_vi,
        title_en=row.title_en or row.title_vi,
        opens=row.opens,
        closes=row.closes,
        taxonomy_version=taxonomy.version,
        taxonomy_sha256=taxonomy_sha256(taxonomy),
        rule=rule,
        sources=tuple(
            SourceLine(one.office_id, one.consultation, names[one.office_id], one.vkey, one.publication_sha256)
            for one in files(session, row)
        ),
        rows=rows,
    )


def refuse_unless_draft(row: Consolidation) -> None:
    """:class:`Conflict` while the report waits for a second person, or is approved."""
    if row.state != "draft":
        raise Conflict("report-approved" if row.state == "approved" else "report-handed")
