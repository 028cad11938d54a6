"""What an auditor installs: the package without any extra, where its dependencies are and nothing else."""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest

from portal.audit.bundle import write_zip
from portal.reports.annex import annex_of
from portal.reports.html import to_html
from tests.audit.rich import PLAIN
from tests.reports.editions import LOG, edition

ROOT = Path(__file__).resolve().parents[2]
SERVER = {"flask", "sqlalchemy", "werkzeug", "flask_sqlalchemy", "alembic", "gunicorn"}


def requirements() -> list[str]:
    """What setup.cfg installs without an extra."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return [line for line in parser["options"]["install_requires"].splitlines() if line]


def closure(names: list[str]) -> set[str]:
    """Those distributions, and what they need in turn, extras left out."""
    found: set[str] = set()
    while names:
        name = re.split(r"[^A-Za-z0-9._-]", names.pop())[0].lower().replace("_", "-")
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # needed on other systems only
        found.add(name)
        names += [need for need in needs if "extra ==" not in need]
    return found


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The interpreter of a fresh environment: the package as setup.cfg packs it, beside its dependencies alone."""
    folder = tmp_path_factory.mktemp("auditor")
    libraries = folder / "libraries"
    build = ["egg_info", "--egg-base", str(folder), "build_py", "--build-lib", str(libraries)]
    subprocess.run(
        [sys.executable, "-c", f"from setuptools import setup; setup(script_args={build!r})"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    for name in closure(requirements()):
        for top in {file.parts[0] for file in metadata.files(name) or []} - {"..", "__pycache__"}:
            (libraries / top).symlink_to(Path(str(metadata.distribution(name).locate_file(top))))
    venv.create(folder / "env", with_pip=False)
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "auditor.pth").write_text(f"{libraries}\n", "utf-8")
    return folder / "env" / "bin" / "python"


@pytest.fixture
def run(python, tmp_path):
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
        command = [python, *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)

    return call


@pytest.fixture
def bundle(rich, tmp_path) -> Path:
    """The bundle with openings, as the auditor's desk gives it, and beside it what an auditor keeps."""
    with (tmp_path / "bundle.zip").open("wb") as file:
        write_zip(file, rich.files.items())
    (tmp_path / "policy.txt").write_bytes(bytes(rich.policy))
    (tmp_path / "last.checkpoint").write_bytes(rich.older["log/checkpoint"])
    return tmp_path / "bundle.zip"


def test_nothing_of_the_server_is_there(run) -> None:
    for name in SERVER:
        assert run("-c", f"import {name}").returncode == 1


def test_a_bundle_verifies_there(run, bundle, tmp_path) -> None:
    words = ("--policy", "policy.txt", "--since", "last.checkpoint", "--save", "next.checkpoint", "--json")
    answer = run("-m", "portal", "audit", "verify", str(bundle), *words)
    assert answer.returncode == 0, answer.stderr
    verdict = json.loads(answer.stdout)
    assert (verdict["ok"], verdict["skipped"], verdict["witnesses"]["quorum"]) == (True, [], True)
    # and the checkpoint that was kept, cosignatures and all, is good for the next time
    again = run("-m", "portal", "audit", "verify", str(bundle), "--policy", "policy.txt", "--since", "next.checkpoint")
    assert again.returncode == 0
    assert "consistency with the earlier checkpoint" in again.stdout


def test_a_falsified_folder_fails_there(run, rich, tmp_path) -> None:
    for name, data in {**rich.files, f"results/{PLAIN}/findings.json": b"{}"}.items():
        (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / name).write_bytes(data)
    answer = run("-m", "portal", "audit", "verify", "export", "--key", rich.log.vkey)
    assert answer.returncode == 1
    assert "FAILED   publication-malformed" in answer.stdout


def test_a_report_is_verified_there_and_what_a_kind_of_file_needs_is_said(run, tmp_path) -> None:
    made = edition()
    (tmp_path / "report.html").write_bytes(to_html(made.document, None, annex_of(made)))
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    answer = run("-m", "portal", "audit", "verify-report", "report.html", "--key", LOG.vkey)
    assert (answer.returncode, "word for word" in answer.stdout) == (0, True), answer.stderr
    answer = run("-m", "portal", "audit", "verify-report", "report.pdf", "--key", LOG.vkey)
    assert answer.returncode == 2
    assert "pip install '.[verify-report]'" in " ".join(answer.stderr.split())


def test_the_other_commands_of_an_auditor_are_there_and_the_offices_say_what_they_need(run) -> None:
    for words in (("audit", "watch"), ("audit", "witness", "serve"), ("audit", "witness", "init"), ("seal",)):
        answer = run("-m", "portal", *words, "--help")
        assert answer.returncode == 0, answer.stderr
    answer = run("-m", "portal", "audit", "export", "folder")
    assert answer.returncode == 1
    assert "pip install '.[server]'" in answer.stderr
    assert "Traceback" not in answer.stderr
