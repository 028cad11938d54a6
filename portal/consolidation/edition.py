"""A consolidated report as it leaves the house: its text, its table, and every publication that the table adds up.

Every file carries this as one canonical JSON text (RFC 8785), so that its table can be computed again offline, from
what the offices' own logs vouch for. Version 1::

    {"v":1, "document":{...}, "taxonomy":{...}, "taxonomies":[{...}], "figures":{...},
     "sources":[{...findings.json...}],
     "approval":{"leaf":"<the report leaf as logged>","proof":"<tlog-proof>"} | null, "address":"https://..." | ""}

``taxonomies`` are those of offices that counted by another version than ``taxonomy``. ``sources`` stand in the order of
``figures.sources``, which names the key of each office's log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import rfc8785

from portal.consolidation.drafting import Words, labels_of, load_words
from portal.consolidation.figures import BadFigures, Figures, parse_figures
from portal.consolidation.sums import Joined, Line, consolidate
from portal.consultations.taxonomy import Taxonomy, dump_taxonomy, parse_taxonomy, taxonomy_sha256
from portal.errors import PortalError
from portal.findings.publication import Publication, parse_publication
from portal.reports import dates
from portal.reports.annex import Annex, AnnexWords, Entry, Listing, short_digest
from portal.reports.annex import load_words as annex_words
from portal.reports.edition import ADDRESS, Approval
from portal.reports.errors import BadEdition
from portal.reports.findings_file import parse_findings_json
from portal.reports.model import Document, dump_document, parse_document
from portal.reports.rows import natural
from portal.tlog.proof import LogProof

VERSION = 1
KEYS = {"v", "document", "taxonomy", "taxonomies", "figures", "sources", "approval", "address"}


@dataclass(frozen=True)
class ConsolidatedEdition:
    """``sources``: the bytes of each office's ``findings.json``; ``approval`` is None while the report is a draft.

    Raises :class:`BadEdition` for sources that cannot be read, an empty approval, or an address that is none. That
    proofs, digests and sums hold is for :mod:`portal.audit.consolidated` to say.
    """

    document: Document
    taxonomy: Taxonomy
    taxonomies: tuple[Taxonomy, ...]
    figures: Figures
    sources: tuple[bytes, ...]
    approval: Approval | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.address):
            raise BadEdition(where="address")
        if self.approval is not None and not (self.approval.leaf and self.approval.proof):
            raise BadEdition(where="approval")
        if len(self.sources) != len(self.figures.sources):
            raise BadEdition(where="sources")
        try:
            _ = self.publications
        except PortalError as error:
            raise BadEdition(where="sources") from error

    @cached_property
    def publications(self) -> tuple[Publication, ...]:
        """What the offices published."""
        files = map(parse_findings_json, self.sources)
        return tuple(parse_publication(rfc8785.dumps(dict(file.publication))) for file in files)

    @property
    def document_sha256(self) -> str:
        """The digest (hex) that the ``report`` leaf names."""
        return sha256(dump_document(self.document)).hexdigest()

    def joined(self) -> list[Joined]:
        """The publications with whose they are and what they were counted by.

        :raises BadEdition: when a taxonomy is missing.
        """
        known = {taxonomy_sha256(one): one for one in (self.taxonomy, *self.taxonomies)}
        pairs = zip(self.figures.sources, self.publications, strict=True)
        try:
            return [Joined(line.office, found, known[found.taxonomy_sha256]) for line, found in pairs]
        except KeyError as error:
            raise BadEdition(where="taxonomies") from error

    @property
    def adds_up(self) -> bool:
        """Whether the table is what the publications come to."""
        return consolidate(self.joined(), self.figures.rule) == self.figures.rows


def dump_edition(edition: ConsolidatedEdition) -> bytes:
    """Canonical JSON, version 1; :func:`parse_edition` is the inverse."""
    approval = edition.approval
    return rfc8785.dumps(
        {
            "v": VERSION,
            "document": json.loads(dump_document(edition.document)),
            "taxonomy": json.loads(dump_taxonomy(edition.taxonomy)),
            "taxonomies": [json.loads(dump_taxonomy(one)) for one in edition.taxonomies],
            "figures": edition.figures.as_document(),
            "sources": [json.loads(data) for data in edition.sources],
            "approval": {"leaf": approval.leaf, "proof": approval.proof} if approval else None,
            "address": edition.address,
        }
    )


def parse_edition(data: bytes) -> ConsolidatedEdition:
    """Read what :func:`dump_edition` wrote, and nothing else.

    :raises BadEdition: for another version or key, parts that cannot be read, or non-canonical bytes.
    """
    try:
        table: Mapping[str, Any] = json.loads(data)
        if set(table) != KEYS:
            raise BadEdition(where="keys")
        edition = _edition(table)
        again = dump_edition(edition)
    except (BadEdition, BadFigures) as error:
        raise BadEdition(where=str(error.detail.get("where", "figures"))) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, PortalError) as error:
        raise BadEdition(where="json") from error
    if again != data:
        raise BadEdition(where="canonical")
    return edition


def _edition(table: Mapping[str, Any]) -> ConsolidatedEdition:
    approval = table["approval"]
    return ConsolidatedEdition(
        document=parse_document(rfc8785.dumps(table["document"])),
        taxonomy=parse_taxonomy(rfc8785.dumps(table["taxonomy"])),
        taxonomies=tuple(parse_taxonomy(rfc8785.dumps(one)) for one in table["taxonomies"]),
        figures=parse_figures(rfc8785.dumps(table["figures"])),
        sources=tuple(rfc8785.dumps(one) for one in table["sources"]),
        approval=Approval(**approval) if approval is not None else None,
        address=table["address"],
    )


def annex_of(edition: ConsolidatedEdition) -> Annex:
    """The annex: the consolidated table, then each office's published rows, then how to check the file."""
    words, frame, figures = load_words(), annex_words(), edition.figures
    silent = [line.name for line, one in _told(edition) if not _entries(one, edition.taxonomy, frame)]
    return Annex(
        heading=frame.heading,
        title=frame.title,
        basis=words.basis.format(
            title=figures.title_vi,
            opens=dates.short(figures.opens),
            closes=dates.short(figures.closes),
            offices=len(figures.offices),
            k=figures.rule.k,
            least=figures.rule.offices_least,
        ),
        listings=(*_joined_lists(edition, words, frame), *_office_lists(edition, words, frame)),
        nothing=words.silent.format(names="; ".join(silent)) if silent else "",
        check=_check(edition, words, frame),
        address=edition.address,
        qr_alt=frame.qr.format(address=edition.address),
        legend=(frame.legend_least, frame.legend_most),
        data=dump_edition(edition),
    )


