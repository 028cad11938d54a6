"""The mirror: only what is new is written, the checkpoint last; a crash leaves a whole log; nothing is taken back."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.audit import folder as folders
from portal.audit.folder import Folder
from portal.audit.mirror import Mirrored, MirrorRefused, mirror
from portal.cli import log as command
from portal.cli.context import database
from portal.ledger import events
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.ledger.models import LogCheckpoint, LogLeaf, LogTile
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.paths import BundlePath, TilePath
from portal.tlog.replay import replay
from portal.tlog.tiles import bundle_paths, edge_paths, tile_paths

Run = Callable[[], Mirrored]


def grow(session: Session, log: Log, *counts: int) -> None:
    """An append, and so a checkpoint, for each count."""
    for count in counts:
        first = ledger.size(session)
        ledger.append(session, log, [events.encode("erasure", leaf=first + offset) for offset in range(count)])


def files(root: Path) -> dict[str, bytes]:
    """All that is public."""
    found = (path for path in root.rglob("*") if path.is_file() and folders.OWN not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def replayed(root: Path, log: Log) -> int:
    """How many leaves stand under the folder's checkpoint, every one of them replayed; 0 without a checkpoint."""
    if not (root / "log" / "checkpoint").exists():
        return 0
    point = open_checkpoint((root / "log" / "checkpoint").read_bytes(), log.signer.verifier).checkpoint

    def read(path: TilePath | BundlePath) -> bytes:
        return (root / "log" / str(path)).read_bytes()

    parts = replay(
        point.size,
        point.root,
        lambda index, width: read(BundlePath(index, width)),
        lambda level, index, width: read(TilePath(level, index, width)),
    )
    return sum(len(part.entries) for part in parts)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "public" / "mirror"


@pytest.fixture
def run(session: Session, log: Log, static: Path, root: Path) -> Run:
    return lambda: mirror(session, log, static, root)


def test_a_run_writes_what_is_new_and_nothing_else(session: Session, log: Log, root: Path, run: Run) -> None:
    # given a mirror of 300 leaves
    grow(session, log, 300)
    assert (run().size, replayed(root, log)) == (300, 300)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    # when nothing is new, nothing is written
    assert run() == Mirrored(0, 0, 300)
    # and when the log has grown, only tiles that changed, and the checkpoint
    grow(session, log, 300)
    done = run()
    fresh = {str(path) for path in [*tile_paths(600, since=300), *bundle_paths(600, since=300)]}
    assert (done.written, replayed(root, log)) == (len(fresh) + 1, 600)
    rewritten = {path for path, time in before.items() if path.exists() and path.stat().st_mtime_ns != time}
    assert rewritten <= {root / "log" / "checkpoint", root / folders.OWN / "lock"}


def test_growing_in_runs_gives_what_one_run_gives(
    session: Session, log: Log, static: Path, root: Path, run: Run
) -> None:
    for count in (1, 254, 1, 1, 300, 200):
        grow(session, log, count)
        run()
        assert replayed(root, log) == ledger.size(session)
    once = root.parent / "once"
    mirror(session, log, static, once)
    assert files(root) == files(once)


def test_partial_tiles_of_every_checkpoint_stand_until_their_tile_is_full(
    session: Session, log: Log, root: Path, run: Run
) -> None:
    # given checkpoints that the portal signed between two runs
    grow(session, log, 10)
    run()
    grow(session, log, 3, 4, 5)
    run()
    # then whoever holds one of them finds its partial tiles (C2SP tlog-tiles, "Partial Tiles")
    for size in (10, 13, 17, 22):
        for path in edge_paths(size):
            assert (root / "log" / str(path)).is_file()
    # and once the tile is full they stay for one more run, for those who read the checkpoint just before
    grow(session, log, 250)
    assert run().removed == 0
    assert (root / "log" / "tile" / "0" / "000.p" / "22").is_file()
    grow(session, log, 1)
    assert run().removed == 8
    assert not (root / "log" / "tile" / "0" / "000.p").exists()
    assert replayed(root, log) == 273


