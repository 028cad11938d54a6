"""Files with things planted in them that tell of their maker, and a search that looks into every packed part."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
import zlib
from pathlib import Path

from docx import Document
from docx.oxml import parse_xml
from fpdf import FPDF
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image, ImageCms

AUTHOR, PLACE, SERIAL, REMARK = "Nguyen Thi Tac Gia", "NoiChupBiMat", "SN99887766", "NhanXetBiMat"
DELETED, EDITOR, PATH, SESSION = "DoanDaXoaBiMat", "Nguoi Sua Bai", "C:\\Users\\tacgia\\bi-mat", "00AB12CD"
VISIBLE = "Đoạn văn nhìn thấy"
PLANTED = (AUTHOR, PLACE, SERIAL, REMARK, DELETED, EDITOR, PATH, SESSION, "21.0312", "105.8516")
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BY = f'w:author="{EDITOR}" w:date="2026-10-05T08:00:00Z"'


def everything(data: bytes, depth: int = 3) -> bytes:
    """The bytes, what any zlib or zip part of them unpacks to, and so on below."""
    parts = [data]
    if depth:
        for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
            try:
                parts.append(everything(zlib.decompressobj().decompress(data[start.start() :], 1 << 24), depth - 1))
            except zlib.error:
                continue
        if data[:4] == b"PK\x03\x04":
            archive = zipfile.ZipFile(io.BytesIO(data))
            parts += [name.encode() + everything(archive.read(name), depth - 1) for name in archive.namelist()]
    return b"\n".join(parts)


def found_in(data: bytes) -> set[str]:
    """Which planted texts are there, in the codings in which these formats write text."""
    whole = everything(data)
    lower = whole.lower()

    def there(text: str) -> bool:
        forms = (text.encode(), text.encode("utf-16-be"), text.encode("utf-16-le"))
        return any(form in whole for form in forms) or any(form.hex().encode() in lower for form in forms[:2])

    return {text for text in PLANTED if there(text)}


def exiftool(path: Path, *arguments: str) -> str:
    done = subprocess.run(["exiftool", *arguments, str(path)], capture_output=True, text=True, check=True)
    return done.stdout


def picture(size: tuple[int, int] = (320, 200)) -> Image.Image:
    """Red, its upper left quarter blue: one sees how it is turned."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((20, 40, 220), (0, 0, size[0] // 2, size[1] // 2))
    return image


def photograph(folder: Path, ending: str, *, orientation: int = 1) -> Path:
    """A picture as a telephone makes it, with all that exiftool can plant."""
    path = folder / f"IMG_2034-{orientation}.{ending}"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"comment": REMARK.encode()} if ending == "jpg" else {}
    picture().save(path, icc_profile=profile, quality=95, **more)
    thumbnail = folder / "thumb.jpg"
    picture((80, 50)).save(thumbnail)
    tags = [
        f"-EXIF:Artist={AUTHOR}", f"-EXIF:SerialNumber={SERIAL}", "-EXIF:Make=Canon", "-EXIF:Model=EOS 5000",
        f"-EXIF:Orientation#={orientation}", "-EXIF:GPSLatitude=21.0312", "-EXIF:GPSLatitudeRef=N",
        "-EXIF:GPSLongitude=105.8516", "-EXIF:GPSLongitudeRef=E",
        f"-EXIF:UserComment={PLACE}", "-EXIF:DateTimeOriginal=2026:10:05 08:00:00",
        f"-XMP-dc:Creator={AUTHOR}", f"-XMP-photoshop:City={PLACE}",
    ]  # fmt: skip
    if ending == "jpg":
        tags += [f"-IPTC:By-line={AUTHOR}", f"-ThumbnailImage<={thumbnail}"]
    if ending == "png":
        tags += [f"-PNG:Author={AUTHOR}", f"-PNG:Comment={REMARK}"]
    exiftool(path, "-q", "-overwrite_original", *tags)
    if ending == "jpg":
        path.write_bytes(path.read_bytes() + b"moving picture behind, " + SERIAL.encode())
    return path


