"""Redactions on the server: two rights, every revision kept and committed to, and paraphrases that are withdrawn."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785
from sqlalchemy import select

from portal.accounts import rights
from portal.accounts import service as accounts
from portal.audit.invariants import Invariants
from portal.crypto import rowkey
from portal.crypto.commitment import commit
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger.log import read_leaf
from portal.ledger.models import LogLeaf
from portal.moderation import queue, readable, redaction
from portal.moderation.models import Coding
from tests.moderation.two import Pair
from tests.rounds import moderator

SEALED = b"\x07" * rowkey.sealed_size(redaction.SIZE)
SECRET = "bồ câu trắng"


def grant(pair: Pair, name: str, *names: str) -> None:
    """Give that moderator exactly those rights."""
    rights.set_rights(pair.session, moderator(pair.session, name), names)


def redact(pair: Pair, name: str, index: int, kind: str = redaction.MASK, *, seen: int = 0, sealed: bytes = SEALED):
    """That moderator's redaction."""
    place = {"index": index, "kind": kind, "seen": seen, "sealed": sealed, "day": pair.clock.today()}
    return redaction.redact(pair.session, pair.log, moderator(pair.session, name), pair.row, **place)


def withdraw(pair: Pair, name: str, index: int, slot: int, *, seen: int):
    """That moderator withdraws a paraphrase; the copy without it is sealed as the desk does."""
    account, day = moderator(pair.session, name), pair.clock.today()
    raw = {**pair.opened(name, index)[slot], "paraphrase": ""}
    aad = rowkey.coding_aad(slot, seen + 1)
    shared = rowkey.seal_row(pair.row_key(name, index), rfc8785.dumps(raw), rowkey.CODING_SIZE, aad)
    place = {"index": index, "slot": slot, "seen": seen, "shared": shared, "day": day}
    return redaction.withdraw(pair.session, pair.log, pair.atrest, account, pair.row, **place)


def served(pair: Pair, name: str, index: int):
    """The redactions of that comment as that moderator's queue has them."""
    account, kid = moderator(pair.session, name), pair.kid(name)
    found = queue.page(pair.session, account, pair.row, kid=kid, after=index - 1, limit=1)
    return found[0].redactions


def violations(pair: Pair) -> list[str]:
    """What an auditor finds wrong with the log."""
    rules = Invariants()
    for place, data in pair.session.execute(select(LogLeaf.index, LogLeaf.data).order_by(LogLeaf.index)):
        rules.feed(place, data)
    return [one.name for one in rules.finish()]


@pytest.mark.parametrize(("kind", "right", "other"), [("mask", "mask", "remove"), ("removal", "remove", "mask")])
def test_each_kind_needs_its_own_right(pair: Pair, kind, right, other) -> None:
    (index,) = pair.send()
    with pytest.raises(Forbidden, match="right-missing"):
        redact(pair, "moderator", index, kind)
    grant(pair, "moderator", other)
    with pytest.raises(Forbidden, match="right-missing"):
        redact(pair, "moderator", index, kind)
    grant(pair, "moderator", right)
    assert redact(pair, "moderator", index, kind).revision == 1


def test_a_right_goes_with_the_role(pair: Pair) -> None:
    session = pair.session
    admin = next(account for account in accounts.list_accounts(session) if "admin" in accounts.role_names(account))
    with pytest.raises(Conflict, match="right-of-moderators"):
        rights.set_rights(session, admin, ["mask"])
    with pytest.raises(Invalid, match="right-unknown"):
        rights.set_rights(session, moderator(session), ["read"])
    grant(pair, "moderator", "mask", "remove")
    grant(pair, "moderator", "mask")
    assert rights.rights_of(session, moderator(session)) == {"mask"}


def test_every_revision_is_kept_and_its_leaf_opens(pair: Pair) -> None:
    # Given two revisions of a mask, by two moderators, and a removal
    (index,) = pair.send()
    grant(pair, "moderator", "mask", "remove")
    grant(pair, "moderator2", "mask")
    redact(pair, "moderator", index)
    redact(pair, "moderator2", index, seen=1, sealed=SEALED[:-1] + b"\x08")
    redact(pair, "moderator", index, redaction.REMOVAL)
    # When a moderator's queue is read
    found = served(pair, "moderator", index)
    # Then all three are there, and each is what its leaf committed to
    assert [(one.kind, one.revision, one.mine) for one in found] == [
        ("mask", 1, True),
        ("mask", 2, False),
        ("removal", 1, True),
    ]
    for one in found:
        leaf = json.loads(one.leaf)
        said = {"consultation": pair.row.id, "submission": index, "kind": one.kind, "revision": one.revision}
        said["sealed_sha256"] = hashlib.sha256(one.sealed).hexdigest()
        assert leaf["commitment"] == commit(one.salt, said).hex()
        assert set(leaf) == {"type", "v", "consultation", "submission", "kind", "revision", "commitment"}
    assert violations(pair) == []


