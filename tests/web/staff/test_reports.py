"""The report studio: profile, draft, sentences beside their draft, words in writing, a new draft."""

import itertools
import re
from dataclasses import replace

import pytest

from portal.reports import service
from portal.reports.notes import digest_of_words
from portal.reports.profile import demo_profile
from portal.web.runtime import unit_of_work
from portal.web.staff.reports_profile_form import PATHS, SECTIONS
from tests.web.staff.steps import fields_of, send, token_of
from tests.web.staff.studio import CID, PAGE, filled, words, write

# --- the profile ---


def test_the_form_has_every_field_of_the_profile_once() -> None:
    assert sorted(name for _, names in SECTIONS for name in names) == sorted(PATHS)
    assert len(set(PATHS.values())) == len(PATHS)


def test_a_filled_profile_comes_back_as_it_was_typed(committee, staff_app) -> None:
    profile = replace(demo_profile(), bases=("Luật số 10/2022/QH15", "Quy chế dân chủ của cơ quan"))
    assert send(committee, "/reports/profile", filled(profile)).location == "/reports/"
    with staff_app.app_context(), unit_of_work() as session:
        assert service.profile(session) == profile
    shown = fields_of(committee.get("/reports/profile"))
    assert {name: value for name, value in filled(profile).items() if name != "pad_counts"}.items() <= {
        name: values[0] for name, values in shown.items()
    }.items()


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"name": ""}, ["Name of the office in running text: Fill this in."]),
        ({"total": "many"}, ["Staff in all: Not a valid integer value."]),
        ({"total": "0"}, ["A whole number from 1"]),
        ({"members": "76"}, ["There cannot be more Party members than staff."]),
        ({"posts": "Chánh Văn phòng"}, ["Each line begins with a number"]),
        ({"posts": "80 Chánh Văn phòng"}, ["together cannot be more than the staff"]),
        ({"qualifications": "70 đại học\n70 thạc sĩ"}, ["no more people than there are staff"]),
        ({"committee": "62"}, ["more members of the committee than Party members"]),
        ({"request_day": "28/8/2023"}, ["Not a valid date value."]),
        ({"number": "0"}, ["A whole number from 1"]),
        ({"mission": "\n \n"}, ["Fill this in."]),
        ({"recipients": "TTTU\0"}, ["cannot be printed"]),
        ({"style": "other"}, ["Not a valid choice."]),
        # every field that does not fit says so at once
        (
            {"members": "76", "rooms": "90", "cells": "99", "theory": "80 cao cấp"},
            ["more Party members than staff", "more rooms than staff", "more cells than", "no more people than"],
        ),
    ],
)
def test_a_wrong_profile_is_explained_by_field_and_stays_in_the_form(committee, staff_app, over, said) -> None:
    answer = send(committee, "/reports/profile", filled(demo_profile(), **over))
    assert answer.status_code == 422
    assert all(each in words(answer) for each in said)
    assert fields_of(answer)["subject"] == [demo_profile().subject]
    with staff_app.app_context(), unit_of_work() as session:
        assert service.profile(session) is None


def test_the_preview_says_the_figures_in_words_and_keeps_nothing(committee, staff_app) -> None:
    answer = send(committee, "/reports/profile/preview", filled(demo_profile(), members="60"))
    said = answer.json["preview"]
    assert (said["members"], said["others"]) == ("80%", "20%")
    assert "04 đồng chí" in said["organisation"][0]
    assert "60/75 là đảng viên (đạt tỷ lệ 80%)" in said["organisation"][1]
    wrong = send(committee, "/reports/profile/preview", filled(demo_profile(), members="76", name=""))
    assert wrong.json["preview"] is None
    assert "name" in wrong.json["errors"]
    looked = send(committee, "/reports/profile", filled(demo_profile(), members="60", look="1"))
    assert "60/75 là đảng viên" in words(looked)
    with staff_app.app_context(), unit_of_work() as session:
        assert service.profile(session) is None


def test_earlier_versions_of_the_profile_can_be_read(studio) -> None:
    send(studio, "/reports/profile", filled(replace(demo_profile(), subject="Chủ đề mới")))
    assert "Version 2" in words(studio.get("/reports/profile"))
    assert demo_profile().subject in words(studio.get("/reports/profile/1"))
    assert studio.get("/reports/profile/3").status_code == 404


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
                assert f"#finding-{ref.removeprefix('unit:')}" in after[:900]
    assert "C9" not in page
    assert "Rows under the threshold are withheld" in page


