"""The workbench's routes: who may come, what goes out, what comes back."""

import base64
import hashlib
import json
import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import security
from portal.accounts import service as accounts
from portal.accounts.models import Account, ModeratorKey
from portal.consultations import service as consultations
from portal.crypto import envelope as envelopes
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.encoding import b64url_encode
from portal.crypto.rowkey import CODING_SIZE, sealed_size
from portal.ledger.log import read_leaf
from portal.moderation.models import Coding
from portal.submissions import sequencing
from portal.submissions import service as submissions
from portal.web.runtime import unit_of_work
from tests.support import PASSWORD, TODAY, Office

DESK = "/moderation/thu-2026"
GOOD = {"categories": ["C1"], "severity": 2, "level": "unit", "unit": "P2", "remedies": ["R2"], "flags": []}
TEXTS = ["Việc khó bị để lại.", "Hồ sơ chuyển qua lại.", "Chờ cấp trên.", "Ký mà chưa đọc kỹ.", "Quá hạn."]
JSON = {"Accept": "application/json"}
SHARED = b64url_encode(bytes(sealed_size(CODING_SIZE)))


@pytest.fixture
def comments(office: Office, staff_app, log, clock) -> list[int]:
    """Five sealed comments in the log; their leaves in the log's order."""
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        for text in TEXTS:
            sealed, raw = office.seal(text)
            locator = hashlib.sha256(raw).digest()
            submissions.accept(session, log, clock, row, envelope=sealed, locator_hash=locator, promise_days=2)
        sequencing.sequence_groups(session, log, [row.id])
        return [item for item in range(200) if b'"submission"' in _leaf(session, item)]


def _leaf(session, index: int) -> bytes:
    try:
        return read_leaf(session, index)
    except Exception:
        return b""


@pytest.fixture
def desk(staff: FlaskClient, comments: list[int], sign_in) -> FlaskClient:
    """A signed-in moderator."""
    sign_in(staff, "moderator")
    return staff


def token(client: FlaskClient, path: str = DESK) -> str:
    return client.get(path).get_data(as_text=True).split('data-csrf="')[1].split('"')[0]


def save(client: FlaskClient, index: object, coding: object = GOOD, *, revision: object = 0, **more: object):
    body = {"index": index, "slot": 1, "revision": revision, "coding": coding, "shared": SHARED, **more}
    return client.post(f"{DESK}/codings", json=body, headers={"X-CSRFToken": token(client), **JSON})


def age(client: FlaskClient, minutes: int) -> None:
    with client.session_transaction() as kept:
        kept["fs_paa"] = time.time() - minutes * 60


def codings(staff_app) -> list[Coding]:
    with staff_app.app_context(), unit_of_work() as session:
        return list(session.scalars(select(Coding).order_by(Coding.id)))


# --- who may come ---

ROUTES = ["/moderation/", DESK, f"{DESK}/key", f"{DESK}/envelopes"]


def test_nobody_comes_in_without_signing_in(staff, comments) -> None:
    assert [staff.get(path).status_code for path in ROUTES] == [302] * 4
    assert [staff.get(path, headers=JSON).status_code for path in ROUTES] == [401] * 4


def test_only_moderators_come_in(staff_app, comments, sign_in) -> None:
    for role in ("admin", "issuer", "committee", "auditor"):
        client = staff_app.test_client()
        sign_in(client, role)
        assert [client.get(path).status_code for path in ROUTES] == [403] * 4, role


