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
from portal.cli.init import write_private
from portal.clock import SystemClock
from portal.issuing import backup as sealed
from portal.issuing.config import issuer_folder, load_issuer_settings
from portal.issuing.models import Round
from portal.issuing.store import open_store, upgrade_store

RESTORED = "RESTORED"
"""In the folder: the rounds of which this store cannot know who has collected."""
AGAIN = (
    "Since the backup was made somebody may have collected in: {names}. This store does not know of it and would sign "
    "a second set. It is not served before you have told the other issuer, the administrator and the auditors, noted "
    "in writing why you go on, and started it once with `portal issuer serve --go-on`. See docs/issuer.md."
)


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
    zone = ZoneInfo(load_issuer_settings().time_zone)
    with Session(engine) as session:
        rounds = session.scalars(select(Round).where(Round.state == "ready")).all()
        begun = [one.consultation for one in rounds if one.collect_from <= SystemClock(zone).today()]
    engine.dispose()
    click.echo(f"{len(names)} files.")
    if begun:
        write_private(folder / RESTORED, ", ".join(sorted(begun)) + "\n")
        click.echo(AGAIN.format(names=", ".join(sorted(begun))), err=True)


def check_restored(folder: Path, *, go_on: bool) -> None:
    """Refuse to serve a store that was put back into a round that goes on, until somebody has answered for it."""
    mark = folder / RESTORED
    if not mark.is_file():
        return
    if not go_on:
        raise click.ClickException(AGAIN.format(names=mark.read_text("utf-8").strip()))
    mark.unlink()
