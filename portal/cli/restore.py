"""``portal restore``: a backup becomes an instance again, on a clean machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

import click

from portal.backup import archive, tables
from portal.cli.backup import SECRET, read_key
from portal.cli.context import database
from portal.cli.database import upgrade_schema
from portal.config import Settings, load_settings
from portal.extensions import db


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, allow_dash=True, path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="NAME, the secret half; offline until now.")
@click.option("--keep-settings", is_flag=True, help="Put back the rows only: portal.toml and secrets stand already.")
def restore(file: Path, key: Path, keep_settings: bool) -> None:
    """Make the instance in the empty folder PORTAL_INSTANCE from the backup FILE (- for standard input).

    PORTAL_DATABASE_URL may name an empty PostgreSQL database. The log's root is recomputed and compared before anything
    stays; afterwards the schema is brought to the newest version.
    """
    source = cast(BinaryIO, sys.stdin.buffer) if str(file) == "-" else file.open("rb")
    try:
        reader = archive.Reader(source, read_key(key, SECRET))
        settings = load_settings(need_secrets=False) if keep_settings else _settings(reader.files)
        counts = _fill(settings, reader)
    except archive.BadBackup as error:
        raise click.ClickException(f"This backup cannot be restored: {error}.") from None
    except tables.NotEmpty:
        raise click.ClickException("The database is not empty; nothing was changed.") from None
    upgrade_schema(settings)
    click.echo(f"{sum(counts.values())} rows restored; the log has {reader.manifest.size} leaves and the root it had.")
    click.echo("Now `portal serve`: it asks the witnesses first, and does not start where the log has gone on since.")


def _settings(files: Mapping[str, bytes]) -> Settings:
    """Write the instance's files into its folder, which must hold none of them; returns the settings they make."""
    instance = load_settings(os.environ | {"PORTAL_ENV": "test"}, need_secrets=False).instance
    if any((instance / name).exists() for name in (*files, "portal.sqlite3")):
        raise click.ClickException("PORTAL_INSTANCE holds an instance already; nothing was changed.")
    for name, data in files.items():
        path = instance / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    return load_settings(need_secrets=False)


def _fill(settings: Settings, reader: archive.Reader) -> dict[str, int]:
    """The rows under the schema they were made with, in one transaction; refuses a log that is not the backup's."""
    upgrade_schema(settings, reader.manifest.revision)
    with database(settings), db.engine.begin() as connection:
        tables.clear_seeds(connection)
        with click.progressbar(length=0, label="Rows", file=sys.stderr, show_pos=True) as bar:
            counts = reader.fill(connection, bar.update)
        if tables.log_head(connection) != (reader.manifest.size, bytes.fromhex(reader.manifest.root)):
            raise archive.BadBackup("its log has another root than it says")
    return counts
