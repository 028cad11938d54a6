"""Setting up a consultation: every input stays, nothing changes after opening, nothing is lost at closing."""

import base64
import hashlib
from datetime import date, timedelta

import pytest

from portal.consultations import service
from portal.crypto import receipt
from portal.ledger import events
from portal.ledger.log import read_leaf
from portal.ledger.models import PoolEntry
from portal.submissions.models import Submission
from portal.web.runtime import unit_of_work
from tests.web.staff.steps import fields_of, make_stale, refuses, says, send, text_of


@pytest.fixture
def desk(staff, office, sign_in):
    """A client signed in as the administrator of an office with one open consultation."""
    sign_in(staff, "admin")
    return staff


@pytest.fixture
def draft(clock, office) -> dict[str, object]:
    """What an administrator types."""
    today = clock.today()
    return {
        "do": "save",
        "id": "gop-y-2027",
        "title_vi": "Góp ý năm 2027",
        "title_en": "",
        "intro_vi": "Mời các đồng chí góp ý.",
        "notice_vi": "Không nêu tên.",
        "notice_en": "",
        "opens": today.isoformat(),
        "closes": (today + timedelta(days=20)).isoformat(),
        "headcount": "75",
        "ballot_mode": "open",
        "taxonomy_version": "1",
        "k": "6",
        "k_paraphrase": "12",
        "unit_min_headcount": "11",
        "unit_margin": "4",
        "themes_only_under": "30",
        "private_categories": "0",
        "private_units": "0",
        "private_rows": "2",
        "mix_minimum": "4",
        "max_chars": "900",
        "attachments": "2",
        "readers": "2",
        "talk_days": "45",
        "units-0-code": "P1",
        "units-0-name_vi": "Phòng Tổng hợp",
        "units-0-name_en": "",
        "units-0-level": "unit",
        "units-0-headcount": "15",
        "kids": office.kids,
    }


def stored(app, cid: str = "gop-y-2027"):
    with app.app_context(), unit_of_work() as session:
        row = next((row for row in service.list_all(session) if row.id == cid), None)
        return row and (row, list(row.units), [moderator.kid for moderator in row.moderators])


def test_a_draft_keeps_everything_that_was_typed(desk, staff_app, draft, office) -> None:
    answer = send(desk, "/consultations/new", draft)
    assert answer.location == "/consultations/gop-y-2027"
    row, units, kids = stored(staff_app)
    assert (row.state, row.title_vi, row.k, row.k_paraphrase, row.mix_minimum) == ("draft", "Góp ý năm 2027", 6, 12, 4)
    assert (row.max_chars, row.headcount, row.intro_vi) == (900, 75, "Mời các đồng chí góp ý.")
    assert (row.talk_days, row.attachments, row.readers) == (45, 2, 2)
    assert (row.unit_min_headcount, row.unit_margin, row.themes_only_under) == (11, 4, 30)
    assert [(unit.code, unit.name_vi, unit.headcount, unit.level) for unit in units] == [
        ("P1", "Phòng Tổng hợp", 15, "unit")
    ]
    assert kids == office.kids


def test_the_form_begins_with_the_notice_of_the_channel(desk) -> None:
    assert "không phải nơi tiếp nhận khiếu nại, tố cáo" in fields_of(desk.get("/consultations/new"))["notice_vi"][0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "Góp ý"}, "Use 2 to 40 lower-case letters, digits and hyphens, such as gop-y-2027."),
        ({"title_vi": ""}, "Enter the title."),
        ({"closes": "2020-01-01"}, "The last day must not be before the first."),
        ({"closes": "not a day"}, "Not a valid date value."),
        ({"headcount": "many"}, "Not a valid integer value."),
        ({"k_paraphrase": "10", "k": "11"}, "This threshold must not be lower than the first one."),
        ({"units-0-headcount": "0"}, "Enter how many people belong to it: at least 1."),
        ({"units-0-headcount": ""}, "Enter how many people belong to it: at least 1."),
        ({"units-0-code": "có dấu"}, "Enter a short code of letters, digits and hyphens, such as P1."),
        ({"units-0-name_vi": ""}, "Enter the unit's name."),
        ({"units-1-code": "p1", "units-1-name_vi": "B", "units-1-headcount": "9"}, "Another unit has this code."),
    ],
)
def test_each_mistake_is_named_and_every_input_stays(desk, staff_app, draft, change, sentence) -> None:
    typed = {**draft, **change}
    answer = send(desk, "/consultations/new", typed)
    assert answer.status_code == 422
    assert says(desk, answer, sentence)
    assert stored(staff_app) is None
    kept = fields_of(answer)
    del typed["do"]
    for name, value in typed.items():
        assert kept[name] == (value if isinstance(value, list) else [value]), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("k", "4"),
        ("k_paraphrase", "9"),
        ("mix_minimum", "0"),
        ("max_chars", "1501"),
        ("attachments", "4"),
        ("talk_days", "366"),
        ("unit_min_headcount", "9"),
        ("unit_margin", "2"),
        ("themes_only_under", "19"),
    ],
)
def test_floors_of_anonymity_are_kept(desk, staff_app, draft, name, value) -> None:
    assert send(desk, "/consultations/new", {**draft, name: value}).status_code == 422
    assert stored(staff_app) is None


