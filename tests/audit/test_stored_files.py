"""What offices gave out and auditors kept years ago is read and judged as it was: exports, reports, an auditor's files.

The files in tests/vectors/audit are never made anew; a form that changes gets a version and vectors of its own.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from portal.audit.report_file import verify_report
from portal.audit.source import Directory
from portal.audit.verify import Brought, verify
from portal.audit.watch.logged import Known, StateMalformed
from portal.audit.witness_evidence import Evidence
from portal.ledger.events import REGISTRY
from portal.tlog.policy import parse_policy

STORED = Path(__file__).parents[1] / "vectors" / "audit"
KEPT = json.loads((STORED / "auditor.json").read_text("utf-8"))
REPORTS = ("report.docx", "report.pdf", "report.html", "report.json")


def unpacked(name: str, place: Path) -> Directory:
    """A stored ZIP of a verifiable directory."""
    with zipfile.ZipFile(STORED / name) as archive:
        archive.extractall(place)
    (folder,) = place.iterdir()
    return Directory(folder)


@pytest.fixture
def brought() -> Brought:
    """What the auditor of that day had of their own."""
    return Brought(KEPT["vkey"], None, parse_policy(KEPT["policy"]), KEPT["now"])


def test_an_export_with_its_openings_gets_the_verdict_that_it_got(tmp_path: Path, brought: Brought) -> None:
    verdict = verify(unpacked("export.zip", tmp_path), brought)
    found = json.loads(json.dumps(verdict.as_document()))
    assert (found["v"], found["ok"], found["size"] > 256) == (1, True, True)
    # a verdict is a stored form itself, which only grows
    assert {key: found[key] for key in KEPT["verdict"]} == KEPT["verdict"]


def test_the_export_has_every_leaf_and_opening_there_is(tmp_path: Path) -> None:
    source = unpacked("export.zip", tmp_path)
    opened = json.loads(source.read("openings.json"))
    assert opened["v"] == 5
    assert opened["consultations"] and opened["tables"] and opened["private"]
    assert set(KEPT["verdict"]["leaves"]) == {kind for kind, _ in REGISTRY}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("with_log", [False, True], ids=["key", "log"])
def test_a_report_that_was_given_out_holds(name: str, with_log: bool, tmp_path: Path) -> None:
    source = unpacked("report-log.zip", tmp_path) if with_log else None
    verdict = verify_report((STORED / name).read_bytes(), KEPT["report_vkey"], source)
    assert (verdict.failures, verdict.text, verdict.status) == ([], "approved", 0)


@pytest.mark.parametrize("text", KEPT["evidence"], ids=lambda text: json.loads(text)["kind"])
def test_a_witnesss_evidence_still_stands(text: str) -> None:
    found = Evidence.parse(text)
    assert str(found) == text
    assert found.stands()
    assert found.proves_fork() == (found.kind == "split-view")


def test_there_is_evidence_of_every_kind() -> None:
    assert [json.loads(text)["kind"] for text in KEPT["evidence"]] == ["split-view", "inconsistent", "rolled-back"]


def test_what_a_watch_learned_is_taken_up_again() -> None:
    known = Known.load(KEPT["state"])
    assert known.dump() == KEPT["state"]
    assert (known.vkey, known.size) == (KEPT["vkey"], KEPT["verdict"]["size"])
    assert known.assets["pages/submit.js"].index == 1
    with pytest.raises(StateMalformed):
        Known.load(KEPT["state"].replace('"v": 1', '"v": 2'))
