"""The room of ballots: issuers come onto a draft, are compared, stand after opening; lists come, or are asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import io

import pytest

from portal.ballots import issuers
from portal.ballots.fetching import LIMIT
from portal.consultations import service as consultations
from portal.crypto.blindrsa import key_id
from portal.crypto.statements import read_terms
from portal.factory import create_staff_app
from portal.ledger import log as ledger
from portal.web.runtime import unit_of_work
from tests.ballots.statements import NAME, UNTIL, HandIssuer, draft_with_ballots, hand_pair, hashes
from tests.ballots.web_issuer import web_issuer
from tests.web.staff.steps import fields_of, refuses, says, send, text_of

PAGE = f"/ballots/{NAME}"


@pytest.fixture
def pair():
    return hand_pair()


@pytest.fixture
def drafted(staff_app, office):
    """A draft with ballots and no issuer."""
    with staff_app.app_context(), unit_of_work() as session:
        draft_with_ballots(session, office.kids)
    return office


@pytest.fixture
def desk(staff, drafted, sign_in):
    """A client signed in as an issuer's person; the draft has no issuer yet."""
    sign_in(staff, "issuer")
    return staff


@pytest.fixture
def over(staff_app, drafted, log, clock, pair):
    """The consultation open, its collecting over, no list yet; returns the issuers."""
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, NAME)
        for one in pair:
            issuers.register(session, row, one.terms(cards=hashes(3, one.issuer)))
        issuers.open_consultation(session, log, row, today=clock.today(), wanted=2)
    clock.advance(days=(UNTIL - clock.today()).days + 1)
    return pair


def upload(statement: bytes, name: str = "terms.json") -> dict[str, object]:
    return {"file": (io.BytesIO(statement), name)}


def there(app) -> dict[str, int | None]:
    """Issuers of the consultation and how much each issued."""
    with app.app_context(), unit_of_work() as session:
        return {one.issuer: one.issued for one in consultations.get(session, NAME).issuers}


def grouped(digest: str) -> str:
    """As the macro of fingerprints writes it."""
    return " ".join(f"<span>{digest[place : place + 4]}</span>" for place in range(0, len(digest), 4))


def test_terms_come_as_a_file_or_as_text(desk, staff_app, pair) -> None:
    assert send(desk, f"{PAGE}/terms", upload(pair[0].terms())).location == PAGE
    assert send(desk, f"{PAGE}/terms", {"text": f"\n {pair[1].terms().decode()} \n"}).location == PAGE
    assert there(staff_app) == {"thanh-tra": None, "van-phong": None}


def test_the_page_shows_what_people_compare(desk, pair) -> None:
    send(desk, f"{PAGE}/terms", upload(pair[0].terms(cards=hashes(6))))
    page = text_of(desk.get(PAGE))
    terms = read_terms(pair[0].terms()).terms
    identity = hashlib.sha256(pair[0].signer.verifier.public_key).hexdigest()
    for digest in (identity, key_id(terms.public_key), terms.roster_sha256):
        assert grouped(digest) in page
    assert "Nơi cấp thanh-tra" in page
    assert "https://thanh-tra.example.vn" in page
    assert "<dd>6</dd>" in page
    assert says(desk, desk.get(PAGE), "Before it can be opened")


def test_the_page_says_when_everything_fits(desk, pair) -> None:
    for one in pair:
        send(desk, f"{PAGE}/terms", upload(one.terms()))
    assert says(desk, desk.get(PAGE), "The issuers fit the draft")


def test_what_does_not_fit_is_said_with_figures(desk, pair) -> None:
    first, second = pair
    send(desk, f"{PAGE}/terms", upload(first.terms()))
    send(desk, f"{PAGE}/terms", upload(second.terms(each=2, roster_size=74, cards=hashes(2))))
    page = desk.get(PAGE)
    sizes = "Nơi cấp thanh-tra: 75, Nơi cấp van-phong: 74"
    counts = "Nơi cấp thanh-tra: 0, Nơi cấp van-phong: 2"
    assert says(
        desk,
        page,
        "The issuers' rosters differ (%(sizes)s people). Let both import the same file and make their terms again.",
        sizes=sizes,
    )
    assert counts in text_of(page)
    assert says(
        desk,
        page,
        "%(name)s gives %(each)s for everyone from %(first)s to %(last)s",
        name="Nơi cấp van-phong",
        each=2,
        first="25/11/2026",
        last="04/12/2026",
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"text": "{}"}, "issuer-statement-malformed"),
        ({"text": "", "file": (io.BytesIO(b""), "")}, "issuer-statement-missing"),
        ({}, "issuer-statement-missing"),
    ],
)
def test_what_is_no_statement_is_refused_and_stays_in_the_form(desk, staff_app, typed, code) -> None:
    answer = send(desk, f"{PAGE}/terms", dict(typed))
    assert answer.status_code == 422
    assert refuses(desk, answer, code)
    assert fields_of(answer)["text"] == [typed.get("text", "")]
    assert there(staff_app) == {}


