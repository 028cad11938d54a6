"""What a browser is told of a consultation's issuers, the page that collects, and whom each page may talk to."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.ballots import issuers
from portal.ballots.turnout import Turnout, turnout
from portal.clock import FixedClock
from portal.consultations import service as consultations
from portal.consultations.models import Consultation, ConsultationIssuer
from portal.crypto import ballot, receipt
from portal.crypto.encoding import b64url_decode
from portal.ledger.log import Log
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash, verify_inclusion
from portal.web import headers
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    IssuerPair,
    bound,
    close_issuing,
    collect,
    draw_cards,
    move_to,
    open_with_ballots,
    sign_closing,
    two_issuers,
)
from tests.support import Office
from tests.web.public.support import Page, parsed

PAGE, INFO = "/c/phieu-2026/collect", "/c/phieu-2026/ballots.json"


@pytest.fixture
def pair(public_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path) -> IssuerPair:
    """A consultation with ballots in its days of collecting, beside the office's open one."""
    made = two_issuers(tmp_path, clock, cards=6)
    with public_app.app_context(), unit_of_work() as session:
        open_with_ballots(session, log, clock, made)
    return made


def close(app: Flask, log: Log, clock: FixedClock, pair: IssuerPair) -> None:
    with app.app_context(), unit_of_work() as session:
        close_issuing(session, log, clock, pair)


def test_every_issuer_is_proven_to_stand_in_the_log(public: FlaskClient, pair: IssuerPair) -> None:
    # given what the page loads
    found = parsed(public.get(INFO))
    checkpoint = open_checkpoint(found["checkpoint"], VerifierKey.parse(found["log_vkey"])).checkpoint
    # when its leaves are proven against the signed checkpoint
    for item in (found["consultation_leaf"], *(one["key"] for one in found["issuers"])):
        path = [base64.b64decode(step) for step in item["proof"]]
        verify_inclusion(item["index"], checkpoint.size, leaf_hash(item["leaf"].encode()), path, checkpoint.root)
    # then they are the issuers' keys, and the consultation names exactly these issuers and days
    keys = [json.loads(one["key"]["leaf"]) for one in found["issuers"]]
    assert [(leaf["type"], leaf["issuer"], b64url_decode(leaf["public_key"])) for leaf in keys] == [
        ("issuer-key", one.name, one.public_key) for one in pair
    ]
    opening = json.loads(found["consultation_leaf"]["leaf"])
    assert opening["issuers"] == [one["issuer"] for one in found["issuers"]] == [one.name for one in pair]
    for name in ("each", "collect_from", "collect_until", "opens"):
        assert opening[name] == found[name]
    assert found["turnout"] is None


def test_turnout_counts_what_the_log_shows_and_not_what_waits(
    public: FlaskClient, public_app: Flask, pair: IssuerPair, office: Office, log: Log, clock: FixedClock
) -> None:
    # given six ballots and three pairs of cards, and a list of one issuer only
    held = [*collect(pair, "CB001"), *collect(pair, "CB002")]
    draw_cards(pair, "CB005")
    move_to(clock, date(2026, 11, 30))
    with public_app.app_context(), unit_of_work() as session:
        row, list_of_one = consultations.get(session, pair.consultation), sign_closing(pair, pair.issuers[0])
        issuers.take_closing(session, log, row, list_of_one, today=clock.today())
    assert parsed(public.get(INFO))["turnout"] is None
    # when both lists are logged and a comment waits in the pool
    close(public_app, log, clock, pair)
    assert parsed(public.get(INFO))["turnout"] == {"ballots": 6, "cards": 3, "used": 0}
    with public_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, pair.consultation)
        move_to(clock, row.opens)
        office.consultation = pair.consultation
        envelope, raw = office.seal()
        spent = bound(pair, held[0], hashlib.sha256(envelope).digest())
        hashed = receipt.locator_hash(raw)
        accept(session, log, clock, row, envelope=envelope, locator_hash=hashed, promise_days=2, ballot=spent)
    assert parsed(public.get(INFO))["turnout"]["used"] == 0
    # then it counts once it stands in the log
    with public_app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [pair.consultation])
    assert parsed(public.get(INFO))["turnout"] == {"ballots": 6, "cards": 3, "used": 1}


def test_the_smaller_count_holds_where_issuers_differ() -> None:
    rows = [ConsultationIssuer(issuer="a", issued=9, cards=0), ConsultationIssuer(issuer="b", issued=6, cards=3)]
    assert turnout(Consultation(issuers=rows), used=2) == Turnout(6, 0, 2)
    assert turnout(Consultation(issuers=rows), used=2).left == 4  # type: ignore[union-attr]
    assert turnout(Consultation(issuers=[*rows, ConsultationIssuer(issuer="c")]), used=0) is None
    assert turnout(Consultation(issuers=[]), used=0) is None


