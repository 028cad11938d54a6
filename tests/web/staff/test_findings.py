"""Findings for the committee: what waits, publishing knowingly and freshly, what was published."""

import json
import re

import pytest

from portal.consultations import service as consultations
from portal.findings import service
from portal.moderation import service as moderation
from portal.moderation.readings import declare_done
from portal.web.runtime import unit_of_work
from tests.rounds import CODINGS, close, code_all, moderator, places
from tests.web.staff.steps import make_stale, says, send, text_of

CID = "thu-2026"


@pytest.fixture
def closed(staff_app, office, log, clock, atrest):
    """Closed; every comment has a coding but the last one."""
    with staff_app.app_context(), unit_of_work() as session:
        row = close(session, log, clock, office)
        account = moderator(session)
        for index, raw in list(zip(places(session), CODINGS, strict=True))[:-1]:
            moderation.code(session, log, atrest, account, row, index=index, raw=raw)
    return office


@pytest.fixture
def coded(staff_app, closed, log, atrest):
    """And now all."""
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, CID)
        last = places(session)[-1]
        moderation.code(session, log, atrest, moderator(session), row, index=last, raw=CODINGS[-1])
    return closed


@pytest.fixture
def committee(staff, office, sign_in):
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def publish(client, **more):
    return send(client, f"/findings/{CID}/publish", more)


def state(staff_app) -> str:
    with staff_app.app_context(), unit_of_work() as session:
        return consultations.get(session, CID).state


def test_the_list_says_how_far_moderation_is_and_no_more(committee, closed) -> None:
    page = words(committee.get("/findings/"))
    assert "Categorised: 95%" in page
    # given 23 of 24 coded, and a period that begins on the 23rd
    assert not re.search(r"(?<![/\d])2[34](?![/\d])", re.sub(r"<[^>]+>", " ", page))


def test_the_page_before_publishing_says_what_will_happen(committee, coded) -> None:
    page = words(committee.get(f"/findings/{CID}/publish"))
    for said in ("at least 5 comments", "5–9", "50 or more", "at least 10 people", "at least 10 comments", "for good"):
        assert said in page
    assert "Only groups of concerns" not in page


def test_few_comments_are_announced_as_themes_only(committee, staff_app, office, log, clock, atrest) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        row = close(session, log, clock, office, comments=12)
        code_all(session, log, atrest, row, [{"categories": ["C1"]}] * 12)
    assert "Only groups of concerns will be shown" in words(committee.get(f"/findings/{CID}/publish"))


def test_publishing_shows_the_rows_and_opens_concerns(committee, staff_app, coded) -> None:
    answer = publish(committee)
    assert answer.location == f"/findings/{CID}"
    page = words(committee.get(answer.location))
    assert "10–14" in page
    assert "Evading responsibility" in page
    assert "Limited ability" not in page
    assert state(staff_app) == "published"
    assert "Passing the work on" in words(committee.get("/concerns/"))


def test_publishing_twice_is_impossible(committee, coded) -> None:
    assert publish(committee).status_code == 302
    assert publish(committee).status_code == 409
    assert committee.get(f"/findings/{CID}/publish").location == f"/findings/{CID}"


def test_uncoded_comments_stop_it_until_every_reader_has_given_their_word(committee, staff_app, closed, log) -> None:
    for name in ("moderator", "moderator2"):
        assert publish(committee).status_code == 409
        assert state(staff_app) == "closed"
        with staff_app.app_context(), unit_of_work() as session:
            declare_done(session, log, moderator(session, name), consultations.get(session, CID))
    assert publish(committee).status_code == 302
    assert state(staff_app) == "published"


def test_an_old_sign_in_publishes_nothing(committee, staff_app, coded, settings) -> None:
    make_stale(committee, settings.fresh_minutes * 60 + 1)
    assert "/verify" in committee.get(f"/findings/{CID}/publish").location
    assert publish(committee).status_code == 403
    assert state(staff_app) == "closed"


def test_no_token_no_publishing(committee, staff_app, coded) -> None:
    assert committee.post(f"/findings/{CID}/publish").status_code == 422
    assert state(staff_app) == "closed"


@pytest.mark.parametrize("role", ["admin", "moderator", "auditor", "issuer"])
def test_nobody_else_enters(staff, office, sign_in, coded, role) -> None:
    sign_in(staff, role)
    for path in ("/findings/", f"/findings/{CID}", f"/findings/{CID}/publish", "/concerns/", "/reports/"):
        assert staff.get(path).status_code == 403


def test_findings_json_is_the_public_one(committee, public, coded) -> None:
    publish(committee)
    answer = committee.get(f"/findings/{CID}/findings.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="findings-{CID}.json"'
    assert answer.data == public.get(f"/results/{CID}/findings.json").data
    assert json.loads(answer.data)["publication"]["consultation"] == CID


def test_what_is_not_published_has_no_page(committee, coded) -> None:
    for path in (f"/findings/{CID}", f"/findings/{CID}/findings.json", "/findings/none", "/findings/none/publish"):
        assert committee.get(path).status_code == 404


def test_the_link_to_the_public_page_is_on_its_own_origin(committee, coded) -> None:
    publish(committee)
    assert f'href="http://localhost/results/{CID}"' in committee.get(f"/findings/{CID}").get_data(as_text=True)


def test_an_exact_count_never_reaches_a_page(committee, staff_app, coded) -> None:
    publish(committee)
    with staff_app.app_context(), unit_of_work() as session:
        exact = service.get(session, CID).counts_sealed
    pages = "".join(words(committee.get(path)) for path in (f"/findings/{CID}", "/concerns/", f"/concerns/{CID}/C1"))
    # given 12 comments on C1, 14 on D1, 6 on C2: none of these numbers is said of them
    for count in (">12<", ">14<", ">6<", " 12 comments", " 14 comments", " 6 comments"):
        assert count not in pages
    assert exact


def test_a_closed_consultation_without_a_comment_says_that_nothing_can_be_published(
    committee, staff_app, office, session, log, clock
) -> None:
    close(session, log, clock, office, comments=0)
    session.commit()
    page = committee.get("/findings/")
    assert says(committee, page, "No comment came in, so that there is nothing to publish.")
    assert "<progress" not in page.get_data(as_text=True)
