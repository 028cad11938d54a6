"""Logging the served files at start, so that the log shows what browsers were given."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portal.cli.context import open_log, work
from portal.config import ROOT, Settings
from portal.ledger.assets import ServedFile, log_assets
from portal.web.assets import MANIFEST, load_assets

DIST = ROOT / "static" / "dist"


def record_assets(settings: Settings, folder: Path = DIST) -> int:
    """Log what is new or changed in the browser bundle; returns how many leaves that took."""
    served = served_files(folder)
    with work(settings) as session:
        return log_assets(session, open_log(settings), served)


def served_files(folder: Path) -> dict[str, ServedFile]:
    """Every file under ``/static``, by its name before hashing, and the list of them by its own.

    The leaf of the list binds all the others, so that whoever watches need not read the log back to the oldest font.
    """
    assets = load_assets(folder)
    files = {name: ServedFile(asset.sha256, asset.size) for name, asset in assets.files.items()}
    return {**files, MANIFEST: ServedFile(hashlib.sha256(assets.listed).hexdigest(), len(assets.listed))}
