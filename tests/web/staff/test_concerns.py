"""Concerns: paraphrases only where they are safe, an answer kept or published, days that are owed."""

import pytest
from icalendar import Calendar

from portal.concerns import service
from portal.concerns.people import members
from portal.web.runtime import unit_of_work
from tests.web.staff.steps import make_stale, refuses, send, text_of

CID = "thu-2026"
GOOD = {
    "state": "accepted",
    "owner": "Văn phòng",
    "owner_id": "",
    "due": "2026-12-20",
    "text": "Sẽ phân công **rõ**.\n\n- một",
    "note": "",
}


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def answer(client, code: str = "C1", **over):
    return send(client, f"/concerns/{CID}/{code}", {**GOOD, **over})


def stored(staff_app, code: str = "C1"):
    with staff_app.app_context(), unit_of_work() as session:
        return service.get(session, CID, code)


def test_large_rows_show_a_few_paraphrases_each_once(committee) -> None:
    first, second = (words(committee.get(f"/concerns/{CID}/{code}")) for code in ("C1", "D1"))
    for page in (first, second):
        assert 0 < page.count('<div class="stack" lang="vi">') <= 5
        assert "Một mình" not in page
    assert "Có hồ sơ để lâu" in first


def test_a_row_under_the_paraphrase_threshold_shows_none(committee) -> None:
    page = words(committee.get(f"/concerns/{CID}/C2"))
    assert "begins at 10 or more" in page
    assert "chuyển qua lại" not in page


def test_the_usual_remedy_is_shown(committee) -> None:
    assert "part II.2" in words(committee.get(f"/concerns/{CID}/C1"))


def test_an_answer_is_kept_without_anyone_else_seeing_it(committee, public, staff_app) -> None:
    assert answer(committee).status_code == 302
    page = committee.get(f"/concerns/{CID}/C1").get_data(as_text=True)
    assert "Sẽ phân công **rõ**.\n\n- một</textarea>" in page
    assert "phân công" not in public.get(f"/results/{CID}").get_data(as_text=True)
    assert stored(staff_app).action_leaf is None


def test_a_published_answer_stands_beside_the_results(committee, public, staff_app) -> None:
    assert answer(committee, published="y").status_code == 302
    page = public.get(f"/results/{CID}").get_data(as_text=True)
    assert "<p>Sẽ phân công <strong>rõ</strong>.</p><ul><li>một</li></ul>" in page
    assert stored(staff_app).action_leaf is not None


def test_markup_of_the_writer_is_shown_and_not_obeyed(committee, public) -> None:
    answer(committee, published="y", text='<img src=x onerror=alert(1)> <a href="https://x.example">x</a>')
    page = public.get(f"/results/{CID}").get_data(as_text=True)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"state": ""}, "Choose a state"),
        ({"state": "ignored"}, "Not a valid choice"),
        ({"due": ""}, "Enter the day"),
        ({"due": "20/12/2026"}, "Not a valid date"),
        ({"text": "", "published": "y"}, "Write the answer before publishing it"),
        ({"state": "received", "published": "y"}, "more than received"),
        ({"text": "a" * 4001}, "At most 4000 characters"),
        ({"owner": "a" * 121}, "At most 120 characters"),
        ({"owner_id": "1"}, "Not a valid choice"),
        ({"note": "a" * 2001}, "At most 2000 characters"),
    ],
)
def test_a_wrong_answer_is_explained_and_stays_in_the_form(committee, staff_app, over, said) -> None:
    page = answer(committee, **over)
    assert page.status_code == 422
    assert said in words(page)
    assert over.get("text", GOOD["text"])[:20] in page.get_data(as_text=True)
    assert stored(staff_app).state == "received"


def test_every_reason_against_publishing_is_said_at_once(committee) -> None:
    page = words(answer(committee, text="", state="received", published="y"))
    assert "Write the answer before publishing it" in page
    assert "more than received" in page


def test_an_old_sign_in_publishes_nothing_and_loses_nothing(committee, staff_app, settings) -> None:
    make_stale(committee, settings.fresh_minutes * 60 + 1)
    answered = answer(committee, published="y")
    assert answered.status_code == 422
    assert "too long ago" in words(answered)
    assert "Sẽ phân công **rõ**" in answered.get_data(as_text=True)
    assert stored(staff_app).published is False
    # but what nobody else sees can be kept
    assert answer(committee).status_code == 302


