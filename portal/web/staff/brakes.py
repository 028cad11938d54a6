"""Limits on guessing that look at nobody's address.

Each account has a bucket of attempts and everybody shares one. So that a stranger who knows an address cannot lock its
owner out by guessing badly, a browser that has signed in to an account before carries a signed cookie and is counted by
itself (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). All counters live in this process, under a
keyed hash that dies with it.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, Response, current_app, request, session
from flask_security import current_user
from itsdangerous import BadSignature, URLSafeSerializer

from portal.accounts.service import find_by_handle
from portal.accounts.sign_in import plain_email
from portal.clock import Clock
from portal.errors import TooMany
from portal.extensions import db
from portal.web.bucket import GlobalBucket

KEY = "portal.brakes"
COOKIE = "portal_device"
COOKIE_DAYS = 180
KEYS_MAX = 4096

FIRST_STEP = frozenset({"security.login", "enrol.page"})
SECOND_STEP = frozenset({"security.two_factor_token_validation", "security.mf_recovery"})
AGAIN = frozenset({"security.verify", "security.change_password"})
PROVES = frozenset({"security.login"}) | SECOND_STEP


@dataclass
class KeyedBuckets:
    """A bucket of ``capacity`` attempts for each key; one comes back every ``refill_seconds``."""

    capacity: int
    refill_seconds: int
    clock: Clock
    _levels: dict[bytes, tuple[float, float]] = field(default_factory=dict, init=False)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self, key: str) -> None:
        """Take one attempt, or raise :class:`TooMany` with the minutes until the next one."""
        name = hashlib.blake2b(key.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            now = self.clock.now().timestamp()
            level = self._level(name, now)
            if level < 1:
                wait = (1 - level) * self.refill_seconds
                raise TooMany("too-many-attempts", minutes=max(1, round(wait / 60 + 0.49)))
            self._levels[name] = (level - 1, now)
            if len(self._levels) > KEYS_MAX:
                self._forget(now)

    def _level(self, name: bytes, now: float) -> float:
        level, since = self._levels.get(name, (float(self.capacity), now))
        return min(float(self.capacity), level + max(0.0, now - since) / self.refill_seconds)

    def _forget(self, now: float) -> None:
        """Drop what has refilled, then the oldest."""
        kept = {name: self._levels[name] for name in self._levels if self._level(name, now) < self.capacity}
        newest = sorted(kept.items(), key=lambda item: item[1][1])[-KEYS_MAX:]
        self._levels = dict(newest)


@dataclass(frozen=True)
class Brakes:
    """The buckets of a staff app."""

    everybody: GlobalBucket
    first: KeyedBuckets
    second: KeyedBuckets


def make(clock: Clock) -> Brakes:
    """Ten passwords and five one-time codes at once; then one a minute, and one in five minutes."""
    return Brakes(
        everybody=GlobalBucket(60, clock),
        first=KeyedBuckets(10, 60, clock),
        second=KeyedBuckets(5, 300, clock),
    )


def install(app: Flask, clock: Clock) -> None:
    """Count attempts before views see them, and remember browsers that succeeded."""
    app.extensions[KEY] = make(clock)
    app.before_request(count_attempt)
    app.after_request(remember_device)


def count_attempt() -> None:
    """Before each request: a post that tries a secret takes an attempt."""
    if request.method != "POST":
        return
    brakes = cast(Brakes, current_app.extensions[KEY])
    if request.endpoint in FIRST_STEP:
        _first_step(brakes, plain_email(request.form.get("email", "")))
    elif request.endpoint in SECOND_STEP:
        brakes.second.take(_halfway() or _own_email())
    elif request.endpoint in AGAIN:
        brakes.first.take(f"again {_own_email()}")


def _halfway() -> str:
    """Who stands between the two steps: the account, because its session handle changes with every sign-out."""
    account = find_by_handle(db.session, str(session.get("tf_user_id", "")))
    return f"account {account.id}" if account else ""


def _first_step(brakes: Brakes, email: str) -> None:
    device = known_device(email)
    if device:
        brakes.first.take(f"device {device}")
        return
    brakes.everybody.take()
    brakes.first.take(f"account {email}")


def _own_email() -> str:
    return str(getattr(current_user, "email", ""))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cast(bytes, current_app.secret_key), salt="portal-device")


def _account_mark(email: str) -> str:
    return hashlib.sha256(b"portal/device/v1\x00" + email.encode()).hexdigest()[:32]


def known_device(email: str) -> str | None:
    """The random name of this browser if it has signed in to that account before."""
    try:
        mark, name = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(name) if mark == _account_mark(email) else None


def remember_device(response: Response) -> Response:
    """After a sign-in has succeeded: the browser may try by itself the next time."""
    if request.endpoint not in PROVES or request.method != "POST" or not current_user.is_authenticated:
        return response
    if known_device(current_user.email) is None:
        value = _signer().dumps([_account_mark(current_user.email), secrets.token_hex(16)])
        response.set_cookie(
            COOKIE,
            str(value),
            max_age=COOKIE_DAYS * 86400,
            path=current_app.session_interface.get_cookie_path(current_app),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Strict",
        )
    return response
