"""Moderators of their own for tests of keys, so that those of the demonstration stay as they are."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.cli.context import open_log, work
from portal.crypto import keys, keywrap
from tests.browser.desk_stage import instance, moderators
from tests.browser.served import Portal, Watched
from tests.support import TODAY

PASSPHRASE = "mot hai ba bon nam sau"


@dataclass(frozen=True)
class Person:
    """A moderator with a key whose seed the test knows."""

    name: str
    email: str
    kid: str
    seed: bytes


@contextmanager
def people(portal: Portal, *names: str) -> Iterator[list[Person]]:
    """Moderators of those names, who sign in as the demonstration's do; at the end their keys are revoked."""
    pattern = moderators(portal)[0]
    made = [_person(portal, name, pattern["email"]) for name in names]
    for one in made:
        portal.people[one.name] = {"email": one.email, "password": pattern["password"]}
    try:
        yield made
    finally:
        with instance(portal) as settings, work(settings) as session:
            for email in (one.email for one in made):
                account = session.scalars(select(Account).where(Account.email == email)).one()
                for key in accounts.active_keys(session, account_id=account.id):
                    accounts.revoke_key(session, open_log(settings), key)


def _person(portal: Portal, name: str, pattern: str) -> Person:
    email = f"{name.lower().replace(' ', '-')}@example.org"
    with instance(portal) as settings, work(settings) as session:
        known = session.scalars(select(Account).where(Account.email == pattern)).one()
        account, _ = accounts.invite(
            session, email=email, name=name, roles=["moderator"], forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = known.password, None
        seed = keys.new_seed()
        public = keys.public_key(seed)
        wrapped = keywrap.wrap(seed, PASSPHRASE, kid=keys.kid_of(public), memory_kib=8192, time_cost=1)
        key = accounts.add_key(session, open_log(settings), account, public_key=public, wrapped=wrapped)
        return Person(name, email, key.kid, seed)


def sent_nowhere(watched: Watched, secret: bytes) -> bool:
    """Whether nothing that the page sent holds that secret, in any spelling; what was sent is shown to be searched."""
    bodies = watched.bodies()
    assert b"/staff/" in bodies
    spellings = (secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret).rstrip(b"="))
    return not any(one in bodies or one.rstrip(b"=") in bodies for one in spellings)
