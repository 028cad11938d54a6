"""Publishing: once, whole, logged, and nothing of the small in it."""

import hashlib
import json

import pytest
from sqlalchemy import select

from portal.consultations import service as consultations
from portal.consultations.frozen import frozen_settings
from portal.crypto.commitment import commit
from portal.errors import Conflict, NotFound
from portal.findings import service
from portal.findings.counts import Counts
from portal.findings.publication import parse_publication
from portal.findings.rule import rule_of_settings
from portal.ledger import log as ledger
from portal.moderation import service as moderation
from portal.moderation.models import Coding
from portal.submissions.sequencing import sequence_groups
from tests.rounds import CODINGS, close, code_all, moderator, places, publish, send


@pytest.fixture
def published(office, session, log, clock, atrest):
    return publish(session, log, clock, atrest, office)


def rows(publication) -> dict[str, dict[str, str]]:
    document = service.document_of(publication)
    return {table: {row["code"]: row["band"] for row in found} for table, found in document["rows"].items()}


def test_rows_under_the_threshold_are_not_there(published) -> None:
    assert rows(published) == {
        "categories": {"C1": "10-14", "C12": "5-9", "C2": "5-9", "D1": "10-14"},
        "units": {"P1": "5-9"},
        "themes": {},
    }
    assert b"C9" not in published.document
    assert b"P2" not in published.document


def test_a_margin_that_the_office_raised_withholds_a_row(office, session, log, clock, atrest) -> None:
    # given that one person more of each unit must be outside its row
    row = consultations.get(session, office.consultation)
    row.unit_margin = 4
    # when the findings are published
    publication = publish(session, log, clock, atrest, office)
    # then the unit of 12, whose row could only be 5 to 8 now, has none, and the document tells the rule
    assert rows(publication)["units"] == {}
    assert parse_publication(publication.document).rule == rule_of_settings(frozen_settings(row))
    assert service.document_of(publication)["v"] == 2


def test_the_document_says_no_exact_count(published) -> None:
    # given the exact counts: 24 comments, C1 12, D1 14, C2 6
    words = json.dumps(service.document_of(published)["rows"])
    assert not [count for count in ("24", "12,", '"12"', "14,", '"6"') if count in words]


def test_the_leaf_names_the_document_and_commits_to_the_counts(session, atrest, published) -> None:
    leaf = json.loads(ledger.read_leaf(session, published.finding_leaf))
    assert leaf["publication_sha256"] == hashlib.sha256(published.document).hexdigest()
    assert leaf["checkpoint_size"] == published.finding_leaf
    opening = service.opening_of(atrest, published)
    salt = bytes.fromhex(opening.pop("salt"))
    assert commit(salt, opening).hex() == leaf["counts_commitment"] == published.counts_commitment.hex()
    counts = Counts.from_document(opening["counts"])
    assert (counts.ballots, counts.categories["C1"], counts.categories["C9"], counts.units["P2"]) == (24, 12, 1, 1)


def test_counts_and_paraphrases_are_sealed_in_the_store(published) -> None:
    for sealed in (published.counts_sealed, published.paraphrases_sealed):
        assert b"ballots" not in sealed
        assert "hồ sơ".encode() not in sealed


def test_the_document_is_the_canonical_one_that_the_strict_parser_takes(published) -> None:
    found = parse_publication(published.document)
    assert found.to_bytes() == published.document
    assert found.consultation == published.consultation_id


def test_an_uncoded_comment_stops_publishing(office, session, log, clock, atrest) -> None:
    row = close(session, log, clock, office, comments=3)
    account = moderator(session)
    for index in places(session)[:2]:
        moderation.code(session, log, atrest, account, row, index=index, raw={"categories": ["C1"]})
    size = ledger.size(session)
    with pytest.raises(Conflict) as caught:
        service.publish(session, log, atrest, row)
    assert caught.value.code == "codings-incomplete"
    assert (row.state, ledger.size(session)) == ("closed", size)


def test_a_consultation_without_any_comment_publishes_nothing(office, session, log, clock, atrest) -> None:
    row = close(session, log, clock, office, comments=0)
    with pytest.raises(Conflict) as caught:
        service.publish(session, log, atrest, row)
    assert caught.value.code == "nothing-to-publish"


def test_an_open_consultation_is_not_published(office, session, log, clock, atrest) -> None:
    send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    row = consultations.get(session, office.consultation)
    code_all(session, log, atrest, row, [{"categories": ["C1"]}])
    with pytest.raises(Conflict) as caught:
        service.publish(session, log, atrest, row)
    assert caught.value.code == "consultation-not-closed"


def test_it_publishes_once(session, log, atrest, published) -> None:
    before = published.document
    row = consultations.get(session, published.consultation_id)
    with pytest.raises(Conflict) as caught:
        service.publish(session, log, atrest, row)
    assert caught.value.code == "consultation-not-closed"
    assert service.get(session, row.id).document == before
    assert service.published_ids(session) == [row.id]


def test_after_publishing_no_coding_changes(session, log, atrest, published) -> None:
    row = consultations.get(session, published.consultation_id)
    with pytest.raises(Conflict):
        moderation.code(
            session, log, atrest, moderator(session), row, index=places(session)[0], raw={"categories": ["C2"]}
        )
    assert session.scalars(select(Coding.revision)).all() == [1] * len(CODINGS)


def test_few_comments_publish_themes_only(office, session, log, clock, atrest) -> None:
    few = [{"categories": ["C1"], "unit": "P1", "paraphrase": "<p>a</p>"}] * 12 + [{"categories": ["D1"]}] * 3
    publication = publish(session, log, clock, atrest, office, few)
    assert rows(publication) == {"categories": {}, "units": {}, "themes": {"C": "10-14"}}
    assert service.publishable_paraphrases(session, atrest, publication) == {"C": ["<p>a</p>"]}


def test_the_committee_reads_paraphrases_of_large_rows_only(session, atrest, published) -> None:
    shown = service.publishable_paraphrases(session, atrest, published)
    assert set(shown) == {"C1", "D1"}
    assert all(0 < len(texts) <= 5 for texts in shown.values())
    assert "<p>Một mình.</p>" not in {text for texts in shown.values() for text in texts}


def test_a_publication_without_chosen_paraphrases_shows_none(session, atrest, published) -> None:
    published.paraphrases_sealed = b""
    assert service.publishable_paraphrases(session, atrest, published) == {}


def test_what_was_not_published_is_unknown(office, session) -> None:
    with pytest.raises(NotFound) as caught:
        service.get(session, office.consultation)
    assert caught.value.code == "publication-unknown"
