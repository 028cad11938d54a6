"""The document model: what a report says, and nothing about how it looks.

A :class:`Document` is strict and immutable: every text is NFC and free of control characters, parts are
numbered I, II, III… without a gap, and the body ends with a full stop. Each :class:`Sentence` knows the
published findings it was drafted from. :func:`dump_document` stores it; ``docx`` and ``text`` render it with a
:class:`portal.reports.style.Style`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import rfc8785

from portal.errors import PortalError
from portal.reports.errors import BadDocument
from portal.reports.tables import plain, read_table

VERSION = 1

# Signs that turn the direction of writing: with them a page can show other words, or figures, than are signed.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Level = Literal["part", "section", "point", "mark"]
LEVELS: tuple[str, ...] = ("part", "section", "point", "mark")


def _check(text: str, what: str, *, trimmed: bool = True) -> None:
    """Refuse what an XML file or a reader could not hold faithfully."""
    clean = bool(text) and unicodedata.is_normalized("NFC", text) and not TURNING.intersection(text)
    if not clean or any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in text):
        raise BadDocument(where=what)
    if trimmed and text != text.strip():
        raise BadDocument(where=what)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one look."""

    text: str
    bold: bool = False
    italic: bool = False

    def __post_init__(self) -> None:
        _check(self.text, "run", trimmed=False)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Runs that say one thing.

    ``finding_refs`` are the published rows it was drafted from: a category code ("D1"), a theme code ("C"),
    or "unit:" and a unit's code. It is empty for what the office says of itself.
    """

    runs: tuple[Run, ...]
    finding_refs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self.text, "sentence")
        if len(set(self.finding_refs)) != len(self.finding_refs):
            raise BadDocument(where="finding_refs")
        for ref in self.finding_refs:
            _check(ref, "finding_refs")

    @classmethod
    def plain(cls, text: str, *finding_refs: str) -> Sentence:
        """A sentence of one unadorned run."""
        return cls((Run(text),), finding_refs)

    @property
    def text(self) -> str:
        """The words, without their look."""
        return "".join(run.text for run in self.runs)

    @property
    def finding_ref(self) -> str | None:
        """The finding it rests on first, or None."""
        return self.finding_refs[0] if self.finding_refs else None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of its own line: part "I-", section "1.", point "a)", or the unnumbered mark "*"."""

    level: Level
    number: int | None
    text: str

    def __post_init__(self) -> None:
        _check(self.text, "heading")
        if self.level not in LEVELS or (self.level == "mark") != (self.number is None):
            raise BadDocument(where="heading")
        if self.number is not None and self.number < 1:
            raise BadDocument(where="heading")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences set as one paragraph; ``number`` opens a section whose label "1." runs into the text."""

    sentences: tuple[Sentence, ...]
    number: int | None = None

    def __post_init__(self) -> None:
        if not self.sentences or (self.number is not None and self.number < 1):
            raise BadDocument(where="paragraph")

    @property
    def text(self) -> str:
        """The sentences, a space between them, without the label."""
        return " ".join(sentence.text for sentence in self.sentences)


Block = Heading | Paragraph


@dataclass(frozen=True, slots=True)
class Head:
    """Issuer, number and symbol, place and day. A draft has neither number nor day."""

    parent: str
    issuer: str
    symbol: str
    place: str
    number: int | None = None
    issued: date | None = None

    def __post_init__(self) -> None:
        for text in (self.parent, self.issuer, self.symbol, self.place):
            _check(text, "head")
        if self.number is not None and self.number < 1:
            raise BadDocument(where="head")


@dataclass(frozen=True, slots=True)
class Title:
    """The kind of document ("BÁO CÁO") and its subject."""

    kind: str
    subject: str

    def __post_init__(self) -> None:
        _check(self.kind, "title")
        _check(self.subject, "title")


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who receives it, without dashes or closing signs: ``("TTTU (b/c)", "Lưu VPTU")``."""

    items: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.items:
            raise BadDocument(where="recipients")
        for item in self.items:
            _check(item, "recipients")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs. ``authority`` is the post on whose behalf (K/T), or None when its holder signs."""

    authority: str | None
    post: str
    name: str

    def __post_init__(self) -> None:
        for text in (self.post, self.name, *([self.authority] if self.authority is not None else [])):
            _check(text, "signature")


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. ``style`` names its style table ("party" or "state")."""

    style: str
    head: Head
    title: Title
    blocks: tuple[Block, ...]
    recipients: Recipients
    signature: Signature

    def __post_init__(self) -> None:
        _check(self.style, "style")
        numbers = [block.number for block in self.blocks if isinstance(block, Heading) and block.level == "part"]
        if numbers != list(range(1, len(numbers) + 1)):
            raise BadDocument(where="parts")
        last = self.blocks[-1] if self.blocks else None
        if not isinstance(last, Paragraph) or not last.text.endswith("."):
            raise BadDocument(where="end")

    def part(self, number: int) -> Iterator[tuple[int, Block]]:
        """The blocks of part ``number`` (its heading left out), each with its place in ``blocks``."""
        current = 0
        for place, block in enumerate(self.blocks):
            if isinstance(block, Heading) and block.level == "part":
                current += 1
            elif current == number:
                yield place, block

    def problem_section(self) -> tuple[Paragraph, ...]:
        """The paragraphs under the first mark ("* Khó khăn, vướng mắc:"), up to the next heading."""
        found: list[Paragraph] = []
        inside = False
        for block in self.blocks:
            if isinstance(block, Heading):
                if inside:
                    break
                inside = block.level == "mark"
            elif inside:
                found.append(block)
        return tuple(found)


def dump_document(document: Document) -> bytes:
    """Canonical JSON (RFC 8785), version 1: what is stored and hashed. :func:`parse_document` is the inverse."""
    blocks = [{"block": type(block).__name__.lower(), **plain(block)} for block in document.blocks]
    return rfc8785.dumps({**plain(document), "v": VERSION, "blocks": blocks})


def parse_document(data: bytes) -> Document:
    """Read what :func:`dump_document` wrote, and nothing else.

    :raises BadDocument: for another version, an unknown or missing key, a wrong type, or non-canonical bytes.
    """
    try:
        document = _document(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, PortalError) as error:
        raise BadDocument(where="json") from error
    # Written again from what was understood: another version, an unknown key or another order shows here.
    if dump_document(document) != data:
        raise BadDocument(where="canonical")
    return document


def _document(table: dict[str, Any]) -> Document:
    return Document(
        style=str(table["style"]),
        head=read_table(Head, table["head"]),
        title=read_table(Title, table["title"]),
        blocks=tuple(_block(dict(item)) for item in table["blocks"]),
        recipients=read_table(Recipients, table["recipients"]),
        signature=read_table(Signature, table["signature"]),
    )


def _block(item: dict[str, Any]) -> Block:
    shape = {"heading": Heading, "paragraph": Paragraph}[item.pop("block")]
    return read_table(shape, item)  # type: ignore[return-value]