def test_the_document_has_headings_in_order(studio) -> None:
    for path in ("", "/points", "/around", "/preview", "/approve", "/redraft"):
        page = studio.get(PAGE + path).get_data(as_text=True)
        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), path


def test_a_sentence_opens_by_a_link_and_says_what_the_draft_said_word_by_word(studio, held) -> None:
    before = held().document.blocks[2].sentences[0].text
    answer = write(studio, held, 2, before.replace("Văn phòng", "Cơ quan", 1))
    assert answer.location.endswith(f"{PAGE}#block-2")
    page = studio.get(f"{PAGE}?at=2.0").get_data(as_text=True)
    assert "<del>Văn phòng</del><ins>Cơ quan</ins>" in page
    assert "Committee" in page.split("Against the draft")[1][:200]
    # and back to the draft
    write(studio, held, 2, before)
    assert held().document == held().draft


def test_a_place_that_is_none_opens_nothing(studio) -> None:
    for at in ("999.0", "2.99", "x.y", "2", "-1.0", "9" * 30 + ".0"):
        answer = studio.get(PAGE, query_string={"at": at})
        assert answer.status_code == 200
        assert 'id="words-form"' not in answer.get_data(as_text=True)


def test_a_sentence_that_was_taken_out_can_be_put_back_where_it_was(studio, held) -> None:
    place = len(held().document.blocks) - 3
    text = held().document.blocks[place].sentences[0].text
    before = held().document
    write(studio, held, place, "", refs=[])
    assert text in words(studio.get(PAGE)).split("taken out")[-1]
    assert send(studio, f"{PAGE}/put-back", {"seen": digest_of_words(text)}).status_code == 302
    assert [block.text for block in held().document.blocks] == [block.text for block in before.blocks]
    assert send(studio, f"{PAGE}/put-back", {"seen": digest_of_words(text)}).status_code == 422


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (-1, "Không có dấu chấm", "must end with a full stop"),
        (1, "", "cannot be empty"),
        (2, "a\0b.", "cannot be printed"),
        (2, "x" * 12_001, "At most 12000 characters."),
    ],
)
def test_an_edit_that_cannot_be_kept_is_explained_and_stays_in_the_form(studio, held, place, text, said) -> None:
    before = held().document
    answer = write(studio, held, place % len(before.blocks), text)
    assert answer.status_code == 422
    assert said in words(answer)
    assert fields_of(answer)["text"][-1] == text.strip()
    assert held().document == before


def test_words_that_somebody_else_changed_are_shown_beside_mine_and_mine_are_kept(
    studio, held, staff_app, atrest
) -> None:
    # given a page that was opened before somebody else changed the sentence
    old = digest_of_words(held().document.blocks[2].sentences[0].text)
    write(studio, held, 2, "Câu của người kia.")
    # when words from that page are sent
    answer = write(studio, held, 2, "Câu của tôi.", seen=old)
    # then nothing is overwritten, both are on the page, and the field holds mine with what stands there now as seen
    assert answer.status_code == 422
    assert "Somebody else has written here meanwhile" in words(answer)
    assert fields_of(answer)["text"][-1] == "Câu của tôi."
    assert fields_of(answer)["seen"][0] == digest_of_words("Câu của người kia.")
    assert held().document.blocks[2].sentences[0].text == "Câu của người kia."
    # and mine survive the page being closed, although their sentence is gone
    assert "Câu của tôi." in words(studio.get(PAGE)).split("without a place")[1]
    # and after merging by hand they are saved
    assert write(studio, held, 2, "Câu của cả hai.").status_code == 302


def test_somebody_elses_change_elsewhere_stops_nobody(studio, held) -> None:
    seen = digest_of_words(held().document.blocks[3].sentences[0].text)
    write(studio, held, 2, "Đã sửa.")
    assert write(studio, held, 3, "Sửa chỗ khác.", seen=seen).status_code == 302


