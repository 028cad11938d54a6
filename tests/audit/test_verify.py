"""The offline verifier: the untouched export passes, and whatever is touched ends in a named failure."""

import json

import pytest

from portal.crypto.canonical import dump_canonical
from portal.ledger import events
from portal.ledger.log import Log
from portal.tlog.tiles import decode_bundle, encode_bundle
from tests.audit.support import entries_of, find, flip, judged, log_files, names, redone, relogged

CID = "thu-2026"
FINDINGS = f"results/{CID}/findings.json"


@pytest.fixture
def exported(case) -> dict[str, bytes]:
    """What an auditor is given; a copy."""
    return dict(case.files)


@pytest.fixture
def log(case) -> Log:
    """The log that signed it."""
    return case.log


@pytest.fixture
def check(exported, log):
    """The names of what fails in ``files`` (changed copies of the export), judged with the right key."""

    def run(changed: dict[str, bytes] | None = None, *, without: str = "", earlier: str | None = None) -> set[str]:
        files = {name: data for name, data in {**exported, **(changed or {})}.items() if name != without}
        return names(judged(files, log.vkey, earlier))

    return run


@pytest.fixture
def history(exported, log):
    """The names of what fails when the log holds another history, signed and proven with the real key."""

    def run(change) -> set[str]:
        return names(judged(relogged(exported, log, change), log.vkey))

    return run


# --- untouched ---


def test_the_untouched_export_passes_whole(exported, log, case) -> None:
    earlier = exported["log/checkpoint"].decode()
    verdict = judged(exported, log.vkey, earlier)
    assert verdict.failures == []
    assert verdict.ok
    assert verdict.skipped == []
    assert len(verdict.checked) == 7
    assert verdict.kinds == case.kinds
    assert verdict.ballots == []
    of_ballots = {"issuer-key", "roster", "card", "issuance", "issuance-close"}  # see test_ballots.py
    of_rich = {"erasure", "message", "reader", "reading", "redaction"}  # see rich.py
    assert set(verdict.kinds) == {kind for kind, _ in events.REGISTRY} - of_rich - of_ballots


def test_without_key_checkpoint_and_openings_it_says_what_it_did_not_check(exported) -> None:
    files = {name: data for name, data in exported.items() if name != "openings.json"}
    verdict = judged(files)
    assert verdict.ok
    assert len(verdict.skipped) == 3


def test_the_copy_made_by_the_test_itself_passes_too(history) -> None:
    # given the rebuilding that later tests rely on, with nothing changed
    assert history(lambda entries: entries) == set()


# --- one bit ---


def places(data: bytes, many: int = 9) -> list[int]:
    """Places spread over the bytes, both ends included."""
    return sorted({round(step * (len(data) - 1) / (many - 1)) for step in range(many)})


def test_one_flipped_bit_anywhere_in_any_file_is_a_named_failure(exported, log) -> None:
    # given every file of the export, the key that the auditor brought aside
    passed, tried = [], 0
    for name, data in exported.items():
        if name == "log/vkey":
            continue
        for place in places(data):
            verdict = judged({**exported, name: flip(data, place)}, log.vkey)
            tried += 1
            if verdict.ok:
                passed.append((name, place))
            assert all(failure.name for failure in verdict.failures)
    # then not one of them passes
    assert passed == []
    assert tried > 40


