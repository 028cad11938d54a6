"""Files that offices have given out stay readable: ``findings.json``, a table's and a private list's, byte for byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785

from portal.findings.private import parse_release
from portal.findings.publication import parse_publication
from portal.findings.tables import parse_table
from portal.reports import findings_file
from portal.reports.errors import BadFindingsFile
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.proof import verify_proof

STORED = json.loads((Path(__file__).parents[1] / "vectors" / "findings" / "files.json").read_text("utf-8"))
KINDS = {
    "findings": (findings_file.parse_findings_json, findings_file.findings_json, parse_publication),
    "table": (findings_file.parse_table_json, findings_file.table_json, parse_table),
    "private": (findings_file.parse_private_json, findings_file.private_json, parse_release),
}


@pytest.mark.parametrize("one", STORED, ids=lambda one: one["kind"])
def test_it_is_read_proved_and_written_as_it_was(one: dict[str, str]) -> None:
    read, write, parse = KINDS[one["kind"]]
    data = one["file"].encode()
    found = read(data)
    # its leaf stands in the log whose key was given with it
    verify_proof(found.proof_text, leaf_hash(found.leaf), VerifierKey.parse(one["key"]))
    # its document is what the leaf commits to, and today's code still writes the same bytes
    document = rfc8785.dumps(dict(found.publication))
    assert json.loads(found.leaf)["publication_sha256"] == hashlib.sha256(document).hexdigest()
    assert parse(document)
    assert write(found.publication, found.leaf, found.proof_text, found.checkpoint) == data


@pytest.mark.parametrize("one", STORED, ids=lambda one: one["kind"])
def test_a_single_changed_figure_is_refused(one: dict[str, str]) -> None:
    read = KINDS[one["kind"]][0]
    table = json.loads(one["file"])
    table["publication"]["v"] += 1
    with pytest.raises(BadFindingsFile):
        read(rfc8785.dumps(table))


def test_there_is_one_of_each_kind() -> None:
    assert [one["kind"] for one in STORED] == list(KINDS)
