"""Rosters as offices keep them: encodings, delimiters, headings, and files that mean harm."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from portal.issuing.roster import Member
from portal.issuing.roster_file import Problem, read_roster
from portal.issuing.roster_file import people as people_module
from portal.issuing.roster_file.legacy import looks_legacy
from portal.issuing.roster_file.people import unit_codes
from portal.issuing.roster_file.reading import MOST_NOTED
from portal.issuing.roster_words import PROBLEM_WORDS

HEADER = "Mã cán bộ;Họ và tên;Mã phòng;Phòng;Thư điện tử"
TEXT = f"""{HEADER}
cb-001;Nguyễn Thị Ngọc Ánh;TH;Phòng Tổng hợp;anh@example.vn
CB-002;Đỗ Hữu Phước;TH;Phòng Tổng hợp;
CB-003;Trần Thuỳ Dương;QT;Phòng Quản trị;duong.tran@mail.example.vn
"""
PEOPLE = (
    Member("CB-001", "Nguyễn Thị Ngọc Ánh", "TH", "Phòng Tổng hợp", "anh@example.vn"),
    Member("CB-002", "Đỗ Hữu Phước", "TH", "Phòng Tổng hợp", ""),
    Member("CB-003", "Trần Thuỳ Dương", "QT", "Phòng Quản trị", "duong.tran@mail.example.vn"),
)


def csv(text: str):
    return read_roster(text.encode(), "roster.csv")


def book(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None] = lambda _: None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    change(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def xlsx(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None] = lambda _: None):
    return read_roster(book(rows, change), "roster.xlsx")


def swapped(data: bytes, name: str, content: bytes | None, *, add: dict[str, bytes] | None = None) -> bytes:
    """The workbook with one part replaced (or left as it is), and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name and content is not None else old.read(part))
        for part, value in (add or {}).items():
            new.writestr(part, value)
    return out.getvalue()


def noted(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in problems]


ENCODED = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16 little": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "utf-16 big": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "NFD": unicodedata.normalize("NFD", TEXT).encode(),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "commas": TEXT.replace(";", ",").encode(),
    "tabs": TEXT.replace(";", "\t").encode(),
    "blank lines": TEXT.replace("\n", "\n\n;;;;\n").encode(),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_the_same_people_in_every_common_form(data: bytes) -> None:
    reading = read_roster(data, "Danh sách.CSV")
    assert (reading.members, reading.problems, reading.warnings) == (PEOPLE, (), ())


def to_1258(text: str) -> bytes:
    """As Windows saves Vietnamese: base letters with hats and horns, tones as marks of their own."""
    out = bytearray()
    for symbol in unicodedata.normalize("NFC", text):
        try:
            out += symbol.encode("cp1258")
        except UnicodeEncodeError:
            letter, tone = re.fullmatch(r"(.+?)([\u0300\u0301\u0303\u0309\u0323])(.*)", tones_last(symbol)).group(1, 2)
            out += unicodedata.normalize("NFC", letter).encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


def tones_last(symbol: str) -> str:
    parts = unicodedata.normalize("NFD", symbol)
    tones = "".join(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
    return "".join(mark for mark in parts if mark not in tones) + tones


def test_windows_1258_is_composed_and_said_to_be_a_guess() -> None:
    data = to_1258(TEXT)
    assert b"\xf2" in data and b"\xec" in data  # marks that combine

    reading = read_roster(data, "roster.csv")

    assert reading.members == PEOPLE
    assert noted(reading.warnings) == [(0, "encoding-guessed")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("HO VA TEN,EMAIL,DON VI,MA SO,ghi chú,MÃ ĐƠN VỊ", "Lê An,a@b.vn,Phòng A,x1,gì đó,PA"),
        ("unit name\tUNIT CODE\tFull Name\tStaff Code\te-mail", "Phòng A\tPA\tLê An\tX1\ta@b.vn"),
        ("STT;Mã NV;Họ tên;Tên đơn vị;Mã đơn vị;Thư  điện tử", "1;X1;Lê An;Phòng A;PA;a@b.vn"),
        ("Mã;Tên;Họ;Phòng;Mã phòng;Email", "X1;An;Lê;Phòng A;PA;a@b.vn"),
    ],
)
def test_headings_in_any_order_language_and_spelling(header: str, row: str) -> None:
    reading = csv(f"{header}\n{row}\n")
    assert reading.problems == ()
    assert reading.members == (Member("X1", "Lê An", "PA", "Phòng A", "a@b.vn"),)


