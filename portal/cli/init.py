"""``portal init``: an instance folder with fresh secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from portal.config import SECRET_BYTES, load_settings


def write_private(path: Path, text: str) -> None:
    """Create a file that only its owner can read (0600 from its first moment)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)


def make_secrets(instance: Path) -> list[str]:
    """Make the secrets that are missing; returns their names. Nothing that stands is ever overwritten."""
    folder = instance / "secrets"
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    made = [name for name in SECRET_BYTES if not (folder / name).exists()]
    for name in made:
        write_private(folder / name, secrets.token_hex(SECRET_BYTES[name]) + "\n")
    return made


@click.command()
def init() -> None:
    """Make the instance folder's secrets (0600); existing ones are kept.

    The folder is PORTAL_INSTANCE, or instance/ beside the package. Afterwards: `portal db upgrade`, then
    `portal account invite --role admin E-MAIL`, then `portal serve`.
    """
    settings = load_settings(os.environ | {"PORTAL_ENV": "test"}, need_secrets=False)
    made = make_secrets(settings.instance)
    click.echo(f"Made {len(made)} secrets." if made else "All secrets stand already; nothing was changed.")
    click.echo("Keep a copy of secrets/instance_key and secrets/log_key offline: nothing can be restored without them.")
