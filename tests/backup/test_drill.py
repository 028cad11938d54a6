"""The drill: an instance is backed up while it serves, put back on a clean machine, and is what it was."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.audit.source import Directory
from portal.audit.verify import Brought, verify
from portal.backup import archive, tables
from portal.cli import cli
from portal.cli.backup import PUBLIC, SECRET, read_key
from portal.cli.context import database, open_log, work
from portal.cli.demo import demo, sign_ins
from portal.cli.export import export_to
from portal.config import Settings, load_settings
from portal.consultations.service import close_consultation, list_all
from portal.crypto import receipt
from portal.crypto.envelope import open_with
from portal.crypto.keywrap import unwrap
from portal.crypto.stream import Opener, Sealer
from portal.extensions import db
from portal.models import LogLeaf, ModeratorKey, SealedEnvelope, Submission
from portal.submissions.service import look_up

KEPT = ("secret_key", "password_salt", "totp_key", "instance_key", "log_key")


def run(*arguments: str, instance: Path, database_url: str = "") -> Result:
    env = {"PORTAL_INSTANCE": str(instance), "PORTAL_DATABASE_URL": database_url or None}
    return CliRunner().invoke(cli, list(arguments), env=env)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the demonstration office (``office``), its backup (``b``) and the keys (``k``, ``k.pub``)."""
    folder = tmp_path_factory.mktemp("backup")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_INSTANCE", str(folder / "office"))
        assert CliRunner().invoke(demo, ["--build-only"]).exit_code == 0
    assert run("backup-key", str(folder / "k"), instance=folder / "office").exit_code == 0
    done = run("backup", str(folder / "b"), "--key", str(folder / "k.pub"), instance=folder / "office")
    assert done.exit_code == 0, done.output
    yield folder
    shutil.rmtree(folder)


def settings_of(instance: Path, database_url: str = "") -> Settings:
    return load_settings({"PORTAL_INSTANCE": str(instance), "PORTAL_DATABASE_URL": database_url})


