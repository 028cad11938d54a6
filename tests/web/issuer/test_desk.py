"""A round at the desk, from its beginning to its list, as a registrar walks it."""

from __future__ import annotations

import csv
import io
import re
import socket
from datetime import date

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.crypto.statements import read_closing, read_terms
from portal.issuer_factory import create_issuer_app
from portal.issuing import rounds
from portal.issuing.models import Card, Person
from tests.issuing.support import issuer_settings, roster_of
from tests.web.issuer.conftest import Desk

ROUND = "/desk/rounds/gop-y-2026"
HEADS = ("mã cán bộ", "họ và tên", "mã đơn vị", "đơn vị", "email")


def begin(desk: Desk, today: date, **over):
    last = over.pop("last", today)
    values = {"consultation": "gop-y-2026", "title_vi": "Góp ý năm 2026", "each": 3}
    days = {"collect_from": today.isoformat(), "collect_until": last.isoformat()}
    return desk.post("/desk/rounds/new", **{**values, **days, **over})


def roster_csv(people: int = 5, *more: str) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADS)
    rows.writerows((m.staff_code, m.name, m.unit_code, m.unit_name, m.email) for m in roster_of(people))
    return (out.getvalue() + "".join(more)).encode()


def upload(desk: Desk, data: bytes, name: str = "roster.csv"):
    return desk.post(f"{ROUND}/roster/", roster=(io.BytesIO(data), name))


def import_roster(desk: Desk, people: int = 5) -> None:
    assert upload(desk, roster_csv(people)).status_code == 302
    assert desk.post(f"{ROUND}/roster/confirm", page=f"{ROUND}/roster/preview").status_code == 302


def counts(engine) -> rounds.Figures:
    with Session(engine) as session:
        return rounds.figures(session, rounds.get(session, "gop-y-2026"))


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())



def test_the_guide_is_at_hand_for_whoever_sits_at_the_desk(desk) -> None:
    assert 'href="/desk/help"' in desk.get("/desk/")
    page = desk.get("/desk/help")
    assert "Hướng dẫn nơi cấp phiếu" in page and "Xóa danh sách" in page
    # and nobody else is shown the desk's frame
    assert desk.post("/desk/lock", page="/desk/").status_code == 302
    assert desk.client.get("/desk/help").status_code == 302

def test_a_round_from_its_beginning_to_its_list(desk, engine, issuer, clock, today) -> None:
    # given a round with a roster
    assert begin(desk, today).headers["Location"] == ROUND
    import_roster(desk)
    # when slips and half-cards are printed
    slips = desk.post(f"{ROUND}/codes/slips", page=f"{ROUND}/codes/", **{"slips-scope": "all", "slips-language": "vi"})
    cards = desk.post(f"{ROUND}/cards/", count=6, letter="A", language="vi")
    # then both are files to be saved once, and the store knows how many
    for answer, name in ((slips, "slips-van-phong-gop-y-2026.pdf"), (cards, "cards-A-van-phong-gop-y-2026.pdf")):
        assert answer.mimetype == "application/pdf" and answer.get_data().startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Cache-Control"] == "no-store"
    assert counts(engine) == rounds.Figures(people=5, with_code=5, collected=0, took_cards=0, cards=6)
    # when the terms are signed
    assert desk.post(f"{ROUND}/ready").status_code == 302
    terms = read_terms(desk.client.get(f"{ROUND}/terms").get_data())
    assert terms.identity == issuer.identity.verifier and terms.terms.roster_size == 5
    # and one draws cards and one gets a new slip
    assert desk.post(f"{ROUND}/cards/hand", staff_code="cb001").status_code == 302
    one = desk.post(f"{ROUND}/codes/one", page=f"{ROUND}/codes/", **{"one-staff_code": "CB002", "one-language": "en"})
    assert one.mimetype == "application/pdf"
    # when the last day is past
    clock.advance(days=1)
    assert desk.unlock().status_code == 302
    assert desk.post(f"{ROUND}/close", page=ROUND).status_code == 302
    # then the list can be saved and the key is gone
    closing = read_closing(desk.client.get(f"{ROUND}/closing").get_data(), issuer.identity.verifier)
    assert (closing.issued, closing.cards) == ((), 3)
    with Session(engine) as session:
        assert rounds.get(session, "gop-y-2026").sealed_key is None


