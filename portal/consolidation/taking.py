"""Taking offices' files: each is checked, kept whole or not at all, and told of by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from portal.consolidation import offices
from portal.consolidation.checking import Checked, Scope, check
from portal.consolidation.models import (
    ConsolidatedFile,
    Consolidation,
    ConsolidationImport,
    ConsolidationTaxonomy,
)
from portal.consolidation.service import files, own_taxonomies, refuse_unless_draft, taxonomies
from portal.consolidation.unpacking import Upload
from portal.consultations.service import get_taxonomy
from portal.consultations.taxonomy import Taxonomy, dump_taxonomy, load_taxonomy, taxonomy_sha256
from portal.errors import Invalid
from portal.ledger.turns import take_turn

TAXONOMY_KEYS = {"version", "themes", "categories", "remedies", "concern_remedy"}


def take(
    session: Session, row: Consolidation, uploads: Sequence[Upload], *, day: date, account: int | None
) -> list[Checked]:
    """Check each file and keep those that hold; a file is kept whole or not at all, and every verdict is noted.

    A taxonomy document among the files is kept when a file that was taken was counted by it. ``account`` None: the
    command line.

    :raises Conflict: while the report waits for a second person, or is approved.
    """
    take_turn(session, row)
    refuse_unless_draft(row)
    sent = {taxonomy_sha256(found): found for one in uploads if (found := _taxonomy(one)) is not None}
    scope, verdicts = _scope(session, row, sent), list[Checked]()
    held = dict(scope.held)
    for one in uploads:
        if (taxonomy := _taxonomy(one)) is not None:
            verdicts.append(Checked(one.name, None, detail=f"taxonomy {taxonomy.version}"))
            continue
        verdict = check(one.name, one.data, replace(scope, held=held))
        verdicts.append(verdict)
        if verdict.why is None:
            held[verdict.place] = verdict.digest
            _keep(session, row, verdict, scope)
    said = [verdict.as_document() for verdict in verdicts]
    session.add(ConsolidationImport(consolidation_id=row.id, account_id=account, day=day, verdicts=json.dumps(said)))
    session.flush()
    return verdicts


def _keep(session: Session, row: Consolidation, found: Checked, scope: Scope) -> None:
    office, consultation = found.place
    assert found.publication is not None
    digest = found.publication.taxonomy_sha256
    key = next(str(one.key) for one in scope.offices.values() if one.id == office)
    values = {"consolidation_id": row.id, "office_id": office, "consultation": consultation, "vkey": key}
    session.add(ConsolidatedFile(**values, data=found.data, publication_sha256=found.digest))
    if digest not in own_taxonomies(session) and session.get(ConsolidationTaxonomy, digest) is None:
        document = dump_taxonomy(scope.taxonomies[digest]).decode()
        session.add(ConsolidationTaxonomy(sha256=digest, document=document))
    session.flush()


def _taxonomy(upload: Upload) -> Taxonomy | None:
    """The taxonomy that a file holds, if it is one."""
    try:
        table = json.loads(upload.data or b"")
        if isinstance(table, dict) and set(table) == TAXONOMY_KEYS:
            return load_taxonomy(upload.data or b"")
    except (ValueError, RecursionError, Invalid):
        return None
    return None


def _scope(session: Session, row: Consolidation, sent: dict[str, Taxonomy]) -> Scope:
    return Scope(
        opens=row.opens,
        closes=row.closes,
        k=row.k,
        taxonomy=get_taxonomy(session, row.taxonomy_version),
        taxonomies={**sent, **taxonomies(session)},
        offices=offices.known(session),
        held={(one.office_id, one.consultation): one.publication_sha256 for one in files(session, row)},
    )
