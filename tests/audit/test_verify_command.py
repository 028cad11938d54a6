"""``portal audit verify`` as a command: exit statuses, the report, the JSON, and the pages that describe them."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import socket
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.audit.bundle import write_zip
from portal.audit.verdict import SPLIT_VIEW
from portal.cli.audit import verify_command
from portal.cli.audit_report import report
from tests.audit.rich import WITNESSES, cosigned
from tests.audit.support import flip

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "verify.md").read_text("utf-8")
MAN = ROOT / "docs" / "man"


@pytest.fixture
def folder(rich, tmp_path) -> Path:
    """The export in a folder, its cosignatures as fresh as today's."""
    for name, data in rich.files.items():
        (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / name).write_bytes(data)
    (tmp_path / "policy.txt").write_bytes(bytes(rich.policy))
    return tmp_path / "export"


def run(*words: object):
    return CliRunner().invoke(verify_command, [str(word) for word in words])


def test_exit_status_0_and_the_checkpoint_is_kept(folder, rich, tmp_path) -> None:
    answer = run(folder, "--policy", tmp_path / "policy.txt", "--save", tmp_path / "kept")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.endswith("Everything that was checked holds.\n")
    assert "witness  W1 cosigned at 2025-" in answer.stdout
    assert SPLIT_VIEW not in answer.stdout
    assert (tmp_path / "kept").read_bytes() == rich.files["log/checkpoint"]
    assert run(folder, "--key", rich.log.vkey, "--since", tmp_path / "kept").exit_code == 0


def test_without_a_policy_the_report_says_that_nothing_excludes_a_split_view(folder, rich) -> None:
    answer = run(folder, "--key", rich.log.vkey)
    assert answer.exit_code == 0
    assert f"skipped  {SPLIT_VIEW}" in answer.stdout
    assert json.loads(run(folder, "--key", rich.log.vkey, "--json").stdout)["skipped"][-1] == SPLIT_VIEW


def test_exit_status_1_and_no_checkpoint_is_kept(folder, rich, tmp_path) -> None:
    (folder / "log" / "tile" / "0" / "000").write_bytes(flip(rich.files["log/tile/0/000"], 9))
    answer = run(folder, "--key", rich.log.vkey, "--save", tmp_path / "kept")
    assert answer.exit_code == 1
    assert "FAILED   tile-mismatch" in answer.stdout
    assert not (tmp_path / "kept").exists()