def test_an_impostor_is_refused_on_the_page(desk, staff_app, pair) -> None:
    send(desk, f"{PAGE}/terms", upload(pair[0].terms()))
    answer = send(desk, f"{PAGE}/terms", upload(HandIssuer("thanh-tra", 3).terms()))
    assert answer.status_code == 422
    assert refuses(desk, answer, "issuer-name-taken")


def test_statements_of_large_offices_are_read_and_larger_ones_are_not(desk, staff_app, pair) -> None:
    # given terms with so many half-cards that they exceed what other forms may send
    large = pair[0].terms(cards=hashes(3000))
    assert 64 * 1024 < len(large) < LIMIT
    assert send(desk, f"{PAGE}/terms", upload(large)).location == PAGE
    assert send(desk, f"{PAGE}/terms", {"text": large.decode()}).location == PAGE
    # then more than the limit is refused, and a visitor without a sign-in may not send that much at all
    assert send(desk, f"{PAGE}/terms", upload(b"x" * (LIMIT + 100_000))).status_code == 413
    token = {"csrf_token": "x"}
    assert staff_app.test_client().post(f"{PAGE}/terms", data={**token, **upload(large)}).status_code == 413


def test_an_issuer_is_taken_off_a_draft(desk, staff_app, pair) -> None:
    send(desk, f"{PAGE}/terms", upload(pair[0].terms()))
    assert send(desk, f"{PAGE}/issuers/thanh-tra/remove").location == PAGE
    assert there(staff_app) == {}
    assert send(desk, f"{PAGE}/issuers/thanh-tra/remove").status_code == 404


def test_terms_are_fetched_from_the_issuers_address(desk, staff_app, pair) -> None:
    with web_issuer() as served:
        served.answers = {f"/rounds/{NAME}/terms.json": pair[0].terms()}
        assert send(desk, f"{PAGE}/terms/fetch", {"address": f"{served.address}/"}).location == PAGE
    assert there(staff_app) == {"thanh-tra": None}


def test_an_address_that_gives_nothing_stays_in_the_form(desk, staff_app) -> None:
    with web_issuer() as served:
        answer = send(desk, f"{PAGE}/terms/fetch", {"address": served.address})
        assert refuses(desk, answer, "issuer-unreachable")
        assert fields_of(answer)["address"] == [served.address]
        served.answers = {f"/rounds/{NAME}/terms.json": b"<html>"}
        answer = send(desk, f"{PAGE}/terms/fetch", {"address": served.address})
        assert refuses(desk, answer, "issuer-statement-malformed")
    assert refuses(desk, send(desk, f"{PAGE}/terms/fetch", {"address": "phieu"}), "issuer-address-malformed")
    assert there(staff_app) == {}


def test_after_opening_nothing_can_be_added_fetched_or_removed(staff, over, staff_app, sign_in) -> None:
    sign_in(staff, "issuer")
    page = text_of(staff.get(PAGE))
    assert "/remove" not in page
    assert "/terms" not in page
    with web_issuer() as served:
        for path, data in (
            ("terms", upload(over[0].terms(roster_size=70))),
            ("terms", upload(HandIssuer("cong-doan", 3).terms())),
            ("terms/fetch", {"address": served.address}),
            ("issuers/thanh-tra/remove", {}),
        ):
            answer = send(staff, f"{PAGE}/{path}", data)
            assert refuses(staff, answer, "consultation-frozen"), path
        assert served.asked == []
    assert there(staff_app) == {"thanh-tra": None, "van-phong": None}


def test_a_list_is_handed_in_as_a_file(staff, over, staff_app, sign_in) -> None:
    sign_in(staff, "issuer")
    assert says(staff, staff.get(PAGE), "Waiting for the issuers' lists")
    assert send(staff, f"{PAGE}/lists", upload(over[0].closing(4, 2))).location == PAGE
    assert there(staff_app) == {"thanh-tra": 4, "van-phong": None}
    assert refuses(staff, send(staff, f"{PAGE}/lists", upload(over[0].closing(5))), "issuer-closed-already")
    assert refuses(staff, send(staff, f"{PAGE}/lists", upload(over[1].closing(226))), "issuer-issued-too-many")
    assert send(staff, f"{PAGE}/lists", {"text": over[1].closing(9, 3).decode()}).location == PAGE
    page = staff.get(PAGE)
    assert says(staff, page, "All lists stand in the log")
    cells = text_of(page).split("<tbody")[1]
    for figure in ("4", "2", "9", "3", "225"):
        assert f">{figure}</td>" in cells


