"""Who acts, and on which day: what histories of the staff's work keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, by account, and on which day."""

    account: int
    day: date
