"""Publications and documents for the tests of reports."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree

from portal.consultations.taxonomy import default_taxonomy
from portal.findings.rule import bands_from
from portal.reports.draft import draft_report
from portal.reports.model import Document
from portal.reports.phrases import load_phrases
from portal.reports.profile import demo_profile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {"w": W.strip("{}")}
BANDS = [band.label for band in bands_from(5)]
TAXONOMY = default_taxonomy()
PHRASES = load_phrases()


def publication(
    categories: dict[str, str] | None = None,
    *,
    units: dict[str, str] | None = None,
    themes: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A publication document with these rows (code -> band)."""

    def rows(table: dict[str, str] | None) -> list[dict[str, str]]:
        return [{"code": code, "band": band} for code, band in sorted((table or {}).items())]

    return {
        "v": 1,
        "consultation": "gop-y-quy-ba",
        "title": {"vi": "Góp ý quý ba", "en": "Third quarter"},
        "period": {"opens": "2023-07-03", "closes": "2023-08-18"},
        "taxonomy": {"version": 1, "sha256": "ab" * 32},
        "rule": {
            "k": 5,
            "k_paraphrase": 10,
            "bands": [[band.low, band.high] for band in bands_from(5)],
            "unit_min_headcount": 10,
            "themes_only": themes is not None,
        },
        "rows": {"categories": rows(categories), "units": rows(units), "themes": rows(themes)},
    }


USUAL = {"C1": "10-14", "C12": "5-9", "C2": "20-29", "C4": "5-9", "D1": "10-14", "D2": "5-9", "D3": "15-19"}


def report(categories: dict[str, str] | None = None, **tables: Any) -> Document:
    """The demonstration office's report on these rows."""
    return draft_report(
        demo_profile(), publication(USUAL if categories is None else categories, **tables), TAXONOMY, PHRASES
    )


class Parts:
    """The parts of a DOCX, parsed without python-docx."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.raw = {name: archive.read(name) for name in archive.namelist()}
            self.entries = archive.infolist()
        self.document = etree.fromstring(self.raw["word/document.xml"])
        self.styles = etree.fromstring(self.raw["word/styles.xml"])

    def style(self, style_id: str) -> etree._Element:
        """A paragraph style of that id."""
        (found,) = self.styles.xpath("//w:style[@w:styleId=$id]", namespaces=NS, id=style_id)
        return found

    def value(self, element: etree._Element, path: str, attribute: str = "val") -> str | None:
        """An attribute of the first element at ``path`` (w: names), or None."""
        found = element.find(path, NS)
        return None if found is None else found.get(f"{W}{attribute}")

    def paragraphs(self, style_id: str) -> list[etree._Element]:
        """Paragraphs of that style, in document order."""
        return self.document.xpath("//w:p[w:pPr/w:pStyle/@w:val=$id]", namespaces=NS, id=style_id)

    def texts(self, style_id: str) -> list[str]:
        """Their words."""
        return ["".join(item.itertext(f"{W}t")) for item in self.paragraphs(style_id)]
