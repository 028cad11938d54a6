"""Logging the served files at start, so that the log shows what browsers were given."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portal.cli.context import open_log, work
from portal.config import ROOT, ConfigError, Settings
from portal.ledger.assets import ServedFile, log_assets
from portal.web.assets import load_assets

MANIFEST = "manifest.json"
DIST = ROOT / "static" / "dist"


def record_assets(settings: Settings, folder: Path = DIST) -> int:
    """Log what is new or changed in the browser bundle; returns how many leaves that took."""
    served = served_files(folder)
    with work(settings) as session:
        return log_assets(session, open_log(settings), served)


def served_files(folder: Path) -> dict[str, ServedFile]:
    """Every file under ``/static``, by its name before hashing: digests of what lies there, not of what was built once.

    The list itself is one of them: its leaf binds all the others, so that whoever watches need not read the log back to
    the oldest font. Raises :class:`ConfigError` when a file is missing, changed, or not in the list.
    """
    listed = load_assets(folder).files
    files = {name: _measure(folder / asset.file) for name, asset in listed.items()}
    whole = all((files[name].sha256, files[name].size) == (asset.sha256, asset.size) for name, asset in listed.items())
    named = {MANIFEST, *(asset.file for asset in listed.values())}
    if not whole or {path.name for path in folder.iterdir()} != named:
        raise ConfigError("The browser bundle is not the one that was built: run `make build` again.")
    return {**files, MANIFEST: _measure(folder / MANIFEST)}


def _measure(path: Path) -> ServedFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError("The browser bundle is not whole: run `make build` again.") from error
    return ServedFile(hashlib.sha256(data).hexdigest(), len(data))
