"""Each stored thing, and each way to falsify it: a named failure, or a name that a kept checkpoint and a witness give.

The first table is about a portal that lies consistently: it changes one leaf, makes all else fit and signs anew. What
no rule between leaves can show (an envelope's hash exchanged for another one, say) is marked ``KEPT``: only whoever
kept a checkpoint sees it, or a witness. The second table is about files that were damaged or exchanged. Checkpoints,
openings and publications have tables of their own in test_tamper_documents.py, ballots in test_ballots.py.
"""

from __future__ import annotations

import json

import pytest

from portal.ledger import events
from portal.ledger.events import REGISTRY
from portal.tlog.tiles import encode_bundle
from tests.audit import tampering
from tests.audit.rich import PLAIN, WITH_BALLOTS, Rich
from tests.audit.support import flip, log_files, names, relogged
from tests.audit.tampering import lied, places_of

KEPT = ""
FORKED, SHORTER = "log-forked", "log-rolled-back"

# The leaf of each type that is changed, where it is not the first one: the first coding was replaced by a second, the
# first asset by a newer build, whose second leaf is the list of files.
NTH = {("asset", 1): 1, ("coding", 1): 1}

SAME = {  # ways that end alike for every leaf
    "malformed": "leaf-malformed",
    "cut": "leaf-malformed",
}
GONE = "publication-not-logged"  # what a log is cut off before had consequences that were published

