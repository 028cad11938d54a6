"""The taxonomy: the default's content, strict reading, and what a new version may change."""

from __future__ import annotations

import copy
import hashlib
import json
import unicodedata
from typing import Any

import pytest

from portal.consultations.taxonomy import (
    DEFAULT,
    TaxonomyError,
    check_successor,
    default_taxonomy,
    dump_taxonomy,
    load_taxonomy,
    parse_taxonomy,
    read_taxonomy,
    taxonomy_document,
    taxonomy_sha256,
)


@pytest.fixture
def document() -> dict[str, Any]:
    """The default document, to be spoilt."""
    return copy.deepcopy(taxonomy_document(default_taxonomy()))


def test_the_default_has_the_categories_of_the_domain() -> None:
    taxonomy = default_taxonomy()
    expected = [f"C{n}" for n in range(1, 13)] + [f"D{n}" for n in range(1, 7)]
    assert [item.code for item in taxonomy.categories] == expected
    assert [item.part for item in taxonomy.remedies] == [f"II.{n}" for n in range(1, 7)]
    assert [item.code for item in taxonomy.themes] == ["C", "D", "R"]
    assert [item.code for item in taxonomy.categories if item.praise] == ["C12"]
    assert all(len(item.terms) >= 4 for item in taxonomy.categories)


def test_the_default_remedies_are_those_of_the_domain() -> None:
    taxonomy = default_taxonomy()
    groups = {
        "R1": "C4", "R2": "C1 C2 C3 C5 D2", "R3": "C9 D3 D4 D6", "R4": "C10", "R5": "C6 C7 D5", "R6": "C8 C11 D1",
    }  # fmt: skip
    assert dict(taxonomy.concern_remedy) == {code: remedy for remedy, codes in groups.items() for code in codes.split()}
    assert taxonomy.remedies_for(["D1", "C4", "C8", "C12"]) == ["R1", "R6"]
    assert taxonomy.remedies_for(["C12"]) == []


def test_praise_counts_for_no_theme() -> None:
    themes = default_taxonomy().counted_themes
    assert themes["C12"] is None
    assert {themes[code] for code in themes if code != "C12"} == {"C", "D"}


def test_writing_and_reading_are_inverse() -> None:
    taxonomy = default_taxonomy()
    data = dump_taxonomy(taxonomy)
    assert parse_taxonomy(data) == taxonomy
    assert dump_taxonomy(parse_taxonomy(data)) == data
    assert read_taxonomy(json.loads(DEFAULT.read_text("utf-8"))) == taxonomy


def test_the_digest_is_of_the_canonical_bytes() -> None:
    """A new layout of the file changes nothing, a new word does."""
    taxonomy = default_taxonomy()
    assert taxonomy_sha256(taxonomy) == hashlib.sha256(dump_taxonomy(taxonomy)).hexdigest()
    relaid = json.dumps(taxonomy_document(taxonomy), indent=7, ensure_ascii=True).encode()
    assert taxonomy_sha256(load_taxonomy(relaid)) == taxonomy_sha256(taxonomy)
    reworded = relaid.replace(b"Passing the work", b"Pushing the work")
    assert taxonomy_sha256(load_taxonomy(reworded)) != taxonomy_sha256(taxonomy)


def test_text_typed_on_a_mac_is_brought_to_nfc(document: dict[str, Any]) -> None:
    document["categories"][1]["vi"] = unicodedata.normalize("NFD", "Đùn đẩy")
    assert load_taxonomy(json.dumps(document).encode()).categories[1].vi == "Đùn đẩy"


