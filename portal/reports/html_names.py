"""What the HTML of a report and its reader agree on."""

from functools import cache
from pathlib import Path

CSS = Path(__file__).with_name("report.css")
DATA_ID = "report-data"
# Elements that begin and end a line of words.
BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "li", "th", "td", "text", "div", "figure", "table", "section"})
# Elements whose words are not shown.
SILENT = frozenset({"style", "script", "title", "template"})
PAGE = frozenset({"html", "head", "meta", "title", "style", "body", "main", "header", "footer", "ul", "data"})
WORDS = frozenset({"strong", "em", "thead", "tbody", "tr"})
DRAWN = frozenset({"svg", "defs", "pattern", "rect", "path", "polygon"})
# Everything that the portal writes: whatever else a file holds was put there by somebody else.
ELEMENTS = BLOCKS | PAGE | WORDS | DRAWN


@cache
def style_sheet() -> str:
    """The looks of a report on a screen."""
    return CSS.read_text("utf-8")