LEAVES: dict[tuple[str, int], dict[str, str]] = {
    ("asset", 1): {
        "name": "asset-manifest-not-logged", "sha256": "asset-manifest-not-as-logged",
        "size": "asset-manifest-not-as-logged",
        "dropped": "asset-manifest-not-logged", "doubled": KEPT, "again": KEPT, "first": KEPT, "last": KEPT,
        "swapped": KEPT, "rolled back": GONE,
    },
    ("key", 1): {
        "action": "key-revoked-unadded", "kid": "key-id-not-of-key", "public_key_sha256": "key-id-not-of-key",
        "dropped": "consultation-key-not-in-log", "doubled": "key-added-twice", "again": "key-added-twice",
        "first": KEPT, "last": "consultation-key-not-in-log", "swapped": KEPT, "rolled back": GONE,
    },
    ("consultation", 1): {
        "action": "consultation-closed-unopened", "consultation": "submission-without-consultation",
        "settings_sha256": "settings-not-as-logged", "taxonomy_sha256": "taxonomy-not-as-logged",
        "keys": "consultation-key-not-in-log", "opens": "publication-of-other-period",
        "closes": "publication-of-other-period",
        "dropped": "submission-without-consultation", "doubled": "consultation-opened-twice",
        "again": "consultation-opened-twice", "first": "consultation-key-not-in-log",
        "last": "submission-without-consultation", "swapped": "consultation-closed-unopened", "rolled back": GONE,
    },
    ("consultation", 2): {
        "action": "consultation-closed-unopened", "consultation": "issuance-without-consultation",
        "settings_sha256": "settings-not-as-logged", "taxonomy_sha256": "taxonomy-not-as-logged",
        "keys": "consultation-key-not-in-log", "opens": "settings-not-of-opening", "closes": "settings-not-of-opening",
        "each": "issuer-terms-not-signed", "issuers": "issuer-not-named", "collect_from": "issuer-terms-not-signed",
        "collect_until": "issuer-terms-not-signed",
        "dropped": "issuance-without-consultation", "doubled": "consultation-opened-twice",
        "again": "consultation-opened-twice", "first": "issuer-leaf-after-opening",
        "last": "issuance-without-consultation", "swapped": "consultation-closed-unopened", "rolled back": GONE,
    },
    ("issuer-key", 1): {
        "consultation": "issuer-key-missing", "issuer": "issuer-not-named", "public_key": "issuer-key-malformed",
        "identity": "issuer-terms-not-signed", "about_sha256": "issuer-terms-not-signed",
        "signature": "issuer-terms-not-signed",
        "dropped": "issuer-key-missing", "doubled": "issuer-key-twice", "again": "issuer-leaf-after-opening",
        "first": KEPT, "last": "issuer-leaf-after-opening", "swapped": KEPT, "rolled back": GONE,
    },
    ("roster", 1): {
        "consultation": "roster-missing", "issuer": "issuer-not-named", "size": "issuer-terms-not-signed",
        "sha256": "rosters-differ",
        "dropped": "roster-missing", "doubled": "roster-twice", "again": "issuer-leaf-after-opening",
        "first": KEPT, "last": "issuer-leaf-after-opening", "swapped": KEPT, "rolled back": GONE,
    },
    ("card", 1): {
        "consultation": "issuer-terms-not-signed", "issuer": "issuer-not-named",
        "key_sha256": "issuer-terms-not-signed", "dropped": "issuer-terms-not-signed",
        "doubled": "card-twice", "again": "card-twice", "first": KEPT,
        "last": "issuer-leaf-after-opening", "swapped": KEPT, "rolled back": GONE,
    },
    ("issuance", 1): {
        "consultation": "issuance-list-not-signed", "issuer": "issuance-of-unknown-issuer",
        "request_sha256": "issuance-list-not-signed",
        "dropped": "issuance-list-not-signed", "doubled": "issuance-twice", "again": "issuance-after-closing",
        "first": "issuance-without-consultation", "last": "issuance-after-closing",
        "swapped": "issuance-out-of-order", "rolled back": GONE,
    },
    ("issuance-close", 1): {
        "consultation": "issuance-close-without-consultation", "issuer": "issuance-of-unknown-issuer",
        "issued": "issuance-count-differs", "cards": "issuance-list-not-signed",
        "signature": "issuance-list-not-signed",
        "dropped": "ballot-before-issuance-closed", "doubled": "issuance-close-twice", "again": "issuance-close-twice",
        "first": "issuance-close-without-consultation", "last": "ballot-before-issuance-closed",
        "swapped": "issuance-after-closing", "rolled back": GONE,
    },
    ("submission", 1): {
        "consultation": "submission-without-consultation", "envelope_sha256": KEPT,
        "dropped": "coding-opening-surplus", "doubled": "envelope-twice", "again": "submission-while-published",
        "first": "submission-without-consultation", "last": "submission-while-published", "swapped": KEPT,
        "rolled back": GONE,
    },
    ("submission", 2): {
        "consultation": "submission-without-consultation", "envelope_sha256": "ballot-moved", "ballot": "ballot-moved",
        "dropped": "coding-opening-surplus", "doubled": "nullifier-twice", "again": "nullifier-twice",
        "first": "submission-without-consultation", "last": "submission-while-published", "swapped": KEPT,
        "rolled back": GONE,
    },
    ("message", 1): {
        "consultation": "message-without-consultation", "envelope_sha256": KEPT,
        "dropped": KEPT, "doubled": "envelope-twice", "again": "envelope-twice",
        "first": "message-without-consultation", "last": KEPT, "swapped": KEPT, "rolled back": GONE,
    },
    ("coding", 1): {
        "consultation": "coding-without-consultation", "submission": "coding-revision-out-of-order",
        "commitment": "coding-commitment-does-not-open", "revision": "coding-revision-out-of-order",
        "dropped": "coding-opening-surplus", "doubled": "coding-revision-out-of-order",
        "again": "coding-while-published", "first": "coding-without-consultation", "last": "coding-while-published",
        "swapped": KEPT, "rolled back": GONE,
    },
    ("coding", 2): {
        "consultation": "coding-without-consultation", "submission": "coding-revision-out-of-order",
        "commitment": "coding-commitment-does-not-open", "revision": "coding-revision-out-of-order",
        "slot": "coding-slot-out-of-order",
        "dropped": "coding-opening-surplus", "doubled": "coding-revision-out-of-order",
        "again": "coding-while-published", "first": "coding-without-consultation", "last": "coding-while-published",
        "swapped": KEPT, "rolled back": GONE,
    },
    ("redaction", 1): {
        "consultation": "redaction-without-consultation", "submission": "redaction-revision-out-of-order",
        "kind": "redaction-revision-out-of-order", "revision": "redaction-revision-out-of-order", "commitment": KEPT,
        "dropped": "redaction-revision-out-of-order", "doubled": "redaction-revision-out-of-order",
        "again": "redaction-revision-out-of-order", "first": "redaction-without-consultation",
        "last": "redaction-revision-out-of-order", "swapped": "redaction-revision-out-of-order",
        "rolled back": GONE,
    },
    ("reading", 1): {
        "consultation": "finding-with-uncoded-submission", "kid": "reading-by-no-reader",
        "dropped": "finding-with-uncoded-submission", "doubled": "reading-twice", "again": "reading-while-published",
        "first": "reading-without-consultation", "last": "reading-while-published", "swapped": KEPT,
        "rolled back": GONE,
    },
    ("reader", 1): {
        "consultation": "reader-without-consultation", "kid": "reader-key-not-in-log",
        "replaces": "reader-replaces-no-reader",
        "dropped": "reading-by-no-reader", "doubled": "reader-twice", "again": "reader-twice",
        "first": "reader-without-consultation", "last": "reading-by-no-reader", "swapped": "reader-key-not-in-log",
        "rolled back": GONE,
    },
    ("finding", 1): {
        "consultation": "finding-without-consultation", "publication_sha256": "publication-not-as-logged",
        "counts_commitment": "counts-commitment-does-not-open", "checkpoint_size": "finding-from-the-future",
        "dropped": "report-while-closed", "doubled": "finding-while-published", "again": "finding-while-published",
        "first": "finding-without-consultation", "last": "erasure-before-publication",
        "swapped": "finding-without-consultation", "rolled back": GONE,
    },
    ("finding", 2): {
        "table": "publication-missing", "consultations": "table-before-findings",
        "publication_sha256": "publication-not-as-logged", "counts_commitment": "counts-commitment-does-not-open",
        "checkpoint_size": "finding-from-the-future",
        "dropped": GONE, "doubled": "table-twice", "again": "table-twice", "first": "table-before-findings",
        "last": KEPT, "swapped": "finding-from-the-future", "rolled back": GONE,
    },
    ("finding", 3): {
        "consultation": "private-before-findings", "list": "private-twice",
        "publication_sha256": "publication-not-as-logged", "counts_commitment": "counts-commitment-does-not-open",
        "checkpoint_size": "finding-from-the-future",
        "dropped": GONE, "doubled": "private-twice", "again": "private-twice", "first": "private-before-findings",
        "last": KEPT, "swapped": "finding-from-the-future", "rolled back": GONE,
    },
    ("report", 1): {  # a later revision stands in its place: auditors get the newest text
        "consultation": "report-without-consultation", "document_sha256": KEPT,
        "publication_sha256": "report-of-other-finding",
        "dropped": "report-revision-out-of-order", "doubled": "report-twice", "again": "report-twice",
        "first": "report-without-consultation", "last": "report-revision-out-of-order",
        "rolled back": "report-not-logged",
    },
    ("report", 2): {
        "consultation": "report-without-consultation", "document_sha256": "report-not-as-logged",
        "publication_sha256": "report-of-other-finding", "revision": "report-revision-out-of-order",
        "approvals": "report-approved-by-one",
        "dropped": "report-not-as-logged", "doubled": "report-revision-out-of-order",
        "again": "report-revision-out-of-order", "first": "report-without-consultation", "last": KEPT,
        "rolled back": "report-not-as-logged",
    },
    ("report", 3): {  # of an upper-level office: its text and table travel in its files, with their proof
        "consolidation": KEPT, "document_sha256": KEPT, "figures_sha256": KEPT,
        "revision": "report-revision-out-of-order", "approvals": "report-approved-by-one",
        "dropped": KEPT, "doubled": "report-revision-out-of-order", "again": "report-revision-out-of-order",
        "first": KEPT, "last": KEPT, "rolled back": KEPT,
    },
    ("action", 1): {
        "consultation": "action-without-consultation", "concern": "answer-not-logged",
        "commitment": "answer-commitment-does-not-open",
        "dropped": "answer-not-logged", "doubled": "action-twice", "again": "action-twice",
        "first": "action-without-consultation", "last": KEPT, "swapped": KEPT, "rolled back": "answer-not-logged",
    },
    ("erasure", 1): {
        "leaf": "erasure-of-no-leaf",
        "dropped": KEPT, "doubled": "erasure-of-no-leaf", "again": "erasure-of-no-leaf",
        "first": "erasure-of-no-leaf", "last": KEPT, "swapped": KEPT, "rolled back": GONE,
    },
}  # fmt: skip

