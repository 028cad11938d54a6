"""Figures in a report that nothing published stands behind, shown to the drafter before anything leaves the house.

Beside a finding only the ends of its published band may be said in figures; elsewhere a figure is known when the
machine's draft had it (it comes from the office's profile). Dates, numbers of documents and places in laws are figures
of nothing, anywhere. A number spelled out counts as well where it counts people or comments ("ba ý kiến"). It can show
one too many; it never judges and never changes a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.reports import numbers
from portal.reports.model import Document, Paragraph, Sentence
from portal.reports.profile import OfficeProfile
from portal.reports.rows import Published, Row, read_rows

FIGURE = re.compile(r"\d+(?:[.,/]\d+)*%?")
NUMBER_WORD = "(?:một|hai|ba|bốn|tư|lăm|năm|sáu|bảy|tám|chín|mươi|mười|mốt|vài)"
COUNTED = "(?:lượt|ý kiến|góp ý|phiếu|người|đồng chí|cán bộ|trường hợp)"
SPELLED = re.compile(rf"(?<!\w){NUMBER_WORD}(?: {NUMBER_WORD})*(?= {COUNTED}(?!\w))")

# "10/2022/QH15", "1702-CV/BNCTU", "30/2020/NĐ-CP": a number, perhaps its year, and letters in capitals.
DOCUMENT = r"\d+(?:/\d{4})?[-/][A-ZĐƯƠ][\wĐƯƠ]*(?:[-/.][A-ZĐƯƠ][\wĐƯƠ]*)*"
# "28/8/2023", "8/2023", "ngày 28 tháng 8 năm 2023", "năm 2023", "quý 3": only a year of four figures is one alone.
DATE = (
    r"(?<![\d/])(?:\d{1,2}/)?\d{1,2}/(?:19|20)\d\d(?![\d/])"
    r"|(?:[Nn]gày \d{1,2} )?[Tt]háng \d{1,2}(?:(?: năm |/)(?:19|20)\d\d)?"
    r"|[Nn]gày \d{1,2}/\d{1,2}(?![\d/])|[Nn]ăm (?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?|[Qq]uý [1-4](?!\d)"
)
# "Điều 56", "khoản 2", "Nghị quyết số 12": a place in a law, or the number of a document.
LEGAL = (
    r"(?:[Đđ]iều|[Kk]hoản|[Đđ]iểm|[Cc]hương|[Mm]ục|[Pp]hần|[Pp]hụ lục)\s+\d+(?:\.\d+)*"
    r"|(?:[Qq]uyết định|[Nn]ghị quyết|[Nn]ghị định|[Tt]hông tư|[Cc]ông văn|[Kk]ết luận|[Cc]hỉ thị|[Kk]ế hoạch|"
    r"[Qq]uy định|[Hh]ướng dẫn|[Bb]áo cáo|[Ll]uật)(?: \w+){0,7}? số \d+"
)
NO_FIGURES = re.compile(f"{DOCUMENT}|{DATE}|{LEGAL}")


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Figures of a sentence that nothing stands behind; ``block`` and ``position`` say where it stands."""

    sentence: Sentence
    figures: tuple[str, ...]
    block: int
    position: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure could be: one of the profile (``what`` is its name), or an end of a band (a published code)."""

    kind: str
    what: str


def unsupported(draft: Document, document: Document, publication: Mapping[str, Any]) -> list[Unsupported]:
    """The sentences of ``document`` with figures that come neither from a published band nor from ``draft``."""
    rows = read_rows(publication)
    problems = {id(paragraph) for paragraph in document.problem_section()}
    known = _known(draft)
    found = []
    for place, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph):
            continue
        for position, sentence in enumerate(block.sentences):
            told = id(block) in problems or bool(sentence.finding_refs)
            allowed = _ends(rows, sentence.finding_refs) if told else known
            said = [*said_in(sentence.text), *(_spelled(sentence.text) if told else ())]
            if figures := tuple(dict.fromkeys(figure for figure in said if figure not in allowed)):
                found.append(Unsupported(sentence, figures, place, position))
    return found


def said_in(text: str) -> list[str]:
    """The figures that ``text`` says, apart from dates, numbers of documents and places in laws."""
    return FIGURE.findall(NO_FIGURES.sub(" ", text))


def meanings(figure: str, profile: OfficeProfile | None, publication: Mapping[str, Any]) -> list[Meaning]:
    """What ``figure`` could be, from the office's profile and from published bands; nothing else is asked."""
    rows = read_rows(publication)
    own = profile_figures(profile) if profile else {}
    found = [Meaning("profile", name) for name, value in own.items() if _same(figure, value)]
    return [*found, *(Meaning("band", ref) for ref, row in _by_ref(rows).items() if figure in _ends_of(row))]


def profile_figures(profile: OfficeProfile) -> dict[str, str]:
    """The figures of the profile by name, as they are written without a zero in front."""
    staff, party = profile.staff, profile.party
    counts = {
        "total": staff.total,
        "members": staff.members,
        "others": staff.total - staff.members,
        "leaders": staff.leaders,
        "rooms": staff.rooms,
        "cells": party.cells,
        "committee": party.committee,
    }
    shares = {"members_share": (staff.members, staff.total), "others_share": (counts["others"], staff.total)}
    posts = (*staff.posts, *staff.room_posts, *staff.qualifications, *staff.theory)
    return {
        **{name: numbers.integer(value) for name, value in counts.items()},
        **{name: numbers.percent(*pair) for name, pair in shares.items()},
        **{post.title: numbers.integer(post.count) for post in posts},
    }


def _same(figure: str, value: str) -> bool:
    return figure == value or figure.lstrip("0") == value


def _spelled(text: str) -> list[str]:
    return [hit[0] for hit in SPELLED.finditer(text.casefold())]


def _known(draft: Document) -> set[str]:
    """Figures of the draft outside what rests on findings."""
    texts = [
        sentence.text
        for block in draft.blocks
        if isinstance(block, Paragraph)
        for sentence in block.sentences
        if not sentence.finding_refs
    ]
    return {figure for text in texts for figure in said_in(text)}


def _by_ref(rows: Published) -> dict[str, Row]:
    found = {row.code: row for row in (*rows.categories, *rows.themes)}
    return found | {f"unit:{row.code}": row for row in rows.units}


def _ends(rows: Published, refs: Iterable[str]) -> set[str]:
    """The ends of those rows' bands, in figures."""
    shown = _by_ref(rows)
    return {end for ref in refs if ref in shown for end in _ends_of(shown[ref])}


def _ends_of(row: Row) -> set[str]:
    return {str(end) for end in (row.band.low, row.band.high) if end is not None}
