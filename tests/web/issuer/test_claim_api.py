"""What an issuer answers to the portal's pages: one size, one origin, no cookie, one set for each person."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.statements import read_closing, read_terms
from portal.issuer_factory import create_issuer_app
from portal.issuing.models import Issuance
from portal.web.issuer.claims import ANSWER_SIZE, STROKE
from portal.web.issuer.runtime import runtime
from tests.issuing.support import CONSULTATION, PORTAL, Person, issuer_settings, one_round
from tests.web.line import on_the_line

CLAIM = f"/rounds/{CONSULTATION}/claim"


@pytest.fixture
def ready(engine, issuer, today):
    """The key and the claim codes of a round that collects today."""
    return one_round(engine, issuer, today, cards=3)


def body(person: Person, **over) -> dict:
    blinded = [b64url_encode(message) for message in person.sent]
    return {"staff_code": person.staff_code, "claim_code": person.claim_code, "blinded": blinded, **over}


def send(client, data, *, origin: str | None = PORTAL, path: str = CLAIM, **headers):
    named = {"Origin": origin} if origin else {}
    return client.post(path, json=data, headers={**named, **headers})


def test_a_claim_is_answered_with_signatures_that_hold(stranger, ready) -> None:
    # given a slip
    key, codes = ready
    person = Person("CB001", codes["CB001"], key)
    # when the portal's page sends the claim, twice
    first, again = send(stranger, body(person)), send(stranger, body(person))
    # then both answers are the same and unblind
    assert first.status_code == 200 and set(first.json) == {"signatures"}
    assert person.holds([b64url_decode(text) for text in first.json["signatures"]])
    assert again.get_data() == first.get_data()


def test_every_answer_has_one_size_comes_at_a_stroke_and_sets_no_cookie(stranger, ready, rests) -> None:
    # given good and bad claims
    key, codes = ready
    person = Person("CB001", codes["CB001"], key)
    good = body(person)
    answers = {
        "signed": send(stranger, good),
        "claim-collected-already": send(stranger, body(Person("CB001", codes["CB001"], key))),
        "claim-unknown": send(stranger, good | {"staff_code": "CB002"}),
        "claim-code-malformed": send(stranger, good | {"claim_code": "ABCD"}),
        "claim-malformed": send(stranger, good | {"blinded": good["blinded"][:2]}),
        "round-unknown": send(stranger, good, path="/rounds/khac-2026/claim"),
        "cross-site": send(stranger, good, origin="https://evil.example"),
        "body-too-large": send(stranger, good | {"staff_code": "A" * 20_000}),
    }
    # then each has 8 192 bytes, is JSON and sets no cookie
    for code, answer in answers.items():
        assert len(answer.get_data()) == ANSWER_SIZE, code
        assert code == "signed" or answer.json["error"] == code
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    # the other site's page is told less in the headers: it may not read the answer
    del answers["cross-site"]
    assert len({on_the_line(answer) for answer in answers.values()}) == 1
    # and what was read as a claim was held back, signed or not: all but what came from elsewhere or was too large
    assert len(rests) == 6
    assert all(0 <= seconds <= STROKE for seconds in rests)


def test_a_wrong_code_costs_the_same_work_on_the_roster_and_off_it(stranger, ready) -> None:
    """Whoever asks sees how long an answer takes: benchmarks/timing.py measures it."""
    with stranger.application.app_context():
        engine = runtime().engine
    asked: list[list[str]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked[-1].append(given[2]))
    wrong = body(Person("CB001", ready[1]["CB002"], ready[0]))
    for code in ("CB001", "CB999", "no code!"):
        asked.append([])
        assert send(stranger, wrong | {"staff_code": code}).json["error"] == "claim-unknown"
    assert asked[0] == asked[1] == asked[2] and len(asked[0]) > 1


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"staff_code": 7},
        {"claim_code": None},
        {"staff_code": "A" * 65},
        {"blinded": []},
        {"blinded": "AAAA"},
        {"blinded": [1, 2, 3]},
        {"blinded": ["AAAA"] * 3},
        {"blinded": ["=" * 342] * 3},
        {"blinded": ["A" * 342] * 10},
    ],
)
def test_a_body_of_any_other_shape_is_refused(stranger, ready, change) -> None:
    key, codes = ready
    answer = send(stranger, body(Person("CB001", codes["CB001"], key)) | change)
    assert (answer.status_code, answer.json["error"]) == (422, "claim-malformed")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 5000, b'"\xff"'])
def test_what_is_no_json_object_is_refused(stranger, ready, raw) -> None:
    answer = stranger.post(CLAIM, data=raw, content_type="application/json", headers={"Origin": PORTAL})
    assert answer.json["error"] == "claim-malformed" and len(answer.get_data()) == ANSWER_SIZE


def test_refusals_are_json_whatever_was_sent(stranger, ready) -> None:
    for sent in ({"data": b"{}"}, {"data": {"staff_code": "CB001"}}, {"data": b"x", "content_type": "text/plain"}):
        answer = stranger.post(CLAIM, headers={"Origin": PORTAL, "Accept": "text/html"}, **sent)
        assert answer.mimetype == "application/json" and answer.json["error"] == "claim-malformed"
        assert len(answer.get_data()) == ANSWER_SIZE


def test_words_follow_the_browsers_language(stranger, ready) -> None:
    # given a refusal, when browsers of different languages meet it
    def words(**headers) -> str:
        return send(stranger, {}, origin="https://evil.example", **headers).json["message"]

    english, vietnamese = words(**{"Accept-Language": "en-GB,en;q=0.8"}), words(**{"Accept-Language": "vi"})
    # then each reads its own, and who has no wish reads Vietnamese
    assert english.startswith("This request came from another site") and vietnamese != english
    assert words() == words(**{"Accept-Language": "de"}) == vietnamese


def test_only_the_portals_pages_may_read_the_answer(stranger, ready) -> None:
    key, codes = ready
    asked = body(Person("CB001", codes["CB001"], key))
    for origin in (PORTAL, "http://abc.onion"):
        answer = send(stranger, asked, origin=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    for origin in ("https://evil.example", "null", f"{PORTAL}.evil.example", PORTAL.upper()):
        answer = send(stranger, body(Person("CB003", codes["CB003"], key)), origin=origin)
        assert (answer.status_code, answer.json["error"]) == (403, "cross-site")
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_preflight_is_answered_to_the_portal_alone(stranger) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "accept-language,content-type"}
    good = stranger.options(CLAIM, headers={"Origin": PORTAL, **asked})
    assert good.status_code == 204 and not good.get_data()
    assert good.headers["Access-Control-Allow-Origin"] == PORTAL
    assert good.headers["Access-Control-Allow-Methods"] == "POST"
    assert good.headers["Access-Control-Allow-Headers"] == "accept-language, content-type"
    bad = stranger.options(CLAIM, headers={"Origin": "https://evil.example", **asked})
    assert bad.status_code == 403 and "Access-Control-Allow-Origin" not in bad.headers


def test_twenty_claims_of_one_person_give_one_set(issuer_app, engine, ready) -> None:
    # given one slip and twenty browsers, each with messages of its own
    key, codes = ready
    people = [Person("CB001", codes["CB001"], key) for _ in range(20)]
    # when all ask at once
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda person: send(issuer_app.test_client(), body(person)), people))
    # then one gets signatures that hold, and the others none
    signed = [(person, answer) for person, answer in zip(people, answers, strict=True) if answer.status_code == 200]
    assert len(signed) == 1
    person, answer = signed[0]
    assert person.holds([b64url_decode(text) for text in answer.json["signatures"]])
    assert {one.json["error"] for one in answers if one is not answer} == {"claim-collected-already"}
    with Session(engine) as session:
        assert len(session.scalars(select(Issuance)).all()) == 3


def test_who_shows_no_code_cannot_use_up_the_rate(tmp_path, clock, today, engine, issuer, passphrase) -> None:
    # given an issuer that signs once a minute
    app = create_issuer_app(dataclasses.replace(issuer, claim_rate=1), clock)
    key, codes = one_round(engine, issuer, today)
    client = app.test_client()
    # when strangers guess
    for _ in range(5):
        wrong = body(Person("CB001", codes["CB002"], key))
        assert send(client, wrong).json["error"] == "claim-unknown"
    # then the first with a slip is answered, the second waits for the next minute
    assert send(client, body(Person("CB001", codes["CB001"], key))).status_code == 200
    late = Person("CB002", codes["CB002"], key)
    assert send(client, body(late)).json["error"] == "claim-busy"
    clock.advance(minutes=1)
    assert send(client, body(late)).status_code == 200


def test_who_asks_again_and_again_cannot_use_up_the_rate(clock, today, engine, issuer, passphrase) -> None:
    # given an issuer that signs twenty times a minute
    client = create_issuer_app(dataclasses.replace(issuer, claim_rate=20), clock).test_client()
    key, codes = one_round(engine, issuer, today)
    # when somebody of the roster sends numbers that cannot be signed, or the same claim, without end
    zero = [b64url_encode(bytes(255) + last) for last in (b"\0", b"\1", b"\2")]
    nothing = body(Person("CB001", codes["CB001"], key)) | {"blinded": zero}
    again = body(Person("CB002", codes["CB002"], key))
    found = {send(client, one).json.get("error", "signed") for one in [nothing] * 30 + [again] * 30}
    assert found == {"claim-malformed", "signed", "claim-busy"}
    # then somebody else is answered all the same
    assert send(client, body(Person("CB003", codes["CB003"], key))).status_code == 200
    # and these two in the next minute
    clock.advance(minutes=1)
    assert send(client, again).status_code == 200


def test_terms_and_list_are_public_when_their_time_has_come(stranger, engine, issuer, clock, ready) -> None:
    # given a round that collects, and one who did
    key, codes = ready
    person = Person("CB001", codes["CB001"], key)
    send(stranger, body(person))
    # then its terms can be fetched and its list cannot
    terms = read_terms(stranger.get(f"/rounds/{CONSULTATION}/terms.json").get_data())
    assert terms.terms.public_key == key
    early = stranger.get(f"/rounds/{CONSULTATION}/closing.json", headers={"Accept": "application/json"})
    assert (early.status_code, early.json["error"]) == (409, "round-still-collecting")
    # when the last day is past, then the first who asks gets the list, and everybody after gets the same
    clock.advance(days=7)
    first = stranger.get(f"/rounds/{CONSULTATION}/closing.json")
    assert read_closing(first.get_data(), issuer.identity.verifier).cards == 0
    assert len(json.loads(first.get_data())["core"]["issued"]) == 3
    assert stranger.get(f"/rounds/{CONSULTATION}/closing.json").get_data() == first.get_data()
    # and nobody collects any more
    assert send(stranger, body(person)).json["error"] == "claim-window"


def test_a_round_that_is_prepared_shows_nothing(stranger, desk, clock) -> None:
    desk.post(
        "/desk/rounds/new",
        consultation=CONSULTATION,
        title_vi="Góp ý",
        each=3,
        collect_from=clock.today().isoformat(),
        collect_until=clock.today().isoformat(),
    )
    asked = {"headers": {"Accept": "application/json"}}
    assert stranger.get(f"/rounds/{CONSULTATION}/terms.json", **asked).json["error"] == "round-not-ready"
    clock.advance(days=3)
    assert stranger.get(f"/rounds/{CONSULTATION}/closing.json", **asked).json["error"] == "round-not-ready"
    assert stranger.get("/rounds/khac/terms.json", **asked).json["error"] == "round-unknown"


def test_another_issuers_portal_is_a_matter_of_settings(tmp_path) -> None:
    assert issuer_settings(tmp_path, portal_origins="https://a.example/").portal_origins == ("https://a.example",)


def test_nothing_of_who_asks_is_logged(stranger, ready, caplog, capfd) -> None:
    key, codes = ready
    person = Person("CB001", codes["CB001"], key)
    send(stranger, body(person), **{"User-Agent": "Mozilla/9.9", "X-Forwarded-For": "203.0.113.9"})
    send(stranger, body(person) | {"staff_code": "CB002"}, **{"X-Forwarded-For": "203.0.113.9"})
    out = capfd.readouterr()
    for secret in ("203.0.113.9", "Mozilla/9.9", codes["CB001"], "CB001"):
        assert secret not in caplog.text + out.out + out.err