class Crash(Exception):
    """Stands for a loss of power."""


def test_a_crash_at_any_write_leaves_a_whole_log_and_the_next_run_completes_it(
    session: Session, log: Log, static: Path, root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    for last in itertools.count():
        grow(session, log, *([45, 45] if last else [100, 100]))
        reached, left = replayed(root, log), last

        def fail_at_last(descriptor: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash
            real(descriptor)

        monkeypatch.setattr(os, "fsync", fail_at_last)
        try:
            run()
            crashed = False
        except Crash:
            crashed = True
        monkeypatch.setattr(os, "fsync", real)
        # then the folder holds the log as it was or as it is, whole
        assert replayed(root, log) in {reached, ledger.size(session)}
        if not crashed:
            break
        assert run().size == replayed(root, log) == ledger.size(session)
    assert last >= 6
    once = root.parent / "once"
    mirror(session, log, static, once)
    assert files(once).items() <= files(root).items()


def test_a_folder_that_the_log_does_not_extend_is_left_alone(session: Session, log: Log, root: Path, run: Run) -> None:
    # given a mirror, and a database restored from an older copy
    grow(session, log, 3, 4)
    run()
    before = files(root)
    for table in (LogCheckpoint, LogTile, LogLeaf):
        session.query(table).delete()
    with pytest.raises(MirrorRefused, match="empty"):
        run()
    grow(session, log, 5)
    with pytest.raises(MirrorRefused, match="ahead"):
        run()
    # and even when it has grown past the mirror again, it is another history
    ledger.append(session, log, [events.encode("erasure", leaf=999) for _ in range(3)])
    with pytest.raises(MirrorRefused, match="contradict"):
        run()
    assert files(root) == before
    # nor is a folder written to that holds what this log never signed
    other = Log.from_seed(log.origin, bytes(32))
    (root / "log" / "checkpoint").write_text(str(other.empty_note()))
    with pytest.raises(MirrorRefused, match="another log"):
        run()


def test_tiles_that_do_not_give_the_signed_root_are_not_published(
    session: Session, log: Log, root: Path, run: Run
) -> None:
    grow(session, log, 3)
    tile = session.get(LogTile, (0, 0))
    tile.data = bytes(96)
    session.flush()
    with pytest.raises(MirrorRefused, match="root"):
        run()
    assert files(root) == {}


def test_files_that_browsers_are_no_longer_given_leave_the_mirror(
    session: Session, log: Log, static: Path, root: Path, run: Run
) -> None:
    grow(session, log, 3)
    run()
    (static / "pages-submit.js").rename(static / "pages-submit-2.js")
    run()
    assert {path.name for path in (root / "static").iterdir()} == {"manifest.json", "pages-submit-2.js"}


def test_two_runs_do_not_write_at_once_and_anyone_may_read(session: Session, log: Log, root: Path, run: Run) -> None:
    grow(session, log, 3)
    old = os.umask(0o077)
    try:
        with Folder(root).held(), pytest.raises(MirrorRefused, match="Another run"):
            run()
        run()
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in (root / "log").rglob("*") if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_dir()} == {0o755}


def test_the_command_says_what_it_did_or_why_not(public_app, settings, log, root, monkeypatch) -> None:
    monkeypatch.setattr(command, "load_settings", lambda: settings)
    answer = CliRunner().invoke(command.log, ["mirror", str(root)])
    assert (answer.exit_code, "The log is empty." in answer.output) == (1, True)
    with database(settings), Session(command.db.engine) as session:
        grow(session, log, 3)
        session.commit()
    answer = CliRunner().invoke(command.log, ["mirror", str(root)])
    assert (answer.exit_code, answer.output.split(";")[0]) == (0, "3 leaves"), answer.output
    assert replayed(root, log) == 3
