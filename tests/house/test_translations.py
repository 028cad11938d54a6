"""Every word that a person sees goes through the catalogue, and both catalogues are complete."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
KEYWORDS = {"_": None, "N_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
KEYWORDS |= {"lazy_ngettext": (1, 2), "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
SAID = {"alt", "title", "placeholder", "aria-label", "label"}
# Names that are the same in every language, and what stands for itself.
NAMES = {"English", "Tiếng Việt", "portal", "portal audit verify", "findings.json", "SHA-256", "HTTP", "staff"}


@cache
def used() -> frozenset[tuple[str | None, object]]:
    with (ROOT / "babel.cfg").open() as handle:
        methods, options = parse_mapping_cfg(handle)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=_wanted)
    return frozenset((context, message) for _, _, message, _, context in found)


def _wanted(path: str | Path) -> bool:
    parts = Path(path).relative_to(ROOT).parts if Path(path).is_absolute() else Path(path).parts
    return not parts or parts[0] in {"portal", "templates", "."}


def catalogue(locale: str) -> Catalog:
    with (ROOT / "portal" / "translations" / locale / "LC_MESSAGES" / "messages.po").open("rb") as handle:
        return read_po(handle, locale)


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_catalogue_is_complete_and_holds_nothing_else(locale: str) -> None:
    there = {(message.context, message.id) for message in catalogue(locale) if message.id}
    assert len(used()) > 500
    assert used() - there == set()
    assert there - used() == set()


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_message_is_translated_with_the_same_placeholders(locale: str) -> None:
    wrong = []
    for message in catalogue(locale):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        if message.id and (message.fuzzy or not all(strings)):
            wrong.append(message.id)
        if message.id and set(PLACEHOLDER.findall(ids[-1])) != set(PLACEHOLDER.findall(strings[-1])):
            wrong.append(message.id)
    assert wrong == []


def test_readers_are_addressed_as_an_office_does() -> None:
    """It is "anh, chị" throughout; "bạn" is for friends."""
    found = [one.string if isinstance(one.string, tuple) else (one.string,) for one in catalogue("vi")]
    assert [text for strings in found for text in strings if re.search(r"\bbạn\b", text, re.IGNORECASE)] == []


class Bare(HTMLParser):
    """Collects text and spoken attributes that no template expression wraps."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet += tag in {"code", "pre", "kbd", "script", "style"}
        self.found += [value for name, value in attrs if name in SAID and value and re.search(r"\w{2}", value)]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in {"code", "pre", "kbd", "script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._quiet and re.search(r"[^\W\d_]{2}", data):
            self.found.append(" ".join(data.split()))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_bare_words_in_templates(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r'\bdata-[a-z-]+=""', "", text)  # attributes that a macro gives: their values were expressions
    parser = Bare()
    parser.feed(text)
    assert [words for words in parser.found if words.strip(" ·:–-()") not in NAMES] == []


def test_no_bare_words_in_scripts() -> None:
    """Scripts hold codes and selectors only: two capitalised or spaced words in a string would be a sentence."""
    sentence = re.compile(r"""(["'`])[A-ZÀ-Ỹ][^"'`\n]*[a-zà-ỹ]\s[a-zà-ỹ][^"'`\n]*\1""")
    # detail.js holds the patterns of Vietnamese titles and names that it looks for.
    sources = [path for path in (ROOT / "static" / "src").rglob("*.js") if path.name != "detail.js"]
    code = {path: re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL) for path in sources}
    assert {path.name: found for path, text in code.items() if (found := sentence.search(text))} == {}
