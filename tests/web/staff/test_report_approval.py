"""Points decided on their page, two people and the same bytes, versions, files with their digest."""

import base64
import hashlib
import io
import re
import zipfile

import pytest

from portal.accounts import security
from portal.accounts import service as accounts
from portal.ledger import log as ledger
from portal.web.runtime import unit_of_work
from tests.support import PASSWORD, TODAY
from tests.web.staff.steps import make_stale, send
from tests.web.staff.studio import CID, PAGE, decide_all, open_points, words, write


@pytest.fixture
def second(staff_app, studio, sign_in):
    """Another member of the committee, in a browser of their own."""
    with staff_app.app_context(), unit_of_work() as session:
        account, _ = accounts.invite(
            session, email="second@example.org", name="Second", roles=["committee"], forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = security.hashed(PASSWORD), None
    client = staff_app.test_client()
    sign_in(client, "second")
    client.get("/language/en")
    return client


@pytest.fixture
def handed(studio, held):
    """Everything decided and handed over."""
    decide_all(studio)
    assert send(studio, f"{PAGE}/hand-over", {"seen": held().digest}).status_code == 302
    return studio


@pytest.fixture
def approved(handed, second, held):
    assert send(second, f"{PAGE}/confirm", {"seen": held().digest}).status_code == 302
    return handed


# --- points ---


def test_a_contradiction_is_shown_side_by_side_until_it_is_decided_with_a_reason(studio) -> None:
    page = words(studio.get(f"{PAGE}/points"))
    assert "đến nay chưa phát hiện" in page.split("The report says")[1].split("Published")[0]
    assert "Evading responsibility" in page.split("The report says")[1].split("Note both")[0]
    (digest,) = open_points(studio)
    for reason in ("", "a"):
        answer = send(studio, f"{PAGE}/points/{digest}", {"choice": "keep", "reason": reason})
        assert answer.status_code == 422
        assert "Give a reason" in words(answer)
    assert send(studio, f"{PAGE}/points/{digest}", {"choice": "keep", "reason": "Theo kết luận."}).status_code == 302
    after = words(studio.get(f"{PAGE}/points"))
    assert open_points(studio) == []
    assert "Theo kết luận." in after.split("Points decided")[1]
    send(studio, f"{PAGE}/points/reopen", {"seen": digest})
    assert open_points(studio) == [digest]


def test_writing_the_sentence_anew_decides_and_is_listed(studio, held) -> None:
    place = next(place for place, block in enumerate(held().document.blocks) if "đến nay chưa phát hiện" in block.text)
    position = next(n for n, one in enumerate(held().document.blocks[place].sentences) if "chưa phát hiện" in one.text)
    write(studio, held, place, "Cơ quan tiếp tục chấn chỉnh lề lối làm việc.", position=position)
    assert open_points(studio) == []
    decided = words(studio.get(f"{PAGE}/points")).split("Points decided")[1]
    assert "Changed" in decided
    assert "đến nay chưa phát hiện" in decided


def test_both_can_be_noted(studio, held) -> None:
    (digest,) = open_points(studio)
    assert send(studio, f"{PAGE}/points/{digest}", {"choice": "note"}).status_code == 302
    assert open_points(studio) == []
    assert "Tuy nhiên, qua tổng hợp góp ý" in words(studio.get(PAGE))


def test_a_number_without_a_source_says_what_it_could_be(studio, held) -> None:
    section = held().document.problem_section()[0]
    place = held().document.blocks.index(section)
    said = section.sentences[0].text.removesuffix(".")
    write(studio, held, place, f"{said}, theo 75 đồng chí, 9 ý kiến và 33 phiếu, Điều 56 Luật số 10/2022/QH15.")
    page = words(studio.get(f"{PAGE}/points"))
    assert "in the office's profile: staff in all" in page
    assert "an end of the published range" in page
    assert "No published range has it" in page
    # each number is a point of its own, and the law is not taken for one
    asked = set(re.findall(r"A number without a source: (\d+)", page))
    assert asked == {"75", "33", "9"}
    decide_all(studio)
    assert open_points(studio) == []


def test_a_finding_that_is_told_no_more_must_be_left_out_on_purpose(studio, held) -> None:
    place = held().document.blocks.index(held().document.problem_section()[0])
    for _ in held().document.blocks[place].sentences[1:]:
        write(studio, held, place, "", position=1, refs=[])
    write(studio, held, place, "Có mặt còn hạn chế.", refs=[])
    assert "A finding that is told no more" in words(studio.get(f"{PAGE}/points"))
    decide_all(studio)
    assert open_points(studio) == []


def test_only_a_point_that_stands_can_be_decided(studio) -> None:
    assert send(studio, f"{PAGE}/points/{'ab' * 32}", {"choice": "keep", "reason": "Vì thế."}).status_code == 404
    (digest,) = open_points(studio)
    for choice in ("", "accept", "change", "other"):
        answer = send(studio, f"{PAGE}/points/{digest}", {"choice": choice, "reason": "Vì thế."})
        assert answer.status_code == 422


# --- two people ---


def test_an_open_point_keeps_the_report_on_the_desk(studio, held) -> None:
    assert "must be decided before the text can be handed over" in words(studio.get(f"{PAGE}/approve"))
    assert send(studio, f"{PAGE}/hand-over", {"seen": held().digest}).status_code == 409
    assert held().row.state == "draft"


def test_whoever_handed_over_is_offered_no_approval_and_gets_none(handed, held) -> None:
    page = words(handed.get(f"{PAGE}/approve"))
    assert "another member of the committee must approve it" in page
    assert send(handed, f"{PAGE}/confirm", {"seen": held().digest}).status_code == 403
    assert held().row.state == "handed"


def test_a_second_person_approves_the_bytes_whose_digest_they_saw(approved, second, staff_app, held) -> None:
    now = held()
    with staff_app.app_context(), unit_of_work() as session:
        assert now.digest in ledger.read_leaf(session, now.row.report_leaf).decode()
    page = approved.get(PAGE).get_data(as_text=True)
    assert "This report is approved" in page
    assert 'class="say' in page
    assert "a.say" not in page
    assert "?at=" not in page
    shown = words(approved.get(f"{PAGE}/approve"))
    assert "Handed over by Committee, approved by Second" in shown
    for path, data in (
        ("/hand-over", {"seen": now.digest}),
        ("/confirm", {"seen": now.digest}),
        ("/send-back", {"seen": now.digest, "note": "Xem lại."}),
    ):
        assert send(second, PAGE + path, data).status_code == 409
    assert write(approved, held, 2, "x.").status_code == 422
    assert held().digest == now.digest


def test_what_was_not_on_the_screen_is_not_approved(handed, second, held) -> None:
    for seen in ("", "ab" * 32):
        assert send(second, f"{PAGE}/confirm", {"seen": seen}).status_code == 409
    assert held().row.state == "handed"


def test_an_old_sign_in_approves_nothing(handed, second, held, settings) -> None:
    make_stale(second, settings.fresh_minutes * 60 + 1)
    assert "/verify" in second.get(f"{PAGE}/confirm").location
    assert send(second, f"{PAGE}/confirm", {"seen": held().digest}).status_code == 403
    assert held().row.state == "handed"


def test_an_edit_makes_the_handing_over_void(handed, second, held) -> None:
    assert "makes the handing over void" in words(handed.get(PAGE))
    write(second, held, 2, "Đã sửa.")
    assert held().row.state == "draft"
    assert "made the handing over void" in words(handed.get(f"{PAGE}/approve"))


def test_sending_back_carries_a_note(handed, second, held) -> None:
    answer = send(second, f"{PAGE}/send-back", {"seen": held().digest, "note": ""})
    assert answer.status_code == 422
    assert "Give a reason" in words(answer)
    assert send(second, f"{PAGE}/send-back", {"seen": held().digest, "note": "Xem mục II.3."}).status_code == 302
    assert "Xem mục II.3." in words(handed.get(PAGE))


def test_a_correction_is_the_next_version_and_the_approved_one_stays(approved, second, held) -> None:
    assert send(approved, f"{PAGE}/correct", {"note": ""}).status_code == 422
    assert send(approved, f"{PAGE}/correct", {"note": "Sai số phòng."}).status_code == 302
    write(approved, held, 2, "Văn phòng là cơ quan tham mưu.")
    assert "Sai số phòng." in words(approved.get(PAGE))
    assert "Văn phòng là cơ quan tham mưu." not in words(approved.get(f"{PAGE}/versions/1"))
    assert send(approved, f"{PAGE}/hand-over", {"seen": held().digest}).status_code == 302
    assert send(second, f"{PAGE}/confirm", {"seen": held().digest}).status_code == 302
    assert "Văn phòng là cơ quan tham mưu." in words(second.get(f"{PAGE}/versions/2"))
    assert "Sai số phòng." in words(second.get(f"{PAGE}/versions/2"))
    assert second.get(f"{PAGE}/versions/3").status_code == 404


# --- files ---


def test_files_say_the_edited_text_and_carry_its_digest(studio, held) -> None:
    write(studio, held, 2, "Câu của người soạn thảo.")
    docx = studio.get(f"{PAGE}/report.docx")
    with zipfile.ZipFile(io.BytesIO(docx.data)) as archive:
        assert "Câu của người soạn thảo." in archive.read("word/document.xml").decode()
    name = f"report-{CID}-v1-{held().digest[:8]}.docx"
    assert docx.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    digest = base64.b64encode(hashlib.sha256(docx.data).digest()).decode()
    assert docx.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    for kind in ("txt", "md", "html"):
        assert "Câu của người soạn thảo." in studio.get(f"{PAGE}/report.{kind}").get_data(as_text=True)
    assert studio.get(f"{PAGE}/report.exe").status_code == 404
    history = words(studio.get(f"{PAGE}/approve"))
    assert history.count("File taken out") == 4


def test_an_approved_version_gives_the_same_bytes_while_a_correction_is_written(approved, held) -> None:
    path = f"{PAGE}/versions/1/report.txt"
    before = approved.get(path).data
    send(approved, f"{PAGE}/correct", {"note": "Sai số phòng."})
    write(approved, held, 2, "Khác hẳn.")
    assert approved.get(path).data == before
    assert approved.get(f"{PAGE}/report.txt").data != before
