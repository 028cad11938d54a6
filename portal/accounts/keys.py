"""What becomes of a moderator's key after it was made: other wrappings of the same private half.

The server cannot tell whether a wrapping opens; the browser has tried it before it sends it.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.accounts.models import Account, ModeratorKey
from portal.accounts.service import get_key
from portal.crypto.keywrap import WrappedDocument, parse_document
from portal.errors import Conflict, NotFound
from portal.ledger.turns import take_turn


def own_key(session: Session, account: Account, kid: str) -> ModeratorKey:
    """The account's key of that id; somebody else's is as unknown as one that does not exist."""
    key = get_key(session, kid)
    if key.account_id != account.id:
        raise NotFound("key-unknown")
    return key


def wrapping_of(key: ModeratorKey) -> WrappedDocument:
    """The ways to the private half: the passphrase's, and those of passkeys."""
    return parse_document(key.wrapped)


def change_wrapping(session: Session, key: ModeratorKey, *, seen: str, wrapped: str) -> None:
    """Keep another wrapping in the place of ``seen``, which the browser opened; refused when it changed meanwhile."""
    take_turn(session, key)
    if key.state != "active":
        raise Conflict("key-revoked-already")
    if key.wrapped != seen:
        raise Conflict("key-changed")
    key.wrapped = wrapped
    session.flush()