def test_a_title_above_the_headings_and_notes_below_are_passed_over() -> None:
    reading = csv(f";DANH SÁCH CÁN BỘ;;\n;Năm 2027;;\n{TEXT};;;;;Người lập biểu\n")
    assert reading.members == PEOPLE


def test_quoted_fields_with_newlines_keep_the_line_numbers_of_the_file() -> None:
    text = 'Mã;Họ tên;Phòng\n"CB-1";"Lê\nAn";"Phòng ""A"";B"\nCB-1;Đỗ Bình;"Phòng ""A"";B"\n'
    reading = csv(text)
    assert reading.problems == (Problem(4, "staff-code-twice", {"first": 2}),)
    assert csv(text.replace("CB-1;", "CB-2;")).members[0].name == "Lê An"
    assert csv(text.replace("CB-1;", "CB-2;")).members[0].unit_name == 'Phòng "A";B'


def test_a_quotation_mark_that_never_closes_is_found_on_its_line() -> None:
    assert noted(csv(TEXT + 'CB-9;"Lê An;TH;Phòng Tổng hợp;\n').problems) == [(5, "quotes-malformed")]


def test_codes_of_units_are_made_alike_from_any_order() -> None:
    rows = [
        "1;A;Phòng Tổng hợp",
        "2;B;Phòng Tổ chức",
        "3;C;Chi bộ 12",
        "4;D;Phòng Thông tin - Hành chính",
        "5;E;Đội xe",
    ]
    forth = csv("Mã;Tên;Phòng\n" + "\n".join(rows)).members
    back = csv("Mã;Tên;Phòng\n" + "\n".join(reversed(rows))).members
    assert [one.unit_code for one in forth] == ["PTH", "PTC", "CB12", "PTTHC", "DX"]
    assert sorted(forth, key=lambda one: one.staff_code) == sorted(back, key=lambda one: one.staff_code)


def test_codes_of_units_are_unique_and_no_longer_than_a_code_may_be() -> None:
    names = {"Phòng Tài chính", "Phòng Tổ chức", "Phòng Tiếp công", "漢", " ".join("abcdefghijklmnopqrstuvwxyz")}
    codes = unit_codes(names)
    assert len(set(codes.values())) == len(names)
    assert all(people_module.UNIT_CODE.fullmatch(code) for code in codes.values())


PROBLEMS = {
    "CB-001;Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-twice"),
    "cb-001;Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-twice"),
    ";Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-missing"),
    "CB_9;Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-malformed"),
    "ĐB9;Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-malformed"),
    f"{'9' * 25};Lê An;TH;Phòng Tổng hợp;": (5, "staff-code-malformed"),
    "CB-9;;TH;Phòng Tổng hợp;": (5, "name-missing"),
    f"CB-9;{'a' * 121};TH;Phòng Tổng hợp;": (5, "name-long"),
    "CB-9;Lê An;TH;;": (5, "unit-name-missing"),
    f"CB-9;Lê An;X;{'a' * 121};": (5, "unit-name-long"),
    "CB-9;Lê An;;Phòng Tổng hợp;": (5, "unit-code-missing"),
    "CB-9;Lê An;T H;Phòng Tổng hợp;": (5, "unit-code-malformed"),
    "CB-9;Lê An;TH;Phòng Tổng Hợp;": (5, "unit-code-two-names"),
    "CB-9;Lê An;TH;Phòng Tổng hợp;an@nowhere": (5, "email-malformed"),
    "CB-9;Lê An;TH;Phòng Tổng hợp;a@b.vn, c@d.vn": (5, "email-malformed"),
    "CB-9": (5, "name-missing"),
}


