"""The subordinate offices that an upper-level office reads, each by the key of its log.

A key is worth what the comparison is worth: until a person has heard the fingerprint's end from the office itself (by
telephone, or from paper) and typed it, nothing of that office is taken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.consolidation.checking import KnownOffice
from portal.consolidation.models import ConsolidatedFile, SubordinateOffice
from portal.errors import Conflict, Invalid, NotFound
from portal.findings.publication import SLUG
from portal.ledger.turns import take_turn
from portal.tlog.errors import MalformedKey, MalformedPolicy
from portal.tlog.keys import spoken_fingerprint
from portal.tlog.policy import LogKey, Policy, parse_log_key, parse_policy

SPOKEN = 8
"""Digits at its end that the office reads out and a person types."""
POLICY_MOST = 20_000


@dataclass(frozen=True)
class OfficeDraft:
    """What is filled in of an office. ``policy``: a C2SP tlog-policy, or ""."""

    id: str
    name: str
    vkey: str
    policy: str = ""


def listing(session: Session) -> list[SubordinateOffice]:
    """All of them, by id."""
    return list(session.scalars(select(SubordinateOffice).order_by(SubordinateOffice.id)))


def get(session: Session, office_id: str) -> SubordinateOffice:
    """That office, or :class:`NotFound`."""
    found = session.get(SubordinateOffice, office_id)
    if found is None:
        raise NotFound("office-unknown")
    return found


def add(session: Session, draft: OfficeDraft) -> SubordinateOffice:
    """Keep an office with its key, not confirmed yet.

    :raises Invalid: for a malformed id, name, key or policy.
    :raises Conflict: when the id or the log is known already.
    """
    name = unicodedata.normalize("NFC", " ".join(draft.name.split()))
    if not SLUG.fullmatch(draft.id) or not name:
        raise Invalid("office-malformed")
    key = _key(draft.vkey)
    policy = _policy(draft.policy, key)
    if session.get(SubordinateOffice, draft.id) is not None:
        raise Conflict("office-known")
    if session.scalar(select(SubordinateOffice.id).where(SubordinateOffice.origin == key.name)):
        raise Conflict("office-log-known")
    row = SubordinateOffice(id=draft.id, name=name, origin=key.name, vkey=str(key), policy=policy)
    session.add(row)
    session.flush()
    return row


def rekey(session: Session, row: SubordinateOffice, vkey: str) -> None:
    """Pin another key of the same log; it must be confirmed again. What was taken before stays as it was verified.

    :raises Invalid: for a malformed key, or one of another log.
    """
    take_turn(session, row)
    key = _key(vkey)
    if key.name != row.origin:
        raise Invalid("office-other-log")
    if str(key) != row.vkey:
        _policy(row.policy, key)
        row.vkey, row.confirmed_by, row.confirmed_on = str(key), None, None
    session.flush()


def confirm(session: Session, row: SubordinateOffice, said: str, hand: Hand, *, seen: str) -> None:
    """Note that the office read out the end of its key's fingerprint, and that it is ours.

    ``seen``: the fingerprint on the screen, so that a key that was exchanged meanwhile is not confirmed unseen.

    :raises Invalid: when what was read out is not the end of the fingerprint.
    """
    take_turn(session, row)
    mark = spoken_fingerprint(row.vkey)
    if seen != mark:
        raise Conflict("office-key-changed")
    if re.sub(r"[\s-]", "", said).casefold() != mark[-SPOKEN:]:
        raise Invalid("office-fingerprint-differs")
    row.confirmed_by, row.confirmed_on = hand.account, hand.day
    session.flush()


def drop(session: Session, row: SubordinateOffice) -> None:
    """Forget an office of which nothing was taken; :class:`Conflict` else."""
    take_turn(session, row)
    if session.scalar(select(ConsolidatedFile.office_id).where(ConsolidatedFile.office_id == row.id).limit(1)):
        raise Conflict("office-in-use")
    session.delete(row)
    session.flush()


def known(session: Session) -> dict[str, KnownOffice]:
    """The offices as files are held against, by their log's origin."""
    return {row.origin: _known(row) for row in listing(session)}


def _known(row: SubordinateOffice) -> KnownOffice:
    policy = parse_policy(row.policy) if row.policy else None
    return KnownOffice(row.id, row.name, parse_log_key(row.vkey), policy, confirmed=row.confirmed_by is not None)


def _key(text: str) -> LogKey:
    try:
        return parse_log_key(text.strip())
    except MalformedKey as error:
        raise Invalid("office-key-malformed") from error


def _policy(text: str, key: LogKey) -> str:
    """The policy's own text, or "" for none."""
    if not text.strip():
        return ""
    try:
        found: Policy = parse_policy("\n".join(text.strip().splitlines()) + "\n")
    except MalformedPolicy as error:
        raise Invalid("office-policy-malformed") from error
    if len(text) > POLICY_MOST or (found.log_lines and key not in found.logs):
        raise Invalid("office-policy-malformed")
    return str(found)
