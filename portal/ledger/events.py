"""The closed registry of leaf types.

A leaf is canonical JSON (RFC 8785) with a ``type`` of this registry, a version ``v`` and exactly the declared keys.
Types are never reused and a version's key set never changes; a new need gets a new version. No leaf holds text, an
address, a submitter's account, or a time finer than a day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError

HEX32 = re.compile(r"[0-9a-f]{64}")
KID = re.compile(r"[0-9a-f]{32}")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
TABLE = re.compile(r"[a-z]{4,8}-[a-z0-9][a-z0-9-]{1,39}")
ASSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,119}")

Check = Callable[[Any], bool]
Document = dict[str, Any]


class BadLeaf(ValueError):
    """The bytes are not a canonical leaf of a declared type."""


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _slot(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 3


def _day(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        return date.fromisoformat(value).isoformat() == value  # it also takes other spellings, such as 2026-W01-1
    except ValueError:
        return False


def _kids(value: Any) -> bool:
    return isinstance(value, list) and all(map(_matches(KID), value)) and value == sorted(set(value)) != []


def _kid_or_none(value: Any) -> bool:
    return value == "" or _matches(KID)(value)


def _bytes(least: int, most: int) -> Check:
    """Canonical base64url of so many bytes."""

    def check(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return least <= len(b64url_decode(value)) <= most
        except CryptoError:
            return False

    return check


def _slugs(value: Any) -> bool:
    return isinstance(value, list) and all(map(_matches(SLUG), value)) and value == sorted(set(value)) != []


HASH, SLUGS = _matches(HEX32), _matches(SLUG)


@dataclass(frozen=True)
class LeafType:
    """A type's name, version and the checks of its keys."""

    name: str
    keys: dict[str, Check]
    optional: frozenset[str] = frozenset()
    version: int = 1


REGISTRY: dict[tuple[str, int], LeafType] = {}


def declare(leaf_type: LeafType) -> LeafType:
    """Add a type; a tag that stands already is refused."""
    tag = (leaf_type.name, leaf_type.version)
    if tag in REGISTRY:
        raise ValueError(f"leaf type {tag} is declared already")
    REGISTRY[tag] = leaf_type
    return leaf_type