@pytest.mark.parametrize(("row", "problem"), PROBLEMS.items())
def test_one_bad_row_is_named_and_nobody_is_imported(row: str, problem: tuple[int, str]) -> None:
    reading = csv(TEXT + row + "\n")
    assert reading.members == ()
    assert problem in noted(reading.problems)


def test_problems_and_warnings_hold_nothing_of_a_row() -> None:
    rows = [*PROBLEMS, "CB-8;Nguyễn Thị Ngọc Ánh;TH;Phòng Tổng hợp;anh@example.vn", "CB-7;TrÇn ThÞ B×nh;TH;Phßng;"]
    reading = csv(TEXT + "\n".join(rows))
    said = repr((reading.problems, reading.warnings))
    words = {word for row in rows for word in re.split(r"[;\s]", row) if len(word) > 3}
    assert len(reading.problems) > 10 and len(reading.warnings) > 2
    assert not [word for word in words if word in said]


def test_what_may_be_an_error_is_warned_of_and_imported() -> None:
    rows = "CB-8;nguyễn thị ngọc ánh;TH;Phòng Tổng hợp;ANH@example.vn\nCB-7;Lê An;XX;phòng tổng hơp;\n"
    reading = csv(TEXT + rows)
    assert len(reading.members) == 5
    assert noted(reading.warnings) == [(5, "person-twice"), (5, "email-twice"), (6, "unit-names-alike")]


@pytest.mark.parametrize(
    "word", ["NguyÔn V¨n An", "TrÇn ThÞ B×nh", "Phßng Tæng hîp", "Nguyeãn Vaên Nam", "Leâ An", "Traàn"]
)
def test_old_fonts_are_warned_of_and_not_converted(word: str) -> None:
    reading = csv(f"Mã;Tên;Phòng\n1;{word};Phòng A\n2;Lê An;Phòng A\n")
    assert noted(reading.warnings) == [(2, "legacy-font")]
    assert reading.members[0].name == word


def test_old_fonts_in_a_file_of_bytes_are_warned_of() -> None:
    data = "Ma;Ten;Phong\n1;TrÇn ThÞ B×nh;Phßng A\n".encode("latin-1")
    assert noted(read_roster(data, "x.csv").warnings) == [(0, "encoding-guessed"), (2, "legacy-font")]


def test_no_syllable_of_vietnamese_looks_like_an_old_font() -> None:
    text = (Path(__file__).parents[2] / "portal" / "translations" / "vi" / "LC_MESSAGES" / "messages.po").read_text()
    words = set(re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text)))
    assert len(words) > 1500
    names = "Hoà Thuý Quý Huệ Khuê Luân Tuấn Oánh Ngoãn Uyển Yến Toản Soạn Hoằng Thuở Khuya Loã Xoã Duẩn Ưởng Ỷ"
    assert [word for word in [*words, *names.split()] if looks_legacy(word)] == []


def test_a_heading_that_is_missing_or_there_twice_is_said_once() -> None:
    assert noted(csv("Mã;Tên\n1;A\n2;B\n").problems) == [(1, "column-missing-unit-name")]
    assert noted(csv("Tên;Phòng\nA;B\n").problems) == [(1, "column-missing-staff-code")]
    assert noted(csv("Mã;Phòng\nA;B\n").problems) == [(1, "column-missing-name")]
    assert csv("Mã;Tên;Phòng;Đơn vị\n1;A;B;C\n").problems == (Problem(1, "column-twice", {"column": "Đơn vị"}),)
    assert noted(csv("một;hai;ba\n1;A;B\n").problems) == [(0, "header-missing")]
    assert noted(csv(HEADER + "\n").problems) == [(0, "roster-empty")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "file-empty"),
        (b"\n \n", "a.csv", "file-empty"),
        (b"x" * (8 * 2**20 + 1), "a.csv", "file-too-large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "file-old-excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsx", "file-old-excel"),
        (TEXT.encode(), "a.pdf", "file-unknown"),
        (TEXT.encode(), "a", "file-unknown"),
        (TEXT.encode(), "a.xlsx", "file-unknown"),
        (book([["Mã", "Tên", "Phòng"]]), "a.csv", "file-unknown"),
        (TEXT.encode("utf-16-le"), "a.csv", "file-unknown"),
        (b"Ma;Ten;Phong\n1;\x9d;x\n", "a.csv", "encoding-unknown"),
        (b"PK\x03\x04" + bytes(200), "a.xlsx", "workbook-damaged"),
    ],
)
def test_other_files_are_refused_by_name(data: bytes, name: str, code: str) -> None:
    reading = read_roster(data, name)
    assert (reading.members, noted(reading.problems)) == ((), [(0, code)])


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_module, "ROWS_MOST", 2)
    assert csv(TEXT).problems == (Problem(0, "rows-too-many", {"limit": 2}),)


