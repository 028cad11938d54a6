"""The instance verifies itself through the same names that its export has."""

import pytest

from portal.audit.database_source import DatabaseSource
from portal.audit.export import openings, public_files
from portal.audit.source import Missing
from portal.audit.verify import Brought, verify
from portal.ledger.log import newest_checkpoint
from portal.ledger.models import LogLeaf
from portal.submissions.models import SealedEnvelope


@pytest.fixture
def source(walked, log, atrest, static):
    return DatabaseSource(walked, log, static, atrest)


def test_it_gives_the_bytes_of_the_export(source, walked, log, atrest, static) -> None:
    files = {**dict(public_files(walked, log, static)), "openings.json": openings(walked, atrest)}
    assert {name: source.read(name) for name in files} == files


def test_an_untouched_instance_passes_whole(source, log, walked) -> None:
    verdict = verify(source, Brought(log.vkey, newest_checkpoint(walked)))
    assert (verdict.failures, verdict.skipped) == ([], [])


def test_without_the_instance_key_there_are_no_openings(walked, log, static) -> None:
    source = DatabaseSource(walked, log, static)
    with pytest.raises(Missing):
        source.read("openings.json")
    verdict = verify(source, Brought(log.vkey, None))
    assert verdict.ok
    assert len(verdict.skipped) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "log",
        "log/",
        "log/tile/0/001",
        "log/tile/x/000",
        "log/../log/checkpoint",
        "results/khac/findings.json",
        "results/thu-2026/openings.json",
        "static/../portal.sqlite3",
        "static/none.js",
        "instance/secrets/log_key",
    ],
)
def test_anything_else_is_missing(source, name) -> None:
    with pytest.raises(Missing):
        source.read(name)


def test_an_entry_changed_in_the_database_is_found(source, log, walked) -> None:
    leaf = walked.get(LogLeaf, 10)
    leaf.data = leaf.data.replace(b"thu-2026", b"thu-2027")
    walked.flush()
    verdict = verify(source, Brought(log.vkey, None))
    assert [failure.name for failure in verdict.failures] == ["tile-mismatch"]


def test_a_lost_envelope_is_no_matter_of_the_log(source, log, walked) -> None:
    # the log proves hashes; that the sealed text is still there is for the sums to say
    walked.delete(walked.query(SealedEnvelope).first())
    walked.flush()
    assert verify(source, Brought(log.vkey, None)).ok
