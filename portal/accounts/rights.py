"""Rights that a role alone does not give: to mask parts of a comment, and to remove them.

An administrator grants each by itself, and only a moderator has any use for them: a right does nothing without a key
that opens the comment.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, AccountRight
from portal.accounts.service import role_names
from portal.errors import Conflict, Forbidden, Invalid

RIGHTS = ("mask", "remove")


def rights_of(session: Session, account: Account) -> frozenset[str]:
    """The rights that the account has now; none for one that is no moderator (any more)."""
    if "moderator" not in role_names(account):
        return frozenset()
    return frozenset(session.scalars(select(AccountRight.name).where(AccountRight.account_id == account.id)))


def set_rights(session: Session, account: Account, names: Iterable[str]) -> None:
    """Give the account exactly those rights."""
    rights = set(names)
    if rights - set(RIGHTS):
        raise Invalid("right-unknown")
    if rights and "moderator" not in role_names(account):
        raise Conflict("right-of-moderators")
    session.execute(delete(AccountRight).where(AccountRight.account_id == account.id))
    session.add_all(AccountRight(account_id=account.id, name=name) for name in sorted(rights))
    session.flush()


def require_right(session: Session, account: Account, name: str) -> None:
    """Refuse an account that was not granted that right."""
    if name not in rights_of(session, account):
        raise Forbidden("right-missing")
