"""Concerns: paraphrases only where they are safe, an answer kept or published, days that are owed."""

import pytest

from portal.concerns import service
from portal.web.runtime import unit_of_work
from tests.rounds import publish
from tests.web.staff.steps import make_stale, send, text_of

CID = "thu-2026"
GOOD = {"state": "accepted", "owner": "Văn phòng", "due": "2026-12-20", "text": "Sẽ phân công **rõ**.\n\n- một"}


@pytest.fixture
def committee(staff, staff_app, office, log, clock, atrest, sign_in):
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


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


def test_what_is_owed_and_late_is_said(committee, clock) -> None:
    assert "Overdue" not in words(committee.get("/concerns/"))
    answer(committee, code="D1", state="explained", published="y")
    clock.advance(days=8)
    committee.get("/concerns/")
    page = words(committee.get(f"/concerns/{CID}"))
    assert page.count("Overdue") == 2
    assert "Nothing more" in page


def test_what_was_not_published_is_no_concern(committee) -> None:
    for path in (f"/concerns/{CID}/C9", f"/concerns/{CID}/C12", f"/concerns/{CID}/P1", "/concerns/none/C1"):
        assert committee.get(path).status_code == 404