WAYS = {"dropped", "doubled", "again", "first", "last", "swapped", "rolled back"}
LONE = {("report", 1), ("report", 2), ("report", 3)}  # there is one of each, so that it cannot be swapped
ONE_VALUE = {"alg"}  # a key that has one value cannot have another: that is malformed
# What grows the log and breaks no rule: it is what an honest portal does, too.
GROWTH = {(("asset", 1), "again")}


def rows() -> list:
    whole = ((tag, way, name) for tag, found in LEAVES.items() for way, name in {**SAME, **found}.items())
    return [pytest.param(tag, way, name, id=f"{tag[0]}.{tag[1]} {way}") for tag, way, name in whole]


def change_of(rich: Rich, tag: tampering.Tag, way: str) -> tampering.Change:
    places = places_of(rich.entries, tag)
    place = places[NTH.get(tag, 0)]
    changes = {
        "malformed": tampering.malformed, "cut": tampering.cut, "dropped": tampering.dropped,
        "doubled": tampering.doubled, "again": tampering.again, "rolled back": tampering.rolled_back,
        "first": lambda at: tampering.moved_to(at, 0), "last": lambda at: tampering.moved_to(at, -1),
        "swapped": lambda at: tampering.swapped(at, places[places.index(at) + 1]),
    }  # fmt: skip
    return changes[way](place) if way in changes else tampering.altered(place, way)


