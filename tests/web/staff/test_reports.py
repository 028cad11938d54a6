"""The report studio: profile, draft, edits beside the draft, what must be looked at, approval, files."""

import io
import itertools
import re
import zipfile

import pytest

from portal.ledger import log as ledger
from portal.reports import service
from portal.reports.profile import demo_profile
from portal.web.runtime import unit_of_work
from portal.web.staff.reports_forms import PATHS, SECTIONS, from_profile
from tests.rounds import publish
from tests.web.staff.steps import fields_of, make_stale, send, text_of

CID = "thu-2026"
PAGE = f"/reports/{CID}"


@pytest.fixture
def committee(staff, staff_app, office, log, clock, atrest, sign_in):
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
    sign_in(staff, "committee")
    staff.get("/language/en")
    return staff


@pytest.fixture
def studio(committee, staff_app):
    """With the demonstration's profile and a fresh draft."""
    with staff_app.app_context(), unit_of_work() as session:
        service.save_profile(session, demo_profile())
    assert send(committee, f"{PAGE}/start").location == PAGE
    return committee


@pytest.fixture
def held(staff_app, atrest):
    """The report as it is stored now."""

    def read():
        with staff_app.app_context(), unit_of_work() as session:
            return service.read(session, atrest, CID)

    return read


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def filled(**over) -> dict[str, str]:
    """The profile form as a browser sends it."""
    values = {name: "" if value is None else str(value) for name, value in from_profile(demo_profile()).items()}
    return {**{name: "y" if value == "True" else value for name, value in values.items()}, **over}


def edit(client, held, place: int, text: str, seen: str | None = None):
    data = {"text": text, "seen": held().version if seen is None else seen}
    return send(client, f"{PAGE}/blocks/{place}", data)


# --- the profile ---


def test_the_form_has_every_field_of_the_profile_once() -> None:
    assert sorted(name for _, names in SECTIONS for name in names) == sorted(PATHS)
    assert len(set(PATHS.values())) == len(PATHS)


def test_a_filled_profile_comes_back_as_it_was_typed(committee, staff_app) -> None:
    assert send(committee, "/reports/profile", filled()).location == "/reports/"
    with staff_app.app_context(), unit_of_work() as session:
        assert service.profile(session) == demo_profile()
    shown = fields_of(committee.get("/reports/profile"))
    assert {name: value for name, value in filled().items() if name != "pad_counts"}.items() <= {
        name: values[0] for name, values in shown.items()
    }.items()


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"name": ""}, "Name of the office in running text: Fill this in."),
        ({"total": "many"}, "Staff in all: Not a valid integer value."),
        ({"total": "0"}, "A whole number from 1"),
        ({"members": "76"}, "There cannot be more Party members than staff."),
        ({"posts": "Chánh Văn phòng"}, "Each line begins with a number"),
        ({"posts": "80 Chánh Văn phòng"}, "together cannot be more than the staff"),
        ({"qualifications": "70 đại học\n70 thạc sĩ"}, "no more people than there are staff"),
        ({"request_day": "28/8/2023"}, "Not a valid date value."),
        ({"number": "0"}, "A whole number from 1"),
        ({"mission": "\n \n"}, "Fill this in."),
        ({"recipients": "TTTU\0"}, "cannot be printed"),
        ({"style": "other"}, "Not a valid choice."),
    ],
)
def test_a_wrong_profile_is_explained_and_stays_in_the_form(committee, staff_app, over, said) -> None:
    answer = send(committee, "/reports/profile", filled(**over))
    assert answer.status_code == 422
    assert said in words(answer)
    assert fields_of(answer)["subject"] == [demo_profile().subject]
    with staff_app.app_context(), unit_of_work() as session:
        assert service.profile(session) is None


def test_without_a_profile_the_studio_asks_for_it(committee) -> None:
    assert "Fill in the office's profile" in words(committee.get(PAGE))
    assert send(committee, f"{PAGE}/start").status_code == 409


# --- the text ---


