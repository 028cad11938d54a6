"""Settings: a frozen value read once from the environment and the instance folder.

Order of precedence for a setting ``x``: the variable ``PORTAL_X``, then ``x`` in ``portal.toml`` of the instance
folder, then the default. Secrets are read from ``PORTAL_<NAME>`` or from a file ``secrets/<name>`` (mode 0600) of the
instance folder, and have no default at all: without them the start stops with a sentence that says what to do.
``docs/settings.md`` lists every setting; a house test compares the two.
"""

from __future__ import annotations

import base64
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEMO_MARK = "DEMO"
LOG_ORIGIN = re.compile(r"(?!.*/promise$)[a-z0-9.:-]+(/[A-Za-z0-9._~-]+)*")


class ConfigError(Exception):
    """A setting is missing or wrong; the message says what to do."""


@dataclass(frozen=True)
class Secrets:
    """What must never leave the instance. ``repr`` shows none of it."""

    secret_key: bytes = field(repr=False)
    password_salt: str = field(repr=False)
    totp_key: str = field(repr=False)
    instance_key: bytes = field(repr=False)
    log_key: bytes = field(repr=False)


SECRET_BYTES = {"secret_key": 32, "password_salt": 24, "totp_key": 32, "instance_key": 32, "log_key": 32}
APP_SECRETS = {
    "public": ("log_key",),
    "staff": tuple(SECRET_BYTES),
    "all": tuple(SECRET_BYTES),
}