def test_a_hundred_thousand_problems_are_counted_not_listed() -> None:
    reading = csv("Mã;Tên;Phòng\n" + "1;A;B\n" * 1000)
    assert len(reading.problems) == MOST_NOTED + 1
    assert reading.problems[-1] == Problem(0, "problems-more", {"count": 999 - MOST_NOTED})


# workbooks


def test_a_workbook_with_numbers_for_codes() -> None:
    def format_codes(workbook: openpyxl.Workbook) -> None:
        workbook.active["A4"].number_format = "0000"

    rows = [
        ["Mã số", "Họ và tên", "Đơn vị", "Mã đơn vị"],
        [12, "Lê An", "Phòng 1", 1],
        [13.0, "Đỗ Bình", "Phòng 1", 1.0],
    ]
    reading = xlsx([*rows, [14, unicodedata.normalize("NFD", "Trần Ước"), "Phòng 1", "1"]], format_codes)
    assert reading.problems == ()
    assert [one.staff_code for one in reading.members] == ["12", "13", "0014"]
    assert {one.unit_code for one in reading.members} == {"1"}
    assert reading.members[2].name == "Trần Ước"


def test_cells_that_hold_no_text_are_named_by_line_and_heading() -> None:
    rows = [["Mã", "Tên", "Phòng", "Ngày sinh"], [date(2027, 3, 1), "A", "B", date(1980, 1, 1)], [10**16, "C", "B"]]
    reading = xlsx([*rows, [1.5, "D", "B"], ["X", "#REF!", "B"]])
    assert reading.problems == (
        Problem(2, "cell-date", {"column": "Mã"}),
        Problem(3, "cell-number", {"column": "Mã"}),
        Problem(4, "staff-code-malformed"),
        Problem(5, "cell-error", {"column": "Tên"}),
    )


def test_lines_of_a_workbook_count_blank_rows_and_titles() -> None:
    rows = [["DANH SÁCH"], [], ["Mã", "Tên", "Phòng"], ["1", "A", "B"], [], [None, "  "], ["1", "C", "B"]]
    assert xlsx(rows).problems == (Problem(7, "staff-code-twice", {"first": 4}),)


def test_the_first_visible_sheet_is_read() -> None:
    def hide(workbook: openpyxl.Workbook) -> None:
        workbook.active.sheet_state = "hidden"
        sheet = workbook.create_sheet("Danh sách")
        for row in (["Mã", "Tên", "Phòng"], ["2", "Thấy", "B"]):
            sheet.append(row)

    reading = xlsx([["Mã", "Tên", "Phòng"], ["1", "Ẩn", "B"]], hide)
    assert [one.name for one in reading.members] == ["Thấy"]


def test_a_formula_gives_its_stored_value_or_nothing() -> None:
    rows = [["Mã", "Tên", "Phòng"], ["1", '=HYPERLINK("http://example.org")', "B"]]
    assert noted(xlsx(rows).problems) == [(2, "name-missing")]  # openpyxl stores no value