def test_each_sentence_of_the_difficulties_shows_its_finding_and_range(studio, held) -> None:
    page = words(studio.get(PAGE))
    for block in held().document.problem_section():
        for sentence in block.sentences:
            after = page.split(sentence.text, 1)[1]
            for ref in sentence.finding_refs:
                assert f"{ref.removeprefix('unit:')} · " in after[:700]
    assert "C9" not in page


def test_the_document_has_headings_in_order(studio) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", studio.get(PAGE).get_data(as_text=True))]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_an_edit_is_shown_beside_what_the_draft_said(studio, held) -> None:
    block = next(place for place, _ in enumerate(held().document.blocks) if place == 2)
    before = held().document.blocks[block].sentences[0].text
    answer = edit(studio, held, block, before.replace("Văn phòng", "Cơ quan Văn phòng", 1))
    assert answer.location.endswith(f"{PAGE}#block-{block}")
    page = studio.get(PAGE).get_data(as_text=True)
    assert "<ins>" in page
    assert f'<del lang="vi">{before}</del>' in page


def test_a_paragraph_that_was_taken_out_is_listed(studio, held) -> None:
    place = len(held().document.blocks) - 2
    text = held().document.blocks[place].sentences[0].text
    edit(studio, held, place, "")
    assert text in words(studio.get(PAGE)).split("taken out")[-1]


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (-1, "Không có dấu chấm", "must end with a full stop"),
        (1, "", "cannot be empty"),
        (2, "a\0b.", "cannot be printed"),
    ],
)
def test_an_edit_that_cannot_be_kept_is_explained_and_stays_in_the_form(studio, held, place, text, said) -> None:
    before = held().document
    place %= len(before.blocks)
    answer = edit(studio, held, place, text)
    assert answer.status_code == 422
    assert said in words(answer)
    assert re.search(rf'<details class="folio__edit[^>]*open>(?:(?!</details>).)*id="text-{place}"', words(answer))
    assert held().document == before


def test_an_edit_from_an_older_page_is_refused_and_stays_in_the_form(studio, held) -> None:
    old = held().version
    edit(studio, held, 2, "Đã sửa.")
    answer = edit(studio, held, 3, "Sửa từ trang cũ.", seen=old)
    assert answer.status_code == 422
    assert "changed the report meanwhile" in words(answer)
    assert "Sửa từ trang cũ." in fields_of(answer)["text"]


def test_markup_in_an_edit_is_only_words(studio, held) -> None:
    edit(studio, held, 2, "<script>alert(1)</script> là chữ.")
    page = studio.get(PAGE).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- what must be looked at ---


def digest(client) -> str:
    return re.search(rf"{PAGE}/keep/([0-9a-f]+)", client.get(PAGE).get_data(as_text=True))[1]


def test_a_contradiction_is_shown_side_by_side_until_it_is_kept(studio) -> None:
    page = words(studio.get(PAGE))
    assert "đến nay chưa phát hiện" in page.split("The report says")[1].split("Published")[0]
    assert "Evading responsibility" in page.split("The report says")[1].split("Keep it as it is")[0]
    assert send(studio, f"{PAGE}/keep/{digest(studio)}").status_code == 302
    after = words(studio.get(PAGE))
    assert "Keep it as it is" not in after
    assert "You decided to keep 1 sentence" in after


def test_a_contradiction_is_gone_when_the_sentence_is_adapted(studio, held) -> None:
    place = next(place for place, block in enumerate(held().document.blocks) if "đến nay chưa phát hiện" in block.text)
    edit(studio, held, place, "Cơ quan tiếp tục chấn chỉnh lề lối làm việc.")
    assert "The report says" not in words(studio.get(PAGE))


def test_only_a_contradiction_that_stands_can_be_kept(studio) -> None:
    assert send(studio, f"{PAGE}/keep/{'ab' * 32}").status_code == 404


def test_a_number_that_was_not_published_is_flagged(studio, held) -> None:
    assert "Numbers to look at" not in words(studio.get(PAGE))
    section = held().document.problem_section()[0]
    place = held().document.blocks.index(section)
    edit(studio, held, place, section.text.removesuffix(".") + ", với 12 ý kiến.")
    page = words(studio.get(PAGE))
    assert "Numbers to look at" in page
    assert "Number: 12" in page