def test_what_is_owed_and_late_is_said(committee, clock, sign_in) -> None:
    assert "late" not in words(committee.get("/concerns/"))
    answer(committee, code="D1", state="explained", published="y")
    clock.advance(days=8)
    sign_in(committee, "committee")  # the session has ended meanwhile
    committee.get("/language/en")
    page = words(committee.get(f"/concerns/{CID}"))
    assert page.count("1 day late") == 2
    assert "Nothing more" in page
    # and so say the overview and the navigation of every page
    home = words(committee.get("/"))
    assert "2 concerns are overdue" in home
    assert '<span class="badge">2<span class="visually-hidden"> overdue</span>' in committee.get("/account/").get_data(
        as_text=True
    )


def test_only_states_that_may_follow_are_offered(committee) -> None:
    assert 'value="done"' not in committee.get(f"/concerns/{CID}/C1").get_data(as_text=True)
    assert "Not a valid choice" in words(answer(committee, state="done"))
    answer(committee)
    page = committee.get(f"/concerns/{CID}/C1").get_data(as_text=True)
    assert 'value="done"' in page
    assert 'value="received"' not in page


def test_the_history_says_who_and_when_and_shows_the_note(committee, public, staff_app) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        mine = str(members(session)[0].id)
    answer(committee, state="studying", note="Đã hỏi *Phòng số 1*.", owner_id=mine)
    page = words(committee.get(f"/concerns/{CID}/C1"))
    assert "<strong>23/11/2026</strong> <span>Committee</span>" in page
    assert "<p>Đã hỏi <em>Phòng số 1</em>.</p>" in page
    assert "Committee" in words(committee.get(f"/concerns/{CID}"))
    assert "Phòng số 1" not in public.get(f"/board/{CID}").get_data(as_text=True)


def test_taking_back_needs_a_recent_sign_in_and_leaves_a_public_trace(committee, public, staff_app, settings) -> None:
    answer(committee, published="y")
    page = f"/concerns/{CID}/C1"
    make_stale(committee, settings.fresh_minutes * 60 + 1)
    assert refuses(committee, send(committee, f"{page}/take-back"), "not-fresh")
    assert stored(staff_app).published
    make_stale(committee, -settings.fresh_minutes * 60 - 1)
    assert send(committee, f"{page}/take-back").status_code == 302
    shown = public.get(f"/en/board/{CID}").get_data(as_text=True)
    assert "phân công" not in shown
    assert "The committee took its answer back." in shown
    assert refuses(committee, send(committee, f"{page}/take-back"), "concern-not-published")


def test_the_calendar_is_a_download_of_a_signed_in_member(committee, staff_app, clock) -> None:
    file = committee.get("/concerns/calendar.ics")
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="concerns.ics"'
    calendar = Calendar.from_ical(file.get_data())
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    # given three concerns to acknowledge within five working days
    assert set(events) == {f"concern-{CID}-{code}@log.example.org" for code in ("C1", "C2", "D1")}
    assert {event["dtstart"].dt.isoformat() for event in events.values()} == {"2026-11-30"}
    # when one is answered and promised, then its event keeps its name and moves
    answer(committee, published="y")
    again = Calendar.from_ical(committee.get("/concerns/calendar.ics").get_data())
    moved = next(event for event in again.walk("VEVENT") if "-C1@" in event["uid"])
    assert (moved["dtstart"].dt.isoformat(), str(moved["summary"])[:11]) == ("2026-12-20", "To be done:")
    # and whoever is not signed in is sent to sign in, whatever stands in the address
    stranger = staff_app.test_client()
    assert stranger.get("/concerns/calendar.ics?token=x").status_code == 302


def test_what_was_not_published_is_no_concern(committee) -> None:
    for path in (f"/concerns/{CID}/C9", f"/concerns/{CID}/C12", f"/concerns/{CID}/P1", "/concerns/none/C1"):
        assert committee.get(path).status_code == 404