def test_a_taken_short_name_is_refused_at_its_field(desk, draft) -> None:
    answer = send(desk, "/consultations/new", {**draft, "id": "thu-2026"})
    assert answer.status_code == 422
    assert refuses(desk, answer, "consultation-id-taken")
    assert fields_of(answer)["title_vi"] == ["Góp ý năm 2027"]


def test_rows_are_added_and_removed_without_losing_anything(desk, staff_app, draft) -> None:
    typed = {**draft, "units-0-headcount": "abc", "units-1-code": "P2", "units-1-name_vi": "Phòng Quản trị"}
    more = send(desk, "/consultations/new", {**typed, "do": "add-unit"})
    assert more.status_code == 200, "adding a row checks nothing yet"
    kept = fields_of(more)
    assert "units-3-code" in kept or "units-2-code" in kept
    assert kept["units-0-headcount"] == ["abc"]
    assert kept["title_vi"] == [draft["title_vi"]]
    fewer = fields_of(send(desk, "/consultations/new", {**typed, "do": "remove-unit-0"}))
    assert fewer["units-0-code"] == ["P2"]
    assert ["abc"] not in fewer.values()
    assert stored(staff_app) is None


def test_a_bad_row_number_changes_nothing(desk, draft) -> None:
    kept = fields_of(send(desk, "/consultations/new", {**draft, "do": "remove-unit-99"}))
    assert kept["units-0-code"] == ["P1"]


def test_units_are_taken_over_from_the_last_consultation(desk, draft) -> None:
    kept = fields_of(send(desk, "/consultations/new", {**draft, "do": "copy-units"}))
    assert [kept[f"units-{place}-code"][0] for place in range(4)] == ["P1", "P2", "P3", "P4"]
    assert kept["units-0-headcount"] == ["12"]
    assert kept["id"] == ["gop-y-2027"]


def test_a_draft_is_edited_under_its_short_name(desk, staff_app, draft, office) -> None:
    send(desk, "/consultations/new", draft)
    shown = fields_of(desk.get("/consultations/gop-y-2027/edit"))
    assert shown["title_vi"] == ["Góp ý năm 2027"]
    assert shown["kids"] == office.kids
    change = {**draft, "id": "another", "title_vi": "Tên mới", "kids": office.kids[:1]}
    assert send(desk, "/consultations/gop-y-2027/edit", change).location == "/consultations/gop-y-2027"
    row, _, kids = stored(staff_app)
    assert (row.title_vi, kids) == ("Tên mới", office.kids[:1])
    assert stored(staff_app, "another") is None


BALLOTS = {
    "ballot_mode": "ballots",
    "each_ballots": "2",
    "collect_from": "2026-11-25",
    "collect_until": "2026-12-04",
    "opens": "2026-12-07",
    "closes": "2026-12-18",
}


def test_a_new_draft_begins_with_ballots_and_days_that_fit(desk, staff_app, draft, clock) -> None:
    # given the empty form
    kept = fields_of(desk.get("/consultations/new"))
    days = [date.fromisoformat(kept[name][0]) for name in ("collect_from", "collect_until", "opens", "closes")]
    # then it asks for ballots, on days in order that leave time to prepare and a gap before the first comment
    assert (kept["ballot_mode"], kept["each_ballots"]) == (["ballots"], ["3"])
    assert days == sorted(days)
    assert days[0] >= clock.today() + timedelta(days=7)
    # and for thresholds in people, who have several ballots each
    assert kept["count_people"] == ["True"]
    assert (days[2] - days[1]).days >= 2
    # and what it proposes can be saved
    proposed = {name: kept[name][0] for name in BALLOTS}
    assert send(desk, "/consultations/new", {**draft, **proposed}).status_code == 302
    row, *_ = stored(staff_app)
    assert [row.collect_from, row.collect_until, row.opens, row.closes] == days


