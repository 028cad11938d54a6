"""Looking after a key: other wrappings, the next key, revoking it, and what is said before."""

import json

import pytest

from portal.accounts import service as accounts
from portal.accounts.models import ModeratorKey
from portal.crypto import keywrap
from portal.crypto.encoding import b64url_encode
from portal.ledger.log import read_leaf
from portal.moderation import readership
from portal.web.runtime import unit_of_work
from tests.moderation.keys import new_pair
from tests.rounds import moderator
from tests.support import PASSPHRASE
from tests.web.staff.steps import make_stale, says, send, token_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def page(staff, office, sign_in):
    sign_in(staff, "moderator")
    return staff


def in_store(staff_app, read):
    with staff_app.app_context(), unit_of_work() as session:
        return read(session)


@pytest.fixture
def kid(staff_app, office) -> str:
    def own(session) -> str:
        return accounts.active_keys(session, account_id=moderator(session).id)[0].kid

    return in_store(staff_app, own)


@pytest.fixture
def theirs(staff_app, office) -> str:
    def other(session) -> str:
        return accounts.active_keys(session, account_id=moderator(session, "moderator2").id)[0].kid

    return in_store(staff_app, other)


def post(client, address, body):
    token = client.get("/keys/").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    return client.post(address, json=body, headers={"X-CSRFToken": token, **JSON})


def wrapping(client, kid) -> dict:
    return client.get(f"/keys/{kid}/wrapped", headers=JSON).json["wrapped"]


def with_passkey(office, kid, document: dict) -> dict:
    """The document as a browser would make it, with a passkey."""
    salt, prf, credential = b"s" * 32, b"p" * 32, b"c" * 20
    passkey = keywrap.wrap_with_prf(office.seeds[kid], prf, kid=kid, credential=credential, salt=salt)
    text = str(keywrap.WrappedDocument(keywrap.parse_wrapped(json.dumps(document, separators=(",", ":"))), (passkey,)))
    assert keywrap.unwrap_with_prf(text, prf, kid=kid, credential=credential) == office.seeds[kid]
    return json.loads(text)


def test_a_passkey_is_put_beside_the_passphrase_and_taken_away(page, staff_app, office, kid) -> None:
    # given a key under a passphrase
    plain = wrapping(page, kid)
    both = with_passkey(office, kid, plain)
    # when a passkey is added, then both open it, and the pages offer it
    assert post(page, f"/keys/{kid}/wrapped", {"seen": plain, "wrapped": both}).json == {"kid": kid}
    kept = in_store(staff_app, lambda session: session.get(ModeratorKey, kid).wrapped)
    assert keywrap.unwrap(kept, PASSPHRASE, kid=kid) == office.seeds[kid]
    assert both["passkeys"][0]["id"] in page.get(f"/keys/{kid}").get_data(as_text=True)
    assert "data-passkey hidden" in page.get("/moderation/thu-2026").get_data(as_text=True)
    # when it is removed, the document is what it was
    assert post(page, f"/keys/{kid}/wrapped", {"seen": both, "wrapped": plain}).status_code == 200
    assert wrapping(page, kid) == plain
    assert "data-passkey hidden" not in page.get("/moderation/thu-2026").get_data(as_text=True)


def test_a_wrapping_that_changed_meanwhile_is_not_written_over(page, office, kid) -> None:
    plain = wrapping(page, kid)
    both = with_passkey(office, kid, plain)
    post(page, f"/keys/{kid}/wrapped", {"seen": plain, "wrapped": both})
    answer = post(page, f"/keys/{kid}/wrapped", {"seen": plain, "wrapped": with_passkey(office, kid, plain)})
    assert (answer.status_code, answer.json["error"]) == (409, "key-changed")
    assert wrapping(page, kid) == both


@pytest.mark.parametrize("change", [{"v": 3}, {"passkeys": []}, {"prf": "AAAA"}, {"seed": "AAAA"}, {"passphrase": {}}])
def test_another_form_of_wrapping_is_refused(page, office, kid, change) -> None:
    plain = wrapping(page, kid)
    changed = {**with_passkey(office, kid, plain), **change}
    answer = post(page, f"/keys/{kid}/wrapped", {"seen": plain, "wrapped": changed})
    assert (answer.status_code, answer.json["error"]) in {(422, "key-malformed"), (422, "body-prf")}
    assert wrapping(page, kid) == plain


