"""``portal issuer``: an issuer's folder, its desk's passphrase, and its server."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from portal.cli import issuer_backup
from portal.cli.gunicorn_server import Server, check_host, server_options
from portal.cli.init import write_private
from portal.config import ConfigError
from portal.issuing import restored
from portal.issuing.config import (
    PREFIX,
    SECRET_BYTES,
    IssuerSettings,
    issuer_folder,
    load_issuer_settings,
    plain_fields,
)
from portal.issuing.desk_lock import DeskLock, new_passphrase
from portal.issuing.store import open_store, upgrade_store
from portal.storage import forget_order

SETTINGS_FILE = "issuer.toml"
TO_FILL_IN = ("issuer", "name_vi", "name_en", "office_name", "address", "portal_origins")
LEFT_OUT = ("instance", "env", "smtp_password")


@click.group()
def issuer() -> None:
    """A ballot issuer: a process, a store and people of its own."""


@issuer.command()
def init() -> None:
    """Make the issuer's folder: secrets, issuer.toml, store and the desk's passphrase; what stands is kept.

    The folder is PORTAL_ISSUER_INSTANCE, or instance/issuer beside the package. Fill in issuer.toml, run this again to
    see the identity key, then run `portal issuer serve`.
    """
    folder = issuer_folder(os.environ)
    made = make_secrets(folder)
    click.echo(f"Made {made} secrets." if made else "All secrets stand already; nothing was changed.")
    if not (folder / SETTINGS_FILE).exists():
        write_private(folder / SETTINGS_FILE, settings_file())
        click.echo(f"Wrote {SETTINGS_FILE}: fill it in.")
    upgrade_store(open_store(f"sqlite:///{folder / 'issuer.sqlite3'}"))
    if not DeskLock(folder).path.exists():
        show_passphrase(folder)
    try:
        show_identity(load_issuer_settings())
    except ConfigError as missing:
        click.echo(f"Not ready yet: {missing}")
    click.echo("Keep a copy of secrets/issuer_identity and secrets/issuer_store_key offline while a round goes on.")


@issuer.command()
def passphrase() -> None:
    """Make a new passphrase for the desk and print it once; the old one and every open desk end."""
    folder = issuer_folder(os.environ)
    if not (folder / "secrets").is_dir():
        raise ConfigError("There is no issuer yet: run `portal issuer init` first.")
    show_passphrase(folder)


@issuer.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8010, show_default=True, help="Port to listen on.")
@click.option("--go-on", is_flag=True, help="Serve a store that was restored while people collected; once.")
def serve(host: str, port: int, go_on: bool) -> None:
    """Serve the issuer (gunicorn, no access log). A TLS proxy stands before it."""
    settings = load_issuer_settings()
    if go_on:
        restored.answered(settings.instance)
    restored.check_restored(settings.instance)
    check_host(settings.env, host)
    DeskLock(settings.instance).text()  # refuses to start a desk without a lock
    engine = open_store(settings.database_url)
    upgrade_store(engine)
    forget_order(engine)  # where a process ended between destroying a key and rewriting the file
    engine.dispose()
    show_identity(settings)
    # One process: the desk's sittings and its brake live in it. Threads answer side by side.
    Server("wsgi_issuer", server_options(host=host, port=port, workers=1, threads=8)).run()


def make_secrets(folder: Path) -> int:
    """Make the secrets that are missing (0600); returns how many. Nothing that stands is ever overwritten."""
    (folder / "secrets").mkdir(mode=0o700, parents=True, exist_ok=True)
    missing = [name for name in SECRET_BYTES if not (folder / "secrets" / name).exists()]
    for name in missing:
        write_private(folder / "secrets" / name, secrets.token_hex(SECRET_BYTES[name]) + "\n")
    return len(missing)


def settings_file() -> str:
    """``issuer.toml`` with every setting explained; what must be filled in stands first, the rest is commented out."""
    lines = ["# Settings of this issuer (docs/issuer.md). A variable PORTAL_ISSUER_<NAME> goes before this file.", ""]
    for item in sorted(plain_fields(), key=lambda item: item.name not in TO_FILL_IN):
        if item.name not in LEFT_OUT:
            mark = "" if item.name in TO_FILL_IN else "# "
            lines += [f"# {item.metadata['help']}", f"{mark}{item.name} = {toml_value(item.default)}", ""]
    return "\n".join(lines) + f"# The mail account's password is better given as {PREFIX}SMTP_PASSWORD.\n"


def toml_value(value: object) -> str:
    """A default as TOML writes it."""
    if isinstance(value, tuple):
        return "[]"
    return str(value) if isinstance(value, int) else f'"{value}"'


def show_passphrase(folder: Path) -> None:
    """Change the passphrase and print it, once."""
    made = new_passphrase()
    DeskLock(folder).change(made)
    click.echo(f"The desk's passphrase: {made}")
    click.echo("It is shown once. Write it down for the people who keep the roster, and for nobody else.")


def show_identity(settings: IssuerSettings) -> None:
    """The key that signs statements, for the portal's administrator to compare."""
    click.echo(f"Identity key: {settings.identity.verifier}")


issuer.add_command(issuer_backup.backup)
issuer.add_command(issuer_backup.restore)
