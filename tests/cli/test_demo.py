"""The demonstration office is made by the real services, and everything it claims can be recomputed."""

import json
import stat
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from portal.audit.source import Directory
from portal.audit.verify import Brought, verify
from portal.cli import demo as demo_command
from portal.cli.context import database, open_log, work
from portal.cli.demo import demo, prepare, show, sign_ins
from portal.cli.demo_data import load_finished_consultation, load_open_consultation
from portal.cli.export import export_to
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import ConfigError, load_settings
from portal.consultations.service import get, list_all
from portal.crypto.envelope import open_with
from portal.crypto.keywrap import unwrap
from portal.crypto.payload import parse_payload
from portal.extensions import db
from portal.findings.service import document_of
from portal.findings.service import get as get_publication
from portal.models import ModeratorKey, PoolEntry, SealedEnvelope, Submission


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """One demonstration for all tests of this module; they read it only."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_INSTANCE", str(folder))
        result = CliRunner().invoke(demo, ["--build-only"])
        assert result.exit_code == 0, result.output
        yield folder, result.output


@pytest.fixture
def settings(instance):
    return load_settings({"PORTAL_INSTANCE": str(instance[0])})


def test_sign_ins_are_printed_and_kept_for_the_owner_only(instance, settings) -> None:
    folder, output = instance
    assert stat.S_IMODE((folder / "demo-sign-ins.json").stat().st_mode) == 0o600
    for person in sign_ins(settings):
        assert person.email in output and person.password in output and person.passphrase in output
        assert len(person.passphrase.split()) in (0, 6)


def test_every_comment_is_sealed_for_real_and_opens_with_the_printed_passphrase(settings) -> None:
    wanted = {c.text for c in (*load_finished_consultation().comments, *load_open_consultation().comments)}
    moderator = next(person for person in sign_ins(settings) if person.passphrase)
    with database(settings):
        key = db.session.query(ModeratorKey).join(ModeratorKey.account).filter_by(email=moderator.email).one()
        seed = unwrap(key.wrapped, moderator.passphrase, kid=key.kid)
        sealed = [row.data for row in db.session.query(SealedEnvelope)]
    assert {parse_payload(open_with(seed, data)).text for data in sealed} == wanted
    assert len({len(data) for data in sealed if b"tinh-than" in data[:200]}) == 1
    stored = (settings.instance / "portal.sqlite3").read_bytes()
    assert not [text for text in wanted if text.encode() in stored]


def test_one_consultation_is_published_and_one_is_open(settings) -> None:
    with work(settings) as session:
        assert {row.state for row in list_all(session)} == {"published", "open"}
        rows = document_of(get_publication(session, load_finished_consultation().id))["rows"]
        assert len(rows["categories"]) >= 8 and rows["units"]
        assert get(session, load_open_consultation().id).moderators
        assert session.query(PoolEntry).count() == 0
        assert session.query(Submission).filter(Submission.leaf_index.is_(None)).count() == 0


def test_the_auditor_finds_nothing_wrong(instance, settings, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PORTAL_INSTANCE", str(instance[0]))
    export_to(tmp_path, openings=True)
    verdict = verify(Directory(tmp_path), Brought(open_log(settings).vkey))
    assert verdict.failures == []
    assert "commitments, codings, counts and published rows" in verdict.checked
    assert stat.S_IMODE((tmp_path / "openings.json").stat().st_mode) == 0o600
    opened = json.loads((tmp_path / "openings.json").read_text())["consultations"]
    codings, comments = opened[load_finished_consultation().id]["codings"], load_finished_consultation().comments
    assert len({item["submission"] for item in codings}) == len(comments)
    assert {item["slot"] for item in codings} == {1, 2, 3}


def test_a_second_start_keeps_the_data_and_builds_nothing(instance, monkeypatch) -> None:
    folder, _ = instance
    before = (folder / "demo-sign-ins.json").read_bytes()
    monkeypatch.setenv("PORTAL_INSTANCE", str(folder))
    monkeypatch.setattr(demo_command, "build", lambda _settings, _desks: pytest.fail("built again"))
    result = CliRunner().invoke(demo, ["--build-only"])
    assert result.exit_code == 0, result.output
    assert (folder / "demo-sign-ins.json").read_bytes() == before


def test_a_real_instance_is_never_turned_into_a_demonstration(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path))
    (tmp_path / "secrets").mkdir()
    with pytest.raises(ConfigError, match="not a demonstration"):
        prepare()


def test_show_prints_the_log_key(settings, capsys) -> None:
    show(settings, 8000)
    assert open_log(settings).vkey in capsys.readouterr().out


def test_tick_closes_what_is_over(settings) -> None:
    # given a clock that stands long after the open consultation's last day
    with work(settings) as session:
        last = max(row.closes for row in list_all(session))
    clock = FixedClock(datetime(last.year + 1, 1, 1, tzinfo=UTC))
    # when the ticker runs twice
    first, second = (run_once(settings, open_log(settings), clock) for _ in range(2))
    # then it was closed once, and so was the one for which ballots had been collected
    assert (first[1], second[1]) == (2, 0)
