"""The second step of a sign-in: one-time codes that work once, and recovery codes of which only digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import threading
from typing import Any, cast

import segno
from flask import current_app
from flask_security import MfRecoveryCodesUtil, Totp, UserMixin
from markupsafe import Markup

from portal.accounts.models import Account
from portal.config import Settings

RECOVERY_LABEL = b"portal/recovery-code/v1\x00"


class SingleUseTotp(Totp):
    """RFC 6238 codes, each accepted once (section 5.2): the account's row remembers the last counter for all processes.

    Flask-Security calls :meth:`generate_qrcode` for its setup page; it gets SVG markup instead of a ``data:`` address,
    which the content security policy would refuse.
    """

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._lock = threading.Lock()

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        """Whether ``token`` (six digits) is the code of now (give or take ``window`` seconds) and unused."""
        with self._lock:
            return bool(super().verify_totp(token, totp_secret, user, window))

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The time step of the last accepted code."""
        return cast(Account, user).tf_last_counter

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Remember the time step that was just accepted; Flask-Security commits it with the sign-in."""
        cast(Account, user).tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """The provisioning address as an SVG element without styles or scripts."""
        code = segno.make(self.get_totp_uri(username, totp), error="m", micro=False)
        svg = code.svg_inline(border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None)
        return Markup(svg)  # noqa: S704  (segno wrote it; the address is in it as squares only)


class HashedRecoveryCodes(MfRecoveryCodesUtil):  # type: ignore[misc]
    """Recovery codes (48 bits each) shown once: the store keeps an HMAC-SHA256 of each under a key of the instance."""

    def create_recovery_codes(self, user: UserMixin) -> list[str]:
        """Fresh codes; earlier ones stop working."""
        security = current_app.extensions["security"]
        codes = cast(list[str], security.totp_factory.generate_recovery_codes(_count()))
        security.datastore.mf_set_recovery_codes(user, [digest(code) for code in codes])
        return codes

    def get_recovery_codes(self, user: UserMixin) -> list[str]:
        """Nothing: what only digests are kept of cannot be shown again."""
        return []

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Whether the code is one of the account's unused ones."""
        wanted = digest(code)
        return any([hmac.compare_digest(wanted, known) for known in _kept(user)])  # noqa: C419  (no early end)

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Spend the code."""
        place = _kept(user).index(digest(code))
        return bool(current_app.extensions["security"].datastore.mf_delete_recovery_code(user, place))


def digest(code: str) -> str:
    """The kept form (hex of 32 bytes) of a recovery code; case, spaces and hyphens do not matter."""
    settings: Settings = current_app.extensions["portal.settings"]
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    key = hashlib.sha256(RECOVERY_LABEL + settings.secret.totp_key.encode()).digest()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()


def _kept(user: UserMixin) -> list[str]:
    return list(cast(Account, user).mf_recovery_codes or [])


def _count() -> int:
    return int(current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"])
