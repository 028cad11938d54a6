"""findings.json: a publication and its place in the log, kept together."""

import hashlib
import json

import pytest
import rfc8785

from portal.reports.errors import BadFindingsFile
from portal.reports.findings_file import findings_json, parse_findings_json
from tests.reports.support import USUAL, publication

FOUND = publication(USUAL)
PROOF, CHECKPOINT = "c2sp.org/tlog-proof@v1\nindex 7\n", "log.example.org/gop-y\n8\n"


def leaf(**changes: object) -> bytes:
    """A finding leaf of FOUND, with these keys changed."""
    said = {
        "type": "finding",
        "v": 1,
        "consultation": FOUND["consultation"],
        "publication_sha256": hashlib.sha256(rfc8785.dumps(FOUND)).hexdigest(),
        "counts_commitment": "cd" * 32,
        "checkpoint_size": 7,
    }
    return rfc8785.dumps(said | changes)


def test_a_file_is_canonical_and_comes_back() -> None:
    data = findings_json(FOUND, leaf(), PROOF, CHECKPOINT)
    assert data == rfc8785.dumps(json.loads(data))
    assert data == findings_json(FOUND, leaf().decode(), PROOF, CHECKPOINT)
    found = parse_findings_json(data)
    assert (found.publication, found.leaf, found.proof_text, found.checkpoint) == (FOUND, leaf(), PROOF, CHECKPOINT)


@pytest.mark.parametrize(
    "said",
    [
        leaf(type="report"),
        leaf(v=2),
        leaf(consultation="khac"),
        leaf(publication_sha256="00" * 32),
        b" " + leaf(),
        b"{}",
        b"[]",
        b"\xff",
        b"",
    ],
)
def test_the_leaf_of_something_else_is_refused(said: bytes) -> None:
    with pytest.raises(BadFindingsFile):
        findings_json(FOUND, said, PROOF, CHECKPOINT)


def test_empty_proofs_and_loose_publications_are_refused() -> None:
    for arguments in (
        (FOUND, leaf(), "", CHECKPOINT),
        (FOUND, leaf(), PROOF, ""),
        (FOUND | {"total": 61}, leaf(), PROOF, "x"),
    ):
        with pytest.raises(BadFindingsFile):
            findings_json(*arguments)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b',"v":1}', b',"v":2}'),
        (b',"v":1}', b',"v":true}'),
        (b',"v":1}', b',"v":1,"w":1}'),
        (b'"band":"20-29"', b'"band":"30-49"'),
        (b'{"checkpoint"', b'{ "checkpoint"'),
        (b'"proof":"c2sp', b'"proof":7,"x":"c2sp'),
    ],
)
def test_a_changed_file_is_refused(old: bytes, new: bytes) -> None:
    data = findings_json(FOUND, leaf(), PROOF, CHECKPOINT)
    assert old in data
    with pytest.raises(BadFindingsFile):
        parse_findings_json(data.replace(old, new, 1))
