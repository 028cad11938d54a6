"""The parts of what is signed or opened: checkpoint and cosignatures, publications, openings, and their falsifications.

Where the portal could sign anew (a publication has its leaf), it does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.tlog.note import parse_note
from portal.tlog.policy import parse_policy
from tests.audit import tampering
from tests.audit.rich import NOW, PLAIN, WITH_BALLOTS, WITNESSES, Rich, cosigned
from tests.audit.support import Files, flip, names
from tests.audit.tampering import lied, places_of

FINDINGS = f"results/{PLAIN}/findings.json"

# --- checkpoint, signature, cosignatures ---


def lines(note: bytes) -> tuple[str, list[str]]:
    """A note's text, and its signature lines."""
    text, _, signatures = note.decode().partition("\n\n")
    return text, signatures.splitlines()


def noted(text: str, signatures: list[str]) -> bytes:
    return "".join([text, "\n\n", *(f"{line}\n" for line in signatures)]).encode()


def reworded(place: int, word: str) -> Callable[[Rich], bytes]:
    """A line of the text is another one, and nobody signed that."""

    def make(rich: Rich) -> bytes:
        text, signatures = lines(rich.files["log/checkpoint"])
        found = text.split("\n")
        return noted("\n".join([*found[:place], word, *found[place + 1 :]]), signatures)

    return make


def resigned(change: Callable[[list[str]], list[str]]) -> Callable[[Rich], bytes]:
    """Other signature lines: the log's stands first, then both witnesses'."""

    def make(rich: Rich) -> bytes:
        text, signatures = lines(rich.files["log/checkpoint"])
        return noted(text, change(signatures))

    return make


def bent(place: int) -> Callable[[Rich], bytes]:
    """A bit of a signature's last byte is turned."""

    def make(rich: Rich) -> bytes:
        note = parse_note(rich.files["log/checkpoint"])
        one = note.signatures[place]
        bad = type(one)(one.name, one.key_id, flip(one.value, len(one.value) - 1))
        return str(type(note)(note.text, (*note.signatures[:place], bad, *note.signatures[place + 1 :]))).encode()

    return make


def foreign(rich: Rich) -> bytes:
    """The cosignatures of the older checkpoint under the newest one."""
    text, signatures = lines(rich.files["log/checkpoint"])
    return noted(text, [signatures[0], *lines(rich.older["log/checkpoint"])[1][1:]])


def renamed(rich: Rich) -> bytes:
    """One witness's cosignature under the other's name and id."""
    note = parse_note(rich.files["log/checkpoint"])
    log, one, other = note.signatures
    moved = type(one)(one.name, one.key_id, other.value)
    return str(type(note)(note.text, (log, moved, other))).encode()


CHECKPOINT = {
    "another origin": (reworded(0, "log.example.org/khac"), {"invalid-signature"}),
    "another size": (reworded(1, "293"), {"invalid-signature"}),
    "another root": (reworded(2, "A" * 43 + "="), {"invalid-signature"}),
    "an extension added": (reworded(2, "A" * 43 + "=\nmore"), {"invalid-signature"}),
    "a size in another spelling": (reworded(1, "0294"), {"invalid-signature"}),
    "log signature flipped": (bent(0), {"invalid-signature"}),
    "log signature dropped": (resigned(lambda found: found[1:]), {"unverified-note"}),
    "every signature dropped": (resigned(lambda _found: []), {"malformed-note"}),
    "Ed25519 cosignature flipped": (bent(1), {"cosignature-wrong", "quorum-missing"}),
    "ML-DSA cosignature flipped": (bent(2), {"cosignature-wrong", "quorum-missing"}),
    "a cosignature dropped": (resigned(lambda found: found[:2]), {"quorum-missing"}),
    "all cosignatures dropped": (resigned(lambda found: found[:1]), {"quorum-missing"}),
    "one cosignature in place of the other": (resigned(lambda found: [*found[:2], found[1]]), {"quorum-missing"}),
    "cosignatures of an older checkpoint": (foreign, {"cosignature-wrong", "quorum-missing"}),
    "cosignatures exchanged": (renamed, {"cosignature-wrong", "quorum-missing"}),
}


@pytest.mark.parametrize("how", CHECKPOINT)
def test_a_falsified_checkpoint_is_named(rich, how) -> None:
    make, expected = CHECKPOINT[how]
    verdict = rich.judged({**rich.files, "log/checkpoint": make(rich)}, witnessed=True)
    assert expected <= names(verdict)
    if "cosignature-wrong" in expected:
        where = {failure.where for failure in verdict.failures if failure.name == "cosignature-wrong"}
        assert where <= {"witness W1", "witness W2"}


