"""The public files kept as a folder that any web server or object store can serve (https://c2sp.org/tlog-tiles).

Each run writes what is new since the last one, and the checkpoint at the very end: whoever reads the folder meanwhile,
or after a crash at any moment, finds a checkpoint and all that it needs. A run begins where the folder's own checkpoint
ends, so it can be repeated from cron.

The folder never goes back. A log that does not extend its checkpoint, such as a database restored from an old copy, is
refused: what was published once stays published.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sqlalchemy.orm import Session

from portal.audit.export import findings_file, private_file, private_path, static_files, table_file
from portal.audit.folder import Folder, FolderBusy
from portal.errors import NotFound
from portal.findings import private_service as private
from portal.findings import service as findings
from portal.findings import tables_service as tables
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.errors import MalformedPath, TlogError
from portal.tlog.merkle import EMPTY_ROOT
from portal.tlog.note import Note, parse_note
from portal.tlog.paths import TILE_WIDTH, BundlePath, TilePath, parse_path
from portal.tlog.tiles import bundle_paths, edge_paths, tile_paths, width_at

CHECKPOINT = "log/checkpoint"


class MirrorRefused(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Mirrored:
    """What a run did: files written, partial tiles and bundles taken away, leaves of the checkpoint that stands."""

    written: int
    removed: int
    size: int


def mirror(session: Session, log: Log, static: Path, root: Path) -> Mirrored:
    """Bring the folder to the newest checkpoint, and the other public files with it; :class:`MirrorRefused`."""
    folder = Folder(root)
    try:
        with folder.held():
            return _mirror(session, log, static, folder)
    except FolderBusy:
        raise MirrorRefused("Another run is writing to this folder.") from None


def _mirror(session: Session, log: Log, static: Path, folder: Folder) -> Mirrored:
    note = _newest(session)
    new, old = open_checkpoint(note, log.signer.verifier).checkpoint, _standing(folder, log)
    _check_extends(session, old, new)
    files = chain(
        [("log/vkey", log.vkey.encode() + b"\n")],
        _log_files(session, old.size, new.size),
        _results(session, log, note, folder),
        static_files(static),
    )
    written = sum(folder.write(name, data) for name, data in files)
    folder.settle()
    written += folder.write(CHECKPOINT, str(note).encode())
    folder.settle()
    _remove_replaced(folder, static)
    return Mirrored(written, _remove_outgrown(folder, old.size), new.size)


def _newest(session: Session) -> Note:
    try:
        return parse_note(ledger.newest_checkpoint(session))
    except NotFound:
        raise MirrorRefused("The log is empty.") from None


def _standing(folder: Folder, log: Log) -> Checkpoint:
    """The folder's checkpoint; that of the empty tree where there is none."""
    found = folder.read(CHECKPOINT)
    if found is None:
        return Checkpoint(log.origin, 0, EMPTY_ROOT)
    try:
        return open_checkpoint(found, log.signer.verifier).checkpoint
    except TlogError:
        raise MirrorRefused("The folder holds another log, or a checkpoint that this log did not sign.") from None


def _check_extends(session: Session, old: Checkpoint, new: Checkpoint) -> None:
    """The stored tiles must give both roots: nothing is published that would contradict what is published."""
    if old.size > new.size:
        raise MirrorRefused("The folder is ahead of the log: was the database restored from an old copy?")
    if ledger.open_tree(session, old.size).root != old.root:
        raise MirrorRefused("The log does not extend the folder's checkpoint: the two contradict each other.")
    if ledger.open_tree(session, new.size).root != new.root:
        raise MirrorRefused("The stored tiles do not give the root that was signed.")


def _log_files(session: Session, old: int, new: int) -> Iterator[tuple[str, bytes]]:
    for path in _new_paths(old, new, ledger.checkpoint_sizes(session, old, new)):
        if isinstance(path, TilePath):
            yield f"log/{path}", ledger.read_tile(session, path.level, path.index, path.width)
        else:
            yield f"log/{path}", ledger.read_bundle(session, path.index, path.width)


def _new_paths(old: int, new: int, between: Iterable[int]) -> Iterator[TilePath | BundlePath]:
    """What the new tree needs and the old one had not, and then the partial tiles of each checkpoint ``between``.

    Somebody may hold such a checkpoint from elsewhere; partial tiles that are full in the new tree are not needed.
    """
    yield from tile_paths(new, since=old)
    yield from bundle_paths(new, since=old)
    edges = {path for size in between for path in edge_paths(size)}
    for path in sorted(edges - {*edge_paths(new)}, key=str):
        if width_at(_level(path), path.index, new) < TILE_WIDTH:
            yield path


def _results(session: Session, log: Log, note: Note, folder: Folder) -> Iterator[tuple[str, bytes]]:
    """Publications that are not there yet: each stays as it was written, proven against the checkpoint of its day."""
    size = Checkpoint.parse(note.text).size
    for name in findings.published_ids(session):
        path = f"results/{name}/findings.json"
        if folder.read(path) is None and findings.get(session, name).finding_leaf < size:
            yield path, findings_file(session, log, name, note)
    for row in tables.decided(session):
        path = f"tables/{row.id}/findings.json"
        if folder.read(path) is None and (row.finding_leaf or 0) < size:
            yield path, table_file(session, log, row.id, note)
    for drawn in private.drawn_lists(session):
        path = private_path(drawn)
        if folder.read(path) is None and drawn.finding_leaf < size:
            yield path, private_file(session, log, drawn, note)


def _remove_replaced(folder: Folder, static: Path) -> None:
    """Remove what is no longer served to browsers: a verifier takes a file that the log does not name for a stray."""
    served = {name for name, _ in static_files(static)}
    for path in (folder.root / "static").glob("*"):
        if path.relative_to(folder.root).as_posix() not in served:
            path.unlink()


def _remove_outgrown(folder: Folder, size: int) -> int:
    """Remove the partial tiles whose full tile stood in the tree of ``size`` already, the one before this run's.

    Whoever read the checkpoint before this one can so still fetch what it needs.
    """
    removed = 0
    for place, folders, _ in os.walk(folder.root / "log" / "tile"):
        for path in [Path(place, name) for name in folders if name.endswith(".p")]:
            full = path.with_suffix("")
            try:
                tile = parse_path(full.relative_to(folder.root / "log").as_posix())
            except MalformedPath:
                continue
            if width_at(_level(tile), tile.index, size) == TILE_WIDTH and full.is_file():
                removed += folder.remove(path)
    return removed


def _level(path: TilePath | BundlePath) -> int:
    return path.level if isinstance(path, TilePath) else 0
