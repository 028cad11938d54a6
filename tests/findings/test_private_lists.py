"""Private lists of a consultation: promised before it opens, drawn once after it is published, shown and proven."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from portal.audit.export import private_file
from portal.cli import tick
from portal.consultations import service as consultations
from portal.consultations.frozen import frozen_settings
from portal.errors import Conflict, Invalid, NotFound
from portal.extensions import db
from portal.findings import private_service, service
from portal.findings.private_giving import codes_of, give
from portal.ledger import log as ledger
from portal.moderation import service as moderation
from portal.reports.errors import BadFindingsFile
from portal.reports.findings_file import parse_findings_json, parse_private_json
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.proof import verify_proof
from portal.web.runtime import unit_of_work
from tests.audit.ballot_log import build
from tests.audit.rich import PRIVATE
from tests.ballots.support import CONSULTATION, open_with_ballots, two_issuers
from tests.rounds import moderator, places
from tests.web.public.support import Page


@pytest.fixture
def promised(staff_app, office, log, clock, atrest, tmp_path) -> str:
    """A published consultation of 1 200 people that promised both lists; six comments came."""
    with staff_app.app_context(), unit_of_work() as session:
        build(session, log, clock, office, tmp_path, **PRIVATE)
        row = consultations.get(session, CONSULTATION)
        consultations.close_consultation(session, log, row)
        for index in places(session):
            raw = {"categories": ["C1", "C2"], "unit": "P1", "paraphrase": "<p>Chưa rõ chủ trì.</p>"}
            moderation.code(session, log, atrest, moderator(session), row, index=index, raw=raw)
        service.publish(session, log, atrest, row)
    return CONSULTATION


def drawn(staff_app, settings, log) -> int:
    with staff_app.app_context():
        return tick.take_private(settings, log)


# --- promised ---


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"headcount": 1000}, "consultation-private-few"),
        ({"ballot_mode": "open"}, "consultation-private-few"),
        ({"private_categories": 49}, "consultation-private-range"),
        ({"private_categories": 1600}, "consultation-private-range"),
        ({"private_units": -500}, "consultation-private-range"),
        ({"private_rows": 0}, "consultation-private-range"),
        ({"private_rows": 6}, "consultation-private-range"),
    ],
)
def test_what_cannot_be_promised_is_refused(session, office, change, code) -> None:
    draft = draft_of("lon-2027", date(2027, 3, 1))
    assert consultations.save_draft(session, draft).private_lists == {"categories": 1000, "units": 500}
    with pytest.raises(Invalid, match=code):
        consultations.save_draft(session, dataclasses.replace(draft, id="khac-2027", **change))


@pytest.mark.parametrize("values", [{"headcount": 1000}, {"private_units": 1500}, {"private_rows": 0}])
def test_the_schema_itself_keeps_these_bounds(session, office, values) -> None:
    row = consultations.save_draft(session, draft_of("lon-2027", date(2027, 3, 1)))
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def draft_of(name: str, opens: date) -> consultations.ConsultationDraft:
    return consultations.ConsultationDraft(
        id=name, title_vi="Lớn", opens=opens, closes=opens, notice_vi="Kênh góp ý.", taxonomy_version=1,
        ballot_mode="ballots", collect_from=date(2026, 12, 1), collect_until=date(2026, 12, 5),
        units=[consultations.UnitDraft("P1", "Phòng số 1", 300)], **PRIVATE,
    )  # fmt: skip


def test_a_promise_is_frozen_and_others_keep_their_digest(session, office, log) -> None:
    assert "private" not in frozen_settings(consultations.get(session, office.consultation))
    row = consultations.save_draft(session, draft_of("lon-2027", date(2027, 3, 1)))
    assert frozen_settings(row)["private"] == {"categories": 1000, "units": 500, "rows": 2}


def test_a_year_is_not_overspent(promised, session, log, clock, tmp_path) -> None:
    # given what the year's lists leave, and two consultations that take it, and one thousandth more
    assert consultations.private_budget(session, 2026).left == 500

    def opened(name: str, cost: int) -> None:
        pair = two_issuers(tmp_path / name, clock, consultation=name)
        open_with_ballots(session, log, clock, pair, headcount=1200, private_categories=cost)

    for name in ("qua-2026", "vua-2026"):
        (tmp_path / name).mkdir()
    with pytest.raises(Conflict, match="private-budget-spent"):
        opened("qua-2026", 501)
    assert consultations.get(session, "qua-2026").state == "draft"
    opened("vua-2026", 500)
    # then the year is spent to the last thousandth, and another year is as it was
    assert consultations.private_budget(session, 2026).left == 0
    assert consultations.private_budget(session, 2027).left == 2000


def test_a_machine_that_cannot_draw_promises_nothing(session, office, monkeypatch) -> None:
    row = consultations.save_draft(session, draft_of("lon-2027", date(2027, 3, 1)))
    private_service.check_ready(row)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Conflict, match="private-missing"):
        private_service.check_ready(row)
    private_service.check_ready(consultations.get(session, office.consultation))


# --- drawn ---


def test_a_round_of_tick_draws_each_list_once(promised, staff_app, settings, log, atrest) -> None:
    assert drawn(staff_app, settings, log) == 2
    assert drawn(staff_app, settings, log) == 0
    with staff_app.app_context():
        session = db.session()
        row = consultations.get(session, promised)
        found = {one.listed: private_service.document_of(one) for one in private_service.lists_of(session, promised)}
        # then every code of the list has a row, and the plan is the one that was frozen
        assert {listed: sorted(one.rows) for listed, one in found.items()} == {
            listed: sorted(codes_of(row, listed)) for listed in ("categories", "units")
        }
        assert [(one.plan.epsilon, one.plan.each, one.plan.most, one.ballots) for one in found.values()] == [
            (1000, 3, 2, 6), (500, 3, 1, 6)
        ]  # fmt: skip
        # and the exact counts are committed to and sealed
        kept = private_service.get(session, promised, "categories")
        counts = private_service.opening_of(atrest, kept)["counts"]
        assert (counts["C1"], counts["C2"], counts["C3"]) == (6, 6, 0)
        assert b"counts" not in kept.counts_sealed
        leaf = json.loads(ledger.read_leaf(session, kept.finding_leaf))
        assert (leaf["v"], leaf["list"], leaf["checkpoint_size"]) == (3, "categories", kept.finding_leaf)


def test_a_list_is_not_drawn_twice_nor_without_a_promise(promised, session, log, atrest, office) -> None:
    row = consultations.get(session, promised)
    give(session, log, atrest, row, "units")
    with pytest.raises(Conflict, match="private-given"):
        give(session, log, atrest, row, "units")
    for name, listed in ((office.consultation, "units"), (promised, "themes")):
        with pytest.raises(Conflict, match="private-not-promised"):
            give(session, log, atrest, consultations.get(session, name), listed)
    with pytest.raises(NotFound, match="private-unknown"):
        private_service.get(session, promised, "categories")


def test_noise_is_drawn_anew_for_each_list(promised, session, log, atrest, monkeypatch) -> None:
    """The canary: without noise the rows are the exact counts, which this test would see."""
    row = consultations.get(session, promised)
    kept = [private_service.document_of(give(session, log, atrest, row, listed)) for listed in ("categories", "units")]
    # given 16 rows and more of nobody: that all of them stay at 0 under noise of scale 7 has no chance
    assert sum(count > 0 for count in kept[0].rows.values()) > 1


def test_a_failing_draw_is_said_by_its_kind_and_tried_again(promised, staff_app, settings, log, monkeypatch, capsys):
    monkeypatch.setattr(tick.importlib, "import_module", lambda name: (_ for _ in ()).throw(ModuleNotFoundError(name)))
    with staff_app.app_context():
        tick.try_private(settings, log)
    assert capsys.readouterr().err == "portal tick: ModuleNotFoundError, trying again\n"
    monkeypatch.undo()
    assert drawn(staff_app, settings, log) == 2


# --- shown ---


def test_the_pages_show_every_row_with_its_reach_and_the_year(promised, public, staff_app, settings, log) -> None:
    assert public.get(f"/results/{promised}/private/units").status_code == 404
    assert "private/units" not in public.get(f"/results/{promised}").get_data(as_text=True)
    drawn(staff_app, settings, log)
    assert f"/en/results/{promised}/private/units" in public.get(f"/en/results/{promised}").get_data(as_text=True)
    page = Page(public.get(f"/en/results/{promised}/private/categories").get_data(as_text=True))
    with staff_app.app_context():
        release = private_service.document_of(private_service.get(db.session(), promised, "categories"))
        names = [item.en for item in consultations.taxonomy_of(consultations.get(db.session(), promised)).categories]
    assert len(page.all("tbody")) == 1 and len(page.all("tr")) == 1 + len(release.rows)
    assert all(name in page.text for name in names)
    assert "together epsilon 1.5 of at most 2" in page.text
    assert f"discrete Laplace of scale {release.plan.scale}, drawn once" in page.text
    vietnamese = Page(public.get(f"/results/{promised}/private/units").get_data(as_text=True))
    assert "cộng lại epsilon 1,5, tối đa 2" in vietnamese.text


def test_the_file_proves_itself(promised, public, staff_app, settings, log) -> None:
    drawn(staff_app, settings, log)
    answer = public.get(f"/results/{promised}/private-units.json")
    assert answer.mimetype == "application/json"
    found = parse_private_json(answer.get_data())
    verify_proof(found.proof_text, leaf_hash(found.leaf), VerifierKey.parse(log.vkey))
    with staff_app.app_context():
        row = private_service.get(db.session(), promised, "units")
        assert private_file(db.session(), log, row) == answer.get_data()
    assert public.get(f"/results/{promised}/private-themes.json").status_code == 404


def test_submitters_are_told_beforehand(staff_app, public, office, log, clock, tmp_path) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        build(session, log, clock, office, tmp_path, **PRIVATE)
    page = public.get(f"/en/c/{CONSULTATION}").get_data(as_text=True)
    assert "every concern is published once with its number blurred by noise" in page
    assert "So is every unit concerned (epsilon 0.5)." in page


def test_an_upper_level_office_refuses_the_file(promised, public, staff_app, settings, log) -> None:
    """Noisy numbers do not add up with ranges: the two kinds are never taken for each other."""
    drawn(staff_app, settings, log)
    with pytest.raises(BadFindingsFile):
        parse_findings_json(public.get(f"/results/{promised}/private-units.json").get_data())
    with pytest.raises(BadFindingsFile):
        parse_private_json(public.get(f"/results/{promised}/findings.json").get_data())
