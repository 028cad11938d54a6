"""Keeping back parts of a comment, and withdrawing a paraphrase.

Which words are meant, the server never learns: a redaction is a list of ranges over the comment's text, sealed in the
browser to those who can read the comment, always of one size. It learns the kind, because the kinds have a right each:

``mask``
    readers see a bar; a later revision, by anybody with that right, may lift it.
``removal``
    readers see that something was removed. Every revision adds and none takes away, so nobody can lift it. The sealed
    original stays in the store until the consultation's comments are erased.

Every revision is kept, committed to in the log (leaf ``redaction``, without ranges), and served to all readers alike.
A reader's browser checks what it is served against the leaf, applies all removals and the newest mask that opens: so
one whom the submitter left out cannot undo a mask by writing bytes that nobody opens.

A *paraphrase* is withdrawn with the right to remove. Before publication the coding gets a revision without it, and the
earlier revisions lose their words; after publication codings are frozen, and a leaf says that it is withdrawn.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.rights import require_right
from portal.consultations.models import Consultation
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.rowkey import sealed_size
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.models import LogLeaf
from portal.ledger.turns import take_turn
from portal.moderation.models import Coding, Redaction, Withdrawal
from portal.moderation.readable import open_document
from portal.moderation.service import SHARED_SIZE, keep, require_reader
from portal.moderation.slots import Standing, standing_at
from portal.submissions.models import SealedEnvelope, Submission

MASK, REMOVAL, PARAPHRASE = "mask", "removal", "paraphrase"
RIGHTS = {MASK: "mask", REMOVAL: "remove", PARAPHRASE: "remove"}
SIZE = 1024
"""Bytes of a padded list of ranges; some 90 ranges fit."""
REVISIONS_MOST = 20
"""Of one kind on one comment: all of them are served with it."""


@dataclass(frozen=True)
class Served:
    """One revision as readers get it: the sealed ranges, and by what they check it: the leaf's bytes and the salt."""

    kind: str
    revision: int
    sealed: bytes
    salt: bytes
    leaf: bytes
    day: date
    mine: bool


def redact(
    session: Session,
    log: Log,
    account: Account,
    row: Consultation,
    *,
    index: int,
    kind: str,
    seen: int,
    sealed: bytes,
    day: date,
) -> Redaction:
    """Keep a redaction of the comment at that leaf as the next revision of its kind, and commit to it in the log.

    ``seen``: how many of that kind the moderator had before them; where there are more by now it is refused.
    """
    require_reader(session, account, row)
    require_right(session, account, RIGHTS[kind])
    take_turn(session, row)
    _require_sealed(session, row, index)
    if len(sealed) != sealed_size(SIZE):
        raise Invalid("redaction-size")
    held = _held(session, Redaction, index, Redaction.kind == kind)
    if held != seen:
        raise Conflict("redaction-changed")
    if held >= REVISIONS_MOST:
        raise Conflict("redaction-too-many", limit=REVISIONS_MOST)
    kept = Redaction(submission_leaf=index, kind=kind, revision=held + 1, account_id=account.id, day=day, sealed=sealed)
    kept.salt, kept.redaction_leaf = _log(session, log, _place(row, index, kind, held + 1), _digest(sealed))
    session.add(kept)
    session.flush()
    return kept


def redactions_at(session: Session, account: Account, places: Iterable[int]) -> dict[int, tuple[Served, ...]]:
    """Leaf index -> the redactions of that comment by kind and revision: the same for every reader but for ``mine``."""
    query = (
        select(Redaction, LogLeaf.data)
        .join(LogLeaf, LogLeaf.index == Redaction.redaction_leaf)
        .where(Redaction.submission_leaf.in_(list(places)))
        .order_by(Redaction.submission_leaf, Redaction.kind, Redaction.revision)
    )
    found: dict[int, tuple[Served, ...]] = {}
    for one, leaf in session.execute(query):
        mine = one.account_id == account.id
        served = Served(one.kind, one.revision, one.sealed, one.salt, leaf, one.day, mine)
        found[one.submission_leaf] = (*found.get(one.submission_leaf, ()), served)
    return found