def test_hashes_of_all_half_cards_are_listed(public: FlaskClient, pair: IssuerPair) -> None:
    found = parsed(public.get("/c/phieu-2026/cards.json"))["cards"]
    for one in pair:
        expected = sorted(ballot.card_hash(code, pair.consultation, one.name).hex() for code in one.cards)
        assert found[one.name] == expected
        assert len(expected) == 6


@pytest.mark.parametrize("address", ["collect", "ballots.json", "cards.json"])
def test_a_consultation_without_ballots_has_none_of_it(public: FlaskClient, pair: IssuerPair, address: str) -> None:
    for language in ("", "/en"):
        assert public.get(f"{language}/c/thu-2026/{address}").status_code == 404
        assert public.get(f"{language}/c/khong-co/{address}").status_code == 404
        assert public.get(f"{language}/c/phieu-2026/{address}").status_code == 200


def test_the_page_asks_for_one_code_of_each_issuer(public: FlaskClient, pair: IssuerPair) -> None:
    page = Page(public.get("/en" + PAGE).get_data(as_text=True))
    sections = [attrs["data-issuer"] for attrs in page.all("section") if "data-issuer" in attrs]
    assert sections == [one.name for one in pair]
    fields = {attrs.get("data-role") or attrs.get("id") for attrs in page.all("input")}
    assert fields == {"staff", "code", "scan-file"}
    # nothing of the form can be sent by the browser itself: no field has a name, and the form goes nowhere
    assert not [attrs for attrs in page.all("input") if "name" in attrs]
    assert [attrs["method"] for attrs in page.all("form")] == ["dialog"] * len(page.all("form"))
    assert not page.inline
    assert len(page.ids()) == len(set(page.ids()))
    assert "Ballots are being issued" in page.text


def test_before_and_after_the_days_there_is_no_form(
    public: FlaskClient, public_app: Flask, pair: IssuerPair, log: Log, clock: FixedClock
) -> None:
    def text() -> str:
        page = Page(public.get("/en" + PAGE).get_data(as_text=True))
        assert not [attrs for attrs in page.all("form") if attrs.get("id") == "claim"]
        return page.text

    clock.advance(days=-1)
    assert "Ballots can be collected from 23 November 2026" in text()
    clock.advance(days=1)
    close(public_app, log, clock, pair)
    assert "no more ballots are issued" in text()
    assert "you can write from 1 December 2026" in text()
    move_to(clock, date(2026, 12, 1))
    assert "you can write until 15 December 2026" in text()
    clock.advance(days=30)
    assert "Comments are not taken any more" in text()


def directive(client: FlaskClient, address: str, name: str = "connect-src") -> str:
    policy = client.get(address).headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith(name))


def test_only_the_collecting_page_reaches_the_issuers(
    public: FlaskClient, public_app: Flask, pair: IssuerPair, clock: FixedClock
) -> None:
    reach = "connect-src 'self' http://127.0.0.1:8011 http://127.0.0.1:8012"
    # given one application context, as under a server that reuses what a request left behind
    with public_app.app_context():
        assert directive(public, PAGE) == reach
        assert directive(public, "/en" + PAGE) == reach
        # then no other page, no data and no error got it
        for address in ("/", "/how", "/c/phieu-2026", "/c/thu-2026", INFO, "/log", "/c/khong-co/collect"):
            assert directive(public, address) == "connect-src 'self'", address
            assert "camera=()" in public.get(address).headers["Permissions-Policy"], address
        assert "camera=(self)" in public.get(PAGE).headers["Permissions-Policy"]
        clock.advance(days=7)
        assert directive(public, PAGE) == "connect-src 'self'"
        assert "camera=()" in public.get(PAGE).headers["Permissions-Policy"]


def test_nothing_else_of_the_policy_is_loosened(public: FlaskClient, pair: IssuerPair) -> None:
    def rest(address: str) -> list[str]:
        policy = public.get(address).headers["Content-Security-Policy"]
        return [part for part in policy.split("; ") if not part.startswith("connect-src")]

    assert rest(PAGE) == rest("/how")
    ours, others = (dict(public.get(address).headers) for address in (PAGE, "/how"))
    named = {"Content-Security-Policy", "Permissions-Policy", "Content-Length", "Date"}
    assert {name: value for name, value in ours.items() if name not in named} == {
        name: value for name, value in others.items() if name not in named
    }


@pytest.mark.parametrize(
    "address", ["https://a.example/x", "https://a.example; script-src *", "data:", "*", "a.example", ""]
)
def test_only_an_origin_can_be_named(public_app: Flask, address: str) -> None:
    with public_app.app_context(), pytest.raises(ValueError, match="origin"):
        headers.allow_connect(["https://b.example", address])
