"""Every table into which something comes straight from a submitter: nothing may keep the order in which it came."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table

from portal.ballots.models import Nullifier
from portal.ledger.models import PoolEntry
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.models import SealedAttachment

ARRIVALS = tuple(
    cast(Table, model.__table__) for model in (PoolEntry, Nullifier, MailMessage, AnswerTicket, SealedAttachment)
)
"""Rewritten after each batch (``portal.storage.forget_order``)."""
