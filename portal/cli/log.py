"""``portal log``: the transparency log's files."""

from __future__ import annotations

from pathlib import Path

import click

from portal.audit.mirror import MirrorRefused, mirror
from portal.cli.context import database, open_log
from portal.config import ROOT, load_settings
from portal.extensions import db


@click.group()
def log() -> None:
    """The transparency log's files."""


@log.command("mirror")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror_command(folder: Path) -> None:
    """Write what is new of the public files to FOLDER, for a plain web server; the checkpoint comes last."""
    settings = load_settings()
    try:
        with database(settings):
            done = mirror(db.session(), open_log(settings), ROOT / "static" / "dist", folder)
    except MirrorRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{done.size} leaves; {done.written} files written, {done.removed} partial ones removed.")