def test_exit_status_2_for_what_cannot_be_used(folder, tmp_path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        silent = run(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert silent.exit_code == 2
    assert "FAILED   unreachable (log/checkpoint)" in silent.stdout
    (tmp_path / "bad").write_text("quorum none\nquorum none\n", "utf-8")
    for words in ((tmp_path / "none",), (folder, "--since", tmp_path / "none"), (folder, "--policy", tmp_path / "bad")):
        assert run(*words).exit_code == 2
    assert run(folder, "--key", "not a key").exit_code == 2
    assert "line 2" in run(folder, "--policy", tmp_path / "bad").output


def test_an_address_is_read_like_a_folder(folder, rich, tmp_path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            answer = run(f"http://127.0.0.1:{server.server_port}/", "--policy", tmp_path / "policy.txt", "--json")
            (folder / "log" / "tile" / "entries" / "000").unlink()
            missing = run(f"http://127.0.0.1:{server.server_port}/", "--key", rich.log.vkey)
        finally:
            server.shutdown()
            thread.join()
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["ok"]
    assert missing.exit_code == 1
    assert "FAILED   missing (log/tile/entries/000)" in missing.stdout


def test_an_earlier_checkpoint_that_is_none_is_named(folder, rich, tmp_path) -> None:
    (tmp_path / "kept").write_bytes(b"\xff\xfe")
    answer = run(folder, "--key", rich.log.vkey, "--since", tmp_path / "kept")
    assert answer.exit_code == 1
    assert "FAILED   malformed-note (the earlier checkpoint)" in answer.stdout


def test_a_witness_may_state_a_time_that_no_calendar_has(rich) -> None:
    text = rich.files["log/checkpoint"].split(b"\n\n")[0] + b"\n\n"
    log = rich.files["log/checkpoint"].split(b"\n\n")[1].splitlines(keepends=True)[0]
    files = {**rich.files, "log/checkpoint": cosigned(text + log, *WITNESSES, time=2**63 - 1)}
    verdict = rich.judged(files, witnessed=True)
    assert verdict.ok
    assert f"cosigned at {2**63 - 1}" in report(verdict)


# --- the JSON ---

SHAPE = {
    "v": int, "ok": bool, "size": int, "root": str, "vkey": str, "checkpoint": str, "leaves": dict, "ballots": list,
    "witnesses": dict, "checked": list, "skipped": list, "notices": list, "failures": list,
}  # fmt: skip


def test_the_json_has_the_documented_shape(rich) -> None:
    # given a good verdict and a bad one, as a machine reads them
    bad = {**rich.files, "static/pages-submit.js": b"steal();"}
    for files in (rich.files, bad):
        found = json.loads(json.dumps(rich.judged(files, witnessed=True).as_document()))
        assert {name: type(value) for name, value in found.items()} == SHAPE
        assert found["v"] == 1
        assert set(found["witnesses"]) == {"quorum", "cosigned", "missing"}
        assert {tuple(one) for one in found["witnesses"]["cosigned"]} == {("name", "time")}
    assert found["failures"] == [{"name": "asset-not-as-logged", "where": "pages/submit.js"}]
    assert rich.judged(rich.files).as_document()["witnesses"] is None
    # and docs/verify.md names exactly those keys
    table = DOCS.split("## The verdict as JSON")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(SHAPE)


def test_every_failure_that_the_verifier_can_name_is_documented() -> None:
    said: set[str] = set()
    for path in (ROOT / "portal" / "audit").glob("*.py"):
        if path.name in VERIFIER:
            source = path.read_text("utf-8")
            said |= set(re.findall(r'(?:_broken|fail|Failure|Unusable|append)\(\s*"([a-z]+(?:-[a-z]+)*)"', source))
            said |= set(re.findall(r'^ {8}"([a-z]+(?:-[a-z]+)+)": ', source, re.MULTILINE))
            said |= set(re.findall(r'(?:return|else) \[?"([a-z]+(?:-[a-z]+)+)"', source))
    assert len(said) > 70
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", DOCS))
    assert said - documented == set()


VERIFIER = {
    "verify.py", "invariants.py", "ballots.py", "openings.py", "publications.py", "served.py", "strays.py",
    "standing.py", "source.py", "archive.py",
}  # fmt: skip


# --- the manual page ---


def test_the_manual_page_says_what_the_commands_help_says() -> None:
    spec = importlib.util.spec_from_file_location("man_build", MAN / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (MAN / "portal-audit.1").read_text("utf-8")
    assert written == module.page(), "run `python docs/man/build.py`"
    for name in ("verify", "export", "watch", "witness serve"):
        assert f"audit {name}" in written
    assert "share/man/man1 = docs/man/portal-audit.1" in (ROOT / "setup.cfg").read_text("utf-8")


def test_the_manual_page_renders_without_a_warning() -> None:
    page = MAN / "portal-audit.1"
    if shutil.which("groff"):
        command = ["groff", "-man", "-Tutf8", "-ww", str(page)]
    elif shutil.which("mandoc"):
        command = ["mandoc", "-Tutf8", "-Wwarning", str(page)]
    else:
        pytest.skip("neither groff nor mandoc is installed")
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", answer.stdout)
    assert answer.stderr == ""
    assert "--policy" in plain
    assert "EXIT STATUS" in plain


def test_a_bundle_is_a_target(rich, tmp_path) -> None:
    with (tmp_path / "bundle.zip").open("wb") as file:
        write_zip(file, rich.files.items())
    assert run(tmp_path / "bundle.zip", "--key", rich.log.vkey).exit_code == 0
    (tmp_path / "bundle.zip").write_bytes(b"PK")
    answer = run(tmp_path / "bundle.zip", "--key", rich.log.vkey)
    assert answer.exit_code == 1
    assert "FAILED   bundle-malformed" in answer.stdout


def test_the_policys_log_line_is_the_key(folder, rich, tmp_path) -> None:
    answer = run(folder, "--policy", tmp_path / "policy.txt", "--json")
    document = json.loads(answer.stdout)
    assert document["vkey"] == rich.log.vkey
    assert [text for text in document["skipped"] if text.startswith("log key")] == []
    # and a policy of other logs trusts no key of this one
    (tmp_path / "other.txt").write_text(
        f"log {rich.log.from_seed('other.example.org/log', bytes(32)).vkey}\nquorum none\n", "utf-8"
    )
    refused = run(folder, "--policy", tmp_path / "other.txt")
    assert refused.exit_code == 1
    assert "FAILED   unverified-note" in refused.stdout
