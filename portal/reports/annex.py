"""The annex of a report: the published rows as tables and charts, and how a reader verifies the file.

What must hold: nothing stands here but published bands, their codes and labels, and what the log shows to anybody.
Units are left out, as in the text: the report of a small office must not point at anyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Formatter

from portal.findings.publication import Publication, Row
from portal.findings.rule import Band
from portal.reports import dates
from portal.reports.edition import Edition, dump_edition
from portal.reports.tables import load_file
from portal.tlog.proof import LogProof

WORDS = Path(__file__).parent / "annex.vi.toml"
HOLES: dict[str, set[str]] = {
    "basis": {"title", "opens", "closes", "k"},
    "nothing": {"k"},
    "band": {"low", "high"},
    "band_open": {"low"},
    "chart": {"table", "rows"},
    "chart_row": {"code", "label", "band"},
    "check_at": {"address"},
    "check_how": {"document", "publication"},
    "approved": {"leaf"},
    "qr": {"address"},
}
DIGEST_SHOWN = 16


@dataclass(frozen=True, slots=True)
class AnnexWords:
    """The editable words; ``check`` opens the paragraph on verification, the others say what their names say."""

    heading: str
    title: str
    basis: str
    nothing: str
    categories: str
    praise: str
    themes: str
    columns: tuple[str, ...]
    band: str
    band_open: str
    chart: str
    chart_row: str
    legend_least: str
    legend_most: str
    check: str
    check_at: str
    check_how: str
    approved: str
    draft: str
    qr: str

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            if isinstance(text, str) and _holes(text) != HOLES.get(field.name, set()):
                raise ValueError(field.name)
        if len(self.columns) != 3:
            raise ValueError("columns")

    def band_of(self, band: Band) -> str:
        """``"từ 10 đến 14"``."""
        return (self.band_open if band.high is None else self.band).format(low=band.low, high=band.high)


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def load_words(path: Path = WORDS) -> AnnexWords:
    """The table in ``path``, read once.

    :raises BadTable: with the dotted name of the first wrong key.
    """
    return load_file(AnnexWords, path)


@dataclass(frozen=True, slots=True)
class Entry:
    """A published row with its label, and its band in words."""

    code: str
    label: str
    band: Band
    said: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of rows, largest band first, never empty. ``alt``: the words that stand for its chart, or "" for none."""

    title: str
    columns: tuple[str, ...]
    entries: tuple[Entry, ...]
    alt: str


Drawn = Callable[[Listing, tuple[str, str]], Iterable[str]]
"""The words of a list's chart, given those of its legend; see :func:`portal.reports.charts.chart_words`."""


@dataclass(frozen=True, slots=True)
class Annex:
    """What follows the signature. ``data`` is the edition that the file carries; ``address`` "" means no QR."""

    heading: str
    title: str
    basis: str
    listings: tuple[Listing, ...]
    nothing: str
    check: str
    address: str
    qr_alt: str
    legend: tuple[str, str]
    data: bytes

    def lines(self, drawn: Drawn | None = None) -> Iterator[str]:
        """Every line in reading order, a cell of a table being one; ``drawn`` tells the words of a chart."""
        yield from (self.heading, self.title, self.basis)
        for listing in self.listings:
            yield from (listing.title, *listing.columns)
            for entry in listing.entries:
                yield from (entry.code, entry.label, entry.said)
            yield from drawn(listing, self.legend) if drawn and listing.alt else ()
        if self.nothing:
            yield self.nothing
        yield self.check


def annex_of(edition: Edition, words: AnnexWords | None = None) -> Annex:
    """The annex of that edition."""
    words = words or load_words()
    publication = edition.publication
    listings = tuple(_listings(edition, publication, words))
    k = publication.rule.k
    opens, closes = dates.short(publication.opens), dates.short(publication.closes)
    return Annex(
        heading=words.heading,
        title=words.title,
        basis=words.basis.format(title=publication.title_vi, opens=opens, closes=closes, k=k),
        listings=listings,
        nothing="" if listings else words.nothing.format(k=k),
        check=_check(edition, words),
        address=edition.address,
        qr_alt=words.qr.format(address=edition.address),
        legend=(words.legend_least, words.legend_most),
        data=dump_edition(edition),
    )


def _listings(edition: Edition, publication: Publication, words: AnnexWords) -> Iterator[Listing]:
    """Categories, praise and themes, as far as any row of them was published."""
    known = edition.taxonomy.category_by_code
    labels = {code: item.vi for code, item in known.items()} | {item.code: item.vi for item in edition.taxonomy.themes}
    praised = {code for code, item in known.items() if item.praise}
    rows = publication.rows
    lists = {
        words.categories: [row for row in rows.categories if row.code not in praised],
        words.praise: [row for row in rows.categories if row.code in praised],
        words.themes: list(rows.themes),
    }
    for title, listed in lists.items():
        if listed:
            yield _listing(title, listed, labels, words)


def _listing(title: str, rows: list[Row], labels: dict[str, str], words: AnnexWords) -> Listing:
    ordered = sorted(rows, key=lambda row: (-row.band.low, row.code))
    entries = tuple(
        Entry(row.code, labels.get(row.code, row.code), row.band, words.band_of(row.band)) for row in ordered
    )
    said = "; ".join(words.chart_row.format(code=one.code, label=one.label, band=one.said) for one in entries)
    return Listing(title, words.columns, entries, words.chart.format(table=title, rows=said))


def _check(edition: Edition, words: AnnexWords) -> str:
    """The paragraph on verification."""
    where = words.check_at.format(address=edition.address) if edition.address else ""
    how = words.check_how.format(
        document=short_digest(edition.document_sha256), publication=short_digest(edition.publication_sha256)
    )
    approval = edition.approval
    state = words.approved.format(leaf=LogProof.parse(approval.proof).index) if approval else words.draft
    return f"{words.check}{where}{how} {state}"


def short_digest(digest: str) -> str:
    """``"1a2b-3c4d-5e6f-7a8b"``: 64 bits, to be compared by eye with what the log shows."""
    return "-".join(digest[at : at + 4] for at in range(0, DIGEST_SHOWN, 4))
