"""``portal consolidate``: take a folder of offices' findings into a consolidation."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.cli.context import database, system_clock
from portal.config import load_settings
from portal.consolidation import service, taking
from portal.consolidation.checking import Checked
from portal.consolidation.unpacking import UPLOAD_MOST, Upload, unpack
from portal.errors import PortalError
from portal.web.runtime import unit_of_work

ENDINGS = {".json", ".zip"}


class _Undo(Exception):
    """Ends a unit of work without keeping anything of it."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--into", "name", required=True, help="The consolidation, by its short name.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each file, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def consolidate(folder: Path, *, name: str, dry_run: bool, as_json: bool) -> None:
    """Check each findings.json in FOLDER (ZIP files are looked into) by its office's log key, and take what holds.

    The offices, their keys and the consolidation are set up in the staff app. A file is taken whole or not at all.

    Exit status: 0 every file was taken, 1 some were refused, 2 nothing could be done.
    """
    settings = load_settings()
    try:
        uploads = unpack(_files(folder))
        with database(settings):
            found = _taken(name, uploads, keep=not dry_run)
    except PortalError as error:
        raise click.UsageError(f"{error.code}: nothing was taken.") from error
    click.echo(json.dumps([one.as_document() for one in found], indent=2) if as_json else "\n".join(_told(found)))
    sys.exit(1 if any(one.why for one in found) else 0)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in ENDINGS:
            with path.open("rb") as opened:
                yield path.name, opened.read(UPLOAD_MOST + 1)


def _taken(name: str, uploads: Sequence[Upload], *, keep: bool) -> list[Checked]:
    found: list[Checked] = []
    try:
        with unit_of_work() as session:
            found += _take(session, name, uploads)
            if not keep:
                raise _Undo
    except _Undo:
        pass
    return found


def _take(session: Session, name: str, uploads: Sequence[Upload]) -> list[Checked]:
    day = system_clock(load_settings()).today()
    return taking.take(session, service.get(session, name), uploads, day=day, account=None)


def _told(found: Sequence[Checked]) -> Iterator[str]:
    """The verdicts for a person."""
    for one in found:
        whose = " ".join(word for word in (*one.place, one.detail) if word)
        yield f"{'REFUSED' if one.why else 'taken  '}  {one.file}: {one.why.value if one.why else 'holds'}" + (
            f" ({whose})" if whose else ""
        )
    refused = sum(one.why is not None for one in found)
    yield f"{len(found) - refused} taken, {refused} refused."