def test_the_honest_export_passes_with_everything_an_auditor_can_bring(rich) -> None:
    verdict = rich.judged(rich.files, earlier=rich.older["log/checkpoint"].decode(), witnessed=True)
    assert (verdict.failures, verdict.skipped, verdict.left_out) == ([], [], [])
    assert verdict.witnesses.quorum
    # and so does what the lying portal's tools make of it when they change nothing
    assert names(rich.judged(lied(rich, lambda leaves: leaves), earlier=rich.kept)) == set()


def test_the_matrix_covers_every_leaf_type_every_key_and_every_way(rich) -> None:
    assert set(LEAVES) == set(REGISTRY) == {tampering.tag_of(data) for data in rich.entries}
    for tag, found in LEAVES.items():
        keys = set(REGISTRY[tag].keys) - ONE_VALUE
        assert set(found) == keys | WAYS - ({"swapped"} if tag in LONE else set()), tag


@pytest.mark.parametrize(("tag", "way", "name"), rows())
def test_a_portal_that_lies_and_signs_anew_is_named(rich, tag, way, name) -> None:
    # given a history of which one leaf was falsified, with all else made to fit
    files = lied(rich, change_of(rich, tag, way))
    # when an auditor has nothing but the key, then the rules name it, or nothing does
    found = names(rich.judged(files))
    assert name in found if name else found == set()
    # when the auditor kept a checkpoint, then a history that does not go on from it is named
    kept = names(rich.judged(files, earlier=rich.kept))
    if way == "dropped" or way == "rolled back":
        assert SHORTER in kept
    elif way != "again" and files["log/checkpoint"].split(b"\n")[:3] != rich.files["log/checkpoint"].split(b"\n")[:3]:
        assert FORKED in kept
    # and in every case the witnesses have cosigned nothing of the kind
    assert "quorum-missing" in names(rich.judged(files, witnessed=True))


