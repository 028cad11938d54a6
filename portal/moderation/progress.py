"""What is kept of a consultation as its codings come: how far it is, how readers agree, and how an auditor tells its
coders apart."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import rfc8785
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.ledger.turns import take_turn
from portal.moderation.agreement import note_pair
from portal.moderation.deciding import FIRST, SECOND, Slots, settled
from portal.moderation.models import Progress

TAGS = "coder-tags"
TAG_SIZE = 16


def take_progress(session: Session, atrest: AtRest, row: Consultation) -> Progress:
    """The consultation's progress. The caller holds the consultation's turn, so that nobody else begins one."""
    found = session.get(Progress, row.id)
    if found is None:
        found = Progress(consultation_id=row.id, coded=0, paired=0, settled=0)
        session.add(found)
    take_turn(session, found)
    if found.tags_sealed is None:
        found.tags_sealed = atrest.seal(TAGS, secrets.token_bytes(32))
    return found


def coder_tag(atrest: AtRest, progress: Progress, account: Account, index: int) -> str:
    """Sixteen bytes (hexadecimal) by which an auditor sees that the coders of one comment differ.

    Each comment has tags of its own, under a secret of the consultation that is never opened: the tags of two comments
    tell nothing of each other, and none tells who it is.
    """
    secret = atrest.open(TAGS, progress.tags_sealed or b"")
    place = rfc8785.dumps([progress.consultation_id, index, account.id])
    return hmac.new(secret, place, hashlib.sha256).digest()[:TAG_SIZE].hex()


def count_coding(
    session: Session, atrest: AtRest, progress: Progress, readers: int, *, before: Slots, after: Slots
) -> None:
    """Count a coding that was kept: what stood in the comment's slots before it, and what stands in them now."""
    progress.coded += FIRST in after and FIRST not in before
    progress.settled += settled(after, readers) - settled(before, readers)
    if SECOND in after and SECOND not in before:
        progress.paired += 1
        # Only now may either reader see the other's coding: what is compared are two independent ones.
        note_pair(session, atrest, progress, after[FIRST], after[SECOND])
    session.flush()