def test_a_moderator_without_a_key_of_the_consultation_gets_nothing(staff, staff_app, comments, sign_in) -> None:
    # given a third moderator, to whom nothing is sealed
    with staff_app.app_context(), unit_of_work() as session:
        account, _ = accounts.invite(
            session, email="moderator3@example.org", name="Third", roles=["moderator"], forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = security.hashed(PASSWORD), None
    sign_in(staff, "moderator3")
    # then every route of the consultation refuses by name, and the list is empty
    for path in (DESK, f"{DESK}/key", f"{DESK}/envelopes"):
        answer = staff.get(path, headers=JSON)
        assert (answer.status_code, answer.json["error"]) == (403, "not-a-reader")
    answer = staff.post(
        f"{DESK}/codings",
        json={"index": comments[0], "slot": 1, "revision": 0, "coding": GOOD, "shared": SHARED},
        headers={"X-CSRFToken": token(staff, "/keys/"), **JSON},
    )
    assert (answer.status_code, answer.json["error"]) == (403, "not-a-reader")
    assert "thu-2026" not in staff.get("/moderation/").get_data(as_text=True)


def test_a_consultation_that_is_not_there_is_not_found(desk) -> None:
    assert desk.get("/moderation/khong-co").status_code == 404


# --- what goes out ---


def test_the_list_shows_readable_consultations_and_a_rounded_share(desk, comments) -> None:
    save(desk, comments[0])
    save(desk, comments[1])
    page = desk.get("/moderation/").get_data(as_text=True)
    assert 'href="/moderation/thu-2026"' in page
    assert 'value="40"' in page


def test_the_page_offers_the_taxonomy_and_the_units_and_no_comment(desk, office) -> None:
    page = desk.get(DESK).get_data(as_text=True)
    assert 'value="C12"' in page
    assert 'value="P4"' in page
    assert not [text for text in TEXTS if text in page]


def test_the_wrapped_key_is_the_accounts_own(staff_app, office, comments, sign_in) -> None:
    for role in ("moderator", "moderator2"):
        client = staff_app.test_client()
        sign_in(client, role)
        answer = client.get(f"{DESK}/key", headers=JSON).json
        with staff_app.app_context(), unit_of_work() as session:
            owner = session.scalar(select(Account).where(Account.email == f"{role}@example.org"))
            key = session.scalar(select(ModeratorKey).where(ModeratorKey.account_id == owner.id))
        assert set(answer) == {"kid", "public_key", "wrapped"}
        assert answer["kid"] == key.kid
        assert base64.urlsafe_b64decode(answer["public_key"] + "==") == key.public_key
        assert answer["wrapped"] == json.loads(key.wrapped)


def test_the_wrapped_key_asks_for_a_fresh_sign_in(desk, settings) -> None:
    # given a sign-in that has just gone stale
    age(desk, settings.fresh_minutes + 1)
    # then the key stays here, and the page says where to go and come back
    answer = desk.get(f"{DESK}/key", headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (403, "not-fresh")
    assert "wrapped" not in answer.get_data(as_text=True)
    page = desk.get(DESK).get_data(as_text=True)
    assert "/verify?next=/moderation/thu-2026" in page
    # and proving oneself again is enough
    age(desk, settings.fresh_minutes - 1)
    assert desk.get(f"{DESK}/key", headers=JSON).status_code == 200


def test_envelopes_come_in_the_logs_order_a_page_at_a_time(desk, comments) -> None:
    # when pages of two are followed by their cursor
    found, after, pages = [], -1, 0
    while after is not None:
        page = desk.get(f"{DESK}/envelopes?after={after}&limit=2", headers=JSON).json
        found += page["items"]
        after, pages = page["next"], pages + 1
    # then all are there once, in order, in three pages
    assert [item["index"] for item in found] == comments
    assert pages == 3
    # and a page that ends exactly at the last one says so
    assert desk.get(f"{DESK}/envelopes?limit=5", headers=JSON).json["next"] is None
    assert desk.get(f"{DESK}/envelopes?after={comments[-1]}", headers=JSON).json == {"items": [], "next": None}


def test_an_envelope_agrees_with_its_leaf_and_opens_with_the_moderators_seed(desk, office, comments) -> None:
    items = desk.get(f"{DESK}/envelopes", headers=JSON).json["items"]
    kid = desk.get(f"{DESK}/key", headers=JSON).json["kid"]
    texts = set()
    for item in items:
        data = base64.urlsafe_b64decode(item["envelope"] + "==")
        assert json.loads(item["leaf"])["envelope_sha256"] == hashlib.sha256(data).hexdigest()
        assert (item["codings"], item["wrap"], item["redactions"]) == ([], None, [])
        opened = envelopes.open_with(office.seeds[kid], data)
        texts.add(json.loads(opened)["text"])
    assert texts == set(TEXTS)


def test_a_page_that_cannot_be_meant_is_refused(desk) -> None:
    for query in ("after=x", "after=-2", "limit=0", "limit=101", "limit=", f"after={2**60}"):
        assert desk.get(f"{DESK}/envelopes?{query}", headers=JSON).status_code == 422, query


def test_what_still_waits_in_the_pool_is_not_shown(desk, office, staff_app, comments, log, clock) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        sealed, _ = office.seal("Còn chờ.")
        submissions.accept(session, log, clock, row, envelope=sealed, locator_hash=b"w" * 32, promise_days=2)
    assert len(desk.get(f"{DESK}/envelopes", headers=JSON).json["items"]) == len(comments)


# --- what comes back ---


def test_a_coding_is_kept_and_comes_back_with_its_envelope(desk, comments) -> None:
    answer = save(desk, comments[2], {**GOOD, "categories": ["C4", "C1"], "paraphrase": "<p>Có lúc còn chờ.</p>"})
    assert answer.status_code == 200
    assert answer.json["revision"] == 1
    assert answer.json["coding"]["categories"] == ["C1", "C4"]
    item = desk.get(f"{DESK}/envelopes?after={comments[1]}&limit=1", headers=JSON).json["items"][0]
    assert item["codings"] == [{"slot": 1, "revision": 1, "mine": True, "shared": SHARED}]


def test_a_paraphrase_keeps_its_seven_tags_and_nothing_else(desk, comments) -> None:
    dirty = (
        '<p onclick="x()">Có <strong style="color:red">lúc</strong> <a href="https://example.org">còn</a></p>'
        "<script>alert(1)</script><img src=x onerror=alert(1)><!-- n --><ul class=u><li>chậm</li></ul>"
    )
    kept = save(desk, comments[0], {**GOOD, "paraphrase": dirty}).json["coding"]["paraphrase"]
    assert kept == "<p>Có <strong>lúc</strong> còn</p>alert(1)<ul><li>chậm</li></ul>"


def test_every_revision_is_kept_and_the_newest_is_current(desk, staff_app, comments) -> None:
    save(desk, comments[0])
    save(desk, comments[0], {**GOOD, "categories": ["D2"]}, revision=1)
    kept = codings(staff_app)
    assert [(row.revision, row.current) for row in kept] == [(1, False), (2, True)]
    assert kept[0].sealed != kept[1].sealed


def test_a_coding_made_on_an_older_revision_is_refused(desk, staff_app, comments) -> None:
    save(desk, comments[0])
    answer = save(desk, comments[0], {**GOOD, "categories": ["D2"]}, revision=0)
    assert (answer.status_code, answer.json["error"]) == (409, "coding-changed")
    assert len(codings(staff_app)) == 1


def test_the_logged_commitment_reopens_and_the_store_is_sealed(desk, staff_app, settings, comments) -> None:
    save(desk, comments[0], {**GOOD, "paraphrase": "<p>Có lúc còn chậm.</p>"})
    (kept,) = codings(staff_app)
    # given what is stored, which shows nothing
    assert "chậm".encode() not in kept.sealed
    # when it is opened with the instance key
    opened = json.loads(AtRest([settings.secret.instance_key]).open("coding", kept.sealed))
    salt = bytes.fromhex(opened.pop("salt"))
    # then it is what the log committed to
    with staff_app.app_context(), unit_of_work() as session:
        leaf = json.loads(read_leaf(session, kept.coding_leaf))
    assert leaf["commitment"] == commit(salt, opened).hex()
    assert leaf["submission"] == opened["submission"] == comments[0]
    assert (leaf["type"], leaf["revision"]) == ("coding", 1)


WRONG = [
    ({"categories": ["C99"]}, "coding-unknown-categories"),
    ({"categories": "C1"}, "coding-unknown-categories"),
    ({"remedies": ["R99"]}, "coding-unknown-remedies"),
    ({"flags": ["urgent"]}, "coding-unknown-flags"),
    ({"unit": "P99"}, "coding-unknown-unit"),
    ({"level": "province"}, "coding-malformed"),
    ({"severity": 4}, "coding-malformed"),
    ({"severity": True}, "coding-malformed"),
    ({"severity": 1.0}, "coding-malformed"),
    ({"severity": 0}, "coding-malformed"),
    ({"v": 2}, "coding-malformed"),
    ({"text": "Việc khó bị để lại."}, "coding-malformed"),
    ({"categories": [], "unit": None}, "coding-empty"),
    ({"flags": ["no_publishable"]}, "coding-contradiction"),
    ({"paraphrase": "a" * 2001}, "coding-paraphrase-long"),
    ({"paraphrase": "\ud800"}, "coding-malformed"),
    ({"paraphrase": None}, "coding-paraphrase-long"),
]


def test_a_wrong_coding_is_refused_by_name_and_not_kept(desk, staff_app, comments) -> None:
    for change, code in WRONG:
        answer = save(desk, comments[0], {**GOOD, **change})
        assert (answer.status_code, answer.json["error"]) == (422, code), change
        assert answer.json["message"]
    for coding in (None, [], "C1", 1):
        assert save(desk, comments[0], coding).json["error"] == "coding-malformed"
    assert codings(staff_app) == []


def test_a_leaf_that_is_no_comment_of_the_consultation_is_unknown(desk, comments) -> None:
    # given the first leaf, which is a key, and one beyond the log
    for index in (0, 10**9):
        answer = save(desk, index)
        assert (answer.status_code, answer.json["error"]) == (404, "comment-unknown")


def test_an_index_that_is_no_leaf_number_is_refused(desk, comments) -> None:
    for index in (-1, "3", None, 1.5, True, 2**60):
        assert save(desk, index).json["error"] == "body-malformed", index


def test_a_body_with_any_other_key_is_refused(desk, staff_app, comments) -> None:
    for extra in ("text", "seed", "prf", "passphrase"):
        answer = save(desk, comments[0], **{extra: "x"})
        refusal = "body-prf" if extra == "prf" else "body-malformed"
        assert (answer.status_code, answer.json["error"]) == (422, refusal), extra
    assert codings(staff_app) == []


def test_a_coding_without_the_csrf_token_is_refused(desk, staff_app, comments) -> None:
    body = {"index": comments[0], "slot": 1, "revision": 0, "coding": GOOD, "shared": SHARED}
    for headers in (JSON, {"X-CSRFToken": "x", **JSON}):
        answer = desk.post(f"{DESK}/codings", json=body, headers=headers)
        assert (answer.status_code, answer.json["error"]) == (422, "form-expired")
    assert codings(staff_app) == []


def test_a_published_consultation_is_read_only(desk, staff_app, office, comments) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        consultations.get(session, office.consultation).state = "published"
    assert save(desk, comments[0]).json["error"] == "consultation-frozen"
    assert "data-save>" not in desk.get(DESK).get_data(as_text=True)


def test_no_body_reaches_a_log_line(desk, comments, caplog) -> None:
    caplog.set_level(0)
    save(desk, comments[0], {**GOOD, "paraphrase": "<p>dấu vết riêng</p>"})
    save(desk, comments[0], {**GOOD, "paraphrase": "<p>dấu vết riêng</p>", "unit": "P99"}, revision=1)
    assert "dấu vết riêng" not in caplog.text