ASSET_LEAF = declare(LeafType("asset", {"name": _matches(ASSET), "sha256": HASH, "size": _natural}))
KEY_LEAF = declare(
    LeafType(
        "key",
        {"action": _one_of("add", "revoke"), "kid": _matches(KID), "alg": _one_of("X-Wing"), "public_key_sha256": HASH},
    )
)
OPEN_LEAF = declare(
    LeafType(
        "consultation",
        {
            "action": _one_of("open", "close"),
            "consultation": SLUGS,
            "settings_sha256": HASH,
            "taxonomy_sha256": HASH,
            "keys": _kids,
            "opens": _day,
            "closes": _day,
        },
    )
)
# Version 2 opens a consultation with ballots; what its issuers stated stands in leaves before it.
OPEN_LEAF_2 = declare(
    LeafType(
        "consultation",
        {**OPEN_LEAF.keys, "each": _natural, "issuers": _slugs, "collect_from": _day, "collect_until": _day},
        version=2,
    )
)
# An issuer's keys and terms. ``identity``: Ed25519; ``public_key``: DER (RFC 5280) of the key that signs blindly.
ISSUER_KEY_LEAF = declare(
    LeafType(
        "issuer-key",
        {
            "consultation": SLUGS,
            "issuer": SLUGS,
            "alg": _one_of("RSABSSA-SHA384-PSS-Deterministic"),
            "public_key": _bytes(256, 512),
            "identity": _bytes(32, 32),
            "about_sha256": HASH,
            "signature": _bytes(64, 64),
        },
    )
)
ROSTER_LEAF = declare(LeafType("roster", {"consultation": SLUGS, "issuer": SLUGS, "size": _natural, "sha256": HASH}))
CARD_LEAF = declare(LeafType("card", {"consultation": SLUGS, "issuer": SLUGS, "key_sha256": HASH}))
ISSUANCE_LEAF = declare(LeafType("issuance", {"consultation": SLUGS, "issuer": SLUGS, "request_sha256": HASH}))
CLOSING_LEAF = declare(
    LeafType(
        "issuance-close",
        {"consultation": SLUGS, "issuer": SLUGS, "issued": _natural, "cards": _natural, "signature": _bytes(64, 64)},
    )
)
SUBMISSION_LEAF = declare(LeafType("submission", {"consultation": SLUGS, "envelope_sha256": HASH}))
# Version 2 carries the ballot that was spent on it (portal.crypto.ballot), which names nobody.
SUBMISSION_LEAF_2 = declare(LeafType("submission", {**SUBMISSION_LEAF.keys, "ballot": _bytes(64, 2048)}, version=2))
MESSAGE_LEAF = declare(LeafType("message", {"consultation": SLUGS, "envelope_sha256": HASH}))
CODING_LEAF = declare(
    LeafType("coding", {"consultation": SLUGS, "submission": _natural, "commitment": HASH, "revision": _natural})
)
# Version 2 is of a consultation with two readers: slots 1 and 2 are theirs, slot 3 is a decision between the two.
CODING_LEAF_2 = declare(LeafType("coding", {**CODING_LEAF.keys, "slot": _slot}, version=2))
# What is kept back of a comment, or that a paraphrase is: the commitment tells neither where nor what.
REDACTION_LEAF = declare(
    LeafType(
        "redaction",
        {
            "consultation": SLUGS,
            "submission": _natural,
            "kind": _one_of("mask", "removal", "paraphrase"),
            "revision": _natural,
            "commitment": HASH,
        },
    )
)
READING_LEAF = declare(LeafType("reading", {"consultation": SLUGS, "kid": _matches(KID)}))
# A reader who came after the opening. ``replaces``: the key of a reader whose new key it is, or "" for somebody new.
READER_LEAF = declare(LeafType("reader", {"consultation": SLUGS, "kid": _matches(KID), "replaces": _kid_or_none}))
FINDING_LEAF = declare(
    LeafType(
        "finding",
        {"consultation": SLUGS, "publication_sha256": HASH, "counts_commitment": HASH, "checkpoint_size": _natural},
    )
)
# Version 2 is a table beside the one-way lists (portal.findings.tables), of one consultation or of several.
FINDING_LEAF_2 = declare(
    LeafType(
        "finding",
        {
            "table": _matches(TABLE),
            "consultations": _slugs,
            "publication_sha256": HASH,
            "counts_commitment": HASH,
            "checkpoint_size": _natural,
        },
        version=2,
    )
)
# Version 3 is a differentially private list of a published consultation (portal.findings.private).
FINDING_LEAF_3 = declare(LeafType("finding", {**FINDING_LEAF.keys, "list": _one_of("categories", "units")}, version=3))
REPORT_LEAF = declare(LeafType("report", {"consultation": SLUGS, "document_sha256": HASH, "publication_sha256": HASH}))
# Version 2 says which revision it is, counted from 1, and how many people approved these bytes.
REPORT_LEAF_2 = declare(
    LeafType("report", {**REPORT_LEAF.keys, "revision": _natural, "approvals": _natural}, version=2)
)
# Version 3 is of an upper-level office: its report on many offices' findings, and the table they add up to.
REPORT_LEAF_3 = declare(
    LeafType(
        "report",
        {
            "consolidation": SLUGS,
            "document_sha256": HASH,
            "figures_sha256": HASH,
            "revision": _natural,
            "approvals": _natural,
        },
        version=3,
    )
)
ACTION_LEAF = declare(LeafType("action", {"consultation": SLUGS, "concern": _natural, "commitment": HASH}))
ERASURE_LEAF = declare(LeafType("erasure", {"leaf": _natural}))


def encode(kind: str, /, *, version: int = 1, **values: Any) -> bytes:
    """The canonical bytes of a leaf; raises :class:`BadLeaf` when a key is missing, unknown or malformed."""
    document = {"type": kind, "v": version, **values}
    _check(document)
    return _canonical(document)


def decode(data: bytes) -> Document:
    """The leaf's document; raises :class:`BadLeaf` unless ``data`` is exactly what :func:`encode` would give."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadLeaf("not JSON") from error
    _check(document)
    if _canonical(document) != data:
        raise BadLeaf("not canonical JSON")
    return dict(document)


def _canonical(document: Document) -> bytes:
    """RFC 8785 of a document that was checked.

    What was declared holds ASCII without control characters, quotes or backslashes, integers below 2^53, and keys in
    one order by code point and by UTF-16: there the standard library writes RFC 8785, four times as fast.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")


def _check(document: Any) -> None:
    if not isinstance(document, dict):
        raise BadLeaf("a leaf is an object")
    tag = (document.get("type"), document.get("v"))
    # The exact types: true equals 1 in Python, and so would be taken for version 1.
    leaf_type = REGISTRY.get(tag) if (type(tag[0]), type(tag[1])) == (str, int) else None  # type: ignore[arg-type]
    if leaf_type is None:
        raise BadLeaf("undeclared leaf type")
    keys = set(document) - {"type", "v"}
    if keys != set(leaf_type.keys):
        raise BadLeaf(f"{leaf_type.name}: wrong set of keys")
    for name, check in leaf_type.keys.items():
        if not check(document[name]):
            raise BadLeaf(f"{leaf_type.name}: malformed {name}")
