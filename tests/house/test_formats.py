"""docs/formats.md is true: every leaf type stands in it, every vector exists and is read where it says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from portal.ledger.events import REGISTRY, decode, encode
from portal.tlog.merkle import leaf_hash

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
ROWS = [
    line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"^\| [a-z]", line) and line.count("|") == 6
]
LEAVES = json.loads((ROOT / "tests" / "vectors" / "ledger" / "leaves.json").read_text("utf-8"))


@pytest.mark.parametrize("row", [row for row in ROWS if row[0] != "format"], ids=lambda row: row[0])
def test_its_code_vectors_and_tests_are_there(row: list[str]) -> None:
    _, versions, described, vectors, read_by = row
    assert versions
    assert all((ROOT / one).exists() for one in re.findall(r"`([^`]+)`", described))
    tests = [(ROOT / one).read_text("utf-8") for one in re.findall(r"`([^`]+)`", read_by)]
    assert tests
    for name in re.findall(r"`([^`]+)`", vectors):
        assert (ROOT / "tests" / "vectors" / name).is_file()
        assert any(Path(name).name in text or Path(name).stem in text for text in tests), name


def test_every_vector_file_stands_in_the_page() -> None:
    vectors = ROOT / "tests" / "vectors"
    found = {str(path.relative_to(vectors)) for path in vectors.rglob("*.*")}
    reference = {"crypto/canonical.json", "crypto/rfc9474.json", "crypto/xwing.json"}  # of specifications, not of ours
    assert {name for name in found if f"`{name}`" not in PAGE} == reference


def test_every_leaf_type_and_version_stands_in_the_page() -> None:
    declared: dict[str, list[int]] = defaultdict(list)
    for kind, version in sorted(REGISTRY):
        declared[kind].append(version)
    listed = {
        kind: [*map(int, versions.split(", "))]
        for kind, versions in re.findall(r"^\| `([a-z-]+)` \| ([\d, ]+) \|$", PAGE, re.M)
    }
    assert listed == declared


def test_every_leaf_has_a_vector_that_is_read_and_written_as_it_was() -> None:
    assert {(one["type"], one["v"]) for one in LEAVES} == set(REGISTRY)
    for one in LEAVES:
        data = one["leaf"].encode()
        values = decode(data)
        assert leaf_hash(data).hex() == one["leaf_hash"]
        kind, version = values.pop("type"), values.pop("v")
        assert encode(kind, version=version, **values) == data