def test_each_page_of_a_round_is_there_when_it_is_needed(desk, today) -> None:
    begin(desk, today)
    for path in ("/desk/", ROUND, f"{ROUND}/edit", f"{ROUND}/discard", f"{ROUND}/roster/", f"{ROUND}/codes/"):
        assert desk.get(path)
    import_roster(desk)
    for path in (ROUND, f"{ROUND}/cards/", f"{ROUND}/ready"):
        assert desk.get(path)
    desk.post(f"{ROUND}/ready")
    for path in (ROUND, f"{ROUND}/codes/", f"{ROUND}/cards/hand"):
        assert desk.get(path)
    # and what is over answers that it is
    for path in (f"{ROUND}/edit", f"{ROUND}/discard", f"{ROUND}/roster/", f"{ROUND}/cards/", f"{ROUND}/ready"):
        assert desk.client.get(path).status_code == 409
    assert desk.client.get(f"{ROUND}/closing").status_code == 409
    assert desk.client.get("/desk/rounds/khac").status_code == 404


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"consultation": "Góp ý"}, "consultation"),
        ({"title_vi": ""}, "title_vi"),
        ({"each": 10}, "each"),
        ({"collect_until": "2020-01-01"}, "collect_until"),
        ({"collect_from": "x"}, "collect_from"),
    ],
)
def test_a_wrong_field_is_named(desk, today, over, field) -> None:
    answer = begin(desk, today, **over)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


def test_a_taken_short_name_is_refused_at_its_field(desk, today) -> None:
    begin(desk, today)
    answer = begin(desk, today)
    assert answer.status_code == 422 and 'id="consultation-error"' in answer.get_data(as_text=True)


def test_a_round_can_be_changed_and_discarded_until_its_terms_are_signed(desk, engine, today) -> None:
    begin(desk, today)
    changed = {"title_vi": "Tên khác", "each": 2, "collect_from": today.isoformat(), "collect_until": today.isoformat()}
    answer = desk.post(f"{ROUND}/edit", consultation="ten-khac", **changed)
    assert answer.status_code == 302
    page = words(desk.get(ROUND))
    assert "Tên khác" in page and "gop-y-2026" in page
    assert desk.post(f"{ROUND}/discard").headers["Location"] == "/desk/"
    assert desk.client.get(ROUND).status_code == 404


def test_a_roster_is_shown_before_it_is_imported(desk, engine, today) -> None:
    begin(desk, today)
    # when a good file is read
    assert upload(desk, roster_csv(5)).headers["Location"] == f"{ROUND}/roster/preview"
    # then its units are shown and nothing is imported
    page = words(desk.get(f"{ROUND}/roster/preview"))
    assert "Phòng 1" in page and "Phòng 2" in page
    assert counts(engine).people == 0
    # when it is confirmed, then it is, once
    desk.post(f"{ROUND}/roster/confirm", page=f"{ROUND}/roster/preview")
    assert counts(engine).people == 5
    assert desk.client.get(f"{ROUND}/roster/preview").status_code == 409


def test_a_roster_with_one_bad_line_is_not_imported(desk, engine, today) -> None:
    begin(desk, today)
    answer = upload(desk, roster_csv(5, "CB001,Trùng mã,P1,Phòng 1,\n"))
    page = words(answer.get_data(as_text=True))
    assert answer.status_code == 422 and re.search(r"\b7\b", page)
    assert desk.client.get(f"{ROUND}/roster/preview").status_code == 409
    assert counts(engine).people == 0
    assert upload(desk, b"").status_code == 422
    assert upload(desk, b"\x00\x01", "roster.exe").status_code == 422
    assert upload(desk, b"x" * (3 * 1024 * 1024)).status_code == 413


def test_a_roster_that_waits_is_for_its_round_and_its_browser_alone(desk, issuer_app, passphrase, today) -> None:
    # given a roster that waits
    begin(desk, today)
    begin(desk, today, consultation="khac-2026")
    upload(desk, roster_csv(5))
    # then another round and another browser do not see it
    assert desk.client.get("/desk/rounds/khac-2026/roster/preview").status_code == 409
    client = issuer_app.test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    other = Desk(client, passphrase)
    other.unlock()
    assert other.client.get(f"{ROUND}/roster/preview").status_code == 409


