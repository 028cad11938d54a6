"""The mark on an issuer's store that was put back: until somebody has answered for it, it is not served.

A copy does not know who has collected since it was made, and would sign a second set for them.
"""

from __future__ import annotations

import os
from pathlib import Path

from portal.config import ConfigError

MARK = "RESTORED"
AGAIN = (
    "Since the backup was made somebody may have collected in: {names}. This store does not know of it and would sign "
    "a second set. It is not served before you have told the other issuer, the administrator and the auditors, noted "
    "in writing why you go on, and started it once with `portal issuer serve --go-on`. See docs/issuer.md."
)
UNKNOWN = "the rounds that go on"


def mark(folder: Path, names: str = UNKNOWN) -> None:
    """Name the rounds in which a second set could be signed, durably; before the store itself is there, all of them."""
    descriptor = os.open(folder / MARK, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(names + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def answered(folder: Path) -> None:
    """Somebody goes on with it, or there is nothing to answer for."""
    (folder / MARK).unlink(missing_ok=True)


def check_restored(folder: Path) -> None:
    """Raise :class:`ConfigError` where a store that was put back waits for somebody's answer."""
    if (folder / MARK).is_file():
        raise ConfigError(AGAIN.format(names=(folder / MARK).read_text("utf-8").strip() or UNKNOWN))
