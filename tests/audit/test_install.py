"""What an auditor installs: the package without any extra, where its dependencies are and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.audit.bundle import write_zip
from portal.reports.annex import annex_of
from portal.reports.html import to_html
from tests.audit.rich import PLAIN
from tests.installed import ROOT, environment, requirements
from tests.reports.editions import LOG, edition

SERVER = {"flask", "sqlalchemy", "werkzeug", "flask_sqlalchemy", "alembic", "gunicorn"}


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
    return environment(folder, libraries, requirements())


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
