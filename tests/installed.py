"""Environments that hold what setup.cfg installs and nothing else, made of what is installed here."""

from __future__ import annotations

import configparser
import venv
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def requirements(*extras: str) -> list[str]:
    """What setup.cfg installs without an extra, and with those."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    texts = [parser["options"]["install_requires"], *(parser["options.extras_require"][one] for one in extras)]
    return [line for text in texts for line in text.splitlines() if line and not line.startswith("#")]


def closure(lines: list[str]) -> set[str]:
    """Those distributions, and what they need in turn."""
    found: set[str] = set()
    wanted = [Requirement(line) for line in lines]
    seen: set[str] = set()
    while wanted:
        one = wanted.pop()
        if str(one) in seen:
            continue
        seen.add(str(one))
        try:
            needs = metadata.requires(one.name) or []
        except metadata.PackageNotFoundError:
            continue  # needed on other systems only
        found.add(one.name.lower().replace("_", "-"))
        for need in map(Requirement, needs):
            asked = [{"extra": extra} for extra in {"", *one.extras}]
            if need.marker is None or any(map(need.marker.evaluate, asked)):
                wanted.append(need)
    return found


def environment(folder: Path, libraries: Path, lines: list[str]) -> Path:
    """The interpreter of a fresh environment with ``libraries``, into which everything in those lines is linked."""
    libraries.mkdir(exist_ok=True)
    for name in closure(lines):
        for top in {file.parts[0] for file in metadata.files(name) or []} - {"..", "__pycache__"}:
            if not (libraries / top).exists():  # namespace packages share a folder
                (libraries / top).symlink_to(Path(str(metadata.distribution(name).locate_file(top))))
    venv.create(folder / "env", with_pip=False)
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "installed.pth").write_text(f"{libraries}\n", "utf-8")
    return folder / "env" / "bin" / "python"
