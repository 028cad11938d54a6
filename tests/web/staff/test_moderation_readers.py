"""What moderators are served of each other's codings, byte by byte; standing back, figures, what the office sees."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import inspect, select

from portal.consultations import service as consultations
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.moderation import assignment, recusal, service
from portal.moderation.agreement import BATCH
from portal.moderation.models import AgreementBatch, Coding, Handover, Progress, Recusal
from portal.web.runtime import unit_of_work
from tests.moderation.two import NAME, NAMES, open_pair
from tests.rounds import moderator
from tests.web.staff.steps import send, text_of

DESK = f"/moderation/{NAME}"
JSON = {"Accept": "application/json"}
REASON = "<p>Rõ là đùn đẩy.</p>"
CODED = {"severity": 2, "unit": "P2", "remedies": ["R2"], "paraphrase": "<p>Có lúc còn chậm.</p>"}
CLEAR = [b'"categories"', b'"C1"', b'"C2"', b'"P2"', b'"R2"', b"severity", "chậm".encode(), "đùn".encode()]


@pytest.fixture
def places(office, staff_app, log, clock, atrest) -> list[int]:
    """Three comments from which ``third`` was left out, coded by two who differ in the last one; and an uncoded one."""
    with staff_app.app_context(), unit_of_work() as session:
        pair = open_pair(session, log, clock, atrest, office)
        made = pair.send(4, left_out=["third"])
        for nth, index in enumerate(made[:3]):
            pair.code("moderator", index, 1, "C1", **CODED)
            pair.code("moderator2", index, 2, "C2" if nth == 2 else "C1", **CODED)
    return made


@pytest.fixture
def clients(staff_app, places, sign_in):
    made = {name: staff_app.test_client() for name in NAMES}
    for name, client in made.items():
        sign_in(client, name)
    return made


def token(client) -> str:
    return client.get(DESK).get_data(as_text=True).split('data-csrf="')[1].split('"')[0]


def post(client, path: str, body: dict):
    return client.post(f"{DESK}/{path}", json=body, headers={"X-CSRFToken": token(client), **JSON})


def reads(index: int) -> list[str]:
    return ["envelopes", f"codings?index={index}", "assignments"]


def test_who_was_left_out_is_served_the_same_sizes_and_shapes_and_nothing_in_clear(clients, places) -> None:
    # given a moderator who can open none of the comments, and two who coded them
    answers = {name: client.get(f"{DESK}/envelopes", headers=JSON).get_data() for name, client in clients.items()}
    items = {name: json.loads(data)["items"] for name, data in answers.items()}
    # then each gets the same codings, of the same sizes; only what is their own is marked
    for name in NAMES:
        assert [item["index"] for item in items[name]] == places
        assert [[one["shared"] for one in item["codings"]] for item in items[name]] == [
            [one["shared"] for one in item["codings"]] for item in items["third"]
        ]
        assert {len(one["shared"]) for item in items[name] for one in item["codings"]} == {
            len(b64url_encode(bytes(service.SHARED_SIZE)))
        }
    # and no answer of any route says in clear what a coding says
    for client in clients.values():
        for index in places:
            for path in reads(index):
                data = client.get(f"{DESK}/{path}", headers=JSON).get_data()
                assert [word for word in CLEAR if word in data] == [], path


def test_who_was_left_out_and_who_has_not_read_yet_get_the_same_bytes(
    staff_app, office, log, clock, atrest, sign_in
) -> None:
    # given comments that one person coded; of the two others one was left out of every comment
    with staff_app.app_context(), unit_of_work() as session:
        pair = open_pair(session, log, clock, atrest, office)
        made = pair.send(3, left_out=["third"])
        for index in made:
            pair.code("moderator", index, 1, "C1", **CODED)
    answers = []
    for name in ("moderator2", "third"):
        client = staff_app.test_client()
        sign_in(client, name)
        found = [client.get(f"{DESK}/{path}", headers=JSON) for path in reads(made[0])]
        answers.append([(one.status_code, dict(one.headers), one.get_data()) for one in found])
    # then all that the two are served is alike, but for which comments fell to whom
    for (status, headers, data), (other_status, other_headers, other) in zip(*answers, strict=True):
        assert (status, headers.keys()) == (other_status, other_headers.keys())
        assert data.replace(b"true", b"false") == other.replace(b"true", b"false")


def test_no_row_of_the_store_says_in_clear_what_was_said(clients, places, staff_app) -> None:
    note = b64url_encode(bytes(assignment.NOTE_SIZE))
    assert post(clients["third"], "assignments", {"index": places[3], "do": "return", "note": note}).status_code == 200
    with staff_app.app_context():
        for table in (Coding, AgreementBatch, Progress, Handover, Recusal):
            names = [column.key for column in inspect(table).columns]
            for row in db.session.execute(select(*(getattr(table, name) for name in names))):
                kept = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
                # digits may look like a code among random bytes, words may not
                assert [word for word in CLEAR if len(word) > 3 and word in kept] == [], table


def test_a_second_readers_coding_and_a_decision_come_in_through_the_page(clients, places) -> None:
    def save(name: str, index: int, slot: int, revision: int = 0, **coding: object):
        body = {"index": index, "slot": slot, "revision": revision, "coding": coding}
        return post(clients[name], "codings", {**body, "shared": b64url_encode(bytes(service.SHARED_SIZE))})

    assert save("moderator", places[3], 1, categories=["C1"]).json["slot"] == 1
    # when somebody else wants the same place, then a refusal says what to do and nothing of the coding
    answer = save("moderator2", places[3], 1, categories=["D1"])
    assert (answer.status_code, answer.json["error"]) == (409, "coding-slot-taken")
    assert [word for word in CLEAR if word in answer.get_data()] == []
    assert save("moderator2", places[3], 2, categories=["D1"]).status_code == 200
    assert save("moderator", places[2], 3, categories=["C1"], reason=REASON).json["error"] == "decision-by-reader"
    answer = save("third", places[2], 3, categories=["C1"], reason=REASON)
    assert (answer.status_code, answer.json["coding"]["reason"]) == (200, REASON)


def test_ones_own_history_has_days_and_sealed_copies(clients, places, clock) -> None:
    found = clients["moderator"].get(f"{DESK}/codings?index={places[0]}", headers=JSON).json["codings"]
    assert [(one["slot"], one["revision"], one["mine"], one["day"]) for one in found] == [
        (1, 1, True, clock.today().isoformat())
    ]
    assert clients["third"].get(f"{DESK}/codings?index={places[0]}", headers=JSON).json == {"codings": []}
    assert clients["third"].get(f"{DESK}/codings?index=0", headers=JSON).json == {"codings": []}
    assert clients["third"].get(f"{DESK}/codings", headers=JSON).status_code == 422


def test_comments_are_handed_back_and_taken(clients, places) -> None:
    def fallen(name: str) -> dict[int, bool]:
        items = clients[name].get(f"{DESK}/assignments?limit=10", headers=JSON).json["items"]
        return {item["index"]: item["assigned"] for item in items}

    names = [name for name in NAMES if fallen(name)[places[3]]]
    assert len(names) == 2
    note = b64url_encode(bytes(range(256)) * 4 + bytes(assignment.NOTE_SIZE - 1024))
    answer = post(clients[names[0]], "assignments", {"index": places[3], "do": "return", "note": note})
    assert answer.json == {"index": places[3], "assigned": False}
    items = clients[names[0]].get(f"{DESK}/assignments", headers=JSON).json["items"]
    assert [item["note"] for item in items] == [None, None, None, note]
    envelope = clients[names[0]].get(f"{DESK}/envelopes?after={places[2]}", headers=JSON).json["items"][0]
    assert envelope["assigned"] is False
    assert post(clients[names[0]], "assignments", {"index": places[3], "do": "take", "note": None}).json["assigned"]


WRONG = [
    {"index": 0, "do": "take", "note": None},
    {"index": -1, "do": "take", "note": None},
    {"do": "keep", "note": None},
    {"do": "take", "note": "AA"},
    {"do": "return", "note": None},
    {"do": "return", "note": "AA"},
    {"do": ["return"], "note": "AA"},
    {"do": "return", "note": "AA", "why": "x"},
]


def test_a_word_on_a_comment_that_cannot_be_meant_is_refused(clients, places, staff_app) -> None:
    codes = [post(clients["third"], "assignments", {"index": places[3], **one}).status_code for one in WRONG]
    assert codes == [404] + [422] * (len(WRONG) - 1)
    with staff_app.app_context():
        assert db.session.scalars(select(Handover)).all() == []


def test_standing_back_takes_a_tick_and_ends_everything(clients, places, staff_app) -> None:
    client = clients["third"]
    page = text_of(client.get(f"{DESK}/recusal"))
    assert "Không có anh, chị" not in page
    # when the box is not ticked, then nothing happens
    assert send(client, f"{DESK}/recusal", {"reason": "x"}).status_code == 422
    assert client.get(DESK).status_code == 200
    assert send(client, f"{DESK}/recusal", {"reason": "Vì tôi.", "understood": "y"}).status_code == 302
    # then nothing of the consultation is served any more, and the list says why
    for path in ("", "/key", "/envelopes", f"/codings?index={places[0]}", "/assignments", "/agreement", "/recusal"):
        answer = client.get(f"{DESK}{path}", headers=JSON)
        assert (answer.status_code, answer.json["error"]) == (403, "reader-recused"), path
    assert f'href="{DESK}"' not in client.get("/moderation/").get_data(as_text=True)
    # and whoever would be the last is warned
    assert "Không có anh, chị thì còn 1 người đọc được ý kiến." in text_of(clients["moderator"].get(f"{DESK}/recusal"))


def test_the_office_sees_numbers_and_no_names(clients, places, staff_app, sign_in, atrest) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, NAME)
        for name in NAMES[1:]:
            recusal.recuse(session, atrest, moderator(session, name), row, reason="Vì tôi.")
    for role in ("admin", "committee", "auditor"):
        client = staff_app.test_client()
        sign_in(client, role)
        page = text_of(client.get("/readership/"))
        assert 'class="tag tag--warn"' in page
        assert [
            word for word in ("Moderator2", "Third", "Vì tôi", "example.org") if word in page.split("<main")[1]
        ] == []
    for role in ("moderator", "issuer"):
        client = staff_app.test_client()
        sign_in(client, role)
        assert client.get("/readership/").status_code == 403


def test_figures_of_agreement_for_readers_alone(clients, staff_app, sign_in) -> None:
    # given fewer comments than a batch, then there is no figure
    assert "0.667" not in text_of(clients["moderator"].get(f"{DESK}/agreement"))
    answer = clients["moderator"].get("/moderation/thu-2026/agreement", headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (409, "agreement-one-reader")
    for role in ("committee", "admin"):
        client = staff_app.test_client()
        sign_in(client, role)
        assert client.get(f"{DESK}/agreement").status_code == 403


def test_a_whole_batch_is_shown_with_names_words_and_figures(
    staff, staff_app, office, log, clock, atrest, sign_in
) -> None:
    # given a batch in which two always agree but once
    with staff_app.app_context(), unit_of_work() as session:
        pair = open_pair(session, log, clock, atrest, office)
        for nth, index in enumerate(pair.send(BATCH)):
            pair.code("moderator", index, 1, "C1" if nth < 8 else "D1")
            pair.code("moderator2", index, 2, "C1" if nth < 7 else "D1")
    sign_in(staff, "moderator")
    staff.get("/language/vi")
    page = text_of(staff.get(f"{DESK}/agreement"))
    # then the category stands there by its name, with a figure as the language writes it
    assert "Né tránh trách nhiệm" in page
    assert "0,90" in page
    assert 'class="tag tag--open"' in page