def problem_of(document: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(TaxonomyError) as refused:
        read_taxonomy(document)
    assert refused.value.code == "taxonomy-malformed"
    return str(refused.value.detail["problem"]), str(refused.value.detail["where"])


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("version", 0, ("version", "")),
        ("version", True, ("shape", "version")),
        ("themes", [], ("shape", "")),
        ("remedies", {}, ("shape", "remedies")),
        ("notes", "", ("shape", "")),
        ("categories.0.note", "", ("shape", "")),
        ("categories.0.praise", 0, ("shape", "praise")),
        ("categories.0.terms", ["né tránh", 3], ("shape", "")),
        ("categories.0.code", "c1", ("code", "c1")),
        ("categories.0.code", "C0", ("code", "C0")),
        ("categories.1.code", "C1", ("repeated", "C1")),
        ("remedies.0.code", "R2", ("repeated", "R2")),
        ("categories.0.theme", "D", ("theme", "C1")),
        ("categories.0.theme", "X", ("theme", "C1")),
        ("categories.0.vi", "", ("text", "C1")),
        ("categories.0.vi", " Né tránh", ("text", "C1")),
        ("categories.0.vi", "Né\u200btránh", ("text", "C1")),
        ("categories.0.vi", "Ne\u0301 tránh", ("text", "C1")),
        ("categories.0.en", "x" * 161, ("text", "C1")),
        ("categories.0.terms", ["Né tránh"], ("text", "C1")),
        ("categories.0.terms", ["né", "né"], ("text", "C1")),
        ("remedies.0.part", "2", ("part", "R1")),
        ("concern_remedy.C1", "R9", ("remedy", "C1")),
        ("concern_remedy.C1", None, ("shape", "")),
        ("concern_remedy.C12", "R1", ("remedy", "C12")),
        ("concern_remedy.C77", "R1", ("remedy", "C77")),
    ],
)
def test_a_wrong_document_is_refused_by_name(
    document: dict[str, Any], path: str, value: Any, problem: tuple[str, str]
) -> None:
    at: Any = document
    *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in parents:
        at = at[step]
    at[last] = value
    assert problem_of(document) == problem


def test_every_concern_needs_a_remedy(document: dict[str, Any]) -> None:
    del document["concern_remedy"]["D3"]
    assert problem_of(document) == ("remedy", "D3")


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"{", "not-json"), (b"\xff", "not-json"), (b'{"version":1,"version":2}', "repeated"), (b"[]", "shape")],
)
def test_what_is_not_a_document_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(TaxonomyError) as refused:
        load_taxonomy(data)
    assert refused.value.detail["problem"] == problem


def test_the_stored_form_is_the_canonical_one() -> None:
    with pytest.raises(TaxonomyError) as refused:
        parse_taxonomy(DEFAULT.read_bytes())
    assert refused.value.detail["problem"] == "not-canonical"


def test_a_new_version_may_reword_add_and_drop(document: dict[str, Any]) -> None:
    # given a next version with a reworded, a dropped and a new category
    document["version"] = 2
    document["categories"][0]["vi"] = "Né tránh, thoái thác trách nhiệm"
    document["categories"] = [item for item in document["categories"] if item["code"] != "D6"]
    del document["concern_remedy"]["D6"]
    document["categories"].append(document["categories"][-1] | {"code": "D7", "vi": "Khác", "en": "Other"})
    document["concern_remedy"]["D7"] = "R5"
    # when it follows the default, then nothing is refused
    check_successor(default_taxonomy(), read_taxonomy(document))


def test_the_version_must_grow(document: dict[str, Any]) -> None:
    document["categories"][0]["vi"] = "Né tránh, thoái thác trách nhiệm"
    with pytest.raises(TaxonomyError) as refused:
        check_successor(default_taxonomy(), read_taxonomy(document))
    assert refused.value.detail["problem"] == "version-not-newer"


def test_a_code_cannot_come_to_mean_something_else(document: dict[str, Any]) -> None:
    document["version"] = 2
    praised = copy.deepcopy(document)
    praised["categories"][0]["praise"] = True
    del praised["concern_remedy"]["C1"]
    moved = copy.deepcopy(document)
    moved["remedies"][0]["part"] = "II.7"
    for changed, code in ((praised, "C1"), (moved, "R1")):
        with pytest.raises(TaxonomyError) as refused:
            check_successor(default_taxonomy(), read_taxonomy(changed))
        assert (refused.value.detail["problem"], refused.value.detail["where"]) == ("code-reused", code)
