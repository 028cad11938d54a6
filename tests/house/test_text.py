"""No machine path, no registry host, no unfinished mark in any tracked file."""

import gzip
import re
import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = "registry." + "npmjs.org", "pypi." + "org", "files.python" + "hosted.org", "deb." + "debian.org"
PATHS = re.compile(r"(?<![\w/])/(" + "root/|home/[a-z]|" + "work/(main|shared)|" + "tmp/bash)")
BINARY = {".png", ".woff2", ".ttf", ".docx", ".pdf", ".ico"}


def tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in out.decode().split("\0") if name and Path(name).suffix not in BINARY]


def unpacked(path: Path) -> str:
    """What the file says; of an archive, all that its files say (bytes that are no text stand for one character)."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def test_no_machine_path_and_no_registry_host() -> None:
    found = []
    for path in tracked():
        if not path.exists():
            continue
        text = unpacked(path)
        for host in HOSTS:
            if host in text:
                found.append(f"{path.relative_to(ROOT)}: {host}")
        if match := PATHS.search(text):
            found.append(f"{path.relative_to(ROOT)}: {match.group()}")
    assert not found


def test_no_unfinished_marks() -> None:
    marks = re.compile("TO" + "DO|FIX" + "ME|Not" + "ImplementedError")
    sources = [path for path in tracked() if path.suffix in {".py", ".js", ".mjs", ".html", ".css"} and path.exists()]
    assert not [str(path.relative_to(ROOT)) for path in sources if marks.search(path.read_text("utf-8"))]
