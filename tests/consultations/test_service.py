"""The life of a consultation: what may change when, and what the log says of it."""

import dataclasses
import hashlib
from datetime import timedelta

import pytest
import rfc8785
from sqlalchemy.exc import IntegrityError

from portal.consultations import service
from portal.consultations.frozen import frozen_settings
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import TaxonomyError, default_taxonomy, taxonomy_sha256
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import read_leaf
from portal.web.runtime import unit_of_work


@pytest.fixture
def draft(clock) -> service.ConsultationDraft:
    """A draft that can be saved."""
    today = clock.today()
    return service.ConsultationDraft(
        id="vong-hai",
        title_vi="Vòng hai",
        opens=today,
        closes=today + timedelta(days=3),
        headcount=40,
        notice_vi="Không nêu tên.",
        taxonomy_version=1,
        units=[service.UnitDraft("P1", "Phòng một", 12)],
    )


@pytest.fixture
def session(office, staff_app):
    """A writing session on an office with one open consultation."""
    with staff_app.app_context(), unit_of_work() as session:
        yield session


@pytest.fixture
def empty(public_app):
    """A writing session on an instance in which nothing stands yet."""
    with public_app.app_context(), unit_of_work() as session:
        yield session


@pytest.fixture
def saved(session, office, draft) -> Consultation:
    row = service.save_draft(session, draft)
    service.set_moderators(session, row, office.kids)
    return row


def leaf(session, index: int) -> dict:
    return events.decode(read_leaf(session, index))


def test_a_draft_is_written_over_until_it_opens(session, log, clock, saved, draft) -> None:
    changed = dataclasses.replace(draft, title_vi="Tên khác", units=[service.UnitDraft("P9", "Phòng chín", 5)])
    assert service.save_draft(session, changed, existing=saved) is saved
    assert (saved.title_vi, [unit.code for unit in saved.units]) == ("Tên khác", ["P9"])
    service.open_consultation(session, log, saved, today=clock.today())
    with pytest.raises(Conflict, match="consultation-frozen"):
        service.save_draft(session, draft, existing=saved)
    with pytest.raises(Conflict, match="consultation-frozen"):
        service.set_moderators(session, saved, [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "Không hợp lệ"}, "consultation-bad-id"),
        ({"id": "a"}, "consultation-bad-id"),
        ({"k": 4}, "consultation-threshold"),
        ({"k_paraphrase": 9}, "consultation-threshold"),
        ({"k": 12, "k_paraphrase": 11}, "consultation-threshold"),
        ({"unit_min_headcount": 9}, "consultation-limits"),
        ({"unit_margin": 2}, "consultation-limits"),
        ({"themes_only_under": 19}, "consultation-limits"),
        ({"taxonomy_version": 9}, "taxonomy-unknown"),
        ({"units": [service.UnitDraft("P", "A", 3), service.UnitDraft("P", "B", 3)]}, "units-duplicate"),
        ({"units": [service.UnitDraft("P", "A", 0)]}, "units-malformed"),
        ({"units": [service.UnitDraft("P", "A", 3, level="person")]}, "units-malformed"),
    ],
)
def test_a_draft_that_breaks_a_rule_is_refused(session, office, draft, change, code) -> None:
    with pytest.raises(Invalid, match=code):
        service.save_draft(session, dataclasses.replace(draft, **change))


def test_a_period_ends_after_it_begins(session, office, draft) -> None:
    with pytest.raises(Invalid, match="consultation-period"):
        service.save_draft(session, dataclasses.replace(draft, closes=draft.opens - timedelta(days=1)))


def test_a_short_name_is_taken_once(session, saved, draft) -> None:
    with pytest.raises(Conflict, match="consultation-id-taken"):
        service.save_draft(session, draft)


