"""Invented subordinate offices, each with a log of its own and a publication that the real publisher made."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import rfc8785

from portal.consolidation.checking import KnownOffice, Scope
from portal.consolidation.sums import Joined
from portal.consultations.taxonomy import Category, Taxonomy, default_taxonomy, taxonomy_sha256
from portal.findings.counts import Counts
from portal.findings.disclosure import publication_document
from portal.findings.publication import Publication, parse_publication
from portal.findings.rule import Rule
from portal.ledger import events
from portal.reports.findings_file import findings_json
from portal.tlog.checkpoint import Checkpoint, sign_checkpoint
from portal.tlog.keys import SignerKey
from portal.tlog.merkle import leaf_hashes, tree_head
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree

OPENS, CLOSES = date(2026, 9, 1), date(2026, 9, 30)
TAXONOMY = default_taxonomy()
NEWER = dataclasses.replace(
    TAXONOMY,
    version=2,
    categories=(*TAXONOMY.categories, Category("C13", "C", "ngại đổi mới", "unwilling to renew", ("ngại",), False)),
    concern_remedy={**TAXONOMY.concern_remedy, "C13": "R6"},
)
OTHER = dataclasses.replace(
    TAXONOMY,
    version=3,
    categories=tuple(
        dataclasses.replace(item, vi="nội dung khác hẳn") if item.code == "C1" else item for item in TAXONOMY.categories
    ),
)


@dataclass(frozen=True)
class Sender:
    """An office as its upper level knows it, with the key that only the office has."""

    id: str
    name: str
    signer: SignerKey

    @property
    def vkey(self) -> str:
        return str(self.signer.verifier)

    @cached_property
    def known(self) -> KnownOffice:
        return KnownOffice(self.id, self.name, self.signer.verifier)

    def file(self, document: Mapping[str, Any], signer: SignerKey | None = None) -> bytes:
        """The ``findings.json`` of a publication, proven in a log of seven leaves that ``signer`` (or it) signs."""
        signer = signer or self.signer
        digest = hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
        leaf = events.encode(
            "finding",
            consultation=document["consultation"],
            publication_sha256=digest,
            counts_commitment="ab" * 32,
            checkpoint_size=5,
        )
        entries = [*(f'{{"leaf":{number}}}'.encode() for number in range(5)), leaf, b"{}"]
        hashes = leaf_hashes(entries)
        note = sign_checkpoint(Checkpoint(self.signer.name, len(entries), tree_head(hashes)), signer)
        tree = TileTree(len(hashes), lambda _level, _index, width: b"".join(hashes[:width]))
        proof = LogProof(5, tuple(tree.inclusion_proof(5)), note)
        return findings_json(document, leaf, str(proof), str(note))


def sender(number: int) -> Sender:
    """The office of that number."""
    origin = f"don-vi-{number:02}.example.vn/gop-y"
    seed = hashlib.sha256(origin.encode()).digest()
    return Sender(f"don-vi-{number:02}", f"Đơn vị số {number:02}", SignerKey(origin, seed))


def document(
    seed: int = 1,
    *,
    ballots: int = 60,
    taxonomy: Taxonomy = TAXONOMY,
    rule: Rule | None = None,
    exact: dict[str, int] | None = None,
    **over: Any,
) -> dict[str, Any]:
    """What an office of so many comments published; which categories are named follows from ``seed``.

    ``exact`` is filled with what was counted of each category.
    """
    chance = random.Random(seed)
    weights = {code: chance.random() ** 2 for code in taxonomy.counted_themes}
    named = [{code for code, weight in weights.items() if chance.random() < weight / 2} for _ in range(ballots)]
    theme_of = taxonomy.counted_themes
    counts = Counts(
        ballots=ballots,
        categories={code: sum(code in one for one in named) for code in theme_of},
        themes={
            theme.code: sum(any(theme_of[code] == theme.code for code in one) for one in named)
            for theme in taxonomy.themes
            if theme.code in theme_of.values()
        },
        units={"P1": ballots // 3},
        headcounts={"P1": ballots},
    )
    if exact is not None:
        exact.update(counts.categories)
    values: dict[str, Any] = {"consultation": "quy-ba", "title": {"vi": "Góp ý quý ba", "en": "Third quarter"}}
    values |= {"opens": OPENS, "closes": CLOSES, "taxonomy": taxonomy, "rule": rule or Rule(), "counts": counts}
    return publication_document(**{**values, **over})


def publication(found: Mapping[str, Any]) -> Publication:
    return parse_publication(rfc8785.dumps(dict(found)))


def joined(number: int, found: Mapping[str, Any], taxonomy: Taxonomy = TAXONOMY) -> Joined:
    return Joined(sender(number).id, publication(found), taxonomy)


def scope(*senders: Sender, taxonomies: tuple[Taxonomy, ...] = (TAXONOMY,), **over: Any) -> Scope:
    """A third quarter that knows these offices and taxonomies."""
    values: dict[str, Any] = {
        "opens": date(2026, 7, 1),
        "closes": date(2026, 9, 30),
        "k": 5,
        "taxonomy": TAXONOMY,
        "taxonomies": {taxonomy_sha256(one): one for one in taxonomies},
        "offices": {one.signer.name: one.known for one in senders},
        "held": {},
    }
    return Scope(**{**values, **over})


SIZES = (12, 25, 40, 60, 140)


def province(many: int) -> Iterator[tuple[Sender, bytes]]:
    """Good files of so many offices: small and large ones, every fourth with the newer taxonomy."""
    for number in range(1, many + 1):
        taxonomy = NEWER if number % 4 == 0 else TAXONOMY
        one = sender(number)
        yield one, one.file(document(number, ballots=SIZES[number % len(SIZES)], taxonomy=taxonomy))
