"""Appending to the log and reading from it: tiles, checkpoints, proofs, promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.ledger import events
from portal.ledger.models import LogCheckpoint, LogLeaf, LogTile

ADVISORY_LOCK = 0x706F7274616C
