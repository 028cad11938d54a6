"""One ``findings.json`` of a subordinate office: whole and its own, or refused by name.

What must hold of a file that is taken: its publication has the digest in its leaf; the leaf stands in a log whose
checkpoint the office's **pinned** key has signed (and its witnesses have cosigned, where a policy is kept); its period
lies in the one that was chosen; its rule is as strict as the consolidation's; its taxonomy gives each code the meaning
that the consolidation's has; and that consultation was not taken before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

from portal.consultations.taxonomy import Taxonomy
from portal.errors import PortalError
from portal.findings.publication import Publication, parse_publication
from portal.reports.findings_file import KEYS, FindingsFile, parse_findings_json
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import InclusionError, MalformedProof, TlogError
from portal.tlog.merkle import leaf_hash
from portal.tlog.policy import LogKey, Policy
from portal.tlog.proof import LogProof, verify_proof


class Why(StrEnum):
    """Why a file is refused; a name is never given another meaning."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    TAMPERED = "tampered"
    UNKNOWN_OFFICE = "unknown-office"
    UNCONFIRMED_KEY = "key-not-confirmed"
    OTHER_KEY = "signed-by-another-key"
    NOT_WITNESSED = "not-witnessed"
    OTHER_PERIOD = "other-period"
    WEAKER_RULE = "weaker-rule"
    UNKNOWN_TAXONOMY = "unknown-taxonomy"
    OTHER_TAXONOMY = "other-taxonomy"
    DUPLICATE = "duplicate"
    CONTRADICTS = "contradicts-earlier"


@dataclass(frozen=True)
class KnownOffice:
    """A subordinate office by its log. ``confirmed``: a person has compared its key's fingerprint with the office."""

    id: str
    name: str
    key: LogKey
    policy: Policy | None = None
    confirmed: bool = True


@dataclass(frozen=True)
class Scope:
    """What files are held against. ``offices`` by their log's origin, ``taxonomies`` by SHA-256 (hex).

    ``held``: the digests of the publications that were taken before, by office and consultation.
    """

    opens: date
    closes: date
    k: int
    taxonomy: Taxonomy
    taxonomies: Mapping[str, Taxonomy]
    offices: Mapping[str, KnownOffice]
    held: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Checked:
    """What became of a file: ``why`` None means that it may be taken. ``detail``: the code that has another meaning.

    ``office`` is "" until one is known by the file's checkpoint, and ``publication`` None until its proof holds.
    """

    file: str
    why: Why | None
    office: str = ""
    publication: Publication | None = None
    data: bytes = b""
    detail: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the publication, as its leaf names it."""
        return sha256(self.publication.to_bytes()).hexdigest() if self.publication else ""

    def as_document(self) -> dict[str, str | None]:
        """Plain JSON values, noted of an upload and printed by the command. A stored format: it only grows."""
        office, consultation = self.place
        why = self.why.value if self.why else None
        return {"file": self.file, "why": why, "office": office, "consultation": consultation, "detail": self.detail}

    @property
    def place(self) -> tuple[str, str]:
        """Office and consultation."""
        return self.office, self.publication.consultation if self.publication else ""


def check(name: str, data: bytes | None, scope: Scope) -> Checked:
    """The verdict on one file; ``data`` None: it is larger than any may be."""
    if data is None:
        return Checked(name, Why.TOO_LARGE)
    try:
        file = parse_findings_json(data)
        proof = LogProof.parse(file.proof_text)
        office = scope.offices.get(Checkpoint.parse(proof.checkpoint.text).origin)
    except PortalError:
        return Checked(name, _unreadable(data))
    except TlogError:
        return Checked(name, Why.TAMPERED)
    if office is None:
        return Checked(name, Why.UNKNOWN_OFFICE)
    if (why := _signed(file, proof, office)) is not None:
        return Checked(name, why, office.id)
    publication = parse_publication(rfc8785.dumps(dict(file.publication)))
    return _fits(Checked(name, None, office.id, publication, data), scope)


def _unreadable(data: bytes) -> Why:
    """Whether its parts could each be read and only do not belong together: then somebody has changed one."""
    try:
        table: Any = json.loads(data)
        if set(table) != KEYS:
            return Why.MALFORMED
        parse_publication(rfc8785.dumps(table["publication"]))
    except (ValueError, TypeError, AttributeError, RecursionError, PortalError):
        return Why.MALFORMED
    return Why.TAMPERED


def _signed(file: FindingsFile, proof: LogProof, office: KnownOffice) -> Why | None:
    if not office.confirmed:
        return Why.UNCONFIRMED_KEY
    try:
        verify_proof(proof, leaf_hash(file.leaf), office.key)
        witnessed = office.policy is None or office.policy.check(proof.checkpoint, office.key).holds
    except (InclusionError, MalformedProof):
        return Why.TAMPERED
    except TlogError:
        return Why.OTHER_KEY
    if str(proof.checkpoint) != file.checkpoint:
        return Why.TAMPERED
    return None if witnessed else Why.NOT_WITNESSED


def _fits(found: Checked, scope: Scope) -> Checked:
    """Whether a file that holds can be joined with the others."""
    publication = found.publication
    assert publication is not None
    held = scope.held.get(found.place)
    if held is not None:
        return _refused(found, Why.DUPLICATE if held == found.digest else Why.CONTRADICTS)
    if publication.opens < scope.opens or publication.closes > scope.closes:
        return _refused(found, Why.OTHER_PERIOD)
    if publication.rule.k < scope.k:
        return _refused(found, Why.WEAKER_RULE)
    theirs = scope.taxonomies.get(publication.taxonomy_sha256)
    if theirs is None:
        return _refused(found, Why.UNKNOWN_TAXONOMY)
    if code := other_meaning(publication, theirs, scope.taxonomy):
        return _refused(found, Why.OTHER_TAXONOMY, code)
    return found


def _refused(found: Checked, why: Why, detail: str = "") -> Checked:
    return Checked(found.file, why, found.office, found.publication, detail=detail)


def other_meaning(publication: Publication, theirs: Taxonomy, ours: Taxonomy) -> str:
    """The first code that the two taxonomies do not give one meaning, or that was published and we do not have; "".

    A code means its theme, whether it is praise, and its Vietnamese words. A code that one of them lacks is no
    hindrance as long as nothing was published of it.
    """
    one, other = _meanings(theirs), _meanings(ours)
    shown = {row.code for row in (*publication.rows.categories, *publication.rows.themes)}
    wrong = [code for code in one if code in other and one[code] != other[code]]
    return min([*wrong, *(shown - other.keys()), *(shown - one.keys())], default="")


def _meanings(taxonomy: Taxonomy) -> dict[str, tuple[str, bool, str]]:
    themes = {item.code: ("", False, item.vi) for item in taxonomy.themes}
    return themes | {item.code: (item.theme, item.praise, item.vi) for item in taxonomy.categories}
