"""The closed registry of leaves: exactly the declared keys, canonical bytes, tags that are never reused."""

import json

import pytest
import rfc8785

from portal.crypto.encoding import b64url_encode
from portal.ledger import events
from portal.ledger.events import REGISTRY, BadLeaf, LeafType, declare, decode, encode

H = "ab" * 32
WHERE = {"consultation": "thu-2026", "issuer": "thanh-tra"}
GOOD = {
    "asset": {"name": "pages/submit.js", "sha256": H, "size": 7},
    "key": {"action": "add", "kid": "ab" * 16, "alg": "X-Wing", "public_key_sha256": H},
    "consultation": {
        "action": "open", "consultation": "thu-2026", "settings_sha256": H, "taxonomy_sha256": H,
        "keys": ["aa" * 16, "ab" * 16], "opens": "2026-11-23", "closes": "2026-12-01",
    },
    "issuer-key": {
        **WHERE, "alg": "RSABSSA-SHA384-PSS-Deterministic", "public_key": b64url_encode(bytes(294)),
        "identity": b64url_encode(bytes(32)), "about_sha256": H, "signature": b64url_encode(bytes(64)),
    },
    "roster": {**WHERE, "size": 75, "sha256": H},
    "card": {**WHERE, "key_sha256": H},
    "issuance": {**WHERE, "request_sha256": H},
    "issuance-close": {**WHERE, "issued": 210, "cards": 6, "signature": b64url_encode(bytes(64))},
    "submission": {"consultation": "thu-2026", "envelope_sha256": H},
    "message": {"consultation": "thu-2026", "envelope_sha256": H},
    "coding": {"consultation": "thu-2026", "submission": 3, "commitment": H, "revision": 1},
    "redaction": {
        "consultation": "thu-2026", "submission": 3, "kind": "removal", "revision": 1, "commitment": H,
    },
    "reading": {"consultation": "thu-2026", "kid": "ab" * 16},
    "reader": {"consultation": "thu-2026", "kid": "ab" * 16, "replaces": "aa" * 16},
    "finding": {"consultation": "thu-2026", "publication_sha256": H, "counts_commitment": H, "checkpoint_size": 9},
    "report": {"consultation": "thu-2026", "document_sha256": H, "publication_sha256": H},
    "action": {"consultation": "thu-2026", "concern": 1, "commitment": H},
    "erasure": {"leaf": 3},
}  # fmt: skip
# Later versions of a type, by what they add.
LATER = {
    ("consultation", 2): {
        "each": 3, "issuers": ["thanh-tra", "van-phong"], "collect_from": "2026-11-10", "collect_until": "2026-11-20",
    },
    ("coding", 2): {"slot": 3},
    ("finding", 3): {"list": "units"},
    ("report", 2): {"revision": 2, "approvals": 2},
    ("submission", 2): {"ballot": b64url_encode(bytes(625))},
}  # fmt: skip
# Later versions that name other things.
OTHERWISE = {
    ("finding", 2): {
        "table": "units-thu-2026", "consultations": ["thu-2026"], "publication_sha256": H, "counts_commitment": H,
        "checkpoint_size": 9,
    },
    ("report", 3): {
        "consolidation": "quy-ba-2026", "document_sha256": H, "figures_sha256": H, "revision": 1, "approvals": 2,
    },
}  # fmt: skip
SAMPLES = {(kind, 1): values for kind, values in GOOD.items()}
SAMPLES |= {tag: {**GOOD[tag[0]], **values} for tag, values in LATER.items()} | OTHERWISE


def test_the_samples_cover_the_registry() -> None:
    assert set(SAMPLES) == set(REGISTRY)


@pytest.mark.parametrize("tag", SAMPLES, ids=str)
def test_a_leaf_reads_back_as_it_was_written(tag) -> None:
    kind, version = tag
    data = encode(kind, version=version, **SAMPLES[tag])
    assert decode(data) == {"type": kind, "v": version, **SAMPLES[tag]}
    assert rfc8785.dumps(json.loads(data)) == data


@pytest.mark.parametrize("tag", SAMPLES, ids=str)
def test_a_missing_or_further_key_is_refused(tag) -> None:
    kind, version = tag
    for key in SAMPLES[tag]:
        with pytest.raises(BadLeaf):
            encode(kind, version=version, **{name: value for name, value in SAMPLES[tag].items() if name != key})
    with pytest.raises(BadLeaf):
        encode(kind, version=version, **SAMPLES[tag], text="Việc khó bị để lại.")