def test_a_finding_that_is_told_no_more_is_flagged(studio, held) -> None:
    place = held().document.blocks.index(held().document.problem_section()[0])
    edit(studio, held, place, "Có mặt còn hạn chế.")
    assert "Findings that are no longer told" in words(studio.get(PAGE))


# --- out of the house ---


def test_format_number_and_day_change_the_head_alone(studio, held) -> None:
    before = held().document
    assert send(studio, f"{PAGE}/head", {"style": "state", "number": "12", "issued": "2026-12-01"}).status_code == 302
    page = words(studio.get(PAGE))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page
    assert "ngày 01 tháng 12 năm 2026" in page
    assert held().document.blocks == before.blocks
    assert send(studio, f"{PAGE}/head", {"style": "other"}).status_code == 422
    assert send(studio, f"{PAGE}/head", {"style": "party", "number": "-3"}).status_code == 422


def test_the_files_say_the_edited_text(studio, held) -> None:
    edit(studio, held, 2, "Câu của người soạn thảo.")
    docx = studio.get(f"{PAGE}/report.docx")
    with zipfile.ZipFile(io.BytesIO(docx.data)) as archive:
        assert "Câu của người soạn thảo." in archive.read("word/document.xml").decode()
    assert docx.headers["Content-Disposition"] == f'attachment; filename="report-{CID}.docx"'
    for kind in ("txt", "md"):
        assert "Câu của người soạn thảo." in studio.get(f"{PAGE}/report.{kind}").get_data(as_text=True)
    assert studio.get(f"{PAGE}/report.exe").status_code == 404


def test_drafting_anew_asks_first_and_throws_edits_away(studio, held) -> None:
    edit(studio, held, 2, "Đã sửa.")
    assert "thrown away" in words(studio.get(f"{PAGE}/redraft"))
    assert held().document != held().draft
    assert send(studio, f"{PAGE}/redraft").status_code == 302
    assert held().document == held().draft


def approve(client, held, **more):
    return send(client, f"{PAGE}/approve", {"seen": held().version, **more})


def test_open_points_must_be_looked_at_before_approval(studio, held) -> None:
    answer = approve(studio, held)
    assert answer.status_code == 422
    assert "Look at the open points first" in words(answer)
    assert held().row.state == "draft"


def test_an_approved_report_is_logged_and_frozen(studio, staff_app, held) -> None:
    assert approve(studio, held, looked="y").location == PAGE
    now = held()
    with staff_app.app_context(), unit_of_work() as session:
        assert now.version in ledger.read_leaf(session, now.row.report_leaf).decode()
    page = studio.get(PAGE).get_data(as_text=True)
    assert "This report is approved" in page
    assert "folio__edit" not in page
    for path, data in (
        (f"{PAGE}/redraft", {}),
        (f"{PAGE}/head", {"style": "state"}),
        (f"{PAGE}/approve", {"seen": held().version, "looked": "y"}),
    ):
        assert send(studio, path, data).status_code == 409
    assert edit(studio, held, 2, "x.").status_code == 422


def test_what_was_not_on_the_screen_is_not_approved(studio, held) -> None:
    for seen in ("", "ab" * 32):
        assert send(studio, f"{PAGE}/approve", {"seen": seen, "looked": "y"}).status_code == 409
    assert held().row.state == "draft"


def test_an_old_sign_in_approves_nothing(studio, held, settings) -> None:
    make_stale(studio, settings.fresh_minutes * 60 + 1)
    assert "/verify" in studio.get(f"{PAGE}/approve").location
    assert approve(studio, held, looked="y").status_code == 403
    assert held().row.state == "draft"


def test_without_a_publication_there_is_no_report(committee) -> None:
    for path in ("/reports/none", "/reports/none/approve", "/reports/none/report.docx", f"{PAGE}/report.docx"):
        assert committee.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/start", "/redraft", "/approve", "/head", "/blocks/1", "/keep/ab"])
def test_no_post_without_a_token(studio, path) -> None:
    assert studio.post(f"{PAGE}{path}").status_code == 422
