"""``portal issuer backup`` and ``portal issuer restore``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli.backup_file import PUBLIC, SECRET, read_key, sink_of
from portal.clock import SystemClock
from portal.issuing import backup as sealed
from portal.issuing import restored
from portal.issuing.config import issuer_folder, load_issuer_settings
from portal.issuing.models import Round
from portal.issuing.store import open_store, upgrade_store

FIRST_ZONE = ZoneInfo("Pacific/Kiritimati")
"""Where a day begins first: a round that has begun anywhere has begun here."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="NAME.pub of `portal backup-key`.")
def backup(file: Path, key: Path) -> None:
    """Write a backup of the issuer to FILE (- for standard output), sealed to an offline key.

    The keys of rounds that go on and the rosters are in it: destroy it when the last of its rounds has closed.
    """
    settings, public = load_issuer_settings(), read_key(key, PUBLIC)
    engine = open_store(settings.database_url)
    with sink_of(file) as sink:
        count = sealed.write(sink, public, settings.instance, engine)
    engine.dispose()
    click.echo(f"{count} files.", err=True)


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="NAME of `portal backup-key`.")
def restore(file: BinaryIO, key: Path) -> None:
    """Put a backup of FILE into the issuer's folder, which must be empty (PORTAL_ISSUER_INSTANCE)."""
    folder = issuer_folder(os.environ)
    try:
        names = sealed.read(file, read_key(key, SECRET), folder)
    except sealed.BadBackup as error:
        raise click.ClickException(f"Not restored: {error}.") from error
    engine = open_store(f"sqlite:///{folder / sealed.STORE}")
    upgrade_store(engine)
    with Session(engine) as session:
        rounds = session.scalars(select(Round).where(Round.state == "ready")).all()
        today = SystemClock(FIRST_ZONE).today()
        begun = ", ".join(sorted(one.consultation for one in rounds if one.collect_from <= today))
    engine.dispose()
    click.echo(f"{len(names)} files.")
    if begun:
        restored.mark(folder, begun)
        click.echo(restored.AGAIN.format(names=begun), err=True)
    else:
        restored.answered(folder)
