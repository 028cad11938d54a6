"""Who of the committee can be told and asked."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.service import list_accounts, role_names, standing


def members(session: Session) -> list[Account]:
    """The committee's accounts that can sign in, by e-mail."""
    return [
        account
        for account in list_accounts(session)
        if standing(account) == "active" and "committee" in role_names(account)
    ]