@pytest.mark.parametrize(
    "part", ["counts_salt", "salt", "coding", "counts", "taxonomy", "headcounts", "k", "submission"]
)
def test_an_opening_that_was_changed_does_not_open(exported, check, part) -> None:
    opened = json.loads(exported["openings.json"])
    mine = opened["consultations"][CID]
    coding = mine["codings"][0]
    if part == "counts_salt":
        mine["counts_salt"] = "00" * 32
    elif part == "salt":
        coding["salt"] = "00" * 32
    elif part == "coding":
        coding["coding"]["categories"] = ["C2"]
    elif part == "counts":
        mine["counts"]["categories"]["C9"] += 1
    elif part == "taxonomy":
        mine["taxonomy"] = mine["taxonomy"].replace('"version":1', '"version":2')
    elif part == "headcounts":
        mine["settings"]["units"][0]["headcount"] = 99
    elif part == "k":
        mine["settings"]["k"] = 6
    else:
        coding["submission"] += 1
    expected = {
        "counts_salt": {"counts-commitment-does-not-open"},
        "salt": {"coding-commitment-does-not-open"},
        "coding": {"coding-commitment-does-not-open", "counts-not-of-codings"},
        "counts": {"counts-commitment-does-not-open", "counts-not-of-codings"},
        "taxonomy": {"taxonomy-not-as-logged", "settings-not-of-opening", "published-rows-not-of-counts"},
        "headcounts": {"settings-not-as-logged", "counts-not-of-codings"},
        "k": {"settings-not-as-logged", "published-rule-not-of-settings"},
        "submission": {"coding-commitment-does-not-open", "coding-opening-out-of-order"},
    }[part]
    assert expected <= check({"openings.json": dump_canonical(opened)})


def test_a_row_that_the_counts_do_not_give_is_found(exported, check) -> None:
    file = json.loads(exported[FINDINGS])
    file["publication"]["rows"]["categories"][0]["band"] = "20-29"
    assert "publication-malformed" in check({FINDINGS: dump_canonical(file)})


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("log/checkpoint", "missing"),
        (FINDINGS, "publication-missing"),
        ("static/pages-submit.js", "asset-missing"),
        ("static/manifest.json", "missing"),
    ],
)
def test_a_file_that_is_gone_is_missed(check, name, failure) -> None:
    assert failure in check(without=name)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"null", b'{"v":1}', b"[" * 5000, b"x" * 100])
@pytest.mark.parametrize("name", ["log/checkpoint", FINDINGS, "openings.json", "static/manifest.json"])
def test_rubbish_ends_in_a_failure_and_not_in_a_surprise(check, name, content) -> None:
    assert check({name: content})


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"log.example.org/gop-y+00000000+AAAA\n"])
def test_a_broken_key_of_the_source_is_a_failure(exported, content) -> None:
    assert names(judged({**exported, "log/vkey": content})) == {"malformed-key"}


def test_openings_with_holes_are_malformed(exported, check) -> None:
    opened = json.loads(exported["openings.json"])
    for key in list(opened["consultations"][CID]):
        holed = {**opened["consultations"][CID]}
        del holed[key]
        data = dump_canonical({**opened, "consultations": {CID: holed}})
        assert check({"openings.json": data}) == {"openings-malformed"}, key
    assert check({"openings.json": dump_canonical({**opened, "consultations": {}})}) == {"opening-missing"}


def test_a_script_that_the_log_does_not_know_is_found(exported, check) -> None:
    manifest = json.loads(exported["static/manifest.json"])
    manifest["pages/other.js"] = {**manifest["pages/submit.js"]}
    assert check({"static/manifest.json": json.dumps(manifest).encode()}) == {
        "asset-not-logged",
        "asset-manifest-not-as-logged",
    }
    assert check({"static/pages-submit.js": b"steal();"}) == {"asset-not-as-logged"}


# --- the store changed, the checkpoint not ---


def changed_bundle(exported, change) -> dict[str, bytes]:
    (name,) = [name for name in exported if name.startswith("log/tile/entries/")]
    entries = entries_of(exported)
    return {name: encode_bundle(change(entries))}


def test_entries_that_were_dropped_added_or_moved_do_not_fit_their_tiles(exported, check) -> None:
    swap = find(entries_of(exported), "submission")

    def moved(entries):
        entries[swap], entries[swap + 1] = entries[swap + 1], entries[swap]
        return entries

    assert check(changed_bundle(exported, lambda entries: entries[:-1])) == {"malformed-bundle"}
    assert check(changed_bundle(exported, lambda entries: [*entries, entries[0]])) == {"malformed-bundle"}
    assert check(changed_bundle(exported, moved)) == {"tile-mismatch"}


def test_a_changed_entry_with_its_tile_does_not_fit_the_signed_root(exported, log, check) -> None:
    entries = entries_of(exported)
    entries[-1] = redone(entries[-1], document_sha256="00" * 32)
    forged = log_files(entries, log)
    del forged["log/checkpoint"]
    assert check(forged) == {"root-mismatch"}


