"""Make the four font files that the pages load from the npm package @fontsource/be-vietnam-pro.

Hinting programs are two thirds of the original files and today's rasterisers hardly use them; without them and without
features that no page asks for, a Vietnamese page loads 32 kB of type instead of 67. Run by hand after the package
changes, from the repository's root, with ``fonttools`` and ``brotli`` installed: ``python static/src/fonts/subset.py``.
The licence (OFL.txt, no reserved font name) allows modified versions under the same licence.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]

HERE = Path(__file__).parent
SOURCE = Path("node_modules/@fontsource/be-vietnam-pro/files")
KEPT = ["kern", "mark", "mkmk", "ccmp"]


def shrink(script: str, weight: int) -> None:
    """Write ``<script>-<weight>.woff2`` beside this file."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=KEPT)
    font = subset.load_font(str(SOURCE / f"be-vietnam-pro-{script}-{weight}-normal.woff2"), options)
    tool = subset.Subsetter(options)
    tool.populate(unicodes=font.getBestCmap())
    tool.subset(font)
    subset.save_font(font, str(HERE / f"{script}-{weight}.woff2"), options)


if __name__ == "__main__":
    for script in ("latin", "vietnamese"):
        for weight in (400, 600):
            shrink(script, weight)
