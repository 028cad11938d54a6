"""The pages of an upper-level office, as a member of the committee walks them."""

import io
import json
import zipfile

import pytest

from portal.accounts import security
from portal.accounts import service as accounts
from portal.consolidation import offices, service
from portal.consultations import service as consultations
from portal.reports import service as reports
from portal.reports.profile import demo_profile
from portal.tlog.keys import spoken_fingerprint
from portal.web.runtime import unit_of_work
from tests.consolidation.offices import TAXONOMY, document, sender
from tests.support import PASSWORD, TODAY
from tests.web.staff.steps import make_stale, send, text_of

CID = "quy-ba-2026"
PAGE = f"/consolidation/{CID}"
PERIOD = {"title_vi": "Tổng hợp quý ba", "title_en": "Third quarter", "opens": "2026-07-01", "closes": "2026-09-30"}


@pytest.fixture
def upper(staff, staff_app, people, sign_in):
    """A member of the committee of an upper office that has a profile and a taxonomy."""
    with staff_app.app_context(), unit_of_work() as session:
        reports.save_profile(session, demo_profile())
        consultations.save_taxonomy(session, TAXONOMY)
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


def add_office(client, number: int, **over):
    one = sender(number)
    return send(client, "/consolidation/offices/new", {"id": one.id, "name": one.name, "vkey": one.vkey, **over})


def compare(client, number: int, said: str | None = None):
    mark = spoken_fingerprint(sender(number).vkey)
    path = f"/consolidation/offices/{sender(number).id}/confirm"
    return send(client, path, {"seen": mark, "said": mark[-8:] if said is None else said})


def begin(client, **over):
    return send(client, "/consolidation/new", {"id": CID, "k": "5", "taxonomy": "1", **PERIOD, **over})


def upload(client, *files: tuple[str, bytes]):
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return send(client, f"{PAGE}/files", data, content_type="multipart/form-data")


@pytest.fixture
def filled(upper):
    """Three offices with their files taken."""
    for number in (1, 2, 3):
        add_office(upper, number)
        compare(upper, number)
    begin(upper)
    files = [(f"{n}.json", sender(n).file(document(n, ballots=60 if n < 3 else 12))) for n in (1, 2, 3)]
    assert upload(upper, *files).status_code == 302
    return upper


def digest_on(client, page: str = "report") -> str:
    return text_of(client.get(f"{PAGE}/{page}")).split('name="seen" value="')[1].split('"')[0]


def test_an_office_is_added_and_its_key_compared(upper, staff_app) -> None:
    assert "No office is in the list" in text_of(upper.get("/consolidation/offices/"))
    added = add_office(upper, 1)
    assert added.location == f"/consolidation/offices/{sender(1).id}"
    page = text_of(upper.get(added.location))
    mark = spoken_fingerprint(sender(1).vkey)
    assert all(f"<span>{mark[at : at + 4]}</span>" in page for at in range(0, 32, 4))
    assert "Not compared yet" in page
    wrong = compare(upper, 1, said="0000 0000")
    assert (wrong.status_code, "Ask again" in text_of(wrong)) == (422, True)
    assert compare(upper, 1).status_code == 302
    assert "The key was compared" in text_of(upper.get(added.location))


def test_comparing_needs_a_fresh_sign_in(upper, staff_app) -> None:
    add_office(upper, 1)
    make_stale(upper)
    assert compare(upper, 1).status_code in {302, 401, 403}
    with staff_app.app_context(), unit_of_work() as session:
        assert offices.get(session, sender(1).id).confirmed_by is None


@pytest.mark.parametrize(
    ("over", "words"), [({"vkey": "x"}, "verifier key"), ({"id": "Á"}, "short name"), ({"name": ""}, "Name of")]
)
def test_an_office_that_cannot_be_is_refused_at_its_field(upper, over, words) -> None:
    page = add_office(upper, 1, **over)
    assert page.status_code == 422
    assert words in text_of(page)


def test_the_fingerprint_that_is_read_out_stands_on_the_offices_own_log_page(public, log) -> None:
    page = public.get("/log?lang=en").get_data(as_text=True)
    mark = spoken_fingerprint(log.vkey)
    assert all(f"<span>{mark[at : at + 4]}</span>" in page for at in range(0, 32, 4))


def test_a_consolidation_is_begun_once(upper) -> None:
    assert begin(upper).location == PAGE
    again = begin(upper)
    assert (again.status_code, "short name already" in text_of(again)) == (422, True)
    assert begin(upper, id="b", opens="2026-12-01").status_code == 422
    assert begin(upper, id="c", k="4").status_code == 422
    assert PERIOD["title_vi"] in text_of(upper.get("/consolidation/"))