def test_what_is_no_falsification_passes(rich) -> None:
    # given the same signatures in another order, one of them twice, and one by a witness that nobody named
    other = type(WITNESSES[0])("witness.example/khac", b"\7" * 32)
    for change in (lambda found: found[::-1], lambda found: [*found, found[1]]):
        files = {**rich.files, "log/checkpoint": resigned(change)(rich)}
        assert rich.judged(files, witnessed=True).ok
    files = {**rich.files, "log/checkpoint": cosigned(rich.files["log/checkpoint"], other)}
    assert rich.judged(files, witnessed=True).ok
    # and a checkpoint that was kept with its cosignatures is as good as one without
    assert rich.judged(rich.files, earlier=rich.older["log/checkpoint"].decode(), witnessed=True).ok


def test_another_quorum_needs_other_witnesses(rich) -> None:
    # given a checkpoint that one of two witnesses cosigned
    files = {**rich.files, "log/checkpoint": resigned(lambda found: found[:2])(rich)}
    one, two = (key.verifier for key in WITNESSES)
    heads = f"log {rich.log.vkey}\nwitness A {one}\nwitness B {two}\n"
    for tail, failures in (
        ("group any any A B\nquorum any\n", set()),
        ("quorum A\n", set()),
        ("quorum none\n", set()),
        ("quorum B\n", {"quorum-missing"}),
        ("group all all A B\nquorum all\n", {"quorum-missing"}),
    ):
        own = Rich(files, rich.log, parse_policy(heads + tail))
        verdict = own.judged(files, witnessed=True)
        assert names(verdict) == failures, tail
        assert [one.name for one in verdict.witnesses.cosigned] == ["A"]
        assert verdict.witnesses.missing == ("B",)


def test_a_policy_that_demands_nothing_says_so(rich) -> None:
    own = Rich(rich.files, rich.log, parse_policy(f"log {rich.log.vkey}\nquorum none\n"))
    verdict = own.judged(rich.files, witnessed=True)
    assert verdict.ok
    assert [text for text in verdict.notices if "nothing excludes a split view" in text]


def test_a_policy_of_another_log_is_named(rich) -> None:
    key = str(WITNESSES[0].verifier)
    other = rich.log.from_seed("other.example.org/log", b"\5" * 32)
    own = Rich(rich.files, rich.log, parse_policy(f"log {other.vkey}\nwitness A {key}\nquorum A\n"))
    assert "log-not-in-policy" in names(own.judged(rich.files, witnessed=True))


def test_old_and_future_cosignatures_are_asked_about(rich) -> None:
    def notices(now: int) -> list[str]:
        verdict = rich.judged(rich.files, witnessed=True, now=now)
        assert verdict.ok
        return [text for text in verdict.notices if "cosignature" in text]

    assert notices(NOW) == notices(NOW + 6 * 86400) == notices(NOW - 60) == []
    assert [text for text in notices(NOW + 9 * 86400) if "W1 is 9 days old" in text]
    assert len(notices(NOW + 9 * 86400)) == 2
    assert [text for text in notices(NOW - 2 * 86400) if "W2 dates its cosignature in the future" in text]


# --- publications, signed anew ---


def republished(rich: Rich, change: Callable[[dict[str, Any]], None], name: str = PLAIN) -> Files:
    """Another document, its digest in the finding's leaf and in the report's, all signed anew."""
    file = json.loads(rich.files[f"results/{name}/findings.json"])
    change(file["publication"])
    sha256 = hashlib.sha256(dump_canonical(file["publication"])).hexdigest()

    def rewrite(leaves: tampering.Numbered) -> tampering.Numbered:
        return [(place, _with_digest(data, name, sha256)) for place, data in leaves]

    leaf = _with_digest(file["leaf"].encode(), name, sha256)
    made = Rich({**rich.files, f"results/{name}/findings.json": dump_canonical({**file, "leaf": leaf.decode()})},
                rich.log, rich.policy)  # fmt: skip
    return lied(made, rewrite)


def _with_digest(data: bytes, name: str, sha256: str) -> bytes:
    leaf = json.loads(data)
    if leaf["type"] in {"finding", "report"} and leaf.get("consultation") == name and "list" not in leaf:
        leaf["publication_sha256"] = sha256
    return dump_canonical(leaf)


def _lower(document: dict[str, Any]) -> None:
    document["rule"]["k_paraphrase"] -= 5


