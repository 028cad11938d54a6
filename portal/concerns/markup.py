"""An answer as people type it, and as it is kept: few signs on one side, few tags on the other.

A blank line parts paragraphs; ``- `` or ``1. `` begins a line of a list; ``*soft*`` and ``**strong**``; ``\\*`` is a
star. The moderators' workbench has the same signs for paraphrases.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

KINDS = (("ul", re.compile(r"- +(.*)")), ("ol", re.compile(r"\d{1,2}\. +(.*)")), ("p", re.compile(r"(.+)")))
INLINE = re.compile(r"\\\*|\*\*(?=\S)((?:\\\*|[^*])+?)(?<=\S)\*\*|\*(?=\S)((?:\\\*|[^*])+?)(?<=\S)\*")
TAG = re.compile(r"<(/?)(p|br|em|strong|ul|ol|li)\s*/?>")
SIGNS = {"em": "*", "strong": "**", "br": "\n"}


def to_html(text: str) -> str:
    """Typed text -> HTML of the tags ``p br em strong ul ol li``; everything else is escaped. NFC."""
    lines = [_kind(line.strip()) for line in unicodedata.normalize("NFC", text).splitlines()]
    blocks = []
    for kind, group in groupby(lines, key=lambda line: line[0]):
        said = [_inline(words) for _, words in group]
        if kind == "p":
            blocks.append(f"<p>{'<br>'.join(said)}</p>")
        elif kind:
            blocks.append(f"<{kind}>{''.join(f'<li>{words}</li>' for words in said)}</{kind}>")
    return "".join(blocks)


def _kind(line: str) -> tuple[str, str]:
    for kind, pattern in KINDS:
        if found := pattern.fullmatch(line):
            return kind, found[1].strip()
    return "", ""


def _inline(line: str) -> str:
    return "".join(_pieces(line))


def _pieces(line: str) -> Iterator[str]:
    at = 0
    for found in INLINE.finditer(line):
        yield html.escape(line[at : found.start()], quote=False)
        strong, soft = found[1], found[2]
        tag, words = ("strong", strong) if strong is not None else ("em", soft)
        escaped = html.escape((words or "*").replace("\\*", "*"), quote=False)
        yield f"<{tag}>{escaped}</{tag}>" if words is not None else escaped
        at = found.end()
    yield html.escape(line[at:], quote=False)


def to_text(markup: str) -> str:
    """Kept HTML -> typed text; :func:`to_html` is the inverse for what it wrote itself."""
    out: list[str] = []
    lists: list[str] = []
    number, at = 0, 0
    for found in TAG.finditer(markup):
        out.append(html.unescape(markup[at : found.start()]).replace("*", "\\*"))
        closing, tag = bool(found[1]), found[2]
        at = found.end()
        if tag in SIGNS:
            out.append(SIGNS[tag])
        elif tag in {"ul", "ol"}:
            lists = lists[:-1] if closing else [*lists, tag]
            number = 0
            out.append("\n\n" if closing else "\n")
        elif tag == "li" and not closing:
            number += 1
            out.append(f"\n{number}. " if lists[-1:] == ["ol"] else "\n- ")
        elif tag == "p":
            out.append("\n\n")
    out.append(html.unescape(markup[at:]).replace("*", "\\*"))
    return re.sub(r"\n{3,}", "\n\n", "".join(out)).strip()
