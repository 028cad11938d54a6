"""What visitors read of a consultation with ballots, on each of its days; and that open ones are shown as before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.clock import FixedClock
from portal.consultations import service as consultations
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    close_issuing,
    collect,
    move_to,
    open_with_ballots,
    two_issuers,
)
from tests.support import Office
from tests.web.public.support import Page


@pytest.fixture
def pair(staff_app: Flask, office: Office, log: Log, clock: FixedClock, tmp_path: Path) -> IssuerPair:
    """Collecting begins in two days; the clock stands on the day of opening."""
    today = clock.today()
    clock.advance(days=2)
    made = two_issuers(tmp_path, clock, cards=3)
    clock.advance(days=-2)
    assert clock.today() == today
    with staff_app.app_context(), unit_of_work() as session:
        open_with_ballots(session, log, clock, made)
    return made


def read(client: FlaskClient, path: str) -> Page:
    answer = client.get(f"/en{path}")
    assert answer.status_code == 200
    page = Page(answer.get_data(as_text=True))
    assert len(set(page.ids())) == len(page.ids())
    assert page.inline == [] and not [attrs for _, attrs in page.elements if "style" in attrs]
    return page


def links(page: Page) -> set[str | None]:
    return {attrs.get("href") for attrs in page.all("a")}


def test_each_day_says_what_can_be_done(public: FlaskClient, pair: IssuerPair, clock: FixedClock) -> None:
    own, to_collect = f"/en/c/{CONSULTATION}", f"/en/c/{CONSULTATION}/collect"
    # given the days before collecting
    home, page = read(public, "/"), read(public, f"/c/{CONSULTATION}")
    assert "Ballots are collected from" in home.text and own in links(home) and to_collect not in links(home)
    assert "Ballots are collected from" in page.text and to_collect in links(page)
    # when collecting goes on, it stands first on the home page, with the days left
    move_to(clock, pair.collect_from)
    home, page = read(public, "/"), read(public, f"/c/{CONSULTATION}")
    assert to_collect in links(home) and "7 days left" in home.text
    assert "Collect yours now" in page.text and to_collect in links(page)
    move_to(clock, pair.collect_until)
    assert "Last day to collect" in read(public, "/").text
    # when it is over, nothing more is offered, and the first day to write is named
    clock.advance(days=1)
    home, page = read(public, "/"), read(public, f"/c/{CONSULTATION}")
    assert to_collect not in links(home) | links(page)
    assert "The days of collecting are over" in page.text
    # when comments are taken, the home page says that a ballot is needed
    clock.advance(days=1)
    assert "With a ballot" in read(public, "/").text


def test_the_submit_page_has_a_part_for_the_ballot_and_may_ask_for_the_camera(
    public: FlaskClient, pair: IssuerPair, clock: FixedClock
) -> None:
    move_to(clock, pair.collect_until + timedelta(days=2))
    page = read(public, f"/c/{CONSULTATION}")
    assert {"ballot", "ballot-file", "half-1", "half-2", "scan", "crowd"} <= set(page.ids())
    halves = [attrs for attrs in page.all("input") if attrs.get("data-issuer")]
    assert [attrs["data-issuer"] for attrs in halves] == [one.name for one in pair]
    assert all("name" not in attrs for attrs in halves)
    assert "camera=(self)" in public.get(f"/c/{CONSULTATION}").headers["Permissions-Policy"]


@pytest.mark.parametrize("count_people", [False, True])
def test_it_says_whether_the_threshold_counts_comments_or_people(
    public: FlaskClient, staff_app: Flask, pair: IssuerPair, count_people: bool
) -> None:
    # given everybody with three ballots, and a threshold of five
    with staff_app.app_context(), unit_of_work() as session:
        consultations.get(session, CONSULTATION).count_people = count_people
    # when the page is read before collecting begins
    text = read(public, f"/c/{CONSULTATION}").text
    # then it says what stands behind a row
    comments = "What counts is comments, not people: one person can send up to 3."
    people = "At least 5 people stand behind each row: with up to 3 comments each, fewer could not have sent 13."
    assert (comments in text, people in text) == (not count_people, count_people)


def test_an_open_consultation_knows_nothing_of_ballots(public: FlaskClient, office: Office) -> None:
    answer = public.get("/en/c/thu-2026")
    page = Page(answer.get_data(as_text=True))
    assert not {"ballot", "scan", "crowd"} & set(page.ids())
    assert "camera=()" in answer.headers["Permissions-Policy"]
    form = next(attrs for attrs in page.all("form") if attrs.get("id") == "comment")
    assert "data-ballots-url" not in form


def test_the_log_page_names_the_new_kinds(
    public: FlaskClient, staff_app: Flask, pair: IssuerPair, log: Log, clock: FixedClock
) -> None:
    move_to(clock, pair.collect_from)
    collect(replace(pair, clock=clock), "CB001")
    with staff_app.app_context(), unit_of_work() as session:
        close_issuing(session, log, clock, pair)
    text = read(public, "/log").text
    for words in ("Ballot issuers' keys", "Rosters", "Half-cards printed", "Ballots issued", "Issuers' lists closed"):
        assert words in text
    for kind in ("issuer-key", "roster", "issuance", "issuance-close"):
        assert f" {kind} " not in text


def test_how_it_works_tells_of_ballots_and_their_limits(public: FlaskClient) -> None:
    text = read(public, "/how").text
    for words in ("Signed without being seen", "Two issuers", "What an issuer knows", "When few hold ballots"):
        assert words in text
