"""``portal consolidate``: a folder of files, with names for what is refused and exit codes."""

import json

import pytest
from click.testing import CliRunner

from portal.accounts import service as accounts
from portal.accounts.hand import Hand
from portal.cli.consolidate import consolidate
from portal.consolidation import offices, service
from portal.consolidation.service import ConsolidationDraft
from portal.consultations import service as consultations
from portal.tlog.keys import spoken_fingerprint
from portal.web.runtime import unit_of_work
from tests.consolidation.offices import CLOSES, OPENS, TAXONOMY, document, sender
from tests.support import TODAY


@pytest.fixture
def folder(staff_app, settings, monkeypatch, tmp_path):
    """An instance that knows office 1, and a folder with its file, a stranger's and a note."""
    with staff_app.app_context(), unit_of_work() as session:
        consultations.save_taxonomy(session, TAXONOMY)
        service.create(session, ConsolidationDraft("quy-ba", "Tổng hợp", "", OPENS, CLOSES, 5, TAXONOMY.version))
        one = sender(1)
        account, _ = accounts.invite(
            session, email="c@example.org", name="C", roles=["committee"], forbid_pairs=True, today=TODAY
        )
        row = offices.add(session, offices.OfficeDraft(one.id, one.name, one.vkey))
        mark = spoken_fingerprint(one.vkey)
        offices.confirm(session, row, mark[-8:], Hand(account.id, CLOSES), seen=mark)
    monkeypatch.setattr("portal.cli.consolidate.load_settings", lambda: settings)
    given = tmp_path / "given"
    given.mkdir()
    (given / "mot.json").write_bytes(sender(1).file(document(1)))
    (given / "readme.txt").write_text("not looked at", encoding="utf-8")
    return given


def run(folder, *options: str):
    return CliRunner().invoke(consolidate, [str(folder), "--into", "quy-ba", *options])


def taken(staff_app) -> int:
    with staff_app.app_context(), unit_of_work() as session:
        return len(service.files(session, service.get(session, "quy-ba")))


def test_a_dry_run_keeps_nothing_and_a_run_takes_what_holds(folder, staff_app) -> None:
    dry = run(folder, "--dry-run")
    assert (dry.exit_code, taken(staff_app)) == (0, 0), dry.output
    done = run(folder)
    assert (done.exit_code, taken(staff_app)) == (0, 1)
    assert "1 taken, 0 refused." in done.output


def test_what_is_refused_is_named(folder, staff_app) -> None:
    (folder / "la.json").write_bytes(sender(2).file(document(2)))
    found = run(folder, "--json")
    assert found.exit_code == 1
    assert {one["file"]: one["why"] for one in json.loads(found.output)} == {
        "la.json": "unknown-office",
        "mot.json": None,
    }
    assert "REFUSED  mot.json: duplicate (don-vi-01 quy-ba)" in run(folder).output


def test_what_cannot_be_done_says_so(folder, staff_app) -> None:
    (folder / "gop.zip").write_bytes(b"PK\x03\x04" + bytes(30))
    broken = run(folder)
    assert (broken.exit_code, taken(staff_app)) == (2, 0)
    assert "consolidation-archive-broken" in broken.output
    (folder / "gop.zip").unlink()
    unknown = CliRunner().invoke(consolidate, [str(folder), "--into", "khac"])
    assert (unknown.exit_code, "consolidation-unknown" in unknown.output) == (2, True)
