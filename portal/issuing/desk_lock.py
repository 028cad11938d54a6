"""The desk's lock: one passphrase of six words, kept as an argon2id hash in the issuer's folder.

Six words of a list of 1 379 are 62 bits; the hash makes each guess at a stolen file dear as well (RFC 9106).
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from portal.config import ROOT, ConfigError

WORDS = 6
WORD_LIST = ROOT / "static" / "src" / "data" / "words.txt"
FILE = "desk_passphrase"
TYPED_MAX = 200
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


def new_passphrase() -> str:
    """Six words drawn independently and uniformly, with a blank between."""
    words = WORD_LIST.read_text("utf-8").split()
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def plain(typed: str) -> str:
    """A passphrase as anyone may type it: case, accents' encoding and the number of blanks do not matter."""
    return " ".join(unicodedata.normalize("NFC", typed).lower().split())


@dataclass(frozen=True)
class DeskLock:
    """The file with the hash, ``secrets/desk_passphrase`` of the issuer's folder (mode 0600)."""

    instance: Path

    @property
    def path(self) -> Path:
        """Where the hash stands."""
        return self.instance / "secrets" / FILE

    def change(self, passphrase: str) -> None:
        """Keep another passphrase from now on; the file is replaced as a whole."""
        beside = self.path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(HASHER.hash(plain(passphrase)) + "\n")
        beside.replace(self.path)

    def text(self) -> str:
        """The hash in argon2's own format; :class:`ConfigError` when there is none or others can read it."""
        if not self.path.exists():
            raise ConfigError("The desk has no passphrase: run `portal issuer passphrase`.")
        if self.path.stat().st_mode & 0o077:
            raise ConfigError(f"secrets/{FILE} can be read by others: run `chmod 600` on it.")
        return self.path.read_text("ascii").strip()

    def opens(self, typed: str) -> bool:
        """Whether that is the passphrase."""
        if len(typed) > TYPED_MAX:
            return False
        try:
            return HASHER.verify(self.text(), plain(typed))
        except (Argon2Error, InvalidHashError):
            return False