def withdraw(
    session: Session,
    log: Log,
    atrest: AtRest,
    account: Account,
    row: Consultation,
    *,
    index: int,
    slot: int,
    seen: int,
    shared: bytes,
    day: date,
) -> int:
    """Withdraw the paraphrase of the coding in that slot; returns the slot's revision afterwards.

    ``shared``: the coding without it, sealed in the browser to the comment's readers; before publication for the
    revision after ``seen``, and for ``seen`` itself once it is published. It takes the place of every earlier copy.
    """
    require_reader(session, account, row)
    require_right(session, account, RIGHTS[PARAPHRASE])
    take_turn(session, row)
    if len(shared) != SHARED_SIZE:
        raise Invalid("coding-shared-size")
    held = _visible(standing_at(session, atrest, index), account, row, slot)
    if held.revision != seen:
        raise Conflict("coding-changed")
    document = open_document(atrest, held.sealed)
    withdrawn = session.get(Withdrawal, (index, slot)) is not None
    if withdrawn or not document["coding"]["paraphrase"]:
        raise Conflict("paraphrase-none")
    if row.state == "published":
        _withdraw_published(session, log, account, row, held)
        held.shared = shared
    else:
        held = _without(session, log, atrest, document, held, shared=shared, day=day)
    own = (Coding.submission_leaf == index) & (Coding.slot == slot) & Coding.current.is_(False)
    session.execute(update(Coding).where(own).values(shared=None, sealed=b""))
    session.flush()
    return held.revision


def _visible(standing: Standing, account: Account, row: Consultation, slot: int) -> Coding:
    """The slot's coding, where this account may see it (:mod:`portal.moderation.queue`)."""
    held = standing.rows.get(slot)
    if held is None or held.consultation_id != row.id:
        raise NotFound("comment-unknown")
    if row.readers > 1 and not standing.both and standing.slot_of(account.id) is None:
        raise Forbidden("coding-withheld")
    return held


def _without(
    session: Session, log: Log, atrest: AtRest, document: dict[str, Any], held: Coding, *, shared: bytes, day: date
) -> Coding:
    """The next revision of that coding, its coder's still, without the paraphrase."""
    kept = Coding(coder_id=held.coder_id, slot=held.slot, revision=held.revision + 1, shared=shared, day=day)
    said = {name: value for name, value in document.items() if name != "salt"}
    keep(session, log, atrest, kept, {**said, "coding": {**said["coding"], "paraphrase": ""}})
    return kept


def _withdraw_published(session: Session, log: Log, account: Account, row: Consultation, held: Coding) -> None:
    index = held.submission_leaf
    revision = _held(session, Withdrawal, index) + 1
    kept = Withdrawal(submission_leaf=index, slot=held.slot, account_id=account.id)
    place = _place(row, index, PARAPHRASE, revision)
    kept.salt, kept.redaction_leaf = _log(session, log, place, {"coding": held.coding_leaf})
    session.add(kept)


def _require_sealed(session: Session, row: Consultation, index: int) -> None:
    """Refuse a leaf at which no comment of that consultation is, or is any more."""
    own = (Submission.consultation_id == row.id) & (Submission.leaf_index == index)
    query = select(Submission.leaf_index).join(SealedEnvelope, SealedEnvelope.leaf_hash == Submission.leaf_hash)
    if session.scalar(query.where(own)) is None:
        raise NotFound("comment-unknown")


def _held(session: Session, table: type[Redaction] | type[Withdrawal], index: int, *more: Any) -> int:
    query = select(func.count()).select_from(table).where(table.submission_leaf == index, *more)
    return session.scalar(query) or 0


def _digest(sealed: bytes) -> dict[str, Any]:
    return {"sealed_sha256": hashlib.sha256(sealed).hexdigest()}


def _place(row: Consultation, index: int, kind: str, revision: int) -> dict[str, Any]:
    return {"consultation": row.id, "submission": index, "kind": kind, "revision": revision}


def _log(session: Session, log: Log, place: dict[str, Any], said: dict[str, Any]) -> tuple[bytes, int]:
    """Commit in the log to what was said at that place; the salt, and the leaf's index."""
    salt = secrets.token_bytes(32)
    leaf = events.encode("redaction", **place, commitment=commit(salt, {**place, **said}).hex())
    return salt, append(session, log, [leaf])
