"""``portal audit watch``: exit codes, reports, waiting, and what is kept for the next time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from portal.audit.watch.files import MANIFEST
from portal.cli import audit_watch
from portal.cli.assets import DIST
from portal.cli.audit_watch import watch_command
from tests.audit.watch.support import Served

ROOT = Path(__file__).resolve().parents[3]


def run(*words: str):
    return CliRunner().invoke(watch_command, list(words))


def test_a_good_portal_exits_with_0_and_a_bad_one_with_1(served: Served, tmp_path) -> None:
    # given a good portal; when it is watched; then a person reads what was checked
    done = run(served.url, "--key", served.vkey, "--local", str(DIST))
    assert done.exit_code == 0, done.output
    assert "Everything that was checked holds." in done.output and "against your own build" in done.output
    # given one that sets a cookie; then its name and meaning are there, with the folder of evidence
    served.between.meddle = lambda sent: sent.set("Set-Cookie", "a=b") if sent.page else None
    done = run(served.url, "--key", served.vkey, "--evidence", str(tmp_path))
    assert done.exit_code == 1
    assert "FAILED   cookie-set: an answer sets a cookie" in done.output and f"evidence {tmp_path}" in done.output
    assert "and " in done.output and " more" in done.output


def test_the_report_is_a_line_of_json_each_time(served: Served, monkeypatch, tmp_path) -> None:
    # given somebody who watches again and again
    waited = []
    monkeypatch.setattr(audit_watch.time, "sleep", waited.append)
    state = tmp_path / "state.json"
    words = ["--key", served.vkey, "--every", "20m-3h", "--times", "2", "--json", "--state", str(state)]
    done = run(served.url, *words)
    # then each report is a line, the wait lies within the range, and the state names the list of files
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 0 and first["ok"] and second["ok"] and first["vkey"] == served.vkey
    (pause,) = [seconds for seconds in waited if seconds >= 1]  # other threads sleep for moments
    assert 20 * 60 <= pause <= 3 * 3600
    assert MANIFEST in json.loads(state.read_text("utf-8"))["assets"]
    # and the next watch reads only what was appended since
    served.between.asked.clear()
    assert run(served.url, "--key", served.vkey, "--state", str(state)).exit_code == 0


def test_what_cannot_be_used_exits_with_2(served: Served, tmp_path) -> None:
    (tmp_path / "state").write_text("{}")
    (tmp_path / "policy").write_text("quorum\n")
    for words in (
        ["ftp://x.example"],
        [served.url, "--key", "no key"],
        [served.url, "--policy", str(tmp_path / "policy")],
        [served.url, "--state", str(tmp_path / "state")],
        [served.url, "--proxy", "127.0.0.1:9050"],
        [served.url, "--every", "3h-20m"],
        [served.url, "--pause", "now"],
        [served.url, "--local", str(tmp_path)],
    ):
        done = run(*words)
        assert done.exit_code == 2, (words, done.output)


def test_nobody_there_is_one_named_failure() -> None:
    done = run("http://127.0.0.1:9", "--json")
    assert done.exit_code == 1
    assert {item["name"] for item in json.loads(done.stdout)["failures"]} == {"unreachable"}


def test_watching_needs_neither_flask_nor_sqlalchemy() -> None:
    # given a Python in which neither can be imported; when the command is asked for help; then it answers
    barred = "import sys; sys.modules.update(flask=None, sqlalchemy=None, werkzeug=None, flask_sqlalchemy=None);"
    code = barred + "from portal.cli.audit_watch import watch_command as w; w(['--help'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "--every" in done.stdout, done.stderr
