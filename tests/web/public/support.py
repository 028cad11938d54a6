"""What tests of the public app share: bodies of posts, a published consultation, a reader of pages."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts.hand import Hand
from portal.accounts.models import Account
from portal.clock import Clock
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.crypto.atrest import AtRest
from portal.crypto.encoding import b64url_encode
from portal.findings import service as findings
from portal.ledger.log import Log
from portal.moderation import service as moderation
from portal.submissions.models import Submission
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from portal.web.runtime import unit_of_work
from tests.support import Office

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def body_of(envelope: bytes, raw: bytes) -> dict[str, str]:
    return {"envelope": b64url_encode(envelope), "locator_hash": b64url_encode(receipt.locator_hash(raw))}


def post(client: FlaskClient, office: Office, body: Any, *, language: str = "") -> TestResponse:
    return client.post(f"{language}/c/{office.consultation}/submissions", json=body)


def send(client: FlaskClient, office: Office, **payload: Any) -> tuple[bytes, TestResponse]:
    envelope, raw = office.seal(**payload)
    return raw, post(client, office, body_of(envelope, raw))


def sequence(app: Flask, log: Log, office: Office) -> None:
    with app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [office.consultation])


def publish(app: Flask, log: Log, clock: Clock, atrest: AtRest, office: Office, *, comments: int = 24) -> None:
    """Send, shuffle, close, code and publish: every comment C1 on P1, the first six also C12; one answer."""
    with app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        for _ in range(comments):
            envelope, raw = office.seal()
            hashed = receipt.locator_hash(raw)
            accept(session, log, clock, row, envelope=envelope, locator_hash=hashed, promise_days=2)
        sequence_groups(session, log, [row.id])
        consultations.close_consultation(session, log, row)
        moderator = session.scalars(select(Account).where(Account.email == "moderator@example.org")).one()
        places = session.scalars(select(Submission.leaf_index).order_by(Submission.leaf_index)).all()
        for order, index in enumerate(places):
            categories = ["C1", "C12"] if order < 6 else ["C1"]
            raw_coding = {"categories": categories, "unit": "P1" if order < 9 else None}
            moderation.code(session, log, atrest, moderator, row, index=int(index or 0), raw=raw_coding)
        publication = findings.publish(session, log, atrest, row)
        concern = concerns.ensure(session, publication, today=clock.today(), answer_days=30)[0]
        given = concerns.Answer("accepted", "Văn phòng", clock.today(), "<p>Sẽ phân công rõ người chủ trì.</p>", True)
        concerns.answer(session, log, atrest, concern, given, hand=Hand(1, clock.today()))


class Page(HTMLParser):
    """A parsed page: elements as (tag, attributes), ids, inline code, and text by tag."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"} and data.strip():
            self.inline.append(data)
        elif data.strip():
            self.text += " " + data.strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]  # type: ignore[misc]


def parsed(answer: TestResponse) -> Any:
    return json.loads(answer.get_data())
