"""The seed report beside the portal's, first and last pages: ``python docs/seed_side_by_side.py SEED.md OUT.png``.

SEED.md is the report that the portal feeds, as its owner wrote it (it is not part of this project). It is set as it
stands, without a head, for it has none; its signer's name is covered by an invented one. Needs poppler-utils.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import typst
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.reports.pdf import to_pdf  # noqa: E402
from portal.reports.pictures import faces  # noqa: E402
from tests.reports.seed import seed_report  # noqa: E402

PAGE = b"""#let lines = json(bytes(sys.inputs.lines))
#set page(paper: "a4", margin: (top: 20mm, bottom: 20mm, left: 30mm, right: 15mm))
#set text(font: "Liberation Serif", size: 14pt, lang: "vi", hyphenate: false)
#set par(leading: 5.5pt, spacing: 11pt, justify: true)
#for line in lines {
  let words = text(
    weight: if line.bold { "bold" } else { "regular" },
    style: if line.italic { "italic" } else { "normal" },
    line.words,
  )
  if line.centre { align(center, words) } else { par(words) }
}"""
WIDTH, GAP = 620, 24


def lines(text: str) -> list[dict[str, object]]:
    """The Markdown's paragraphs with their looks; the last one is the signer."""
    found: list[dict[str, object]] = []
    for part in re.split(r"\n\s*\n|  \n|\n(?=- )", text.strip()):
        raw = " ".join(part.split())
        words = re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*|^#+ |□", "", raw)).strip()
        bold = raw.startswith(("**", "#")) or raw.endswith("**")
        centre = (raw.startswith("##") and "###" not in raw) or raw == "-----" or (bold and len(found) < 3)
        italic = raw.startswith("*") and not bold
        if words:
            found.append({"words": words, "bold": bold, "italic": italic, "centre": centre})
    found[-1]["words"] = "Đỗ Văn Mẫu"
    for line in found[-3:]:
        line["centre"] = True
    return found


def pages(pdf: bytes, folder: Path) -> tuple[Image.Image, Image.Image]:
    """The first and the last page."""
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "110", "-png", str(folder / "page.pdf"), str(folder / "page")],
        check=True,
    )
    made = sorted(folder.glob("page-*.png"))
    first, last = (Image.open(path).convert("RGB") for path in (made[0], made[-1]))
    for path in made:
        path.unlink()
    return first, last


def main(seed: Path, out: Path) -> None:
    """Compose the four pages: the seed's above each other on the left, the portal's on the right."""
    given = json.dumps(lines(seed.read_text("utf-8")), ensure_ascii=False)
    theirs = typst.compile(PAGE, font_paths=faces(), format="pdf", sys_inputs={"lines": given})
    with tempfile.TemporaryDirectory() as folder:
        columns = [pages(theirs, Path(folder)), pages(to_pdf(seed_report()), Path(folder))]
        height = round(WIDTH * 297 / 210)
        sheet = Image.new("RGB", (2 * WIDTH + 3 * GAP, 2 * height + 3 * GAP), "#767676")
        for column, shown in enumerate(columns):
            for row, page in enumerate(shown):
                place = (GAP + column * (WIDTH + GAP), GAP + row * (height + GAP))
                sheet.paste(page.resize((WIDTH, height), Image.Resampling.LANCZOS), place)
    sheet.convert("L").save(out, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
