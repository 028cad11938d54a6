"""What stands in a report's file: its readable lines, its alternative texts, and the data that it carries.

A file comes from those who are being checked: sizes are looked at before anything is inflated, XML is read without
entities, nothing is run. DOCX and PDF need the extra ``verify-report``; HTML and JSON need nothing.
"""

from __future__ import annotations

import base64
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

from portal.reports.html_names import BLOCKS, DATA_ID, ELEMENTS, SILENT, style_sheet

Kind = Literal["docx", "pdf", "html", "json"]
MIB = 1024 * 1024
LIMIT = 64 * MIB
Line = tuple[str, str]
"""Where a line stands, and its words."""


class Unreadable(Exception):
    """The file is none of ours, is damaged, or needs a package that is not installed."""


@dataclass
class Read:
    """``data`` is the edition that the file carries, None when there is none; ``charts`` the words of charts that do
    not stand among ``lines``; ``pictures`` how many are drawn; ``doubts`` tell what can make a reader see other words
    than stand there."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    charts: list[Line] = field(default_factory=list)
    alternatives: list[Line] = field(default_factory=list)
    data: bytes | None = None
    pictures: int = 0
    notices: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def read_file(data: bytes) -> Read:
    """The parts of a file of any kind, known by its first bytes.

    :raises Unreadable: with a sentence for a person.
    """
    if len(data) > LIMIT:
        raise Unreadable("the file is larger than any report")
    start = data[:1024].lstrip()
    if data.startswith(b"PK\x03\x04"):
        return _reader("docx")(data)
    if data.startswith(b"%PDF-"):
        return _reader("pdf")(data)
    if start[:1] == b"{":
        return Read("json", data=data)
    if start[:1] == b"<":
        return _html(data)
    raise Unreadable("neither DOCX nor PDF nor HTML nor JSON")


def _reader(kind: str) -> Callable[[bytes], Read]:
    try:
        found: Callable[[bytes], Read] = importlib.import_module(f"portal.audit.report_file_{kind}").read
    except ModuleNotFoundError as error:
        raise Unreadable(f"to read it, {error.name} is needed: pip install '.[verify-report]'") from error
    return found


def decode_data(text: str) -> bytes | None:
    """Data from base64 with any white space; None when it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return None


def _html(data: bytes) -> Read:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("an HTML report is UTF-8") from error
    page = _Page()
    page.feed(text)
    page.close()
    return page.read


class _Page(HTMLParser):
    """Each block element is a line; ``where`` is the line of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.read = Read("html")
        self._words: list[str] = []
        self._silent: list[str] = []
        self._start = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a line, keep an alternative text or the data."""
        given, here = dict(attrs), f"source line {self.getpos()[0]}"
        if doubt := _doubt(tag, given):
            self.read.doubts.append(f"{here}: {doubt}")
        if tag in SILENT:
            self._silent.append(tag)
        if tag in BLOCKS:
            self._flush()
        if tag == "data" and given.get("id") == DATA_ID:
            self.read.data = decode_data(given.get("value") or "")
        self.read.pictures += tag == "svg"
        for name in ("aria-label", "alt"):
            if given.get(name):
                self.read.alternatives.append((here, given[name] or ""))

    def handle_endtag(self, tag: str) -> None:
        """Close a line."""
        if tag in self._silent:
            self._silent.remove(tag)
        if tag in BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        """Words, where they are shown."""
        if self._silent[-1:] == ["style"] and data != style_sheet():
            self.read.doubts.append(f"source line {self.getpos()[0]}: a style sheet that is not the portal's")
        if not self._silent and data.strip():
            if not self._words:
                self._start = self.getpos()[0]
            self._words.append(data)

    def close(self) -> None:
        """The end of the file ends the last line."""
        super().close()
        self._flush()

    def _flush(self) -> None:
        if self._words:
            self.read.lines.append((f"source line {self._start}", "".join(self._words)))
            self._words = []


def _doubt(tag: str, given: dict[str, str | None]) -> str:
    """What an element can do that this reader does not follow, or ""."""
    if tag == "script" or any(name.startswith("on") for name in given):
        return "a script, which can change what a browser shows"
    hidden = {"hidden", "style"} & set(given) and tag != "data"
    if tag not in ELEMENTS or hidden:
        return f"an element that can show or hide what is not read ({tag})"
    return ""


def as_object(data: bytes) -> dict[str, object] | None:
    """A JSON object, or None."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
