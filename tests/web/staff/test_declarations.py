"""A reader's word that nothing is left to do: asked for after closing, by form, kept in the log."""

from portal.consultations import service as consultations
from portal.ledger.log import kinds
from portal.web.runtime import unit_of_work
from tests.web.staff.steps import says, send

PAGE = "/moderation/"
DONE = "/moderation/thu-2026/done"


def close(staff_app, log, office) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, office.consultation))


def test_the_word_is_asked_for_after_closing_and_logged_once(staff, staff_app, office, log, sign_in) -> None:
    # given a moderator of an open consultation
    sign_in(staff, "moderator")
    assert DONE not in staff.get(PAGE).get_data(as_text=True)
    # when it is closed, the list asks, and the moderator answers twice
    close(staff_app, log, office)
    assert DONE in staff.get(PAGE).get_data(as_text=True)
    assert [send(staff, DONE, {}, page=PAGE).status_code for _ in range(2)] == [302, 302]
    # then the log holds one word, and the list no longer asks
    with staff_app.app_context(), unit_of_work() as session:
        assert kinds(session)["reading"] == 1
    page = staff.get(PAGE)
    assert DONE not in page.get_data(as_text=True)
    assert says(staff, page, "You have declared that nothing is left to do.")


def test_only_readers_may_give_it(staff, staff_app, office, log, sign_in) -> None:
    close(staff_app, log, office)
    sign_in(staff, "committee")
    assert send(staff, DONE, {}, page="/").status_code == 403
