"""A moderator's keys: what the page shows, what it takes, and above all what it refuses."""

import base64
import hashlib
import json
import secrets
import time

import pytest
from sqlalchemy import func, select

from portal.accounts.models import ModeratorKey
from portal.crypto import keys as kem
from portal.crypto import keywrap
from portal.ledger.log import read_leaf
from portal.web.runtime import unit_of_work

JSON = {"Accept": "application/json"}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def made() -> dict:
    """What the browser sends: a fresh public key and its wrapped private half (production parameters)."""
    seed = secrets.token_bytes(32)
    public_key = kem.public_key(seed)
    wrapped = keywrap.wrap(seed, "sau tu cho khoa thu nghiem", kid=kem.kid_of(public_key))
    return {"public_key": b64(public_key), "wrapped": json.loads(wrapped)}


@pytest.fixture
def page(staff, office, sign_in):
    sign_in(staff, "moderator")
    return staff


def add(client, body, **headers):
    token = client.get("/keys/").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    return client.post("/keys/", json=body, headers={"X-CSRFToken": token, **JSON, **headers})


def count(staff_app) -> int:
    with staff_app.app_context(), unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(ModeratorKey))


def test_only_moderators_have_keys(staff, office, sign_in) -> None:
    assert staff.get("/keys/").status_code == 302
    sign_in(staff, "admin")
    assert staff.get("/keys/").status_code == 403
    assert staff.post("/keys/", json={}, headers=JSON).status_code == 422


def test_the_page_shows_ones_own_keys_only(page, staff_app, office) -> None:
    text = page.get("/keys/").get_data(as_text=True).replace("</span>", "").replace("<span>", "").replace(" ", "")
    with staff_app.app_context(), unit_of_work() as session:
        owners = {key.kid: key.account.email for key in session.scalars(select(ModeratorKey))}
    shown = {kid: kid in text for kid in owners}
    assert shown == {kid: email == "moderator@example.org" for kid, email in owners.items()}


def test_a_key_is_kept_and_its_public_half_is_logged(page, staff_app, made) -> None:
    answer = add(page, made)
    assert answer.status_code == 201
    public_key = base64.urlsafe_b64decode(made["public_key"] + "==")
    assert answer.json["kid"] == kem.kid_of(public_key)
    with staff_app.app_context(), unit_of_work() as session:
        key = session.get(ModeratorKey, answer.json["kid"])
        leaf = json.loads(read_leaf(session, answer.json["leaf"]))
        assert (key.account.email, key.state) == ("moderator@example.org", "active")
        assert json.loads(key.wrapped) == made["wrapped"]
    assert leaf == {
        "type": "key",
        "v": 1,
        "action": "add",
        "alg": "X-Wing",
        "kid": key.kid,
        "public_key_sha256": hashlib.sha256(public_key).hexdigest(),
    }


def test_a_body_with_any_other_key_is_refused(page, staff_app, made) -> None:
    before = count(staff_app)
    for extra in ("seed", "passphrase", "clientExtensionResults", "kid"):
        answer = add(page, {**made, extra: b64(secrets.token_bytes(32))})
        assert (answer.status_code, answer.json["error"]) == (422, "body-malformed"), extra
    assert count(staff_app) == before


SECRET = b64(bytes(range(32)))
CREDENTIAL = {"id": "AAAA", "type": "public-key", "response": {}, "clientExtensionResults": {"prf": {"enabled": True}}}
RESULTS = {"enabled": True, "results": {"first": SECRET}}


