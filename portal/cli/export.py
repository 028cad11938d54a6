"""The database's side of ``portal audit export``, apart so that ``verify`` needs no database."""

from __future__ import annotations

from pathlib import Path

from portal.audit import export
from portal.cli.context import open_log, work
from portal.cli.init import write_private
from portal.config import ROOT, load_settings
from portal.crypto.atrest import AtRest


def export_to(folder: Path, *, openings: bool) -> int:
    """Write everything public, and the openings (mode 0600) when asked; returns how many files."""
    settings = load_settings()
    with work(settings) as session:
        files = export.public_files(session, open_log(settings), ROOT / "static" / "dist")
        count = export.write(folder, files)
        if openings:
            secret = export.openings(session, AtRest([settings.secret.instance_key]))
            (folder / "openings.json").unlink(missing_ok=True)
            write_private(folder / "openings.json", secret.decode())
            count += 1
    return count
