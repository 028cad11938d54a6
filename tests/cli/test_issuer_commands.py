"""``portal issuer``: a folder for its owner alone, a passphrase that is shown once, a server that says nothing."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import cli
from portal.cli.gunicorn_server import check_host
from portal.config import ConfigError
from portal.issuing.config import load_issuer_settings
from portal.issuing.desk_lock import DeskLock
from tests.browser.served import free_port

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, *command: str, **env: str):
    variables = {"PORTAL_ISSUER_INSTANCE": str(folder), **env}
    return CliRunner().invoke(cli, ["issuer", *command], env=variables, catch_exceptions=False)


def named(address: str = "http://127.0.0.1:8010") -> dict[str, str]:
    return {
        "PORTAL_ISSUER_ISSUER": "thanh-tra",
        "PORTAL_ISSUER_NAME_VI": "Ban Thanh tra nhân dân",
        "PORTAL_ISSUER_ADDRESS": address,
        "PORTAL_ISSUER_PORTAL_ORIGINS": "http://127.0.0.1:8000",
    }


def test_init_makes_a_folder_for_its_owner_alone(tmp_path) -> None:
    # given no folder
    folder = tmp_path / "issuer"
    # when it is made
    out = run(folder, "init").output
    # then everything that is secret is for its owner alone, and the passphrase opens the desk
    secrets = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder / "secrets").iterdir()}
    assert set(secrets) == {"issuer_identity", "issuer_store_key", "issuer_session_key", "desk_passphrase"}
    assert set(secrets.values()) == {0o600}
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "issuer.toml").stat().st_mode) == 0o600
    phrase = re.search(r"passphrase: (.+)", out)
    assert phrase and DeskLock(folder).opens(phrase[1])
    # and it says what is missing instead of an identity
    assert "PORTAL_ISSUER_ISSUER" in out and "Identity key" not in out


def test_init_again_keeps_what_stands_and_shows_the_identity(tmp_path) -> None:
    # given a folder whose settings were filled in
    run(tmp_path, "init")
    before = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert tomllib.loads((tmp_path / "issuer.toml").read_text("utf-8"))["portal_origins"] == []
    (tmp_path / "issuer.toml").write_text("# mine\n", "utf-8")
    # when it is run again
    out = run(tmp_path, "init", **named()).output
    # then nothing changed, no passphrase is shown, and the identity is
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == before
    assert (tmp_path / "issuer.toml").read_text("utf-8") == "# mine\n"
    assert "passphrase:" not in out
    settings = load_issuer_settings({"PORTAL_ISSUER_INSTANCE": str(tmp_path), **named()})
    assert f"Identity key: {settings.identity.verifier}" in out


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://phieu.example.vn", True),
        (f"http://{'a' * 56}.onion", True),
        ("http://127.0.0.1:8010", True),
        ("http://phieu.example.vn", False),
        ("http://10.0.0.7:8010", False),
        ("http://short.onion", False),
        ("http://127.0.0.1.example.vn", False),
    ],
)
def test_claim_codes_are_never_sent_in_the_clear(tmp_path, address, good) -> None:
    out = run(tmp_path, "init", **named(address)).output
    assert ("Identity key:" in out) is good
    assert ("must begin with https://" in out) is not good


def test_a_new_passphrase_ends_the_old_one(tmp_path) -> None:
    old = re.search(r"passphrase: (.+)", run(tmp_path, "init").output)
    new = re.search(r"passphrase: (.+)", run(tmp_path, "passphrase").output)
    assert old and new and DeskLock(tmp_path).opens(new[1]) and not DeskLock(tmp_path).opens(old[1])


def test_without_a_folder_there_is_nothing_to_lock(tmp_path) -> None:
    with pytest.raises(ConfigError):
        run(tmp_path / "none", "passphrase")


def test_a_demonstration_is_served_on_this_machine_only() -> None:
    check_host("demo", "127.0.0.1")
    check_host("production", "0.0.0.0")
    with pytest.raises(ConfigError):
        check_host("demo", "0.0.0.0")


def test_a_command_whose_packages_are_missing_is_listed_all_the_same(monkeypatch) -> None:
    # given an installation without what an issuer needs
    monkeypatch.delitem(sys.modules, "portal.cli.issuer", raising=False)
    monkeypatch.setitem(sys.modules, "argon2", None)
    monkeypatch.delitem(sys.modules, "portal.issuing.desk_lock", raising=False)
    # when the commands are listed, and when this one is called
    listed = CliRunner().invoke(cli, ["--help"])
    called = CliRunner().invoke(cli, ["issuer", "init"])
    # then both say what to install
    assert listed.exit_code == 0 and "serve" in listed.output
    assert called.exit_code == 1 and ".[issuer]" in called.output


def test_the_server_answers_and_writes_nothing_of_its_visitors(tmp_path) -> None:
    # given a served issuer
    port = free_port()
    env = {**os.environ, "PORTAL_ISSUER_INSTANCE": str(tmp_path), **named(f"http://127.0.0.1:{port}")}
    run(tmp_path, "init")
    command = [sys.executable, "-m", "portal", "issuer", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            wait_until_up(port)
            # when visitors send good and bad things
            request = urllib.request.Request(f"http://127.0.0.1:{port}/rounds/khong-co-dau/claim", b"{}", method="POST")
            request.add_header("User-Agent", "Visitor/1.0")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            answer = refused.value.read()
            with socket.create_connection(("127.0.0.1", port)) as raw:
                raw.sendall(b"GET /\x00secret HTTP/9\r\n\r\n")
                raw.recv(100)
        finally:
            server.terminate()
            out, _ = server.communicate(timeout=30)
    # then they are answered, and the output holds nothing of them
    assert len(answer) == 8192 and json.loads(answer)["error"] == "claim-malformed"
    for word in ("khong-co-dau", "Visitor", "secret", "127.0.0.1", "POST"):
        assert word not in out


def wait_until_up(port: int) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/desk/unlock", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the issuer did not start")