def test_what_no_rule_shows_is_shown_by_a_kept_checkpoint(rich) -> None:
    silent = [(tag, way) for tag, found in LEAVES.items() for way, name in found.items() if name == KEPT]
    assert len(silent) > 10
    for tag, way in silent:
        files = lied(rich, change_of(rich, tag, way))
        same = files["log/checkpoint"].split(b"\n")[:3] == rich.files["log/checkpoint"].split(b"\n")[:3]
        grown = (tag, way) in GROWTH
        assert same or grown or names(rich.judged(files, earlier=rich.kept)) <= {FORKED, SHORTER}, (tag, way)
        assert same or grown or names(rich.judged(files, earlier=rich.kept)), (tag, way)


def test_leaves_that_are_added_are_named_by_their_rule(rich) -> None:
    # given what no honest portal appends to this log
    added = {
        "finding-before-the-close": ("finding", {"checkpoint_size": 0}),
        "leaf-malformed": None,
        "erasure-before-publication": ("erasure", {"leaf": 0}),
        "issuance-of-unknown-issuer": ("issuance", {"issuer": "khac"}),
        "reading-by-no-reader": ("reading", {"kid": "00" * 16}),
        "reader-while-published": ("reader", {"replaces": ""}),
        "coding-of-no-submission": ("coding", {"submission": 0}),
        "redaction-of-no-submission": ("redaction", {"submission": 0}),
    }
    for name, what in added.items():
        if what is None:
            data = b'{"type":"unlock","v":1}'
        else:
            place = places_of(rich.entries, (what[0], 1))[0]
            leaf = {**json.loads(rich.entries[place]), **what[1]}
            data = events.encode(leaf.pop("type"), version=leaf.pop("v"), **leaf)
        files = lied(rich, lambda leaves, data=data: [*leaves, (-1, data)])
        assert name in names(rich.judged(files)), name


# --- files ---

