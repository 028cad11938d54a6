"""An issuer's folder in a file: put back on a clean machine it is what it was, and says what it cannot know."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli import cli
from portal.cli.backup_file import PUBLIC, read_key
from portal.config import ROOT, ConfigError
from portal.crypto.stream import Sealer
from portal.issuing import backup as sealed
from portal.issuing.models import IssuerBase, Round
from portal.issuing.store import open_store, work

STORE = "issuer.sqlite3"


ENV = {
    "PORTAL_ISSUER_ISSUER": "thanh-tra", "PORTAL_ISSUER_NAME_VI": "Ban Thanh tra nhân dân",
    "PORTAL_ISSUER_ADDRESS": "http://127.0.0.1:8010", "PORTAL_ISSUER_ENV": "demo",
    "PORTAL_ISSUER_OFFICE_NAME": "Cơ quan thử", "PORTAL_ISSUER_PORTAL_ORIGINS": "http://127.0.0.1:8000",
}  # fmt: skip


def run(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(cli, [*command], env={"PORTAL_ISSUER_INSTANCE": str(folder), **ENV})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with an issuer (``issuer``), its backup (``b``) and the keys (``k``, ``k.pub``); a round goes on."""
    assert run(tmp_path / "issuer", "issuer", "init").exit_code == 0
    assert run(tmp_path, "backup-key", str(tmp_path / "k")).exit_code == 0
    engine = open_store(f"sqlite:///{tmp_path / 'issuer' / STORE}")
    with work(engine) as session:
        today = date.today()
        session.add(
            Round(
                consultation="thu-2026", title_vi="Thử", each_ballots=1, state="ready", sealed_key=b"k" * 40,
                collect_from=today - timedelta(days=2), collect_until=today + timedelta(days=9), public_key=b"p",
                terms="{}",
            )
        )  # fmt: skip
    engine.dispose()
    done = run(tmp_path / "issuer", "issuer", "backup", str(tmp_path / "b"), "--key", str(tmp_path / "k.pub"))
    assert done.exit_code == 0, done.output
    return tmp_path


def rows(folder: Path) -> dict[str, list[tuple]]:
    engine = open_store(f"sqlite:///{folder / STORE}")
    with Session(engine) as session:
        found = {
            name: [tuple(row) for row in session.execute(select(table))]
            for name, table in IssuerBase.metadata.tables.items()
        }
    engine.dispose()
    return found


def test_a_clean_machine_becomes_the_issuer(kept: Path) -> None:
    clean = kept / "clean"
    done = run(clean, "issuer", "restore", str(kept / "b"), "--key", str(kept / "k"))
    assert done.exit_code == 0, done.output
    # then every file but the store is the same byte for byte, and every row of the store
    before = {path.relative_to(kept / "issuer"): path for path in (kept / "issuer").rglob("*") if path.is_file()}
    after = {path.relative_to(clean): path for path in clean.rglob("*") if path.is_file()}
    same = {name for name in before if not name.name.startswith(STORE)}
    assert same and {name: before[name].read_bytes() for name in same} == {
        name: after[name].read_bytes() for name in same
    }
    assert rows(clean) == rows(kept / "issuer") and len(rows(clean)["round"]) == 1
    # for its owner alone
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for name, path in after.items() if name in same)
    # and whoever restores is told what this copy cannot know
    assert "thu-2026" in done.output and "second set" in done.output


