"""From codings to the one immutable publication of a consultation."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import mark_published, taxonomy_of
from portal.consultations.threshold import LIMITS
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.padding import rounded
from portal.errors import Conflict, NotFound
from portal.findings import disclosure
from portal.findings.models import Publication
from portal.findings.paraphrases import choose
from portal.findings.publication import parse_publication
from portal.ledger import events
from portal.ledger.log import Log, append, lock, size
from portal.ledger.turns import take_turn
from portal.moderation import readable
from portal.moderation import service as moderation
from portal.moderation.readings import silent_readers

PURPOSE = "finding-counts"
PARAPHRASES = "finding-paraphrases"


def publish(session: Session, log: Log, atrest: AtRest, row: Consultation) -> Publication:
    """Count, apply disclosure control, log and freeze.

    Refuses while a comment is uncoded, because it would be lost, unless every reader has declared in the log that
    nothing is left which their keys can open (:mod:`portal.moderation.readings`). Such comments count as ballots
    that say nothing.
    """
    take_turn(session, row)
    if row.state != "closed":
        raise Conflict("consultation-not-closed")
    state = moderation.state(session, row)
    if not state.total:
        raise Conflict("nothing-to-publish")
    if not state.complete and silent_readers(session, row):
        raise Conflict("codings-incomplete")
    publication = _frozen(session, log, atrest, row, count(session, atrest, row))
    session.add(publication)
    mark_published(row)
    session.flush()
    return publication


def _frozen(session: Session, log: Log, atrest: AtRest, row: Consultation, counts: disclosure.Counts) -> Publication:
    """The document with its leaf appended, and with what its commitment opens to."""
    data = _document(row, counts)
    salt = secrets.token_bytes(32)
    opening: dict[str, Any] = {"consultation": row.id, "counts": counts.as_document()}
    commitment = commit(salt, opening)
    lock(session)  # so that the size it names is that of the log it is appended to
    leaf = events.encode(
        "finding",
        consultation=row.id,
        publication_sha256=hashlib.sha256(data).hexdigest(),
        counts_commitment=commitment.hex(),
        checkpoint_size=size(session),
    )
    return Publication(
        consultation_id=row.id,
        document=data,
        paraphrases_sealed=atrest.seal(PARAPHRASES, rounded(_paraphrases(session, atrest, row, data))),
        counts_sealed=atrest.seal(PURPOSE, rounded(rfc8785.dumps({**opening, "salt": salt.hex()}))),
        counts_commitment=commitment,
        finding_leaf=append(session, log, [leaf]),
    )


def _document(row: Consultation, counts: disclosure.Counts) -> bytes:
    document = disclosure.publication_document(
        consultation=row.id,
        title={"vi": row.title_vi, "en": row.title_en or row.title_vi},
        opens=row.opens,
        closes=row.closes,
        taxonomy=taxonomy_of(row),
        rule=rule_of(row),
        counts=counts,
    )
    return rfc8785.dumps(document)


def _paraphrases(session: Session, atrest: AtRest, row: Consultation, document: bytes) -> bytes:
    codings = (item["coding"] for item in readable.current_codings(session, atrest, row))
    return rfc8785.dumps(choose(codings, parse_publication(document), taxonomy_of(row)))


def rule_of(row: Consultation) -> disclosure.Rule:
    """The disclosure rule that the consultation froze at opening."""
    return disclosure.Rule(
        k=row.threshold, k_paraphrase=row.paraphrase_threshold, **{name: getattr(row, name) for name in LIMITS}
    )


def count(session: Session, atrest: AtRest, row: Consultation) -> disclosure.Counts:
    """Exact counts, for the publisher and auditors only."""
    headcounts = {unit.code: unit.headcount for unit in row.units}
    return disclosure.tally(counted_codings(session, atrest, row), taxonomy_of(row), headcounts)


def counted_codings(session: Session, atrest: AtRest, row: Consultation) -> Iterator[dict[str, Any]]:
    """What is counted: one decided coding for every comment, "says nothing" where there is none."""
    state = moderation.state(session, row)
    yield from (item["coding"] for item in readable.current_codings(session, atrest, row))
    yield from repeat(dict(disclosure.UNCODED), state.total - state.coded)


def get(session: Session, consultation_id: str) -> Publication:
    """The publication, or :class:`NotFound`."""
    found = session.get(Publication, consultation_id)
    if found is None:
        raise NotFound("publication-unknown")
    return found


def document_of(publication: Publication) -> dict[str, Any]:
    """The public document."""
    return dict(json.loads(publication.document))


def opening_of(atrest: AtRest, publication: Publication) -> dict[str, Any]:
    """The exact counts and the salt that open the logged commitment: for auditors only."""
    return dict(json.loads(atrest.open(PURPOSE, publication.counts_sealed)))


def published_ids(session: Session) -> list[str]:
    """Consultations that have a publication."""
    return list(session.scalars(select(Publication.consultation_id).order_by(Publication.consultation_id)))


def publishable_paraphrases(session: Session, atrest: AtRest, publication: Publication) -> dict[str, list[str | None]]:
    """Code of a published row -> the moderators' paraphrases for the committee, as chosen at publishing.

    Rows under ``k_paraphrase`` are not in it; see :mod:`portal.findings.paraphrases` for the rule. None stands for one
    that was withdrawn since.
    """
    if not publication.paraphrases_sealed:
        return {}
    chosen = json.loads(atrest.open(PARAPHRASES, publication.paraphrases_sealed))
    return readable.shown_paraphrases(session, atrest, publication.consultation_id, chosen)
