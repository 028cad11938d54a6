"""The editable tables: every measure of the format stands in them, and a wrong value is refused by name."""

import dataclasses
import re
from pathlib import Path

import pytest

from portal.reports import situation
from portal.reports.contradictions import load_claims
from portal.reports.errors import BadTable
from portal.reports.phrases import PHRASES, load_phrases
from portal.reports.profile import DEMO, OfficeProfile, demo_profile, dump_profile, load_profile, parse_profile
from portal.reports.style import STYLES, load_style


def test_the_party_table_holds_the_measures_of_the_format() -> None:
    style = load_style("party")
    page = style.page
    assert (page.width_mm, page.height_mm) == (210, 297)
    assert (page.top_mm, page.bottom_mm, page.left_mm, page.right_mm) == (20, 20, 30, 15)
    assert (style.font.family, style.font.language) == ("Times New Roman", "vi-VN")
    assert style.head.motto == ("ĐẢNG CỘNG SẢN VIỆT NAM",)
    assert (style.head.motto_pt, style.head.parent_pt, style.head.issuer_pt) == ((15,), 14, 14)
    assert (style.head.issuer_mark, style.head.motto_rule) == ("*", "text")
    assert 15 <= style.title.kind_pt <= 16
    assert 14 <= style.title.subject_pt <= 15
    assert style.title.separator == "-----"
    body = style.body
    assert (body.size_pt, body.line_pt, body.before_pt, body.indent_mm, body.end) == (14, 18, 6, 10, ".")
    assert [style.numbering.label(*level) for level in (("part", 1), ("section", 1), ("point", 1))] == [
        "I- ",
        "1. ",
        "a) ",
    ]
    assert 12 <= style.recipients.heading_pt <= 14
    assert 11 <= style.recipients.item_pt <= 12
    assert (style.page_number.place, style.page_number.from_page) == ("top-center", 2)


def test_the_state_table_has_its_own_head() -> None:
    style = load_style("state")
    assert style.head.motto == ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    assert style.head.number(7, "BC-VP") == "Số: 07/BC-VP"
    assert style.numbering.label("part", 4) == "IV. "
    assert style.signature.authority_abbreviation == "KT."
    assert (style.body.end, style.recipients.lines(("A", "B"))) == ("./.", ["- A;", "- B."])