@pytest.mark.parametrize("tag", [*LATER, *OTHERWISE], ids=str)
def test_a_versions_keys_are_not_another_versions(tag) -> None:
    kind, version = tag
    with pytest.raises(BadLeaf):
        encode(kind, version=1, **SAMPLES[tag])
    with pytest.raises(BadLeaf):
        encode(kind, version=version, **GOOD[kind])


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("submission", "envelope_sha256", H.upper()),
        ("submission", "envelope_sha256", H[:-2]),
        ("submission", "consultation", "Thu 2026"),
        ("submission", "consultation", None),
        ("consultation", "opens", "2026-11-23T08:00"),
        ("consultation", "opens", "2026-13-01"),
        ("consultation", "opens", "2026-W48-1"),
        ("consultation", "keys", ["ab" * 16, "aa" * 16]),
        ("consultation", "keys", ["aa" * 16, "aa" * 16]),
        ("consultation", "keys", []),
        ("consultation", "action", "pause"),
        ("coding", "revision", True),
        ("coding", "revision", -1),
        ("coding", "submission", 2**53),
        ("coding", "submission", "3"),
        ("key", "alg", "X25519"),
        ("asset", "name", "../secret"),
        ("erasure", "leaf", 1.5),
        ("reader", "replaces", None),
        ("reader", "replaces", "aa" * 15),
        ("reader", "kid", ""),
        ("issuer-key", "alg", "RSA-PSS"),
        ("issuer-key", "public_key", b64url_encode(bytes(255))),
        ("issuer-key", "public_key", b64url_encode(bytes(513))),
        ("issuer-key", "identity", b64url_encode(bytes(33))),
        ("issuer-key", "signature", b64url_encode(bytes(64)) + "="),
        ("issuer-key", "signature", b64url_encode(bytes(64))[:-1] + "B"),
        ("issuer-key", "issuer", "Thanh tra"),
        ("roster", "size", -1),
        ("card", "key_sha256", bytes(32)),
        ("issuance", "request_sha256", H[:-1]),
        ("issuance-close", "issued", 2.0),
        ("issuance-close", "cards", None),
    ],
)
def test_a_value_of_another_shape_is_refused(kind, key, value) -> None:
    with pytest.raises(BadLeaf):
        encode(kind, **{**GOOD[kind], key: value})


@pytest.mark.parametrize(
    ("tag", "key", "value"),
    [
        (("submission", 2), "ballot", ""),
        (("submission", 2), "ballot", None),
        (("submission", 2), "ballot", b64url_encode(bytes(63))),
        (("submission", 2), "ballot", b64url_encode(bytes(2049))),
        (("submission", 2), "ballot", b64url_encode(bytes(625)) + "\n"),
        (("consultation", 2), "issuers", []),
        (("consultation", 2), "issuers", ["van-phong", "thanh-tra"]),
        (("consultation", 2), "issuers", ["thanh-tra", "thanh-tra"]),
        (("consultation", 2), "issuers", "thanh-tra"),
        (("consultation", 2), "collect_until", "2026-11-20T00:00"),
        (("consultation", 2), "each", "3"),
        (("coding", 2), "slot", 0),
        (("coding", 2), "slot", 4),
        (("coding", 2), "slot", True),
        (("coding", 2), "slot", "1"),
    ],
)
def test_a_value_of_another_shape_is_refused_in_later_versions(tag, key, value) -> None:
    kind, version = tag
    with pytest.raises(BadLeaf):
        encode(kind, version=version, **{**SAMPLES[tag], key: value})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"type":"erasure","v":1,"leaf":3}',
        b'{"leaf":3, "type":"erasure","v":1}',
        b'{"leaf":3,"leaf":3,"type":"erasure","v":1}',
        b'{"leaf":3,"type":"erasure","v":2}',
        b'{"leaf":3,"type":"erasure","v":true}',
        b'{"leaf":3,"type":["erasure"],"v":1}',
        b'{"leaf":3,"type":"note","v":1}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_bytes_that_no_leaf_has_are_refused(data) -> None:
    with pytest.raises(BadLeaf):
        decode(data)


def test_a_tag_is_never_used_twice() -> None:
    with pytest.raises(ValueError, match="declared already"):
        declare(LeafType("erasure", {"leaf": events.HASH}))
    assert set(REGISTRY[("erasure", 1)].keys) == {"leaf"}
