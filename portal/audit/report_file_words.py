"""A file's words against those of the report that the log commits to: what differs, and where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from portal.audit.report_file_read import Line
from portal.findings.publication import TABLES, Publication
from portal.reports.annex import Annex
from portal.reports.charts import chart_words
from portal.reports.layout import lay_out, reading_order
from portal.reports.model import Document
from portal.reports.style import load_style

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# A number that counts people or comments, in a report that the file does not carry.
COUNTED = re.compile(r"(\d+)(?=[^\d.;]{0,12}(?:lượt|góp ý|ý kiến|phiếu))")
# Renderers break lines after these signs.
PIECE = re.compile(r"[^\s/–—-]*[/–—-]|[^\s/–—-]+")
JOINT = re.compile(r"(?<=[/–—-]) ")
SPOKEN = 90
# Words that are compared one by one: more than any report has, and the time for it grows with their square.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the file (``said``) that stand instead of the report's (``meant``); either may be empty."""

    where: str
    said: str
    meant: str

    @property
    def figures(self) -> bool:
        """Whether a number differs, and not only words."""
        return NUMBER.findall(self.said) != NUMBER.findall(self.meant)

    def __str__(self) -> str:
        if not self.meant:
            return f"{self.where}: added {_short(self.said)}"
        if not self.said:
            return f"{self.where}: left out {_short(self.meant)}"
        return f"{self.where}: {_short(self.said)} where the report has {_short(self.meant)}"


def _short(text: str) -> str:
    return f"“{text if len(text) <= SPOKEN else text[: SPOKEN - 1] + '…'}”"


def lines_of(document: Document, annex: Annex, *, within: bool, apart: bool) -> list[str]:
    """Every line that a file of this document says; the charts' words stand among them, at their end, or nowhere."""
    layout = lay_out(document, load_style(document.style))
    lines = [*reading_order(layout), *annex.lines(chart_words if within else None)]
    if apart and not within:
        lines += [words for one in annex.listings if one.alt for words in chart_words(one, annex.legend)]
    return lines


def differences(meant: Iterable[str], said: Iterable[Line]) -> Iterator[Difference]:
    """Where the words differ, in the order of the file. Line breaks and spaces do not count; letters are NFC."""
    expected = [word for line in meant for word in _words(line)]
    found = [(word, where) for where, line in said for word in _words(line)]
    start, end = _common(expected, [word for word, _ in found])
    middle = expected[start : len(expected) - end]
    rest = found[start : len(found) - end]
    if max(len(middle), len(rest)) > MOST:
        yield Difference("the whole text", _joined(word for word, _ in rest), _joined(middle))
        return
    matcher = SequenceMatcher(None, middle, [word for word, _ in rest], autojunk=False)
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        if kind != "equal":
            where = found[min(start + right, len(found) - 1)][1] if found else "nowhere"
            yield Difference(where, _joined(word for word, _ in rest[right:right_end]), _joined(middle[left:left_end]))


def _words(line: str) -> list[str]:
    """Words, cut where a line may be broken inside of them, so that a file's own line breaks do not count.

    Signs without a shape are left out: not every format keeps them.
    """
    shown = "".join(letter for letter in line if unicodedata.category(letter) != "Cf")
    return PIECE.findall(unicodedata.normalize("NFC", shown))


def _joined(pieces: Iterable[str]) -> str:
    return JOINT.sub("", " ".join(pieces))


def _common(one: list[str], other: list[str]) -> tuple[int, int]:
    """How many words agree at the beginning, and at the end of what is left: what was edited is seldom long."""
    room = min(len(one), len(other))
    start = next((at for at in range(room) if one[at] != other[at]), room)
    end = next((at for at in range(room - start) if one[-1 - at] != other[-1 - at]), room - start)
    return start, end


def alternative_texts(annex: Annex, said: Sequence[Line]) -> list[Difference]:
    """Alternative texts that are not those of the annex's pictures; one that is missing says nothing wrong."""
    known = {" ".join(_words(text)) for text in (annex.qr_alt, *(listing.alt for listing in annex.listings))}
    return [
        Difference(f"{where}, alternative text", text, "")
        for where, text in said
        if text and " ".join(_words(text)) not in known
    ]


def loose_figures(lines: Iterable[Line], publication: Publication, *, every: bool = False) -> list[Difference]:
    """Numbers that count comments (or, with ``every``, any) and are no end of a published band."""
    rows = [row for table in TABLES for row in getattr(publication.rows, table)]
    ends = {str(end) for row in rows for end in (row.band.low, row.band.high)} | {str(publication.rule.k)}
    pattern = NUMBER if every else COUNTED
    return [
        Difference(where, hit[0], "") for where, line in lines for hit in pattern.finditer(line) if hit[0] not in ends
    ]
