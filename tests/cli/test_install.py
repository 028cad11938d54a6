"""What `make demo` installs is enough for every command of the server and for taking a comment: no extra is missing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from portal.cli import COMMANDS, EXTRAS
from tests.installed import ROOT, environment, requirements

INSTALLED = ("server", "issuer")
LOAD = """
import sys
from portal.cli import cli
import click
for name in sys.argv[1:]:
    assert cli.get_command(click.Context(cli), name), name
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with those extras alone."""
    folder = tmp_path_factory.mktemp("server")
    return environment(folder, folder / "libraries", requirements(*INSTALLED))


def run(python: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **env}
    return subprocess.run([python, *words], env=given, cwd=ROOT, check=False, capture_output=True, text=True)


def test_make_demo_installs_these() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").split("$(BIN)/.installed:")[1]
    found = re.search(r"--editable '\.\[([a-z,]+)\]'", recipe)
    assert found and tuple(found[1].split(",")) == INSTALLED


def test_every_command_of_theirs_loads(python: Path) -> None:
    names = [name for name in COMMANDS if EXTRAS.get(name, "server") in INSTALLED]
    assert len(names) > 10
    answer = run(python, "-c", LOAD, *names)
    assert answer.returncode == 0, answer.stderr


def test_a_new_office_starts(python: Path, tmp_path: Path) -> None:
    """Its secrets, its database and both apps, on SQLite."""
    given = {
        "instance": str(tmp_path / "office"),
        "app": "all",
        "log_origin": "log.example.org/x",
        "public_origins": "https://gop-y.example.org",
        "staff_origins": "https://noi-bo.example.org",
    }
    where = {f"PORTAL_{name.upper()}": value for name, value in given.items()}
    for words in (("-m", "portal", "init"), ("-m", "portal", "db", "upgrade")):
        answer = run(python, *words, **where)
        assert answer.returncode == 0, answer.stderr
    asked = "import wsgi; c = wsgi.app.test_client(); print(c.get('/').status_code, c.get('/staff/login').status_code)"
    answer = run(python, "-c", asked, **where)
    assert answer.stdout.split() == ["200", "200"], answer.stderr