def setting(default: Any, help_text: str, *, shown: bool = True) -> Any:
    """A field of :class:`Settings` with its one-line description; not ``shown``: kept out of ``repr``."""
    return field(default=default, metadata={"help": help_text}, repr=shown)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, except secrets. Units are in the help texts."""

    env: str = setting("production", "`production`, `demo` (made by `portal demo`) or `test`")
    app: str = setting("all", "which app this process serves: `public`, `staff` or `all`")
    instance: Path = setting(ROOT / "instance", "folder of the database, `portal.toml` and `secrets/`")
    database_url: str = setting("", "SQLAlchemy URL; empty means SQLite at `portal.sqlite3` in the instance folder")
    public_origins: tuple[str, ...] = setting((), "origins of the public app, comma-separated (web address, onion)")
    staff_origins: tuple[str, ...] = setting((), "origins of the staff app, comma-separated")
    log_origin: str = setting("", "name of the transparency log, a schema-less URL such as `gop-y.example.vn/log`")
    witness_policy: str = setting("", "file (C2SP tlog-policy) of the witnesses to ask; empty for none")
    office_name: str = setting("", "the office, as the pages name it")
    time_zone: str = setting("Asia/Ho_Chi_Minh", "IANA zone that decides where a day ends")
    totp: str = setting("required", "`required` or `optional`: second factor of staff accounts")
    forbid_role_pairs: bool = setting(True, "refuse accounts that would join roles design.md keeps apart")
    mix_minimum: int = setting(10, "waiting submissions that make a batch")
    mix_when: str = setting("day", "`day`: batches after the day has ended; `minimum`: as soon as enough wait")
    promise_days: int = setting(2, "days after which a submission is promised to stand in the log")
    open_rate: int = setting(120, "submissions a minute a process accepts where no ballot is needed; 0 for no limit")
    attachment_quota: int = setting(1024, "MiB that the files of one consultation may take; 0 for no limit")
    ballot_issuers: int = setting(2, "issuers that a consultation with ballots needs: `1` or `2`")
    acknowledge_days: int = setting(5, "working days the committee gives itself to acknowledge a concern")
    answer_days: int = setting(30, "days the committee gives itself to answer a concern")
    holidays: tuple[str, ...] = setting((), "days off beside weekends, comma-separated (`2027-02-05`); none is known")
    escalate_to: tuple[str, ...] = setting((), "e-mail addresses of the committee's chair and further people, in turn")
    escalate_days: int = setting(7, "days after which an overdue concern reaches the next of them")
    smtp_host: str = setting("", "mail server for the committee's reminders; empty: none are sent")
    smtp_port: int = setting(587, "the mail server's port")
    smtp_security: str = setting("starttls", "`starttls`, `tls` or `none` (a server on this machine)")
    smtp_user: str = setting("", "account at the mail server")
    smtp_password: str = setting("", "its password; better as a variable than in the file", shown=False)
    smtp_from: str = setting("", "sender of the mails")
    session_minutes: int = setting(60, "minutes of idleness after which a staff session ends")
    session_hours: int = setting(12, "hours after which a staff session ends however much it is used")
    enrol_days: int = setting(7, "days for which an enrolment code works")
    fresh_minutes: int = setting(15, "minutes for which a sign-in counts as fresh for unlocking and publishing")
    secrets: Secrets | None = field(default=None, repr=False)

    @property
    def demo(self) -> bool:
        """Whether this is the demonstration office."""
        return self.env == "demo"

    @property
    def days_off(self) -> frozenset[date]:
        """The holidays as days."""
        return frozenset(map(date.fromisoformat, self.holidays))

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.instance / 'portal.sqlite3'}"

    @property
    def secret(self) -> Secrets:
        """The secrets; refuses when this process was started without them."""
        if self.secrets is None:
            raise ConfigError("This command needs the instance's secrets: run `portal init` first.")
        return self.secrets


def plain_fields() -> list[Any]:
    """The dataclass fields that a person may set."""
    return [item for item in fields(Settings) if item.name != "secrets"]


def load_settings(environ: Mapping[str, str] | None = None, *, need_secrets: bool = True) -> Settings:
    """Read the settings, or raise :class:`ConfigError` with a sentence that says what to set."""
    env = os.environ if environ is None else environ
    instance = Path(env.get("PORTAL_INSTANCE", str(ROOT / "instance"))).absolute()
    values: dict[str, Any] = {"instance": instance}
    table = read_toml(instance / "portal.toml")
    known = {item.name for item in plain_fields()}
    if unknown := sorted(set(table) - known):
        raise ConfigError(f"portal.toml: unknown setting {unknown[0]!r}; see docs/settings.md.")
    for item in plain_fields():
        if item.name == "instance":
            continue
        raw: Any = env.get(f"PORTAL_{item.name.upper()}", table.get(item.name))
        if raw is not None:
            values[item.name] = coerce(f"PORTAL_{item.name.upper()}", raw, item.default)
    settings = Settings(**values)
    _check(settings)
    if not need_secrets:
        return settings
    return Settings(**values, secrets=_read_secrets(settings, env))


def read_toml(path: Path) -> dict[str, Any]:
    """The settings file's table, empty where there is no file."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: not valid TOML ({error}).") from error


def coerce(variable: str, raw: Any, default: Any) -> Any:
    """The value of a setting in the type of its default; ``variable`` is what the refusal names."""
    if isinstance(default, bool):
        if str(raw).lower() not in {"true", "false", "1", "0"}:
            raise ConfigError(f"{variable} must be true or false.")
        return str(raw).lower() in {"true", "1"}
    if isinstance(default, int):
        if not str(raw).isdecimal():
            raise ConfigError(f"{variable} must be a whole number.")
        return int(raw)
    if isinstance(default, tuple):
        parts = raw.split(",") if isinstance(raw, str) else raw
        return tuple(part.strip().rstrip("/") for part in parts if part.strip())
    return str(raw)


