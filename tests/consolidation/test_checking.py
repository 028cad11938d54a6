"""Files of offices: what holds is taken, and all else is refused by its name."""

import dataclasses
import json
from datetime import date

import pytest
import rfc8785

from portal.consolidation.checking import KnownOffice, Why, check
from portal.consultations.taxonomy import taxonomy_sha256
from portal.findings.rule import Rule
from portal.tlog.cosignature import CosignerSigner
from portal.tlog.keys import SignerKey
from portal.tlog.note import sign_note
from portal.tlog.policy import parse_policy
from portal.tlog.proof import LogProof
from tests.consolidation.offices import NEWER, OTHER, TAXONOMY, document, scope, sender

ONE = sender(1)
FILE = ONE.file(document(1))


def changed(data: bytes, change) -> bytes:
    table = json.loads(data)
    change(table)
    return rfc8785.dumps(table)


def test_a_file_of_a_known_office_is_taken() -> None:
    found = check("findings.json", FILE, scope(ONE))
    assert (found.why, found.office, found.publication.consultation) == (None, ONE.id, "quy-ba")
    assert found.data == FILE


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("too large", None, Why.TOO_LARGE),
        ("empty", b"", Why.MALFORMED),
        ("text", b"xin chao", Why.MALFORMED),
        ("deep", b"[" * 100_000, Why.MALFORMED),
        ("number", b'{"v":' + b"9" * 5_000 + b"}", Why.MALFORMED),
        ("surrogate", b'{"v":"\\ud800"}', Why.MALFORMED),
        ("list", b"[]", Why.MALFORMED),
        ("missing key", changed(FILE, lambda table: table.pop("proof")), Why.MALFORMED),
        ("layout", json.dumps(json.loads(FILE), indent=1).encode(), Why.TAMPERED),
        ("proof", changed(FILE, lambda table: table.update(proof="x")), Why.TAMPERED),
        ("checkpoint", changed(FILE, lambda table: table.update(checkpoint=table["checkpoint"] + " ")), Why.TAMPERED),
    ],
)
def test_what_is_no_findings_file_is_refused(name, data, why) -> None:
    assert check(name, data, scope(ONE)).why is why


def test_every_changed_row_is_tampering() -> None:
    rows = json.loads(FILE)["publication"]["rows"]["categories"]
    assert len(rows) > 4
    for place in range(len(rows)):

        def raise_it(table, place=place) -> None:
            row = table["publication"]["rows"]["categories"][place]
            row["band"] = "50+" if row["band"] != "50+" else "5-9"

        assert check("f", changed(FILE, raise_it), scope(ONE)).why is Why.TAMPERED


def test_a_row_that_is_dropped_with_a_new_digest_in_the_leaf_is_tampering() -> None:
    # given a publication and a leaf that fit each other, under the proof of another leaf
    found = document(1)
    found["rows"]["categories"] = found["rows"]["categories"][1:]
    other = json.loads(ONE.file(found))
    mixed = changed(FILE, lambda table: table.update(publication=other["publication"], leaf=other["leaf"]))
    # then the leaf does not stand in the log
    assert check("f", mixed, scope(ONE)).why is Why.TAMPERED


def test_a_log_that_nobody_knows_is_an_unknown_office() -> None:
    assert check("f", FILE, scope(sender(2))).why is Why.UNKNOWN_OFFICE


def test_the_right_name_over_another_key_is_refused() -> None:
    foreign = SignerKey(ONE.signer.name, b"\x09" * 32)
    found = check("f", ONE.file(document(1), foreign), scope(ONE))
    assert (found.why, found.office) == (Why.OTHER_KEY, ONE.id)


def test_a_key_that_nobody_compared_lets_nothing_in() -> None:
    waiting = {ONE.signer.name: dataclasses.replace(ONE.known, confirmed=False)}
    assert check("f", FILE, scope(offices=waiting)).why is Why.UNCONFIRMED_KEY


def test_a_period_that_is_not_wholly_inside_is_refused() -> None:
    for opens, closes in ((date(2026, 6, 30), date(2026, 7, 20)), (date(2026, 9, 20), date(2026, 10, 1))):
        late = ONE.file(document(1, opens=opens, closes=closes))
        assert check("f", late, scope(ONE)).why is Why.OTHER_PERIOD


def test_a_lower_threshold_is_refused_and_a_higher_one_taken() -> None:
    weak, strict = (ONE.file(document(1, rule=Rule(k=k, k_paraphrase=10))) for k in (3, 10))
    assert check("f", weak, scope(ONE)).why is Why.WEAKER_RULE
    assert check("f", strict, scope(ONE)).why is None


def test_a_taxonomy_that_is_not_known_is_refused_until_it_comes_along() -> None:
    newer = ONE.file(document(1, taxonomy=NEWER))
    assert check("f", newer, scope(ONE, taxonomy=NEWER)).why is Why.UNKNOWN_TAXONOMY
    assert check("f", newer, scope(ONE, taxonomies=(TAXONOMY, NEWER), taxonomy=NEWER)).why is None


def test_a_code_of_another_meaning_is_named() -> None:
    found = check("f", ONE.file(document(1, taxonomy=OTHER)), scope(ONE, taxonomies=(TAXONOMY, OTHER)))
    assert (found.why, found.detail) == (Why.OTHER_TAXONOMY, "C1")


def test_a_published_code_that_the_table_has_no_place_for_is_named() -> None:
    # given an office that published a row of a category which our taxonomy does not have
    found = document(8, ballots=140, taxonomy=NEWER)
    assert "C13" in {row["code"] for row in found["rows"]["categories"]}
    refused = check("f", ONE.file(found), scope(ONE, taxonomies=(TAXONOMY, NEWER)))
    assert (refused.why, refused.detail) == (Why.OTHER_TAXONOMY, "C13")


def test_the_same_consultation_is_taken_once() -> None:
    taken = check("f", FILE, scope(ONE))
    held = {taken.place: taken.digest}
    assert check("again", FILE, scope(ONE, held=held)).why is Why.DUPLICATE
    # and what an office published twice, differently, is told apart from a copy
    assert check("other", ONE.file(document(2)), scope(ONE, held=held)).why is Why.CONTRADICTS


def test_witnesses_that_are_asked_for_must_have_cosigned() -> None:
    witness = CosignerSigner("witness.example/w", b"\1" * 32)
    policy = parse_policy(f"witness W {witness.verifier}\nquorum W\n")
    asked = {ONE.signer.name: KnownOffice(ONE.id, ONE.name, ONE.signer.verifier, policy)}
    assert check("f", FILE, scope(offices=asked)).why is Why.NOT_WITNESSED

    # given the same file over a checkpoint that the witness has cosigned
    def cosign(table) -> None:
        proof = LogProof.parse(table["proof"])
        note = sign_note(proof.checkpoint.text, witness.at(1_790_000_000), existing=proof.checkpoint.signatures)
        table["proof"], table["checkpoint"] = str(dataclasses.replace(proof, checkpoint=note)), str(note)

    assert check("f", changed(FILE, cosign), scope(offices=asked)).why is None


def test_a_scope_without_taxonomies_takes_nothing() -> None:
    assert taxonomy_sha256(TAXONOMY) not in scope(ONE, taxonomies=()).taxonomies
    assert check("f", FILE, scope(ONE, taxonomies=())).why is Why.UNKNOWN_TAXONOMY
