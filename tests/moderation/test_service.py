"""The queue and the codings: paging, revisions, and a commitment that opens again."""

import hashlib
import json

import pytest
from sqlalchemy import event, func, select

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.crypto.commitment import commit
from portal.errors import Conflict, Forbidden, Invalid, NotFound, PortalError
from portal.ledger import log as ledger
from portal.moderation import queue, readable, service
from portal.moderation.models import Coding, Progress
from portal.submissions.sequencing import sequence_groups
from tests.postgres import sqlite_only
from tests.rounds import moderator, places, send

GOOD = {"categories": ["C1"], "paraphrase": "<p>Có lúc còn chậm.</p>"}


@pytest.fixture
def row(office, session, log, clock):
    """A consultation with seven comments in the log and one that waits."""
    for _ in range(7):
        send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    send(session, log, clock, office)
    return consultations.get(session, office.consultation)


@pytest.fixture
def page(session, row):
    def run(name: str = "moderator", **where) -> list[queue.QueueItem]:
        account = moderator(session, name)
        kid = service.require_reader(session, account, row)
        return queue.page(session, account, row, kid=kid, **{"after": -1, "limit": 50, **where})

    return run


@pytest.fixture
def code(session, log, atrest, row):
    def run(index: int, raw=GOOD, name: str = "moderator", **seen):
        return service.code(session, log, atrest, moderator(session, name), row, index=index, raw=raw, **seen)

    return run


def test_pages_walk_the_logged_comments_once_each(session, page) -> None:
    seen, after = [], -1
    while found := page(after=after, limit=3):
        assert len(found) <= 3
        seen += [item.index for item in found]
        after = found[-1].index
    assert seen == places(session)
    assert len(seen) == 7


def test_an_item_carries_the_leaf_and_the_envelope_that_it_names(session, page) -> None:
    for item in page():
        assert ledger.read_leaf(session, item.index) == item.leaf
        assert json.loads(item.leaf)["envelope_sha256"] == hashlib.sha256(item.envelope).hexdigest()
        assert item.codings == ()


@sqlite_only
def test_a_page_is_found_by_index_and_not_by_counting(session, page) -> None:
    # given the statements of a page in the middle
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2:4]))
    page(after=places(session)[3], limit=2)
    sql, parameters = next(found for found in statements if "sealed_envelope" in found[0])
    # then it does not skip rows, and SQLite seeks the queue's index
    assert "OFFSET" not in sql.upper() or 0 in parameters
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
    assert any("ix_submission_queue" in line[3] for line in plan)
    assert not any(line[3].startswith("SCAN") for line in plan)


def test_a_coding_is_sealed_and_its_commitment_opens_again(session, atrest, code) -> None:
    kept = code(places_first := places(session)[0])
    assert "chậm".encode() not in kept.sealed
    opened = json.loads(atrest.open("coding", kept.sealed))
    salt = bytes.fromhex(opened.pop("salt"))
    leaf = json.loads(ledger.read_leaf(session, kept.coding_leaf))
    assert leaf["commitment"] == commit(salt, opened).hex() == kept.commitment.hex()
    assert (leaf["submission"], leaf["revision"]) == (places_first, 1)


def test_the_same_coding_is_committed_to_differently_each_time(session, code) -> None:
    one, other = (code(index) for index in places(session)[:2])
    assert one.commitment != other.commitment


def test_revisions_are_kept_and_the_newest_is_current(session, atrest, page, code) -> None:
    index = places(session)[2]
    code(index, shared=bytes(service.SHARED_SIZE))
    code(index, {"categories": ["D2"]}, name="moderator2", shared=b"2" * service.SHARED_SIZE)
    kept = session.scalars(select(Coding).order_by(Coding.id)).all()
    assert [(item.revision, item.current) for item in kept] == [(1, False), (2, True)]
    assert readable.document_of(atrest, kept[1])["categories"] == ["D2"]
    # then each moderator is served the newest one's sealed copy
    for name, mine in (("moderator", False), ("moderator2", True)):
        (item,) = [item for item in page(name) if item.index == index]
        assert item.codings == (queue.SharedCoding(1, 2, mine, b"2" * service.SHARED_SIZE),)


def test_a_shared_copy_of_another_size_is_refused(session, code) -> None:
    for size in (0, service.SHARED_SIZE - 1, service.SHARED_SIZE + 1):
        with pytest.raises(Invalid) as caught:
            code(places(session)[0], shared=bytes(size))
        assert caught.value.code == "coding-shared-size"


def test_a_coding_over_an_unseen_revision_is_refused(session, code) -> None:
    index = places(session)[0]
    code(index, seen=0)
    with pytest.raises(Conflict) as caught:
        code(index, seen=0)
    assert caught.value.code == "coding-changed"
    code(index, seen=1)


def test_progress_counts_comments_and_not_revisions(session, row, code) -> None:
    assert service.state(session, row) == service.QueueState(7, 0, 0, 0)
    index, other = places(session)[:2]
    code(index)
    code(index)
    code(other)
    assert service.state(session, row) == service.QueueState(7, 2, 2, 2)
    assert session.get(Progress, row.id).coded == 2
    for left in places(session)[2:]:
        assert not service.state(session, row).complete
        code(left)
    assert service.state(session, row).complete


def test_current_codings_come_in_the_logs_order(session, atrest, row, code) -> None:
    for index in reversed(places(session)):
        code(index)
    code(places(session)[0], {"categories": ["D1"]})
    found = list(readable.current_codings(session, atrest, row))
    assert [item["submission"] for item in found] == places(session)
    assert found[0]["coding"]["categories"] == ["D1"]


@pytest.mark.parametrize("name", ["admin", "committee", "issuer", "auditor"])
def test_nobody_without_a_key_of_it_reads_or_codes(session, row, code, name) -> None:
    with pytest.raises(Forbidden):
        service.require_reader(session, moderator(session, name), row)
    with pytest.raises(Forbidden):
        code(places(session)[0], name=name)
    assert session.scalar(select(func.count()).select_from(Coding)) == 0


def test_what_is_no_logged_comment_cannot_be_coded(session, code) -> None:
    for index in (0, 10**9):
        with pytest.raises(NotFound) as caught:
            code(index)
        assert caught.value.code == "comment-unknown"


def test_after_publishing_nothing_is_coded(session, row, code) -> None:
    row.state = "published"
    with pytest.raises(Conflict) as caught:
        code(places(session)[0])
    assert caught.value.code == "consultation-frozen"


@pytest.mark.parametrize(
    ("raw", "code_of_refusal"),
    [
        ({"categories": ["C1"], "text": "nguyên văn"}, "coding-malformed"),
        ({"categories": ["Z9"]}, "coding-unknown-categories"),
        ({"categories": []}, "coding-empty"),
        ({"categories": ["C1"], "flags": ["no_publishable"]}, "coding-contradiction"),
        ({"categories": ["C1"], "unit": "P9"}, "coding-unknown-unit"),
    ],
)
def test_a_refused_coding_leaves_the_log_as_it_was(session, code, raw, code_of_refusal) -> None:
    size = ledger.size(session)
    with pytest.raises(Invalid) as caught:
        code(places(session)[0], raw)
    assert caught.value.code == code_of_refusal
    assert ledger.size(session) == size


def test_a_revoked_key_reads_nothing_more(session, log, row) -> None:
    account = moderator(session)
    (key,) = accounts.active_keys(session, account_id=account.id)
    assert service.require_reader(session, account, row) == key.kid
    accounts.revoke_key(session, log, key)
    with pytest.raises(PortalError):
        service.require_reader(session, account, row)
