"""Make the two font files that slips and cards embed, from the npm package @fontsource/be-vietnam-pro.

The package ships each weight in three parts; paper wants one file that knows every Vietnamese letter. Hinting and
layout tables go: a printer needs neither, and text is set in NFC, so that no mark has to be placed. Run by hand after
the package changes, from the repository's root: ``python portal/issuing/paper/fonts/make.py``.
The licence (OFL.txt, no reserved font name) allows modified versions under the same licence.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
SOURCE = Path("node_modules/@fontsource/be-vietnam-pro/files")
SCRIPTS = ("latin", "vietnamese", "latin-ext")


def part(script: str, weight: int, known: set[int], folder: Path) -> str:
    """Write what ``script`` adds to the ``known`` code points as a bare TrueType file; returns its path."""
    font = TTFont(SOURCE / f"be-vietnam-pro-{script}-{weight}-normal.woff", recalcTimestamp=False)
    tool = subset.Subsetter(
        subset.Options(hinting=False, layout_features=[], drop_tables=["GPOS", "GSUB", "GDEF", "gasp"])
    )
    fresh = set(font.getBestCmap()) - known
    known |= fresh
    tool.populate(unicodes=fresh)
    tool.subset(font)
    font.flavor = None
    path = folder / f"{script}.ttf"
    font.save(path)
    return str(path)


def make(weight: int) -> None:
    """Write ``be-vietnam-pro-<weight>.ttf`` beside this file."""
    known: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        merged = Merger().merge([part(script, weight, known, Path(folder)) for script in SCRIPTS])
        merged.recalcTimestamp = False
        merged["head"].created = merged["head"].modified = 0x7C259DC0  # 1 January 1970: the same bytes every time
        merged.save(HERE / f"be-vietnam-pro-{weight}.ttf")


if __name__ == "__main__":
    for weight in (400, 600):
        make(weight)
