"""People of every role without keys or consultations: one password hash for all of them."""

import dataclasses

import pytest

from portal.accounts import security
from portal.accounts import service as accounts
from portal.factory import create_staff_app
from portal.reports import service as reports
from portal.reports.profile import demo_profile
from portal.web.runtime import unit_of_work
from tests.rounds import publish
from tests.support import PASSWORD, TODAY
from tests.web.staff.steps import ROLES, send
from tests.web.staff.studio import CID, PAGE


@pytest.fixture
def people(staff_app) -> dict[str, int]:
    """Account ids by role; each signs in as ROLE@example.org with PASSWORD."""
    with staff_app.app_context(), unit_of_work() as session:
        stored, made = security.hashed(PASSWORD), {}
        for role in ROLES:
            account, _ = accounts.invite(
                session, email=f"{role}@example.org", name=role.title(), roles=[role], forbid_pairs=True, today=TODAY
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


@pytest.fixture
def committee(staff, staff_app, office, log, clock, atrest, sign_in):
    """A member of the committee with findings that were published."""
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


@pytest.fixture
def studio(committee, staff_app):
    """With the demonstration's profile and a fresh draft of the report."""
    with staff_app.app_context(), unit_of_work() as session:
        reports.save_profile(session, demo_profile())
    assert send(committee, f"{PAGE}/start").location == PAGE
    return committee


@pytest.fixture
def held(staff_app, atrest):
    """The report as it is stored now."""

    def read():
        with staff_app.app_context(), unit_of_work() as session:
            return reports.read(session, atrest, CID)

    return read