def test_a_store_that_may_sign_a_second_set_is_not_served_by_itself(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []
    monkeypatch.setattr("portal.cli.issuer.Server", lambda *given: SimpleNamespace(run=lambda: served.append("run")))
    clean = kept / "clean"
    run(clean, "issuer", "restore", str(kept / "b"), "--key", str(kept / "k"))
    for _ in range(2):
        done = run(clean, "issuer", "serve")
        assert isinstance(done.exception, ConfigError)
        assert "thu-2026" in str(done.exception) and "--go-on" in str(done.exception)
    assert served == []
    # until somebody answers for it, once
    assert run(clean, "issuer", "serve", "--go-on").exit_code == 0
    assert run(clean, "issuer", "serve").exit_code == 0
    assert served == ["run", "run"]
    # and one that was never restored is served at once
    assert run(kept / "issuer", "issuer", "serve").exit_code == 0


def test_a_store_with_no_round_that_goes_on_is_served_at_once(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.cli.issuer.Server", lambda *given: SimpleNamespace(run=lambda: None))
    engine = open_store(f"sqlite:///{kept / 'issuer' / STORE}")
    with work(engine) as session:
        session.scalars(select(Round)).one().collect_from = date.today() + timedelta(days=5)
    engine.dispose()
    run(kept / "issuer", "issuer", "backup", str(kept / "early"), "--key", str(kept / "k.pub"))
    done = run(kept / "clean", "issuer", "restore", str(kept / "early"), "--key", str(kept / "k"))
    assert done.exit_code == 0 and "second set" not in done.output
    assert run(kept / "clean", "issuer", "serve").exit_code == 0


def test_a_restore_that_stops_half_way_leaves_nothing_that_can_be_served(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a restore that ends after the store was written, before anybody has looked at its rounds
    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("portal.cli.issuer_backup.upgrade_store", ends)
    assert run(kept / "clean", "issuer", "restore", str(kept / "b"), "--key", str(kept / "k")).exit_code == 1
    monkeypatch.undo()
    assert (kept / "clean" / STORE).is_file()
    # then it is served neither by the command nor by another server
    by_command = run(kept / "clean", "issuer", "serve")
    assert isinstance(by_command.exception, ConfigError) and "second set" in str(by_command.exception)
    by_another = wsgi(kept / "clean")
    assert by_another.returncode == 1 and "second set" in by_another.stderr


def wsgi(folder: Path) -> subprocess.CompletedProcess[str]:
    """What a server of another make sees that loads the entry point itself."""
    env = {"PORTAL_ISSUER_INSTANCE": str(folder), **ENV, "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", "import wsgi_issuer"]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_file_of_something_else_sealed_to_the_same_key_is_refused_in_words(kept: Path) -> None:
    # given a backup's first file that is no JSON
    with (
        (kept / "odd").open("wb") as sink,
        closing(Sealer(sink, read_key(kept / "k.pub", PUBLIC))) as sealer,
        gzip.GzipFile(fileobj=sealer, mode="wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for name, data in ((sealed.HEAD, b"{not json"), (sealed.STORE, b"x"), (sealed.END, b"")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    done = run(kept / "clean", "issuer", "restore", str(kept / "odd"), "--key", str(kept / "k"))
    assert done.exit_code == 1 and "no whole backup" in done.output and not isinstance(done.exception, ValueError)


def test_nothing_of_it_is_readable_without_the_offline_key(kept: Path) -> None:
    data = (kept / "b").read_bytes()
    secret = (kept / "issuer" / "secrets" / "issuer_store_key").read_text().strip()
    assert secret.encode() not in data and bytes.fromhex(secret) not in data and b"thu-2026" not in data
    run(kept, "backup-key", str(kept / "other"))
    done = run(kept / "clean", "issuer", "restore", str(kept / "b"), "--key", str(kept / "other"))
    assert done.exit_code == 1 and "this key does not open it" in done.output
    assert not (kept / "clean").exists()


@pytest.mark.parametrize("cut", [10, 1000, -1])
def test_what_is_altered_or_cut_leaves_nothing_behind(kept: Path, cut: int) -> None:
    data = bytearray((kept / "b").read_bytes())
    for spoilt in (bytes(data[:cut]), bytes(data[:cut]) + bytes([data[cut] ^ 1]) + bytes(data[cut:][1:])):
        (kept / "spoilt").write_bytes(spoilt)
        done = run(kept / "clean", "issuer", "restore", str(kept / "spoilt"), "--key", str(kept / "k"))
        assert done.exit_code == 1 and "Not restored" in done.output
        assert not (kept / "clean").exists()


def test_neither_a_full_folder_nor_a_file_that_stands_is_written_over(kept: Path) -> None:
    done = run(kept / "issuer", "issuer", "restore", str(kept / "b"), "--key", str(kept / "k"))
    assert done.exit_code == 1 and "not empty" in done.output
    again = run(kept / "issuer", "issuer", "backup", str(kept / "b"), "--key", str(kept / "k.pub"))
    assert again.exit_code == 1 and "already" in again.output


def test_a_backup_of_the_portal_is_none_of_an_issuer(kept: Path) -> None:
    shutil.copy(kept / "k", kept / "x")
    done = run(kept / "clean", "issuer", "restore", str(kept / "x"), "--key", str(kept / "k"))
    assert done.exit_code == 1 and "no whole backup" in done.output
