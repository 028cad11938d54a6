"""Slips and half-cards, as a reader of the paper sees them: text by pdftotext, QR codes by another implementation."""

from __future__ import annotations

import re
import secrets
import subprocess
import unicodedata
import zlib
from dataclasses import fields, replace
from pathlib import Path

import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image

from portal.crypto.crockford import encode_code, parse_code
from portal.errors import Conflict
from portal.issuing.claims import Slip
from portal.issuing.paper import CardSheet, CardWords, SlipSheet, SlipWords, canvas, cards_pdf, slips_pdf
from portal.words import translated

KEY_ID = "a1b2c3d4e5f60718" + "9" * 48
SHEET = SlipSheet(
    issuer="van-phong",
    issuer_name="Văn phòng (bộ phận tổ chức cán bộ)",
    office_name="Văn phòng Tỉnh ủy Bình Sơn",
    title="Góp ý về việc thực hiện quy chế dân chủ ở cơ sở năm 2027",
    days="01/02/2027 – 05/02/2027",
    page="https://gopy.example.vn/c/gop-y-2027/collect",
    key_id=KEY_ID,
)
CARDS = CardSheet(
    issuer="thanh-tra",
    letter="B",
    issuer_name="Ban Thanh tra nhân dân",
    title="Góp ý về việc thực hiện quy chế dân chủ ở cơ sở năm 2027",
    page="https://gopy.example.vn/c/gop-y-2027",
)
NAMES = (
    "Nguyễn Thị Ngọc Ánh",
    "Đỗ Hữu Phước",
    "Trần Thuỳ Dương",
    "Lê Hoàng Diễm Quỳnh",
    "Phạm Thế Duyệt",
    "H'Ngăm Niê Kđăm",
    "Bửu Ỷ",
)


def slip(number: int, name: str, unit: str = "Phòng Tổng hợp") -> Slip:
    return Slip(f"CB-{number:03}", name, unit, "", encode_code(secrets.token_bytes(10)))


def text(pdf: bytes, *options: str) -> str:
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def flat(pdf: bytes) -> str:
    """The text without any spaces: a line break within a sentence says nothing."""
    return re.sub(r"\s+", "", text(pdf, "-raw"))


def pages(pdf: bytes, folder: Path, resolution: int = 150) -> list[Image.Image]:
    (folder / "sheet.pdf").write_bytes(pdf)
    stem = str(folder / "page")
    subprocess.run(["pdftoppm", "-gray", "-r", str(resolution), str(folder / "sheet.pdf"), stem], check=True)
    return [Image.open(path) for path in sorted(folder.glob("page-*.pgm"))]


def codes(pdf: bytes, folder: Path) -> list[list[str]]:
    """What a scanner reads, page by page."""
    return [
        [found.text for found in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)]
        for page in pages(pdf, folder)
    ]


def test_the_fonts_know_every_letter_of_vietnamese() -> None:
    letters = "".join(
        unicodedata.normalize("NFC", letter + tone)
        for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    )
    for weight in (400, 600):
        font = TTFont(canvas.FONTS / f"be-vietnam-pro-{weight}.ttf")
        assert set(map(ord, letters + "đĐ–—…“”’")) <= set(font.getBestCmap())


def test_a_slip_says_everything_that_its_owner_needs() -> None:
    one = slip(7, NAMES[0])
    said = flat(slips_pdf([one], SHEET))
    for part in (SHEET.issuer_name, SHEET.office_name, SHEET.title, SHEET.days, SHEET.page, one.name, one.unit_name):
        assert re.sub(r"\s", "", part) in said
    assert one.staff_code in said and one.code in said
    assert "a1b2c3d4e5f60718" in said and KEY_ID[:17] not in said
    for item in fields(SlipWords):
        words = getattr(SHEET.words, item.name) % {"key": "a1b2 c3d4 e5f6 0718", "issuer": SHEET.issuer_name}
        assert re.sub(r"\s", "", words) in said


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_with_every_kind_of_mark_come_out(form: str) -> None:
    slips = [slip(number, unicodedata.normalize(form, name)) for number, name in enumerate(NAMES)]
    said = text(slips_pdf(slips, SHEET))
    assert [name for name in NAMES if name not in said] == []


def test_what_the_font_lacks_is_printed_as_something_and_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="fpdf"):
        said = text(slips_pdf([slip(1, "Trương 漢 Ǹam")], SHEET))
    assert "Trương ? Nam" in said
    assert "漢" not in caplog.text and "Trương" not in caplog.text


def test_qr_codes_of_slips_are_read_by_another_implementation(tmp_path: Path) -> None:
    slips = [slip(number, name) for number, name in enumerate(NAMES[:6])]
    first, second = codes(slips_pdf(slips, SHEET), tmp_path)
    wanted = [f"PF1/CLAIM/VAN-PHONG/{one.staff_code}/{one.code}/{SHEET.key_id.upper()}" for one in slips]
    assert sorted(first) == wanted[:4] and sorted(second) == wanted[4:]


