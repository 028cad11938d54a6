"""A portal served from this process on the first day of writing with ballots, for tests of the browser's half."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.ballots.models import Nullifier
from portal.clock import FixedClock
from portal.crypto.ballot import public_of
from portal.crypto.collecting import HeldBallot
from portal.extensions import db
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    close_issuing,
    collect,
    draw_cards,
    move_to,
    open_with_ballots,
    two_issuers,
)

TEXT = "Văn bản để quá hạn nhiều ngày mà chưa ai chịu đứng ra ký nhận."


@dataclass
class Booth:
    """Its address and app, and what people collected (three ballots) and drew (three pairs of half-cards) before."""

    url: str
    app: Flask
    pair: IssuerPair
    held: tuple[HeldBallot, ...]
    cards: list[dict[str, bytes]]

    @property
    def page(self) -> str:
        """The submit page in English."""
        return f"{self.url}/en/c/{CONSULTATION}"

    def spent(self) -> set[bytes]:
        """The nullifiers so far."""
        with self.app.app_context():
            return set(db.session.scalars(select(Nullifier.value)))


@contextmanager
def serving(app: Flask, staff_app: Flask, log: Log, clock: FixedClock, folder: Path) -> Iterator[Booth]:
    """Needs an office; the clock moves on to the first day of writing."""
    pair = two_issuers(folder, clock, cards=6)
    with staff_app.app_context(), unit_of_work() as session:
        row = open_with_ballots(session, log, clock, pair)
        held, cards = collect(pair, "CB001"), draw_cards(pair, "CB002")
        close_issuing(session, log, clock, pair)
        move_to(clock, row.opens)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Booth(f"http://127.0.0.1:{server.server_port}", app, pair, held, cards)
    finally:
        server.shutdown()
        thread.join()


def nullifier(ballot: HeldBallot) -> bytes:
    """SHA-256 of the ballot's key."""
    return hashlib.sha256(public_of(ballot.seed)).digest()


def write(page: Page, text: str = TEXT) -> None:
    """Topic and text."""
    expect(page.locator("#comment")).to_be_visible()
    page.check("input[name=topic][value=conduct]")
    page.fill("#text", text)


def send(page: Page) -> None:
    """Press the button and be shown a receipt."""
    page.click("#send-button")
    expect(page.locator("#receipt-step")).to_be_visible()
