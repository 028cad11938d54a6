"""Two independent codings of a comment, what each reader sees of the other's, and the decision between them."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import IntegrityError

from portal.consultations import service as consultations
from portal.crypto.commitment import commit
from portal.crypto.errors import CannotOpen
from portal.errors import Conflict, PortalError
from portal.findings import service as findings
from portal.ledger import log as ledger
from portal.moderation import queue, readable, service
from portal.moderation.models import Coding
from portal.moderation.readings import declare_done
from tests.moderation.two import NAMES, Pair
from tests.rounds import moderator


def refused(pair: Pair, *coding: object, **more: object) -> str:
    """The code with which that coding is refused; nothing of it may be kept."""
    size = ledger.size(pair.session)
    with pytest.raises(PortalError) as caught:
        pair.code(*coding, **more)
    assert ledger.size(pair.session) == size
    return caught.value.code


def test_the_second_reader_gets_the_first_coding_only_with_their_own(pair) -> None:
    # given a comment that one reader has coded
    (index,) = pair.send()
    pair.code("moderator", index, 1, "C1")
    # then the others are told that there is one, and nothing of it
    for name in ("moderator2", "third"):
        assert pair.seen(name, index) == (queue.SharedCoding(1, 1, False, None),)
    assert pair.opened("moderator", index) == {1: {"categories": ["C1"]}}
    # when the second has coded, then both see both
    pair.code("moderator2", index, 2, "C2")
    both = {1: {"categories": ["C1"]}, 2: {"categories": ["C2"]}}
    assert [pair.opened(name, index) for name in NAMES] == [both] * 3


def test_whom_a_submitter_left_out_is_served_as_much_and_opens_nothing(pair) -> None:
    (index,) = pair.send(left_out=["third"])
    pair.code("moderator", index, 1, "C1")
    pair.code("moderator2", index, 2, "C2")
    served = pair.seen("third", index)
    assert [len(one.shared) for one in served] == [service.SHARED_SIZE] * 2
    assert [one.shared for one in served] == [one.shared for one in pair.seen("moderator", index)]
    with pytest.raises(CannotOpen):
        pair.opened("third", index)


def test_each_holds_one_slot_and_nobody_anothers(pair) -> None:
    (index,) = pair.send()
    assert refused(pair, "moderator2", index, 2, "C1") == "coding-slot-taken"
    pair.code("moderator", index, 1, "C1")
    assert refused(pair, "moderator2", index, 1, "C2") == "coding-slot-taken"
    assert refused(pair, "moderator", index, 2, "C1") == "coding-own-twice"
    pair.code("moderator2", index, 2, "C2")
    assert refused(pair, "third", index, 2, "C1") == "coding-slot-taken"
    assert refused(pair, "moderator", index, 4, "C1") == "coding-slot-unknown"


def test_the_schema_stores_no_second_slot_of_one_person(pair) -> None:
    # given a comment with a coding
    (index,) = pair.send()
    kept = pair.code("moderator", index, 1, "C1")
    copied = {name: getattr(kept, name) for name in ("consultation_id", "submission_leaf", "coder_id", "sealed")}
    # when a program writes another one of the same person past the service
    more = {"slot": 2, "revision": 1, "current": True, "commitment": bytes(32), "coding_leaf": 0}
    pair.session.add(Coding(**copied, **more))
    # then the database refuses it
    with pytest.raises(IntegrityError):
        pair.session.flush()
    pair.session.rollback()


def test_only_somebody_else_decides_and_only_where_two_differ(pair) -> None:
    (index,) = pair.send()
    reason = {"reason": "<p>Không ai chủ trì.</p>"}
    assert refused(pair, "third", index, 3, "C1", **reason) == "decision-too-early"
    pair.code("moderator", index, 1, "C1")
    assert refused(pair, "third", index, 3, "C1", **reason) == "decision-too-early"
    pair.code("moderator2", index, 2, "C1")
    assert refused(pair, "third", index, 3, "C1", **reason) == "decision-not-needed"
    pair.code("moderator2", index, 2, "C2")
    for reader in ("moderator", "moderator2"):
        assert refused(pair, reader, index, 3, "C1", **reason) == "decision-by-reader"
    for empty in ({}, {"reason": ""}, {"reason": "<p> <br></p>"}):
        assert refused(pair, "third", index, 3, "C1", **empty) == "decision-reason-missing"
    assert refused(pair, "third", index, 3, "C1", reason="x" * 501) == "decision-reason-long"
    kept = pair.code("third", index, 3, "C2", reason='<p onclick="x()">Rõ <b>là</b> đùn đẩy.</p>')
    # then the decision says why, cleaned, and ends the two codings
    assert readable.document_of(pair.atrest, kept)["reason"] == "<p>Rõ là đùn đẩy.</p>"
    assert pair.decided()[index]["categories"] == ["C2"]
    assert "reason" not in pair.decided()[index]
    for slot, name in ((1, "moderator"), (2, "moderator2")):
        assert refused(pair, name, index, slot, "C9") == "coding-decided"
    # and whoever decided may decide anew
    pair.code("third", index, 3, "C9", **reason)
    assert pair.decided()[index]["categories"] == ["C9"]


def test_a_reader_writes_no_reason_into_a_coding_of_their_own(pair) -> None:
    (index,) = pair.send()
    assert refused(pair, "moderator", index, 1, "C1", reason="<p>Vì.</p>") == "coding-malformed"


def test_two_come_to_agree_by_changing_their_own(pair) -> None:
    (index,) = pair.send()
    pair.code("moderator", index, 1, "C1", severity=1, paraphrase="<p>Chậm.</p>")
    pair.code("moderator2", index, 2, "C2", severity=3, remedies=["R2"])
    assert not service.state(pair.session, pair.row).complete
    pair.code("moderator2", index, 2, "C1", severity=3, remedies=["R2"])
    # then what they agree on counts, with the graver severity and both remedies
    assert service.state(pair.session, pair.row) == service.QueueState(1, 1, 1, 1)
    found = pair.decided()[index]
    assert (found["categories"], found["severity"], found["remedies"]) == (["C1"], 3, ["R2"])
    assert found["paraphrase"] == "<p>Chậm.</p>"
    # and when one changes their mind again, it is open again
    pair.code("moderator", index, 1, "C1", "C2")
    assert service.state(pair.session, pair.row).settled == 0


def test_progress_counts_what_the_log_shows_and_what_it_does_not(pair) -> None:
    one, two, three, _ = pair.send(4)
    for index in (one, two, three):
        pair.code("moderator", index, 1, "C1")
    pair.code("moderator2", one, 2, "C1")
    pair.code("third", two, 2, "C2")
    assert service.state(pair.session, pair.row) == service.QueueState(total=4, coded=3, read=2, settled=1)
    assert service.state(pair.session, pair.row).percent == 50


def test_commitments_open_with_slot_and_a_tag_of_the_coder(pair) -> None:
    one, two = pair.send(2)
    kept = [pair.code(name, index, slot, "C1") for index in (one, two) for slot, name in ((1, NAMES[0]), (2, NAMES[1]))]
    kept.append(pair.code(NAMES[0], one, 1, "C2"))
    documents = [json.loads(pair.atrest.open("coding", row.sealed)) for row in kept]
    for row, document in zip(kept, documents, strict=True):
        leaf = json.loads(ledger.read_leaf(pair.session, row.coding_leaf))
        assert (leaf["v"], leaf["slot"], leaf["revision"]) == (2, row.slot, row.revision)
        salt = bytes.fromhex(document.pop("salt"))
        assert leaf["commitment"] == commit(salt, document).hex()
        assert set(document) == {"coder", "coding", "consultation", "slot", "submission"}
    # then one person's revisions of one comment carry one tag, and nothing else does
    tags = [document["coder"] for document in documents]
    assert tags[4] == tags[0]
    assert len(set(tags[:4])) == 4


def test_a_reader_finds_their_own_revisions_and_nobody_elses(pair) -> None:
    (index,) = pair.send()
    for categories in (["C1"], ["C1", "C2"]):
        pair.code("moderator", index, 1, *categories)
    pair.code("moderator2", index, 2, "C9")

    def found(name: str) -> list[tuple[int, int, bool]]:
        revisions = queue.history(pair.session, moderator(pair.session, name), pair.row, index)
        assert {one.day for one in revisions} <= {pair.clock.today()}
        return [(one.slot, one.revision, len(one.shared) == service.SHARED_SIZE) for one in revisions]

    assert found("moderator") == [(1, 1, True), (1, 2, True)]
    assert found("moderator2") == [(2, 1, True)]
    assert found("third") == []


def test_what_was_never_settled_counts_as_far_as_both_say_it(pair) -> None:
    # given a comment on which two differ, and one that only one of three could read
    (index,), (alone,) = pair.send(left_out=["third"]), pair.send(left_out=["third", "moderator2"])
    pair.code("moderator", index, 1, "C1", "C2", unit="P1", paraphrase="<p>Một.</p>")
    pair.code("moderator2", index, 2, "C2", "D1", unit="P1", paraphrase="<p>Hai.</p>")
    pair.code("moderator", alone, 1, "C1")
    consultations.close_consultation(pair.session, pair.log, pair.row)
    # when not every reader has said that nothing is left, then nothing is published
    for name in NAMES:
        with pytest.raises(Conflict, match="codings-incomplete"):
            findings.publish(pair.session, pair.log, pair.atrest, pair.row)
        declare_done(pair.session, pair.log, moderator(pair.session, name), pair.row)
    # then what both named counts, and what one could read is not lost
    assert pair.decided()[index] | {"severity": None} == {
        "v": 1, "categories": ["C2"], "severity": None, "level": None, "unit": "P1", "remedies": [], "flags": [],
        "paraphrase": "",
    }  # fmt: skip
    findings.publish(pair.session, pair.log, pair.atrest, pair.row)
    counts = findings.opening_of(pair.atrest, findings.get(pair.session, pair.row.id))["counts"]
    named = {code: count for code, count in counts["categories"].items() if count}
    assert (counts["ballots"], named, counts["units"]["P1"]) == (2, {"C1": 1, "C2": 1}, 1)
