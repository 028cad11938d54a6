"""A reader who comes later, over the pages: proposed, confirmed, and what other readers' browsers are given."""

import json
import secrets

import pytest

from portal.accounts import service as accounts
from portal.crypto import envelope
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.ledger import events
from portal.ledger.log import read_leaf, size
from portal.moderation import readership
from portal.submissions.sequencing import sequence_groups
from portal.web.runtime import unit_of_work
from tests.moderation.keys import newcomer, rotate
from tests.rounds import moderator
from tests.rounds import send as send_comment
from tests.web.staff.steps import make_stale, refuses, says, send, text_of

JSON = {"Accept": "application/json"}
CID = "thu-2026"
COMMENTS = 3


@pytest.fixture
def kid(staff_app, office, log, clock) -> str:
    """A newcomer's key, and comments in the log."""
    with staff_app.app_context(), unit_of_work() as session:
        for _ in range(COMMENTS):
            send_comment(session, log, clock, office)
        sequence_groups(session, log, [CID])
        return newcomer(session, log)[1].kid


@pytest.fixture
def added(staff_app, log, kid) -> str:
    with staff_app.app_context(), unit_of_work() as session:
        row = readership.read_by(session, [key.kid for key in accounts.active_keys(session)])[0]
        readership.propose(session, moderator(session, "admin"), row, kid)
        readership.confirm(session, log, moderator(session, "auditor"), row, kid)
    return kid


def post(client, address, body):
    token = client.get("/keys/").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
    return client.post(address, json=body, headers={"X-CSRFToken": token, **JSON})


def test_an_administrator_proposes_and_an_auditor_confirms(staff, staff_app, sign_in, kid) -> None:
    # given the administrator's page, which offers the newcomer alone
    sign_in(staff, "admin")
    page = staff.get("/readers/")
    assert page.get_data(as_text=True).count("<option") == 1
    assert send(staff, f"/readers/{CID}", {"kid": kid}).status_code == 302
    # when the administrator tries to confirm alone
    assert send(staff, f"/readers/{CID}/{kid}/confirm").status_code == 403
    # then only an auditor can
    other = staff_app.test_client()
    sign_in(other, "auditor")
    assert "Newcomer" in text_of(other.get(f"/readers/{CID}/{kid}"))
    assert send(other, f"/readers/{CID}", {"kid": kid}).status_code == 403
    assert send(other, f"/readers/{CID}/{kid}/confirm").status_code == 302
    with staff_app.app_context(), unit_of_work() as session:
        leaf = events.decode(read_leaf(session, size(session) - 1))
    assert (leaf["type"], leaf["kid"], leaf["replaces"]) == ("reader", kid, "")
    assert other.get(f"/readers/{CID}/{kid}").status_code == 404


def test_a_proposal_can_be_dropped(staff, staff_app, sign_in, kid) -> None:
    sign_in(staff, "admin")
    send(staff, f"/readers/{CID}", {"kid": kid})
    assert send(staff, f"/readers/{CID}/{kid}/decline").status_code == 302
    with staff_app.app_context(), unit_of_work() as session:
        assert readership.waiting(session) == []


def test_who_held_a_key_cannot_be_proposed(staff, staff_app, office, sign_in) -> None:
    sign_in(staff, "admin")
    answer = send(staff, f"/readers/{CID}", {"kid": office.kids[0]})
    assert answer.status_code == 409
    assert refuses(staff, answer, "reader-held-before")


def test_the_public_sees_who_was_added(public, added) -> None:
    page = text_of(public.get(f"/c/{CID}"))
    assert "Newcomer" in page
    assert added[:4] in page


def test_a_reader_is_given_what_the_browser_needs_and_passes_on(staff, staff_app, office, sign_in, added) -> None:
    # given a reader's job
    sign_in(staff, "moderator")
    base = f"/reseal/{CID}/{added}"
    assert says(staff, staff.get("/keys/"), "Comments to pass on")
    assert "Newcomer" in text_of(staff.get(base))
    job = staff.get(f"{base}/job", headers=JSON).json
    assert (job["own"], job["held"], job["target"]["kid"]) == (False, [], added)
    assert json.loads(job["reader"]["leaf"])["kid"] == added
    # when the browser seals what it is given
    items = staff.get(f"{base}/rows", headers=JSON).json["items"]
    assert len(items) == COMMENTS
    seed, public = office.seeds[job["sealer"]["kid"]], b64url_decode(job["target"]["public_key"])
    wraps = []
    for item in items:
        data = b64url_decode(item["envelope"])
        wrap = envelope.wrap_for(envelope.open_content_key(seed, data), data, public)
        wraps.append({"index": item["index"], "wrap": b64url_encode(wrap)})
    answer = post(staff, f"{base}/rows", {"wraps": wraps})
    # then nothing is left
    assert answer.json == {"kept": COMMENTS}
    assert staff.get(f"{base}/rows", headers=JSON).json == {"items": []}
    assert not says(staff, staff.get("/keys/"), "Comments to pass on")


@pytest.mark.parametrize(
    "wraps",
    [
        None, {}, [], [7], [{}], [{"index": 1}], [{"index": "1", "wrap": "AA"}], [{"index": 1, "wrap": 5}],
        [{"index": 1, "wrap": "="}], [{"index": 1, "wrap": "AA"}], [{"index": 1, "wrap": "AA", "opened": True}],
    ],
    ids=range(11),
)  # fmt: skip
def test_a_chunk_of_another_shape_is_refused(staff, office, sign_in, added, wraps) -> None:
    sign_in(staff, "moderator")
    answer = post(staff, f"/reseal/{CID}/{added}/rows", {"wraps": wraps})
    assert (answer.status_code, answer.json["error"]) in {(422, "reseal-malformed"), (422, "body-malformed")}


def test_the_largest_chunk_fits_the_largest_request(staff, office, sign_in, added) -> None:
    sign_in(staff, "moderator")
    wraps = [{"index": 2**53 - 1 - n, "wrap": b64url_encode(secrets.token_bytes(1168))} for n in range(32)]
    answer = post(staff, f"/reseal/{CID}/{added}/rows", {"wraps": wraps})
    # PostgreSQL holds no such number, and says so before anybody looks for the comment.
    assert (answer.status_code, answer.json["error"]) in {(404, "comment-unknown"), (404, "not-found")}


def test_a_key_is_handed_out_only_while_the_sign_in_is_fresh(staff, office, sign_in, added) -> None:
    sign_in(staff, "moderator")
    make_stale(staff)
    assert staff.get(f"/reseal/{CID}/{added}/job", headers=JSON).json["error"] == "not-fresh"


def test_nobody_passes_on_to_anothers_next_key(staff, staff_app, office, log, sign_in) -> None:
    # given a reader who replaced her key
    with staff_app.app_context(), unit_of_work() as session:
        account = moderator(session, "moderator2")
        (old,) = accounts.active_keys(session, account_id=account.id)
        new, _ = rotate(session, log, account, old)
    # then another reader is refused, with words
    sign_in(staff, "moderator")
    for path in ("", "/job", "/rows"):
        answer = staff.get(f"/reseal/{CID}/{new.kid}{path}", headers=JSON)
        assert (answer.status_code, answer.json["error"]) == (403, "reseal-own-only")