def pdf(folder: Path) -> Path:
    """Two pages with a photograph, a remark, a link, an attached file, a script and properties; edited afterwards."""
    made = FPDF()
    made.set_author(AUTHOR)
    made.set_creator(EDITOR)
    made.set_xmp_metadata(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:creator>{AUTHOR}</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    made.add_page()
    made.set_font("helvetica", size=18)
    made.cell(text="Trang mot nhin thay")
    made.image(str(photograph(folder, "jpg")), x=10, y=40, w=80)
    made.text_annotation(50, 50, REMARK, title=AUTHOR)
    made.embed_file(bytes=PATH.encode(), basename="goc.txt", desc=AUTHOR)
    made.add_page()
    made.cell(text="Trang hai", link=f"https://noi-bo.example/{SERIAL}")
    path = folder / "van-ban.pdf"
    made.output(str(path))
    # exiftool writes an incremental update: the old properties stay in the file
    exiftool(path, "-q", "-overwrite_original", "-Author=Nguoi Khac", f"-Keywords={PLACE}")
    return path


def docx(folder: Path) -> Path:
    """A Word file with properties, tracked changes, a remark, fields, identifiers and a photograph."""
    made = Document()
    made.core_properties.author, made.core_properties.last_modified_by = AUTHOR, EDITOR
    made.core_properties.comments = REMARK
    made.add_heading("Tiêu đề", 1)
    paragraph = made.add_paragraph(f"{VISIBLE} ")
    for xml in (
        f'<w:ins {W} w:id="1" {BY}><w:r w:rsidR="{SESSION}"><w:t>chèn thêm</w:t></w:r></w:ins>',
        f'<w:del {W} w:id="2" {BY}><w:r><w:delText>{DELETED}</w:delText></w:r></w:del>',
        f'<w:fldSimple {W} w:instr=" AUTHOR "><w:r><w:t>{AUTHOR}</w:t></w:r></w:fldSimple>',
        f'<w:r {W}><w:fldChar w:fldCharType="begin"/></w:r>',
        f"<w:r {W}><w:instrText> FILENAME \\p </w:instrText></w:r>",
        f'<w:r {W}><w:fldChar w:fldCharType="separate"/></w:r>',
        f"<w:r {W}><w:t>{PATH}</w:t></w:r>",
        f'<w:r {W}><w:fldChar w:fldCharType="end"/></w:r>',
        f'<w:sdt {W}><w:sdtPr><w:alias w:val="{SERIAL}"/></w:sdtPr><w:sdtContent>'
        '<w:r><w:t xml:space="preserve"> khung giữ</w:t></w:r></w:sdtContent></w:sdt>',
    ):
        paragraph._p.append(parse_xml(xml))
    made.add_picture(str(photograph(folder, "jpg")))
    made.add_table(1, 2).cell(0, 0).text = "ô bảng"
    made.add_comment(paragraph.runs[0], text=REMARK, author=AUTHOR, initials="TG")
    path = folder / "bao-cao.docx"
    made.save(str(path))
    return path


def xlsx(folder: Path) -> Path:
    """A workbook with properties, a remark, a link, a formula that leads out, a photograph and a hidden sheet."""
    made = Workbook()
    made.properties.creator, made.properties.lastModifiedBy = AUTHOR, EDITOR
    sheet = made.active
    for cell, value in {"A1": VISIBLE, "A2": 3, "A3": "=A2*2", "A4": f"='{PATH}\\[so.xlsx]S'!A1", "B1": "xem"}.items():
        sheet[cell] = value
    sheet["A1"].comment = Comment(REMARK, AUTHOR)
    sheet["B1"].hyperlink = f"file:///{PATH}"
    sheet.add_image(SheetImage(str(photograph(folder, "jpg"))), "D5")
    made.create_sheet("Ẩn").sheet_state = "hidden"
    path = folder / "so-lieu.xlsx"
    made.save(path)
    return path


def converted(path: Path, ending: str) -> Path:
    """The same by LibreOffice, which writes properties and changes in its own way."""
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/profile", "--convert-to", ending]
    subprocess.run([*command, "--outdir", str(path.parent), str(path)], capture_output=True, check=True, timeout=180)
    return path.with_suffix(f".{ending}")


def text_of(path: Path) -> str:
    """What LibreOffice and poppler show of a document."""
    shown = path if path.suffix == ".pdf" else converted(path, "pdf")
    return subprocess.run(["pdftotext", str(shown), "-"], capture_output=True, text=True, check=True).stdout