def test_files_and_an_archive_are_taken_and_refusals_named(upper) -> None:
    for number in (1, 2):
        add_office(upper, number)
        compare(upper, number)
    begin(upper)
    good, other = sender(1).file(document(1)), sender(2).file(document(2))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("thu-muc/hai.json", other)
        archive.writestr("la.json", sender(9).file(document(9)))
    spoilt = good.replace(b'"5-9"', b'"50+"', 1)
    answer = upload(upper, ("mot.json", good), ("sua.json", spoilt), ("gop.zip", out.getvalue()), ("lai.json", good))
    page = text_of(upper.get(answer.location))
    for file, words in (
        ("sua.json", "Changed after it left the office"),
        ("la.json", "no office in the list"),
        ("lai.json", "Taken already"),
    ):
        assert file in page
        assert words in page
    assert "3 files were refused" in page
    shown = text_of(upper.get(PAGE))
    assert sender(1).name in shown
    assert sender(2).name in shown


def test_nothing_or_a_broken_archive_is_refused_whole(upper, staff_app) -> None:
    add_office(upper, 1)
    compare(upper, 1)
    begin(upper)
    assert "Choose one file" in text_of(upload(upper))
    broken = upload(upper, ("mot.json", sender(1).file(document(1))), ("gop.zip", b"PK\x03\x04" + bytes(40)))
    assert (broken.status_code, "cannot be read" in text_of(broken)) == (422, True)
    with staff_app.app_context(), unit_of_work() as session:
        row = service.get(session, CID)
        assert service.files(session, row) == service.imports(session, row) == []


def test_a_large_upload_is_let_in_for_the_committee_only(filled, staff) -> None:
    big = [(f"{number}.bin", bytes(200_000)) for number in range(40)]
    answer = upload(filled, *big)
    assert answer.status_code == 302
    assert "40 files were refused" in text_of(filled.get(answer.location))


def test_the_table_says_ranges_and_who_published(filled, staff_app) -> None:
    page = text_of(filled.get(f"{PAGE}/table"))
    with staff_app.app_context(), unit_of_work() as session:
        figures = service.figures_of(session, service.get(session, CID))
    assert figures.rows.categories
    for line in figures.rows.categories:
        said = f"{line.low} or more" if line.high is None else f"{line.low}–{line.high}"
        assert f"{line.code}. " in page
        assert said in page
        assert f"{line.offices} of {line.asked}" in page
    data = filled.get(f"{PAGE}/figures.json")
    assert data.data == figures.to_bytes()


def test_the_report_is_drafted_edited_and_approved_by_two(filled, staff_app, sign_in) -> None:
    assert "Draft the report" in text_of(filled.get(f"{PAGE}/report"))
    assert send(filled, f"{PAGE}/report/start").location == f"{PAGE}/report"
    # a sentence is changed where it stands
    page = text_of(filled.get(f"{PAGE}/report?place=2&position=0"))
    seen = page.split('name="position" value="0"><input type="hidden" name="seen" value="')[1].split('"')[0]
    words = {"place": 2, "position": 0, "seen": seen, "text": "Kết quả của các đơn vị được tổng hợp."}
    assert send(filled, f"{PAGE}/report/words", words).status_code == 302
    assert "Kết quả của các đơn vị" in text_of(filled.get(f"{PAGE}/report"))
    stale = send(filled, f"{PAGE}/report/words", {**words, "text": "Khác."})
    assert (stale.status_code, "Somebody has changed these words" in text_of(stale)) == (422, True)
    assert "Kết quả của các đơn vị" in text_of(filled.get(f"{PAGE}/report/paper"))
    # handed over, and not approved by the same person
    seen = digest_on(filled)
    assert send(filled, f"{PAGE}/report/hand-over", {"seen": seen}).status_code == 302
    assert send(filled, f"{PAGE}/report/approve", {"seen": seen}).status_code == 403
    assert "another member of the committee must approve" in text_of(filled.get(f"{PAGE}/report/approve"))
    # when a second person approves
    second = second_member(staff_app, sign_in)
    assert send(second, f"{PAGE}/report/approve", {"seen": seen}).location == f"{PAGE}/report"
    page = text_of(second.get(f"{PAGE}/report"))
    assert "cannot be changed any more" in page
    # then files are to be had of the version
    for kind in ("docx", "pdf", "html", "md", "txt", "json"):
        for path in (f"{PAGE}/report/report.{kind}", f"{PAGE}/report/versions/1/report.{kind}"):
            assert second.get(path).status_code == 200, path
    assert second.get(f"{PAGE}/report/report.exe").status_code == 404
    data = json.loads(second.get(f"{PAGE}/report/report.json").data)
    assert json.loads(data["approval"]["leaf"])["consolidation"] == CID
    assert send(second, f"{PAGE}/report/correct").status_code == 302


def second_member(staff_app, sign_in):
    with staff_app.app_context(), unit_of_work() as session:
        account, _ = accounts.invite(
            session, email="second@example.org", name="Second", roles=["committee"], forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = security.hashed(PASSWORD), None
    client = staff_app.test_client()
    sign_in(client, "second")
    client.get("/language/en")
    return client
