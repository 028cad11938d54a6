"""Writes docs/licences.md: what ships with the portal, and under which licences.

    make licences

Python packages are those of requirements.lock, npm packages those that are bundled for browsers, with theirs; licences
as their own metadata says.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "licences.md"
PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)", re.MULTILINE)
CLASSIFIER = "License :: OSI Approved :: "
# Where metadata says it in no word that a table can hold.
KNOWN = {"colorama": "BSD-3-Clause"}
HEAD = """# Licences of what ships

The portal itself: Apache-2.0 (`LICENSE`). Written by `make licences` from the packages' own metadata; `make sbom`
writes the same as CycloneDX. Nothing that ships is under the GPL or AGPL alone. Those under the LGPL (`fpdf2`, `gmpy2`,
`psycopg`) are installed unchanged beside the portal and can be replaced by whoever installs it. Tests and tools are not
listed.

| package | kind | licence |
|---|---|---|
"""


def python_names(lock: str) -> list[str]:
    """The packages of a lock, each once."""
    return sorted({name for name, _ in PINNED.findall(lock)})


def python_licence(name: str) -> str:
    """As the installed package says of itself: an SPDX expression, a short word, or a classifier."""
    if name in KNOWN:
        return KNOWN[name]
    about = metadata(name)
    word = str(about.get("License-Expression") or about.get("License") or "").strip()
    if word and "\n" not in word and len(word) < 60 and "Copyright" not in word:
        return word
    found = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith(CLASSIFIER)]
    return " AND ".join(found) or "unknown"


def npm_licences() -> dict[str, str]:
    """Every npm package that a bundle may hold."""
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return {
        path.removeprefix("node_modules/"): str(about.get("license", "unknown"))
        for path, about in locked.items()
        if path and not about.get("dev") and not about.get("optional")
    }


def page() -> str:
    """The document."""
    rows = []
    for name in python_names((ROOT / "requirements.lock").read_text("utf-8")):
        try:
            rows.append(f"| {name} | Python | {python_licence(name)} |")
        except PackageNotFoundError:
            sys.exit(f"{name} is not installed: run make first")
    rows += [f"| {name} | npm | {licence} |" for name, licence in sorted(npm_licences().items())]
    rows.append("| Be Vietnam Pro | font | OFL-1.1 |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
