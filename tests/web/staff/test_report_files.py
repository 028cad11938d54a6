"""A report's files as they leave the staff app: each kind, proven against the log it names."""

import csv
import io

import pytest

from portal.audit.database_source import DatabaseSource
from portal.audit.report_file import verify_report
from portal.reports import profiles
from portal.reports.edition import parse_edition
from portal.reports.profile import demo_profile
from portal.web.runtime import unit_of_work
from tests.rounds import publish
from tests.web.staff.steps import send

CID = "thu-2026"
PAGE = f"/reports/{CID}"


@pytest.fixture
def studio(staff, staff_app, office, log, clock, atrest, sign_in):
    """The committee's browser, with a fresh draft."""
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
        profiles.save(session, demo_profile())
    sign_in(staff, "committee")
    staff.get("/language/en")
    assert send(staff, f"{PAGE}/start").location == PAGE
    return staff


@pytest.mark.parametrize("kind", ["docx", "pdf", "html", "json"])
def test_a_file_proves_itself_against_the_log(studio, staff_app, log, kind, tmp_path) -> None:
    # given a draft
    answer = studio.get(f"{PAGE}/report.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    # when an auditor checks the file against the log
    with staff_app.app_context(), unit_of_work() as session:
        verdict = verify_report(answer.data, log.vkey, DatabaseSource(session, log, tmp_path))
    # then its figures hold, and it says that nobody approved it
    assert (verdict.failures, verdict.text, verdict.consultation) == ([], "draft", CID)


def test_the_address_is_the_public_results_page(studio) -> None:
    edition = parse_edition(studio.get(f"{PAGE}/report.json").data)
    assert edition.address.endswith(f"/results/{CID}")
    assert edition.approval is None


def test_no_other_kind_is_there(studio) -> None:
    assert studio.get(f"{PAGE}/report.exe").status_code == 404


def test_the_published_rows_are_a_spreadsheet(studio) -> None:
    answer = studio.get(f"{PAGE}/findings.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Table", "Code", "Label", "From", "To"]
    assert {row[0] for row in rows[1:]} <= {"Category", "Unit", "Theme"}
    assert len(rows) > 1
