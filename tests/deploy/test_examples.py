"""The examples in deploy/ are read by the programs they are for, and name commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from portal.cli import cli
from portal.config import SECRET_BYTES, plain_fields
from tests.house.test_docs import commands

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
UNITS = sorted((DEPLOY / "systemd").iterdir())
EXPOSURE_MOST = 2.0


def ran(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/sbin:/usr/bin:/bin", **more}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def command_of(line: str) -> tuple[str, set[str]]:
    """The longest command of ours in a line, and the options that it is given."""
    words = line.split("/bin/portal ", 1)[1].strip("'\"").split()
    known = commands(cli)
    names = [name for n in range(len(words), 0, -1) if (name := " ".join(["portal", *words[:n]])) in known]
    assert names, line
    return names[0], {word for word in words if word.startswith("--")}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    # given the units where systemd finds them, with a program that exists here in place of ours
    for one in UNITS:
        text = re.sub(r"/opt/portal/\.venv/bin/portal", shutil.which("true") or "", one.read_text("utf-8"))
        (tmp_path / one.name).write_text(text, "utf-8")
    # when systemd verifies it
    done = ran("systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name), SYSTEMD_UNIT_PATH=f"{tmp_path}:")
    # then it has nothing to say
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_the_service_is_shut_in(unit: Path) -> None:
    done = ran("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    level = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert level and float(level[1]) <= EXPOSURE_MOST, done.stdout


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_the_service_runs_a_command_that_exists_with_settings_that_exist(unit: Path) -> None:
    text = unit.read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    name, options = command_of(line)
    taken = {opt for param in commands(cli)[name].params if isinstance(param, click.Option) for opt in param.opts}
    assert options <= taken
    settings = {f"PORTAL_{name.upper()}" for name in (*(item.name for item in plain_fields()), *SECRET_BYTES)}
    assert set(re.findall(r"\b(PORTAL_[A-Z_]+)=", text)) <= settings | {"PORTAL_ISSUER_INSTANCE"}


def test_tor_reads_the_onion_service(tmp_path: Path) -> None:
    text = (DEPLOY / "torrc").read_text("utf-8").replace("/var/lib/tor/gop-y", str(tmp_path / "hidden"))
    (tmp_path / "torrc").write_text(f"DataDirectory {tmp_path / 'data'}\n{text}", "utf-8")
    version = re.search(r"version (\d+)\.(\d+)\.(\d+)", ran("tor", "--version").stdout)
    assert version
    if tuple(map(int, version.groups())) < (0, 4, 8):  # proofs of work came with it
        text = (tmp_path / "torrc").read_text("utf-8").replace("HiddenServicePoWDefensesEnabled 1\n", "")
        (tmp_path / "torrc").write_text(text, "utf-8")
    done = ran("tor", "--verify-config", "--defaults-torrc", "/dev/null", "-f", str(tmp_path / "torrc"))
    assert done.returncode == 0 and "Configuration was valid" in done.stdout, done.stdout


def test_caddy_reads_its_file() -> None:
    file = ("--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile"))
    done = ran("caddy", "validate", *file, HOME="/nonexistent")
    assert done.returncode == 0, done.stderr
    # and what it makes of it logs no request and forwards no address
    made = ran("caddy", "adapt", *file, HOME="/nonexistent").stdout
    assert '"logs"' not in made.replace('"logging"', "").split('"apps"')[1]
    assert made.count('"X-Forwarded-For"') == 2 and '"output":"discard"' in made


def test_the_container_builds_from_what_is_here_and_runs_a_command_that_exists() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    (line,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    words = [word.strip('" ') for word in line.strip("[]").split(",")]
    name, options = command_of(" ".join(words))
    taken = {opt for param in commands(cli)[name].params if isinstance(param, click.Option) for opt in param.opts}
    assert options <= taken
    extras = re.search(r"\.\[([a-z,]+)\]", text)
    setup = (ROOT / "setup.cfg").read_text("utf-8")
    assert extras and all(re.search(rf"^{extra} =$", setup, re.MULTILINE) for extra in extras[1].split(","))
    assert "make LOCKED=1 build" in text and re.search(r"^build:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    # and the program at the end of the first stage is not the one that writes: the portal runs as nobody special
    assert re.search(r"^USER portal$", text, re.MULTILINE)