ROWS: list[list[object]] = [["Mã", "Tên", "Phòng"], ["1", "A", "B"]]
SHEET = "xl/worksheets/sheet1.xml"


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("bomb", [ENTITIES, OUTSIDE], ids=["entities", "outside"])
def test_a_part_with_a_document_type_is_refused_before_openpyxl_sees_it(
    part: str, encoding: str, bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if encoding != "utf-8":
        bomb = f'<?xml version="1.0" encoding="{encoding}"?>' + bomb
    data = swapped(book(ROWS), part, bomb.encode(encoding))
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("was loaded"))
    assert noted(read_roster(data, "a.xlsx").problems) == [(0, "workbook-damaged")]


def test_openpyxl_reads_rows_with_defusedxml() -> None:
    import openpyxl.xml.functions as functions  # noqa: PLC0415

    assert openpyxl.DEFUSEDXML and functions.iterparse.__module__.startswith("defusedxml")


@pytest.mark.parametrize(
    "add",
    [
        {"xl/media/zero.bin": bytes(101 * 2**20)},
        {"xl/theme/theme9.xml": b"<a>" + b" " * 17 * 2**20 + b"</a>"},
        {f"xl/media/{number}.bin": b"" for number in range(1001)},
    ],
    ids=["one part", "a tree", "many parts"],
)
def test_what_unpacks_to_too_much_is_refused(add: dict[str, bytes]) -> None:
    data = swapped(book(ROWS), "", None, add=add)
    assert len(data) < 2**20
    assert noted(read_roster(data, "a.xlsx").problems) == [(0, "workbook-too-large")]


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    big = swapped(book(ROWS), "", None, add={"xl/media/zero.bin": bytes(10**7)})
    assert big.count((10**7).to_bytes(4, "little")) == 2
    data = big.replace((10**7).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive, pytest.raises(zipfile.BadZipFile):
        archive.read("xl/media/zero.bin")  # no more than it declares is unpacked


@pytest.mark.parametrize("row", ["1048577", "99999999999"])
def test_row_numbers_beyond_a_sheet_are_refused_soon(row: str) -> None:
    sheet = zipfile.ZipFile(io.BytesIO(book(ROWS))).read(SHEET).replace(b'<row r="2"', f'<row r="{row}"'.encode())
    data = swapped(book(ROWS), SHEET, re.sub(rb' r="[A-Z]2"', b"", sheet))
    assert noted(read_roster(data, "a.xlsx").problems) == [(0, "workbook-damaged")]


def test_a_declared_size_is_not_believed() -> None:
    sheet = zipfile.ZipFile(io.BytesIO(book(ROWS))).read(SHEET)
    wrong = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', sheet)
    assert wrong != sheet
    assert len(read_roster(swapped(book(ROWS), SHEET, wrong), "a.xlsx").members) == 1


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert noted(read_roster(out.getvalue(), "a.xlsx").problems) == [(0, "file-unknown")]


# words


def test_every_code_in_the_source_has_words_and_every_word_a_code() -> None:
    folder = Path(people_module.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    said = {code for code in PROBLEM_WORDS if f'"{code}"' in source}
    made = {"column-missing-staff-code", "column-missing-name", "column-missing-unit-name"}
    made |= {"staff-code-missing", "name-missing", "unit-name-missing"}
    assert said | made == set(PROBLEM_WORDS)
    called = re.findall(r'(?:Unreadable|problem|warn)\((?:[\w.]+, )?"([a-z-]+)"', source)
    assert len(called) > 25 and set(called) <= set(PROBLEM_WORDS)


def test_words_are_filled_by_what_problems_carry() -> None:
    readings = [csv(TEXT + "\n".join(PROBLEMS)), csv("Mã;Tên;Phòng;Đơn vị\n1;A;B;C\n"), read_roster(b"", "a.csv")]
    readings += [csv("Mã;Tên;Phòng\n" + "1;A;B\n" * 1000), read_roster(b"x" * (8 * 2**20 + 1), "a.csv")]
    problems = [problem for reading in readings for problem in (*reading.problems, *reading.warnings)]
    for problem in problems:
        sentence = PROBLEM_WORDS[problem.code] % {"line": problem.line, **problem.detail}
        assert "%(" not in sentence
