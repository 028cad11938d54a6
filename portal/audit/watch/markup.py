"""HTML, read so strictly that no browser can read more code in it than we do.

A page's text is accepted only when every ``<`` begins a tag of one plain form: a lower-case name, attributes that are
bare or in double quotes without ``<``, and no comment, no CDATA, no other declaration. Then the tokenizer of the HTML
standard (section 13.2.5), in whatever state it is, cannot take for a tag what is not taken for one here: where it reads
text (in ``title``, ``noscript`` and the like) we see tags too many, never too few; a lenient one can be fooled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DOCTYPE = "<!doctype html>"
CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\uffef\U00010000-\U0010fffd]")
TAG = re.compile(
    r'<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>(?:[ \n]+[a-zA-Z][a-zA-Z0-9:_-]*(?:="[^"<]*")?)*)[ \n]*/?>'
)
ATTRIBUTE = re.compile(r'([a-zA-Z][a-zA-Z0-9:_-]*)(?:="([^"<]*)")?')


class Malformed(ValueError):
    """The text is not of the plain form; the message says where (a line), and quotes nothing."""


@dataclass(frozen=True)
class Tag:
    """A start tag or end tag. ``attributes``: values as written, references not yet resolved; a bare one is empty.

    ``text``: what follows, up to the next tag. ``line`` counts from 1.
    """

    name: str
    end: bool
    attributes: dict[str, str]
    text: str
    line: int


def read_tags(data: bytes) -> list[Tag]:
    """Every tag of the page, in order; raises :class:`Malformed`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if match := CONTROL.search(text):
        raise Malformed(f"line {_line(text, match.start())}: a character that no page of the portal has")
    if not text.startswith(DOCTYPE):
        raise Malformed("line 1: another document type")
    return list(_tags(text, len(DOCTYPE)))


def _tags(text: str, start: int) -> Iterator[Tag]:
    at = text.find("<", start)
    if text[start : at if at >= 0 else None].strip():
        raise Malformed("line 1: text before the first tag")
    while at >= 0:
        match = TAG.match(text, at)
        if match is None:
            raise Malformed(f"line {_line(text, at)}: not a plain tag")
        following = text.find("<", match.end())
        rest = text[match.end() : following if following >= 0 else None]
        yield Tag(match["name"], bool(match["end"]), _attributes(text, match), rest, _line(text, at))
        at = following


def _attributes(text: str, match: re.Match[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in ATTRIBUTE.findall(match["attributes"]):
        # A browser keeps the first of two and folds their case; which one counts must not be a question.
        if name.lower() in {known.lower() for known in found} or match["end"]:
            raise Malformed(f"line {_line(text, match.start())}: an attribute where none can stand")
        found[name] = value
    return found


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
