"""Who sits at the desk: sessions that end, attempts that slow down, and what waits to be confirmed.

All of it lives in this process (an issuer has one) and dies with it: after a restart the desk is locked. The browser
holds a random name of its sitting and nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portal.clock import Clock
from portal.errors import TooMany
from portal.issuing.desk_lock import DeskLock

FREE_ATTEMPTS = 5
WAIT_MOST = 60
SITTINGS_MAX = 20


@dataclass
class Sitting:
    """One unlocked browser. ``mark``: of the passphrase that unlocked it; ``held``: a roster to be confirmed."""

    mark: bytes
    seen: float
    held: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sittings:
    """The desk's open sittings, and its brake on guessing, which looks at nobody's address.

    After five wrong passphrases in a row everybody waits: one second, then two, four, ... at most a minute.
    """

    lock: DeskLock
    clock: Clock
    minutes: int
    _open: dict[str, Sitting] = field(default_factory=dict, init=False, repr=False)
    _wrong: int = field(default=0, init=False)
    _not_before: float = field(default=0.0, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def unlock(self, typed: str) -> str | None:
        """The name of a new sitting, or None for a wrong passphrase; :class:`TooMany` when it is too early to try."""
        with self._guard:  # one at a time: many guesses at once must not share one wait, nor fill the memory
            now = self._now()
            if now < self._not_before:
                raise TooMany("desk-wait", seconds=max(1, round(self._not_before - now)))
            if not self.lock.opens(typed):
                self._wrong += 1
                if self._wrong >= FREE_ATTEMPTS:
                    self._not_before = now + min(2 ** (self._wrong - FREE_ATTEMPTS), WAIT_MOST)
                return None
            self._wrong, self._not_before = 0, 0.0
            name = secrets.token_urlsafe(24)
            self._open[name] = Sitting(self._mark(), now)
            self._forget(now)
            return name

    def find(self, name: str) -> Sitting | None:
        """The sitting of that name if it is still open; being asked for counts as use."""
        with self._guard:
            sitting, now = self._open.get(name), self._now()
            if sitting is None:
                return None
            if now - sitting.seen > self._idle or sitting.mark != self._mark():
                del self._open[name]
                return None
            sitting.seen = now
            return sitting

    def end(self, name: str) -> None:
        """Lock the desk for that browser."""
        with self._guard:
            self._open.pop(name, None)

    @property
    def _idle(self) -> float:
        return timedelta(minutes=self.minutes).total_seconds()

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _mark(self) -> bytes:
        """Changes with the passphrase: a new one ends what the old one opened."""
        return hashlib.sha256(self.lock.text().encode()).digest()

    def _forget(self, now: float) -> None:
        kept = {name: one for name, one in self._open.items() if now - one.seen <= self._idle}
        newest = sorted(kept.items(), key=lambda item: item[1].seen)[-SITTINGS_MAX:]
        self._open = dict(newest)
