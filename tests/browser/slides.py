"""A presentation, written by hand: nothing installed here makes one."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.browser import planted

OPEN = "http://schemas.openxmlformats.org"
NAMES = (
    f'xmlns:a="{OPEN}/drawingml/2006/main" xmlns:p="{OPEN}/presentationml/2006/main" '
    f'xmlns:r="{OPEN}/officeDocument/2006/relationships"'
)
TYPES = {
    "ppt/presentation.xml": "presentation.main",
    "ppt/slides/slide1.xml": "slide",
    "ppt/slides/slide2.xml": "slide",
    "ppt/slideLayouts/slideLayout1.xml": "slideLayout",
    "ppt/slideMasters/slideMaster1.xml": "slideMaster",
    "ppt/notesSlides/notesSlide1.xml": "notesSlide",
    "ppt/commentAuthors.xml": "commentAuthors",
    "ppt/comments/comment1.xml": "comments",
}
OFFICE = "application/vnd.openxmlformats"
CORE = (
    f'<Relationship Id="rId9" Type="{OPEN}/package/2006/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/>'
)
LAYOUTS = '<p:sldLayoutIdLst><p:sldLayoutId r:id="rId1"/></p:sldLayoutIdLst>'
TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'


def _rels(*links: tuple[str, str]) -> str:
    lines = [
        f'<Relationship Id="rId{at}" Type="{OPEN}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(links, 1)
    ]
    return f'<Relationships xmlns="{OPEN}/package/2006/relationships">{"".join(lines)}</Relationships>'


def _tree(root: str, inner: str = "", more: str = "") -> str:
    return f"<p:{root} {NAMES}{more}><p:cSld><p:spTree>{TREE}{inner}</p:spTree></p:cSld></p:{root}>"


def _text(words: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="{planted.SERIAL}" descr="{planted.PATH}"/>'
        "<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>"
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _picture() -> str:
    return (
        '<p:pic><p:nvPicPr><p:cNvPr id="3" name="IMG_2034.jpg"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        '<p:blipFill><a:blip r:embed="rId2"/></p:blipFill><p:spPr/></p:pic>'
    )


def _parts() -> dict[str, str]:
    return {
        "_rels/.rels": _rels(("officeDocument", "ppt/presentation.xml"))
        .replace("</Relationships>", f"{CORE}</Relationships>"),
        "docProps/core.xml": f"<c><creator>{planted.AUTHOR}</creator></c>",
        "ppt/presentation.xml": f"<p:presentation {NAMES}>"
        '<p:sldMasterIdLst><p:sldMasterId r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst>'
        '<p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId3"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _rels(
            ("slideMaster", "slideMasters/slideMaster1.xml"), ("slide", "slides/slide1.xml"),
            ("slide", "slides/slide2.xml"), ("commentAuthors", "commentAuthors.xml"),
        ),
        "ppt/slides/slide1.xml": _tree("sld", _text(planted.VISIBLE) + _picture()),
        "ppt/slides/_rels/slide1.xml.rels": _rels(
            ("slideLayout", "../slideLayouts/slideLayout1.xml"), ("image", "../media/image1.jpg"),
            ("notesSlide", "../notesSlides/notesSlide1.xml"), ("comments", "../comments/comment1.xml"),
        ),
        "ppt/slides/slide2.xml": _tree("sld", _text("Trang ẩn"), ' show="0"'),
        "ppt/slides/_rels/slide2.xml.rels": _rels(("slideLayout", "../slideLayouts/slideLayout1.xml")),
        "ppt/slideLayouts/slideLayout1.xml": _tree("sldLayout"),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _rels(("slideMaster", "../slideMasters/slideMaster1.xml")),
        "ppt/slideMasters/slideMaster1.xml": _tree("sldMaster").replace("</p:sldMaster>", f"{LAYOUTS}</p:sldMaster>"),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _rels(("slideLayout", "../slideLayouts/slideLayout1.xml")),
        "ppt/notesSlides/notesSlide1.xml": _tree("notes", _text(planted.DELETED)),
        "ppt/commentAuthors.xml": f'<p:cmAuthorLst {NAMES}><p:cmAuthor name="{planted.EDITOR}"/></p:cmAuthorLst>',
        "ppt/comments/comment1.xml": f"<p:cmLst {NAMES}><p:cm><p:text>{planted.REMARK}</p:text></p:cm></p:cmLst>",
    }  # fmt: skip


def pptx(folder: Path) -> Path:
    """Two slides, one of them hidden, with a photograph, speaker notes, a remark with its author, and properties."""
    parts = _parts()
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{OFFICE}-officedocument.presentationml.{kind}+xml"/>'
        for name, kind in TYPES.items()
    )
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{OPEN}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{OFFICE}-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpg" ContentType="image/jpeg"/>'
        f"{overrides}</Types>"
    )
    path = folder / "trinh-bay.pptx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
        made.writestr("ppt/media/image1.jpg", planted.photograph(folder, "jpg").read_bytes())
    return path
