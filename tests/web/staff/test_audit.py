"""The audit desk: state of the log, verification here, the bundle for elsewhere, openings for auditors only."""

import io
import zipfile

import pytest

from portal.audit.source import Directory
from portal.audit.verify import Brought, verify
from portal.ledger import log as ledger
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.models import LogLeaf
from portal.web.runtime import runtime, unit_of_work
from tests.rounds import publish
from tests.web.staff.steps import make_stale, send, text_of

OPENINGS = "portal-audit/openings.json"


@pytest.fixture
def published(staff_app, office, log, clock, atrest):
    """A published consultation, and the served files logged."""
    with staff_app.app_context(), unit_of_work() as session:
        files = {name: ServedFile(item.sha256, item.size) for name, item in runtime().assets.files.items()}
        log_assets(session, log, files)
        publish(session, log, clock, atrest, office)
        return ledger.newest_checkpoint(session)


@pytest.fixture
def auditor(staff, published, sign_in):
    sign_in(staff, "auditor")
    staff.get("/language/en")
    return staff


def words(answer) -> str:
    return " ".join(text_of(answer).split())


def run(client, **data):
    return send(client, "/audit/verify", data)


def unzipped(answer) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_desk_shows_the_log_and_the_sums(auditor, published, log) -> None:
    page = text_of(auditor.get("/audit/"))
    assert published.strip() in page
    assert log.vkey in page
    assert "Does not fit" not in page


def test_an_empty_log_is_said(staff, people, sign_in) -> None:
    sign_in(staff, "auditor")
    staff.get("/language/en")
    assert "The log is still empty." in words(staff.get("/audit/"))


def test_an_untouched_instance_passes_whole(auditor, published) -> None:
    page = words(run(auditor, earlier=published))
    assert "No failure" in page
    assert "Not checked" not in page


def test_an_administrator_verifies_without_openings(staff, published, sign_in) -> None:
    sign_in(staff, "admin")
    staff.get("/language/en")
    page = words(run(staff))
    assert "No failure" in page
    assert "openings are for auditors only" in page
    assert "With openings" not in page


def test_damage_is_named(auditor, staff_app) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        leaf = session.get(LogLeaf, ledger.size(session) - 3)
        leaf.data = leaf.data[:-2] + b" }"
    page = words(run(auditor))
    assert "1 failure" in page
    assert "tile-mismatch" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("earlier", "not a checkpoint", "This is not a whole checkpoint"),
        ("vkey", "not a key", "This is not a key of a log"),
        ("vkey", "log.example.org/gop-y+00000000+AAAA", "This is not a key of a log"),
        ("earlier", "a" * 4001, "At most 4000 characters"),
    ],
)
def test_what_cannot_be_read_is_explained(auditor, field, value, said) -> None:
    answer = run(auditor, **{field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert value in text_of(answer)


def test_a_checkpoint_of_another_key_is_explained(auditor, published) -> None:
    broken = published[:-6] + ("A" if published[-6] != "A" else "B") + published[-5:]
    assert run(auditor, earlier=broken).status_code == 422


def test_a_checkpoint_pasted_with_other_line_ends_serves(auditor, published) -> None:
    assert "No failure" in words(run(auditor, earlier="\r\n" + published.replace("\n", "\r\n")))


def test_the_bundle_verifies_elsewhere_and_holds_nothing_secret(auditor, log, tmp_path) -> None:
    answer = auditor.get("/audit/bundle.zip")
    assert answer.headers["Content-Length"] == str(len(answer.data))
    with unzipped(answer) as archive:
        assert OPENINGS not in archive.namelist()
        archive.extractall(tmp_path)
    verdict = verify(Directory(tmp_path / "portal-audit"), Brought(log.vkey))
    assert verdict.failures == []


def test_openings_are_taken_knowingly(auditor) -> None:
    assert "This file can point at people" in words(auditor.get("/audit/openings"))
    refused = send(auditor, "/audit/openings")
    assert refused.status_code == 422
    assert "Say first that you will keep it secret." in words(refused)


def test_the_bundle_with_openings_verifies_whole(auditor, log, published, tmp_path) -> None:
    with unzipped(send(auditor, "/audit/openings", {"understood": "y"})) as archive:
        archive.extractall(tmp_path)
    verdict = verify(Directory(tmp_path / "portal-audit"), Brought(log.vkey, published))
    assert (verdict.failures, verdict.skipped) == ([], [])


def test_an_administrator_gets_no_openings(staff, published, sign_in) -> None:
    sign_in(staff, "admin")
    assert staff.get("/audit/openings").status_code == 403
    assert send(staff, "/audit/openings", {"understood": "y"}).status_code == 403
    with unzipped(staff.get("/audit/bundle.zip")) as archive:
        assert OPENINGS not in archive.namelist()


def test_an_old_sign_in_takes_no_openings(auditor, settings) -> None:
    make_stale(auditor, settings.fresh_minutes * 60 + 1)
    assert "/verify" in auditor.get("/audit/openings").location
    assert send(auditor, "/audit/openings", {"understood": "y"}).status_code == 403


@pytest.mark.parametrize("role", ["committee", "moderator", "issuer"])
def test_nobody_else_enters(staff, office, sign_in, role) -> None:
    sign_in(staff, role)
    for path in ("/audit/", "/audit/bundle.zip", "/audit/openings"):
        assert staff.get(path).status_code == 403
    assert run(staff).status_code == 403
