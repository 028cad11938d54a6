"""Drawing the private lists that a consultation promised. It needs OpenDP; pages do not import it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from portal.consultations.frozen import frozen_settings
from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.padding import rounded
from portal.errors import Conflict
from portal.findings import service
from portal.findings.models import PrivateList
from portal.findings.private import Plan, Release, bounded
from portal.findings.private_noise import noisy
from portal.findings.private_service import PURPOSE
from portal.ledger import events
from portal.ledger.log import Log, append, lock, size
from portal.ledger.turns import take_turn
from portal.moderation import service as moderation


def give(session: Session, log: Log, atrest: AtRest, row: Consultation, listed: str) -> PrivateList:
    """Count, draw the noise, log and freeze: once, for a second draw would let everybody average the noise away.

    Refuses where the consultation is not published, did not promise the list, or has it already.
    """
    take_turn(session, row)
    if row.state != "published" or listed not in row.private_lists:
        raise Conflict("private-not-promised")
    if session.get(PrivateList, (row.id, listed)) is not None:
        raise Conflict("private-given")
    plan = Plan.of_settings(listed, frozen_settings(row))
    lot, ballots = secrets.token_bytes(32), moderation.state(session, row).total
    codings = service.counted_codings(session, atrest, row)
    counts = bounded(codings, plan, codes_of(row, listed), lot=lot)
    release = Release(row.id, plan, ballots, noisy(counts, plan, ballots))
    opening = {"consultation": row.id, "list": listed, "lot": lot.hex(), "counts": counts}
    found = _frozen(session, log, atrest, release, opening)
    session.add(found)
    session.flush()
    return found


def codes_of(row: Consultation, listed: str) -> list[str]:
    """Every code of the list: also rows of nobody are given."""
    if listed == "units":
        return [unit.code for unit in row.units]
    return [item.code for item in taxonomy_of(row).categories]


def _frozen(session: Session, log: Log, atrest: AtRest, release: Release, opening: dict[str, Any]) -> PrivateList:
    salt, data = secrets.token_bytes(32), release.to_bytes()
    commitment = commit(salt, opening)
    lock(session)  # so that the size it names is that of the log it is appended to
    leaf = events.encode(
        "finding",
        version=3,
        consultation=release.consultation,
        list=release.plan.listed,
        publication_sha256=hashlib.sha256(data).hexdigest(),
        counts_commitment=commitment.hex(),
        checkpoint_size=size(session),
    )
    return PrivateList(
        consultation_id=release.consultation,
        listed=release.plan.listed,
        document=data,
        counts_sealed=atrest.seal(PURPOSE, rounded(rfc8785.dumps({**opening, "salt": salt.hex()}))),
        counts_commitment=commitment,
        finding_leaf=append(session, log, [leaf]),
    )