def _without_row(document: dict[str, Any]) -> None:
    document["rows"]["categories"].pop()


def _larger(document: dict[str, Any]) -> None:
    document["rows"]["categories"][0]["band"] = "30-49"


def _other_row(document: dict[str, Any]) -> None:
    document["rows"]["categories"][0]["code"] = "C0"


def _limits(**changed: int) -> Callable[[dict[str, Any]], None]:
    """A publication of version 2, which spells these limits out."""

    def apply(document: dict[str, Any]) -> None:
        document["v"] = 2
        document["rule"] |= {"unit_margin": 3, "themes_only_under": 20} | changed

    return apply


PUBLISHED = {
    "threshold lowered": (_lower, {"published-rule-not-of-settings"}),
    "threshold under the least": (lambda d: d["rule"].update(k=4), {"publication-malformed"}),
    "another limit than the frozen one": (_limits(themes_only_under=21), {"published-rule-not-of-settings"}),
    "limit under its floor": (_limits(unit_margin=2), {"publication-malformed"}),
    "usual limits spelt out": (_limits(), {"publication-malformed"}),
    "row enlarged": (_larger, {"published-rows-not-of-counts"}),
    "row dropped": (_without_row, {"published-rows-not-of-counts"}),
    "row of another category": (_other_row, {"published-rows-not-of-counts"}),
    "title changed": (lambda d: d["title"].update(vi="Khác"), {"published-title-not-of-settings"}),
    "period moved": (lambda d: d["period"].update(closes="2027-01-31"), {"publication-of-other-period"}),
    "taxonomy exchanged": (
        lambda d: d["taxonomy"].update(sha256="00" * 32),
        {"publication-of-other-taxonomy", "published-rows-not-of-counts"},
    ),
}


@pytest.mark.parametrize("how", PUBLISHED)
def test_a_publication_that_was_signed_anew_is_named(rich, how) -> None:
    change, expected = PUBLISHED[how]
    files = republished(rich, change)
    # The table of this consultation names the publication that it stood beside.
    assert names(rich.judged(files)) == expected | {"table-of-other-findings"}
    assert "log-forked" in names(rich.judged(files, earlier=rich.kept))


def test_the_publication_that_the_tests_sign_anew_passes_when_nothing_changed(rich) -> None:
    assert names(rich.judged(republished(rich, lambda _document: None))) == set()
    assert names(rich.judged(republished(rich, lambda _document: None, WITH_BALLOTS))) == set()


def _proof(change: Callable[[list[str]], list[str]]) -> Callable[[dict[str, Any]], None]:
    def apply(file: dict[str, Any]) -> None:
        head, blank, note = file["proof"].partition("\n\n")
        file["proof"] = "\n".join(change(head.split("\n"))) + blank + note

    return apply


def one_leaf_less(checkpoint: str) -> str:
    """The checkpoint with a size that is not the log's."""
    origin, size, rest = checkpoint.split("\n", 2)
    return f"{origin}\n{int(size) - 1}\n{rest}"



FILE = {
    "proof of another index": (_proof(lambda found: [found[0], "index 7", *found[2:]]), "publication-inclusion-error"),
    "proof hash flipped": (_proof(lambda found: [*found[:-1], "A" * 43 + "="]), "publication-inclusion-error"),
    "proof hash dropped": (_proof(lambda found: found[:-1]), "publication-inclusion-error"),
    "proof hash added": (_proof(lambda found: [*found, found[-1]]), "publication-inclusion-error"),
    "proof hashes reordered": (
        _proof(lambda found: [*found[:2], found[3], found[2], *found[4:]]),
        "publication-inclusion-error",
    ),
    "proof truncated": (lambda file: file.update(proof=file["proof"][:-9]), "publication-malformed-proof"),
    "checkpoint exchanged": (
        lambda file: file.update(checkpoint=one_leaf_less(file["checkpoint"])),
        "publication-checkpoint-differs",
    ),
    "leaf exchanged": (
        lambda file: file.update(leaf=file["leaf"].replace("thu-2026", "thu-2027")), "publication-malformed"
    ),
    "key added": (lambda file: file.update(note="x"), "publication-malformed"),
    "key dropped": (lambda file: file.pop("proof"), "publication-malformed"),
    "version raised": (lambda file: file.update(v=2), "publication-malformed"),
}  # fmt: skip


@pytest.mark.parametrize("how", FILE)
def test_a_publications_file_that_was_changed_is_named(rich, how) -> None:
    change, name = FILE[how]
    file = json.loads(rich.files[FINDINGS])
    change(file)
    assert name in names(rich.judged({**rich.files, FINDINGS: dump_canonical(file)}, witnessed=True))


