"""Who may have a comment's words, and a coding's: one module in the browser, one on the server, and nobody round them.

The browser's is static/src/moderation/readable.js, the server's portal/moderation/readable.py. A new path that reads
either elsewhere fails here; that what goes through them keeps back what it must is tested where it is walked
(tests/js/redact.test.js for every message of the worker, tests/web/staff/test_withdrawn.py for every address).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READABLE = "portal/moderation/readable.py"

# Names by which a module could get at what codings and publications keep sealed, and who has business with them.
SEALED = {
    ("attribute", "Coding.sealed"): {READABLE},
    ("name", "open_document"): {READABLE, "portal/moderation/redaction.py"},
    ("attribute", "paraphrases_sealed"): {"portal/findings/models.py", "portal/findings/service.py"},
    # Who takes a paraphrase out of a coding: what writes it, what counts with it, what withdraws it, what makes it up.
    ("key", "paraphrase"): {
        READABLE,
        "portal/moderation/codings.py",
        "portal/moderation/deciding.py",
        "portal/moderation/redaction.py",
        "portal/findings/paraphrases.py",
        "portal/cli/demo_readers.py",
    },
    # At rest, a coding is sealed as that; service.py seals it.
    ("name", "readable.PURPOSE"): {READABLE, "portal/moderation/service.py"},
}

# The same of the browser: a pattern, and the files that may have it.
BROWSER = {
    r"\bparsePayload\(": {"lib/payload.js", "workers/unseal.js"},
    r"\bmakeRowOpener\(": {"lib/envelope.js", "workers/unseal.js"},
    r"payload\??\.text\b": set(),
    r"\btakeText\(": {"moderation/readable.js", "workers/unseal.js"},
    r"\boriginals\b": {"moderation/readable.js"},
}
GIVEN = {  # all that readable.js gives out
    "takeText", "keepBack", "shown", "textOf", "readable", "merged", "without", "originalRange", "pieces",
}  # fmt: skip


def touches(source: str) -> Iterator[tuple[str, str]]:
    """What of the names above a module's source has."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield "attribute", node.attr
            if isinstance(node.value, ast.Name):
                yield "attribute", f"{node.value.id}.{node.attr}"
                yield "name", f"{node.value.id}.{node.attr}"
            if node.attr == "open_document":
                yield "name", "open_document"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield "name", alias.name
                yield "name", f"{(node.module or '').rpartition('.')[2]}.{alias.name}"
        elif isinstance(node, ast.Subscript | ast.Call) and takes(node) == "paraphrase":
            yield "key", "paraphrase"


def takes(node: ast.Subscript | ast.Call) -> object:
    """The key that ``x["key"]``, ``x.get("key")`` or ``itemgetter("key")`` takes out of something."""
    if isinstance(node, ast.Subscript):
        return getattr(node.slice, "value", None)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return getattr(node.args[0], "value", None) if node.args and name in {"get", "pop", "itemgetter"} else None


def outside(place: str, source: str) -> list[str]:
    """What that module reads round the server's choke-point."""
    return sorted(f"{place}: {name[1]}" for name in set(touches(source)) if place not in SEALED.get(name, {place}))


def beside(place: str, source: str) -> list[str]:
    """What that script reads round the browser's; comments do not count."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)
    return [f"{place}: {pattern}" for pattern, may in BROWSER.items() if place not in may and re.search(pattern, code)]


def test_codings_are_opened_in_one_module() -> None:
    found = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        found += outside(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    assert not found


def test_comments_words_are_given_out_by_one_module() -> None:
    base = ROOT / "static" / "src"
    found = []
    for path in sorted(base.rglob("*.js")):
        found += beside(str(path.relative_to(base)), path.read_text("utf-8"))
    assert not found


def test_the_browsers_module_gives_out_nothing_else() -> None:
    source = (ROOT / "static/src/moderation/readable.js").read_text("utf-8")
    assert set(re.findall(r"export (?:async )?(?:function|const|class|let) (\w+)", source)) == GIVEN
    assert not re.search(r"export (?:default|\{|\*)", source)


def test_what_the_committee_is_shown_passes_through() -> None:
    tree = ast.parse((ROOT / "portal/findings/service.py").read_text("utf-8"))
    shows = next(node for node in tree.body if getattr(node, "name", "") == "publishable_paraphrases")
    last = ast.unparse(shows.body[-1])
    assert last.startswith("return readable.shown_paraphrases(")


@pytest.mark.parametrize(
    "source",
    [
        "from portal.moderation.readable import open_document",
        "def rows(session):\n    return session.scalars(select(Coding.sealed))",
        "def words(coding):\n    return coding['paraphrase']",
        "def words(coding):\n    return coding.get('paraphrase', '')",
        "def words(publication):\n    return publication.paraphrases_sealed",
        "from portal.moderation.readable import PURPOSE",
        "from portal.moderation import readable\nx = readable.open_document",
    ],
)
def test_a_new_path_round_the_servers_module_would_be_seen(source) -> None:
    assert outside("portal/reports/quotes.py", source)


@pytest.mark.parametrize(
    "source",
    [
        "const text = row.payload.text;",
        "const text = payload?.text ?? '';",
        'import { parsePayload } from "../lib/payload.js";\nparsePayload(data);',
        "takeText(index, other);",
        "const open = await makeRowOpener(seed);",
    ],
)
def test_a_new_path_round_the_browsers_module_would_be_seen(source) -> None:
    assert beside("moderation/quotes.js", source)
