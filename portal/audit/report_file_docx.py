"""The readable words of a DOCX, from its parts as they are stored (ECMA-376): no text processor is asked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from portal.audit.report_file_read import LIMIT, Line, Read, Unreadable, decode_data

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SVG_TEXT = "{http://www.w3.org/2000/svg}text"
DATA = re.compile(r"customXml/item[0-9]*\.xml")
CHART = re.compile(r"word/media/[A-Za-z]*([0-9]*)\.svg")
# Besides the document: whatever else a text processor shows on a page.
BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes|comments)[0-9]*\.xml")
LEAVES = {f"{W}{name}" for name in ("t", "tab", "br", "cr", "fldChar", "instrText")}
PASSED_OVER = {f"{W}p", f"{W}del", f"{W}pPr", FALLBACK}
HIDING = {f"{W}vanish": "hidden words", f"{W}color": "coloured words", f"{W}specVanish": "hidden words"}
PICTURES = {f"{DRAWING}inline", f"{DRAWING}anchor", f"{W}pict", f"{W}object"}
EDITION = "{urn:democracy-portal:report:1}edition"


def read(data: bytes) -> Read:
    """The parts of the file.

    :raises Unreadable: for anything that is not a whole DOCX.
    """
    try:
        archive, names = _opened(data)
        document = _xml(archive, "word/document.xml")
        found = Read("docx", list(_lines(document, "paragraph")))
        found.alternatives = list(_alternatives(document))
        found.pictures = sum(1 for node in document.iter() if node.tag in PICTURES)
        found.doubts = sorted({f"{HIDING[node.tag]} in the text" for node in document.iter() if _hides(node)})
        for name in filter(BESIDE.fullmatch, names):
            found.lines += _lines(_xml(archive, name), name)
        for name in sorted(filter(CHART.fullmatch, names), key=_number):
            texts = ["".join(node.itertext()) for node in _xml(archive, name).iter(SVG_TEXT)]
            found.charts += [(f"chart {_number(name)}", text) for text in texts]
        for name in filter(DATA.fullmatch, names):
            part = _xml(archive, name)
            if part.tag == EDITION:
                found.data = decode_data(part.text or "")
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, RuntimeError, ParseError,
        DefusedXmlException,
    ) as error:  # fmt: skip
        raise Unreadable("damaged, or no DOCX") from error
    found.notices.append("charts and codes made of pixels are not read: compare them with the tables by eye")
    return found


def _opened(data: bytes) -> tuple[zipfile.ZipFile, list[str]]:
    """The archive and its names. A name that stands there twice would be read by each program in its own way."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = archive.namelist()
    if len(set(names)) != len(names) or sum(entry.file_size for entry in archive.infolist()) > LIMIT:
        raise ValueError("a part stands there twice, or they are larger than any report")
    return archive, names


def _hides(node: Element) -> bool:
    if node.tag == f"{W}color":
        return (node.get(f"{W}val") or "auto").lower() not in {"auto", "000000"}
    return node.tag in HIDING and (node.get(f"{W}val") or "true").lower() not in {"false", "0", "off"}


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    entry = archive.getinfo(name)
    with archive.open(entry) as file:
        part: Element = ElementTree.fromstring(file.read(entry.file_size + 1))
    return part


def _number(name: str) -> int:
    hit = CHART.fullmatch(name)
    return int(hit[1] or 0) if hit else 0


def _lines(part: Element, where: str) -> Iterator[Line]:
    """Paragraphs that say something, counted with those that say nothing."""
    for number, paragraph in enumerate(part.iter(f"{W}p"), start=1):
        words = "".join(_words(paragraph))
        if words.strip():
            yield f"{where} {number}", words


def _words(paragraph: Element) -> Iterator[str]:
    """Text as it is shown, without the numbers of pages: a field tells its instruction before its result."""
    instruction, computed = "", False
    for node in _nodes(paragraph):
        if node.tag == f"{W}fldChar":
            kind = node.get(f"{W}fldCharType")
            computed = kind == "separate" and _is_page(instruction)
            instruction = "" if kind == "begin" else instruction
        elif node.tag == f"{W}instrText":
            instruction += node.text or ""
        elif not computed:
            yield (node.text or "") if node.tag == f"{W}t" else " "


def _nodes(element: Element) -> Iterator[Element]:
    """What a paragraph is made of; struck-out text, and paragraphs inside of it, are told elsewhere or not at all."""
    for child in element:
        if child.tag in LEAVES:
            yield child
        elif child.tag not in PASSED_OVER and not (
            child.tag == f"{W}fldSimple" and _is_page(child.get(f"{W}instr") or "")
        ):
            yield from _nodes(child)


def _is_page(instruction: str) -> bool:
    return instruction.split()[:1] == ["PAGE"]


def _alternatives(part: Element) -> Iterator[Line]:
    for number, about in enumerate(part.iter(f"{DRAWING}docPr"), start=1):
        if about.get("descr"):
            yield f"picture {number}", about.get("descr") or ""
