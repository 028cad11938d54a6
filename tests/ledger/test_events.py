"""The closed registry of leaves: exactly the declared keys, canonical bytes, tags that are never reused."""

import json

import pytest
import rfc8785

from portal.ledger import events
from portal.ledger.events import REGISTRY, BadLeaf, LeafType, declare, decode, encode

H = "ab" * 32
GOOD = {
    "asset": {"name": "pages/submit.js", "sha256": H, "size": 7},
    "key": {"action": "add", "kid": "ab" * 16, "alg": "X-Wing", "public_key_sha256": H},
    "consultation": {
        "action": "open", "consultation": "thu-2026", "settings_sha256": H, "taxonomy_sha256": H,
        "keys": ["aa" * 16, "ab" * 16], "opens": "2026-11-23", "closes": "2026-12-01",
    },
    "submission": {"consultation": "thu-2026", "envelope_sha256": H},
    "message": {"consultation": "thu-2026", "envelope_sha256": H},
    "coding": {"consultation": "thu-2026", "submission": 3, "commitment": H, "revision": 1},
    "reading": {"consultation": "thu-2026", "kid": "ab" * 16},
    "finding": {"consultation": "thu-2026", "publication_sha256": H, "counts_commitment": H, "checkpoint_size": 9},
    "report": {"consultation": "thu-2026", "document_sha256": H, "publication_sha256": H},
    "action": {"consultation": "thu-2026", "concern": 1, "commitment": H},
    "erasure": {"leaf": 3},
}  # fmt: skip


def test_the_samples_cover_the_registry() -> None:
    assert {(kind, 1) for kind in GOOD} == set(REGISTRY)


@pytest.mark.parametrize("kind", GOOD)
def test_a_leaf_reads_back_as_it_was_written(kind) -> None:
    data = encode(kind, **GOOD[kind])
    assert decode(data) == {"type": kind, "v": 1, **GOOD[kind]}
    assert rfc8785.dumps(json.loads(data)) == data


@pytest.mark.parametrize("kind", GOOD)
def test_a_missing_or_further_key_is_refused(kind) -> None:
    for key in GOOD[kind]:
        with pytest.raises(BadLeaf):
            encode(kind, **{name: value for name, value in GOOD[kind].items() if name != key})
    with pytest.raises(BadLeaf):
        encode(kind, **GOOD[kind], text="Việc khó bị để lại.")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("submission", "envelope_sha256", H.upper()),
        ("submission", "envelope_sha256", H[:-2]),
        ("submission", "consultation", "Thu 2026"),
        ("submission", "consultation", None),
        ("consultation", "opens", "2026-11-23T08:00"),
        ("consultation", "opens", "2026-13-01"),
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
    ],
)
def test_a_value_of_another_shape_is_refused(kind, key, value) -> None:
    with pytest.raises(BadLeaf):
        encode(kind, **{**GOOD[kind], key: value})


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