def test_the_largest_slip_stays_within_its_cut_lines_and_is_read(tmp_path: Path) -> None:
    sheet = replace(
        SHEET,
        issuer="a" * 40,
        issuer_name="Tên nơi cấp phiếu rất dài " * 7,
        office_name="Cơ quan có tên rất dài " * 8,
        title="Đợt góp ý có tiêu đề rất dài " * 6,
        days="từ ngày 01/02/2027 đến hết ngày 05/02/2027",
        page=f"https://gop-y.co-quan-co-ten-dai.example.vn/c/{'b' * 40}/collect",
    )
    one = Slip("C" * 24, "Nguyễn Phúc " * 10, "Đơn vị có tên rất dài " * 5, "", encode_code(secrets.token_bytes(10)))
    pdf = slips_pdf([one], sheet)

    (found,) = codes(pdf, tmp_path)

    assert found == [f"PF1/CLAIM/{'A' * 40}/{'C' * 24}/{one.code}/{SHEET.key_id.upper()}"]
    assert re.sub(r"\s", "", one.name) in flat(pdf) and sheet.page in flat(pdf)
    words = re.findall(r'yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', text(pdf, "-bbox"))
    bottom, right = (12 + 69) * 72 / 25.4, 200 * 72 / 25.4
    assert len(words) > 100
    assert max(float(y) for _, _, y in words) < bottom and max(float(x) for _, x, _ in words) < right


def test_each_unit_begins_a_sheet_and_no_slip_is_split(tmp_path: Path) -> None:
    slips = [slip(number, NAMES[number % 7], "Phòng A" if number % 2 else "Phòng B") for number in range(11)]
    sheets = text(slips_pdf(slips, SHEET)).split("\f")[:-1]
    counts = [(sheet.count("Claim code"), "Phòng A" in sheet, "Phòng B" in sheet) for sheet in sheets]
    assert counts == [(4, False, True), (2, False, True), (4, True, False), (1, True, False)]


def test_words_are_the_callers() -> None:
    words = translated(
        SlipWords(), lambda msgid: f"« {msgid[:3]} %(key)s »" if "%(key)s" in msgid else f"« {msgid[:3]} »"
    )
    said = text(slips_pdf([slip(1, NAMES[0])], replace(SHEET, words=words)))
    assert "« Thi a1b2 c3d4 e5f6 0718 »" in said
    assert said.count("«") == len(fields(SlipWords)) and "Claim code" not in said


@pytest.mark.parametrize("count", [1, 10, 11, 30])
def test_half_cards_hold_each_code_once(count: int, tmp_path: Path) -> None:
    made = [secrets.token_bytes(10) for _ in range(count)]
    pdf = cards_pdf(made, CARDS)
    found = [content for page in codes(pdf, tmp_path) for content in page]
    assert sorted(found) == sorted(f"PF1/CARD/THANH-TRA/{encode_code(code)}" for code in made)
    said = flat(pdf)
    printed = re.findall(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{2}", said)
    assert sorted(map(parse_code, printed)) == sorted(made)
    assert said.count(re.sub(r"\s", "", CARDS.words.take)) == count
    assert said.count("BanThanhtranhândân") == count


def test_half_cards_are_shuffled_again() -> None:
    made = [secrets.token_bytes(10) for _ in range(40)]
    printed = [re.findall(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{2}", flat(cards_pdf(made, CARDS))) for _ in range(2)]
    order = [encode_code(code) for code in made]
    assert order not in printed and printed[0] != printed[1]


def test_half_cards_differ_in_nothing_but_the_code() -> None:
    said = text(cards_pdf([secrets.token_bytes(10) for _ in range(20)], CARDS), "-raw")
    lines = [re.sub(r"\s", "", line) for line in said.replace("\f", "\n").splitlines() if line.strip()]
    others = [line for line in lines if not re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{2}", line)]
    assert len(lines) - len(others) == 20
    assert {others.count(line) for line in others} == {20}


@pytest.mark.parametrize("kind", ["slips", "cards"])
def test_the_file_says_neither_when_nor_by_whom_and_is_the_same_each_time(kind: str) -> None:
    one, code = slip(1, NAMES[0]), secrets.token_bytes(10)

    def make() -> bytes:
        return slips_pdf([one], SHEET) if kind == "slips" else cards_pdf([code], CARDS)

    first = make()
    assert first == make()
    info = subprocess.run(["pdfinfo", "-"], input=first, capture_output=True, check=True).stdout.decode()
    assert "Author" not in info and "Creator" not in info and "ModDate" not in info
    assert "2000" in re.search(r"CreationDate:(.*)", info).group(1)
    assert "@" not in info and "Title" not in info


def test_secrets_stand_in_no_metadata() -> None:
    one = slip(1, NAMES[0])
    pdf = slips_pdf([one], SHEET)
    bare = re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL)
    assert one.code.encode() not in bare and one.code.encode("utf-16-be") not in bare
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.DOTALL)
    assert any(stream.startswith(b"\x78") and zlib.decompress(stream) for stream in streams)


def test_nothing_to_print_is_refused() -> None:
    for make in (lambda: slips_pdf([], SHEET), lambda: cards_pdf([], CARDS)):
        with pytest.raises(Conflict) as refusal:
            make()
        assert refusal.value.code == "nothing-to-print"


def test_translated_words_keep_their_places() -> None:
    assert translated(CardWords(), str.upper).half == "HALF-CARD"
