"""What a registrar does besides the steps: a notice with the keys, erasing a roster, and pressing a button twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.crypto.blindrsa import key_id
from portal.crypto.statements import read_closing
from portal.issuing import claims, rounds
from portal.issuing.models import Card, Person
from portal.issuing.store import work
from tests.issuing.support import CONSULTATION, one_round
from tests.issuing.support import Person as Somebody

ROUND = f"/desk/rounds/{CONSULTATION}"


def people(engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.fixture
def closed(desk, engine, issuer, clock, today):
    """One collected, one drew cards, the list is signed; returns the list's bytes."""
    key, codes = one_round(engine, issuer, today, people=5, cards=6)
    with work(engine) as session:
        row, one = rounds.get(session, CONSULTATION), Somebody("CB001", codes["CB001"], key)
        claims.note(session, row, one.asked, today=today)
        claims.hand_cards(session, row, "CB002", today=today)
    clock.advance(days=7)
    desk.unlock()
    assert desk.post(f"{ROUND}/close", page=ROUND).status_code == 302
    return desk.client.get(f"/rounds/{CONSULTATION}/closing.json").get_data()


def test_an_erased_roster_leaves_what_was_signed(desk, engine, issuer, closed, tmp_path) -> None:
    # given a round that is over
    assert "erase" in desk.get(ROUND) and "CB" not in desk.get(f"{ROUND}/erase")
    before = rounds_figures(engine)
    # when its roster is erased
    assert desk.post(f"{ROUND}/erase").headers["Location"] == ROUND
    # then nobody is there, in no byte of the store's files
    assert people(engine) == 0
    for path in tmp_path.glob("issuer.sqlite3*"):
        assert "Người 3".encode() not in path.read_bytes(), path
    # and the list, the figures, units and fingerprint are those from before
    assert desk.client.get(f"/rounds/{CONSULTATION}/closing.json").get_data() == closed
    assert read_closing(closed, issuer.identity.verifier).cards == 3
    assert rounds_figures(engine) == before
    page = desk.get(ROUND)
    assert "Phòng 1" in page and "1/5" in page and f"{ROUND}/erase" not in page
    assert desk.get("/desk/") and desk.get(f"{ROUND}/notice")
    # and a second time there is nothing to do
    assert "<form method=\"post\">" not in desk.get(f"{ROUND}/erase")


def rounds_figures(engine) -> rounds.Figures:
    with Session(engine) as session:
        return rounds.figures(session, rounds.get(session, CONSULTATION))


def test_a_roster_that_is_needed_is_not_erased(desk, engine, issuer, today) -> None:
    one_round(engine, issuer, today)
    assert desk.client.get(f"{ROUND}/erase").status_code == 409
    assert desk.post(f"{ROUND}/erase", page=ROUND).status_code == 409
    assert people(engine) == 5


def test_the_notice_shows_the_keys_that_the_portal_shows(desk, engine, issuer, today) -> None:
    key, _ = one_round(engine, issuer, today)
    page = desk.get(f"{ROUND}/notice").replace("</span> <span>", "").replace("</span><span>", "")
    assert key_id(key) in page and str(issuer.identity.verifier).replace("+", "&#43;") in page.replace("+", "&#43;")
    assert "Văn phòng" in page and "print" in page


def test_there_is_no_notice_before_the_terms_are_signed(desk, engine, issuer, today) -> None:
    one_round(engine, issuer, today)
    with work(engine) as session:
        rounds.reopen(session, rounds.get(session, CONSULTATION))
    assert desk.client.get(f"{ROUND}/notice").status_code == 409


def test_a_button_pressed_twice_on_one_page_voids_nothing(desk, engine, issuer, today) -> None:
    # given a page for half-cards that was opened before any were made
    one_round(engine, issuer, today)
    with work(engine) as session:
        rounds.reopen(session, rounds.get(session, CONSULTATION))
    wanted = {"count": 6, "letter": "A", "language": "vi", "made": "0"}
    assert desk.post(f"{ROUND}/cards/", **wanted).mimetype == "application/pdf"
    with Session(engine) as session:
        before = set(session.scalars(select(Card.key_sha256)))
    # when its button is pressed again, then nothing is made; from a fresh page they are
    again = desk.post(f"{ROUND}/cards/", **wanted)
    assert again.status_code == 422 and 'name="made" value="6"' in again.get_data(as_text=True)
    with Session(engine) as session:
        assert set(session.scalars(select(Card.key_sha256))) == before
    assert desk.post(f"{ROUND}/cards/", **{**wanted, "made": "6"}).mimetype == "application/pdf"
    # and slips are offered for those without a code first
    page = desk.get(f"{ROUND}/codes/")
    assert page.index('value="missing" checked') < page.index('value="all"')
