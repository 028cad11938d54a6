"""The board of answers: what is published and nothing else, overdue as overdue, in both languages, without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.accounts.hand import Hand
from portal.concerns import service
from portal.concerns.people import members
from portal.concerns.service import Answer
from portal.web.runtime import unit_of_work
from tests.rounds import publish
from tests.web.public.support import Page

CID = "thu-2026"
DRAFT = "Lời nháp của tổ tiếp thu"


@pytest.fixture
def committee(staff_app, office, log, clock, atrest):
    """Answers as a member of the committee; concerns C1, C2 and D1 are published."""
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)

    def answer(code: str, state: str, text: str = "<p>Sẽ làm.</p>", days: int = 20, *, published: bool = True, **more):
        with staff_app.app_context(), unit_of_work() as session:
            member = members(session)[0].id
            due = clock.today() + timedelta(days=days)
            given = Answer(state, "Phòng số 1", due, text, published, owner_id=member, **more)
            concern = service.get(session, CID, code)
            service.answer(session, log, atrest, concern, given, hand=Hand(member, clock.today()))

    return answer


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    page = Page(answer.get_data(as_text=True))
    assert page.inline == []
    assert page.all("script") == []
    return " ".join(page.text.split())


def shown(text: str) -> set[str]:
    """Which of the three concerns the page lists."""
    names = {"C1": "Evading responsibility", "C2": "Passing the work on to others", "D1": "Many unplanned tasks"}
    return {code for code, name in names.items() if name in text}


def test_every_published_concern_stands_there_and_no_other(committee, public) -> None:
    text = text_of(public, f"/en/board/{CID}")
    assert shown(text) == {"C1", "C2", "D1"}
    assert text.count("No answer yet.") == 3
    assert text.count("To be acknowledged by 30 November 2026, answered by 23 December 2026") == 3
    # neither what stayed under the threshold nor praise
    assert "ability" not in text
    assert "dare" not in text.lower()


def test_answers_stand_by_their_day_with_what_is_promised(committee, public, clock) -> None:
    committee("C1", "studying", "<p>Đang xem.</p>", days=5)
    clock.advance(days=3)
    committee("C1", "accepted", "<p>Sẽ phân công <b>rõ</b>.</p>", days=40)
    text = text_of(public, f"/en/board/{CID}")
    assert "Promised by 5 January 2027" in text
    newest = text.index("26 November 2026: Accepted, by 5 January")
    older = text.index("23 November 2026: Being studied")
    assert newest < older
    assert "Sẽ phân công rõ." in text[newest:older]


def test_drafts_notes_and_names_stay_with_the_committee(committee, public) -> None:
    committee("C1", "declined", f"<p>{DRAFT}</p>", published=False, note=f"<p>{DRAFT}</p>")
    text = text_of(public, f"/en/board/{CID}")
    for hidden in (DRAFT, "Declined", "Committee", "committee@", "Phòng số 1"):
        assert hidden not in text
    assert "Being studied" in text


def test_what_is_late_is_said_and_nobody_is_named(committee, public, clock) -> None:
    committee("C1", "accepted", days=10)
    committee("C2", "declined")
    assert "Overdue" not in text_of(public, f"/en/board/{CID}")
    # when the promised day is past, and that for acknowledging the third
    clock.advance(days=11)
    text = text_of(public, f"/en/board/{CID}?state=overdue")
    assert shown(text) == {"C1", "D1"}
    assert text.count("Overdue ") >= 3
    assert "Phòng số 1" not in text
    assert "Committee" not in text
    assert "2 overdue" in text_of(public, "/en/board")


@pytest.mark.parametrize(
    ("state", "found"),
    [("accepted", {"C1"}), ("received", {"C2", "D1"}), ("done", set()), ("nonsense", {"C1", "C2", "D1"})],
)
def test_it_is_filtered_by_an_address(committee, public, state, found) -> None:
    committee("C1", "accepted")
    assert shown(text_of(public, f"/en/board/{CID}?state={state}")) == found


def test_home_and_results_lead_there(committee, public) -> None:
    for page, target in (("/", "/board"), ("/results", f"/board/{CID}"), (f"/results/{CID}", f"/board/{CID}")):
        assert f'href="{target}"' in public.get(page).get_data(as_text=True)
    assert f'href="/en/board/{CID}"' in public.get("/en/board").get_data(as_text=True)


def test_without_a_publication_there_is_no_board(public, office) -> None:
    assert public.get(f"/board/{CID}").status_code == 404
    assert public.get("/board/none").status_code == 404
    assert "Nothing has been published yet" in text_of(public, "/en/board")


def test_it_stands_in_vietnamese_at_the_plain_address(committee, public) -> None:
    page = public.get(f"/board/{CID}").get_data(as_text=True)
    assert '<html lang="vi"' in page
    assert re.search(r"Né tránh trách nhiệm", page)