def test_ballots_and_their_days_are_kept(desk, staff_app, draft) -> None:
    assert send(desk, "/consultations/new", {**draft, **BALLOTS}).status_code == 302
    row, *_ = stored(staff_app)
    assert (row.ballot_mode, row.each_ballots) == ("ballots", 2)
    assert (row.collect_from, row.collect_until) == (date(2026, 11, 25), date(2026, 12, 4))
    shown = fields_of(desk.get("/consultations/gop-y-2027/edit"))
    assert {name: shown[name][0] for name in BALLOTS} == BALLOTS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"count_people": "True"}, True),
        ({"count_people": "False"}, False),
        # where both say the same, and where there are no ballots, they count comments
        ({"count_people": "True", "each_ballots": "1"}, False),
        ({"count_people": "True", "ballot_mode": "open"}, False),
    ],
)
def test_thresholds_count_people_where_that_says_more(desk, staff_app, draft, typed, kept) -> None:
    assert send(desk, "/consultations/new", {**draft, **BALLOTS, **typed}).status_code == 302
    row, *_ = stored(staff_app)
    assert row.count_people is kept
    # and the draft's page says what they come to in comments: 6 people with 2 ballots each take 11
    page = desk.get("/consultations/gop-y-2027")
    assert says(desk, page, "%(people)s people, which takes %(k)s comments", people=6, k=11) is kept


def test_without_ballots_number_and_days_do_not_matter(desk, staff_app, draft) -> None:
    typed = {**draft, **BALLOTS, "ballot_mode": "open", "each_ballots": "", "collect_until": "2030-01-01"}
    assert send(desk, "/consultations/new", typed).status_code == 302
    row, *_ = stored(staff_app)
    assert (row.ballot_mode, row.collect_from, row.collect_until) == ("open", None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ballot_mode": ""}, "Choose who can write."),
        ({"each_ballots": "0"}, "Everyone gets 1 to 9 ballots."),
        ({"each_ballots": "10"}, "Everyone gets 1 to 9 ballots."),
        ({"each_ballots": ""}, "Everyone gets 1 to 9 ballots."),
        ({"each_ballots": "two"}, "Not a valid integer value."),
        ({"collect_from": ""}, "Enter this day."),
        ({"collect_until": ""}, "Enter this day."),
        ({"collect_until": "2026-11-24"}, "The last day of collecting must not be before the first."),
        (
            {"collect_until": "2026-12-07"},
            "Collecting must end before the first day of comments, best some days before.",
        ),
    ],
)
def test_ballots_that_do_not_work_out_are_refused_in_words(desk, staff_app, draft, change, sentence) -> None:
    typed = {**draft, **BALLOTS, **change}
    answer = send(desk, "/consultations/new", typed)
    assert answer.status_code == 422
    assert says(desk, answer, sentence)
    assert stored(staff_app) is None
    kept = fields_of(answer)
    assert {name: kept.get(name, [""])[0] for name in BALLOTS if name != "ballot_mode"} == {
        name: typed[name] for name in BALLOTS if name != "ballot_mode"
    }


def test_the_draft_page_says_what_ballots_still_need(desk, draft) -> None:
    close = {**BALLOTS, "collect_until": "2026-12-06"}
    send(desk, "/consultations/new", {**draft, **close})
    for path in ("/consultations/gop-y-2027", "/consultations/gop-y-2027/open"):
        page = desk.get(path)
        assert says(
            desk,
            page,
            "Comments begin on the day after collecting ends. Leave a day or more between: the issuers must hand "
            "in their lists first, and the further apart the two are, the less anybody can tie them together.",
        )
        assert 'href="/ballots/gop-y-2027"' in text_of(page)


def test_the_draft_page_warns_of_what_weakens_it(desk, draft, office) -> None:
    weak = {**draft, "headcount": "18", "units-0-headcount": "6", "mix_minimum": "30", "kids": office.kids[:1]}
    send(desk, "/consultations/new", weak)
    page = desk.get("/consultations/gop-y-2027")
    assert says(
        desk,
        page,
        "Fewer than two people can read the comments. Where one of them is the subject of a comment, "
        "or is away, nobody else can read it.",
    )
    assert says(
        desk,
        page,
        "With fewer than %(least)s staff, only themes will be published: no categories and no units.",
        least=30,
    )
    assert says(
        desk,
        page,
        "Too small for a row of their own in the findings: %(units)s. "
        "Comments about them still count in the categories.",
        units="Phòng Tổng hợp",
    )
    strong = {**draft, "kids": office.kids}
    send(desk, "/consultations/gop-y-2027/edit", strong)
    assert 'class="warning"' not in text_of(desk.get("/consultations/gop-y-2027"))