@pytest.mark.parametrize(
    "values",
    [
        {"k": 4},
        {"k_paraphrase": 9},
        {"unit_min_headcount": 9},
        {"unit_margin": 2},
        {"themes_only_under": 19},
        {"count_people": True},
        {"max_chars": 1501},
        {"state": "reopened"},
    ],
)
def test_the_schema_itself_keeps_the_floors(session, saved, values) -> None:
    for name, value in values.items():
        setattr(saved, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_opening_logs_the_digest_of_what_it_freezes(session, log, clock, saved, office) -> None:
    index = service.open_consultation(session, log, saved, today=clock.today())
    found = leaf(session, index)
    frozen = frozen_settings(saved)
    assert found["settings_sha256"] == hashlib.sha256(rfc8785.dumps(frozen)).hexdigest()
    assert found["taxonomy_sha256"] == taxonomy_sha256(default_taxonomy())
    assert found["keys"] == office.kids
    assert (frozen["k"], frozen["units"][0]["headcount"], frozen["notice"]) == (5, 12, "Không nêu tên.")
    with pytest.raises(Conflict, match="consultation-not-draft"):
        service.open_consultation(session, log, saved, today=clock.today())


def test_what_is_incomplete_or_over_does_not_open(session, log, clock, saved) -> None:
    with pytest.raises(Conflict, match="consultation-period-over"):
        service.open_consultation(session, log, saved, today=saved.closes + timedelta(days=1))
    saved.units.clear()
    with pytest.raises(Conflict, match="consultation-needs-units"):
        service.open_consultation(session, log, saved, today=clock.today())
    service.set_moderators(session, saved, [])
    with pytest.raises(Conflict, match="consultation-needs-moderators"):
        service.open_consultation(session, log, saved, today=clock.today())


def test_two_readers_of_each_comment_need_two_keys_and_are_frozen(session, log, clock, saved, draft, office) -> None:
    # given a draft with one reader, whose frozen settings are those of before there was a choice
    assert "readers" not in frozen_settings(saved)
    for wrong in (0, 3):
        with pytest.raises(Invalid, match="consultation-readers"):
            service.save_draft(session, dataclasses.replace(draft, readers=wrong), existing=saved)
    # when two are chosen, then one key is not enough
    service.save_draft(session, dataclasses.replace(draft, readers=2), existing=saved)
    service.set_moderators(session, saved, office.kids[:1])
    with pytest.raises(Conflict, match="consultation-needs-readers"):
        service.open_consultation(session, log, saved, today=clock.today())
    service.set_moderators(session, saved, office.kids)
    opening = leaf(session, service.open_consultation(session, log, saved, today=clock.today()))
    assert frozen_settings(saved)["readers"] == 2
    assert opening["settings_sha256"] == hashlib.sha256(rfc8785.dumps(frozen_settings(saved))).hexdigest()


def test_comments_are_taken_on_the_days_between_and_only_while_open(session, log, clock, saved) -> None:
    assert not service.accepts(saved, saved.opens)
    service.open_consultation(session, log, saved, today=clock.today())
    day = timedelta(days=1)
    taken = [service.accepts(saved, saved.opens + day * n) for n in (-1, 0, 3, 4)]
    assert taken == [False, True, True, False]
    service.close_consultation(session, log, saved)
    assert not service.accepts(saved, saved.opens)


def test_states_follow_each_other_and_never_go_back(session, log, clock, saved) -> None:
    with pytest.raises(Conflict, match="consultation-not-open"):
        service.close_consultation(session, log, saved)
    with pytest.raises(Conflict, match="consultation-not-closed"):
        service.mark_published(saved)
    service.open_consultation(session, log, saved, today=clock.today())
    closing = leaf(session, service.close_consultation(session, log, saved))
    assert (closing["action"], closing["consultation"]) == ("close", "vong-hai")
    with pytest.raises(Conflict, match="consultation-not-open"):
        service.close_consultation(session, log, saved)
    service.mark_published(saved)
    assert saved.state == "published"
    with pytest.raises(Conflict, match="consultation-not-closed"):
        service.mark_published(saved)


def test_a_draft_does_not_exist_for_the_public(session, saved, office) -> None:
    with pytest.raises(NotFound, match="consultation-unknown"):
        service.get_public(session, "vong-hai")
    assert service.get_public(session, office.consultation).state == "open"
    assert [row.id for row in service.list_all(session, ("draft",))] == ["vong-hai"]
    with pytest.raises(NotFound, match="consultation-unknown"):
        service.get(session, "nothing")


def test_the_first_taxonomy_is_the_default_and_is_kept_once(empty) -> None:
    service.ensure_taxonomy(empty)
    service.ensure_taxonomy(empty)
    assert [row.version for row in service.list_taxonomies(empty)] == [1]
    assert service.get_taxonomy(empty, 1) == default_taxonomy()
    with pytest.raises(NotFound, match="taxonomy-unknown"):
        service.get_taxonomy(empty, 2)


def test_a_version_never_changes_and_codes_keep_their_meaning(empty) -> None:
    service.ensure_taxonomy(empty)
    first = default_taxonomy()
    praise = dataclasses.replace(first.categories[0], praise=True)
    remedies = {code: remedy for code, remedy in first.concern_remedy.items() if code != praise.code}
    turned = dataclasses.replace(first, version=2, categories=(praise, *first.categories[1:]), concern_remedy=remedies)
    with pytest.raises(Conflict, match="taxonomy-version-taken"):
        service.save_taxonomy(empty, dataclasses.replace(turned, version=1))
    with pytest.raises(TaxonomyError):
        service.save_taxonomy(empty, turned)
    assert service.save_taxonomy(empty, dataclasses.replace(first, version=2)).version == 2
