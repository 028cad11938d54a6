"""One whole instance, exported once for all tests of a module: they damage copies of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.audit.export import openings, public_files
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.ledger.assets import ServedFile, log_assets
from portal.reports import service as reports
from portal.reports.profile import demo_profile
from tests.audit.support import Files, digest
from tests.rounds import publish

SCRIPT = b"export const answer = 42;\n"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A build of one script."""
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "pages-submit.js").write_bytes(SCRIPT)
    entry = {"file": "pages-submit.js", "sha256": digest(SCRIPT), "size": len(SCRIPT)}
    (folder / "manifest.json").write_text(json.dumps({"pages/submit.js": entry}), encoding="utf-8")
    return folder


@pytest.fixture
def walked(office, session, log, clock, atrest):
    """Served files, comments, codings with a revision, a publication, an answer, a report: every kind but erasures."""
    log_assets(session, log, {"pages/submit.js": ServedFile(digest(SCRIPT), len(SCRIPT))})
    publication = publish(session, log, clock, atrest, office)
    row = consultations.get(session, office.consultation)
    given = concerns.Answer("accepted", "", clock.today(), "<p>Sẽ làm.</p>", True)
    concerns.answer(session, log, atrest, concerns.get(session, row.id, "C1"), given)
    reports.save_profile(session, demo_profile())
    held = reports.start(session, atrest, row, publication)
    reports.approve(session, log, atrest, held.row, publication)
    return session


@pytest.fixture
def exported(walked, log, atrest, static) -> Files:
    """What an auditor is given."""
    return {**dict(public_files(walked, log, static)), "openings.json": openings(walked, atrest)}