def test_markup_in_an_edit_is_only_words(studio, held) -> None:
    write(studio, held, 2, "<script>alert(1)</script> là chữ.")
    for path in ("", "?at=2.0", "/preview"):
        page = studio.get(PAGE + path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_sentence_rests_on_published_rows_only(studio, held) -> None:
    before = held().document
    for refs in (["C9"], ["unit:P2"], ["<x>"]):
        assert write(studio, held, 2, "Câu mới.", refs=refs).status_code == 422
    assert held().document == before
    assert write(studio, held, 2, "Câu mới.", refs=["C1"]).status_code == 302
    assert held().document.blocks[2].sentences[0].finding_refs == ("C1",)


# --- words in writing ---


def keep(client, body):
    token = token_of(client, "/account/")
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post(f"{PAGE}/scratch", json=body, headers=headers)


def test_words_in_writing_come_back_and_can_be_thrown_away(studio, held) -> None:
    seen = digest_of_words(held().document.blocks[2].sentences[0].text)
    assert keep(studio, {"seen": seen, "text": "Đang viết dở"}).json == {"kept": True}
    assert fields_of(studio.get(f"{PAGE}?at=2.0"))["text"][-1] == "Đang viết dở"
    assert "Đang viết dở" not in words(studio.get(f"{PAGE}/preview"))
    assert send(studio, f"{PAGE}/scratch/drop", {"seen": seen}).status_code == 302
    assert "Đang viết dở" not in words(studio.get(f"{PAGE}?at=2.0"))


@pytest.mark.parametrize("body", [{}, {"seen": "x", "text": "y"}, {"seen": 1, "text": "y"}, {"text": "y"}])
def test_malformed_scratch_is_refused(studio, body) -> None:
    assert keep(studio, body).status_code == 422


# --- around the text, and a new draft ---


def test_head_and_signature_change_alone(studio, held) -> None:
    before = held().document
    data = {name: values[0] for name, values in fields_of(studio.get(f"{PAGE}/around")).items()}
    data |= {"style": "state", "number": "12", "issued": "2026-12-01", "recipients": "Một\nHai"}
    assert send(studio, f"{PAGE}/around", data).status_code == 302
    page = words(studio.get(PAGE))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page
    assert "ngày 01 tháng 12 năm 2026" in page
    assert held().document.blocks == before.blocks
    assert held().document.recipients.items == ("Một", "Hai")
    now = {**data, "seen": held().digest}
    for over in ({"style": "other"}, {"number": "-3"}, {"name": ""}, {"recipients": " "}):
        assert send(studio, f"{PAGE}/around", {**now, **over}).status_code == 422
    assert send(studio, f"{PAGE}/around", data).status_code == 409


def test_a_new_draft_is_chosen_part_by_part(studio, held) -> None:
    write(studio, held, 2, "Lời của người soạn.")
    assert "would change nothing" in words(studio.get(f"{PAGE}/redraft"))
    send(studio, "/reports/profile", filled(replace(demo_profile(), mission=("Nhiệm vụ mới.",))))
    assert "has changed since this draft" in words(studio.get(PAGE))
    answer = studio.get(f"{PAGE}/redraft")
    page = words(answer)
    assert all(text in page for text in ("Lời của người soạn.", "Nhiệm vụ mới.", demo_profile().mission[0][:60]))
    seen = fields_of(answer)["seen"][0]
    (part,) = re.findall(r'name="(part-\d+)" value="mine" required', answer.get_data(as_text=True))
    assert send(studio, f"{PAGE}/redraft", {"seen": seen}).status_code == 409
    assert send(studio, f"{PAGE}/redraft", {"seen": seen, part: "mine"}).status_code == 302
    assert held().document.blocks[2].sentences[0].text == "Lời của người soạn."
    assert held().draft.blocks[2].text == "Nhiệm vụ mới."


def test_without_a_publication_there_is_no_report(committee) -> None:
    for path in ("/reports/none", "/reports/none/points", "/reports/none/report.docx", f"{PAGE}/report.docx"):
        assert committee.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/start", "/redraft", "/words", "/around", "/put-back", "/scratch", "/scratch/drop", "/hand-over",
             "/confirm", "/send-back", "/correct", "/points/reopen", f"/points/{'a' * 64}"],
)  # fmt: skip
def test_no_post_without_a_token(studio, path) -> None:
    assert studio.post(f"{PAGE}{path}").status_code == 422


def test_only_the_committee_enters(staff, studio, sign_in) -> None:
    staff.post("/logout", data={"csrf_token": token_of(staff, "/account/")})
    sign_in(staff, "moderator")
    for path in ("/reports/", PAGE, f"{PAGE}/points", f"{PAGE}/approve", f"{PAGE}/report.docx", "/reports/profile"):
        assert staff.get(path).status_code == 403
    assert CID in PAGE
