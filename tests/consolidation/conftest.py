"""An upper-level office: two of the committee, a profile, and a consolidation of the third quarter."""

from __future__ import annotations

from datetime import date

import pytest

from portal.accounts import service as accounts
from portal.accounts.hand import Hand
from portal.consolidation import offices, service
from portal.consolidation.service import ConsolidationDraft
from portal.consultations import service as consultations
from portal.reports import service as reports
from portal.reports.profile import demo_profile
from portal.tlog.keys import spoken_fingerprint
from tests.consolidation.offices import NEWER, TAXONOMY, sender


@pytest.fixture
def hands(session, clock) -> tuple[Hand, Hand]:
    made = []
    for name in ("one", "two"):
        account, _ = accounts.invite(
            session,
            email=f"{name}@example.org",
            name=name.title(),
            roles=["committee"],
            forbid_pairs=True,
            today=clock.today(),
        )
        made.append(Hand(account.id, clock.today()))
    return made[0], made[1]


@pytest.fixture
def know(session, hands):
    """Put an office of that number into the list, its key compared."""

    def add(number: int, *, confirmed: bool = True, policy: str = ""):
        one = sender(number)
        row = offices.add(session, offices.OfficeDraft(one.id, one.name, one.vkey, policy))
        if confirmed:
            mark = spoken_fingerprint(one.vkey)
            offices.confirm(session, row, mark[-8:], hands[0], seen=mark)
        return one

    return add


@pytest.fixture
def row(session):
    """A consolidation of the third quarter by the newer taxonomy."""
    reports.save_profile(session, demo_profile())
    for taxonomy in (TAXONOMY, NEWER):
        consultations.save_taxonomy(session, taxonomy)
    draft = ConsolidationDraft(
        id="quy-ba-2026",
        title_vi="Tổng hợp quý ba",
        title_en="Third quarter",
        opens=date(2026, 7, 1),
        closes=date(2026, 9, 30),
        k=5,
        taxonomy_version=NEWER.version,
    )
    return service.create(session, draft)
