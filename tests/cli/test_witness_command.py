"""``portal audit witness``: a folder for its owner alone, sentences instead of tracebacks, no Flask."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.audit.witness import Witness
from portal.audit.witness_folder import WitnessFolder
from portal.cli.witness import witness
from portal.tlog.policy import parse_policy
from tests.audit.witnessing import NAME, Log, clock
from tests.tlog.support import LOG_KEY, OTHER_KEY

VKEY = str(LOG_KEY.verifier)


def run(*command: str):
    return CliRunner().invoke(witness, list(command), catch_exceptions=False)


def shown(text: str, word: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.split()[:1] == [word]]


def test_init_makes_a_folder_for_its_owner_alone_and_prints_public_keys(tmp_path) -> None:
    # when a folder is made
    path = tmp_path / "w"
    result = run("init", str(path), "--name", NAME, "--log", VKEY)
    assert result.exit_code == 0
    # then nobody else can read it, and no secret was printed
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.rglob("*") if one.is_file()} == {0o600}
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path, path / "state", path / "evidence")} == {0o700}
    assert "PRIVATE" not in result.output
    # and the printed keys can be put into a portal's policy as they are
    first, second = shown(result.output, "key")
    policy = parse_policy(f"witness a {first}\nwitness b {second}\ngroup w any a b\nquorum w\n")
    assert {one.key.name for one in policy.witnesses} == {NAME}
    assert "never cosigned" in result.output


def test_init_again_adds_logs_and_keeps_keys(tmp_path) -> None:
    path = str(tmp_path / "w")
    keys = shown(run("init", path, "--name", NAME, "--log", VKEY).output, "key")
    again = run("init", path, "--name", NAME, "--log", VKEY, "--log", str(OTHER_KEY.verifier), "--kind", "ed25519")
    assert shown(again.output, "key") == keys
    assert len(WitnessFolder(Path(path)).logs()[LOG_KEY.name]) == 2
    # but never for another witness
    other = run("init", path, "--name", "other.example/w")
    assert other.exit_code == 1 and "belongs to the witness" in other.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--name", "with space"], "cannot be a witness's name"),
        (["--name", NAME, "--log", "nonsense"], "log's key cannot be used"),
        (["--name", NAME, "--kind", "rsa"], "rsa"),
        ([], "--name"),
    ],
)
def test_init_says_what_is_wrong(tmp_path, options, sentence) -> None:
    result = run("init", str(tmp_path / "w"), *options)
    assert result.exit_code != 0 and sentence in result.output


def test_show_tells_sizes_and_evidence_by_exit_status(tmp_path) -> None:
    # given a witness that cosigned, and then was shown another history
    path = tmp_path / "w"
    run("init", str(path), "--name", NAME, "--log", VKEY)
    working = Witness(WitnessFolder(path), clock())
    working.add_checkpoint(str(Log().grow(5).request(0)).encode())
    quiet = run("show", str(path))
    working.add_checkpoint(str(Log(history=b"hidden").grow(5).request(5)).encode())
    loud = run("show", str(path))
    working.close()
    # then
    assert quiet.exit_code == 0 and "5 leaves, cosigned 2026-10-01 08:00 UTC" in quiet.output
    assert loud.exit_code == 1
    assert "split-view" in loud.output and "proves a fork by itself" in loud.output
    # and evidence and state that were damaged are named
    next((path / "evidence").iterdir()).write_text("{}", "utf-8")
    next((path / "state").iterdir()).write_text("nonsense", "utf-8")
    damaged = run("show", str(path))
    assert damaged.exit_code == 1
    assert "cannot be read" in damaged.output and "is damaged" in damaged.output


def test_show_and_serve_need_a_folder(tmp_path) -> None:
    assert run("show", str(tmp_path / "none")).exit_code == 2
    result = run("serve", str(tmp_path / "none"))
    assert result.exit_code == 1 and "portal audit witness init" in result.output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("name", "content"), [("keys", "x\n"), ("keys", ""), ("logs", "log x\n"), ("logs", "quorum")])
def test_serve_refuses_damaged_files_with_a_sentence(tmp_path, name, content) -> None:
    path = tmp_path / "w"
    run("init", str(path), "--name", NAME, "--log", VKEY)
    (path / name).write_text(content, "utf-8")
    result = run("serve", str(path), "--port", "0")
    assert result.exit_code == 1 and name in result.output and "Traceback" not in result.output


def test_serve_says_when_it_cannot_listen(tmp_path) -> None:
    path = tmp_path / "w"
    run("init", str(path), "--name", NAME, "--log", VKEY)
    result = run("serve", str(path), "--host", "192.0.2.1")
    assert result.exit_code == 1 and "cannot listen on 192.0.2.1" in result.output


def test_it_needs_neither_flask_nor_sqlalchemy() -> None:
    # given an interpreter that has none of the server's packages
    code = (
        "import sys\n"
        "for name in ('flask', 'sqlalchemy', 'werkzeug', 'gunicorn'): sys.modules[name] = None\n"
        "from portal.cli.witness import witness\n"
        "witness(['--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "init" in done.stdout
