"""Cleaning in Chromium, by the built workers under the public app's policy: what was planted is gone."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fpdf import FPDF
from openpyxl import load_workbook
from PIL import Image, ImageOps
from playwright.sync_api import Browser

from tests.browser import planted, slides
from tests.browser.stripping import DIST, FILE_MAX, Stripper, stripping

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stripper(browser: Browser) -> Iterator[Stripper]:
    with stripping(browser) as made:
        yield made


def groups(path: Path) -> set[str]:
    """The kinds of metadata that exiftool finds, unknown ones included."""
    found = json.loads(planted.exiftool(path, "-j", "-a", "-G1", "-u", "-U"))[0]
    return {name.split(":")[0] for name in found if ":" in name}


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_a_photograph_keeps_nothing_but_its_picture(stripper: Stripper, tmp_path: Path, ending: str) -> None:
    # given a photograph whose file names its maker, the place, the camera and more
    path = planted.photograph(tmp_path, ending)
    assert {"IFD0", "GPS", "XMP-dc"} <= groups(path)
    assert {planted.AUTHOR, planted.PLACE} <= planted.found_in(path.read_bytes())
    # when it is cleaned
    made = stripper.strip("pictures", path.read_bytes())
    # then neither exiftool nor a search of every part finds any of it
    out = tmp_path / "sach"
    out.write_bytes(made.data)
    assert groups(out) <= {"File", "System", "ExifTool", "Composite", "JFIF", "PNG"}
    assert "icc" not in planted.exiftool(out).lower()
    assert planted.found_in(made.data) == set()
    # and the submitter is told what it was
    assert {"place", "device", "author", "time", "exif", "xmp", "icc"} <= set(made.removed)
    assert ({"iptc", "comment", "thumbnail", "trailer"} <= set(made.removed)) == (ending == "jpg")
    assert made.type == ("png" if ending == "png" else "jpeg")
    assert "seen" in made.left


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_as_it_was_seen(stripper: Stripper, tmp_path: Path, orientation: int) -> None:
    path = planted.photograph(tmp_path, "jpg", orientation=orientation)
    seen = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    made = Image.open(io.BytesIO(stripper.strip("pictures", path.read_bytes()).data)).convert("RGB")
    assert made.size == seen.size
    for x in (0.2, 0.8):
        for y in (0.2, 0.8):
            place = int(seen.width * x), int(seen.height * y)
            assert max(abs(a - b) for a, b in zip(made.getpixel(place), seen.getpixel(place), strict=True)) < 12


def test_colours_under_clear_pixels_are_gone(stripper: Stripper) -> None:
    image = Image.new("RGBA", (40, 40), (1, 2, 3, 255))
    image.paste((11, 22, 33, 0), (10, 10, 30, 30))
    buffer = io.BytesIO()
    image.save(buffer, "png")
    made = Image.open(io.BytesIO(stripper.strip("pictures", buffer.getvalue()).data)).convert("RGBA")
    assert made.getpixel((20, 20)) == (0, 0, 0, 0) and made.getpixel((5, 5)) == (1, 2, 3, 255)


def test_a_huge_picture_is_made_smaller_and_one_that_only_claims_to_be_is_refused(stripper: Stripper) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (6000, 3000), (9, 9, 9)).save(buffer, "png")
    made = stripper.strip("pictures", buffer.getvalue())
    assert Image.open(io.BytesIO(made.data)).size == (4096, 2048) and "pixels" in made.removed
    claim = bytearray(buffer.getvalue())
    claim[16:24] = (60_000).to_bytes(4, "big") * 2
    assert stripper.refusal("pictures", bytes(claim)) == "file-pixels"


def test_a_png_that_would_be_too_large_becomes_a_jpeg(stripper: Stripper) -> None:
    noise = Image.effect_noise((700, 700), 90).convert("RGB")
    buffer = io.BytesIO()
    noise.save(buffer, "png")
    assert stripper.strip("pictures", buffer.getvalue(), most=FILE_MAX).type == "png"
    assert stripper.strip("pictures", buffer.getvalue(), most=300_000).type == "jpeg"


def test_a_browser_that_gives_false_pixels_sends_no_picture(browser: Browser, tmp_path: Path) -> None:
    # given a worker in which canvases are encoded as noise, as Tor Browser does
    lie = """{ const real = OffscreenCanvas.prototype.convertToBlob;
      OffscreenCanvas.prototype.convertToBlob = function (options) {
        const white = new OffscreenCanvas(this.width, this.height); white.getContext("2d");
        return real.call(white, options); }; }"""
    with stripping(browser) as stripper:
        script = next(DIST.glob("workers-pictures-*.js")).read_text("utf-8")
        headers = {"Content-Type": "text/javascript", "Cross-Origin-Embedder-Policy": "require-corp"}
        stripper.page.route("**/workers-pictures-*", lambda route: route.fulfill(body=lie + script, headers=headers))
        assert stripper.refusal("pictures", planted.photograph(tmp_path, "jpg").read_bytes()) == "file-canvas"


@pytest.mark.parametrize("cut", [20, 400, 2000])
def test_damaged_pictures_are_refused(stripper: Stripper, tmp_path: Path, cut: int) -> None:
    data = planted.photograph(tmp_path, "jpg").read_bytes()
    assert stripper.refusal("pictures", data[:cut]) == "file-broken"


def test_a_pdf_keeps_its_pages_and_nothing_else(stripper: Stripper, tmp_path: Path) -> None:
    # given a PDF with a history, properties, a remark, a link, an attached file and a photograph
    path = planted.pdf(tmp_path)
    assert len(planted.found_in(path.read_bytes())) >= 6
    made = stripper.strip("pdf", path.read_bytes())
    # then what was planted is nowhere, in no packed stream either
    assert planted.found_in(made.data) == set()
    for name in (
        b"/Info",
        b"/Metadata",
        b"/Annots",
        b"/EmbeddedFiles",
        b"/JavaScript",
        b"/PieceInfo",
        b"/ID ",
        b"ICCBased",
    ):
        assert name not in planted.everything(made.data)
    out = tmp_path / "sach.pdf"
    out.write_bytes(made.data)
    assert groups(out) <= {"File", "System", "ExifTool", "PDF"}
    assert not {"Author", "Creator", "Producer", "CreateDate"} & set(json.loads(planted.exiftool(out, "-j"))[0])
    # and both pages are as they were
    assert re.sub(r"\s+", " ", planted.text_of(out)).strip() == "Trang mot nhin thay Trang hai"
    assert {"properties", "xmp", "ids", "remarks", "links", "embedded", "icc", "pictures"} <= set(made.removed)


def test_a_pdf_of_libreoffice_reads_the_same(stripper: Stripper, tmp_path: Path) -> None:
    path = planted.converted(planted.docx(tmp_path), "pdf")
    out = tmp_path / "sach.pdf"
    made = stripper.strip("pdf", path.read_bytes())
    out.write_bytes(made.data)
    assert planted.text_of(out) == planted.text_of(path)
    assert stripper.strip("pdf", made.data).removed == {}


def pdf_with(*objects: bytes, catalog: bytes = b"", page: bytes = b"") -> bytes:
    """A small PDF; ``objects`` are numbered from 4."""
    stream = b"BT /F1 12 Tf 20 20 Td (x) Tj ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R " + page + b" >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        *objects,
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        start,
    )
    return out


def locked_pdf() -> bytes:
    made = FPDF()
    made.set_encryption(owner_password="chu", user_password="khoa")
    made.add_page()
    return bytes(made.output())


def test_pdfs_that_would_look_otherwise_or_cannot_be_read_are_refused(stripper: Stripper) -> None:
    layers = b"/OCProperties << /OCGs [5 0 R] /D << /OFF [5 0 R] >> >>"
    group = b"<< /Type /OCG /Name (an) >>"
    cases = {
        "file-pdf-layers": pdf_with(group, catalog=layers),
        "file-pdf-xfa": pdf_with(catalog=b"/AcroForm << /Fields [] /XFA (x) >>"),
        "file-locked": locked_pdf(),
        "file-broken": b"%PDF-1.7\nnothing of one",
    }
    assert {code: stripper.refusal("pdf", data) for code, data in cases.items()} == {code: code for code in cases}
    shown = layers.replace(b"/OFF [5 0 R]", b"/OFF []")
    assert stripper.strip("pdf", pdf_with(group, catalog=shown)).type == "pdf"


def test_private_data_and_scripts_of_a_pdf_have_no_way_in(stripper: Stripper) -> None:
    script = f"<< /S /JavaScript /JS ({planted.PATH}) >>".encode().replace(b"\\", b"\\\\")
    page = f"/PieceInfo << /App << /LastModified (D:2026) /Private ({planted.SERIAL}) >> >> /AA << /O 5 0 R >>".encode()
    made = stripper.strip("pdf", pdf_with(script, catalog=b"/OpenAction 5 0 R", page=page))
    assert planted.found_in(made.data) == set() and b"JavaScript" not in planted.everything(made.data)
    assert {"script", "private"} <= set(made.removed)


def stream(dictionary: str, data: str) -> bytes:
    return f"<< {dictionary} /Length {len(data)} >>\nstream\n{data}\nendstream".encode()


def test_what_is_filled_into_a_form_stays_and_the_form_goes(stripper: Stripper, tmp_path: Path) -> None:
    # given a form with one field, whose name tells its maker
    field = f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({planted.AUTHOR}) /V (x) /Rect [20 100 180 120] /P 3 0 R"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    drawn = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 160 20] /Resources << /Font << /F1 7 0 R >> >>",
        "BT /F1 12 Tf 2 5 Td (dien vao day) Tj ET",
    )
    objects = (f"{field} /AP << /N 6 0 R >> >>".encode(), drawn, font)
    form = b"/AcroForm << /Fields [5 0 R] >>"
    made = stripper.strip("pdf", pdf_with(*objects, catalog=form, page=b"/Annots [5 0 R]"))
    # then what can be seen is part of the page, and no field is left
    out = tmp_path / "sach.pdf"
    out.write_bytes(made.data)
    assert "dien vao day" in planted.text_of(out) and "form" in made.removed
    assert planted.found_in(made.data) == set() and b"/Widget" not in planted.everything(made.data)
    # but a field whose appearance is missing would vanish unseen, so that form is refused
    bare = (f"{field} >>".encode(), *objects[1:])
    assert stripper.refusal("pdf", pdf_with(*bare, catalog=form, page=b"/Annots [5 0 R]")) == "file-pdf-form"


def test_names_that_a_file_gives_are_tables_only_where_they_can_be(stripper: Stripper) -> None:
    # given private words in a shading, whose key is also that of a table of resources, and a font named as no key is
    shading = (
        f"<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 1 1] /Function 6 0 R /Bi_mat ({planted.SERIAL}) >>"
    )
    pattern = f"<< /PatternType 2 /Shading {shading} >>".encode()
    function = b"<< /FunctionType 2 /Domain [0 1] /N 1 /Tac_gia (" + planted.AUTHOR.encode() + b") >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"/Resources << /Font << /F1 7 0 R >> /Pattern << /P1 5 0 R >> >>"
    made = stripper.strip("pdf", pdf_with(pattern, function, font, page=page))
    whole = planted.everything(made.data)
    assert planted.found_in(made.data) == set()
    assert b"/F1" in whole and b"/P1" in whole and b"/Coords" in whole


DOCUMENTS = {"docx": planted.docx, "xlsx": planted.xlsx, "pptx": slides.pptx}


@pytest.mark.parametrize("ending", DOCUMENTS)
def test_an_office_file_keeps_what_can_be_seen(stripper: Stripper, tmp_path: Path, ending: str) -> None:
    # given a file with properties, changes, remarks, paths and a photograph
    path = DOCUMENTS[ending](tmp_path)
    assert len(planted.found_in(path.read_bytes())) >= 5
    made = stripper.strip("office", path.read_bytes())
    # then what was planted is in no part of it, and each part says the same day
    assert made.type == ending and planted.found_in(made.data) == set()
    archive = zipfile.ZipFile(io.BytesIO(made.data))
    assert {(item.date_time, item.extra) for item in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), b"")}
    names = " ".join(archive.namelist())
    assert not re.search(r"docProps|customXml|comment|people|printer|vba|embeddings|webSettings|externalLink", names)
    assert "pictures" in made.removed and "properties" in made.removed
    # and cleaning it again finds nothing more
    assert stripper.strip("office", made.data).removed == {}


def test_a_word_file_reads_as_if_its_changes_had_been_accepted(stripper: Stripper, tmp_path: Path) -> None:
    out = tmp_path / "sach.docx"
    made = stripper.strip("office", planted.docx(tmp_path).read_bytes())
    out.write_bytes(made.data)
    assert planted.text_of(out).split() == f"Tiêu đề {planted.VISIBLE} chèn thêm khung giữ ô bảng".split()
    assert {"changes", "remarks", "fields", "data", "names"} <= set(made.removed)


def test_a_text_of_libreoffice_reads_the_same(stripper: Stripper, tmp_path: Path) -> None:
    path = planted.converted(planted.docx(tmp_path), "odt")
    assert {planted.EDITOR, planted.DELETED, planted.REMARK} <= planted.found_in(path.read_bytes())
    made = stripper.strip("office", path.read_bytes())
    assert made.type == "odt" and planted.found_in(made.data) == set()
    first = zipfile.ZipFile(io.BytesIO(made.data)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    out = tmp_path / "sach.odt"
    out.write_bytes(made.data)
    assert planted.text_of(out).split()[:8] == f"Tiêu đề {planted.VISIBLE} chèn thêm".split()
    assert stripper.strip("office", made.data).removed == {}


def test_a_workbook_keeps_values_and_says_what_is_hidden(stripper: Stripper, tmp_path: Path) -> None:
    made = stripper.strip("office", planted.xlsx(tmp_path).read_bytes())
    book = load_workbook(io.BytesIO(made.data))
    assert [cell.value for cell in book.worksheets[0]["A"]] == [planted.VISIBLE, 3, "=A2*2", None]
    assert book.worksheets[0]["B1"].value == "xem" and book.worksheets[0]["B1"].hyperlink is None
    assert "hidden" in made.left and "links" in made.removed


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> bytes:
    archive = zipfile.ZipFile(path)
    parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return buffer.getvalue()


def test_office_files_that_run_or_lie_are_refused(stripper: Stripper, tmp_path: Path) -> None:
    path = planted.docx(tmp_path)
    types, main = "[Content_Types].xml", "word/document.xml"
    plain = b"wordprocessingml.document.main+xml"

    def macro_type(parts: dict[str, bytes]) -> None:
        parts[types] = (
            parts[types]
            .replace(plain, b"x")
            .replace(b"openxmlformats-officedocument.x", b"ms-word.document.macroEnabled.main+xml")
        )

    def entity(parts: dict[str, bytes]) -> None:
        parts[main] = parts[main].replace(
            b"<w:document", b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document', 1
        )

    cases: list[tuple[str, Callable[[dict[str, bytes]], None]]] = [
        ("file-macros", lambda parts: parts.update({"word/vbaProject.bin": b"x"})),
        ("file-macros", macro_type),
        ("file-broken", entity),
        ("file-broken", lambda parts: parts.update({main: parts[main][:-20]})),
        ("file-broken", lambda parts: parts.pop(main) and None),
        (
            "file-other-office",
            lambda parts: parts.update({types: parts[types].replace(plain, b"wordprocessingml.template.main+xml")}),
        ),
        ("file-other", lambda parts: parts.pop(types) and None),
        ("file-broken", lambda parts: parts.update({"../ra-ngoai": b"x"})),
    ]
    assert [stripper.refusal("office", repacked(path, change)) for _, change in cases] == [code for code, _ in cases]


def test_pictures_that_no_browser_draws_leave_a_gap(stripper: Stripper, tmp_path: Path) -> None:
    def as_metafile(parts: dict[str, bytes]) -> None:
        for name in [name for name in parts if name.startswith("word/media/")]:
            parts[name] = b"\x01\x00\x00\x00" + planted.AUTHOR.encode() * 9

    made = stripper.strip("office", repacked(planted.docx(tmp_path), as_metafile))
    assert planted.found_in(made.data) == set() and "drawings" in made.removed
