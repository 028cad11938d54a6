"""Tables for the committee: asked for knowingly and freshly, decided elsewhere, shown as the public sees them."""

from __future__ import annotations

import json

import pytest

from portal.findings import tables_service as tables
from portal.findings.tables_deciding import settle, weigh
from portal.reports.findings_file import parse_table_json
from portal.web.runtime import unit_of_work
from tests.rounds import publish
from tests.web.staff.steps import make_stale, send, text_of

CID = "thu-2026"
# 30 ballots: C1 on P1 often enough for a cell; nothing has a severity.
CODINGS = (
    *({"categories": ["C1"], "unit": "P1", "level": "unit"} for _ in range(7)),
    *({"categories": ["C1", "D1"], "level": "office"} for _ in range(9)),
    *({"categories": ["C12"]} for _ in range(14)),
)


@pytest.fixture
def published(staff_app, office, log, clock, atrest):
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office, CODINGS)
    return office


@pytest.fixture
def committee(staff, published, sign_in):
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


@pytest.fixture
def decide(staff_app, log, clock, atrest):
    """What ``portal tick`` does."""

    def run() -> None:
        today = clock.today()
        with staff_app.app_context(), unit_of_work() as session:
            for name in tables.waiting(session):
                weighed = weigh(session, atrest, name, today=today)
                assert weighed is not None and settle(session, log, atrest, weighed)

    return run


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def test_what_can_be_asked_for_is_listed(committee) -> None:
    page = words(committee.get("/tables/"))
    assert page.count("Not asked for") == 3
    assert "Concerns by unit concerned: " in page


def test_a_table_is_asked_for_and_waits(committee) -> None:
    # given the page that says what asking means
    assert "It happens once, and nobody can take it back." in words(committee.get(f"/tables/units/{CID}"))
    # when it is asked for
    answer = send(committee, f"/tables/units/{CID}", {})
    assert answer.status_code == 302
    # then it waits, and says nothing
    page = words(committee.get(f"/tables/units-{CID}"))
    assert "is being decided" in page
    assert "5–9" not in page
    assert committee.get(f"/tables/units/{CID}").headers["Location"].endswith(f"/tables/units-{CID}")


def test_a_table_that_is_given_shows_bands(committee, decide) -> None:
    send(committee, f"/tables/units/{CID}", {})
    decide()
    answer = committee.get(f"/tables/units-{CID}")
    page = words(answer)
    assert "5–9" in page
    assert "Nobody is told" not in page
    file = committee.get(f"/tables/units-{CID}/findings.json")
    assert parse_table_json(file.get_data()).publication["table"] == f"units-{CID}"
    assert "Given" in words(committee.get("/tables/"))


def test_a_table_without_cells_has_one_sentence(committee, decide) -> None:
    """It is the sentence of every such table, withheld or empty."""
    send(committee, f"/tables/severity/{CID}", {})
    decide()
    page = words(committee.get(f"/tables/severity-{CID}"))
    assert "Either its cells are as low as what was published before allows, or together they would let" in page
    assert "No cell given" in words(committee.get("/tables/"))


def test_asking_twice_or_for_nothing_is_refused(committee) -> None:
    send(committee, f"/tables/units/{CID}", {})
    again = send(committee, f"/tables/units/{CID}", {})
    assert (again.status_code, "asked for already" in words(again)) == (409, True)
    assert send(committee, "/tables/rooms/thu-2026", {}).status_code == 422
    assert "The year is not over" in words(send(committee, "/tables/year/2026", {}))
    assert committee.get("/tables/units-khac").status_code == 404


def test_asking_needs_a_fresh_sign_in(committee, staff_app) -> None:
    make_stale(committee)
    assert committee.get(f"/tables/units/{CID}").status_code == 302
    assert send(committee, f"/tables/units/{CID}", {}).status_code in {302, 401, 403}
    with staff_app.app_context(), unit_of_work() as session:
        assert tables.waiting(session) == []


@pytest.mark.parametrize("role", ["admin", "moderator", "auditor", "issuer"])
def test_others_do_not_come_in(staff, published, sign_in, role) -> None:
    sign_in(staff, role)
    assert staff.get("/tables/").status_code == 403


def test_the_public_sees_what_the_committee_sees(committee, decide, public) -> None:
    # given a table that is given and one that is not
    for kind in ("units", "severity"):
        send(committee, f"/tables/{kind}/{CID}", {})
    assert public.get(f"/tables/units-{CID}").status_code == 404
    decide()
    # then both are public, with their proofs
    assert "5–9" in words(public.get(f"/en/tables/units-{CID}"))
    assert "Nobody is told which of the two." in words(public.get(f"/en/tables/severity-{CID}"))
    listed = words(public.get("/en/results"))
    assert listed.count("Concerns by") == 2
    assert "Concerns by unit concerned" in words(public.get(f"/en/results/{CID}"))
    file = json.loads(public.get(f"/tables/units-{CID}/findings.json").get_data())
    assert file["publication"]["cells"] == [{"band": "5-9", "column": "P1", "row": "C1"}]
