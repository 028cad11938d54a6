"""What issuers sign: terms before issuing, the list after it; nothing that they did not sign is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.crypto.blindsign import BlindSigner
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import StatementError
from portal.crypto.statements import (
    About,
    Closing,
    Terms,
    Unit,
    closing_text,
    identity_name,
    read_closing,
    read_terms,
    sign_closing,
    sign_terms,
    terms_text,
)
from portal.ledger import events
from portal.tlog.keys import SignerKey, ed25519_verifies

HASHES = tuple(f"{digit}" * 64 for digit in "012")
KEY = SignerKey(identity_name("van-phong"), bytes(range(32)))
OTHER = SignerKey(identity_name("van-phong"), bytes(32))
PUBLIC = BlindSigner.generate().public_key
TERMS = Terms("thu-2026", "van-phong", PUBLIC, 3, date(2026, 11, 1), date(2026, 11, 7), 75, "a" * 64, cards=HASHES)
ABOUT = About("Văn phòng", "Registrar", "https://phieu.example.vn", (Unit("P1", "Phòng số 1", 40),))
CLOSING = Closing("thu-2026", "van-phong", HASHES, 3)


def signed(terms: Terms = TERMS, about: About = ABOUT, key: SignerKey = KEY) -> bytes:
    return sign_terms(terms, about, key)


def resigned(core: dict[str, Any], about: dict[str, Any] | None = None, key: SignerKey = KEY, **top: Any) -> bytes:
    """A statement whose changed parts the issuer did sign: only their shape can be wrong."""
    document = json.loads(signed())
    core, about = {**document["core"], **core}, {**document["about"], **(about or {})}
    text = terms_text(core, hashlib.sha256(dump_canonical(about)).hexdigest())
    signature = b64url_encode(key.sign_bytes(text))
    return dump_canonical({**document, "core": core, "about": about, "signature": signature, **top})


def test_terms_are_read_back_with_who_signed_them() -> None:
    found = read_terms(signed())
    assert (found.terms, found.about, found.identity) == (TERMS, ABOUT, KEY.verifier)
    assert read_terms(resigned({})) == found


def test_the_signature_can_be_checked_from_the_log_alone() -> None:
    # given the leaves that opening logs: every part of the core, and the digest of the rest
    found = read_terms(signed())
    key_leaf = json.loads(
        events.encode(
            "issuer-key",
            consultation=TERMS.consultation,
            issuer=TERMS.issuer,
            alg="RSABSSA-SHA384-PSS-Deterministic",
            public_key=b64url_encode(PUBLIC),
            identity=b64url_encode(found.identity.public_key),
            about_sha256=ABOUT.sha256,
            signature=b64url_encode(found.signature),
        )
    )
    core = {**TERMS.core(), "public_key": key_leaf["public_key"]}
    text = terms_text(core, key_leaf["about_sha256"])
    assert ed25519_verifies(b64url_decode(key_leaf["identity"]), text, b64url_decode(key_leaf["signature"]))


@pytest.mark.parametrize(
    "change",
    [
        {"consultation": "thu-2027"},
        {"issuer": "thanh-tra"},
        {"each": 4},
        {"collect_from": date(2026, 11, 2)},
        {"collect_until": date(2026, 11, 8)},
        {"roster_size": 76},
        {"roster_sha256": "b" * 64},
        {"cards": HASHES[:2]},
        {"public_key": BlindSigner.generate().public_key},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_terms_are_not_what_the_issuer_signed(change: dict[str, Any]) -> None:
    document = json.loads(signed())
    document["core"] = replace(TERMS, **change).core()
    with pytest.raises(StatementError):
        read_terms(dump_canonical(document))


@pytest.mark.parametrize(
    "change", [{"name_vi": "Khác"}, {"name_en": "Other"}, {"address": "https://a.example"}, {"units": []}], ids=str
)
def test_who_the_issuer_is_is_signed_too(change: dict[str, Any]) -> None:
    document = json.loads(signed())
    document["about"] |= change
    with pytest.raises(StatementError):
        read_terms(dump_canonical(document))


def test_another_identity_signs_nothing_in_this_ones_name() -> None:
    document, other = json.loads(signed()), json.loads(signed(key=OTHER))
    for name in ("identity", "signature"):
        with pytest.raises(StatementError):
            read_terms(dump_canonical({**document, name: other[name]}))
    stranger = SignerKey(identity_name("thanh-tra"), bytes(32))
    with pytest.raises(StatementError, match="another issuer"):
        read_terms(signed(key=stranger))


MALFORMED: list[dict[str, Any]] = [
    {"each": 0}, {"each": 10}, {"each": True}, {"each": "3"},
    {"roster_size": 0}, {"roster_size": -1}, {"roster_size": None},
    {"roster_sha256": "A" * 64}, {"roster_sha256": ""}, {"roster_sha256": 5},
    {"cards": [HASHES[1], HASHES[0]]}, {"cards": [HASHES[0], HASHES[0]]}, {"cards": ["x"]}, {"cards": None},
    {"collect_from": "2026-11-08"}, {"collect_from": "1.11.2026"}, {"collect_until": 5}, {"collect_until": "20261107"},
    {"public_key": ""}, {"public_key": "AAAA"}, {"public_key": None},
    {"consultation": "X"}, {"consultation": ""}, {"issuer": 3}, {"more": 1},
]  # fmt: skip


@pytest.mark.parametrize("core", MALFORMED, ids=str)
def test_terms_that_nobody_could_keep_are_refused_though_signed(core: dict[str, Any]) -> None:
    with pytest.raises(StatementError):
        read_terms(resigned(core))


@pytest.mark.parametrize(
    "about",
    [
        {"units": None},
        {"units": [{"code": "P1", "name_vi": "x", "headcount": -1}]},
        {"units": [{"code": "P1", "name_vi": "x", "headcount": True}]},
        {"units": [{"code": "P1", "name_vi": "x", "headcount": 1, "more": 1}]},
        {"units": [{"code": 1, "name_vi": "x", "headcount": 1}]},
        {"name_vi": 5},
        {"more": ""},
    ],
    ids=str,
)
def test_a_description_has_its_own_keys_only(about: dict[str, Any]) -> None:
    with pytest.raises(StatementError):
        read_terms(resigned({}, about))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"{}", b"\xff", b"[" * 100_000], ids=range(7))
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(StatementError):
        read_terms(data)
    with pytest.raises(StatementError):
        read_closing(data, KEY.verifier)


@pytest.mark.parametrize(
    "top", [{"v": 2}, {"type": "issuer-closing"}, {"more": 1}, {"identity": "x"}, {"signature": ""}]
)
def test_a_statement_has_its_own_keys_only(top: dict[str, Any]) -> None:
    with pytest.raises(StatementError):
        read_terms(resigned({}, **top))


def test_a_list_is_read_back_sorted_by_whoever_knows_the_issuer() -> None:
    statement = sign_closing(replace(CLOSING, issued=HASHES[::-1]), KEY)
    found = read_closing(statement, KEY.verifier)
    assert replace(found, signature=b"") == CLOSING
    text = closing_text("thu-2026", "van-phong", HASHES, 3)
    assert ed25519_verifies(KEY.verifier.public_key, text, found.signature)
    assert read_closing(sign_closing(Closing("thu-2026", "van-phong", (), 0), KEY), KEY.verifier).issued == ()


@pytest.mark.parametrize("key", [OTHER, SignerKey(identity_name("thanh-tra"), bytes(range(32)))], ids=["key", "name"])
def test_a_list_counts_for_its_own_issuer_only(key: SignerKey) -> None:
    with pytest.raises(StatementError):
        read_closing(sign_closing(CLOSING, KEY), key.verifier)


@pytest.mark.parametrize(
    "core",
    [
        {"cards": 4},
        {"cards": -1},
        {"cards": True},
        {"issued": list(HASHES[:2])},
        {"issued": [HASHES[1], HASHES[0], HASHES[2]]},
        {"issued": [HASHES[0], *HASHES]},
        {"issued": ["x"]},
        {"issued": None},
        {"consultation": "thu-2027"},
        {"issuer": "thanh-tra"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_changed_list_is_refused(core: dict[str, Any]) -> None:
    document = json.loads(sign_closing(CLOSING, KEY))
    document["core"] |= core
    with pytest.raises(StatementError):
        read_closing(dump_canonical(document), KEY.verifier)


@pytest.mark.parametrize(
    "core", [{"issued": [HASHES[1], HASHES[0]]}, {"issued": [HASHES[0], HASHES[0]]}, {"cards": -1}]
)
def test_a_list_out_of_order_is_refused_though_signed(core: dict[str, Any]) -> None:
    document = json.loads(sign_closing(CLOSING, KEY))
    core = {**document["core"], **core}
    text = closing_text(core["consultation"], core["issuer"], core["issued"], core["cards"])
    document |= {"core": core, "signature": b64url_encode(KEY.sign_bytes(text))}
    with pytest.raises(StatementError):
        read_closing(dump_canonical(document), KEY.verifier)


def test_statements_that_were_signed_once_are_read_and_written_as_they_were() -> None:
    stored = json.loads((Path(__file__).parents[1] / "vectors" / "crypto" / "statements.json").read_text("utf-8"))
    terms, closing = stored["terms"].encode(), stored["closing"].encode()
    found = read_terms(terms)
    listed = read_closing(closing, found.identity)
    assert (found.terms.issuer, str(found.identity)) == (stored["issuer"], stored["identity"])
    assert (len(listed.issued), listed.cards) == (4, 1)
    # Ed25519 draws nothing, so today's code signs the same bytes
    key = SignerKey(identity_name(stored["issuer"]), bytes.fromhex(stored["seed"]))
    assert sign_terms(found.terms, found.about, key) == terms
    assert sign_closing(replace(listed, signature=b""), key) == closing