def test_slips_for_those_who_miss_one_leave_the_others_alone(desk, engine, today) -> None:
    # given codes for everybody but one
    begin(desk, today)
    import_roster(desk)
    scope = {"slips-language": "vi"}
    desk.post(f"{ROUND}/codes/slips", page=f"{ROUND}/codes/", **scope, **{"slips-scope": "all"})
    with Session(engine) as session:
        before = dict(session.execute(select(Person.staff_code, Person.claim_sha256)).all())
    # when slips are printed for those without a code, then there is nobody
    answer = desk.post(f"{ROUND}/codes/slips", page=f"{ROUND}/codes/", **scope, **{"slips-scope": "missing"})
    assert answer.status_code == 409
    # and when for one who lost it, then only that one changes
    desk.post(f"{ROUND}/codes/one", page=f"{ROUND}/codes/", **{"one-staff_code": "CB004", "one-language": "vi"})
    with Session(engine) as session:
        after = dict(session.execute(select(Person.staff_code, Person.claim_sha256)).all())
    assert {code for code in after if after[code] != before[code]} == {"CB004"}
    # and a scope that nobody offered, or a person who is not there, is refused at its field
    wrong = desk.post(f"{ROUND}/codes/slips", page=f"{ROUND}/codes/", **scope, **{"slips-scope": "unsent"})
    assert wrong.status_code == 422
    nobody = desk.post(f"{ROUND}/codes/one", page=f"{ROUND}/codes/", **{"one-staff_code": "X", "one-language": "vi"})
    assert nobody.status_code == 422 and 'id="one-staff_code-error"' in nobody.get_data(as_text=True)


def test_a_number_of_cards_that_does_not_fit_makes_none(desk, engine, today) -> None:
    begin(desk, today)
    import_roster(desk)
    answer = desk.post(f"{ROUND}/cards/", count=4, letter="A", language="vi")
    assert answer.status_code == 422 and 'id="count-error"' in answer.get_data(as_text=True)
    with Session(engine) as session:
        assert not session.scalars(select(Card)).all()


def test_who_may_not_draw_cards_is_said_at_the_field(desk, today) -> None:
    begin(desk, today)
    import_roster(desk)
    desk.post(f"{ROUND}/cards/", count=3, letter="B", language="en")
    desk.post(f"{ROUND}/ready")
    assert desk.post(f"{ROUND}/cards/hand", staff_code="CB001").status_code == 302
    for code in ("CB001", "CB002", "CB999"):
        answer = desk.post(f"{ROUND}/cards/hand", staff_code=code)
        assert answer.status_code == 422 and 'id="staff_code-error"' in answer.get_data(as_text=True)


def test_terms_can_be_taken_back_until_somebody_collected(desk, engine, today) -> None:
    begin(desk, today)
    import_roster(desk)
    desk.post(f"{ROUND}/ready")
    assert desk.post(f"{ROUND}/reopen", page=ROUND).status_code == 302
    with Session(engine) as session:
        assert rounds.get(session, "gop-y-2026").state == "preparing"
    assert desk.client.get(f"{ROUND}/terms").status_code == 409


class Box:
    """A mail server that keeps what it takes and refuses one person."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[str] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if address == "cb2@example.org":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.taken += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def box():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keeper = Box(port)
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    yield keeper
    controller.stop()


def test_codes_go_by_mail_and_who_got_none_gets_a_slip(tmp_path, engine, clock, passphrase, box, today) -> None:
    # given an issuer with a mail server, and a roster where CB003 has no address
    mail = {"smtp_host": "127.0.0.1", "smtp_port": str(box.port), "smtp_security": "none", "smtp_from": "a@example.org"}
    client = create_issuer_app(issuer_settings(tmp_path, **mail), clock).test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    desk = Desk(client, passphrase)
    desk.unlock()
    begin(desk, today)
    import_roster(desk)
    # when codes are sent
    page = desk.post(f"{ROUND}/codes/mail", page=f"{ROUND}/codes/", **{"letter-language": "vi"}).get_data(as_text=True)
    # then those with an address have them, and the page names whom the server refused
    assert sorted(box.taken) == ["cb1@example.org", "cb4@example.org", "cb5@example.org"]
    assert "CB002" in page and "CB001" not in page
    assert counts(engine).with_code == 4
    # and slips can be printed for those two alone
    for scope, left in (("unsent", 4), ("missing", 5)):
        choice = {"slips-scope": scope, "slips-language": "vi"}
        assert desk.post(f"{ROUND}/codes/slips", page=f"{ROUND}/codes/", **choice).mimetype == "application/pdf"
        assert counts(engine).with_code == left


def test_a_mail_server_that_is_away_voids_no_code(tmp_path, engine, clock, passphrase, today) -> None:
    # given a mail server that is not there
    mail = {"smtp_host": "127.0.0.1", "smtp_port": "9", "smtp_security": "none", "smtp_from": "a@example.org"}
    client = create_issuer_app(issuer_settings(tmp_path, **mail), clock).test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    desk = Desk(client, passphrase)
    desk.unlock()
    begin(desk, today)
    import_roster(desk)
    # when codes would be sent
    answer = desk.post(f"{ROUND}/codes/mail", page=f"{ROUND}/codes/", **{"letter-language": "vi"})
    # then none is made
    assert answer.status_code == 409 and counts(engine).with_code == 0
