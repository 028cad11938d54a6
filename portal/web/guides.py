"""Help inside the apps: the guides of ``docs/guide`` as pages, the same text that the documentation's site holds.

A guide is ``<name>.<locale>.md``. Its first line is its title; links lead to other guides (``moderator.vi.md``), or
to reference pages of the documentation (``../verify.md``), which the apps do not serve: of those the words stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from portal.config import ROOT
from portal.errors import NotFound

FOLDER = ROOT / "docs" / "guide"
NAMES = ("submitter", "moderator", "committee", "auditor", "admin", "issuer", "developer")
LINK = re.compile(r'<a href="(?P<target>[^"#]*)(?P<part>#[^"]*)?">(?P<words>.*?)</a>', re.DOTALL)
HERE = re.compile(r"([a-z]+)\.(?:vi|en)\.md")
HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A chapter of a guide: its anchor, its heading and what stands below it, as HTML."""

    id: str
    title: str
    html: str


@dataclass(frozen=True)
class Guide:
    """A guide in one language: what stands before its first chapter, as HTML, and its chapters."""

    name: str
    title: str
    lede: str
    parts: tuple[Part, ...]


@cache
def _rendered(name: str, locale: str) -> Guide:
    title, _, text = (FOLDER / f"{name}.{locale}.md").read_text("utf-8").partition("\n")
    # CommonMark with tables, by the library that the documentation's site is built with.
    lede, *chapters = HEADING.split(MarkdownIt().enable("table").render(text))
    parts = zip(chapters[::2], chapters[1::2], strict=True)
    numbered = (Part(f"part-{n}", heading, html) for n, (heading, html) in enumerate(parts, 1))
    return Guide(name, title.lstrip("# ").strip(), lede, tuple(numbered))


def title_of(name: str, locale: str) -> str:
    """The guide's title in that language."""
    return _rendered(name, locale).title


def guide(name: str, locale: str, url: Callable[[str], str]) -> Guide:
    """The guide of that name; ``url`` gives the address of another one. Raises NotFound."""
    if name not in NAMES:
        raise NotFound
    found = _rendered(name, locale)

    def link(match: re.Match[str]) -> str:
        target, part, words = match["target"], match["part"] or "", match["words"]
        if not target:
            return match[0]
        other = HERE.fullmatch(target)
        return f'<a href="{url(other[1])}{part}">{words}</a>' if other and other[1] in NAMES else words

    parts = tuple(Part(one.id, one.title, LINK.sub(link, one.html)) for one in found.parts)
    return Guide(name, found.title, LINK.sub(link, found.lede), parts)