def test_opening_freezes_the_draft_and_logs_it(desk, staff_app, draft) -> None:
    send(desk, "/consultations/new", draft)
    assert "Phòng Tổng hợp" in text_of(desk.get("/consultations/gop-y-2027/open"))
    assert send(desk, "/consultations/gop-y-2027/open").location == "/consultations/gop-y-2027"
    row, _, kids = stored(staff_app)
    with staff_app.app_context(), unit_of_work() as session:
        leaf = events.decode(read_leaf(session, row.open_leaf))
    assert (row.state, leaf["action"], leaf["consultation"], leaf["keys"]) == ("open", "open", "gop-y-2027", kids)
    for answer in (
        desk.get("/consultations/gop-y-2027/edit"),
        send(desk, "/consultations/gop-y-2027/edit", {**draft, "k": "50"}),
        send(desk, "/consultations/gop-y-2027/open"),
    ):
        assert answer.status_code == 409
    assert stored(staff_app)[0].k == 6


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kids": []}, "consultation-needs-moderators"),
        ({"kids": ["own"]}, "consultation-needs-readers"),
        ({"units-0-code": "", "units-0-name_vi": "", "units-0-headcount": ""}, "consultation-needs-units"),
        ({"opens": "2026-01-01", "closes": "2026-02-01"}, "consultation-period-over"),
    ],
)
def test_what_is_incomplete_does_not_open(desk, staff_app, draft, office, change, code) -> None:
    change = {"kids": office.kids[:1]} if change == {"kids": ["own"]} else change
    send(desk, "/consultations/new", {**draft, **change})
    answer = send(desk, "/consultations/gop-y-2027/open")
    assert answer.status_code == 409
    assert refuses(desk, answer, code)
    assert stored(staff_app)[0].state == "draft"


def test_a_revoked_key_is_not_opened_with(desk, staff_app, draft, office) -> None:
    send(desk, "/consultations/new", draft)
    send(desk, f"/accounts/keys/{office.kids[0]}/revoke")
    answer = send(desk, "/consultations/gop-y-2027/open")
    assert refuses(desk, answer, "consultation-key-revoked")
    assert office.kids[0] not in fields_of(desk.get("/consultations/gop-y-2027/edit")).get("kids", [])


def test_opening_and_closing_need_a_fresh_sign_in(desk, draft) -> None:
    send(desk, "/consultations/new", draft)
    make_stale(desk)
    for path in ("/consultations/gop-y-2027/open", "/consultations/thu-2026/close"):
        assert desk.get(path).location == f"/verify?next={path}"
        assert send(desk, path).status_code == 403


def test_closing_puts_every_waiting_comment_into_the_log_first(desk, staff_app, office, public) -> None:
    for _ in range(2):  # under mix_minimum: they wait
        sealed, raw = office.seal()
        body = {
            "envelope": base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(),
            "locator_hash": base64.urlsafe_b64encode(hashlib.sha256(receipt.locator(raw)).digest())
            .rstrip(b"=")
            .decode(),
        }
        assert public.post("/c/thu-2026/submissions", json=body).status_code == 201
    with staff_app.app_context(), unit_of_work() as session:
        assert session.query(PoolEntry).count() == 2
    assert desk.get("/consultations/thu-2026/close").status_code == 200
    assert send(desk, "/consultations/thu-2026/close").location == "/consultations/thu-2026"
    with staff_app.app_context(), unit_of_work() as session:
        row = service.get(session, "thu-2026")
        leaf = events.decode(read_leaf(session, row.close_leaf))
        places = [submission.leaf_index for submission in session.query(Submission)]
        assert session.query(PoolEntry).count() == 0
    assert (row.state, leaf["action"]) == ("closed", "close")
    assert len(places) == 2
    assert all(place is not None and place < row.close_leaf for place in places)
    assert send(desk, "/consultations/thu-2026/close").status_code == 409


def test_the_page_of_an_open_consultation_links_to_the_public_one(desk) -> None:
    assert 'href="http://localhost/c/thu-2026"' in text_of(desk.get("/consultations/thu-2026"))


def test_a_consultation_that_does_not_exist_is_not_found(desk) -> None:
    for path in ("", "/edit", "/open", "/close"):
        assert desk.get(f"/consultations/nothing{path}").status_code == 404


def test_the_first_draft_brings_the_default_taxonomy(admin, staff_app, clock) -> None:
    form = fields_of(admin.get("/consultations/new"))
    day = clock.today().isoformat()
    typed = {name: values[0] for name, values in form.items() if name not in {"csrf_token", "do"}}
    typed |= {"do": "save", "id": "dau-tien", "title_vi": "Đầu tiên", "opens": day, "closes": day, "headcount": "40"}
    typed |= {"ballot_mode": "open"}
    assert send(admin, "/consultations/new", typed).status_code == 302
    assert stored(staff_app, "dau-tien")[0].taxonomy_version == 1
