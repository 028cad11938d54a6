"""A consultation whose comments two of three moderators read, for tests of what they do with each other's codings."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto import envelope, rowkey
from portal.crypto.atrest import AtRest
from portal.crypto.receipt import locator_hash
from portal.ledger.log import Log
from portal.moderation import queue, readable, service
from portal.moderation.models import Coding
from portal.submissions.models import SealedEnvelope, Submission
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from tests.moderation.keys import newcomer
from tests.rounds import moderator
from tests.support import Office, draft

NAME = "hai-2026"
NAMES = ("moderator", "moderator2", "third")


@dataclass
class Pair:
    """The consultation ``row`` with the collaborators that a test needs; ``office`` seals comments of it."""

    session: Session
    log: Log
    atrest: AtRest
    clock: Clock
    office: Office
    row: Consultation

    def places(self) -> list[int]:
        """The leaves of its comments."""
        own = (Submission.consultation_id == self.row.id) & Submission.leaf_index.is_not(None)
        return [
            index or 0
            for index in self.session.scalars(select(Submission.leaf_index).where(own).order_by("leaf_index"))
        ]

    def kid(self, name: str) -> str:
        """The key with which that moderator reads."""
        return service.require_key(self.session, moderator(self.session, name), self.row)

    def send(self, count: int = 1, left_out: Collection[str] = ()) -> list[int]:
        """Comments in the log, sealed to all but those moderators; their leaves."""
        before = set(self.places())
        for _ in range(count):
            sealed, raw = self.office.seal(recused=[self.kid(name) for name in left_out])
            more = {"locator_hash": locator_hash(raw), "promise_days": 2}
            accept(self.session, self.log, self.clock, self.row, envelope=sealed, **more)
        sequence_groups(self.session, self.log, [self.row.id])
        return [place for place in self.places() if place not in before]

    def row_key(self, name: str, index: int) -> bytes:
        """The key under which codings of that comment are shared, as that moderator's browser derives it."""
        query = select(SealedEnvelope.data).join(Submission, Submission.leaf_hash == SealedEnvelope.leaf_hash)
        data = self.session.scalars(query.where(Submission.leaf_index == index)).one()
        key = envelope.open_content_key(self.office.seeds[self.kid(name)], data)
        return rowkey.row_key(key, envelope.parse_envelope(data).head, "coding")

    def code(self, name: str, index: int, slot: int, *categories: str, **more: Any) -> Coding:
        """That moderator's coding, with its sealed copy, over what stands in the slot."""
        raw = {"categories": list(categories), **more}
        held = [one.revision for one in self.seen(name, index) if one.slot == slot]
        revision = held[0] if held else 0
        aad = rowkey.coding_aad(slot, revision + 1)
        shared = rowkey.seal_row(self.row_key(name, index), rfc8785.dumps(raw), rowkey.CODING_SIZE, aad)
        place = {"index": index, "slot": slot, "seen": revision, "shared": shared, "day": self.clock.today()}
        account = moderator(self.session, name)
        return service.code(self.session, self.log, self.atrest, account, self.row, raw=raw, **place)

    def seen(self, name: str, index: int) -> tuple[queue.SharedCoding, ...]:
        """The codings of that comment as that moderator is served them."""
        return queue.codings_at(self.session, moderator(self.session, name), self.row, [index]).get(index, ())

    def opened(self, name: str, index: int) -> dict[int, dict[str, Any]]:
        """What that moderator's browser reads of them, by slot."""
        key = self.row_key(name, index)
        return {
            one.slot: json.loads(rowkey.open_row(key, one.shared, rowkey.coding_aad(one.slot, one.revision)))
            for one in self.seen(name, index)
            if one.shared
        }

    def decided(self) -> dict[int, dict[str, Any]]:
        """What counts for each comment."""
        found = readable.current_codings(self.session, self.atrest, self.row)
        return {item["submission"]: item["coding"] for item in found}


def open_pair(session: Session, log: Log, clock: Clock, atrest: AtRest, office: Office, **over: Any) -> Pair:
    """The office's consultation with a third moderator who can sign in as well."""
    account, key, seed = newcomer(session, log, "third")
    account.password, account.invite_hash = moderator(session).password, None
    taxonomy = consultations.list_taxonomies(session)[0].version
    made = replace(draft(NAME, taxonomy, clock.today()), **{"readers": 2, **over})
    row = consultations.save_draft(session, made)
    known = {**office.public_keys, key.kid: key.public_key}
    consultations.set_moderators(session, row, known)
    consultations.open_consultation(session, log, row, today=clock.today())
    seeds = {**office.seeds, key.kid: seed}
    sealing = replace(office, consultation=NAME, kids=sorted(known), public_keys=known, seeds=seeds)
    return Pair(session, log, atrest, clock, sealing, row)
