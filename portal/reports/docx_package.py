"""The DOCX package around a report: a clean template to begin from, and bytes that depend on nothing but the text.

python-docx's own template brings another machine's settings, fonts and thumbnail; all of that is dropped, so that a
file tells nothing of who made it, where or when (no author, no times, no application, no revision marks).
"""

from __future__ import annotations

import base64
import io
import zipfile

from docx import Document as open_template
from docx.document import Document as DocxDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from portal.reports.model import Document
from portal.reports.style import Style

# The earliest time a ZIP entry can hold (APPNOTE 6.3.10, 4.4.6): every entry gets it.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
KEPT = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS, RELATIONSHIP_TYPE.HEADER}

SETTINGS = """
<w:settings {namespaces}>
  <w:zoom w:percent="100"/>
  <w:defaultTabStop w:val="567"/>
  <w:characterSpacingControl w:val="doNotCompress"/>
  <w:compat>
    <w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
  </w:compat>
  <w:themeFontLang w:val="{language}"/>
  <w:decimalSymbol w:val=","/>
  <w:listSeparator w:val=";"/>
</w:settings>"""

FONTS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:fonts {namespaces}>
  <w:font w:name="{family}">
    <w:altName w:val="{fallback}"/>
    <w:charset w:val="A3"/>
    <w:family w:val="roman"/>
    <w:pitch w:val="variable"/>
  </w:font>
</w:fonts>"""

CUSTOM_PROPERTIES = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
EDITION_NAMESPACE = "urn:democracy-portal:report:1"
ITEM = f'<?xml version="1.0" encoding="UTF-8"?>\n<edition xmlns="{EDITION_NAMESPACE}">{{text}}</edition>'
# The id is of the kind of data, not of a file: it is the same in every report.
ITEM_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" '
    'ds:itemID="{6D0B4E0A-5B0C-4B52-9C1E-0D4F6A1B7C35}"><ds:schemaRefs>'
    f'<ds:schemaRef ds:uri="{EDITION_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
)


def blank(document: Document, style: Style) -> DocxDocument:
    """An empty file of the page of ``style``, with the properties of ``document`` and nothing of the template's."""
    docx = open_template()
    part, package = docx.part, docx.part.package
    for relations, kept in ((part.rels, KEPT), (package.rels, _package_kept())):
        for key in [key for key, relation in relations.items() if relation.reltype not in kept]:
            del relations[key]
    _replace_children(docx.settings.element, SETTINGS.format(namespaces=nsdecls("w"), language=style.font.language))
    fonts = FONTS.format(namespaces=nsdecls("w"), family=style.font.family, fallback=style.font.fallback)
    name = PackURI("/word/fontTable.xml")
    part.relate_to(Part(name, CONTENT_TYPE.WML_FONT_TABLE, fonts.encode(), package), RELATIONSHIP_TYPE.FONT_TABLE)
    _set_properties(docx, document, style)
    _set_page(docx, style)
    return docx


def _package_kept() -> set[str]:
    return {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}


def _replace_children(element: object, xml: str) -> None:
    fresh = parse_xml("".join(line.strip() for line in xml.splitlines()))
    for child in list(element):  # type: ignore[call-overload]
        element.remove(child)  # type: ignore[attr-defined]
    element.extend(list(fresh))  # type: ignore[attr-defined]


def _set_properties(docx: DocxDocument, document: Document, style: Style) -> None:
    core = docx.core_properties
    for child in list(core._element):
        core._element.remove(child)
    core.title = document.title.kind
    core.subject = document.title.subject
    core.language = style.font.language


def _set_page(docx: DocxDocument, style: Style) -> None:
    page, section = style.page, docx.sections[0]
    section.page_width, section.page_height = Mm(page.width_mm), Mm(page.height_mm)
    section.top_margin, section.bottom_margin = Mm(page.top_mm), Mm(page.bottom_mm)
    section.left_margin, section.right_margin = Mm(page.left_mm), Mm(page.right_mm)
    section.header_distance = section.footer_distance = Mm(style.page_number.distance_mm)
    section.gutter = Mm(0)
    section.different_first_page_header_footer = style.page_number.from_page > 1
    for name in list(section._sectPr.attrib):
        # Revision marks of the template's last editing sessions.
        del section._sectPr.attrib[name]


def carry(docx: DocxDocument, data: bytes) -> None:
    """Put ``data`` into the file as a custom XML part (ECMA-376 part 1, 15.2.5), which editors keep as it is."""
    package = docx.part.package
    text = base64.b64encode(data).decode()
    item = Part(PackURI("/customXml/item1.xml"), CONTENT_TYPE.XML, ITEM.format(text=text).encode(), package)
    about = Part(PackURI("/customXml/itemProps1.xml"), CUSTOM_PROPERTIES, ITEM_PROPERTIES.encode(), package)
    item.relate_to(about, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    docx.part.relate_to(item, RELATIONSHIP_TYPE.CUSTOM_XML)


def to_bytes(docx: DocxDocument) -> bytes:
    """The file, byte for byte the same for the same content: entries in name order at the ZIP epoch."""
    written = io.BytesIO()
    docx.save(written)
    out = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        # [Content_Types].xml sorts first, where readers expect it (ECMA-376 part 2, annex B).
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # 0 is "MS-DOS", whatever the machine: the default would tell Windows from the rest.
            entry.create_system = 0
            target.writestr(entry, source.read(name), compresslevel=9)
    return out.getvalue()