def test_a_number_is_padded_or_left_open() -> None:
    head = load_style("party").head
    assert head.number(7, "BC/VPTU") == "Số 07-BC/VPTU"
    assert head.number(1702, "CV/BNCTU") == "Số 1702-CV/BNCTU"
    assert re.fullmatch(r"Số \N{NO-BREAK SPACE}+-BC/VPTU", head.number(None, "BC/VPTU"))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("line_pt = 18", 'line_pt = "18"', "body.line_pt"),
        ("line_pt = 18", "", "body.line_pt"),
        ("line_pt = 18", "line_pt = 18\ncolour = 1", "body.colour"),
        ("left_mm = 76", "left_mm = 70", "head.left_mm"),
        ("motto_pt = [15]", "motto_pt = [15, 14]", "head.motto_pt"),
        ('place = "top-center"', 'place = "bottom"', "page_number.place"),
        ('name = "party"', 'name = "state"', "name"),
        ("[body]", "[body", "(toml)"),
    ],
)
def test_a_wrong_style_table_is_refused_by_name(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (STYLES / "party.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "party.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadTable) as refused:
        load_style("party", tmp_path)
    assert refused.value.detail["key"] == key


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(BadTable):
        load_style("../party")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('focus = "việc rà soát, đôn đốc chưa kịp thời"', 'focus = "12 việc"', "problem.D2.focus"),
        ("Có thời điểm, một vài việc thực hiện còn cầm chừng.", "Có 3 việc.", "problem.C3.low"),
        ("Có thời điểm, một vài việc thực hiện còn cầm chừng.", "Không có dấu chấm", "problem.C3.low"),
        ("Trong đó, tập trung chấn chỉnh {focus}.", "Trong đó, chấn chỉnh {việc}.", "remedies.R2.linked"),
        ("“{label}” được ghi nhận", "“{tên}” được ghi nhận", "frame.other_praise"),
        ("với {members} đảng viên; ", "; ", "office.party"),
        ("[praise.C12]", "[praise.C11]", "praise"),
    ],
)
def test_wrong_phrases_are_refused_by_name(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = PHRASES.read_text("utf-8")
    assert old in text
    path = tmp_path / "phrases.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadTable) as refused:
        load_phrases(path)
    assert refused.value.detail["key"] == key


def test_claims_load_and_name_known_categories_only() -> None:
    claims, phrases = load_claims(), load_phrases()
    assert claims.denials
    assert {*claims.terms, *claims.affirmations} <= set(phrases.problem)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("members = 61", "members = 76", "staff.members"),
        ("members = 61", "members = true", "staff.members"),
        ('title = "Chánh Văn phòng", count = 1', 'title = "Chánh Văn phòng", count = 0', "staff.posts[].count"),
        ('title = "Chánh Văn phòng", count = 1', 'title = "Chánh Văn phòng", count = 70', "staff.posts"),
        ('title = "thạc sĩ", count = 14', 'title = "thạc sĩ", count = 60', "staff.qualifications"),
        ("day = 2023-08-28", 'day = "hôm qua"', "request.day"),
        ("day = 2023-08-28", "day = 2023-08-28T10:00:00", "request.day"),
        ('place = "An Sơn"\n', "", "letterhead.place"),
        ('recipients = ["TTTU (b/c)", "Ban Nội chính TU", "Phòng HC-QT", "Lưu VPTU"]', "recipients = []", "recipients"),
    ],
)
def test_a_wrong_office_profile_is_refused_by_name(old: str, new: str, key: str) -> None:
    text = DEMO.read_text("utf-8")
    assert old in text
    with pytest.raises(BadTable) as refused:
        load_profile(text.replace(old, new, 1))
    assert refused.value.detail["key"] == key


def test_the_demonstration_office_is_the_size_of_the_seed_report() -> None:
    staff = demo_profile().staff
    assert (staff.total, staff.members, staff.leaders, staff.rooms) == (75, 61, 4, 6)
    assert (demo_profile().party.cells, demo_profile().party.committee) == (3, 9)


def test_a_profile_survives_storage() -> None:
    profile = demo_profile()
    assert parse_profile(dump_profile(profile)) == profile
    assert isinstance(parse_profile(dump_profile(profile)), OfficeProfile)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b'"v":2', b'"v":3'),
        lambda data: data.replace(b'"v":2', b'"v":1'),
        lambda data: data.replace(b'"v":2', b'"v":true'),
        lambda data: data.replace(b',"v":2', b""),
        lambda data: data.replace(b'"bases":[],', b""),
        lambda data: b" " + data,
        lambda data: data.replace(b'"total":75', b'"total":75.0'),
        lambda data: data.replace(b'"issued":null', b'"issued":""'),
        lambda data: b"[]",
        lambda data: b"not json",
    ],
)
def test_only_the_canonical_form_of_a_profile_is_read(spoil) -> None:
    data = dump_profile(demo_profile())
    assert spoil(data) != data
    with pytest.raises(BadTable):
        parse_profile(spoil(data))


def test_a_profile_of_version_1_is_read_as_one_without_further_bases() -> None:
    data = dump_profile(demo_profile()).replace(b'"bases":[],', b"").replace(b'"v":2', b'"v":1')
    assert parse_profile(data) == demo_profile()
    for spoilt in (data.replace(b'"v":1', b'"v":true'), b" " + data):
        with pytest.raises(BadTable):
            parse_profile(spoilt)


def test_further_bases_follow_the_request_in_their_order() -> None:
    profile = dataclasses.replace(demo_profile(), bases=("Luật số 10/2022/QH15", "Quy chế dân chủ của cơ quan"))
    said = situation.basis(profile, load_phrases())
    assert "phụ trách”; căn cứ Luật số 10/2022/QH15; Quy chế dân chủ của cơ quan, Văn phòng Tỉnh ủy báo cáo" in said
    assert "căn cứ" not in situation.basis(demo_profile(), load_phrases())