FILES = {  # {rest}: the leaves beyond the first full tile
    "checkpoint": "log/checkpoint", "key": "log/vkey",
    "full tile": "log/tile/0/000", "partial tile": "log/tile/0/001.p/{rest}", "upper tile": "log/tile/1/000.p/1",
    "full bundle": "log/tile/entries/000", "partial bundle": "log/tile/entries/001.p/{rest}",
    "publication": f"results/{PLAIN}/findings.json", "table": f"tables/units-{PLAIN}/findings.json",
    "private list": f"results/{WITH_BALLOTS}/private-categories.json",
    "openings": "openings.json",
    "asset manifest": "static/manifest.json", "asset": "static/pages-submit.js",
}  # fmt: skip
TWIN = {  # what a file is exchanged for
    "full tile": "upper tile", "upper tile": "full tile", "partial tile": "full tile", "asset": "asset manifest",
    "full bundle": "partial bundle", "partial bundle": "full bundle", "checkpoint": "key", "key": "checkpoint",
    "asset manifest": "asset", "openings": "publication",
}  # fmt: skip
TILE = dict.fromkeys(("flipped", "empty", "cut", "halved", "longer", "twice", "swapped"), "tile-mismatch")
BUNDLE = dict.fromkeys(("empty", "cut", "halved", "longer", "twice", "swapped"), "malformed-bundle")
DOCUMENT = ("empty", "cut", "halved", "longer", "twice")
DAMAGED: dict[str, dict[str, str]] = {
    "checkpoint": {**dict.fromkeys(("empty", "cut", "halved", "longer", "swapped"), "malformed-note"),
                   "twice": "invalid-signature", "flipped": "*", "dropped": "missing"},
    "key": {**dict.fromkeys((*DOCUMENT, "flipped", "swapped"), "log-key-not-as-served"), "dropped": "missing"},
    "full tile": {**TILE, "dropped": "missing"},
    "partial tile": {**TILE, "dropped": "missing"},
    "upper tile": {**TILE, "dropped": "missing"},
    "full bundle": {**BUNDLE, "flipped": "*", "dropped": "missing"},
    "partial bundle": {**BUNDLE, "flipped": "*", "dropped": "missing"},
    "publication": {**dict.fromkeys(DOCUMENT, "publication-malformed"), "flipped": "*",
                    "swapped": "publication-not-as-logged", "dropped": "publication-missing"},
    "table": {**dict.fromkeys(DOCUMENT, "publication-malformed"), "flipped": "*",
              "swapped": "publication-not-as-logged", "dropped": "publication-missing"},
    "private list": {**dict.fromkeys(DOCUMENT, "publication-malformed"), "flipped": "*",
                     "swapped": "publication-not-as-logged", "dropped": "publication-missing"},
    "openings": {**dict.fromkeys(DOCUMENT, "openings-malformed"), "flipped": "*", "swapped": "openings-malformed"},
    "asset manifest": {**dict.fromkeys((*DOCUMENT, "flipped", "swapped"), "asset-manifest-not-as-logged"),
                       "dropped": "missing"},
    "asset": {**dict.fromkeys((*DOCUMENT, "flipped", "swapped"), "asset-not-as-logged"), "dropped": "asset-missing"},
}  # fmt: skip
MANY = 40
"""Places of a file in which a bit is turned; ``*`` in the table: the name depends on the place."""


def files_of(rich: Rich) -> dict[str, str]:
    """Each kind's file in that export."""
    return {kind: name.format(rest=len(rich.entries) - 256) for kind, name in FILES.items()}


def damaged(rich: Rich, kind: str, way: str) -> list[dict[str, bytes]]:
    """The export with that file falsified, once for each place where that can be done."""
    name, files = files_of(rich)[kind], rich.files
    data = files[name]
    if way == "flipped":
        places = sorted({round(step * (len(data) - 1) / (MANY - 1)) for step in range(MANY)})
        return [{**files, name: flip(data, place)} for place in places]
    if way == "dropped":
        return [{one: held for one, held in files.items() if one != name}]
    others = {
        "publication": f"results/{WITH_BALLOTS}/findings.json",
        "table": f"tables/levels-{PLAIN}/findings.json",
        "private list": f"results/{WITH_BALLOTS}/private-units.json",
    }
    twin = others.get(kind) or files_of(rich)[TWIN[kind]]
    made = {
        "empty": b"", "cut": data[:-1], "halved": data[: len(data) // 2], "longer": data + b"\n", "twice": data + data,
        "swapped": files[twin],
    }  # fmt: skip
    return [{**files, name: made[way]}]


@pytest.mark.parametrize(
    ("kind", "way", "name"),
    [pytest.param(k, w, n, id=f"{k} {w}") for k, found in DAMAGED.items() for w, n in found.items()],
)
def test_a_damaged_file_is_named(rich, kind, way, name) -> None:
    for files in damaged(rich, kind, way):
        found = names(rich.judged(files, witnessed=True))
        assert found, (kind, way)
        assert name == "*" or name in found, found


def test_the_table_covers_every_kind_of_file_of_an_export(rich) -> None:
    def kind_of(name: str) -> str:
        room, _, rest = name.partition("/")
        asset = "asset manifest" if rest == "manifest.json" else "asset"
        result = "private list" if "/private-" in rest else "publication"
        return {"results": result, "tables": "table", "static": asset}.get(
            room, next((kind for kind, file in files_of(rich).items() if file == name), "")
        )

    assert {kind_of(name) for name in rich.files} == set(FILES) == set(DAMAGED)
    ways = {*DOCUMENT, "flipped", "dropped", "swapped"}
    assert all(set(found) == ways - ({"dropped"} if kind == "openings" else set()) for kind, found in DAMAGED.items())


def test_openings_that_are_withheld_are_said(rich) -> None:
    files = {name: data for name, data in rich.files.items() if name != "openings.json"}
    verdict = rich.judged(files, witnessed=True)
    assert verdict.ok
    assert [text for text in verdict.skipped if text.startswith("commitments and counts")]


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("results/khac-2026/findings.json", "publication-not-logged"),
        ("static/steal.js", "asset-not-in-manifest"),
        ("log/tile/0/000.p/7", "tile-of-another-log"),
        ("log/tile/entries/000.p/7", "tile-of-another-log"),
        ("log/tile/0/x000/000", "tile-path-malformed"),
    ],
)
def test_a_file_that_was_added_is_named(rich, name, failure) -> None:
    assert names(rich.judged({**rich.files, name: rich.files["log/tile/1/000.p/1"]})) == {failure}