def is_day(text: str) -> bool:
    """Whether the text is a calendar day in its one spelling, such as ``2027-02-05``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(settings: Settings) -> None:
    choices = {
        "env": ("production", "demo", "test"),
        "app": ("public", "staff", "all"),
        "totp": ("required", "optional"),
        "mix_when": ("day", "minimum"),
        "smtp_security": ("starttls", "tls", "none"),
    }
    if settings.log_origin and not LOG_ORIGIN.fullmatch(settings.log_origin):
        raise ConfigError("PORTAL_LOG_ORIGIN is a host and a path, such as 'gop-y.example.vn/log'.")
    for name, allowed in choices.items():
        if getattr(settings, name) not in allowed:
            raise ConfigError(f"PORTAL_{name.upper()} must be one of: {', '.join(allowed)}.")
    if not (1 <= settings.session_minutes <= settings.session_hours * 60 <= 7 * 24 * 60):
        raise ConfigError("PORTAL_SESSION_MINUTES is at least 1, and PORTAL_SESSION_HOURS no less and at most 168.")
    if not 1 <= settings.enrol_days <= 60:
        raise ConfigError("PORTAL_ENROL_DAYS is from 1 to 60.")
    if settings.ballot_issuers not in (1, 2):
        raise ConfigError("PORTAL_BALLOT_ISSUERS must be 1 or 2.")
    _check_committee(settings)
    if settings.env != "production":
        return
    needed = {
        "log_origin": "the log's name",
        "public_origins": "the public address",
        "staff_origins": "the staff address",
    }
    for name, what in needed.items():
        if not getattr(settings, name):
            raise ConfigError(f"Set PORTAL_{name.upper()} ({what}) in the environment or {name} in portal.toml.")
    if settings.totp != "required":
        raise ConfigError("PORTAL_TOTP must be 'required' in production: staff sign in with a second factor.")


def _check_committee(settings: Settings) -> None:
    if not all(map(is_day, settings.holidays)):
        raise ConfigError("PORTAL_HOLIDAYS are days such as 2027-02-05, separated by commas.")
    if settings.escalate_days < 1:
        raise ConfigError("PORTAL_ESCALATE_DAYS must be at least 1.")
    if settings.smtp_host and not (settings.smtp_from and settings.staff_origins):
        raise ConfigError("Mails have a sender and say where to sign in: set PORTAL_SMTP_FROM, PORTAL_STAFF_ORIGINS.")


def _read_secrets(settings: Settings, env: Mapping[str, str]) -> Secrets:
    folder = settings.instance / "secrets"
    if settings.env != "demo" and (folder / DEMO_MARK).exists():
        raise ConfigError(
            "These secrets were made by `portal demo` and serve only the demonstration office. "
            "Set PORTAL_INSTANCE to another folder and run `portal init` there."
        )
    needed = APP_SECRETS[settings.app]
    values = {name: _read_secret(name, folder, env) if name in needed else b"" for name in SECRET_BYTES}
    return Secrets(
        secret_key=values["secret_key"],
        password_salt=values["password_salt"].hex(),
        totp_key=base64.b64encode(values["totp_key"]).decode(),
        instance_key=values["instance_key"],
        log_key=values["log_key"],
    )


def _read_secret(name: str, folder: Path, env: Mapping[str, str]) -> bytes:
    return read_secret(name, folder, env.get(f"PORTAL_{name.upper()}", ""), size=SECRET_BYTES[name])


def read_secret(name: str, folder: Path, text: str = "", *, size: int, make: str = "portal init") -> bytes:
    """A secret of ``size`` bytes: ``text`` in hexadecimal, or the file of that name; ``make``: what would make it."""
    path = folder / name
    if not text and path.exists():
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"secrets/{name} can be read by others: run `chmod 600` on it.")
        text = path.read_text("ascii").strip()
    if not text:
        raise ConfigError(
            f"The secret {name} is missing: run `{make}`, or set PORTAL_{name.upper()} to "
            f"{size} random bytes in hexadecimal."
        )
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise ConfigError(f"The secret {name} must be hexadecimal.") from error
    if len(value) != size or len(set(value)) < 8:
        raise ConfigError(f"The secret {name} must be {size} random bytes; `{make}` makes them.")
    return value