def test_a_false_cosignature_in_a_publication_is_named(rich) -> None:
    file = json.loads(rich.files[FINDINGS])
    note = parse_note(file["checkpoint"])
    witness = parse_note(rich.older["log/checkpoint"]).signatures[1]  # of another checkpoint
    false = str(type(note)(note.text, (note.signatures[0], witness)))
    file.update(checkpoint=false, proof=file["proof"].replace(file["checkpoint"], false))
    found = names(rich.judged({**rich.files, FINDINGS: dump_canonical(file)}, witnessed=True))
    assert found == {"publication-cosignature-wrong"}


# --- openings ---


def opening(change: Callable[[dict[str, Any]], Any], name: str = PLAIN) -> Callable[[Rich], bytes]:
    def make(rich: Rich) -> bytes:
        document = json.loads(rich.files["openings.json"])
        change(document["consultations"][name])
        return dump_canonical(document)

    return make


def whole(change: Callable[[dict[str, Any]], Any]) -> Callable[[Rich], bytes]:
    def make(rich: Rich) -> bytes:
        document = json.loads(rich.files["openings.json"])
        change(document)
        return dump_canonical(document)

    return make


def _swap(found: list[Any], key: str) -> None:
    found[0][key], found[1][key] = found[1][key], found[0][key]


def _indented(rich: Rich) -> bytes:
    return json.dumps(json.loads(rich.files["openings.json"]), indent=1).encode()


S = "settings-not-as-logged"
OPENINGS: dict[str, tuple[Callable[[Rich], bytes], set[str]]] = {
    "coding changed": (
        opening(lambda o: o["codings"][3]["coding"].update(categories=["C2"])), {"coding-commitment-does-not-open"}
    ),
    "paraphrase changed": (
        opening(lambda o: o["codings"][3]["coding"].update(paraphrase="<p>Khác.</p>")),
        {"coding-commitment-does-not-open"},
    ),
    "coding dropped": (opening(lambda o: o["codings"].pop()), {"coding-opening-missing"}),
    "coding added": (
        opening(lambda o: o["codings"].append({**o["codings"][0], "submission": 99})),
        {"coding-opening-surplus", "coding-commitment-does-not-open"},
    ),
    "coding twice": (
        opening(lambda o: o["codings"].insert(0, o["codings"][0])),
        {"coding-opening-surplus", "coding-opening-out-of-order"},
    ),
    "codings reordered": (opening(lambda o: o["codings"].reverse()), {"coding-opening-out-of-order"}),
    "codings swapped": (opening(lambda o: _swap(o["codings"], "coding")), {"coding-commitment-does-not-open"}),
    "salts swapped": (opening(lambda o: _swap(o["codings"], "salt")), {"coding-commitment-does-not-open"}),
    "salt shortened": (opening(lambda o: o["codings"][0].update(salt="00")), {"openings-malformed"}),
    "counts changed": (
        opening(lambda o: o["counts"]["categories"].update(C1=1)),
        {"counts-not-of-codings", "counts-commitment-does-not-open"},
    ),
    "a count dropped": (opening(lambda o: o["counts"].pop("units")), {"counts-commitment-does-not-open"}),
    "counts' salt flipped": (opening(lambda o: o.update(counts_salt="00" * 32)), {"counts-commitment-does-not-open"}),
    "taxonomy changed": (
        opening(lambda o: o.update(taxonomy=o["taxonomy"].replace("Nhi", "Ngi", 1))), {"taxonomy-not-as-logged"}
    ),
    "taxonomy truncated": (opening(lambda o: o.update(taxonomy=o["taxonomy"][:-1])), {"openings-malformed"}),
    "headcount changed": (opening(lambda o: o["settings"]["units"][0].update(headcount=99)), {S}),
    "threshold changed": (opening(lambda o: o["settings"].update(k=4)), {S, "published-rule-not-of-settings"}),
    "title changed": (opening(lambda o: o["settings"].update(title="Khác")), {S, "published-title-not-of-settings"}),
    "notice changed": (opening(lambda o: o["settings"].update(notice="Khác")), {S}),
    "days changed": (opening(lambda o: o["settings"].update(closes="2027-01-01")), {S, "settings-not-of-opening"}),
    "terms of ballots changed": (
        opening(lambda o: o["settings"]["ballots"].update(each=9), WITH_BALLOTS), {S, "settings-not-of-opening"}
    ),
    "report changed": (opening(lambda o: o.update(report=o["report"] + " ")), {"report-not-as-logged"}),
    "report withheld": (opening(lambda o: o.update(report=None)), {"report-opening-missing"}),
    "report added": (opening(lambda o: o.update(report="{}"), WITH_BALLOTS), {"report-not-logged"}),
    "answer changed": (
        opening(lambda o: o["answers"][0].update(text="<p>Sẽ xem xét.</p>")), {"answer-commitment-does-not-open"}
    ),
    "answer's state changed": (
        opening(lambda o: o["answers"][0].update(state="done")), {"answer-commitment-does-not-open"}
    ),
    "answers swapped": (opening(lambda o: _swap(o["answers"], "text")), {"answer-commitment-does-not-open"}),
    "answer's promised day changed": (
        opening(lambda o: o["answers"][0].update(due="2027-12-31")), {"answer-commitment-does-not-open"}
    ),
    "answer's day dropped": (
        opening(lambda o: [o["answers"][0].pop(name) for name in ("day", "due")]), {"answer-commitment-does-not-open"}
    ),
    "newest answer withheld": (opening(lambda o: o["answers"].pop()), {"answer-opening-missing"}),
    "answers in another order": (opening(lambda o: o["answers"].reverse()), {"answer-opening-twice"}),
    "answer twice": (opening(lambda o: o["answers"].append(o["answers"][-1])), {"answer-opening-twice"}),
    "answer added": (
        opening(lambda o: o["answers"].append({**o["answers"][0], "concern": 99})), {"answer-not-logged"}
    ),
    "a consultation dropped": (whole(lambda d: d["consultations"].pop(PLAIN)), {"opening-missing"}),
    "a consultation added": (
        whole(lambda d: d["consultations"].update(khac=d["consultations"][PLAIN])), {"opening-of-no-publication"}
    ),
    "consultations swapped": (
        whole(lambda d: d.update(consultations=dict(zip(d["consultations"], [*d["consultations"].values()][::-1],
                                                        strict=True)))),
        {"coding-commitment-does-not-open", S, "counts-commitment-does-not-open"},
    ),
    "an older version": (whole(lambda d: d.update(v=1)), {"openings-malformed"}),
    "a newer version": (whole(lambda d: d.update(v=3)), {"openings-malformed"}),
    "a key added": (opening(lambda o: o.update(note="x")), {"openings-malformed"}),
    "another spelling": (_indented, {"openings-malformed"}),
}  # fmt: skip


