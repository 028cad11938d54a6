"""Limits on the rate of posts that look at nobody's address: one bucket for everybody, or one for each key."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from portal.clock import Clock
from portal.errors import TooMany


@dataclass
class GlobalBucket:
    """A token bucket of ``per_minute`` tokens, shared by all visitors of this process; 0 means no limit."""

    per_minute: int
    clock: Clock
    _tokens: float = field(init=False)
    _last: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._tokens = float(self.per_minute)
        self._last = self.clock.now().timestamp()

    def take(self) -> None:
        """Take one token, or raise :class:`TooMany`."""
        if self.per_minute == 0:
            return
        with self._lock:
            now = self.clock.now().timestamp()
            refill = max(0.0, now - self._last) * self.per_minute / 60
            self._tokens = min(float(self.per_minute), self._tokens + refill)
            self._last = now
            if self._tokens < 1:
                raise TooMany("busy")
            self._tokens -= 1


@dataclass
class KeyedBuckets:
    """A bucket of ``per_minute`` tokens for each key, in this process's memory alone; 0 means no limit.

    For keys of which there are no more than people: nothing is forgotten.
    """

    per_minute: int
    clock: Clock
    _buckets: dict[bytes, GlobalBucket] = field(default_factory=dict, init=False, repr=False)

    def take(self, key: bytes) -> None:
        """Take one of that key's tokens, or raise :class:`TooMany`."""
        if self.per_minute:
            self._buckets.setdefault(key, GlobalBucket(self.per_minute, self.clock)).take()