def _told(edition: ConsolidatedEdition) -> Iterator[tuple[Any, Publication]]:
    return zip(edition.figures.sources, edition.publications, strict=True)


def _joined_lists(edition: ConsolidatedEdition, words: Words, frame: AnnexWords) -> Iterator[Listing]:
    known = edition.taxonomy.category_by_code
    rows = edition.figures.rows
    lists = {
        words.joined: [line for line in rows.categories if not known[line.code].praise],
        words.praised: [line for line in rows.categories if known[line.code].praise],
        words.themes: list(rows.themes),
    }
    for title, lines in lists.items():
        if lines:
            ordered = sorted(lines, key=lambda line: (-line.offices, -line.low, natural(line.code)))
            yield _drawn(title, [_joined(line, edition.taxonomy, words, frame) for line in ordered], words, frame)


def _joined(line: Line, taxonomy: Taxonomy, words: Words, frame: AnnexWords) -> Entry:
    label = words.row.format(label=labels_of(taxonomy)[line.code], offices=line.offices, asked=line.asked)
    return Entry(line.code, label, line.band, frame.band_of(line.band))


def _office_lists(edition: ConsolidatedEdition, words: Words, frame: AnnexWords) -> Iterator[Listing]:
    for line, publication in _told(edition):
        if entries := _entries(publication, edition.taxonomy, frame):
            # Without a chart: fifty of them would show less than fifty tables, and take longer to make than to read.
            yield Listing(words.office.format(name=line.name), words.columns, tuple(entries), "")


def _entries(publication: Publication, taxonomy: Taxonomy, frame: AnnexWords) -> list[Entry]:
    """An office's published rows, its units left out: a report must not point at anyone."""
    rows = [*publication.rows.categories, *publication.rows.themes]
    labels = labels_of(taxonomy)
    ordered = sorted(rows, key=lambda row: (-row.band.low, natural(row.code)))
    return [Entry(row.code, labels[row.code], row.band, frame.band_of(row.band)) for row in ordered]


def _drawn(title: str, entries: Iterable[Entry], words: Words, frame: AnnexWords) -> Listing:
    """A list with its chart."""
    entries = tuple(entries)
    said = "; ".join(frame.chart_row.format(code=one.code, label=one.label, band=one.said) for one in entries)
    return Listing(title, words.columns, entries, frame.chart.format(table=title, rows=said))


def _check(edition: ConsolidatedEdition, words: Words, frame: AnnexWords) -> str:
    where = frame.check_at.format(address=edition.address) if edition.address else ""
    how = words.check_how.format(
        document=short_digest(edition.document_sha256), figures=short_digest(edition.figures.digest)
    )
    approval = edition.approval
    state = frame.approved.format(leaf=LogProof.parse(approval.proof).index) if approval else frame.draft
    return f"{frame.check}{where}{how} {state}"