@pytest.mark.parametrize("how", OPENINGS)
def test_openings_that_were_changed_are_named(rich, how) -> None:
    make, expected = OPENINGS[how]
    assert expected <= names(rich.judged({**rich.files, "openings.json": make(rich)}))


def test_counts_that_were_committed_to_anew_do_not_follow_from_the_codings(rich) -> None:
    # given counts that suit the office, with a commitment in the log that opens to them
    document = json.loads(rich.files["openings.json"])
    mine = document["consultations"][PLAIN]
    mine["counts"]["categories"]["C9"] = 9
    anew = commit(bytes.fromhex(mine["counts_salt"]), {"consultation": PLAIN, "counts": mine["counts"]}).hex()
    file = json.loads(rich.files[FINDINGS])
    place = next(at for at in places_of(rich.entries, ("finding", 1)) if rich.entries[at].decode() == file["leaf"])
    leaf = dump_canonical({**json.loads(file["leaf"]), "counts_commitment": anew})
    files = {
        **rich.files, "openings.json": dump_canonical(document),
        FINDINGS: dump_canonical({**file, "leaf": leaf.decode()}),
    }  # fmt: skip
    made = lied(Rich(files, rich.log, rich.policy), lambda ls: [*ls[:place], (place, leaf), *ls[place + 1 :]])
    assert names(rich.judged(made)) == {"counts-not-of-codings"}


def test_openings_of_the_first_version_are_read_and_said_to_hold_less(rich) -> None:
    document = json.loads(rich.files["openings.json"])
    # a consultation of two readers came after the first version, which has no place for it
    of_one = {name: one for name, one in document["consultations"].items() if "slot" not in one["codings"][0]}
    older = {name: {k: v for k, v in one.items() if k not in {"report", "answers"}} for name, one in of_one.items()}
    verdict = rich.judged({**rich.files, "openings.json": dump_canonical({"v": 1, "consultations": older})})
    (missing,) = document["consultations"].keys() - of_one.keys()
    assert [(failure.name, failure.where) for failure in verdict.failures] == [("opening-missing", missing)]
    assert [text for text in verdict.skipped if text.startswith("reports and answers")]
