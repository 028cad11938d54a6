"""What the browser's code says of policies and cosignatures, Python says as well, and the other way round."""

from __future__ import annotations

import pytest

from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.cosignature import cosigned_at, parse_cosigner_key
from portal.tlog.errors import InvalidSignature, LogNotInPolicy, MalformedPolicy
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.policy import parse_policy
from portal.tlog.proof import verify_proof
from tests.tlog import witness_vectors
from tests.tlog.support import flipped, vectors

JS, PYTHON = vectors("witness-js"), vectors("witness-python")
ERRORS = {"false": InvalidSignature, "other-log": LogNotInPolicy}
SIGNED = PYTHON["cosignatures"]


@pytest.mark.parametrize("case", JS["judged"], ids=lambda case: case["name"])
def test_the_browsers_verdicts_are_ours(case) -> None:
    policy, key = parse_policy(case["policy"]), VerifierKey.parse(JS["log"])
    if refusal := ERRORS.get(case["verdict"]):
        with pytest.raises(refusal):
            policy.check(case["note"], key)
        return
    standing = policy.check(case["note"], key)
    assert standing.holds == (case["verdict"] in {"holds", "none"})
    good = {name for name, state in case["witnesses"].items() if state == "good"}
    assert (set(standing.cosigned), set(standing.missing)) == (good, set(case["witnesses"]) - good)


@pytest.mark.parametrize(("why", "text"), JS["refused"], ids=[why for why, _ in JS["refused"]])
def test_what_the_browser_refuses_we_refuse(why, text) -> None:
    with pytest.raises(MalformedPolicy):
        parse_policy(text)


def test_the_file_for_the_browser_is_what_our_code_says_today() -> None:
    fresh, random = witness_vectors.build(), {"proof", "cosignatures"}
    assert {name: fresh[name] for name in fresh.keys() - random} == {n: PYTHON[n] for n in PYTHON.keys() - random}
    for stored, made in zip(SIGNED, fresh["cosignatures"], strict=True):
        assert {**stored, "signature": ""} == {**made, "signature": ""}


@pytest.mark.parametrize("case", SIGNED, ids=lambda case: f"{case['kind']} {case['time']}")
def test_its_cosignatures_hold_and_no_others(case) -> None:
    key, signature = parse_cosigner_key(PYTHON["keys"][case["kind"]]), bytes.fromhex(case["signature"])
    assert key.verifies(PYTHON["checkpoint"], signature)
    assert str(cosigned_at(signature)) == case["time"]
    assert not key.verifies(PYTHON["checkpoint"], flipped(signature, 70))
    assert not key.verifies(PYTHON["checkpoint"].replace("\n7\n", "\n8\n"), signature)


def test_its_proof_has_the_quorum() -> None:
    key, policy = VerifierKey.parse(PYTHON["log"]), parse_policy(PYTHON["policy"])
    keys = [one.key for one in policy.witnesses]
    opened = verify_proof(PYTHON["proof"], leaf_hash(PYTHON["leaf"].encode()), key, keys, quorum=2)
    note = PYTHON["proof"].partition("\n\n")[2]
    assert policy.check(note, key).holds
    assert open_checkpoint(note, key).checkpoint == opened.checkpoint
