"""The documentation's site is built with every warning as an error, in both languages, and no link in it is broken."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guide"


class Links(HTMLParser):
    """Where a page leads, and what can be led to in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        given = dict(attrs)
        self.ids |= {value for name in ("id", "name") if (value := given.get(name))}
        self.targets += [value for name in ("href", "src") if (value := given.get(name))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make docs` builds it."""
    out = tmp_path_factory.mktemp("site")
    for locale, folder in (("vi", out), ("en", out / "en")):
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-t", locale, "-d", str(out / ".trees")]
        command += [str(ROOT / "docs"), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        (folder / "index.html").write_bytes((folder / f"index.{locale}.html").read_bytes())
    return out


def test_no_link_is_broken_and_nothing_comes_from_elsewhere(site: Path) -> None:
    pages = {page: Links(page.read_text("utf-8")) for page in site.rglob("*.html")}
    assert len(pages) > 60
    broken = []
    for page, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            lost = unquote(parts.fragment) not in pages[there].ids if parts.fragment and there in pages else False
            if not there.exists() or lost:
                broken.append(f"{page.relative_to(site)} -> {target}")
    assert not broken
    for links in pages.values():
        assert not [one for one in links.targets if one.startswith(("http://", "//"))]


def test_every_document_is_in_the_site_and_every_guide_in_both_languages(site: Path) -> None:
    reference = {path.stem for path in (ROOT / "docs").glob("*.md") if not path.name.startswith("index.")}
    for folder in (site, site / "en"):
        assert reference <= {path.stem for path in folder.glob("*.html")}
    names = {path.name.split(".")[0] for path in GUIDES.glob("*.md")}
    for locale, folder in (("vi", site), ("en", site / "en")):
        assert {f"{name}.{locale}.html" for name in names} == {path.name for path in (folder / "guide").glob("*.html")}