@pytest.mark.parametrize(
    "body",
    [
        {"prf": SECRET},
        {"prf": {"results": {"first": SECRET}}},
        {"credential": {**CREDENTIAL, "clientExtensionResults": {"prf": RESULTS}}},
        {"credential": json.dumps({**CREDENTIAL, "clientExtensionResults": {"prf": RESULTS}})},
        {"list": [{"deep": [{"prf": [SECRET]}]}]},
        {"text": json.dumps([json.dumps({"prf": SECRET})])},
    ],
)
def test_a_passkeys_secret_is_refused_wherever_it_stands(page, body, caplog) -> None:
    caplog.set_level(0)
    token = page.get("/keys/").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    # in JSON, to a view that would refuse it anyway and to one that takes other bodies
    for address in ("/keys/", "/moderation/thu-2026/codings"):
        answer = page.post(address, json=body, headers={"X-CSRFToken": token, **JSON})
        assert (answer.status_code, answer.json["error"]) == (422, "body-prf")
    # and in a form, as a sign-in by passkey would send its credential
    answer = page.post("/account/", data={"csrf_token": token, "credential": json.dumps(body)}, headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (422, "body-prf")
    assert SECRET not in caplog.text


def test_a_credential_that_only_says_that_the_extension_is_on_passes_the_guard(page) -> None:
    answer = page.post("/keys/", json={"credential": CREDENTIAL}, headers=JSON)
    assert answer.json["error"] in {"form-expired", "body-malformed"}
    deep = json.loads("[" * 200 + "]" * 200)
    assert page.post("/keys/", json=deep, headers=JSON).status_code == 422


def test_a_body_with_too_little_is_refused(page) -> None:
    for body in (None, [], "x", {}, {"public_key": "x"}, {"wrapped": {}}):
        assert add(page, body).json["error"] == "body-malformed", body


def test_a_public_key_of_another_shape_is_refused(page, staff_app, made) -> None:
    before = count(staff_app)
    for bad in ("", "x", "AAAA", None, 7, [1], b64(bytes(1215)), b64(bytes(1217)), "é" * 1622):
        answer = add(page, {**made, "public_key": bad})
        assert (answer.status_code, answer.json["error"]) == (422, "key-malformed"), bad
    assert count(staff_app) == before


WRONG = [
    {"v": 2},
    {"kdf": "pbkdf2"},
    {"m": 8},
    {"t": 0},
    {"salt": "AAAA"},
    {"nonce": b64(bytes(16))},
    {"ct": b64(bytes(47))},
    {"ct": None},
    {"ct": "\ud800"},
    {"seed": b64(bytes(32))},
]


def test_wrapped_bytes_of_another_shape_are_refused(page, staff_app, made) -> None:
    before = count(staff_app)
    for change in WRONG:
        answer = add(page, {**made, "wrapped": {**made["wrapped"], **change}})
        assert (answer.status_code, answer.json["error"]) == (422, "key-malformed"), change
    for bad in (None, "{}", [], {}):
        assert add(page, {**made, "wrapped": bad}).json["error"] == "key-malformed", bad
    assert count(staff_app) == before


def test_the_same_key_twice_is_refused(page, made) -> None:
    add(page, made)
    answer = add(page, made)
    assert (answer.status_code, answer.json["error"]) == (409, "key-exists")


def test_a_key_asks_for_a_fresh_sign_in(page, staff_app, settings, made) -> None:
    before = count(staff_app)
    token = page.get("/keys/").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    with page.session_transaction() as kept:
        kept["fs_paa"] = time.time() - (settings.fresh_minutes + 1) * 60
    answer = page.post("/keys/", json=made, headers={"X-CSRFToken": token, **JSON})
    assert (answer.status_code, answer.json["error"]) == (403, "not-fresh")
    assert count(staff_app) == before
    text = page.get("/keys/").get_data(as_text=True)
    assert "/verify?next=/keys/" in text
    assert "data-start" not in text


def test_a_key_without_the_csrf_token_is_refused(page, staff_app, made) -> None:
    before = count(staff_app)
    answer = page.post("/keys/", json=made, headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (422, "form-expired")
    assert count(staff_app) == before


def test_no_body_reaches_a_log_line(page, made, caplog) -> None:
    caplog.set_level(0)
    add(page, made)
    add(page, {**made, "seed": "bi-mat"})
    assert made["wrapped"]["ct"] not in caplog.text
    assert "bi-mat" not in caplog.text