def test_a_bundle_says_what_it_holds(exported) -> None:
    (name,) = [name for name in exported if name.startswith("log/tile/entries/")]
    entries = entries_of(exported)
    assert decode_bundle(exported[name], len(entries)) == entries


# --- another history, properly signed ---


def test_a_log_that_was_rolled_back_is_shorter_than_what_the_auditor_kept(exported, log) -> None:
    kept = exported["log/checkpoint"].decode()
    shorter = relogged(exported, log, lambda entries: entries[:-1])
    # the report that the auditor was given is not in the log any more, either
    assert names(judged(shorter, log.vkey, kept)) == {"log-rolled-back", "report-not-logged"}


def test_a_log_that_was_forked_does_not_continue_what_the_auditor_kept(exported, log) -> None:
    kept = exported["log/checkpoint"].decode()
    revoke = {"action": "revoke", "alg": "X-Wing"}

    def fork(entries):
        key = json.loads(entries[find(entries, "key")])
        asset = redone(entries[find(entries, "asset")], name="pages/older.js")
        more = events.encode("key", kid=key["kid"], public_key_sha256=key["public_key_sha256"], **revoke)
        return [asset, *entries[1:], more, entries[find(entries, "asset")]]

    assert "log-forked" in names(judged(relogged(exported, log, fork), log.vkey, kept))


def test_growth_is_no_failure(exported, log) -> None:
    kept = exported["log/checkpoint"].decode()
    place = next(index for index, data in enumerate(entries_of(exported)) if b'"type":"submission"' in data)
    grown = relogged(exported, log, lambda entries: [*entries, events.encode("erasure", leaf=place)])
    verdict = judged(grown, log.vkey, kept)
    assert verdict.ok
    assert "consistency with the earlier checkpoint" in verdict.checked


def test_another_key_is_refused(exported, log) -> None:
    other = Log.from_seed(log.origin, b"\1" * 32)
    refused = {"log-key-not-as-served", "unverified-note"}
    assert names(judged(exported, other.vkey)) == refused
    forged = log_files(entries_of(exported), other)
    assert names(judged({**exported, **forged}, log.vkey)) == refused
    elsewhere = Log.from_seed("other.example.org/log", b"\1" * 32)
    assert names(judged({**exported, **log_files(entries_of(exported), elsewhere)}, log.vkey)) == refused


def test_an_earlier_checkpoint_of_another_log_is_refused(exported, log) -> None:
    other = Log.from_seed(log.origin, b"\1" * 32)
    earlier = log_files(entries_of(exported), other)["log/checkpoint"].decode()
    assert names(judged(exported, log.vkey, earlier)) == {"unverified-note"}


def test_a_comment_dropped_from_history_leaves_its_coding_behind(history) -> None:
    # the last comment's coding points at a leaf that is no comment any more
    assert "coding-of-no-submission" in history(
        lambda entries: [data for place, data in enumerate(entries) if place != find(entries, "submission", 23)]
    )


def test_a_comment_added_to_history_changes_the_number_of_ballots(exported, log) -> None:
    def add(entries):
        place = find(entries, "consultation", 1)
        more = redone(entries[find(entries, "submission")], envelope_sha256="00" * 32)
        return [*entries[:place], more, *entries[place:]]

    # then the auditor sees it in the counts, and is told to ask
    verdict = judged(relogged(exported, log, add), log.vkey)
    assert "counts-not-of-codings" in names(verdict)
    assert verdict.notices


def test_a_proof_of_another_history_is_found(exported, log) -> None:
    # given a publication whose proof is of a log that the portal shows to nobody else
    aside = relogged(exported, log, lambda entries: [*entries, events.encode("erasure", leaf=1)])
    assert "publication-proof-of-another-log" in names(judged({**exported, FINDINGS: aside[FINDINGS]}, log.vkey))


