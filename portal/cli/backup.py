"""``portal backup`` and ``portal backup-key``: an instance kept in one file that only an offline key opens."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import Connection, text

from portal.backup import archive, tables
from portal.cli.backup_file import PUBLIC, SECRET, read_key, sink_of
from portal.cli.context import database, open_log
from portal.cli.init import write_private
from portal.config import SECRET_BYTES, Settings, load_settings
from portal.crypto.encoding import b64url_encode
from portal.crypto.keys import kid_of, new_seed, public_key
from portal.extensions import db
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.note import parse_note

__all__ = ["PUBLIC", "SECRET", "backup", "backup_key", "instance_files", "read_key"]

NEWEST = text("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")


@click.command("backup-key")
@click.argument("name", type=click.Path(dir_okay=False, path_type=Path))
def backup_key(name: Path) -> None:
    """Make the pair of keys for backups: NAME (secret, keep it offline) and NAME.pub (for `portal backup`)."""
    seed, public_path = new_seed(), name.with_name(name.name + ".pub")
    if name.exists() or public_path.exists():
        raise click.ClickException("There is a file of that name already; nothing was changed.")
    public = public_key(seed)
    write_private(name, f"{SECRET} {b64url_encode(seed)}\n")
    public_path.write_text(f"{PUBLIC} {b64url_encode(public)}\n", "ascii")
    click.echo(f"Key {kid_of(public)}. Move {name.name} to two offline places: without it no backup can be restored.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="NAME.pub of `portal backup-key`.")
def backup(file: Path, key: Path) -> None:
    """Write a backup of the whole instance to FILE (- for standard output), sealed to an offline key.

    The database is read as it stands at one moment while the portal goes on serving. Settings and secrets are in it.
    """
    settings, public = load_settings(), read_key(key, PUBLIC)
    with database(settings), tables.snapshot(db.engine) as connection, sink_of(file) as sink:
        files = instance_files(settings)
        manifest = _manifest(settings, connection, files)
        rows = tables.total(connection)
        with click.progressbar(length=rows, label="Rows", file=sys.stderr) as bar:
            counts = archive.write(sink, public, connection, manifest, files=files, progress=bar.update)
    click.echo(f"{sum(counts.values())} rows of {len(counts)} tables, {manifest.size} leaves of the log.", err=True)


def instance_files(settings: Settings) -> dict[str, bytes]:
    """The settings file, the witnesses' policy and the secrets, by their path in the instance folder."""
    names = ["portal.toml", settings.witness_policy, *(f"secrets/{name}" for name in SECRET_BYTES), "secrets/DEMO"]
    inside = [name for name in names if name and not Path(name).is_absolute()]
    return {name: path.read_bytes() for name in sorted(inside) if (path := settings.instance / name).is_file()}


def _manifest(settings: Settings, connection: Connection, files: dict[str, bytes]) -> archive.Manifest:
    note = connection.execute(NEWEST).scalar()
    newest = Checkpoint.parse(parse_note(note).text) if note else None
    return archive.Manifest(
        revision=tables.revision(connection),
        origin=open_log(settings).origin,
        size=newest.size if newest else 0,
        root=(newest.root if newest else EMPTY_ROOT).hex(),
        files=tuple(files),
    )
