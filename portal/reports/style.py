"""The style table of a document: one frozen value per profile, read from ``styles/<name>.toml``.

No measure of a document stands anywhere else: ``docx`` and ``text`` ask this table for all of them. Lengths
are in millimetres (``_mm``), type sizes and spacing in points (``_pt``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portal.reports.errors import BadTable
from portal.reports.numbers import letter, roman
from portal.reports.tables import load_file

STYLES = Path(__file__).parent / "styles"
StyleName = Literal["party", "state"]
NAMES: tuple[str, ...] = ("party", "state")


@dataclass(frozen=True, slots=True)
class Page:
    """Paper and margins."""

    width_mm: float
    height_mm: float
    top_mm: float
    bottom_mm: float
    left_mm: float
    right_mm: float

    @property
    def text_mm(self) -> float:
        """The width between the margins."""
        return self.width_mm - self.left_mm - self.right_mm


@dataclass(frozen=True, slots=True)
class Font:
    """One face throughout; ``fallback`` has the same metrics, for machines without ``family``."""

    family: str
    fallback: str
    language: str


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Arabic number; ``distance_mm`` from the edge of the paper."""

    place: str
    from_page: int
    size_pt: float
    distance_mm: float

    def __post_init__(self) -> None:
        if self.place != "top-center":
            raise ValueError("place")
        if self.from_page not in (1, 2):
            raise ValueError("from_page")


@dataclass(frozen=True, slots=True)
class HeadStyle:
    """The two-column head: issuer on the left, motto (Party or state) on the right."""

    left_mm: float
    right_mm: float
    motto: tuple[str, ...]
    motto_pt: tuple[float, ...]
    motto_rule: str
    parent_pt: float
    issuer_pt: float
    issuer_mark: str
    issuer_rule: float
    number_format: str
    number_pt: float
    place_pt: float
    rule_pt: float
    rule_gap_pt: float

    def __post_init__(self) -> None:
        if not self.motto or len(self.motto) != len(self.motto_pt):
            raise ValueError("motto_pt")
        if self.motto_rule not in ("text", "none"):
            raise ValueError("motto_rule")
        if not 0 <= self.issuer_rule <= 1:
            raise ValueError("issuer_rule")

    def number(self, value: int | None, symbol: str) -> str:
        """``"Số 07-BC/VPTU"``; a draft without a number keeps room for it."""
        room = "\N{NO-BREAK SPACE}" * 6
        return self.number_format.format(number=f"{value:02d}" if value else room, symbol=symbol)


@dataclass(frozen=True, slots=True)
class TitleStyle:
    """Kind of document and subject, with a sign or a rule under them."""

    kind_pt: float
    kind_before_pt: float
    subject_pt: float
    subject_inset_mm: float
    separator: str
    separator_rule: float
    after_pt: float


@dataclass(frozen=True, slots=True)
class BodyStyle:
    """Justified paragraphs on lines of exactly ``line_pt``; ``end`` closes the last one."""

    size_pt: float
    line_pt: float
    before_pt: float
    after_pt: float
    indent_mm: float
    end: str


@dataclass(frozen=True, slots=True)
class Numbering:
    """Formats of the labels of the four levels; fields: number, roman, letter."""

    part: str
    section: str
    point: str
    mark: str
    section_bold: bool

    def label(self, level: str, number: int | None) -> str:
        """``("part", 1)`` -> ``"I- "``; a mark has no number.

        :raises ValueError: for an unknown level or a missing number.
        """
        if level == "mark":
            return self.mark
        if level not in ("part", "section", "point") or number is None:
            raise ValueError("level")
        if level == "part":
            return self.part.format(roman=roman(number))
        if level == "section":
            return self.section.format(number=number)
        return self.point.format(letter=letter(number))


@dataclass(frozen=True, slots=True)
class RecipientsStyle:
    """The list of recipients ("Nơi nhận") at the left foot."""

    heading: str
    heading_pt: float
    heading_look: str
    item_pt: float
    item_end: str
    last_end: str
    width_mm: float

    def __post_init__(self) -> None:
        if self.heading_look not in ("underline", "bold-italic"):
            raise ValueError("heading_look")

    def lines(self, items: tuple[str, ...]) -> list[str]:
        """Items with their dash and closing sign: ``["- TTTU (b/c),", "- Lưu VPTU."]``."""
        last = len(items) - 1
        return [f"- {item}{self.last_end if at == last else self.item_end}" for at, item in enumerate(items)]


@dataclass(frozen=True, slots=True)
class SignatureStyle:
    """Authority, post and name at the right foot; ``gap_pt`` is room for signature and seal."""

    authority_pt: float
    authority_bold: bool
    post_bold: bool
    authority_abbreviation: str
    name_pt: float
    gap_pt: float
    before_pt: float


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that can be measured in a document of one profile."""

    name: str
    page: Page
    font: Font
    page_number: PageNumber
    head: HeadStyle
    title: TitleStyle
    body: BodyStyle
    numbering: Numbering
    recipients: RecipientsStyle
    signature: SignatureStyle

    def __post_init__(self) -> None:
        if abs(self.head.left_mm + self.head.right_mm - self.page.text_mm) > 0.01:
            raise ValueError("head.left_mm")
        if not 0 < self.recipients.width_mm < self.page.text_mm:
            raise ValueError("recipients.width_mm")


def load_style(name: str, folder: Path = STYLES) -> Style:
    """The style table ``<folder>/<name>.toml``.

    :raises BadTable: for an unknown profile, a missing, unknown or mistyped key, or columns that do not fill
        the page.
    """
    if name not in NAMES:
        raise BadTable(key="name")
    style = load_file(Style, folder / f"{name}.toml")
    if style.name != name:
        raise BadTable(key="name")
    return style