def test_a_checkpoint_beside_the_proof_must_be_the_proofs(exported, check) -> None:
    file = json.loads(exported[FINDINGS])
    file["checkpoint"] = file["checkpoint"].replace("log.example.org", "log.example.com")
    assert check({FINDINGS: dump_canonical(file)}) == {"publication-checkpoint-differs"}


def test_a_proof_newer_than_the_checkpoint_is_of_the_same_log(exported, log) -> None:
    # given a log that grew between the reading of its checkpoint and of its publications
    grown = relogged(exported, log, lambda entries: [*entries, events.encode("erasure", leaf=0)])
    assert judged({**grown, **exported, FINDINGS: grown[FINDINGS]}, log.vkey).ok


LATER = {
    "submission after the close": ("submission", "submission-while-published", {"envelope_sha256": "01" * 32}),
    "the same envelope": ("submission", "envelope-twice", {}),
    "a second report": ("report", "report-revision-out-of-order", {}),
    "a correction that one person approved": ("report", "report-approved-by-one", {"revision": 2, "approvals": 1}),
    "a report of other findings": ("report", "report-of-other-finding", {"publication_sha256": "00" * 32}),
    "a second publication": ("finding", "finding-while-published", {}),
    "a coding after publishing": ("coding", "coding-while-published", {"revision": 2}),
    "a key that was never added": ("key", "key-revoked-unadded", {
        "action": "revoke", "kid": "00" * 16, "public_key_sha256": "00" * 32,
    }),
    "a key id of another key": ("key", "key-id-not-of-key", {"kid": "00" * 16}),
    "a key twice": ("key", "key-added-twice", {}),
    "an opening twice": ("consultation", "consultation-opened-twice", {}),
    "a close twice": ("consultation", "consultation-closed-unopened", {"action": "close"}),
    "an opening with a strange key": ("consultation", "consultation-key-not-in-log", {
        "consultation": "khac", "keys": ["00" * 16],
    }),
    "an answer to nothing": ("action", "action-without-consultation", {"consultation": "khac"}),
    "a comment to nothing": ("submission", "submission-without-consultation", {"consultation": "khac"}),
}  # fmt: skip


@pytest.mark.parametrize("how", LATER)
def test_what_must_not_follow_is_named(history, how) -> None:
    kind, failure, values = LATER[how]
    found = history(lambda entries: [*entries, redone(entries[find(entries, kind)], **values)])
    assert failure in found


def test_leaves_that_are_no_leaves_are_named(history) -> None:
    assert history(lambda entries: [*entries, b'{"type":"note","v":1}']) == {"leaf-malformed"}
    assert history(lambda entries: [*entries, events.encode("erasure", leaf=9999)]) == {"erasure-of-no-leaf"}


@pytest.mark.parametrize(
    ("kind", "values", "failure"),
    [
        ("coding", {"revision": 3}, "coding-revision-out-of-order"),
        ("coding", {"commitment": "00" * 32}, "coding-commitment-does-not-open"),
        ("coding", {"submission": 0}, "coding-of-no-submission"),
        ("finding", {"counts_commitment": "00" * 32}, "publication-leaf-not-as-logged"),
        ("finding", {"publication_sha256": "00" * 32}, "publication-not-as-logged"),
        ("finding", {"checkpoint_size": 99999}, "finding-from-the-future"),
        ("consultation", {"taxonomy_sha256": "00" * 32}, "publication-of-other-taxonomy"),
        ("consultation", {"closes": "2099-01-01"}, "publication-of-other-period"),
        ("asset", {"sha256": "00" * 32}, "asset-not-as-logged"),
        ("asset", {"size": 1}, "asset-not-as-logged"),
    ],
)
def test_a_leaf_that_was_rewritten_is_named(history, kind, values, failure) -> None:
    def rewrite(entries):
        place = find(entries, kind)
        return [*entries[:place], redone(entries[place], **values), *entries[place + 1 :]]

    assert failure in history(rewrite)


def test_settings_that_change_between_opening_and_closing_are_named(history) -> None:
    def rewrite(entries):
        place = find(entries, "consultation", 1)
        return [*entries[:place], redone(entries[place], settings_sha256="00" * 32), *entries[place + 1 :]]

    assert "consultation-settings-changed" in history(rewrite)
