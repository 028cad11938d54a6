"""An issuer's settings: from ``PORTAL_ISSUER_*``, then ``issuer.toml`` in its folder, then the defaults.

``docs/issuer.md`` lists every setting; a house test compares the two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from portal.config import DEMO_MARK, ROOT, ConfigError, coerce, read_secret, read_toml, setting
from portal.crypto.atrest import AtRest
from portal.crypto.statements import SLUG, identity_name
from portal.tlog.keys import SignerKey

PREFIX = "PORTAL_ISSUER_"
SECRET_BYTES = {"issuer_identity": 32, "issuer_store_key": 32, "issuer_session_key": 32}
ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
PRIVATE = re.compile(r"https://|http://(127\.0\.0\.1|localhost|([a-z2-7]+\.)*[a-z2-7]{56}\.onion)(:\d+)?$")
"""Addresses at which nobody on the way reads along: TLS, an onion (Tor, rend-spec-v3), this machine."""


@dataclass(frozen=True)
class IssuerSecrets:
    """What must never leave the issuer. ``repr`` shows none of it."""

    identity: bytes = field(repr=False)
    store_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)


@dataclass(frozen=True)
class IssuerSettings:
    """Everything that can be set, except secrets."""

    env: str = setting("production", "`production`, `demo` (made by `portal demo`) or `test`")
    instance: Path = setting(ROOT / "instance" / "issuer", "folder of the store, `issuer.toml` and `secrets/`")
    issuer: str = setting("", "short name of this issuer, such as `van-phong` or `thanh-tra`")
    name_vi: str = setting("", "the issuer's name as submitters read it")
    name_en: str = setting("", "the same in English")
    office_name: str = setting("", "the office, as pages and printed slips name it")
    address: str = setting("", "web address at which submitters' browsers reach this issuer")
    portal_origins: tuple[str, ...] = setting((), "origins of the portal's public app, whose pages may ask for ballots")
    time_zone: str = setting("Asia/Ho_Chi_Minh", "IANA zone that decides where a day ends")
    claim_rate: int = setting(120, "claims answered in a minute, whoever asks; 0 for no limit")
    session_minutes: int = setting(30, "minutes of idleness after which the desk locks itself")
    smtp_host: str = setting("", "mail server for claim codes; empty: none are sent, slips are printed")
    smtp_port: int = setting(587, "the mail server's port")
    smtp_security: str = setting("starttls", "`starttls`, `tls` or `none` (a server on this machine)")
    smtp_user: str = setting("", "account at the mail server")
    smtp_password: str = setting("", "its password; better as a variable than in the file", shown=False)
    smtp_from: str = setting("", "sender of the mails")
    secrets: IssuerSecrets | None = field(default=None, repr=False)

    @property
    def secret(self) -> IssuerSecrets:
        """The secrets; refuses when they were not read."""
        if self.secrets is None:
            raise ConfigError("This command needs the issuer's secrets: run `portal issuer init` first.")
        return self.secrets

    @property
    def identity(self) -> SignerKey:
        """The key that signs statements; its public half is what people compare."""
        return SignerKey(identity_name(self.issuer), self.secret.identity)

    @property
    def atrest(self) -> AtRest:
        """Seals the keys that sign blindly before they are stored."""
        return AtRest([self.secret.store_key])

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store."""
        return f"sqlite:///{self.instance / 'issuer.sqlite3'}"


def plain_fields() -> list[Any]:
    """The dataclass fields that a person may set."""
    return [item for item in fields(IssuerSettings) if item.name != "secrets"]


def issuer_folder(env: Mapping[str, str]) -> Path:
    """The folder that this environment names."""
    return Path(env.get(f"{PREFIX}INSTANCE", str(ROOT / "instance" / "issuer"))).absolute()


def load_issuer_settings(environ: Mapping[str, str] | None = None, *, need_secrets: bool = True) -> IssuerSettings:
    """Read the settings, or raise :class:`ConfigError` with a sentence that says what to set."""
    env = os.environ if environ is None else environ
    instance = issuer_folder(env)
    table = read_toml(instance / "issuer.toml")
    known = {item.name for item in plain_fields()}
    if unknown := sorted(set(table) - known):
        raise ConfigError(f"issuer.toml: unknown setting {unknown[0]!r}; see docs/issuer.md.")
    values: dict[str, Any] = {"instance": instance}
    for item in plain_fields():
        variable = f"{PREFIX}{item.name.upper()}"
        raw = env.get(variable, table.get(item.name))
        if raw is not None and item.name != "instance":
            values[item.name] = coerce(variable, raw, item.default)
    settings = IssuerSettings(**values)
    _check(settings)
    return IssuerSettings(**values, secrets=_read_secrets(settings, env)) if need_secrets else settings


def _check(settings: IssuerSettings) -> None:
    choices = {"env": ("production", "demo", "test"), "smtp_security": ("starttls", "tls", "none")}
    for name, allowed in choices.items():
        if getattr(settings, name) not in allowed:
            raise ConfigError(f"{PREFIX}{name.upper()} must be one of: {', '.join(allowed)}.")
    if not SLUG.fullmatch(settings.issuer):
        raise ConfigError(f"Set {PREFIX}ISSUER to a short name of lower-case letters, digits and hyphens.")
    for name in ("name_vi", "address", "portal_origins"):
        if not getattr(settings, name):
            raise ConfigError(f"Set {PREFIX}{name.upper()} in the environment or {name} in issuer.toml.")
    if not all(ORIGIN.fullmatch(origin) for origin in (settings.address, *settings.portal_origins)):
        raise ConfigError(f"{PREFIX}ADDRESS and {PREFIX}PORTAL_ORIGINS are origins, such as https://phieu.example.vn.")
    if settings.env == "production" and not PRIVATE.match(settings.address):
        raise ConfigError(f"{PREFIX}ADDRESS must begin with https:// or be an onion: claim codes are sent to it.")
    if settings.smtp_host and not settings.smtp_from:
        raise ConfigError(f"Set {PREFIX}SMTP_FROM: mails need a sender.")


def _read_secrets(settings: IssuerSettings, env: Mapping[str, str]) -> IssuerSecrets:
    folder = settings.instance / "secrets"
    if settings.env != "demo" and (folder / DEMO_MARK).exists():
        raise ConfigError(
            "These secrets were made by `portal demo` and serve only the demonstration office. "
            f"Set {PREFIX}INSTANCE to another folder and run `portal issuer init` there."
        )
    values = [
        read_secret(name, folder, env.get(f"PORTAL_{name.upper()}", ""), size=size, make="portal issuer init")
        for name, size in SECRET_BYTES.items()
    ]
    return IssuerSecrets(*values)
