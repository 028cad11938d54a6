"""People of every role without keys or consultations: one password hash for all of them."""

import dataclasses

import pytest

from portal.accounts import security
from portal.accounts import service as accounts
from portal.factory import create_staff_app
from portal.web.runtime import unit_of_work
from tests.support import PASSWORD
from tests.web.staff.steps import ROLES


@pytest.fixture
def people(staff_app) -> dict[str, int]:
    """Account ids by role; each signs in as ROLE@example.org with PASSWORD."""
    with staff_app.app_context(), unit_of_work() as session:
        stored, made = security.hashed(PASSWORD), {}
        for role in ROLES:
            account, _ = accounts.invite(
                session, email=f"{role}@example.org", name=role.title(), roles=[role], forbid_pairs=True
            )
            account.password, account.invite_hash = stored, None
            made[role] = account.id
    return made


@pytest.fixture
def admin(staff, people, sign_in):
    """A client signed in as the administrator."""
    sign_in(staff, "admin")
    return staff


@pytest.fixture
def strict(settings, clock, people):
    """A staff app that requires the second step, as production does."""
    return create_staff_app(dataclasses.replace(settings, totp="required"), clock)