def test_older_partial_tiles_of_the_same_log_may_stay_and_newer_ones_are_asked_about(rich) -> None:
    # given what a folder keeps when it is exported into again
    first = encode_bundle(rich.entries[:7])
    stale = {"log/tile/0/000.p/7": rich.files["log/tile/0/000"][: 7 * 32], "log/tile/entries/000.p/7": first}
    assert rich.judged({**rich.files, **stale}).failures == []
    # and a tile of a log that is larger than its checkpoint says
    wider = len(rich.entries) - 256 + 1
    verdict = rich.judged({**rich.files, f"log/tile/0/001.p/{wider}": bytes(wider * 32)})
    assert verdict.ok
    assert [text for text in verdict.notices if text.startswith("1 tiles reach beyond the checkpoint")]


def test_an_older_state_of_the_log_is_told_by_what_was_published_and_kept(rich) -> None:
    rest = {name: data for name, data in rich.files.items() if not name.startswith("log/")}
    older = {**rest, **rich.older}
    found = names(rich.judged(older, earlier=rich.kept, witnessed=True))
    assert {"log-rolled-back", "publication-not-logged", "publication-proof-of-another-log"} <= found
    # when all that it published is rolled back with it, then a kept checkpoint tells, or the age of the cosignatures
    alone = {name: data for name, data in older.items() if name.startswith("static/") or name in rich.older}
    alone |= reproven(rich)
    assert names(rich.judged(alone, earlier=rich.kept)) == {"log-rolled-back"}
    verdict = rich.judged(alone, witnessed=True)
    assert verdict.ok
    assert [text for text in verdict.notices if "40 days old" in text]


def reproven(rich: Rich) -> dict[str, bytes]:
    """The publication and its tables with proofs of the older log."""
    older = relogged(rich.files, rich.log, lambda entries: entries[:-40])
    rooms = (f"results/{PLAIN}/", f"tables/units-{PLAIN}/", f"tables/levels-{PLAIN}/")
    return {name: data for name, data in older.items() if name.startswith(rooms)}


def test_two_histories_of_one_size_are_a_fork(rich) -> None:
    shown = lied(rich, tampering.swapped(*places_of(rich.entries, ("message", 1))[:2]))
    assert names(rich.judged(shown, earlier=rich.kept)) == {FORKED}
    # and a checkpoint of the one with the files of the other is a root that does not fit
    mixed = {**rich.files, "log/checkpoint": log_files([*rich.entries[:-1], b"x"], rich.log)["log/checkpoint"]}
    assert names(rich.judged(mixed)) == {"root-mismatch"}
