"""Keys as moderators make them, and people who come later."""

from __future__ import annotations

import secrets

from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import Account, ModeratorKey
from portal.crypto import keys, keywrap
from portal.ledger.log import Log
from portal.moderation.readership import replace_key
from tests.support import PASSPHRASE, TODAY


def new_pair() -> tuple[bytes, dict[str, object]]:
    """A seed, and what the browser would send of it."""
    seed = secrets.token_bytes(32)
    public_key = keys.public_key(seed)
    wrapped = keywrap.wrap(seed, PASSPHRASE, kid=keys.kid_of(public_key), memory_kib=8192, time_cost=1)
    return seed, {"public_key": public_key, "wrapped": wrapped}


def give_key(session: Session, log: Log, account: Account) -> tuple[ModeratorKey, bytes]:
    """One more key of that account, and its seed."""
    seed, sent = new_pair()
    return accounts.add_key(session, log, account, **sent), seed


def newcomer(session: Session, log: Log, name: str = "newcomer") -> tuple[Account, ModeratorKey, bytes]:
    """A moderator who comes after the opening, with a key."""
    account, _ = accounts.invite(
        session, email=f"{name}@example.org", name=name.title(), roles=["moderator"], forbid_pairs=True, today=TODAY
    )
    return account, *give_key(session, log, account)


def rotate(session: Session, log: Log, account: Account, old: ModeratorKey) -> tuple[ModeratorKey, bytes]:
    """The account's next key in the place of ``old``."""
    seed, sent = new_pair()
    return replace_key(session, log, account, old, **sent), seed