def test_lists_are_asked_for_and_who_gave_none_is_named(staff, staff_app, drafted, log, clock, sign_in, pair) -> None:
    with web_issuer() as first, web_issuer() as second:
        with staff_app.app_context(), unit_of_work() as session:
            row = consultations.get(session, NAME)
            for one, served in zip(pair, (first, second), strict=True):
                one.address = served.address
                issuers.register(session, row, one.terms())
            issuers.open_consultation(session, log, row, today=clock.today(), wanted=2)
        sign_in(staff, "admin")
        # while ballots are collected nobody is asked
        assert refuses(staff, send(staff, f"{PAGE}/lists/fetch"), "consultation-still-collecting")
        assert first.asked == []
        clock.advance(days=(UNTIL - clock.today()).days + 1)
        sign_in(staff, "admin")  # the session has ended meanwhile
        first.answers = {f"/rounds/{NAME}/closing.json": pair[0].closing(7)}
        answer = send(staff, f"{PAGE}/lists/fetch", follow_redirects=True)
    assert there(staff_app) == {"thanh-tra": 7, "van-phong": None}
    assert refuses(staff, answer, "issuer-unreachable")
    assert "Nơi cấp van-phong:" in text_of(answer)
    assert "Nơi cấp thanh-tra:" not in text_of(answer)


def test_the_list_shows_where_each_consultation_stands(staff, over, sign_in) -> None:
    sign_in(staff, "issuer")
    page = staff.get("/ballots/")
    assert f'href="{PAGE}"' in text_of(page)
    assert "Góp ý thử" not in text_of(page), "a consultation without ballots has no business here"
    assert says(staff, page, "Waiting for the issuers' lists")


def test_an_empty_room_says_so(staff, office, sign_in) -> None:
    sign_in(staff, "issuer")
    assert says(staff, staff.get("/ballots/"), "No consultation has ballots yet.")
    assert staff.get("/ballots/thu-2026").status_code == 409
    assert staff.get("/ballots/nothing").status_code == 404


@pytest.mark.parametrize("role", ["moderator", "committee", "auditor"])
def test_nobody_else_enters(staff, drafted, sign_in, pair, role) -> None:
    sign_in(staff, role)
    for path in ("/ballots/", PAGE):
        assert staff.get(path).status_code == 403
    assert send(staff, f"{PAGE}/terms", upload(pair[0].terms())).status_code == 403
    assert 'href="/ballots/"' not in text_of(staff.get("/"))


# The administrator's pages of a consultation


@pytest.fixture
def admin_desk(staff, drafted, sign_in):
    sign_in(staff, "admin")
    return staff


def test_a_draft_is_opened_with_its_issuers_and_not_without(admin_desk, staff_app, pair, log) -> None:
    # given a draft of which one issuer is missing
    send(admin_desk, f"{PAGE}/terms", upload(pair[0].terms()))
    answer = send(admin_desk, f"/consultations/{NAME}/open")
    assert (answer.status_code, refuses(admin_desk, answer, "consultation-needs-issuers")) == (409, True)
    # when the other one is there
    send(admin_desk, f"{PAGE}/terms", upload(pair[1].terms()))
    page = text_of(admin_desk.get(f"/consultations/{NAME}/open"))
    # then the page that asks shows what is frozen
    assert "Nơi cấp thanh-tra" in page and "Nơi cấp van-phong" in page
    assert f'href="{PAGE}"' in page
    assert send(admin_desk, f"/consultations/{NAME}/open").location == f"/consultations/{NAME}"
    with staff_app.app_context(), unit_of_work() as session:
        kinds = ledger.kinds(session)
        assert (kinds["issuer-key"], kinds["roster"]) == (2, 2)
    assert says(admin_desk, admin_desk.get(f"/consultations/{NAME}"), "Everyone with a ballot")


def test_one_issuer_opens_where_the_setting_says_so(settings, clock, drafted, sign_in, pair) -> None:
    app = create_staff_app(dataclasses.replace(settings, ballot_issuers=1), clock)
    client = app.test_client()
    sign_in(client, "admin")
    send(client, f"{PAGE}/terms", upload(pair[0].terms()))
    assert says(client, client.get(PAGE), "The issuers fit the draft")
    assert send(client, f"/consultations/{NAME}/open").status_code == 302


def test_units_and_headcount_are_taken_over_from_the_roster(admin_desk, pair) -> None:
    page = admin_desk.get(f"/consultations/{NAME}/edit")
    assert "roster-units" not in text_of(page), "no roster is known yet"
    send(admin_desk, f"{PAGE}/terms", upload(pair[0].terms()))
    typed = fields_of(admin_desk.get(f"/consultations/{NAME}/edit"))
    typed = {name: values for name, values in typed.items() if name not in {"csrf_token", "do"}}
    kept = fields_of(send(admin_desk, f"/consultations/{NAME}/edit", {**typed, "headcount": "9", "do": "roster-units"}))
    assert kept["headcount"] == ["75"]
    units = [tuple(kept[f"units-{n}-{name}"][0] for name in ("code", "name_vi", "headcount")) for n in (0, 1)]
    assert units == [("P1", "Phòng Tổng hợp", "45"), ("P2", "Phòng Quản trị", "30")]
    # and what is shown can be saved
    assert send(admin_desk, f"/consultations/{NAME}/edit", {**kept, "do": "save"}).status_code == 302