def test_who_was_left_out_is_served_the_same_bytes(pair: Pair) -> None:
    (index,) = pair.send(left_out=["third"])
    grant(pair, "moderator", "mask")
    redact(pair, "moderator", index)
    reader, left_out = served(pair, "moderator2", index), served(pair, "third", index)
    assert reader == left_out != ()


def test_what_is_out_of_date_or_too_much_is_refused(pair: Pair) -> None:
    (index,) = pair.send()
    grant(pair, "moderator", "mask")
    redact(pair, "moderator", index)
    with pytest.raises(Conflict, match="redaction-changed"):
        redact(pair, "moderator", index, seen=0)
    with pytest.raises(Invalid, match="redaction-size"):
        redact(pair, "moderator", index, seen=1, sealed=SEALED[:-1])
    with pytest.raises(NotFound, match="comment-unknown"):
        redact(pair, "moderator", 0)
    for seen in range(1, redaction.REVISIONS_MOST):
        redact(pair, "moderator", index, seen=seen)
    with pytest.raises(Conflict, match="redaction-too-many"):
        redact(pair, "moderator", index, seen=redaction.REVISIONS_MOST)


def test_a_withdrawn_paraphrase_is_nowhere_before_publication(pair: Pair) -> None:
    # Given two codings that agree, the first with a paraphrase that ought not to stand, in its second revision
    (index,) = pair.send()
    pair.code("moderator", index, 1, "C1", paraphrase=f"<p>{SECRET}</p>")
    pair.code("moderator", index, 1, "C1", paraphrase=f"<p>{SECRET} nữa</p>")
    pair.code("moderator2", index, 2, "C1")
    grant(pair, "moderator2", "remove")
    # When the other reader withdraws it
    assert withdraw(pair, "moderator2", index, 1, seen=2) == 3
    # Then no coding, opening, sealed copy or old revision says it, and the first reader still holds the slot
    assert pair.decided()[index]["paraphrase"] == ""
    assert SECRET not in json.dumps(list(readable.openings(pair.session, pair.atrest, pair.row)), ensure_ascii=False)
    assert all(
        SECRET not in json.dumps(found, ensure_ascii=False) for found in pair.opened("moderator", index).values()
    )
    old = pair.session.scalars(select(Coding).where(Coding.submission_leaf == index, Coding.current.is_(False))).all()
    assert [(one.revision, one.shared, one.sealed) for one in old] == [(1, None, b""), (2, None, b"")]
    assert [one.mine for one in pair.seen("moderator", index)] == [True, False]
    assert violations(pair) == []
    with pytest.raises(Conflict, match="paraphrase-none"):
        withdraw(pair, "moderator2", index, 1, seen=3)


def test_nobody_withdraws_what_they_may_not_see(pair: Pair) -> None:
    (index,) = pair.send()
    pair.code("moderator", index, 1, "C1", paraphrase=f"<p>{SECRET}</p>")
    grant(pair, "moderator2", "remove")
    place = {"index": index, "slot": 1, "seen": 1, "shared": bytes(rowkey.sealed_size(rowkey.CODING_SIZE))}
    collaborators = (pair.session, pair.log, pair.atrest, moderator(pair.session, "moderator2"), pair.row)
    with pytest.raises(Forbidden, match="coding-withheld"):
        redaction.withdraw(*collaborators, **place, day=pair.clock.today())


def test_the_log_rules_name_what_no_honest_portal_writes(pair: Pair) -> None:
    (index,) = pair.send()
    grant(pair, "moderator", "mask")
    leaf = read_leaf(pair.session, redact(pair, "moderator", index).redaction_leaf)
    document = json.loads(leaf)
    cases = {
        "redaction-of-no-submission": {"submission": 0},
        "redaction-revision-out-of-order": {"revision": 3},
        "withdrawal-before-publication": {"kind": "paraphrase"},
        "withdrawal-of-no-coding": {"kind": "paraphrase"},
        "redaction-without-consultation": {"consultation": "khac-2026"},
    }
    leaves = pair.session.execute(select(LogLeaf.index, LogLeaf.data).order_by(LogLeaf.index)).all()
    for name, change in cases.items():
        rules = Invariants()
        for place, data in leaves:
            rules.feed(place, data)
        rules.feed(len(leaves), rfc8785.dumps({**document, **change}))
        assert name in {one.name for one in rules.finish()}, name
