"""Logging the served files at start, so that the log shows what browsers were given."""

from __future__ import annotations

from portal.cli.context import open_log, work
from portal.config import ROOT, Settings
from portal.ledger.assets import ServedFile, log_assets
from portal.web.assets import load_assets


def record_assets(settings: Settings) -> int:
    """Log what is new or changed in the browser bundle; returns how many leaves that took."""
    files = load_assets(ROOT / "static" / "dist").files
    with work(settings) as session:
        served = {name: ServedFile(asset.sha256, asset.size) for name, asset in files.items()}
        return log_assets(session, open_log(settings), served)
