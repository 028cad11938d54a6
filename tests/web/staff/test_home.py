"""The overview says what waits for each role, and no more than the role may know."""

import re

import pytest

from portal.ballots import issuers
from portal.consultations import service as consultations
from portal.ledger.log import Log
from portal.submissions import service as submissions
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.ballots.statements import NAME, UNTIL, draft_with_ballots, hand_pair
from tests.web.staff.steps import says, send, text_of

TITLE = "Góp ý có phiếu"


@pytest.fixture
def busy(staff_app, office, log: Log, clock):
    """The office with two comments in the log of its open consultation."""
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        for _ in range(2):
            sealed, raw = office.seal()
            submissions.accept(
                session, log, clock, row, envelope=sealed, locator_hash=raw.ljust(32, b"\0"), promise_days=2
            )
        sequence_groups(session, log, [row.id])
    return office


def test_a_moderator_sees_how_many_comments_wait(staff, busy, sign_in) -> None:
    sign_in(staff, "moderator")
    page = staff.get("/")
    assert 'href="/moderation/thu-2026"' in text_of(page)
    assert re.search(r'entry__title">[^<]*\b2\b', text_of(page))


def test_a_moderator_without_a_key_is_asked_to_make_one(staff, people, sign_in) -> None:
    sign_in(staff, "moderator")
    page = staff.get("/")
    assert says(staff, page, "Make your key")


def test_an_administrator_sees_drafts_readers_and_invitations(admin, staff_app) -> None:
    page = admin.get("/")
    assert says(admin, page, "Fewer than two moderators have a key")
    assert says(admin, page, "No consultation is being prepared or open")
    person = {"email": "new@example.org", "name": "Người Mới", "locale": "vi", "roles": ["auditor"]}
    send(admin, "/accounts/new", person)
    assert "Người Mới" in text_of(admin.get("/"))


def test_an_administrator_is_told_to_close_what_is_over(staff, office, sign_in, clock) -> None:
    sign_in(staff, "admin")
    assert not says(staff, staff.get("/"), "The last day is past: close it")
    clock.advance(days=15)
    sign_in(staff, "admin")  # the session has ended meanwhile
    assert says(staff, staff.get("/"), "The last day is past: close it")


def test_the_committee_hears_of_the_closed_consultation_but_not_of_counts(staff, staff_app, busy, sign_in, log) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, busy.consultation))
    sign_in(staff, "committee")
    page = staff.get("/")
    assert says(staff, page, "Closed; the moderators are still categorising")
    assert "Góp ý thử" in text_of(page)
    assert "/moderation/" not in text_of(page)


def test_an_empty_consultation_has_nothing_to_publish(staff, staff_app, office, sign_in, log) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, office.consultation))
    sign_in(staff, "committee")
    assert says(staff, staff.get("/"), "Closed without a comment: there is nothing to publish")


def test_everybody_is_asked_for_a_second_step_until_it_is_there(staff, people, sign_in) -> None:
    sign_in(staff, "issuer")
    assert 'href="/tf-setup"' in text_of(staff.get("/"))


def test_everybody_sees_what_is_under_way_but_no_draft(staff, staff_app, office, sign_in, clock) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        names = set(consultations.ConsultationDraft.__dataclass_fields__) - {"units", "id", "title_vi"}
        values = {name: getattr(row, name) for name in names}
        draft = consultations.ConsultationDraft(id="con-kin", title_vi="Vòng còn kín", **values)
        consultations.save_draft(session, draft)
    for role in ("issuer", "moderator", "auditor"):
        sign_in(staff, role)
        page = text_of(staff.get("/"))
        assert "Góp ý thử" in page
        assert "Vòng còn kín" not in page
        send(staff, "/logout")


def test_issuers_and_administrators_hear_of_terms_and_lists(staff, staff_app, office, sign_in, log, clock) -> None:
    pair, page = hand_pair(), f'href="/ballots/{NAME}"'

    def seen(role: str, sentence: str) -> bool:
        sign_in(staff, role)
        answer = staff.get("/")
        send(staff, "/logout")
        return says(staff, answer, sentence, title=TITLE) and page in text_of(answer)

    needs = {
        "issuer": ("The draft “%(title)s” waits for your terms", "Your list is due: “%(title)s”"),
        "admin": ("The issuers of “%(title)s” are not ready", "Issuers' lists are missing: “%(title)s”"),
    }
    # given a draft that one issuer has joined
    with staff_app.app_context(), unit_of_work() as session:
        row = draft_with_ballots(session, office.kids)
        issuers.register(session, row, pair[0].terms())
    assert all(seen(role, terms) for role, (terms, _) in needs.items())
    assert not seen("moderator", needs["issuer"][0])
    # when the other one joins and the consultation opens, nothing waits while ballots are collected
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, NAME)
        issuers.register(session, row, pair[1].terms())
        issuers.open_consultation(session, log, row, today=clock.today(), wanted=2)
    assert not any(seen(role, words) for role, both in needs.items() for words in both)
    # then the lists are due, until both have come
    clock.advance(days=(UNTIL - clock.today()).days + 1)
    for one in pair:
        assert all(seen(role, due) for role, (_, due) in needs.items())
        with staff_app.app_context(), unit_of_work() as session:
            row = consultations.get(session, NAME)
            issuers.take_closing(session, log, row, one.closing(), today=clock.today())
    assert not any(seen(role, words) for role, both in needs.items() for words in both)