def rows_of(settings: Settings) -> dict[str, list[tables.Row]]:
    with database(settings), tables.snapshot(db.engine) as connection:
        return {table.name: list(tables.rows(connection, table)) for table in tables.tables(connection)}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of the database on the clean machine."""
    return str(request.getfixturevalue("postgres").fresh()) if request.param == "postgresql" else ""


def test_a_clean_machine_becomes_the_office(kept: Path, tmp_path: Path, url: str, monkeypatch) -> None:
    # given nothing but the backup and the key that lay offline
    clean = tmp_path / "clean"
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    # when it is restored
    done = run("restore", str(kept / "b"), "--key", str(kept / "k"), instance=clean, database_url=url)
    assert done.exit_code == 0, done.output
    settings, before = settings_of(clean, url), settings_of(kept / "office")
    # then every row of every table is there, in either engine
    assert rows_of(settings) == rows_of(before)
    # and the secrets, for their owner only
    assert all(getattr(settings.secret, name) == getattr(before.secret, name) for name in KEPT)
    assert {path.stat().st_mode & 0o077 for path in (clean / "secrets").iterdir()} == {0}
    # and the auditor finds nothing wrong with the log, the findings and their openings
    monkeypatch.setenv("PORTAL_INSTANCE", str(clean))
    export_to(tmp_path / "export", openings=True)
    assert verify(Directory(tmp_path / "export"), Brought(open_log(settings).vkey)).ok


def test_receipts_and_keys_open_after_the_drill(kept: Path, tmp_path: Path) -> None:
    # given a comment whose receipt somebody kept, in the office that was backed up
    code, clean = receipt.new_receipt(), tmp_path / "clean"
    with work(settings_of(kept / "office")) as session:
        one = session.query(Submission).filter(Submission.leaf_index.is_not(None)).first()
        hash_, one.locator_hash = one.leaf_hash, receipt.locator_hash(code)
    backup = tmp_path / "b"
    assert run("backup", str(backup), "--key", str(kept / "k.pub"), instance=kept / "office").exit_code == 0
    # when it is restored
    assert run("restore", str(backup), "--key", str(kept / "k"), instance=clean).exit_code == 0
    settings = settings_of(clean)
    shutil.copy(kept / "office" / "demo-sign-ins.json", clean)
    with work(settings) as session:
        # then the receipt finds its comment with a proof
        found = look_up(session, open_log(settings), locator=receipt.locator(code))
        assert found.state == "sequenced" and found.proof
        # and a moderator's printed passphrase unlocks the key, which opens what was sealed to it
        person = next(person for person in sign_ins(settings) if person.passphrase)
        key = session.query(ModeratorKey).join(ModeratorKey.account).filter_by(email=person.email).first()
        seed = unwrap(key.wrapped, person.passphrase, kid=key.kid)
        assert open_with(seed, session.get(SealedEnvelope, hash_).data)


def test_a_restored_office_goes_on_with_its_log(kept: Path, tmp_path: Path, url: str, monkeypatch) -> None:
    # given a restored office
    clean = tmp_path / "clean"
    assert run("restore", str(kept / "b"), "--key", str(kept / "k"), instance=clean, database_url=url).exit_code == 0
    settings = settings_of(clean, url)
    monkeypatch.setenv("PORTAL_DATABASE_URL", url)
    with work(settings) as session:
        size = session.query(LogLeaf).count()
    # when acts follow that make a row with a number of its own, and a leaf
    invited = run("account", "invite", "--role", "auditor", "moi@example.org", instance=clean, database_url=url)
    assert invited.exit_code == 0, invited.output
    log = open_log(settings)
    with work(settings) as session:
        close_consultation(session, log, next(row for row in list_all(session) if row.state == "open"))
    # then ids and leaves go on after the highest ones, and the log verifies
    with work(settings) as session:
        assert session.query(LogLeaf).count() > size
    monkeypatch.setenv("PORTAL_INSTANCE", str(clean))
    export_to(tmp_path / "export", openings=False)
    assert verify(Directory(tmp_path / "export"), Brought(log.vkey)).ok


def test_what_is_no_whole_backup_is_refused_and_leaves_nothing_behind(kept: Path, tmp_path: Path) -> None:
    data = (kept / "b").read_bytes()
    wounded = {
        "cut": data[:-40_000],
        "altered": data[:-300] + bytes([data[-300] ^ 1]) + data[-299:],
        "another file": b"PK" + data,
    }
    for name, content in wounded.items():
        (tmp_path / name).write_bytes(content)
        clean = tmp_path / f"clean {name}"
        done = run("restore", str(tmp_path / name), "--key", str(kept / "k"), instance=clean)
        assert done.exit_code == 1 and "cannot be restored" in done.output, name
        if (clean / "portal.sqlite3").exists():
            assert not any(rows for table, rows in rows_of(settings_of(clean)).items())


def test_a_backup_without_some_of_its_rows_is_not_whole(kept: Path, tmp_path: Path) -> None:
    # given a backup made by somebody who holds the keys, with one part left out
    seed, public = read_key(kept / "k", SECRET), read_key(kept / "k.pub", PUBLIC)
    forged, opener = io.BytesIO(), Opener(io.BytesIO((kept / "b").read_bytes()), seed)
    sealer = Sealer(forged, public)
    with (
        tarfile.open(fileobj=opener, mode="r|gz") as plain,
        archive._packer(sealer) as packed,
        tarfile.open(fileobj=packed, mode="w|") as out,
    ):
        for member in plain:
            if not member.name.startswith("rows/log_leaf/"):
                out.addfile(member, plain.extractfile(member))
    sealer.close()
    (tmp_path / "forged").write_bytes(forged.getvalue())
    # then it is refused
    done = run("restore", str(tmp_path / "forged"), "--key", str(kept / "k"), instance=tmp_path / "clean")
    assert done.exit_code == 1


def test_nothing_is_written_over(kept: Path, tmp_path: Path) -> None:
    office = kept / "office"
    before = (office / "portal.sqlite3").read_bytes()
    for arguments in (
        ("backup-key", str(kept / "k")),
        ("backup", str(kept / "b"), "--key", str(kept / "k.pub")),
        ("restore", str(kept / "b"), "--key", str(kept / "k")),
        ("restore", str(kept / "b"), "--key", str(kept / "k"), "--keep-settings"),
    ):
        done = run(*arguments, instance=office)
        assert done.exit_code == 1 and "nothing was changed" in done.output, arguments
    assert (office / "portal.sqlite3").read_bytes() == before


def test_the_two_halves_of_the_key_are_told_apart(kept: Path, tmp_path: Path) -> None:
    done = run("backup", str(tmp_path / "b"), "--key", str(kept / "k"), instance=kept / "office")
    assert done.exit_code == 1 and "public half" in done.output and not (tmp_path / "b").exists()
    done = run("restore", str(kept / "b"), "--key", str(kept / "k.pub"), instance=tmp_path / "clean")
    assert done.exit_code == 1 and "secret half" in done.output


def test_nothing_readable_stands_in_the_file(kept: Path) -> None:
    data = (kept / "b").read_bytes()
    settings = settings_of(kept / "office")
    keys = (settings.secret.instance_key, settings.secret.log_key)
    for needle in (b"@example.org", b"portal.toml", *keys, *(key.hex().encode() for key in keys)):
        assert needle not in data


def test_an_office_moves_to_postgresql_and_back(kept: Path, tmp_path: Path, postgres) -> None:
    # given an office on SQLite, and an empty database
    there = postgres.fresh()
    before = rows_of(settings_of(kept / "office"))
    # when it moves there, and from there into a fresh file
    done = run("db", "copy", "--to", there, instance=kept / "office")
    assert done.exit_code == 0, done.output
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    done = run("db", "copy", "--to", back, instance=kept / "office", database_url=there)
    assert done.exit_code == 0, done.output
    # then nothing was lost on either way
    assert rows_of(settings_of(kept / "office", there)) == before == rows_of(settings_of(kept / "office", back))
    # and a second copy into it is refused
    again = run("db", "copy", "--to", there, instance=kept / "office")
    assert again.exit_code == 1 and "nothing was changed" in again.output
