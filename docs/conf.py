"""The documentation's site, once for each language (``make docs``): guides in that language, reference in English.

``sphinx-build -t vi`` or ``-t en``; a guide of the other language does not exist for it.
"""

from __future__ import annotations

LOCALE = "en" if tags.has("en") else "vi"  # type: ignore[name-defined]  # noqa: F821  (Sphinx puts it there)
OTHER = "vi" if LOCALE == "en" else "en"

project = "Góp ý"
language = LOCALE
root_doc = f"index.{LOCALE}"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = [f"**.{OTHER}.md", "man", "screens", "*.py"]
html_theme = "furo"
html_title = "Góp ý"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
# Headings down to this level can be linked to, by the rule that code forges use.
myst_heading_anchors = 4
nitpicky = True