def test_a_passkeys_output_beside_its_wrap_is_refused(page, office, kid) -> None:
    plain = wrapping(page, kid)
    both = with_passkey(office, kid, plain)
    both["passkeys"][0]["prf"] = b64url_encode(b"p" * 32)
    answer = post(page, f"/keys/{kid}/wrapped", {"seen": plain, "wrapped": both})
    assert (answer.status_code, answer.json["error"]) == (422, "body-prf")


def test_nobody_reaches_anothers_key(page, theirs) -> None:
    for path in ("", "/wrapped", "/replace", "/revoke"):
        assert page.get(f"/keys/{theirs}{path}", headers=JSON).status_code == 404, path
    answer = post(page, f"/keys/{theirs}/wrapped", {"seen": {}, "wrapped": {}})
    assert answer.status_code == 422
    assert send(page, f"/keys/{theirs}/revoke", {"understood": "yes"}).status_code == 404


def test_a_key_is_cared_for_only_with_a_fresh_sign_in(page, kid) -> None:
    token = token_of(page, f"/keys/{kid}/revoke")
    make_stale(page)
    for path in ("", "/replace", "/revoke"):
        assert "/verify" in page.get(f"/keys/{kid}{path}").headers["Location"]
    assert page.get(f"/keys/{kid}/wrapped", headers=JSON).json["error"] == "not-fresh"
    answer = page.post(f"/keys/{kid}/revoke", data={"csrf_token": token, "understood": "yes"})
    assert answer.status_code == 403


def test_a_next_key_is_logged_as_the_old_ones_successor(page, staff_app, kid) -> None:
    # given what the browser sends of a new key
    _, sent = new_pair()
    body = {"public_key": b64url_encode(sent["public_key"]), "wrapped": json.loads(sent["wrapped"])}
    answer = post(page, f"/keys/{kid}/replace", body)
    assert answer.status_code == 201

    # then it reads the consultation, and the log says in whose place
    def leaf(session) -> dict:
        row = readership.read_by(session, [answer.json["kid"]])[0]
        reader = next(one for one in readership.readers_of(session, row) if one.kid == answer.json["kid"])
        return json.loads(read_leaf(session, reader.leaf))

    assert in_store(staff_app, leaf)["replaces"] == kid
    text = page.get(f"/keys/{kid}")
    assert says(page, text, "Your key %(kid)s… takes its place.", kid=answer.json["kid"][:8])
    # and a body with anything more is refused
    assert post(page, f"/keys/{kid}/replace", {**body, "seed": "x"}).json["error"] == "body-malformed"


def test_what_is_lost_is_said_before_a_key_is_revoked(page, staff_app, office, kid, theirs) -> None:
    # given a colleague who reads, too
    confirm = page.get(f"/keys/{kid}/revoke")
    assert not says(page, confirm, "Nobody else can read them.")

    # when the colleague's key is revoked
    def revoke_theirs(session) -> None:
        accounts.revoke_key(
            session, page.application.extensions["portal.runtime"].log, accounts.get_key(session, theirs)
        )

    in_store(staff_app, revoke_theirs)
    confirm = page.get(f"/keys/{kid}/revoke")
    assert says(page, confirm, "Nobody else can read them.")
    assert says(page, confirm, "Without the key these comments are lost for good. Nobody can bring them back: "
                "not the administrator, not the maker of the portal.")  # fmt: skip
    # then without the tick nothing happens
    assert send(page, f"/keys/{kid}/revoke").status_code == 422
    assert in_store(staff_app, lambda session: session.get(ModeratorKey, kid).state) == "active"
    assert send(page, f"/keys/{kid}/revoke", {"understood": "yes"}).status_code == 302
    assert in_store(staff_app, lambda session: session.get(ModeratorKey, kid).state) == "revoked"


def test_the_last_readers_account_is_blocked_only_by_who_knows_it(staff, staff_app, office, sign_in, theirs) -> None:
    # given an administrator, and two readers
    sign_in(staff, "admin")
    ids = in_store(staff_app, lambda session: {n: moderator(session, n).id for n in ("moderator", "moderator2")})
    assert send(staff, f"/accounts/{ids['moderator2']}/block").status_code == 302
    # when the last one is to be blocked, then the page says what that means
    page = staff.get(f"/accounts/{ids['moderator']}")
    assert says(staff, page, "Nobody else can read these consultations")
    assert send(staff, f"/accounts/{ids['moderator']}/block").status_code == 409
    assert in_store(staff_app, lambda session: moderator(session).active)
    assert send(staff, f"/accounts/{ids['moderator']}/block", {"understood": "yes"}).status_code == 302
    assert not in_store(staff_app, lambda session: moderator(session).active)
