"""What backups of the portal and of an issuer share: the key's two files, and a file that is whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError

PUBLIC, SECRET = "portal-backup-public-1", "portal-backup-secret-1"


def read_key(path: Path, label: str) -> bytes:
    """The key of a file that ``portal backup-key`` wrote; a sentence where it is another file."""
    try:
        found, _, value = path.read_text("ascii").strip().partition(" ")
        if found == label:
            return b64url_decode(value)
    except (OSError, UnicodeDecodeError, CryptoError):
        pass
    wanted = "NAME.pub, the public half" if label == PUBLIC else "NAME, the secret half"
    raise click.ClickException(f"--key wants the file {wanted}, made by `portal backup-key NAME`.")


@contextmanager
def sink_of(file: Path) -> Iterator[BinaryIO]:
    """Written beside and renamed when it is whole and on the disk, so that no half backup bears the name."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    if file.exists():
        raise click.ClickException("There is a file of that name already; nothing was changed.")
    part = file.with_name(file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
